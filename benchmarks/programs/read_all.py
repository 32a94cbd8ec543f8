"""The least that a check of a folder can cost: start, import what a command needs, find every file, read it."""

import importlib
import os
import sys


def read_all(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                read_all(entry.path)
            elif entry.name.endswith((".py", ".ipynb")):
                with open(entry.path, "rb") as file:  # noqa: PTH123
                    file.read()


importlib.import_module(sys.argv[2])
read_all(sys.argv[1])
