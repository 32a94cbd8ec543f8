from __future__ import annotations

import ast
import codecs
import os
import pickle
import socket
from encodings.aliases import aliases
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.files.load import Source, Unreadable, load, read
from tests.files import folder_of_nobody, unprivileged

BOM = codecs.BOM_UTF8


def refused(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        load("a.py", data)
    assert "\n" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        (b"x = 1", "x = 1", "utf-8"),
        (b"a\r\nb\rc\nd", "a\r\nb\rc\nd", "utf-8"),
        (b"\x0cimport a\n\x0c\r\n", "\x0cimport a\n\x0c\r\n", "utf-8"),
        ("x = 'é'\n".encode(), "x = 'é'\n", "utf-8"),
        (BOM + b"x = 1\r\n", "x = 1\r\n", "utf-8"),
        (BOM + b"# coding: utf-8\nx = 1\n", "# coding: utf-8\nx = 1\n", "utf-8"),
        (BOM, "", "utf-8"),
        (b"# coding: latin-1\nx = '\xe9'\n", "# coding: latin-1\nx = 'é'\n", "iso-8859-1"),
        (
            b"#!/bin/sh\r\n# -*- coding: cp1252 -*-\r\n'\x80'",
            "#!/bin/sh\r\n# -*- coding: cp1252 -*-\r\n'€'",
            "cp1252",
        ),
        (b"#\r# coding: latin-1\rx = '\xe9'\r", "#\r# coding: latin-1\rx = 'é'\r", "iso-8859-1"),
        (b"\x0c# coding: latin-1\n'\xe9'", "\x0c# coding: latin-1\n'é'", "iso-8859-1"),
        (b"\x0c\n # coding: latin-1\n'\xe9'", "\x0c\n # coding: latin-1\n'é'", "iso-8859-1"),
        (b"# \xe9 coding: latin-1\n", "# é coding: latin-1\n", "iso-8859-1"),
        (b"# \xe9\n# coding: latin-1\n", "# é\n# coding: latin-1\n", "iso-8859-1"),
        (
            "# coding: shift_jis\nx = '\u8868'\n".encode("shift_jis"),
            "# coding: shift_jis\nx = '\u8868'\n",
            "shift_jis",
        ),
    ],
)
def test_text_is_read_as_python_reads_it_and_turns_back_into_the_same_bytes(
    data: bytes, text: str, encoding: str
) -> None:
    source = load("a.py", data)
    bom = BOM if data.startswith(BOM) else b""
    assert source == Source(path="a.py", data=data, text=text, encoding=encoding, bom=bom)
    assert source.encode(source.text) == data
    assert ast.dump(ast.parse(data)) == ast.dump(ast.parse(source.text))


def test_new_text_keeps_the_bom_and_the_encoding() -> None:
    source = load("a.py", b"# coding: latin-1\r\n'\xe9'\r\n")
    assert source.encode(source.text + "'é'") == b"# coding: latin-1\r\n'\xe9'\r\n'\xe9'"
    assert load("a.py", BOM + b"a\n").encode("b\n") == BOM + b"b\n"


def test_a_coding_line_after_the_second_line_or_after_code_declares_nothing() -> None:
    assert load("a.py", b"\n\n# coding: latin-1\n").encoding == "utf-8"
    assert load("a.py", b"x = 1\n# coding: latin-1\n").encoding == "utf-8"
    assert load("a.py", b"#\r#\r# coding: latin-1\r").encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, "byte 0xe9 is not valid utf-8"),
        (b"a\rb\r\nc\n\xff", 4, "byte 0xff"),
        (BOM + b"\n\xff", 2, "byte 0xff"),
        (b"# coding: ascii\n\xe9", 2, "not valid ascii"),
        (b"# coding: shift_jis\n'\x81", 2, "not valid shift_jis"),
        (b"# coding: nonsense\n", 1, "unknown encoding: nonsense"),
        (b"#!/usr/bin/python\n# coding: nonsense\n", 2, "unknown encoding: nonsense"),
        (b"# coding: rot13\n", None, "rot13 is no text encoding"),
        (b"# coding: hex\n", None, "hex is no text encoding"),
        (BOM + b"# coding: latin-1\n", 1, "UTF-8 BOM"),
        (b"\x7fELF\x00\x00", 1, "binary file"),
        (b"x = 1\n\x00", 2, "binary file"),
        ("x = 1\n".encode("utf-16"), None, "UTF-16"),
        (b"# coding: utf-7\nx = '+AGE-'\n", None, "does not turn back into the same bytes"),
        (b"# coding: raw_unicode_escape\n'\\ud800'\n", None, "surrogate"),
        (b"# coding: unicode_escape\n'\\x00'\n", None, "binary file"),
    ],
)
def test_bytes_that_are_no_source_are_refused_with_a_reason_and_the_line(
    data: bytes, line: int | None, word: str
) -> None:
    error = refused(data)
    assert word in error.message
    assert error.line == line


def test_a_refusal_survives_the_way_back_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(refused(b"\n\xff")))
    assert (error.message, error.line) == ("byte 0xff is not valid utf-8", 2)
    assert str(error) == "line 2: byte 0xff is not valid utf-8"


@given(
    encoding=st.sampled_from(sorted({*aliases, *aliases.values()})),
    head=st.sampled_from([b"", BOM, b"\x0c", b"#\r\n", b"# \xe9\r"]),
    rest=st.one_of(st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8"))),
)
def test_whatever_the_bytes_either_they_come_back_or_they_are_refused(
    encoding: str, head: bytes, rest: bytes
) -> None:
    data = head + f"# coding: {encoding}\n".encode() + rest
    try:
        source = load("a.py", data)
    except Unreadable:
        return
    assert source.encode(source.text) == data


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.booleans())
def test_every_utf_8_text_comes_back(text: str, with_bom: bool) -> None:
    data = (BOM if with_bom else b"") + b"\n\n" + text.encode("utf-8")
    source = load("a.py", data)
    assert source.text == "\n\n" + text
    assert source.encode(source.text) == data


def test_a_regular_file_is_read_through_a_link_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"a\r\n\x00")
    (tmp_path / "link.py").symlink_to("a.py")
    assert read(tmp_path / "a.py") == read(tmp_path / "link.py") == b"a\r\n\x00"


def why_unreadable(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read(path)
    assert caught.value.line is None
    return caught.value.message


def test_what_cannot_be_read_has_a_reason_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.py").symlink_to("gone")
    (tmp_path / "circle.py").symlink_to("circle.py")
    (tmp_path / "file").touch()
    assert why_unreadable(tmp_path / "none.py") == "no such file or folder"
    assert why_unreadable(tmp_path / "broken.py") == "broken symbolic link"
    assert why_unreadable(tmp_path / "circle.py") == "symbolic links that lead round in a circle"
    assert why_unreadable(tmp_path) == "is a directory"
    assert why_unreadable(tmp_path / "file" / "a.py") == "not a directory"
    assert why_unreadable(tmp_path / "a\0b").startswith("no usable path")
    assert why_unreadable(tmp_path / ("long" * 100)) == "file name too long"


@pytest.mark.parametrize("said", [0, 5])
def test_a_file_that_is_longer_than_it_says_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: int
) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n" * 500_000)
    mode = path.stat().st_mode
    monkeypatch.setattr(os, "fstat", lambda _: os.stat_result((mode, 0, 0, 1, 0, 0, said, 0, 0, 0)))
    assert read(path) == b"x = 1\n" * 500_000


def test_a_pipe_a_device_and_a_socket_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert why_unreadable(tmp_path / "pipe.py") == "not a regular file"
    assert why_unreadable(Path(os.devnull)) == "not a regular file"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert why_unreadable(tmp_path / "s") == "not a regular file"


def test_a_file_without_read_permission_says_so() -> None:
    with folder_of_nobody() as folder:
        secret = folder / "secret.py"
        secret.write_bytes(b"x = 1\n")
        secret.chmod(0)
        assert unprivileged(lambda: why_unreadable(secret)) == "permission denied"
