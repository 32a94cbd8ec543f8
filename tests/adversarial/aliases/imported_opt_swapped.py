import sys, types
_m = types.ModuleType("setup0"); _m.o1 = optimizer; _m.o2 = optimizer2; sys.modules["setup0"] = _m
from setup0 import o1, o2
for x, y in loader:
    loss = loss_fn(model(x), y) + loss_fn(model2(x), y)
    loss.backward()
    o1.step()
    o1.zero_grad()
    o1, o2 = o2, o1
