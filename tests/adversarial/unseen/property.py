import lib
class M:
    def __init__(self, net):
        self.net = net
    @property
    def lr(self):
        lib.print_gradients(self.net)
        return 1
m = M(model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(m.lr)
