"""Faults in the proof: what is known of a gradient, how states meet, which functions run, who sees what."""

from __future__ import annotations

from tests.mutants import Mutant

MUTANTS = (
    Mutant(
        "nothing-is-swapped-by-a-string",
        "proof/concern.py",
        "A method that code outside calls never puts another optimizer in place by the name of an attribute.",
        "                or (event.target == ANYTHING and builds)\n",
        "",
        (
            "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch[made_again/by_the_name_of_an_attribute.py]",
        ),
    ),
    Mutant(
        "backward-leaves-it-clear",
        "proof/gradstate.py",
        "A backward leaves the gradient clear in the version after.",
        "        before_clear=False,\n        after_clear=False,\n        before_none=False,\n",
        "        before_clear=False,\n        after_clear=state.after_clear,\n        before_none=False,\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/by-hand/zeros_then_none.py]",
        ),
    ),
    Mutant(
        "nothing-is-stale",
        "proof/gradstate.py",
        "What only the version before has cleared counts as cleared in both.",
        "after_extra = None if state.after_clear else state.after_extra or site",
        "after_extra = state.after_extra",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/by-hand/zeros_then_none.py]",
        ),
    ),
    Mutant(
        "nothing-is-residual",
        "proof/gradstate.py",
        "What only the version after has cleared counts as cleared in both.",
        "before_extra = None if state.before_clear else state.before_extra or site",
        "before_extra = state.before_extra",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[repairs/residual/finder_before_the_loop.py]",
        ),
    ),
    Mutant(
        "any-zero-clears",
        "proof/gradstate.py",
        "A zero_grad clears although its receiver may be another optimizer by now.",
        "    if not state.member:\n        return (state,)\n    if flavour is Flavour.UNKNOWN",
        "    if flavour is Flavour.UNKNOWN",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/several-optimizers/optimizer_of_each_loss.py]",
        ),
    ),
    Mutant(
        "unknown-flavour-is-none",
        "proof/gradstate.py",
        "zero_grad(set_to_none=flag) counts as one that leaves None.",
        "for to_none in (True, False)\n",
        "for to_none in (True,)\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/none-or-zeros/flavour_changes_with_the_step.py]",
        ),
    ),
    Mutant(
        "default-flavour-is-none",
        "proof/gradstate.py",
        "zero_grad() means None in every version of torch.",
        "(flavour is Flavour.DEFAULT and state.default_none)",
        "flavour is Flavour.DEFAULT",
        ("tests/proof/test_gradstate.py::test_a_zero_without_arguments_means_what_the_run_means_by_it",),
    ),
    Mutant(
        "none-is-zeros",
        "proof/gradstate.py",
        "A gradient that is None and one that is zeros count as the same.",
        "same_nones=(before_none and after_none) or (state.same_nones and not to_none),",
        "same_nones=True,",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[moves/by_hand/none_then_zeros.py]",
        ),
    ),
    Mutant(
        "rebound-keeps-its-meaning",
        "proof/gradstate.py",
        "A receiver that is assigned again still means the same optimizer.",
        "    return (state._replace(member=True), state._replace(member=False))\n",
        "    return (state,)\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/several-optimizers/optimizer_of_each_loss.py]",
        ),
    ),
    Mutant(
        "rebuilt-over-a-new-module",
        "proof/gradstate.py",
        "An optimizer that is made again has the old gradients, whatever module it is made over.",
        "    if state.module is Module.UNKNOWN:\n        return (state._replace(member=True, module=Module.SAME), state._replace(member=False))\n",
        "    if state.module is not None:\n        return (state._replace(member=True),)\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[repairs/residual/layerwise_optimizers.py]",
        ),
    ),
    Mutant(
        "renamed-is-new",
        "proof/gradstate.py",
        "Whatever a module's name is assigned, it means a new module.",
        "module=Module.NEW if fresh else Module.UNKNOWN",
        "module=Module.NEW",
        (
            "tests/proof/test_gradstate.py::test_an_optimizer_made_over_a_module_that_cannot_be_told_may_own_either",
        ),
    ),
    Mutant(
        "outside-code-leaves-nothing",
        "proof/gradstate.py",
        "Code that cannot be followed never leaves gradients that only one version clears later.",
        "return state._replace(after_clear=False, after_none=False, hearsay=rumour, module=module)",
        "return state._replace(module=module)",
        (
            "tests/proof/test_gradstate.py::test_unknown_code_that_is_trusted_fills_the_version_after_alone_so_that_stale_gradients_show",
        ),
    ),
    Mutant(
        "no-dirty-start",
        "proof/gradstate.py",
        "Functions are never tried with gradients that were there before.",
        "    one._replace(before_clear=False, after_clear=False, before_none=False, after_none=False) for one in CLEAN\n",
        "    one for one in CLEAN\n",
        (
            "tests/proof/test_gradstate.py::test_an_unknown_start_is_the_same_in_both_versions_but_clear_in_none",
        ),
    ),
    Mutant(
        "exceptions-only-at-the-end",
        "proof/walk.py",
        "A handler sees only the state after the whole block, not the one in its middle.",
        "self._reach(visited, pending, here, (on_raise,), seen)",
        "self._reach(visited, pending, here, (on_raise,), facts)",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[an exception that is caught behind the backward accumulates]",
        ),
    ),
    Mutant(
        "reads-see-nothing",
        "proof/acts.py",
        "Who reads a gradient sees no difference.",
        "return None if self.pardon.repaired else self._looking(paired)",
        "return None",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/apex/clip_behind_the_zero.py]",
        ),
    ),
    Mutant(
        "other-steps-see-nothing",
        "proof/acts.py",
        "The step of another optimizer never uses these gradients.",
        "            if self.beside or self.owners.apart(self.tracked, stepping):\n",
        "            if True:\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/several-optimizers/steps_share_parameters.py]",
        ),
    ),
    Mutant(
        "accumulate-contexts-do-nothing",
        "proof/acts.py",
        "Inside an accumulation context zero_grad clears for sure.",
        "return lambda state: ((state._replace(accumulating=True),), ())",
        "return None",
        (
            "tests/test_fixtures_tool.py::test_a_tempting_rewrite_is_rejected_with_the_way_to_the_difference[refusals/accelerate/accumulate.py]",
        ),
    ),
    Mutant(
        "unknown-code-sees-nothing",
        "proof/acts.py",
        "Code that cannot be followed sees no difference.",
        "            if (event.steps or not state.elsewhere) and not self.pardon.repaired:\n                self._consume(paired, state)\n",
        "",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/context/object_that_holds_the_model.py]",
        ),
    ),
    Mutant(
        "untold-steps-are-onlookers",
        "proof/acts.py",
        "A step of an optimizer that cannot be told is taken for code outside that only looks on.",
        "(event.steps or not state.elsewhere)",
        "not state.elsewhere",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/stale/functions_for_backward_and_step.py]",
        ),
    ),
    Mutant(
        "onlookers-stay-onlookers",
        "proof/acts.py",
        "Behind a backward of the file, code that cannot be followed still only looks on.",
        "    return backward(state)._replace(elsewhere=False)\n",
        "    return backward(state)\n",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[an attribute whose name is computed may be the optimizer]",
        ),
    ),
    Mutant(
        "functions-find-nothing",
        "proof/concern.py",
        "A function that is handed an optimizer works on no model but those that it is handed.",
        "if found or self.finds(root) or self.rebinds(root)",
        "if found or self.rebinds(root)",
        (
            "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch[callers/another_loss_fills_it.py]",
        ),
    ),
    Mutant(
        "one-round-is-enough",
        "proof/walk.py",
        "What functions leave behind for each other is followed once, not until nothing new turns up.",
        "            if self._known() == known:\n                return\n",
        "            return\n",
        (
            "tests/test_fixtures_tool.py::test_a_tempting_rewrite_is_rejected_with_the_way_to_the_difference[refusals/lightning/accumulation_by_batch_index.py]",
        ),
    ),
    Mutant(
        "outsiders-call-once",
        "proof/walk.py",
        "What a function leaves behind is never there when the next one is called.",
        "                            self.pool.setdefault(outside(state, trusting=self.trusting), path)\n",
        "                            pass\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[refusals/stale/other_method_stays.py]",
        ),
    ),
    Mutant(
        "clearing-none-in-place",
        "proof/acts.py",
        "p.grad.zero_() may move to where gradients are None.",
        "        if event.bare and paired.one_sided:\n",
        "        if event.bare and paired.one_sided and not event.bare:\n",
        (
            "tests/test_fixtures_tool.py::test_a_tempting_rewrite_is_rejected_with_the_way_to_the_difference[refusals/by-hand/foreach_raises_on_none.py]",
        ),
    ),
    Mutant(
        "modules-keep-their-names",
        "proof/acts.py",
        "A module's name that is assigned again still means the module of the optimizer.",
        "            return lambda state: ((renamed(state, fresh=fresh),), ())\n",
        "            return None\n",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[repairs/residual/layerwise_optimizers.py]",
        ),
    ),
    Mutant(
        "assumes-nothing-of-the-start",
        "proof/lockstep.py",
        "A result that holds only from clear gradients does not say so.",
        "needs_clean = not _holds_from_any_start(program, functions, cell, reached, owners, pardon, meter)",
        "needs_clean = False",
        (
            "tests/proof/test_lockstep.py::test_a_function_that_nobody_calls_needs_clear_gradients_and_a_closed_world",
        ),
    ),
    Mutant(
        "functions-prove-outright",
        "proof/lockstep.py",
        "A function that anybody may call is proved without assumptions.",
        'outright = outright and root == "<module>"',
        "outright = True",
        (
            "tests/proof/test_lockstep.py::test_a_function_that_nobody_calls_needs_clear_gradients_and_a_closed_world",
        ),
    ),
    Mutant(
        "vetoes-are-ignored",
        "proof/lockstep.py",
        "A file that gives step or zero_grad another meaning is proved as if it did not.",
        "    if program.veto is not None:\n",
        "    if program.veto is not None and allowed is None:\n",
        (
            "tests/test_fixtures_tool.py::test_a_tempting_rewrite_is_rejected_with_the_way_to_the_difference[refusals/replaced/any_name.py]",
        ),
    ),
    Mutant(
        "any-method-clears",
        "proof/align.py",
        "Any call of a method may differ between the versions, not only zero_grad.",
        '        and value.func.attr == "zero_grad"\n',
        "",
        ("tests/proof/test_align.py::test_trees_with_another_change_are_not_the_same[changed1]",),
    ),
    Mutant(
        "exceptions-end-with-their-function",
        "proof/walk.py",
        "An exception that leaves a function reaches nobody.",
        "                raised.update(seen)\n",
        "                raised.update({})\n",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[an exception that leaves a function is caught by its caller]",
        ),
    ),
    Mutant(
        "hooks-see-nothing",
        "proof/acts.py",
        "Hooks of the file that a backward runs see no difference.",
        "                if self.program.hooked:\n",
        "                if not self.program:\n",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[the look of a hook at what a backward adds to]",
        ),
    ),
    Mutant(
        "kept-gradients-are-not-seen",
        "proof/acts.py",
        "Gradients cleared in place do not show where somebody has kept them.",
        "if paired.one_sided and self.program.referenced and event.flavour in IN_PLACE:",
        "if not paired.one_sided and self.program.referenced and event.flavour in IN_PLACE:",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[clearing in place shows in a gradient that somebody has kept]",
        ),
    ),
    Mutant(
        "indices-are-constants",
        "proof/acts.py",
        "opts[name] means the same optimizer although name has changed.",
        "        if self.tracked.depends_on(target):\n            return _rebound\n",
        "",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[an index means another optimizer in the next turn]",
        ),
    ),
    Mutant(
        "arguments-are-not-followed-down",
        "proof/instances.py",
        "An argument that is a parameter of the caller means nothing further up.",
        "meaning = canonical(value, self.environment)",
        "meaning = value",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[an argument is that of the caller's caller]",
        ),
    ),
    Mutant(
        "strays-never-run",
        "proof/walk.py",
        "Functions that run without being called, such as a __del__, never run.",
        "        if route.strays:\n            self.listened = True\n",
        "        if route.strays is None:\n            self.listened = True\n",
        ("tests/proof/test_lockstep.py::test_the_versions_differ[a __del__ of the file runs at any time]",),
    ),
    Mutant(
        "outsiders-stay",
        "proof/gradstate.py",
        "Code outside that calls once is taken for the one that looks on for ever after.",
        "        elsewhere=False,\n",
        "        elsewhere=state.elsewhere,\n",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[code outside looks on, whoever else has called before]",
        ),
    ),
    Mutant(
        "one-site-is-two-modules",
        "proof/instances.py",
        "Two optimizers over one module have gradients of their own.",
        "            and mine != theirs\n",
        "",
        (
            "tests/proof/test_lockstep.py::test_the_versions_differ[attributes that are optimizers over one module]",
        ),
    ),
    Mutant(
        "any-control-flow-will-do",
        "proof/align.py",
        "Versions with other edges are compared.",
        "        if old.successors != new.successors or old.on_raise != new.on_raise:\n",
        "        if len(old.successors) != len(new.successors):\n",
        (
            "tests/proof/test_align.py::test_versions_that_differ_in_more_than_zeros_are_not_the_same_program[a continue for a break]",
        ),
    ),
    Mutant(
        "attributes-are-left-out",
        "proof/instances.py",
        "A parameter's attribute means the argument itself.",
        "return meaning.extended(path.rest, indices)",
        "return meaning",
        (
            "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict[moves/several-optimizers/attributes_of_one_trainer.py]",
        ),
    ),
)
