"""Faults in verdicts, plans, trials and rewriting: a wrong verdict, a wrong place, a refusal that is overruled."""

from __future__ import annotations

from tests.mutants import Mutant

MUTANTS = (
    Mutant(
        "accumulation-is-not-seen",
        "judge.py",
        "A backward that runs again before a step is no accumulation.",
        "        if one.place not in stops and reaches_itself(\n",
        "        if one.place in stops and reaches_itself(\n",
        (
            "tests/test_judge.py::test_a_training_step_has_its_verdict[a backward that can run again before a step accumulates]",
        ),
    ),
    Mutant(
        "accumulate-contexts-are-not-judged",
        "judge.py",
        "An accumulation context around a step is no accumulation.",
        "        if isinstance(one.event, Accumulate):\n",
        "        if isinstance(one.event, Accumulate) and not one:\n",
        ("tests/test_judge.py::test_a_training_step_has_its_verdict[an accumulation context accumulates]",),
    ),
    Mutant(
        "sometimes-is-always",
        "judge.py",
        "A zero_grad on some of the paths to the backward is canonical.",
        "if scene.zeros and all(fact.zeroed for fact in seen):",
        "if scene.zeros and any(fact.zeroed for fact in seen):",
        (
            "tests/test_judge.py::test_a_training_step_has_its_verdict[a zero that is skipped now and then comes first where it comes]",
        ),
    ),
    Mutant(
        "parts-are-the-whole",
        "judge.py",
        "Clearing a part of a model clears for its optimizer.",
        "    return len(part.rest) > len(whole.rest) and part.rest[: len(whole.rest)] == whole.rest\n",
        "    return False\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/by-hand/only_a_submodule.py]",
        ),
    ),
    Mutant(
        "callees-steps-count-twice",
        "judge.py",
        "A call that trains by itself is a part of the caller's training step.",
        "    return {place for place, found in kinds.items() if {Backward, Step} <= found}\n",
        "    return set()\n",
        (
            "tests/test_judge.py::test_a_training_step_has_its_verdict[a function that does all of it is the training step, not its caller]",
        ),
    ),
    Mutant(
        "others-losses-are-its-own",
        "orders.py",
        "A backward that runs for another optimizer counts for this one.",
        "            if place in walls or (passed and place in further):\n",
        "            if place in walls:\n",
        (
            "tests/test_judge.py::test_a_training_step_has_its_verdict[optimizers with backwards of their own are training steps of their own]",
        ),
    ),
    Mutant(
        "zero-forgets-nothing",
        "orders.py",
        "A zero_grad between backward and step leaves the step its gradients.",
        "        return Fact(zeroed=True)\n    if isinstance(one.event, Step):",
        "        return fact._replace(zeroed=True)\n    if isinstance(one.event, Step):",
        (
            "tests/test_judge.py::test_a_training_step_has_its_verdict[a zero between backward and step leaves the step nothing]",
        ),
    ),
    Mutant(
        "every-zero-closes",
        "orders.py",
        "A zero_grad between two steps of one iteration is one at its end.",
        "        if any((block, index) in stepping for index in range(start, len(function.blocks[block].events))):\n            continue\n",
        "",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[moves/torch/two_steps_in_one_iteration.py]",
        ),
    ),
    Mutant(
        "moves-above-bindings",
        "plan.py",
        "A zero_grad moves above the statement that binds its receiver.",
        "    index = max(top, floor)\n",
        "    index = top\n",
        ("tests/test_plan.py::test_zero_grad_goes_above[below a global declaration of its receiver]",),
    ),
    Mutant(
        "moves-above-docstrings",
        "plan.py",
        "A zero_grad moves above the docstring of its function.",
        "        return 1 if documented else 0\n",
        "        return 0\n",
        ("tests/test_plan.py::test_zero_grad_goes_above[below the docstring of a function]",),
    ),
    Mutant(
        "moves-above-guards",
        "plan.py",
        "A zero_grad moves above `if not training: continue`, where its optimizer is None.",
        "if needed or (guard(statement) and not _after_backward(held, index)):",
        "if needed:",
        (
            "tests/test_plan.py::test_zero_grad_goes_above[below an early exit that may mean that nobody trains]",
        ),
    ),
    Mutant(
        "moves-above-global",
        "plan.py",
        "A zero_grad moves above the global statement of its receiver.",
        " or _declares(statement, names)\n",
        "\n",
        ("tests/test_plan.py::test_zero_grad_goes_above[below a global declaration of its receiver]",),
    ),
    Mutant(
        "moves-out-of-calls",
        "plan.py",
        "A zero_grad whose argument is computed by a call moves.",
        "    if clearing_of(place.statement) is None and _computes(place.statement):\n",
        "    if clearing_of(place.statement) is not None and _computes(place.statement):\n",
        (
            "tests/test_fixtures_tool.py::test_a_tempting_rewrite_is_rejected_with_the_way_to_the_difference[refusals/placement/argument_is_a_call.py]",
        ),
    ),
    Mutant(
        "none-in-a-try",
        "plan.py",
        "A zero_grad of what may be None moves inside a try that would hide the error.",
        "    if may_be_none(program, event.receiver, _subject(place.statement)) and layout.inside_try(place):\n",
        "    if place is None and layout.inside_try(place):\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/placement/none_inside_a_try.py]",
        ),
    ),
    Mutant(
        "suites-lead-nowhere",
        "plan.py",
        "In the suite of an if, zero_grad goes to where the backward's inputs are not computed yet.",
        "            leading = index\n            needed |= loaded(late[index])\n",
        "            leading = index\n",
        (
            "tests/test_plan.py::test_zero_grad_goes_above[in the suite of an if, above the first statement that leads to the backward]",
        ),
    ),
    Mutant(
        "inner-breaks-leave",
        "guards.py",
        "A break of an inner loop leaves the outer iteration.",
        "        isinstance(node, ast.Break | ast.Continue) and not in_loop\n",
        "        isinstance(node, ast.Break | ast.Continue)\n",
        ("tests/test_plan.py::test_zero_grad_goes_above[above a break that belongs to an inner loop]",),
    ),
    Mutant(
        "strict-is-lax",
        "trial.py",
        "--strict accepts what rests on assumptions.",
        "        weak = [move for move in moves if assumes[move]] if self.strict else []\n",
        "        weak: list[Move] = []\n",
        ("tests/test_trial.py::test_strict_drops_what_needs_assumptions_and_keeps_the_rest",),
    ),
    Mutant(
        "all-are-guilty",
        "trial.py",
        "One move that fails takes all others of the file with it.",
        "        if site in at:\n            return [move for move in accepted if (move.statement.line, move.statement.column) == site]\n"
        "        lined = [move for move in accepted if move.statement.line == proof.site.line]\n        if lined:\n            return lined\n",
        "",
        ("tests/test_trial.py::test_culprits_fall_one_after_another",),
    ),
    Mutant(
        "cells-in-order-is-not-told",
        "trial.py",
        "A notebook whose proof needs its cells in order does not say so.",
        "assumes = {move: (*words, CELLS_IN_ORDER) for move, words in trial.assumes.items()}",
        "assumes = {move: words for move, words in trial.assumes.items()}",
        (
            "tests/test_notebooks.py::test_every_training_step_of_a_notebook_gets_its_verdict[moves/loop_in_its_own_cell.py]",
        ),
    ),
    Mutant(
        "assumptions-are-lost",
        "trial.py",
        "What a proof assumes of code outside is not told with the result.",
        "needed = proof.assumptions if isinstance(proof, SameIf) else ()",
        "needed: tuple[str, ...] = ()",
        ("tests/test_trial.py::test_a_move_in_a_function_that_outsiders_call_has_assumptions",),
    ),
    Mutant(
        "earlier-above-readers",
        "earlier.py",
        "GO102 moves zero_grad above code that looks at the gradients.",
        "    floor = looks[-1] + 1 if looks else 0\n",
        "    floor = 0\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[moves/early/below_a_look_at_the_last_gradients.py]",
        ),
    ),
    Mutant(
        "forward-below-is-none",
        "earlier.py",
        "GO102 moves a zero_grad that stands above the forward pass already.",
        "    if any(_forward(place.suite[index], forwards) for index in below):\n        return None\n",
        "",
        (
            "tests/test_engine.py::test_a_zero_that_is_not_behind_the_forward_stays[the forward runs within the backward]",
        ),
    ),
    Mutant(
        "callbacks-clear-nothing",
        "repairs.py",
        "GO202 puts in a zero_grad although a callback may clear.",
        "doubt = wrapped(tree, judged.receivers) or _others(loop)",
        "doubt = wrapped(tree, judged.receivers)",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/never-cleared/callback.py]",
        ),
    ),
    Mutant(
        "wrappers-clear-nothing",
        "repairs.py",
        "GO202 puts in a zero_grad although the optimizer is wrapped by something that may clear.",
        "doubt = wrapped(tree, judged.receivers) or _others(loop)",
        "doubt = _others(loop)",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/never-cleared/optimizer_bound_with_others.py]",
        ),
    ),
    Mutant(
        "repairs-above-bindings",
        "repairs.py",
        "GO202 puts zero_grad above the statement that binds its receiver.",
        "        index = max(top, lowest(program, here, receiver, late, held))\n",
        "        index = top\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/never-cleared/bound_behind_the_backward.py]",
        ),
    ),
    Mutant(
        "rewriting-loses-lines",
        "rewrite/__init__.py",
        "A rewritten text that has lost a line is written all the same.",
        '    if kept - Counter(line.rstrip("\\r\\n") for line in Page.of(result).lines):\n',
        "    if not kept:\n",
        ("tests/test_rewrite.py::test_the_check_notices_a_result_that_lost_something_or_does_not_parse",),
    ),
    Mutant(
        "rewriting-loses-characters",
        "rewrite/__init__.py",
        "A rewritten text that has lost characters is written all the same.",
        "    if Counter((page.text + inserted).translate(glue)) != Counter(result.translate(glue)):\n",
        "    if not result:\n",
        ("tests/test_rewrite.py::test_the_check_notices_a_result_that_lost_something_or_does_not_parse",),
    ),
    Mutant(
        "repairs-in-a-try",
        "repairs.py",
        "GO202 asks of the statements that it has made, not of those of the file, whether a try is around them.",
        "        if may_be_none(program, receiver, zero) and layout.inside_try(Place(suite, backward, parent)):\n",
        "        if may_be_none(program, receiver, zero) and layout.inside_try(here):\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/never-cleared/none_inside_a_try.py]",
        ),
    ),
    Mutant(
        "repairs-are-not-strict",
        "mending.py",
        "--strict makes repairs that rest on assumptions.",
        "    if strict and isinstance(proof, SameIf):\n",
        "    if not strict and proof is None:\n",
        ("tests/test_engine.py::test_strict_mends_nothing_that_rests_on_assumptions",),
    ),
    Mutant(
        "inner-loops-do-not-run",
        "orders.py",
        "A loop with a step inside may run no time at all: its epoch accumulates.",
        "        stopped = block in inner\n",
        "        stopped = False\n",
        (
            "tests/test_judge.py::test_a_training_step_has_its_verdict[a loop with a step in it runs at least once]",
        ),
    ),
    Mutant(
        "repairs-are-moves",
        "trial.py",
        "A move that keeps old gradients out of a step is made without being asked for.",
        "        return replace(safe, repairs=tuple(move for move in first.refused if move in wider))\n",
        "        return replace(safe, accepted=wider)\n",
        ("tests/test_engine.py::test_a_repair_is_offered_and_not_written",),
    ),
)
