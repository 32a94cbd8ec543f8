"""Faults in what is told at first sight: a step that is not plain is said to be in order, and nobody looks again."""

from __future__ import annotations

from tests.mutants import Mutant

LEFT = "tests/test_settled.py::test_what_is_not_plain_is_left_to_the_lowering"
OTHERS = "tests/test_settled.py::test_functions_of_other_files_may_have_a_part_in_a_step"

MUTANTS = (
    Mutant(
        "loops-between-are-plain",
        "settled/steps.py",
        "A training step between a zero_grad and the step that it belongs to changes nothing.",
        "            if inside and begun.zeros:\n",
        "            if inside and begun.steps:\n",
        (f"{LEFT}[a whole step inside of another]",),
    ),
    Mutant(
        "engines-are-plain",
        "settled/names.py",
        "What runs a backward by itself steps as any optimizer does.",
        '    if receivers & aside or set(map(_last, stepping)) & set(map(_last, steps.losses - {""})):\n',
        "    if receivers & aside:\n",
        (f"{LEFT}[an engine]",),
    ),
    Mutant(
        "schedulers-by-name-alone",
        "settled/names.py",
        "What is called a scheduler is one, whatever it is made of.",
        "    if not depth or any(_may_build_optimizer(source, one.value) for one in given):\n",
        "    if not depth:\n",
        (f"{LEFT}[a scheduler that is an optimizer]",),
    ),
    Mutant(
        "generators-are-plain",
        "settled/steps.py",
        "A generator over gradients touches none.",
        "            # It runs when somebody goes through it.\n            raise NotPlain\n",
        "            pass\n",
        (f"{LEFT}[gradients that are gone through later]",),
    ),
    Mutant(
        "nobody-is-handed-none",
        "settled/apart.py",
        "A function that steps what it is handed may be called with None from one with a step of its own.",
        "            if inside and any(_may_run(one, touching) for one in called):\n",
        "            if inside and not stepping:\n",
        (f"{LEFT}[a function that is handed no optimizer]",),
    ),
    Mutant(
        "other-files-are-plain",
        "settled/__init__.py",
        "Functions of other files clear nothing and run no backward.",
        "            if BROUGHT.search(there) or _says_more(there) or not there.isascii():\n",
        "            if not there.isascii():\n",
        (f"{OTHERS}[def help(it):\\n    it.zero_grad()\\n-False]",),
    ),
    Mutant(
        "more-is-asked-for-in-vain",
        "engine.py",
        "GO102 is not looked for in files that are in order at first sight.",
        'settings.only is None and "GO102" not in settings.codes',
        "settings.only is None",
        ("tests/test_settled.py::test_settings_that_ask_for_more_are_heard",),
    ),
)
