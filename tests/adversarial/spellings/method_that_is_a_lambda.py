from lib import print_gradients as show

class K:
    m = None
    look = lambda self: show(self.m)
K.m = model
k = K()
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    k.look()
