"""Python to IR: scopes and evidence about names, then expressions and statements, then the whole program."""

from codemods.lower.blocks import TooLarge
from codemods.lower.linking import lower

__all__ = ["TooLarge", "lower"]
