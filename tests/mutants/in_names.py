"""Faults in what names mean: which function a call runs, which module an optimizer is over, what clears by hand."""

from __future__ import annotations

from tests.mutants import Mutant

MUTANTS = (
    Mutant(
        "comparing-with-none-says-nothing",
        "lower/certain.py",
        "An optimizer that the file compares with None is never None.",
        "            for one in (node.left, *node.comparators):\n                note(one)\n",
        "            pass\n",
        (
            "tests/test_plan.py::test_zero_grad_goes_above[below every early exit where the receiver is compared with None]",
        ),
    ),
    Mutant(
        "steps-abroad-stay",
        "lower/linking.py",
        "A training step of another file is relied on although this run may rewrite it.",
        "        if any(isinstance(event, changing) for one in reached for event in _events(lowered.functions[one])):\n",
        "        if any(isinstance(event, changing) for one in () for event in _events(lowered.functions[one])):\n",
        ("tests/test_crossfile.py::test_a_training_step_of_a_file_that_may_change_is_not_relied_on",),
    ),
    Mutant(
        "cycles-are-followed",
        "lower/linking.py",
        "A file that imports the one that calls it is followed.",
        "    if any(there.locate(*one) == vantage.path for one in abroad.modules):\n        return\n",
        "",
        ("tests/test_crossfile.py::test_a_function_that_cannot_be_followed_is_code_outside_the_file",),
    ),
    Mutant(
        "attributes-are-set-once",
        "lower/apart.py",
        "self.net is one module although other code sets it.",
        "if name in world.scopes.unsettled or name in world.scopes.computed or name in world.spelled:",
        "if name in world.scopes.computed or name in world.spelled:",
        ("tests/lower/test_apart.py::test_or_from_outside_the_class[q.a = 1]",),
    ),
    Mutant(
        "modules-are-handed-to-anybody",
        "lower/apart.py",
        "A module that unknown code is handed shares nothing afterwards.",
        "    if not depth or not isinstance(target, Target):\n        return False\n",
        "    if not depth or not isinstance(target, Target):\n        return True\n",
        ("tests/lower/test_apart.py::test_uses_that_may_tie_it_to_another[tie(a, b)]",),
    ),
    Mutant(
        "submodules-stay",
        "lower/apart.py",
        "A module shares nothing although a part of it is set from outside.",
        '        return False\n    if parent.attr == "apply":\n',
        '        return True\n    if parent.attr == "apply":\n',
        ("tests/lower/test_apart.py::test_uses_that_may_tie_it_to_another[b.head = a.head]",),
    ),
    Mutant(
        "load-state-dict-copies",
        "lower/apart.py",
        "load_state_dict(assign=True) leaves a module its own parameters.",
        'return parent.attr != "load_state_dict" or not any(one.arg == "assign" for one in call.keywords)',
        "return True",
        (
            "tests/lower/test_apart.py::test_uses_that_may_tie_it_to_another[a.load_state_dict(b.state_dict(), assign=True)]",
        ),
    ),
    Mutant(
        "containers-hold-their-own",
        "lower/closed.py",
        "nn.Sequential(trunk, head) shares no parameter with trunk.",
        "or word not in CONTAINERS)",
        "or word)",
        (
            "tests/lower/test_apart.py::test_what_may_have_been_handed_a_module_does_not[nn.Sequential(cfg.trunk, nn.Linear(4, 1))]",
        ),
    ),
    Mutant(
        "variables-of-clearings-are-private",
        "lower/clearing.py",
        "A loop that clears moves although its variable is used behind it.",
        "    if not all(_private(world, node, one) for one in clearing.variables):\n        return ()\n",
        "",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/by-hand/variable_used_afterwards.py]",
        ),
    ),
    Mutant(
        "lists-of-optimizers-are-fixed",
        "lower/clearing.py",
        "A loop over optimizers clears the same ones wherever it stands.",
        "        if clearing.over in (Over.ITEMS, Over.OPTIMIZERS) and not fixed_list(world, path):\n            return ()\n",
        "",
        (
            "tests/test_fixtures_tool.py::test_a_tempting_rewrite_is_rejected_with_the_way_to_the_difference[refusals/by-hand/exhausted_generator.py]",
        ),
    ),
    Mutant(
        "nobody-overrides",
        "lower/resolve.py",
        "self.method() runs the first of several methods of that name.",
        "        if len(candidates) == 1:\n",
        "        if candidates:\n",
        (
            "tests/lower/test_calls.py::test_a_call_is_resolved[a method that a derived class replaces cannot be told]",
        ),
    ),
    Mutant(
        "parameters-are-not-assigned",
        "lower/resolve.py",
        "A parameter that the function assigns again still means the argument.",
        "    if home.evidence.bindings.get(parameter) != [None]:\n        return\n",
        "",
        (
            "tests/lower/test_calls.py::test_a_call_is_resolved[a parameter that gets another value is not the argument]",
        ),
    ),
    Mutant(
        "foreign-super-does-nothing",
        "lower/resolve.py",
        "super().step() of a class outside the file does nothing.",
        "    if foreign:\n",
        "    if foreign and not own:\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/opaque-call/method_of_a_foreign_base.py]",
        ),
    ),
    Mutant(
        "partials-hold-nothing",
        "lower/resolve.py",
        "functools.partial(f, model)() does nothing to gradients.",
        "    return any(world.evidence.holds(one) for one in value.args[1:]) or any(\n        world.evidence.holds(one.value) for one in value.keywords\n    )\n",
        "    return False\n",
        ("tests/lower/test_calls.py::test_a_call_is_resolved[a function with some arguments filled in]",),
    ),
    Mutant(
        "autograd-functions-see-nothing",
        "lower/ownership.py",
        "A backward() defined in the file that looks at gradients is no hook.",
        "return world.evidence.hooked or any(",
        "return world.evidence.hooked or world.evidence.hooked and any(",
        (
            "tests/lower/test_evidence.py::test_a_custom_backward_that_looks_at_gradients_makes_every_backward_look",
        ),
    ),
    Mutant(
        "methods-are-not-replaced",
        "lower/ownership.py",
        "optimizer.step = f leaves step what it was.",
        "            if replaced or inside:\n",
        "            if inside:\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/replaced/assigned_method.py]",
        ),
    ),
    Mutant(
        "lists-hold-no-gradients",
        "lower/holders.py",
        "A list that gradients are put into holds none.",
        "            evidence.gradients.add(path)\n",
        "            pass\n",
        ("tests/proof/test_lockstep.py::test_the_versions_differ[a list that gradients are put into]",),
    ),
    Mutant(
        "namesakes-are-strangers",
        "lower/resolve.py",
        "A method on an object that cannot be told is never one of this file.",
        '        return Opaque(\n            f"{ast.unparse(func)}() may be {world',
        '        continue\n        return Opaque(\n            f"{ast.unparse(func)}() may be {world',
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[an object that cannot be told may be of a class of the file]",
        ),
    ),
)
