import functools
import lib
def fn(net, b):
    lib.print_gradients(net)
    return b
coll = functools.partial(fn, model)
for b in loader:
    x, y = coll(b)
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
