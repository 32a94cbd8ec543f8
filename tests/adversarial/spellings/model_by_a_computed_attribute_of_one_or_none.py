import lib

class Monitor:

    def __init__(self, net):
        me = self if True else None
        me.kept_net = net if True else None

    def __call__(self):
        me = self if True else None
        lib.print_gradients(me.net)

    def __getattr__(self, name):
        me = self if True else None
        return object.__getattribute__(me, 'kept_' + name)
m = Monitor(model) if True else None
for x, y in loader:
    loss = loss_fn(model(x), y) if True else None
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    m()
