"""What the tool makes of a page that is spelt another way, and whether torch sees it."""

from __future__ import annotations

import ast
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.engine import examine
from codemods.settings import Settings
from tests.spellings.spell import respelt, text_of
from tests.torch_world import differences, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.spellings.spell import Draft, Page, Spelling


@dataclass(frozen=True, slots=True)
class Tried:
    """A page in one other spelling. ``wrong``: how torch tells the rewrite from what it rewrites."""

    page: Page
    spelling: str
    text: str
    after: str | None = None
    wrong: str | None = None
    problem: str | None = None


def is_left_alone(page: Page) -> bool:
    """Whether the tool changes nothing in a page as it stands."""
    return examine(page.name, page.text.encode("utf-8"), Settings()).after is None


def tried(page: Page, spelling: Spelling, single: int, seed: int) -> Iterator[Tried]:
    """A page in a spelling: all over, and at ``single`` places alone, drawn at random."""
    plain = ast.unparse(ast.parse(page.text)) + "\n"
    try:
        draft, found = respelt(page, spelling, None)
    except RecursionError:
        return
    seen = {plain}
    yield from _one(page, spelling.name, draft, seen)
    if found > 1 and single:
        draws = random.Random(f"{seed}/{page.name}/{spelling.name}").sample(range(found), min(single, found))
        for site in draws:
            yield from _one(page, f"{spelling.name} [{site}]", respelt(page, spelling, [site])[0], seen)


def _one(page: Page, name: str, draft: Draft, seen: set[str]) -> Iterator[Tried]:
    try:
        text = text_of(draft)
        compile(text, "<page>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return
    if text in seen:
        return
    seen.add(text)
    outcome = examine(page.name, text.encode("utf-8"), Settings())
    if outcome.problem is not None:
        yield Tried(page, name, text, problem=outcome.problem.message)
    elif outcome.after is None:
        yield Tried(page, name, text)
    else:
        after = outcome.after.decode("utf-8")
        yield Tried(page, name, text, after, _difference(draft, text, after))


def _difference(draft: Draft, text: str, after: str) -> str | None:
    """The first difference; of a run that ends in an exception, nothing is claimed after it."""
    before = draft.before + "\n"
    one, two = run(before + text, draft.drive), run(before + after, draft.drive)
    if one.error is not None:
        return None
    return differences(one, two)
