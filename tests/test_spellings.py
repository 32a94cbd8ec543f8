"""The same programs spelt another way: a small sample here, all of them by ``python -m tests.spellings``."""

from __future__ import annotations

import ast
import random

import pytest

from tests.spellings.check import tried
from tests.spellings.every import SPELLINGS
from tests.spellings.spell import Page, pages, respelt, text_of

CHOSEN = (
    "adversarial/flows/constructor.py",
    "adversarial/holders/map_external_fn.py",
    "adversarial/param_groups/given_by_name_in_another_method.py",
    "adversarial/keepers/iterator_of_a_library.py",
    "adversarial/elements/index_param.py",
    "adversarial/hidden_calls/partial_bound.py",
    "fixtures/moves/torch/nested_function.py",
    "fixtures/refusals/accumulation/accumulate_context.py",
)
PAGES = [page for page in pages() if page.name in CHOSEN]
SAMPLE = [(page, one) for page in PAGES for one in random.Random(page.name).sample(SPELLINGS, 7)]


@pytest.mark.parametrize(("page", "spelling"), SAMPLE, ids=lambda one: one.name)
def test_what_is_done_to_a_page_spelt_another_way_does_not_show_under_torch(
    page: Page, spelling: object
) -> None:
    for one in tried(page, spelling, 0, 0):  # type: ignore[arg-type]
        assert one.problem is None
        assert one.wrong is None, f"{one.text}\n# ---\n{one.after}"


def test_the_chosen_pages_are_there() -> None:
    assert len(PAGES) == len(CHOSEN)


PLAIN = """
import torch
from copy import deepcopy
class Trainer:
    def __init__(self, net):
        self.net = net
        self.old = deepcopy(net)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)
    def look(self):
        return self.net
    def fit(self):
        with torch.enable_grad():
            for x, y in loader:
                for p in self.net.parameters():
                    log(p.grad)
                [log(p) for p in self.net.parameters()]
                loss = loss_fn(self.net(x), y.detach())
                loss.backward()
                self.optimizer.step()
                self.optimizer.zero_grad()
        sum(p.numel() for p in self.net.parameters())
        return list(p for p in [self.net])
def fresh_start(net):
    return Trainer(net=net)
trainer = fresh_start(model)
trainer.fit()
for x, y in loader:
    if x is None:
        continue
    log(x)
log((lambda: 1)())
"""


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda one: one.name)
def test_every_spelling_changes_a_program_and_leaves_it_one(spelling: object) -> None:
    page = Page("plain", PLAIN, None)
    draft, found = respelt(page, spelling, None)  # type: ignore[arg-type]
    text = text_of(draft)
    assert found
    assert text != ast.unparse(ast.parse(PLAIN)) + "\n"
