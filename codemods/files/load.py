"""From a path to bytes, and from bytes to text that turns back into the very same bytes."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
import tokenize
from pathlib import Path, PurePath

from msgspec import Struct

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Unreadable(Exception):
    """A file that cannot be read, or whose bytes are no Python source; `message` is one line for a person.

    `line` is 1-based, None where no single line is to blame. Survives pickling.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        """`message` says what is wrong, without the path."""
        super().__init__(message, line)
        self.message = message
        self.line = line

    def __str__(self) -> str:
        """The message, and the line where there is one."""
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class Source(Struct, frozen=True):
    """The text of one file: `encode(text) == data`, always.

    `text` is decoded without the BOM and keeps every newline as it stands in the file. `encoding` never includes
    the BOM, which is in `bom` (empty where there is none).
    """

    path: str
    data: bytes
    text: str
    encoding: str
    bom: bytes

    def encode(self, text: str) -> bytes:
        """`text` as bytes for this file: its encoding, its BOM in front.

        Raises UnicodeEncodeError for a character that the file's encoding lacks; text put together from pieces of
        `self.text` and ASCII never has one.
        """
        return self.bom + text.encode(self.encoding)


def is_notebook(path: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return PurePath(path).suffix.lower() == ".ipynb"


def load(path: str, data: bytes) -> Source:
    """Decodes `data` as Python itself would: BOM, PEP 263 coding line, UTF-8 otherwise.

    Raises Unreadable for NUL bytes, an unknown encoding, bytes that are not in that encoding, and text that would
    not encode to the very same bytes again. `path` is only remembered.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("UTF-16 text, which is no Python source")
    if (nul := data.find(b"\0")) >= 0:
        raise Unreadable("binary file (it holds a NUL byte)", line_at(data, nul))
    encoding = _encoding(data)
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    text = _decode(data, len(bom), encoding)
    if not _encodes_back(text, encoding, data[len(bom) :]):
        raise Unreadable(f"its text does not turn back into the same bytes in the encoding {encoding}")
    return Source(path=path, data=data, text=text, encoding=encoding, bom=bom)


def read(path: str | Path) -> bytes:
    """All bytes of a regular file.

    Raises Unreadable with a one-line reason for everything else. A FIFO or a device is never opened, so this never
    blocks on one.
    """
    try:
        _demand_regular(os.stat(path).st_mode)  # noqa: PTH116 - one call less on the way of every file
        # The kind is looked at twice: the path may have become a FIFO in between, and opening one without
        # O_NONBLOCK would wait for a writer.
        descriptor = os.open(path, _OPEN_FLAGS)
        try:
            return _all_of(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unreadable(reason(error)) from error
    except ValueError as error:  # a NUL character or a lone surrogate in the path
        raise Unreadable(f"no usable path: {error}") from error


def _all_of(descriptor: int) -> bytes:
    """What is left to read of an open file. Without a file object around it, which costs more than most sources."""
    said = os.fstat(descriptor)
    _demand_regular(said.st_mode)
    parts: list[bytes] = []
    # A file may have grown since, or not know its size.
    while part := os.read(descriptor, said.st_size + 1 if not parts else LARGE):
        parts.append(part)
        if len(parts) == 1 and len(part) == said.st_size:
            break
    return parts[0] if len(parts) == 1 else b"".join(parts)


LARGE = 1 << 20


def reason(error: OSError) -> str:
    """Why the operating system refused, in a few words without the path."""
    match error.errno:
        case errno.ENOENT:
            broken = isinstance(error.filename, (str, os.PathLike)) and Path(error.filename).is_symlink()
            return "broken symbolic link" if broken else "no such file or folder"
        case errno.EACCES:
            return "permission denied"
        case errno.EISDIR:
            return "is a directory"
        case errno.ELOOP:
            return "symbolic links that lead round in a circle"
        case _:
            return (error.strerror or str(error) or type(error).__name__).lower()


def first_two_lines(data: bytes) -> list[bytes]:
    r"""The only lines that may declare an encoding, newlines included, ended by \n, \r or \r\n as Python ends them."""
    first = _LINE.match(data)
    assert first is not None, "the pattern matches the empty string"
    second = _LINE.match(data, first.end())
    assert second is not None, "the pattern matches the empty string"
    return [first.group(), second.group()]


def line_at(data: bytes, offset: int) -> int:
    """The 1-based number of the line that holds the byte at `offset`."""
    return len((data[:offset] + b".").splitlines())


def _demand_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise Unreadable("is a directory")
    if not stat.S_ISREG(mode):
        raise Unreadable("not a regular file")


def _encoding(data: bytes) -> str:
    # Bytes that are not ASCII are masked: Python looks for the coding line byte by byte, and lets a comment in front of
    # it be in the very encoding that it declares, which detect_encoding of older versions refuses.
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    lines = first_two_lines(data[len(bom) :] if bom else data)
    masked = [line.decode("ascii", "replace").encode("ascii", "replace") for line in lines]
    masked[0] = bom + masked[0]
    asked = 0

    def readline() -> bytes:
        nonlocal asked
        asked += 1
        return masked[asked - 1]

    try:
        encoding, _ = tokenize.detect_encoding(readline)
    except SyntaxError as error:
        unknown = (error.msg or "").startswith("unknown encoding")
        message = error.msg if unknown else "a UTF-8 BOM, but the coding line declares another encoding"
        raise Unreadable(message, asked) from error
    return encoding.removesuffix("-sig") if bom else encoding


def _decode(data: bytes, start: int, encoding: str) -> str:
    try:
        text = data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        at = start + error.start
        byte = f"byte 0x{data[at]:02x} is" if at < len(data) else "the end is"
        raise Unreadable(f"{byte} not valid {encoding}", line_at(data, at)) from error
    except LookupError as error:  # a codec, though one between bytes and bytes or text and text
        raise Unreadable(f"unknown encoding: {encoding} is no text encoding") from error
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"not valid {encoding}") from error
    # Some encodings can spell what no Python source may hold: NUL, and halves of a surrogate pair.
    if "\0" in text:
        raise Unreadable("binary file (it holds a NUL character)")
    if encoding != "utf-8" and _SURROGATE.search(text):
        raise Unreadable(f"its {encoding} text holds half of a surrogate pair")
    return text


def _encodes_back(text: str, encoding: str, data: bytes) -> bool:
    # UTF-8 is left out for speed only: what decodes strictly has exactly one spelling there.
    if encoding == "utf-8":
        return True
    try:
        return text.encode(encoding) == data
    except (ValueError, OverflowError):
        return False
