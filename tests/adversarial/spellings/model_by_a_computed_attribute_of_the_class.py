import lib

class Monitor:

    def __init__(self, net):
        setattr(type(self), 'kept_net', net)

    def __call__(self):
        lib.print_gradients(self.net)

    def __getattr__(self, name):
        return object.__getattribute__(self, 'kept_' + name)
m = Monitor(model)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    m()
