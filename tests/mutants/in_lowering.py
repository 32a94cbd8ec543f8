"""Faults in the lowering of statements and expressions: a missing edge, one too many, an event that is dropped."""

from __future__ import annotations

from tests.mutants import Mutant

STATEMENTS = (
    Mutant(
        "loops-run-at-least-once",
        "lower/statements.py",
        "A loop without else always runs.",
        "        else:\n            self.graph.link(test, after)\n",
        "        else:\n            self.graph.link(self.graph.current, after)\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a function without effect on gradients is not worth a call]",
        ),
    ),
    Mutant(
        "loops-run-once",
        "lower/statements.py",
        "No edge leads from the end of a loop's body back to its head.",
        "        self.graph.link(self.graph.current, header)\n        self.graph.region(header, first, after, span_of(node))\n",
        "        self.graph.link(self.graph.current, after)\n        self.graph.region(header, first, after, span_of(node))\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[the else of a loop runs when its header lets go, not behind a break]",
        ),
    ),
    Mutant(
        "break-continues",
        "lower/statements.py",
        "break goes on with the next turn.",
        "self._exit_loop(node, lambda loop: loop.after)",
        "self._exit_loop(node, lambda loop: loop.header)",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[an endless loop is left by a break alone]",
        ),
    ),
    Mutant(
        "else-after-break",
        "lower/statements.py",
        "The else of a loop runs after a break as well.",
        "            self.graph.start(node.orelse[0].lineno, test)\n            self.suite(node.orelse)\n            self.graph.link(self.graph.current, after)\n",
        "            self.graph.start(node.orelse[0].lineno, test, after)\n            self.suite(node.orelse)\n            after = self.graph.current\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[the else of a loop runs when its header lets go, not behind a break]",
        ),
    ),
    Mutant(
        "conditions-hold",
        "lower/statements.py",
        "The body of an if without else always runs.",
        "            self.graph.start(node.lineno, before, end)\n",
        "            self.graph.start(node.lineno, end)\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[an endless loop is left by a break alone]",
        ),
    ),
    Mutant(
        "handlers-catch-all",
        "lower/statements.py",
        "No exception passes by the handlers of a try.",
        "            self.graph.link(dispatch, inner)\n",
        "            pass\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[what a try suite raises goes to its handlers, and past them when none catches everything]",
        ),
    ),
    Mutant(
        "handlers-never-run",
        "lower/statements.py",
        "No edge leads to the handlers of a try.",
        "            self.graph.start(handler.lineno, dispatch)\n",
        "            self.graph.start(handler.lineno)\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[what a try suite raises goes to its handlers, and past them when none catches everything]",
        ),
    ),
    Mutant(
        "nothing-in-a-try-raises",
        "lower/statements.py",
        "Exceptions in the body of a try do not go to its handlers.",
        "        self.graph.on_raise = dispatch\n",
        "",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[what a try suite raises goes to its handlers, and past them when none catches everything]",
        ),
    ),
    Mutant(
        "return-skips-finally",
        "lower/statements.py",
        "return leaves without the finally suites and the ends of with blocks.",
        "        self._leave(0)\n",
        "",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a finally suite stands once for each way out]",
        ),
    ),
    Mutant(
        "finally-swallows",
        "lower/statements.py",
        "An exception ends with the finally suite.",
        "            cleanup()\n            self.graph.link(self.graph.current, outer)\n",
        "            cleanup()\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a finally suite stands once for each way out]",
        ),
    ),
    Mutant(
        "contexts-never-swallow",
        "lower/statements.py",
        "No context manager swallows an exception.",
        "            leave()\n            self.graph.link(self.graph.current, after)\n            self.graph.link(self.graph.current, outer)\n",
        "            leave()\n            self.graph.link(self.graph.current, outer)\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a context that may swallow exceptions leads on behind its block]",
        ),
    ),
    Mutant(
        "accumulate-is-dropped",
        "lower/statements.py",
        "The event of entering an accumulation context is dropped.",
        "        if accumulates:\n            self.graph.emit(Accumulate(ast.unparse(item.context_expr)[:60], span))\n",
        "",
        ("tests/ir/test_show.py::test_a_program_is_lowered_as_shown[an accumulation context is entered]",),
    ),
    Mutant(
        "some-case-matches",
        "lower/statements.py",
        "Some case of a match always matches.",
        "        self.graph.start(node.lineno, *unmatched, *ends)\n",
        "        self.graph.start(node.lineno, *ends)\n",
        ("tests/ir/test_show.py::test_a_program_is_lowered_as_shown[cases are tried one after another]",),
    ),
    Mutant(
        "guards-hold",
        "lower/statements.py",
        "A case whose pattern matches runs, whatever its guard says.",
        "unmatched = [tried] if case.guard is None else [*unmatched, tried]",
        "unmatched = [*unmatched]",
        ("tests/ir/test_show.py::test_a_program_is_lowered_as_shown[cases are tried one after another]",),
    ),
    Mutant(
        "loop-variables-stay",
        "lower/statements.py",
        "The variable of a for loop means the same in every turn.",
        "        self.expressions.bind(node.target, None)\n        self._loop(",
        "        self._loop(",
        ("tests/ir/test_show.py::test_a_program_is_lowered_as_shown[the variables of a subscript count]",),
    ),
    Mutant(
        "cells-run-downwards",
        "lower/statements.py",
        "Nobody goes back to a cell of a notebook.",
        "            self.graph.link(choice, head)\n            self.graph.link(choice, after)\n",
        "            self.graph.link(choice, after)\n",
        (
            "tests/test_notebooks.py::test_every_training_step_of_a_notebook_gets_its_verdict[moves/loop_in_its_own_cell.py]",
        ),
    ),
    Mutant(
        "cells-are-not-left-out",
        "lower/statements.py",
        "Nobody leaves out a cell of a notebook.",
        "                    self.graph.link(head, heads[number + 1])\n",
        "                    pass\n",
        (
            "tests/test_notebooks.py::test_every_training_step_of_a_notebook_gets_its_verdict[moves/loop_in_its_own_cell.py]",
        ),
    ),
    Mutant(
        "continue-breaks",
        "lower/statements.py",
        "continue leaves the loop.",
        "self._exit_loop(node, lambda loop: loop.header)",
        "self._exit_loop(node, lambda loop: loop.after)",
        ("tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a continue goes on with the next turn]",),
    ),
    Mutant(
        "break-skips-finally",
        "lower/statements.py",
        "break and continue leave without the finally suites of the loop.",
        "                self._leave(depth + 1)\n",
        "",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a break runs the finally suite that it leaves]",
        ),
    ),
    Mutant(
        "raise-returns",
        "lower/statements.py",
        "raise leaves the function as return does.",
        "        self.graph.jump(self.graph.blocks[self.graph.current].on_raise, node.lineno)\n\n    def _break",
        "        self.graph.jump(self.graph.exit, node.lineno)\n\n    def _break",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a raise goes to the handlers and not on]",
        ),
    ),
    Mutant(
        "except-exception-catches-all",
        "lower/statements.py",
        "except Exception catches KeyboardInterrupt.",
        'in ("BaseException", "builtins.BaseException")',
        'in ("Exception", "BaseException", "builtins.BaseException")',
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[what is no Exception goes past a handler for it]",
        ),
    ),
    Mutant(
        "assertions-hold",
        "lower/statements.py",
        "An assert never raises.",
        "        self.graph.jump(self.graph.blocks[self.graph.current].on_raise, node.lineno)\n        self.graph.start(node.lineno, before)\n",
        "        self.graph.start(node.lineno, before)\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[an assertion that fails leaves, with its message]",
        ),
    ),
    Mutant(
        "contexts-enter-silently",
        "lower/statements.py",
        "The event of entering a context that cannot be followed is dropped.",
        "        if opaque is not None:\n            self.graph.emit(Unknown(opaque, span))\n        if item.optional_vars",
        "        if item.optional_vars",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a context that cannot be followed runs code on its way in and on each way out]",
        ),
    ),
    Mutant(
        "gradients-scaled-silently",
        "lower/statements.py",
        "The event of p.grad *= x is dropped.",
        '            self.graph.emit(\n                Unknown(f"{ast.unparse(node)[:60]} changes gradients", span_of(node), trains=True)\n            )\n            return\n',
        "            return\n",
        ("tests/proof/test_lockstep.py::test_the_versions_differ[a gradient is changed in place]",),
    ),
    Mutant(
        "iterating-runs-no-code",
        "lower/statements.py",
        "The event of a turn over something that runs unknown code is dropped.",
        "        if runs_code(self.world, node.iter):\n",
        "        if False:\n",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[an iterator that holds the model looks on at each turn]",
        ),
    ),
)

EXPRESSIONS = (
    Mutant(
        "both-sides-run",
        "lower/expressions.py",
        "The right side of `and` always runs.",
        "always = 1 if isinstance(node, ast.BoolOp) else 2",
        "always = len(parts)",
        ("tests/ir/test_show.py::test_a_program_is_lowered_as_shown[the right of an and may be skipped]",),
    ),
    Mutant(
        "both-branches-run",
        "lower/expressions.py",
        "Both branches of a conditional expression run.",
        "        self.graph.start(orelse.lineno, before)\n",
        "        self.graph.start(orelse.lineno, end)\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[either branch of a conditional expression runs]",
        ),
    ),
    Mutant(
        "reads-are-dropped",
        "lower/expressions.py",
        "The event of reading p.grad is dropped.",
        "            self.graph.emit(Read(text, span_of(node)))\n",
        "            pass\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[reading .grad, writing it and clipping are seen]",
        ),
    ),
    Mutant(
        "writes-are-dropped",
        "lower/expressions.py",
        "The event of writing p.grad is dropped.",
        '                self.graph.emit(Unknown(f"{ast.unparse(target)} is written", span_of(target), trains=True))\n                return\n',
        "                return\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/no-gradient/gradients_written_back.py]",
        ),
    ),
    Mutant(
        "comprehensions-run-once",
        "lower/expressions.py",
        "No edge leads back in a comprehension.",
        "        self.graph.link(self.graph.current, header)\n        after = self.graph.start(node.lineno, before, self.graph.current, header)\n",
        "        after = self.graph.start(node.lineno, before, self.graph.current, header)\n",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a comprehension is a loop that binds its variable]",
        ),
    ),
    Mutant(
        "parameters-keep-their-value",
        "lower/expressions.py",
        "A parameter that gets a value without a name means what it meant in the call before.",
        "        for fresh in target.fresh:\n            self.graph.emit(Rebind(fresh, None, span))\n",
        "",
        (
            "tests/ir/test_show.py::test_a_program_is_lowered_as_shown[a call hands the paths of its arguments on]",
        ),
    ),
    Mutant(
        "generators-run-to-their-end",
        "lower/expressions.py",
        "A generator is never left at a yield.",
        "        self.graph.link(self.graph.current, self.graph.exit)\n",
        "",
        ("tests/ir/test_show.py::test_a_program_is_lowered_as_shown[at a yield the caller runs]",),
    ),
    Mutant(
        "closures-are-not-run",
        "idioms/torch.py",
        "The event of a step that is handed a closure is a plain step.",
        '            Unknown(f"{receiver.text}.step() is handed a closure", site.span, trains=True),\n',
        "",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/closure/lbfgs.py]",
        ),
    ),
    Mutant(
        "clipping-reads-nothing",
        "idioms/torch.py",
        "Clipping gradients does not look at them.",
        '        return (Read(f"{site.name}()", site.span),)\n',
        "        return ()\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/apex/clip_behind_the_zero.py]",
        ),
    ),
    Mutant(
        "groups-stay",
        "idioms/torch.py",
        "add_param_group leaves the optimizer's gradients what they were.",
        "        return (Rebind(GROUPS, None, site.span),)\n",
        "        return ()\n",
        ("tests/idioms/test_torch.py::test_new_parameters_make_an_optimizer_another_one",),
    ),
    Mutant(
        "zeros-by-default",
        "idioms/torch.py",
        "zero_grad(set_to_none=False) leaves None where zero_grad() does.",
        "            return Flavour.ZEROS\n",
        "            return Flavour.DEFAULT\n",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[clearing in place shows in a gradient that somebody has kept]",
        ),
    ),
    Mutant(
        "aliases-read-nothing",
        "lower/expressions.py",
        "A variable that holds a gradient is looked at without an event.",
        "                self.graph.emit(Read(node.id, span_of(node)))\n",
        "                pass\n",
        ("tests/proof/test_lockstep.py::test_the_versions_differ[a gradient under another name]",),
    ),
    Mutant(
        "recursion-does-nothing",
        "lower/expressions.py",
        "The event of a recursive call is dropped.",
        '                self.graph.emit(Unknown(f"{target.name}() is recursive", span, trains=True, calls_back=True))\n',
        "                pass\n",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[a recursive function may do what it does any number of times]",
        ),
    ),
    Mutant(
        "recursion-comes-back-as-it-was",
        "lower/program.py",
        "A recursive call leaves what it leaves in the original, not what the rewritten function leaves.",
        "    returns = scope.name in again.functions\n",
        "    returns = False\n",
        (
            "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch[hidden_calls/calls_itself.py]",
        ),
    ),
    Mutant(
        "only-visible-calls-come-back",
        "lower/recursion.py",
        "A call that cannot be told never comes back to the function that it is in.",
        "        callees[caller] |= meant\n",
        "        pass\n",
        (
            "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch[hidden_calls/calls_itself_on_a_child.py]",
        ),
    ),
    Mutant(
        "values-are-not-called",
        "lower/recursion.py",
        "What is looked up in a table of functions runs none of them.",
        "    return world.evidence.calls_back(func)\n",
        "    return False\n",
        (
            "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch[hidden_calls/calls_itself_from_a_table.py]",
        ),
    ),
    Mutant(
        "methods-on-unknown-objects-take-no-step",
        "lower/expressions.py",
        "A method of the file that is called on an object that cannot be told takes no step for code outside.",
        "            steps = target.trains and not target.outside\n",
        "            steps = False\n",
        (
            "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch[callers/method_trains_what_it_was_handed.py]",
        ),
    ),
    Mutant(
        "returned-methods-do-nothing",
        "lower/resolve.py",
        "What a function returned is called, and does nothing.",
        "    if _gives_callback(world, func):\n",
        "    if False:\n",
        (
            "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch[aliases/method_that_is_returned.py]",
        ),
    ),
    Mutant(
        "strings-name-nothing",
        "lower/expressions.py",
        'getattr(loss, "backward")() does nothing to gradients.',
        "        if named and self._may_look_up(node, name):\n",
        "        if named and plain:\n",
        ("tests/proof/test_lockstep.py::test_the_versions_differ[a backward that goes by a string]",),
    ),
    Mutant(
        "in-place-is-a-look",
        "lower/expressions.py",
        "p.grad.mul_(2) only looks at the gradient.",
        'in_place = name.endswith("_") and not name.endswith("__")',
        "in_place = False",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[what is added to a gradient in place before the loop]",
        ),
    ),
    Mutant(
        "setattr-rebinds-nothing",
        "lower/expressions.py",
        "setattr, exec and the like leave every name what it was.",
        '        if plain or name in ("__setattr__", "__setitem__") or (filled and name not in READING):\n            self.graph.emit(Rebind(ANYTHING, None, span))\n',
        "",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[an attribute whose name is computed may be the optimizer]",
        ),
    ),
)

MUTANTS = STATEMENTS + EXPRESSIONS
