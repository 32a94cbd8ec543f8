"""Words in names, and names of methods, by which a file says what kind of thing something is."""

from __future__ import annotations

import re

GRADIENT_ATTRIBUTES = frozenset({"backward", "zero_grad", "grad", "step"})
"""What is looked up where gradients are made, read, used or cleared."""

ASKED_FOR = frozenset("eval modules named_modules named_parameters parameters".split())
"""Methods that a module has and an optimizer has not."""

OPTIMIZER_WORD = re.compile(
    r"(?:^|_)(opt|opts|optim|optims|optimizer|optimizers|optimiser)(?:_|\d|$)|optim", re.IGNORECASE
)
SCHEDULER_WORD = re.compile(r"sched|lr_|warmup|annealer", re.IGNORECASE)
SCHEDULER_NAME = re.compile(r"sched(uler)?s?(_?[a-z]|\d+)?$|^\.?lr_sched|annealer$", re.IGNORECASE)
