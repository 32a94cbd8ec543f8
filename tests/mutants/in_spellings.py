"""Faults in what makes another spelling of a program the same program."""

from __future__ import annotations

from tests.mutants import Mutant

SAME = "tests/test_adversarial.py::test_what_is_done_to_a_tricky_program_does_not_show_under_torch"

MUTANTS = (
    Mutant(
        "stores-are-assignments",
        "lower/collect.py",
        "What is stored by setattr, on a class or behind a property is not there for what looks it up.",
        "    spread_loose_stores(evidence, telling)\n",
        "",
        (
            f"{SAME}[spellings/attribute_of_the_type.py]",
            f"{SAME}[spellings/attributes_of_the_class.py]",
        ),
    ),
    Mutant(
        "classes-have-one-name",
        "lower/handing.py",
        "A class that goes by another name is handed nothing.",
        "dict.fromkeys([name, *_meant(call, others)])",
        "[name]",
        (f"{SAME}[spellings/class_by_another_name.py]",),
    ),
    Mutant(
        "optimizers-are-stored-where-they-are-made",
        "lower/ownership.py",
        "An optimizer that goes through a name before it is stored is none that may be swapped.",
        "meant = _meant(world, values)",
        "meant = [one for one in values if one is not None]",
        (f"{SAME}[spellings/optimizer_by_another_name_first.py]",),
    ),
    Mutant(
        "a-dictionary-of-attributes-is-read",
        "lower/expressions.py",
        "Methods of an object's dictionary leave its attributes what they were.",
        " or (filled and name not in READING):",
        ":",
        (f"{SAME}[spellings/optimizer_by_an_update.py]",),
    ),
    Mutant(
        "what-is-filled-is-one-name",
        "lower/filled.py",
        "What is put into a list by one of its names is not in it by the others.",
        "            if value is not None:\n                pending += together",
        "            if False:\n                pending += together",
        (
            f"{SAME}[spellings/list_filled_by_another_name.py]",
            f"{SAME}[spellings/list_filled_by_a_function.py]",
        ),
    ),
    Mutant(
        "a-list-grows-by-methods-alone",
        "lower/filled.py",
        "A list that grows by += holds nothing new.",
        "        if evidence.holds(value):\n            yield path",
        "        if False:\n            yield path",
        (f"{SAME}[spellings/list_that_grows_in_place.py]",),
    ),
    Mutant(
        "a-part-goes-unseen",
        "lower/parts.py",
        "A module that loses a part has the parts that it had.",
        "    return not bound or any(may_be_part(world, one) or _carries(world, one) for one in bound)",
        "    return False",
        (f"{SAME}[spellings/part_deleted.py]", f"{SAME}[spellings/part_set_to_none.py]"),
    ),
    Mutant(
        "a-part-comes-out-of-no-function",
        "lower/carried.py",
        "What a function of the file gives back is no part of a module.",
        "            pending.extend(_given_back(world, one, seen))",
        "            pass",
        (f"{SAME}[spellings/new_part_entered.py]", f"{SAME}[spellings/new_part_from_an_enumeration.py]"),
    ),
    Mutant(
        "a-function-inside-has-no-instance",
        "proof/instances.py",
        "A function inside a method means another instance than the method.",
        '            or (variable.scope.startswith("class ") and _is_inside(functions, call.function, self.function))',
        "",
        (f"{SAME}[spellings/instance_in_functions_inside.py]",),
    ),
    Mutant(
        "a-class-body-calls-methods",
        "lower/handing.py",
        "A function that a class body calls by its name is handed an instance first.",
        "            elif method and _is_of_a_class_body(evidence, call):",
        "            elif False:",
        (f"{SAME}[spellings/function_of_a_class_body_looks.py]",),
    ),
    Mutant(
        "instances-share-nothing",
        "proof/walk.py",
        "Instances that share a model share the optimizer, too.",
        "if self.cell.scope in self.program.crossed or (around and pairs):",
        "if around and pairs:",
        (
            f"{SAME}[callers/instances_share_a_model.py]",
            f"{SAME}[callers/instances_made_in_a_loop_share_a_model.py]",
        ),
    ),
    Mutant(
        "an-instance-has-one-name",
        "lower/loose.py",
        "What is stored on a name that may be an instance is stored on that name alone.",
        "if path is None or path.variable in standing:",
        "if path is None:",
        (f"{SAME}[spellings/instance_by_a_condition.py]",),
    ),
    Mutant(
        "a-wrapped-method-asks-nothing",
        "lower/resolve.py",
        "A decorated function that calls what cannot be followed is harmless where it says nothing of gradients itself.",
        "if not (world.touches(node) or asks(world, node)):",
        "if not world.touches(node):",
        (f"{SAME}[spellings/wrapped_method_of_a_trainer.py]",),
    ),
    Mutant(
        "a-global-function-is-another",
        "lower/recursion.py",
        "A function that is called by a name that more than one may have does not come back to itself.",
        "(plain or world.scope(node).method_of is not None)",
        "world.scope(node).method_of is not None",
        (f"{SAME}[spellings/function_of_a_function_that_is_global.py]",),
    ),
    Mutant(
        "all-names-at-first-hand",
        "lower/ownership.py",
        "Who gets at the dictionary of all names by a condition changes none of them.",
        "return any(_is_all(one) for one in children(value) if isinstance(one, ast.expr | ast.keyword))",
        "return False",
        (f"{SAME}[spellings/all_names_by_a_condition.py]", f"{SAME}[spellings/all_names_in_a_namespace.py]"),
    ),
    Mutant(
        "drawn-is-made",
        "lower/certain.py",
        "An optimizer that comes out of collected arguments is one that the function makes.",
        " or _drawn(world, scope, path):",
        ":",
        (f"{SAME}[spellings/optimizer_and_loss_collected.py]",),
    ),
    Mutant(
        "torch-by-its-own-name-alone",
        "lower/names.py",
        "A library by another name is no library.",
        'return self._renamed(self.scopes.variable(root, owner), dotted(node) or "")',
        "return None",
        (
            f"{SAME}[spellings/library_by_another_name.py]",
            f"{SAME}[spellings/part_of_torch_by_another_name.py]",
        ),
    ),
)
