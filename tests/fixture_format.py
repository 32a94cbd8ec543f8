"""The parser of a fixture page: one file of ``fixtures/``, valid Python as a whole.

A page is a docstring that says why, a few header comments, the before version, and mostly a second version::

    \"\"\"Why this page exists.\"\"\"
    # expect: zero-last GO101 safe          one per training step, in the order of their first backward
    # world: Trainer(model, loader).fit()   how a page that only defines things is driven (optional)
    # raises: AttributeError                how the second version's run ends (optional)
    # style: free                           a page that black would change on purpose (optional)
    # select: GO102                         the only code that is asked for (optional)

    <before>
    # --- after        (moves, repairs)  or  # --- wrong  (refusals);  silent pages have neither
    <other>

What the tool is handed is exactly ``before``. The parser is strict: a page it does not understand raises.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

Group = Literal["moves", "repairs", "refusals", "silent"]
Kind = Literal["after", "wrong", "none"]

_KIND_OF_GROUP: dict[str, tuple[Group, Kind]] = {
    "moves": ("moves", "after"),
    "repairs": ("repairs", "after"),
    "refusals": ("refusals", "wrong"),
    "silent": ("silent", "none"),
}
_CODE_OF_VERDICT = {
    "canonical": None,
    "zero-last": "GO101",
    "zero-after-forward": "GO102",
    "accumulation": None,
    "hazard": None,
    "step-without-gradient": "GO201",
    "never-cleared": "GO202",
    "unsupported": None,
}
_QUIET = {"canonical", "zero-after-forward", "unsupported"}
_FIELDS = ("expect", "world", "raises", "style", "select")


class MalformedPageError(ValueError):
    """A page that is not a fixture, with its name and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the tool says of one training step."""

    verdict: str
    code: str | None
    fix: Literal["safe", "unsafe"] | None


@dataclass(frozen=True, slots=True)
class Fixture:
    """One page."""

    path: Path  # relative to the folder of fixtures
    group: Group
    topic: str  # the idiom of a move, what a repair is about, the reason of a refusal, "" for a silent page
    why: str
    expect: tuple[Expectation, ...]
    before: str
    other: str | None
    kind: Kind
    drive: str | None  # a line of Python that the harness runs behind the page
    raises: str | None  # the exception with which the run of `other` ends
    black: bool  # both sections are stable under black
    select: str | None  # the code that is asked for, the defaults without one

    @property
    def name(self) -> str:
        """The page's path, the same on every system: the id of its tests."""
        return self.path.as_posix()


def load_fixtures(root: Path = FIXTURES) -> tuple[Fixture, ...]:
    """Every page below ``root``, in the order of their names."""
    found = sorted(path.relative_to(root) for path in root.rglob("*.py"))
    paths = [path for path in found if path.parts[0] != "notebooks"]  # tests/notebook_pages.py
    return tuple(parse_fixture(path, (root / path).read_bytes().decode("utf-8")) for path in paths)


def parse_fixture(path: Path, text: str) -> Fixture:
    """One page; ``path`` is relative to the folder of fixtures and decides group, topic and kind."""
    group, kind, topic = _place(path)
    _whole_page(path, text)
    docstring, header, body = _split_header(path, text)
    before, other = _split_versions(path, body, kind)
    fields = _fields(path, header)
    if fields.get("style", "free") != "free":
        raise _malformed(path, "the only style is `# style: free`")
    if fields.get("select", "GO102") not in _CODE_OF_VERDICT.values():
        raise _malformed(path, "selects a code that there is not")
    expect = _expectations(path, fields["expect"])
    _suits(path, group, expect)
    return Fixture(
        path=path,
        group=group,
        topic=topic,
        why=docstring,
        expect=expect,
        before=before,
        other=other,
        kind=kind,
        drive=fields.get("world"),
        raises=fields.get("raises"),
        black="style" not in fields,
        select=fields.get("select"),
    )


def _malformed(path: Path, what: str) -> MalformedPageError:
    return MalformedPageError(f"{path.as_posix()}: {what}")


def _place(path: Path) -> tuple[Group, Kind, str]:
    if not path.parts or path.parts[0] not in _KIND_OF_GROUP:
        raise _malformed(path, "stands in none of moves, repairs, refusals, silent")
    group, kind = _KIND_OF_GROUP[path.parts[0]]
    if len(path.parts) != (2 if group == "silent" else 3):
        raise _malformed(
            path, "is moves/<idiom>/<page>, repairs/<what>/<page>, refusals/<reason>/<page> or silent/<page>"
        )
    return group, kind, "" if group == "silent" else path.parts[1]


def _whole_page(path: Path, text: str) -> None:
    if "\r" in text or "\t" in text or not text.endswith("\n") or text.endswith("\n\n"):
        raise _malformed(path, "pages have plain line feeds, no tabs, and one newline at the end")
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise _malformed(path, f"is not valid Python as a whole: {error}") from error


def _split_header(path: Path, text: str) -> tuple[str, list[str], list[str]]:
    """The docstring, the comment lines below it, and all lines from the first statement on."""
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree)
    if not docstring:
        raise _malformed(path, "has no docstring that says why")
    lines = text.splitlines()
    index = tree.body[0].end_lineno or 0
    header = []
    while index < len(lines) and (not lines[index] or lines[index].startswith("#")):
        if lines[index].startswith("# --- "):
            raise _malformed(path, "has no before version")
        if lines[index]:
            header.append(lines[index])
        index += 1
    return docstring, header, lines[index:]


def _split_versions(path: Path, body: list[str], kind: Kind) -> tuple[str, str | None]:
    marks = [index for index, line in enumerate(body) if line.startswith("# ---")]
    wanted = [] if kind == "none" else [f"# --- {kind}"]
    if [body[index] for index in marks] != wanted:
        raise _malformed(path, f"wants exactly these lines between its versions: {wanted}")
    if not marks:
        return _section(path, body), None
    before, other = _section(path, body[: marks[0]]), _section(path, body[marks[0] + 1 :])
    if before == other:
        raise _malformed(path, "both versions are the same")
    return before, other


def _section(path: Path, lines: list[str]) -> str:
    text = "\n".join(lines).strip("\n") + "\n"
    # A comment above the first statement could not be told from the header.
    if not text.strip() or text.startswith("#"):
        raise _malformed(path, "every version starts with a statement")
    ast.parse(text)
    return text


def _fields(path: Path, header: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in header:
        name, separator, value = line.removeprefix("# ").partition(": ")
        if not line.startswith("# ") or not separator or not value.strip():
            raise _malformed(path, f"unreadable header line {line!r}")
        if name not in _FIELDS or name in fields:
            raise _malformed(path, f"unknown or repeated header field {name!r}")
        fields[name] = value.strip()
    if "expect" not in fields:
        raise _malformed(path, "has no `# expect:` line")
    return fields


def _expectations(path: Path, text: str) -> tuple[Expectation, ...]:
    """`nothing` stands for a page without any training step."""
    return () if text == "nothing" else tuple(_expectation(path, part) for part in text.split(","))


def _expectation(path: Path, text: str) -> Expectation:
    verdict, *rest = text.split()
    if verdict not in _CODE_OF_VERDICT:
        raise _malformed(path, f"unknown verdict {verdict!r}")
    code = _CODE_OF_VERDICT[verdict]
    if code and rest[:1] != [code]:
        raise _malformed(path, f"{verdict} goes with {code or 'no code'}")
    match rest[1:] if code else rest:
        case []:
            return Expectation(verdict, code, None)
        case ["safe"] if code:
            return Expectation(verdict, code, "safe")
        case ["unsafe"] if code or verdict == "hazard":
            return Expectation(verdict, code, "unsafe")
    raise _malformed(path, f"unreadable expectation {text.strip()!r}")


def _suits(path: Path, group: Group, expect: tuple[Expectation, ...]) -> None:
    if group == "silent":
        suits = all(one.verdict in _QUIET and one.fix is None for one in expect)
    elif group == "moves":
        suits = any(one.fix == "safe" for one in expect)
    elif group == "repairs":
        suits = any(one.fix == "unsafe" for one in expect) and all(one.fix != "safe" for one in expect)
    else:
        suits = bool(expect) and all(one.fix is None for one in expect)
    if not suits:
        raise _malformed(path, f"what it expects does not suit {group}")
