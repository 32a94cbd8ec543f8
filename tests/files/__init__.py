from __future__ import annotations

import os
import pickle
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534
Result = TypeVar("Result")


@contextmanager
def folder_of_nobody() -> Iterator[Path]:
    """A folder that an unprivileged user owns and can reach; pytest's own `tmp_path` is closed to others."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() == 0:
            os.chown(name, NOBODY, NOBODY)
        yield Path(name).resolve()


def unprivileged(function: Callable[[], Result]) -> Result:
    """What `function` returns where permissions count: for root, in a child process that has become nobody.

    An exception in the child fails the test with its repr. Whatever the function imports must be imported before.
    """
    if os.geteuid() != 0:
        return function()
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            answer = pickle.dumps((True, function()))
        except BaseException as error:
            answer = pickle.dumps((False, repr(error)))
        os.write(sending, answer)
        os._exit(0)
    os.close(sending)
    with open(receiving, "rb") as pipe:  # noqa: PTH123 - of a descriptor
        fine, result = pickle.loads(pipe.read())
    os.waitpid(child, 0)
    assert fine, result
    return result  # type: ignore[no-any-return]
