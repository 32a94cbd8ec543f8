"""Faults in what a backward reaches, and in what is frozen meanwhile."""

from __future__ import annotations

from tests.mutants import Mutant

FROZEN = "tests/lower/test_frozen.py::test_what_a_page_freezes_is_frozen_under_torch"
VERDICT = "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict"

MUTANTS = (
    Mutant(
        "frozen-on-one-path",
        "lower/reach/frozen.py",
        "A module that is frozen on one path is frozen.",
        "                new = given if old is None else old & given\n",
        "                new = given if old is None else old | given\n",
        (f"{FROZEN}[on_the_other_path]",),
    ),
    Mutant(
        "frozen-where-something-raised",
        "lower/reach/frozen.py",
        "What a block freezes is frozen where something in it raised.",
        "                ways.append((one.on_raise[block], NONE))\n",
        "                ways.append((one.on_raise[block], state))\n",
        (f"{FROZEN}[exception_before_it]",),
    ),
    Mutant(
        "frozen-for-another-instance",
        "lower/reach/frozen.py",
        "What a method froze of its own instance is frozen of any other.",
        "            or (inner.mine is not None and one.variable == inner.mine)\n",
        '            or one.scope.startswith("class ")\n',
        (f"{FROZEN}[another_trainer]",),
    ),
    Mutant(
        "frozen-whoever-thaws",
        "lower/reach/switched.py",
        "A flag that is set on a parameter of whatever module thaws nothing.",
        "                    if thawed is None:\n                        return self.sites, True\n",
        "                    if thawed is None:\n                        continue\n",
        (f"{FROZEN}[thawed_by_an_alias]",),
    ),
    Mutant(
        "frozen-whatever-runs",
        "lower/reach/frozen.py",
        "Functions that thaw may run where nobody sees it.",
        '        return not lazy and all(one == "<module>" or self._runs_where_called(one) for one in thawing)\n',
        "        return not lazy\n",
        (f"{FROZEN}[thawed_by_a_property]", f"{FROZEN}[thawed_by_apply]"),
    ),
    Mutant(
        "frozen-by-half-a-loop",
        "lower/toggles.py",
        "A loop freezes a module whatever else stands in it.",
        "    if not isinstance(node, ast.For) or node.orelse or len(node.body) != 1:\n",
        "    if not isinstance(node, ast.For) or node.orelse:\n",
        (f"{FROZEN}[loop_with_a_break]",),
    ),
    Mutant(
        "frozen-until-untoggled",
        "lower/reach/switched.py",
        "untoggle_optimizer() thaws nothing.",
        'UNSEEN = frozenset({"toggled_optimizer", "unfreeze", "untoggle_optimizer"})\n',
        'UNSEEN = frozenset({"toggled_optimizer", "unfreeze"})\n',
        (f"{FROZEN}[untoggled_before_the_backward]",),
    ),
    Mutant(
        "frozen-itself",
        "lower/reach/switched.py",
        "toggle_optimizer() freezes the module of the optimizer that it is handed.",
        "for path, module in self.optimizers.items() if path != chosen)\n",
        "for path, module in self.optimizers.items() if path == chosen)\n",
        (f"{VERDICT}[moves/lightning/toggled_by_hand.py]",),
    ),
    Mutant(
        "frozen-in-the-place-of-another",
        "proof/acts.py",
        "A module that is frozen keeps the backward from the parameters of the one that had its name before.",
        "            spared = state.member and state.module is Module.SAME\n",
        "            spared = state.member\n",
        (f"{VERDICT}[repairs/several-optimizers/another_one_is_frozen_by_then.py]",),
    ),
    Mutant(
        "frozen-is-not-asked",
        "proof/acts.py",
        "What is frozen makes no difference.",
        "        if module not in {canonical(one, instance.environment) for one in event.frozen}:\n",
        "        if module is not None:\n",
        (f"{VERDICT}[moves/several-optimizers/frozen_by_a_helper.py]",),
    ),
)
