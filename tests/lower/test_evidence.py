"""What a file says about its names, and which calls are to be feared because of it."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from codemods.events import Path, Rebind, Unknown
from codemods.lower import lower
from codemods.lower.evidence import Evidence, mentions_accumulate
from codemods.lower.world import world_of
from codemods.syntax import parse


def evidence(*lines: str) -> Evidence:
    return world_of(parse("\n".join(("import torch", *map(dedent, lines))))).evidence


def expression(known: Evidence, source: str) -> ast.expr:
    """The last expression of the file that is written like ``source``."""
    found = [
        node for node in known.scopes.of_node if isinstance(node, ast.expr) and ast.unparse(node) == source
    ]
    return found[-1]


def path(source: str) -> Path:
    """The path of a module-level expression."""
    root, *rest = source.split(".")
    return Path("", root, tuple(f".{one}" for one in rest))


# Optimizers, schedulers, modules


@pytest.mark.parametrize(
    "line",
    [
        "thing.zero_grad()",
        "thing.add_param_group(group)",
        "thing.param_groups",
        "thing = torch.optim.SGD(params)",
        "thing = Lion(model.parameters(), lr=1)",
        "thing = None\nif train:\n    thing = torch.optim.SGD(params)",
    ],
)
def test_use_or_construction_makes_an_optimizer(line: str) -> None:
    assert evidence(line).is_optimizer(path("thing"))


@pytest.mark.parametrize(
    "name", ["optimizer", "opt", "opt_d", "optim", "g_optimizer", "self.optimizer_g", "d_opt"]
)
def test_a_telling_name_makes_an_optimizer(name: str) -> None:
    assert evidence(f"{name}.step()").is_optimizer(path(name))


@pytest.mark.parametrize("name", ["env", "adopted", "option", "self.stepper", "lr_scheduler"])
def test_other_names_make_none(name: str) -> None:
    assert not evidence(f"{name}.step()").is_optimizer(path(name))


@pytest.mark.parametrize("line", ["model.zero_grad()\nmodel(x)", "model.zero_grad()\nmodel.parameters()"])
def test_a_module_that_is_cleared_is_no_optimizer(line: str) -> None:
    known = evidence(line)
    assert not known.is_optimizer(path("model"))
    assert known.is_module(path("model"))


@pytest.mark.parametrize(
    "line",
    [
        "thing = torch.optim.lr_scheduler.StepLR(optimizer, 1)",
        "thing = get_linear_schedule_with_warmup(optimizer)",
        "thing = OneCycleLR(optimizer)",
    ],
)
def test_construction_makes_a_scheduler(line: str) -> None:
    assert evidence(line).is_scheduler(path("thing"))


def test_a_scheduler_that_clears_gradients_is_none() -> None:
    assert evidence("scheduler.step()").is_scheduler(path("scheduler"))
    assert not evidence("scheduler.step()", "scheduler.zero_grad()").is_scheduler(path("scheduler"))


def test_a_constructor_is_known_where_all_bindings_agree() -> None:
    assert evidence("a = make()").constructor(path("a")) == "make"
    assert evidence("a = m.make() if b else None").constructor(path("a")) == "make"
    assert evidence("a = make()", "a = other()").constructor(path("a")) == ""
    assert evidence("a = make()", "a = b").constructor(path("a")) == ""
    assert evidence("print(a)").constructor(path("a")) == ""


# Names that stand for others


def test_a_name_bound_once_to_a_path_means_that_path() -> None:
    known = evidence("opt = trainer.optimizer", "opt.step()")
    assert known.path(expression(known, "opt")) == path("trainer.optimizer")


@pytest.mark.parametrize(
    "line", ["opt = other", "for opt in opts: pass", "del opt", "opt += 1", "with f() as opt: pass"]
)
def test_a_name_bound_again_means_itself(line: str) -> None:
    known = evidence("opt = trainer.optimizer", line, "opt.step()")
    assert known.path(expression(known, "opt")) == path("opt")


def test_imports_and_builtins_have_full_names() -> None:
    known = evidence(
        "import torch.optim as o", "from torch import nn", "o.SGD", "nn.Linear", "len", "model.x"
    )
    names = {
        source: known.imported(expression(known, source))
        for source in ("o.SGD", "nn.Linear", "len", "model.x")
    }
    assert names == {
        "o.SGD": "torch.optim.SGD",
        "nn.Linear": "torch.nn.Linear",
        "len": "builtins.len",
        "model.x": None,
    }


def test_a_builtin_that_the_file_binds_is_its_own() -> None:
    known = evidence("def print(x):\n    x.step()", "print(optimizer)")
    assert known.imported(expression(known, "print")) is None


# What may hold a model


USES = ("from lib import wrap", "model(x)", "optimizer.zero_grad()")


@pytest.mark.parametrize(
    "source",
    [
        "model",
        "optimizer",
        "model.encoder",
        "[model, 1]",
        "{'model': model}",
        "(model, optimizer)",
        "model.parameters()",
        "list(model.parameters())",
        "model if big else None",
        "lambda: model",
        "wrap(model)",
        "model.to(device)",
    ],
)
def test_a_value_that_may_hold_a_model_holds_it(source: str) -> None:
    known = evidence(*USES, f"value = {source}")
    assert known.holds(expression(known, ast.unparse(ast.parse(source, mode="eval"))))
    assert path("value") in known.holders


@pytest.mark.parametrize(
    "source",
    ["3", "'model'", "len(model)", "model is None", "x + y", "loss.item()", "model.training", "str(model)"],
)
def test_a_value_that_cannot_hold_a_model_does_not(source: str) -> None:
    known = evidence(*USES, f"value = {source}")
    assert not known.holds(expression(known, ast.unparse(ast.parse(source, mode="eval"))))
    assert path("value") not in known.holders


def test_holding_goes_along_bindings_and_fillings() -> None:
    known = evidence(*USES, "one = [model]", "two = one", "three = []", "three.append(two)", "four = 4")
    holders = {name for name in ("one", "two", "three", "four") if path(name) in known.holders}
    assert holders == {"one", "two", "three"}


# What may share memory with a gradient


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("w.grad", True),
        ("w.grad[0]", True),
        ("w.grad.data", True),
        ("w.grad.view(-1)", True),
        ("[p.grad for p in ps]", True),
        ("w.grad.norm()", False),
        ("w.grad.clone()", False),
        ("w.grad.sum()", False),
        ("w.grad + 1", False),
        ("float(w.grad)", False),
        ("w.data", False),
    ],
)
def test_what_is_taken_from_a_gradient_may_be_the_gradient(source: str, expected: bool) -> None:
    known = evidence(f"value = {source}")
    assert known.aliases_gradient(expression(known, source)) is expected
    assert (path("value") in known.gradients) is expected


def test_looking_at_a_name_for_a_gradient_is_a_read() -> None:
    program = lower(parse("kept = w.grad\nprint(kept)\n"))
    assert [
        event.span.line for event in program.module.blocks[0].events if type(event).__name__ == "Read"
    ] == [1, 2]


# Accumulation


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("accelerator.accumulate(model)",), True),
        (("model.no_sync()",), True),
        (("ctx = accelerator.accumulate", "ctx(model)"), True),
        (("ctx = nullcontext if simple else accelerator.accumulate", "ctx(model)"), True),
        (("torch.no_grad()",), False),
        (("ctx = nullcontext", "ctx()"), False),
    ],
)
def test_an_accumulation_context_is_known_behind_its_names(lines: tuple[str, ...], expected: bool) -> None:
    known = evidence(*lines)
    assert mentions_accumulate(known, expression(known, lines[-1])) is expected


# Which calls are to be feared


def feared(*lines: str) -> list[Unknown]:
    """The unknown events of the last of several lines."""
    text = "\n".join(("import torch", *USES, *map(dedent, lines))) + "\n"
    last = text.count("\n")
    program = lower(parse(text))
    events = [event for block in program.module.blocks for event in block.events]
    return [one for one in events if isinstance(one, Unknown) and one.span.line == last]


@pytest.mark.parametrize(
    "call",
    [
        "monitor(model)",
        "monitor(opts=[optimizer])",
        "monitor(*model.parameters())",
        "model.prune()",
        "optimizer.consolidate()",
        "run_backward(x)",
        "zero_grads(x)",
        "thing.clip_gradients(3)",
        "exec(code)",
        "helper.watch(lambda: model.zero_grad())",
        "map(optimizer.step, x)",
        "torch.utils.checkpoint.checkpoint(model, x)",
        "torch.distributed.all_reduce(model)",
    ],
)
def test_a_call_that_may_reach_gradients_is_feared(call: str) -> None:
    assert feared(call)


@pytest.mark.parametrize(
    "call",
    [
        "print(model)",
        "log(loss.item())",
        "model.train()",
        "model.eval()",
        "model.to(device)",
        "model.load_state_dict(state)",
        "optimizer.state_dict()",
        "torch.save(model.state_dict(), path)",
        "torch.nn.functional.relu(x)",
        "torch.no_grad()",
        "torch.nn.parallel.DistributedDataParallel(model)",
        "copy(x)",
        "logger.info('step %d', 3)",
        "isinstance(model, Net)",
    ],
)
def test_a_call_that_cannot_reach_gradients_is_not(call: str) -> None:
    assert not feared(call)


@pytest.mark.parametrize(
    ("call", "trains"),
    [
        ("find_lr(model)", True),
        ("train_one_epoch(model)", True),
        ("warm_up(model)", True),
        ("pretrain(model)", True),
        ("summarise(model)", False),
        ("build_trainer(model)", False),
        ("load_training_state(model)", False),
        ("Trainer(model)", False),
    ],
)
def test_a_call_that_is_named_like_training_leaves_gradients_behind(call: str, trains: bool) -> None:
    found = feared(call)
    assert found
    assert any(one.trains for one in found) is trains


def test_a_call_that_holds_functions_of_the_file_may_call_them_back() -> None:
    reader = "def report():\n    print(model.weight.grad)"
    assert [one.calls_back for one in feared(reader, "register(model, report)")] == [True]
    assert [one.calls_back for one in feared("register(model, print)")] == [False]


# What is certain


def test_a_receiver_that_is_only_ever_constructed_never_is_none() -> None:
    made = "optimizer = torch.optim.SGD(model.parameters())\n"
    assert path("optimizer") in lower(parse("import torch\n" + made)).certain
    assert path("optimizer") not in lower(parse("import torch\noptimizer = None\nif x:\n    " + made)).certain
    assert path("optimizer") not in lower(parse("optimizer.step()\n")).certain


def test_a_parameter_is_certain_when_every_call_of_the_file_hands_in_what_is() -> None:
    text = """
        import torch
        def train(opt):
            opt.step()
        optimizer = torch.optim.SGD(model.parameters())
        train(optimizer)
    """
    assert Path("train", "opt") in lower(parse(dedent(text))).certain
    assert Path("train", "opt") not in lower(parse(dedent(text) + "train(None)\n")).certain


def test_an_optimizer_over_a_module_names_it_as_its_source() -> None:
    text = "import torch\nnet = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=1)\nopt.step()\n"
    program = lower(parse(text))
    assert program.sources == {path("opt"): path("net")}
    assert program.distinct == {path("net")}
    rebinds = [event for event in program.module.blocks[0].events if isinstance(event, Rebind)]
    assert {event.target.text: event.fresh for event in rebinds} == {"net": True, "opt": False}


@pytest.mark.parametrize(
    "other",
    [
        "opt = torch.optim.SGD(other.parameters())",
        "opt = pick()",
        "opt.add_param_group({'params': other.parameters()})",
    ],
)
def test_an_optimizer_over_more_than_one_module_has_no_source(other: str) -> None:
    text = "import torch\nnet = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters())\nopt.step()\n"
    assert lower(parse(text + other + "\n")).sources == {}


@pytest.mark.parametrize("line", ["w.register_hook(f)", "net.register_full_backward_hook(f)"])
def test_a_gradient_hook_makes_every_backward_look(line: str) -> None:
    assert lower(parse(line + "\nopt.step()\n")).hooked
    assert not lower(parse("opt.step()\n")).hooked


def test_a_custom_backward_that_looks_at_gradients_makes_every_backward_look() -> None:
    text = "class F(Function):\n    @staticmethod\n    def backward(ctx, g):\n        return {}\nopt.step()\n"
    assert lower(parse(text.format("w.grad"))).hooked
    assert not lower(parse(text.format("g * 2"))).hooked
