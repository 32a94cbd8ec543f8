"""The same codemod as a command of LibCST's own runner.

    python -m libcst.tool codemod -x --no-format codemods.libcst_command.CanonicalGradientOrder PATH

``-x`` names a command outside LibCST. Without ``--no-format`` that runner formats every changed file with black, wholly.
Configuration files count as they do for gradorder itself; one that is wrong is said as a warning, and the file left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst
from libcst.codemod import CodemodCommand

from codemods.api import fix_source
from codemods.config import Configuration
from codemods.settings import BadConfiguration, Settings

if TYPE_CHECKING:
    from libcst import Module


class CanonicalGradientOrder(CodemodCommand):
    """Puts training steps into the order zero_grad, backward, step; each rewrite is proved before it is made."""

    DESCRIPTION = (
        "Put PyTorch training steps into the order zero_grad, backward, step; each rewrite is proved."
    )

    def transform_module_impl(self, tree: Module) -> Module:
        """The module with its proved rewrites; what is left alone or cannot be done is said as a warning."""
        path = self.context.filename
        try:
            settings = Settings() if path is None else Configuration().settings(path)
        except BadConfiguration as error:
            self.warn(str(error))
            return tree
        fixed = fix_source(tree.bytes, path=path or "<source>", settings=settings)
        if fixed.problem is not None:
            self.warn(fixed.problem.message)
        for one in fixed.findings:
            if one.code and not one.applied:
                self.warn(f"line {one.line}: {one.code} {one.verdict.value}: {one.reason}")
        return libcst.parse_module(fixed.source) if fixed.changed else tree
