"""The calls of plain torch, and what each does to gradients."""

from __future__ import annotations

from textwrap import dedent

import pytest

from codemods.events import Flavour, Zero
from codemods.idioms import idioms
from codemods.ir.show import show_event
from codemods.lower import lower
from codemods.syntax import parse
from tests.idioms import events, shown


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("loss.backward()", ["backward loss"]),
        ("loss.backward(retain_graph=True)", ["backward loss"]),
        ("losses[0].backward()", ["backward losses[0]"]),
        ("(loss / 4).backward()", ["backward loss / 4"]),
        ("criterion(out, y).backward()", ["backward criterion(out, y)"]),
        ("torch.autograd.backward(loss)", ["backward torch.autograd"]),
        ("optimizer.step()", ["step optimizer"]),
        ("self.optimizer.step()", ["step self.optimizer"]),
        ("optimizers['g'].step()", ["step optimizers['g']"]),
        ("optimizer.step(None)", ["step optimizer"]),
        ("optimizer.step(closure=None)", ["step optimizer"]),
        ("optimizer.zero_grad()", ["zero optimizer (default)"]),
        ("model.zero_grad()", ["zero model (default)"]),
        ("loss = loss.backward()", ["backward loss"]),
        ("torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)", ["read clip_grad_norm_()"]),
        ("torch.nn.utils.clip_grad_value_(model.parameters(), 1.0)", ["read clip_grad_value_()"]),
        ("torch.autograd.grad(loss, x)", []),
        ("scheduler.step()", []),
        ("lr_scheduler.step(loss)", []),
    ],
)
def test_a_call_of_torch_is_recognised(source: str, expected: list[str]) -> None:
    assert shown("import torch", source) == expected


@pytest.mark.parametrize(
    ("arguments", "flavour"),
    [
        ("", Flavour.DEFAULT),
        ("set_to_none=True", Flavour.NONE),
        ("True", Flavour.NONE),
        ("set_to_none=False", Flavour.ZEROS),
        ("False", Flavour.ZEROS),
        ("set_to_none=fast", Flavour.UNKNOWN),
        ("set_to_none=1", Flavour.UNKNOWN),
        ("*options", Flavour.UNKNOWN),
        ("**options", Flavour.UNKNOWN),
        ("True, other=1", Flavour.UNKNOWN),
    ],
)
def test_the_argument_of_zero_grad_says_what_it_leaves(arguments: str, flavour: Flavour) -> None:
    (event,) = [one for one in events(f"optimizer.zero_grad({arguments})") if isinstance(one, Zero)]
    assert event.flavour is flavour


def test_a_zero_knows_whether_it_is_a_statement_of_its_own() -> None:
    (alone,) = events("optimizer.zero_grad()")
    (part,) = [one for one in events("print(optimizer.zero_grad())") if isinstance(one, Zero)]
    assert isinstance(alone, Zero)
    assert alone.statement
    assert not part.statement


def test_a_zero_knows_how_its_receiver_was_written() -> None:
    text = "opt = self.optimizer\nopt.zero_grad()\n"
    (event,) = [one for one in events(text) if isinstance(one, Zero)]
    assert (event.written, event.receiver.text) == ("opt", "self.optimizer")


# What is a step


@pytest.mark.parametrize(
    "binding",
    [
        "thing = torch.optim.SGD(model.parameters())",
        "thing = Lion(model.parameters())",
        "thing.zero_grad",
        "thing.param_groups[0]['lr'] = 0.1",
    ],
)
def test_what_is_built_or_used_as_an_optimizer_steps(binding: str) -> None:
    assert "step thing" in shown("import torch", binding, "thing.step()")


@pytest.mark.parametrize(
    "binding",
    [
        "thing = torch.optim.lr_scheduler.StepLR(optimizer, 3)",
        "thing = CosineAnnealingLR(optimizer, 3)",
    ],
)
def test_what_is_built_as_a_scheduler_does_nothing(binding: str) -> None:
    assert not [one for one in shown("import torch", binding, "thing.step()") if "thing.step" in one]


def test_a_profiler_does_nothing() -> None:
    found = shown("import torch", "p = torch.profiler.profile()", "p.step()")
    assert not [one for one in found if "p.step" in one]


def test_what_may_be_an_optimizer_is_unknown() -> None:
    assert shown("thing.step()") == ["unknown: thing.step() may be an optimizer's"]


def test_the_step_of_an_environment_is_none_of_an_optimizer() -> None:
    assert shown("env.step(action)") == []


def test_a_closure_runs_inside_the_step() -> None:
    assert shown("optimizer.step(closure)") == [
        "step optimizer",
        "unknown: optimizer.step() is handed a closure",
    ]


@pytest.mark.parametrize("method", ["step", "zero_grad"])
def test_a_receiver_that_is_computed_is_unknown(method: str) -> None:
    assert shown(f"opts[i + 1].{method}()") == [
        f"unknown: {method}() is called on an object that is computed on the spot"
    ]


def test_new_parameters_make_an_optimizer_another_one() -> None:
    assert shown("optimizer.add_param_group(group)") == ["rebind *.param_groups"]


# Finding idioms


def test_the_users_own_names_come_first_and_the_general_idiom_last() -> None:
    names = [one.__name__.rpartition(".")[2] for one in idioms()]  # type: ignore[attr-defined]
    assert (names[0], names[-1]) == ("custom", "torch")
    assert names[1:-1] == sorted(names[1:-1])
    assert "grad_scaler" in names


def test_every_idiom_says_what_it_recognises() -> None:
    for one in idioms():
        assert callable(one.recognise)
        assert one.__doc__


def test_a_function_of_the_file_comes_before_every_idiom() -> None:
    text = """
        class Optimizer:
            def step(self):
                print("none of torch")
        optimizer = Optimizer()
        optimizer.step()
    """
    program = lower(parse(dedent(text)))
    found = [show_event(event) for block in program.module.blocks for event in block.events]
    assert "step optimizer" not in found


@pytest.mark.parametrize(
    ("made", "call", "closure"),
    [
        ("def f(): pass", "opt.step(f)", True),
        ("f = functools.partial(g, model)", "opt.step(f)", True),
        ("f = lambda: loss", "opt.step(closure=f)", True),
        ("pass", "opt.step(self.closure)", True),
        ("pass", "opt.step(model.parameters())", False),
        ("f = dist_autograd.context()", "opt.step(f)", False),
        ("pass", "opt.step(make_closure(model))", True),
    ],
)
def test_a_closure_is_a_function_and_not_what_some_call_gives(made: str, call: str, closure: bool) -> None:
    found = shown("import functools", "opt.zero_grad()", made, call)
    assert ("unknown: opt.step() is handed a closure" in found) == closure
