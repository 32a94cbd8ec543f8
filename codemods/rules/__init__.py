"""What every code and verdict means, for people: one module each, whose docstring is the text.

A docstring opens with a line in the form ``GO101 zero-last: summary`` (a verdict without a code: ``hazard: summary``)
and goes on in sections, each under a heading ``## ...``. ``gradorder explain``, the documentation, the README's
table and the reports all take their words from here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from msgspec import Struct

SECTIONS = ("What it does", "Why", "Example", "Use instead", "When the fix is safe")
"""The headings of every rule, in this order; a verdict that leaves code alone has ``What to do`` for the last two."""


class NoSuchRule(Exception):
    """There is no rule of this code or name."""


class Rule(Struct, frozen=True):
    """One code or verdict. ``markdown`` is its page, ``action`` what happens to the code by default."""

    code: str | None
    title: str
    summary: str
    markdown: str
    action: str

    @property
    def name(self) -> str:
        """What ``explain`` is asked for: the code, else the verdict."""
        return self.code or self.title

    @property
    def text(self) -> str:
        """The page without markup."""
        lines = self.markdown.replace("```python\n", "").replace("```\n", "").splitlines()
        return "\n".join(line.removeprefix("## ").removeprefix("# ") for line in lines)

    def section(self, heading: str) -> str:
        """The text of one section, empty where the rule has none of that heading."""
        for part in self.markdown.split("\n## ")[1:]:
            title, _, body = part.partition("\n")
            if title == heading:
                return body.strip()
        return ""


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule: the codes in their order, then the verdicts without one."""
    names = [one.name for one in pkgutil.iter_modules(__path__)]
    found = [_read(importlib.import_module(f"{__name__}.{name}")) for name in names]
    return tuple(sorted(found, key=lambda one: (one.code is None, one.name)))


def rule(name: str) -> Rule:
    """The rule of a code or verdict, whatever its case. Raises :class:`NoSuchRule`."""
    for one in rules():
        if name.lower() in (one.title.lower(), (one.code or "").lower()):
            return one
    raise NoSuchRule(name)


def _read(module: object) -> Rule:
    text = inspect.getdoc(module) or ""
    head, _, body = text.partition("\n")
    label, _, summary = head.partition(": ")
    code, _, title = label.rpartition(" ")
    action = str(getattr(module, "ACTION", ""))
    return Rule(code or None, title, summary, f"# {head}\n{body}\n", action)
