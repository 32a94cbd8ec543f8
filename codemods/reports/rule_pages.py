"""The rules for a terminal, for the documentation and for the README's table, all from the same text."""

from __future__ import annotations

import difflib

from codemods.rules import NoSuchRule as Unknown
from codemods.rules import Rule, rule, rules


class NoSuchRule(Exception):
    """There is no such code; the message says which there are."""


def page(name: str) -> str:
    """One rule as plain text. Raises :class:`NoSuchRule`."""
    try:
        return rule(name).text
    except Unknown:
        known = {known.lower(): one.name for one in rules() for known in (one.name, one.title)}
        near = difflib.get_close_matches(name.lower(), known, 1, 0.5)
        hint = f" Do you mean {known[near[0]]}?" if near else ""
        names = ", ".join(one.name for one in rules())
        raise NoSuchRule(f"there is no {name!r}.{hint} There are {names}.") from None


def listing() -> str:
    """All rules, a line each."""
    width = max(len(_label(one)) for one in rules())
    return "".join(f"{_label(one):<{width}}  {one.summary}\n" for one in rules())


def _label(one: Rule) -> str:
    return f"{one.code} {one.title}" if one.code else f"      {one.title}"


def table() -> str:
    """The README's table of verdicts in Markdown."""
    rows = [f"| `{one.title}` | {one.code or ''} | {one.summary} | {one.action} |" for one in rules()]
    return "\n".join(["| verdict | code | meaning | what happens |", "|---|---|---|---|", *rows]) + "\n"


def documentation() -> str:
    """All rules as one Markdown page."""
    head = "# Rules\n\nThe same text as `gradorder explain`.\n"
    pages = [one.markdown.replace("\n## ", "\n### ").replace("# ", "## ", 1) for one in rules()]
    return "\n".join([head, *pages])
