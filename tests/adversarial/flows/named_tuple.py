import collections
from lib import print_gradients as show
Cfg = collections.namedtuple("Cfg", "net lr")
cfg = Cfg(model, 1)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    net, _ = cfg
    show(cfg[0])
