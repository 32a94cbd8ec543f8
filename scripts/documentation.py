"""Writes what is generated from the rules: docs/rules.md and the README's table. ``--check`` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.reports import rule_pages  # noqa: E402 - from this checkout, whatever is installed

START, END = "<!-- rules -->\n", "<!-- end of rules -->\n"


def generated() -> dict[Path, str]:
    """The files that hold generated text, and what they should hold."""
    readme = ROOT / "README.md"
    above, _, rest = readme.read_text().partition(START)
    _, _, below = rest.partition(END)
    return {
        ROOT / "docs" / "rules.md": rule_pages.documentation(),
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
