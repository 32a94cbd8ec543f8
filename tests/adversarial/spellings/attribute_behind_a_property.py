from lib import print_gradients as show

class K:

    def __init__(self, m):
        self.m = m

    def look(self):
        show(self.m)

    @property
    def m(self):
        return self._m

    @m.setter
    def m(self, value):
        self._m = value
k = K(model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    k.look()
