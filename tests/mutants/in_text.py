"""Faults in finding where statements and their comments stand: the wrong text goes along with what moves."""

from __future__ import annotations

from tests.mutants import Mutant

OWN = "tests/test_suites.py::test_statements_take_their_own_comments_along"

MUTANTS = (
    Mutant(
        "suites-have-no-comments-behind",
        "rewrite/suites.py",
        "A comment behind a suite belongs to the statement below, however deep it stands.",
        "    return _footer(page, line, page.indent(suite[0].lineno - 1))\n",
        "    return line\n",
        (f"{OWN}[a comment as deep as the suite above]",),
    ),
    Mutant(
        "elif-is-a-suite",
        "rewrite/suites.py",
        "A comment as deep as an elif belongs to the branches above it.",
        "    return _last_suite(page, last[0]) if last and _is_elif(page, node, last) else last\n",
        "    return last\n",
        (f"{OWN}[a comment behind an elif]",),
    ),
    Mutant(
        "columns-are-characters",
        "syntax.py",
        "A column of ast counts characters, where it counts bytes.",
        '    return column if line.isascii() else len(line.encode()[:column].decode("utf-8", "replace"))\n',
        "    return column\n",
        (f"{OWN}[columns in bytes]",),
    ),
    Mutant(
        "continued-lines-are-plain",
        "rewrite/suites.py",
        "What stands behind a statement on its line is white space or a comment.",
        '    if not _TAIL.fullmatch(page.text[_end(page, node) : page.starts[line]].rstrip("\\r\\n")):\n',
        "    if line < 0:\n",
        (f"{OWN}[a line that is continued]",),
    ),
)
