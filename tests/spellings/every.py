"""Every way to spell a program differently."""

from __future__ import annotations

from tests.spellings import (
    in_arguments,
    in_assignments,
    in_carriers,
    in_classes,
    in_names,
    in_suites,
    in_values,
)

SPELLINGS = (
    *in_names.SPELLINGS,
    *in_carriers.SPELLINGS,
    *in_classes.SPELLINGS,
    *in_arguments.SPELLINGS,
    *in_values.SPELLINGS,
    *in_assignments.SPELLINGS,
    *in_suites.SPELLINGS,
)
