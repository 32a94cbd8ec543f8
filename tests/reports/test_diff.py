from __future__ import annotations

from codemods.findings import Outcome
from codemods.reports.diff import render


def diff(before: bytes, after: bytes | None, path: str = "a.py") -> list[bytes]:
    return render(Outcome(path, before, after)).split(b"\n")[:-1]


def test_a_file_without_a_rewrite_has_no_diff() -> None:
    assert render(Outcome("a.py", b"x\n", None)) == b""


def test_a_diff_names_the_file_twice_and_marks_what_changes() -> None:
    before, after = b"a\nx\ny\nb\n", b"a\nb\nx\ny\n"
    assert diff(before, after) == [
        b"--- a.py",
        b"+++ a.py",
        b"@@ -1,4 +1,4 @@",
        b" a",
        b"+b",
        b" x",
        b" y",
        b"-b",
    ]


def test_carriage_returns_and_other_bytes_stay_as_they_are() -> None:
    assert diff(b"\xe4\r\nb\r\x0cc\n", b"\xe4\r\nc\n")[3:] == [b" \xe4\r", b"-b\r\x0cc", b"+c"]


def test_a_missing_newline_at_the_end_is_said_on_each_side() -> None:
    missing = b"\\ No newline at end of file"
    assert diff(b"a\nb", b"a\nc")[3:] == [b" a", b"-b", missing, b"+c", missing]
    assert diff(b"a\nb", b"c\nb")[3:] == [b"-a", b"+c", b" b", missing]


def test_a_tab_ends_a_name_with_a_space_as_patch_and_git_want_it() -> None:
    assert diff(b"a\n", b"b\n", "my page.py")[:2] == [b"--- my page.py\t", b"+++ my page.py\t"]


def test_a_name_that_is_no_unicode_keeps_its_bytes() -> None:
    assert diff(b"a\n", b"b\n", "\udcff.py")[0] == b"--- \xff.py"
