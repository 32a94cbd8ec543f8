import lib
class Monitor:
    def __init__(self, net):
        self.net = net
    def __call__(self):
        lib.print_gradients(self.net)
m = Monitor(model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    m()
