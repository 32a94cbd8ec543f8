"""The layers of the design: each part of ``codemods`` imports only from those above it, wherever the import stands."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = (
    "ending",
    "clock",
    "timings",
    "events",
    "moves",
    "findings",
    "settings",
    "words",
    "mentions",
    "files",
    "config",
    "trees",
    "custom",
    "syntax",
    "importing",
    "clearings",
    "suppressions",
    "magics",
    "cells",
    "document",
    "callsite",
    "idioms",
    "ir",
    "lower",
    "effects",
    "orders",
    "judge",
    "quiet",
    "settled",
    "guards",
    "plan",
    "earlier",
    "repairs",
    "rewrite",
    "blacken",
    "proof",
    "versions",
    "trial",
    "mending",
    "telling",
    "hush",
    "rounds",
    "carrying",
    "engine",
    "lifetime",
    "edits",
    "git",
    "work",
    "processes",
    "run",
    "api",
    "libcst_command",
    "verify",
    "rules",
    "reports",
    "console",
    "progress",
    "interactive",
    "baseline",
    "cli",
)
"""From the ground up. Within one part, a package, modules import each other as they like."""

APART = {
    "proof": {
        "judge",
        "quiet",
        "settled",
        "guards",
        "plan",
        "earlier",
        "repairs",
        "rewrite",
        "blacken",
        "versions",
        "trial",
        "mending",
        "telling",
        "rounds",
        "carrying",
        "effects",
        "orders",
    }
}
"""The proof is handed two lowered programs: it must not believe what the rest believes."""

ONLY_IN = {
    "libcst": {"rewrite", "libcst_command"},
    "black": {"blacken"},
    "click": {"blacken", "cli"},
    "pygments": {"reports"},
    "torch": set(),
    "rich": {"verify"},
}
"""Third-party packages and the parts that may import them."""

MODULES = [*sorted((ROOT / "codemods").rglob("*.py")), ROOT / "cli.py"]


def part(name: str) -> str:
    """The part of a dotted module name; of the package itself: nothing."""
    return "cli" if name == "cli" else name.removeprefix("codemods").lstrip(".").partition(".")[0]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> list[tuple[int, str]]:
    """Line and full name of everything that a module imports, in functions and for type checking as well."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: relative import"
            assert node.module
            # `from codemods import run` imports a module, `from codemods.run import outcomes` a name of it.
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [(node.lineno, name) for name in (whole if node.module == "codemods" else [node.module])]
    return found


def ours(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in ("codemods", "cli")


def test_every_module_is_in_the_list_of_layers() -> None:
    assert {part(dotted(path)) for path in MODULES} - {""} == set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_imports_only_from_the_layers_above_it(path: Path) -> None:
    here = part(dotted(path))
    allowed = {here, *LAYERS[: LAYERS.index(here)]} if here else set()
    wrong = [
        (line, name) for line, name in imports(path) if ours(name) and part(name) not in {*allowed, "VERSION"}
    ]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_what_is_to_be_independent_knows_nothing_of_what_it_judges(path: Path) -> None:
    forbidden = APART.get(part(dotted(path)), set())
    assert [(line, name) for line, name in imports(path) if ours(name) and part(name) in forbidden] == []


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_third_party_packages_stay_in_their_place(path: Path) -> None:
    here = part(dotted(path))
    names = [(line, name.split(".")[0]) for line, name in imports(path)]
    assert [(line, name) for line, name in names if here not in ONLY_IN.get(name, {here})] == []


def test_the_command_line_imports_nothing_slow_before_it_knows_what_to_do() -> None:
    tree = ast.parse((ROOT / "cli.py").read_bytes())
    names = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert {name for name in names if name and ours(name)} == {
        "codemods",
        "codemods.ending",
        "codemods.settings",
    }
