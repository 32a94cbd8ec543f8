import sys, types
_m = types.ModuleType("setup0"); _m.net = model; sys.modules["setup0"] = _m
from setup0 import net
for x, y in loader:
    loss = loss_fn(net(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    log(net.body.weight.grad)
optimizer.zero_grad()
