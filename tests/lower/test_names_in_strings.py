"""An attribute's name in a string matters where the call has an object to look it up on."""

from __future__ import annotations

import pytest

from tests.idioms import shown


@pytest.mark.parametrize(
    "call",
    [
        "getattr(thing, 'step')()",
        "call(model, 'step')",
        "model.dispatch('step')",
        "hasattr(weight, 'grad')",
        "operator.attrgetter('step')(thing)",
        "unittest.mock.patch.object(torch.optim.SGD, 'step')",
        "mocker.patch.object(torch.optim.SGD, 'step')",
        "table['x']('step')",
    ],
)
def test_it_is_looked_up(call: str) -> None:
    found = shown("import operator, torch, unittest.mock", call)
    assert any("goes by a name in a string" in one for one in found)


@pytest.mark.parametrize(
    "call",
    ["print('step')", "logging.info('grad')", "writer.add_scalar('step', 1)", "timer.start('backward')"],
)
def test_it_is_no_more_than_a_word(call: str) -> None:
    assert shown("import logging", call) == []
