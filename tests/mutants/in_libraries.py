"""Faults in what is known of libraries: Trainers, models that they make and wrap, what optimizers are made with."""

from __future__ import annotations

from tests.mutants import Mutant

VERDICT = "tests/test_fixtures_tool.py::test_every_training_step_gets_its_verdict"
CELLS = "tests/test_notebooks.py::test_every_training_step_of_a_notebook_gets_its_verdict"

MUTANTS = (
    Mutant(
        "hooks-see-no-trainer",
        "proof/acts.py",
        "A Trainer that trains is nothing to hooks that look at another model.",
        "if event.anew and not self.program.hooked:",
        "if event.anew:",
        (f"{VERDICT}[refusals/opaque-call/trainer_of_a_model_with_a_hook_inside.py]",),
    ),
    Mutant(
        "trainers-always-end-clear",
        "lower/trainers.py",
        "A Trainer that steps after several batches leaves no gradients.",
        "leaves = not all(_steps_each_batch(world, one) for one in trainers)",
        "leaves = False",
        (
            f"{VERDICT}[repairs/residual/trainer_steps_after_several_batches.py]",
            f"{VERDICT}[repairs/residual/trainer_with_changed_arguments.py]",
        ),
    ),
    Mutant(
        "trainers-are-private",
        "lower/trainers.py",
        "A Trainer that code of elsewhere is handed gets no callbacks there.",
        " or _is_handed_on(world, path):",
        ":",
        (f"{VERDICT}[refusals/opaque-call/trainer_is_handed_on.py]",),
    ),
    Mutant(
        "trainers-with-anything",
        "lower/trainers.py",
        "A Trainer with callbacks is like one without.",
        'if not given.keys() <= set(SETTINGS) or "model" not in given:',
        'if "model" not in given:',
        (f"{VERDICT}[refusals/opaque-call/trainer_is_made_with_callbacks.py]",),
    ),
    Mutant(
        "to-is-always-a-modules",
        "lower/prepared.py",
        "A class's own to() returns the object that it is called on.",
        " and not harmless.MOVES & defined",
        "",
        (f"{CELLS}[refusals/model_that_is_copied_to_a_device.py]",),
    ),
    Mutant(
        "wrapped-models-start-clear",
        "proof/gradstate.py",
        "The new parameters of a wrapped model have no gradients, whatever has run since.",
        "    return (state, renamed(state, fresh=True))\n",
        "    return (state,)\n",
        (f"{VERDICT}[repairs/residual/peft_model_cleared_by_its_old_optimizer.py]",),
    ),
    Mutant(
        "texts-only-print",
        "lower/danger.py",
        "A text cannot ask for the gradient of what is put into it.",
        ' and "grad" not in base.value',
        "",
        (f"{VERDICT}[refusals/reads/text_names_the_gradient.py]",),
    ),
    Mutant(
        "a-forward-pass-asks-nobody",
        "proof/concern.py",
        "The forward pass of a class is taken to hand no layer to code that looks at gradients.",
        "        if not self.functions[name].function.stray:\n",
        '        if not self.functions[name].function.stray or name.endswith(".forward"):\n',
        (
            "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch[unseen/forward_that_hands_a_layer_on.py]",
        ),
    ),
)
