"""Replaces the content of one file, wholly or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from codemods.files.load import Unreadable, read, reason


class NotWritten(Exception):
    """The file is as it was; `message` is one line for a person and says why."""

    def __init__(self, message: str) -> None:
        """`message` comes without the path."""
        super().__init__(message)
        self.message = message


class ChangedOnDisk(NotWritten):
    """The file no longer holds the bytes from which the new ones were made."""


def write(path: Path, before: bytes, after: bytes) -> None:
    """Replaces `before` by `after` in the file at `path`; a symbolic link stays one, and its target is replaced.

    A kill at any moment leaves all of the old bytes or all of the new ones, since a temporary file in the same folder
    takes the place of the target in one rename. Only a kill can leave that temporary file behind: it is called
    `.gradorder-*.tmp`, and nothing ever reads it. Mode bits are kept; owner and group where the system permits (if
    it does not, set-user-id and set-group-id bits are dropped). Extended attributes and modification time are not kept.

    If the file has hard links, this name gets the new content and the other names keep the old: a rename
    replaces a name, and writing in place would not survive a kill.

    Raises ChangedOnDisk if the file holds anything but `before` when the new content is complete on disk, directly
    before the rename; a change in the instant between that look and the rename is lost. Raises NotWritten, the
    file untouched, if the file is read-only (see `_demand_writable`), its folder is, the disk is full, ...
    """
    try:
        target = Path(os.path.realpath(path, strict=True))
        info = target.stat()
        _demand_writable(target, info)
        _replace(target, info, before, after)
    except FileNotFoundError as error:
        raise ChangedOnDisk("removed since it was read") from error
    except OSError as error:
        raise NotWritten(reason(error)) from error
    _sync_folder(target.parent)


def _demand_writable(target: Path, info: os.stat_result) -> None:
    """Refuses where a write in place would be refused, although a rename asks for the folder's permission only.

    The system's own answer is asked for first. For root that answer is always yes, so a file on which nobody at all
    has a write bit counts as read-only for root too.
    """
    if not stat.S_ISREG(info.st_mode):
        raise NotWritten("not a regular file")
    effective = os.access in os.supports_effective_ids
    if not info.st_mode & 0o222 or not os.access(target, os.W_OK, effective_ids=effective):
        raise NotWritten("the file is read-only")


def _replace(target: Path, info: os.stat_result, before: bytes, after: bytes) -> None:
    # The name is chosen before the file exists, and does not end in .py: an exception at any line below finds a
    # name to remove, and a walk that runs at the same time does not take the half-written file for a source.
    temporary = target.with_name(f".gradorder-{os.urandom(8).hex()}.tmp")
    try:
        _create(temporary, target.parent, after, info)
        if _current(target) != before:
            raise ChangedOnDisk("changed on disk since it was read")
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _create(temporary: Path, folder: Path, data: bytes, info: os.stat_result) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        # Nobody else may read the new content before it has the mode and owner of the old file.
        descriptor = os.open(temporary, flags, 0o600)
    except PermissionError as error:
        raise NotWritten(f"no permission to write in the folder {folder.name or folder}") from error
    with open(descriptor, "wb") as file:  # noqa: PTH123 - of a descriptor
        file.write(data)
        file.flush()
        # Owner before mode: a change of owner clears the set-user-id bit.
        kept = _keep_owner(temporary, info)
        temporary.chmod(stat.S_IMODE(info.st_mode) & (0o7777 if kept else 0o1777))
        os.fsync(file.fileno())


def _keep_owner(temporary: Path, info: os.stat_result) -> bool:
    if hasattr(os, "chown"):
        # One by one: a user may give a file to another group of theirs, though never to another owner.
        for owner, group in ((-1, info.st_gid), (info.st_uid, -1)):
            with suppress(OSError):
                os.chown(temporary, owner, group)
    now = temporary.stat()
    return (now.st_uid, now.st_gid) == (info.st_uid, info.st_gid)


def _current(target: Path) -> bytes:
    try:
        return read(target)
    except Unreadable as error:
        raise ChangedOnDisk(f"no longer readable: {error.message}") from error


def _sync_folder(folder: Path) -> None:
    # The new content is in place already, and some file systems cannot sync a folder: no reason to call it a failure.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
