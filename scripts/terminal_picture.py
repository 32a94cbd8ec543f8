"""Records docs/terminal.svg: what a new user sees in a terminal. ``--check`` only compares the words in it."""

from __future__ import annotations

import html
import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "terminal.svg"
COMMANDS = (("check", "examples/"), ("fix", "--diff", "examples/"))
STYLES = {"+": "green", "-": "red", "@": "cyan"}


def recorded() -> Console:
    """The commands and what they print, coloured."""
    console = Console(width=104, record=True, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    for arguments in COMMANDS:
        console.print(Text.assemble(("$ ", "bold green"), f"gradorder {' '.join(arguments)}"))
        environment = {**os.environ, "FORCE_COLOR": "1", "NO_COLOR": ""}
        done = subprocess.run(
            [sys.executable, "cli.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
            text=True,
        )
        for line in (done.stdout + done.stderr).splitlines():
            if arguments[0] == "fix" and line[:1] in STYLES:
                console.print(Text(line, style=STYLES[line[:1]]))
            else:
                console.print(Text.from_ansi(line))
    return console


def main() -> int:
    """1 when ``--check`` finds that the picture shows other words."""
    drawn = recorded().export_svg(title="gradorder", unique_id="gradorder")
    text = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)  # nothing is fetched from anywhere
    if "--check" not in sys.argv:
        PICTURE.write_text(text, encoding="utf-8")
        return 0
    same = words(PICTURE.read_text(encoding="utf-8")) == words(text)
    if not same:
        print("docs/terminal.svg is not what the commands print: python scripts/terminal_picture.py")
    return 0 if same else 1


def words(svg: str) -> str:
    """The text of a picture."""
    return html.unescape(" ".join(re.findall(r">([^<>]+)</text>", svg))).replace("\xa0", " ")


if __name__ == "__main__":
    sys.exit(main())
