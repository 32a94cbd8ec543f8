"""The codemod that one would write for LibCST's runner in an afternoon: zero_grad to the top of its loop, no questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import libcst.matchers as m
from libcst.codemod import VisitorBasedCodemodCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

ZERO = m.SimpleStatementLine([m.Expr(m.Call(m.Attribute(attr=m.Name("zero_grad"))))])
STEP = m.SimpleStatementLine([m.Expr(m.Call(m.Attribute(attr=m.Name("step"))))])


class ZeroGradFirst(VisitorBasedCodemodCommand):
    """Move every zero_grad behind a step to the top of the block."""

    DESCRIPTION = "zero_grad first"

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        """One block, its inner ones done."""
        late = _late(updated_node.body)
        rest = [one for one in updated_node.body if one not in late]
        return updated_node.with_changes(body=[*late, *rest]) if late else updated_node


def _late(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    steps = [index for index, one in enumerate(body) if m.matches(one, STEP)]
    return [one for index, one in enumerate(body) if steps and index > steps[0] and m.matches(one, ZERO)]
