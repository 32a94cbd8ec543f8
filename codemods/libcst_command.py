"""The same codemod as a command of LibCST's own runner.

    python -m libcst.tool codemod -x --no-format codemods.libcst_command.CanonicalGradientOrder PATH

``-x`` names a command outside LibCST. Without ``--no-format`` that runner formats every changed file with black, wholly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst
from libcst.codemod import CodemodCommand

from codemods.api import fix_source

if TYPE_CHECKING:
    from libcst import Module


class CanonicalGradientOrder(CodemodCommand):
    """Puts training steps into the order zero_grad, backward, step; each rewrite is proved before it is made."""

    DESCRIPTION = (
        "Put PyTorch training steps into the order zero_grad, backward, step; each rewrite is proved."
    )

    def transform_module_impl(self, tree: Module) -> Module:
        """The module with its proved rewrites; what is left alone or cannot be done is said as a warning."""
        fixed = fix_source(tree.bytes, path=self.context.filename or "<source>")
        if fixed.problem is not None:
            self.warn(fixed.problem.message)
        for one in fixed.findings:
            if one.code and not one.applied:
                self.warn(f"line {one.line}: {one.code} {one.verdict.value}: {one.reason}")
        return libcst.parse_module(fixed.source) if fixed.changed else tree
