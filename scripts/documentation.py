"""Writes what is generated: docs/rules.md, docs/options.md and the README's table. ``--check`` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import click  # noqa: E402

import cli  # noqa: E402 - from this checkout, whatever is installed
from codemods.reports import rule_pages  # noqa: E402

START, END = "<!-- rules -->\n", "<!-- end of rules -->\n"


def options() -> str:
    """Every command with every option, as ``--help`` has them."""
    parts = ["# Commands and options\n\nThe same text as `gradorder COMMAND --help`.\n"]
    for name, command in sorted(cli.app.commands.items()):
        context = click.Context(command, info_name=f"gradorder {name}")
        usage = command.get_usage(context).removeprefix("Usage: ")
        about = "\n\n".join(" ".join(one.split()) for one in (command.help or "").split("\n\n"))
        parts.append(f"## `{name}`\n\n```console\n{' '.join(usage.split())}\n```\n\n{about}\n")
        rows = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
        if rows:
            lines = [
                f"| `{first.replace('|', chr(92) + '|')}` | {' '.join(second.split())} |"
                for first, second in rows
            ]
            parts.append("\n".join(["| option | |", "|---|---|", *lines]) + "\n")
    return "\n".join(parts)


def generated() -> dict[Path, str]:
    """The files that hold generated text, and what they should hold."""
    readme = ROOT / "README.md"
    above, _, rest = readme.read_text().partition(START)
    _, _, below = rest.partition(END)
    return {
        ROOT / "docs" / "rules.md": rule_pages.documentation(),
        ROOT / "docs" / "options.md": options(),
        readme: above + START + "\n" + rule_pages.table() + "\n" + END + below,
    }


def main() -> int:
    """1 when ``--check`` finds a file that is not as generated."""
    wrong = [path for path, text in generated().items() if not path.exists() or path.read_text() != text]
    for path in wrong:
        if "--check" in sys.argv:
            print(f"{path.relative_to(ROOT)} is not as generated: python scripts/documentation.py")
        else:
            path.write_text(generated()[path])
    return 1 if wrong and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
