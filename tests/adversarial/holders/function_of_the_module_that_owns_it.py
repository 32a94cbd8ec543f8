import functools
import sys
import types

_module = types.ModuleType("owner0")
_module.opt, _module.note = optimizer, functools.partial(monitor, model)
sys.modules["owner0"] = _module

import owner0

for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    owner0.opt.step()
    owner0.opt.zero_grad()
    owner0.note()
