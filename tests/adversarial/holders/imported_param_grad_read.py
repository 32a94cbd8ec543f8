import sys, types
_m = types.ModuleType("setup0"); _m.w = model.body.weight; sys.modules["setup0"] = _m
import setup0
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    log(setup0.w.grad)
optimizer.zero_grad()
