"""The shapes that count as clearing by hand, and those that only look like it."""

from __future__ import annotations

import ast

import pytest

from codemods.clearings import Over, clearing_of

YES = {
    "w.grad = None": (Over.ONE, True, False),
    "w.grad.zero_()": (Over.ONE, False, True),
    "self.w[0].grad.data.zero_()": (Over.ONE, False, True),
    "if w.grad is not None:\n    w.grad.zero_()": (Over.ONE, False, False),
    "for p in m.parameters(): p.grad = None": (Over.PARAMETERS, True, False),
    "for p in list(m.parameters()): p.grad = None": (Over.PARAMETERS, True, False),
    "for n, p in m.named_parameters(): p.grad = None": (Over.PARAMETERS, True, False),
    "for p in m.parameters(): p.grad.zero_()": (Over.PARAMETERS, False, True),
    "for p in m.parameters():\n    p.grad.detach_()\n    p.grad = None": (Over.PARAMETERS, True, True),
    "for p in m.parameters():\n    if p.grad is not None: p.grad.zero_()": (Over.PARAMETERS, False, False),
    "for p in m.parameters():\n    if p.grad is None: continue\n    p.grad.zero_()": (
        Over.PARAMETERS,
        False,
        False,
    ),
    "for g in o.param_groups:\n    for p in g['params']: p.grad = None": (Over.GROUPS, True, False),
    "for p in ps: p.grad = None": (Over.ITEMS, True, False),
    "torch._foreach_zero_([p.grad for p in m.parameters()])": (Over.PARAMETERS, False, True),
    "for p in chain(a.parameters(), b.parameters()): p.grad = None": (Over.PARAMETERS, True, False),
    "for p in list(a.parameters()) + list(b.parameters()): p.grad = None": (Over.PARAMETERS, True, False),
    "for p in [*a.parameters(), *b.parameters()]: p.grad = None": (Over.PARAMETERS, True, False),
    "for o in os: o.zero_grad()": (Over.OPTIMIZERS, False, False),
    "for o in self.os.values(): o.zero_grad(set_to_none=True)": (Over.OPTIMIZERS, False, False),
    "for o in (a, b): o.zero_grad()": (Over.DISPLAYED, False, False),
    "for p in (w, b): p.grad = None": (Over.DISPLAYED, True, False),
    "[o.zero_grad() for o in os]": (Over.OPTIMIZERS, False, False),
}

NO = [
    "w.grad = 0",
    "w.grad = torch.zeros_like(w)",
    "a.grad = b.grad = None",
    "w.data.zero_()",
    "w.grad.zero_(1)",
    "w.grad.fill_(0.0)",
    "w.grad *= 0",
    "w.grad: object = None",
    "x = w.grad.zero_()",
    "if w.grad is None:\n    w.grad.zero_()",
    "if w.grad is not None:\n    w.grad.zero_()\nelse:\n    f()",
    "if v.grad is not None:\n    w.grad.zero_()",
    "if w.grad is not None and c:\n    w.grad.zero_()",
    "if w.grad:\n    w.grad.zero_()",
    "for p in m.parameters(): q.grad = None",
    "for p in m.parameters(): p.grad = None\nelse: f()",
    "for p in m.parameters(): p.grad = None; f(p)",
    "for p in m.parameters(recurse=False): p.grad = None",
    "for p in m.parameters():\n    if p.requires_grad: p.grad = None",
    "for p in m.parameters():\n    if p.grad is None: break\n    p.grad = None",
    "for p in m.named_parameters(): p.grad = None",
    "for p, p in m.named_parameters(): p.grad = None",
    "for p, n in m.named_parameters(): p.grad = None",
    "for i, p in enumerate(m.parameters()): p.grad = None",
    "for p in sorted(m.parameters()): p.grad = None",
    "for x.p in m.parameters(): x.p.grad = None",
    "for g in o.param_groups:\n    for p in g['other']: p.grad = None",
    "for g in o.param_groups:\n    for p in h['params']: p.grad = None",
    "for g in o.param_groups[1:]:\n    for p in g['params']: p.grad = None",
    "for g in o.param_groups:\n    g['lr'] = 1\n    for p in g['params']: p.grad = None",
    "torch._foreach_zero_([p.grad for p in m.parameters() if p.dim() > 1])",
    "torch._foreach_zero_([p.data for p in m.parameters()])",
    "for p in chain(a.parameters(), ps): p.grad = None",
    "for p in chain(a.parameters(), b.named_parameters()): p.grad = None",
    "for o in os: o.step(); o.zero_grad()",
    "for o in os: a.zero_grad()",
    "for o in os: o.zero_grad(flag)",
    "for o in os: o.inner.zero_grad()",
    "for o in make(): o.zero_grad()",
    "for o in (): o.zero_grad()",
    "[o.zero_grad() for o in os if o]",
    "x = [o.zero_grad() for o in os]",
    "{o.zero_grad() for o in os}",
    "while True: w.grad = None",
    "with torch.no_grad(): w.grad = None",
]


@pytest.mark.parametrize("source", YES)
def test_a_clearing_is_told_by_its_shape(source: str) -> None:
    found = clearing_of(ast.parse(source).body[0])
    assert found is not None
    assert (found.over, found.to_none, found.bare) == YES[source]


@pytest.mark.parametrize("source", NO)
def test_what_does_more_or_less_is_no_clearing(source: str) -> None:
    found = clearing_of(ast.parse(source).body[0])
    assert found is None or (found.over is Over.ITEMS and not isinstance(found.owners[0], ast.Name))
