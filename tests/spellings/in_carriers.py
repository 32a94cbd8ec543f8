"""What carries models and optimizers, and what the whole page runs in."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from tests.spellings.in_names import WORLD
from tests.spellings.spell import Spelling, bound, expression, own_nodes, statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.spellings.spell import Draft


def _free(draft: Draft) -> list[str]:
    """The world's models and optimizers that a page uses and never binds."""
    every = set().union(*[bound(one) for one in (draft.tree, *ast.walk(draft.tree))])
    parameters = {node.arg for node in ast.walk(draft.tree) if isinstance(node, ast.arg)}
    used = {node.id for node in ast.walk(draft.tree) if isinstance(node, ast.Name)}
    things = [one for one in WORLD if "loader" not in one and one not in ("loss_fn", "device")]
    return [one for one in things if one in used and one not in every | parameters]


class Replaced(ast.NodeTransformer):
    def __init__(self, names: dict[str, ast.expr]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self.names[node.id]) if node.id in self.names else node


def top(tree: ast.Module) -> int:
    top = 0
    for one in tree.body:
        if not isinstance(one, ast.Import | ast.ImportFrom) and not (
            isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
        ):
            break
        top += 1
    return top


def _carried(setup: str, read: str, *, each: bool = False) -> Callable[[Draft, ast.Module], None]:
    """The world's models and optimizers in a carrier; PAIRS, NAMES, VALUES and N stand for them."""

    def change(draft: Draft, tree: ast.Module) -> None:
        names = _free(draft)
        if not names:
            return
        replaced = {
            one: expression(read.replace("INDEX", str(i)).replace("NAME", one)) for i, one in enumerate(names)
        }
        Replaced(replaced).visit(tree)
        texts = {
            "PAIRS": ", ".join(f"{one}={one}" for one in names),
            "DICT": ", ".join(f"{one!r}: {one}" for one in names),
            "FIELDS": "\n".join(f"    {one}: object" for one in names),
            "MEMBERS": "\n".join(f"    {one} = {one}" for one in names),
            "STORES": "\n".join(f"        self.{one} = {one}" for one in names),
            "GETTERS": "\n".join(
                f"    @property\n    def {one}(self):\n        return {one}" for one in names
            ),
            "RETURNS": "\n".join(f"def get_{one}():\n    return {one}" for one in names),
            "GLOBALS": "\n".join(f"carried_{one} = {one}" for one in names),
            "TUPLE": ", ".join(names) + ",",
            "KEYS": ", ".join(map(repr, names)) + ",",
            "TARGETS": ", ".join(f"carried_{one}" for one in names) + ",",
        }
        filled = setup
        for key, text in texts.items():
            filled = filled.replace(key, text)
        at = top(tree)
        tree.body[at:at] = ast.parse(filled).body

    return change


def _everything_in(
    header: str, footer: str, *, as_globals: bool, drives: bool = False
) -> Callable[[Draft, ast.Module], None]:
    """The page as the body of something."""

    def change(draft: Draft, tree: ast.Module) -> None:
        if draft.drive and not as_globals and not drives:
            return
        at = top(tree)
        body = tree.body[at:]
        if not body or any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in body):
            return
        if any(
            isinstance(node, ast.Global | ast.Nonlocal) for one in body for node in (one, *own_nodes(one))
        ):
            return
        names = sorted(set().union(*[bound(ast.Module([one], [])) for one in body]))
        first: list[ast.stmt] = [ast.Global(names)] if names and as_globals else []
        tree.body[at:] = statements(f"{header}\n{footer}", BODY=[*first, *body])

    return change


CLASS = "class Carrier:\n    def __init__(self, **given):\n        self.__dict__.update(given)\ncarrier = Carrier(PAIRS)"


PLAIN = "class Carrier:\n    def __init__(self):\nSTORES\ncarrier = Carrier()"


DATA = "import dataclasses\n@dataclasses.dataclass\nclass Carrier:\nFIELDS\ncarrier = Carrier(PAIRS)"


NAMED = "import typing\nclass Carrier(typing.NamedTuple):\nFIELDS\ncarrier = Carrier(PAIRS)"


SPELLINGS = (
    Spelling("carried by a namespace", "page", _carried("import types\ncarrier = types.SimpleNamespace(PAIRS)", "carrier.NAME")),
    Spelling("carried by a dict", "page", _carried("carrier = {DICT}", "carrier['NAME']")),
    Spelling("carried by a dict call", "page", _carried("carrier = dict(PAIRS)", "carrier['NAME']")),
    Spelling("carried by a list", "page", _carried("carrier = [TUPLE]", "carrier[INDEX]")),
    Spelling("carried by a tuple", "page", _carried("carrier = (TUPLE)", "carrier[INDEX]")),
    Spelling("carried by a class", "page", _carried("class Carrier:\nMEMBERS", "Carrier.NAME")),
    Spelling("carried by an instance", "page", _carried(PLAIN, "carrier.NAME")),
    Spelling("carried by an open instance", "page", _carried(CLASS, "carrier.NAME")),
    Spelling("carried by a dataclass", "page", _carried(DATA, "carrier.NAME")),
    Spelling("carried by a named tuple", "page", _carried(NAMED, "carrier.NAME")),
    Spelling("carried by properties", "page", _carried("class Carrier:\nGETTERS\ncarrier = Carrier()", "carrier.NAME")),
    Spelling("carried by functions", "page", _carried("RETURNS", "get_NAME()")),
    Spelling("carried by other names", "page", _carried("GLOBALS", "carried_NAME")),
    Spelling("carried by unpacking", "page", _carried("TARGETS = [TUPLE]", "carried_NAME")),
    Spelling("carried by a loop", "page", _carried("for TARGETS in [(TUPLE)]:\n    pass", "carried_NAME")),
    Spelling("carried by globals", "page", _carried("", "globals()['NAME']")),
    Spelling("carried by a function's attributes", "page", _carried("def carrier():\n    pass\ncarrier.__dict__.update(PAIRS)", "carrier.NAME")),
    Spelling("carried by zip", "page", _carried("carrier = dict(zip([KEYS], [TUPLE]))", "carrier['NAME']")),
    Spelling("carried by a closure", "page", _carried("carrier = (lambda given: lambda key: given[key])({DICT})", "carrier('NAME')")),
    Spelling("in a main function", "page", _everything_in("def main():\n    BODY", "main()", as_globals=False)),
    Spelling("in a main function of globals", "page", _everything_in("def main():\n    BODY", "main()", as_globals=True)),
    Spelling("in a coroutine", "page", _everything_in("import asyncio\nasync def main():\n    BODY", "asyncio.run(main())", as_globals=False)),
    Spelling("in a generator", "page", _everything_in("def main():\n    BODY\n    yield", "list(main())", as_globals=False)),
    Spelling("in a class body", "page", _everything_in("class Main:\n    BODY", "", as_globals=False)),
    Spelling("in a constructor", "page", _everything_in("class Main:\n    def __init__(self):\n        BODY", "Main()", as_globals=False)),
    Spelling("in a method", "page", _everything_in("class Main:\n    def go(self):\n        BODY", "Main().go()", as_globals=False)),
    Spelling("in a static method", "page", _everything_in("class Main:\n    @staticmethod\n    def go():\n        BODY", "Main.go()", as_globals=False)),
    Spelling("in a thread", "page", _everything_in("import threading\ndef main():\n    BODY", "t1 = threading.Thread(target=main)\nt1.start()\nt1.join()", as_globals=True)),
    Spelling("in a guard", "page", _everything_in("if __name__ == '__main__':\n    BODY", "", as_globals=False, drives=True)),
    Spelling("in a try", "page", _everything_in("try:\n    BODY\nfinally:\n    pass", "", as_globals=False, drives=True)),
    Spelling("in a main, run by a name", "page", _everything_in("def main():\n    BODY", "globals()['main']()", as_globals=True)),
    Spelling("in a main, twice over", "page", _everything_in("def main(n):\n    if n:\n        return main(n - 1)\n    BODY", "main(1)", as_globals=True)),
)  # fmt: skip
