"""IPython's magics and shell lines: what they do to the program around them, and how they look as Python.

``%run train.py`` means ``get_ipython().run_line_magic('run', 'train.py')``: that is what IPython itself runs, and what
``jupyter nbconvert --to script`` writes. Both a notebook's cells and exported scripts are understood by that call.
"""

from __future__ import annotations

import ast
import re

from msgspec import Struct

from codemods.syntax import callee_name


class NotRestored(Exception):
    """The lines that were masked as Python cannot be found again in a changed text."""


QUIET_LINES = frozenset(
    "alias alias_magic automagic autoreload autosave bookmark cat cd colors conda config connect_info cp debug dhist dirs "
    "doctest_mode env gui hist history javascript js killbgscripts latex ldir less lf lk ll load load_ext loadpy logoff "
    "logon logstart logstate logstop ls lsmagic lx magic mamba man matplotlib micromamba mkdir more mv notebook page pastebin "
    "pdb pdef pdoc pfile pinfo pinfo2 pip pip3 popd pprint precision psearch psource pushd pwd pycat pylab quickref "
    "rehashx reload_ext reset rm rmdir save sc set_env shell subplots sql svg sx system tb tensorboard tensorflow_version "
    "unalias unload_ext uv watermark who who_ls whos xdel xmode".split()
)
"""Line magics that run no code of the notebook and leave its models alone (IPython 9, ``IPython/core/magics``)."""

QUIET_CELLS = frozenset(
    "! HTML SVG bash cmd file html javascript js latex markdown perl powershell pypy python2 ruby script sh shell sql svg "
    "sx system writefile".split()
)
"""Cell magics whose cell is not Python, or goes to another process or to a file."""

ONCE = frozenset({"time", "capture", "prun"})
"""Cell magics that run their cell once, as it stands, with the notebook's names."""

REPEATS = frozenset({"time", "timeit", "prun", "memit", "lprun", "mprun"})
"""Magics that run what they are given, and bind no name of the notebook that it does not bind."""

_METHODS = frozenset({"run_line_magic", "run_cell_magic", "system", "getoutput", "magic"})
_RUNNERS = frozenset(
    {"ev", "ex", "push", "run_cell", "run_cell_async", "run_code", "safe_execfile", "safe_run_module"}
)
"""Methods of the shell that run a text, a file, or give names other values."""
_ITS_ALONE = frozenset({"run_cell", "run_cell_async", "run_cell_magic", "run_line_magic"})
"""Methods that nothing but the shell has, under whatever name it goes."""
_CALLS_IN_BRACES = re.compile(r"\{[^{}]*\(")


class Magic(Struct, frozen=True):
    """One use of a magic. ``body`` is that of a cell magic, None for a line; a shell line is called ``!``."""

    name: str
    line: str
    body: str | None = None

    @property
    def text(self) -> str:
        """How a person wrote it, its first line."""
        if self.name == "?":
            return self.line if len(self.line) <= 50 else self.line[:47] + "..."
        sign = "%" if self.body is None else "%%"
        shell = self.name.startswith("!")
        text = f"{self.name}{self.line}" if shell else f"{sign}{self.name} {self.line}".strip()
        return text if len(text) <= 50 else text[:47] + "..."

    @property
    def quiet(self) -> bool:
        """Whether it runs no code of the notebook. A shell line may, in braces: ``!echo {train()}``."""
        if self.name == "store":
            return "-r" not in self.line.split()
        if _CALLS_IN_BRACES.search(self.line):
            return False
        if self.body is not None:
            return self.name in QUIET_CELLS
        return self.name.startswith("!") or self.name in QUIET_LINES

    @property
    def binds(self) -> bool:
        """Whether it may give the names of the notebook, functions and classes too, another meaning."""
        return not self.quiet and self.name not in REPEATS

    @property
    def call(self) -> str:
        """The Python that IPython makes of it."""
        if self.name.startswith("!"):
            return f"get_ipython().{'system' if self.name == '!' else 'getoutput'}({self.line!r})"
        if self.body is None:
            return f"get_ipython().run_line_magic({self.name!r}, {self.line!r})"
        return f"get_ipython().run_cell_magic({self.name!r}, {self.line!r}, {self.body!r})"


def magic_of(node: ast.AST) -> Magic | None:
    """The magic that a call runs; None for any other node. One called ``?`` may be any: its ``line`` is the call."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    name, base = node.func.attr, node.func.value
    shell = isinstance(base, ast.Call) and callee_name(base) == "get_ipython"
    if name not in _ITS_ALONE and not (shell and name in _METHODS | _RUNNERS):
        return None
    if name in _RUNNERS:
        return Magic("?", ast.unparse(node))
    words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if len(words) != len(node.args) or not words or node.keywords:
        return Magic("?", ast.unparse(node))
    if node.func.attr in ("system", "getoutput"):
        return Magic("!" if node.func.attr == "system" else "!!", words[0])
    if node.func.attr == "magic":
        name, _, line = words[0].strip().partition(" ")
        return Magic(name.lstrip("%"), line)
    line = words[1] if len(words) > 1 else ""
    return Magic(words[0], line, words[2] if node.func.attr == "run_cell_magic" and len(words) > 2 else None)
