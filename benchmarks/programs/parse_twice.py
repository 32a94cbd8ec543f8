"""Parse every file twice, in one process: once to judge it, once to prove that a rewrite changes nothing else."""

import ast
import sys
from pathlib import Path

for path in Path(sys.argv[1]).rglob("*.py"):
    data = path.read_bytes()
    for _ in range(2):
        ast.parse(data)
