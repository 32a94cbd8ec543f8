import lib

class Monitor:

    def __init__(self, net):
        made_1 = [self]
        me, = made_1
        made_2 = [net]
        me.kept_net, = made_2

    def __call__(self):
        made_3 = [self]
        me, = made_3
        lib.print_gradients(me.net)

    def __getattr__(self, name):
        made_4 = [self]
        me, = made_4
        return object.__getattribute__(me, 'kept_' + name)
made_5 = [Monitor(model)]
m, = made_5
for x, y in loader:
    made_6 = [loss_fn(model(x), y)]
    loss, = made_6
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    m()
