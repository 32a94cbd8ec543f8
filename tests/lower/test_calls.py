"""Which function of the file a call runs, with what, and when that cannot be told."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from codemods.events import NOTHING, Call, Event, Path, Rebind, Unknown
from codemods.ir.check import check
from codemods.ir.show import show_event
from codemods.lower import lower
from codemods.syntax import parse

if TYPE_CHECKING:
    from codemods.ir.nodes import Program


def lowered(text: str) -> Program:
    program = lower(parse(dedent(text)))
    check(program)
    return program


def events(text: str, function: str = "<module>") -> list[Event]:
    return [event for block in lowered(text).functions[function].blocks for event in block.events]


CALLS: dict[str, tuple[str, list[str]]] = {
    "positions are followed": (
        """
        def update(opt, loss):
            loss.backward()
            opt.step()
        update(optimizer, loss)
        """,
        [
            "<module>: call update(opt=optimizer, loss=loss)",
        ],
    ),
    "keywords are followed in any order": (
        """
        def update(opt, loss):
            loss.backward()
            opt.step()
        update(loss=loss, opt=optimizer)
        """,
        [
            "<module>: call update(loss=loss, opt=optimizer)",
        ],
    ),
    "an attribute is handed on as a path": (
        """
        def update(loss, *, opt):
            loss.backward()
            opt.step()
        update(loss, opt=self.optimizer)
        """,
        [
            "<module>: call update(loss=loss, opt=self.optimizer)",
        ],
    ),
    "a default of None is None": (
        """
        def update(loss, opt=None):
            loss.backward()
            opt.step()
        update(loss)
        """,
        [
            "<module>: call update(loss=loss, opt=None)",
        ],
    ),
    "None is handed on as None": (
        """
        def update(loss, opt):
            loss.backward()
            opt.step()
        update(loss, None)
        """,
        [
            "<module>: call update(loss=loss, opt=None)",
        ],
    ),
    "what is computed has no path: the parameters are new": (
        """
        def update(opt, loss):
            loss.backward()
            opt.step()
        update(make(), criterion(x))
        """,
        [
            "<module>: call update()",
        ],
    ),
    "behind a star nothing is known of the parameters": (
        """
        def update(opt, loss):
            loss.backward()
            opt.step()
        update(*things)
        """,
        [
            "<module>: call update()",
        ],
    ),
    "another default is a new value": (
        """
        def update(loss, opt=optimizer):
            loss.backward()
            opt.step()
        update(loss)
        """,
        [
            "<module>: call update(loss=loss)",
        ],
    ),
    "a parameter that gets another value is not the argument": (
        """
        def update(opt, loss):
            opt = opt or make()
            loss.backward()
            opt.step()
        update(optimizer, loss)
        """,
        [
            "<module>: call update(loss=loss)",
        ],
    ),
    "a nested function is found": (
        """
        def train():
            def update():
                loss.backward()
                optimizer.step()
            update()
        train()
        """,
        [
            "<module>: call train()",
            "train: call train.update()",
        ],
    ),
    "a method on self": (
        """
        class Trainer:
            def update(self, loss):
                loss.backward()
                self.opt.step()
            def fit(self):
                self.update(loss)
        """,
        [
            "Trainer.fit: call Trainer.update(self=self, loss=loss)",
        ],
    ),
    "a method on an instance that is bound once": (
        """
        class Trainer:
            def update(self, loss):
                loss.backward()
                self.opt.step()
        trainer = Trainer()
        trainer.update(loss)
        """,
        [
            "<module>: call Trainer.update(self=trainer, loss=loss)",
        ],
    ),
    "a method on an instance without a name": (
        """
        class Trainer:
            def update(self, loss):
                loss.backward()
                self.opt.step()
        Trainer().update(loss)
        """,
        [
            "<module>: call Trainer.update(self=<Trainer()>, loss=loss)",
        ],
    ),
    "making an instance runs its constructor": (
        """
        class Trainer:
            def __init__(self, opt):
                opt.zero_grad()
        trainer = Trainer(optimizer)
        """,
        [
            "<module>: call Trainer.__init__(self=trainer, opt=optimizer)",
        ],
    ),
    "an inherited method": (
        """
        class Base:
            def update(self, loss):
                loss.backward()
        class Trainer(Base):
            def fit(self):
                self.update(loss)
        """,
        [
            "Trainer.fit: call Base.update(self=self, loss=loss)",
        ],
    ),
    "a method of the class above": (
        """
        class Base:
            def update(self, loss):
                loss.backward()
        class Trainer(Base):
            def update(self, loss):
                super().update(loss)
        """,
        [
            "Trainer.update: call Base.update(self=self, loss=loss)",
        ],
    ),
    "a static method takes no self": (
        """
        class Base:
            @staticmethod
            def update(opt, loss):
                loss.backward()
                opt.step()
        Base.update(optimizer, loss)
        """,
        [
            "<module>: call Base.update(opt=optimizer, loss=loss)",
        ],
    ),
    "a class method takes no class from its caller": (
        """
        class Base:
            @classmethod
            def update(cls, opt, loss):
                loss.backward()
                opt.step()
        Base.update(optimizer, loss)
        """,
        [
            "<module>: call Base.update(opt=optimizer, loss=loss)",
        ],
    ),
    "a decorator of torch runs the function as it stands": (
        """
        import torch
        @torch.enable_grad()
        def update(opt):
            opt.step()
        update(optimizer)
        """,
        [
            "<module>: call update(opt=optimizer)",
        ],
    ),
    "an awaited coroutine runs": (
        """
        async def update(opt):
            opt.step()
        async def main():
            await update(optimizer)
        """,
        [
            "main: call update(opt=optimizer)",
        ],
    ),
    "a method that a derived class replaces cannot be told": (
        """
        class Base:
            def update(self, loss):
                loss.backward()
            def fit(self):
                self.update(loss)
        class Trainer(Base):
            def update(self, loss):
                self.opt.step()
        """,
        [
            "Base.fit: unknown: self.update() may stand for more than one method",
        ],
    ),
    "a base class of another file cannot be followed": (
        """
        class Trainer(Foreign):
            def update(self, loss):
                super().update(loss)
                loss.backward()
        """,
        [
            "Trainer.update: unknown: super().update() runs code of Foreign, which is not in this file",
        ],
    ),
    "a method called through its class is not followed": (
        """
        class Base:
            def update(self, loss):
                loss.backward()
        Base.update(trainer, loss)
        """,
        [
            "<module>: unknown: Base.update() is called through its class",
        ],
    ),
    "a name with two definitions cannot be told": (
        """
        def update():
            loss.backward()
        def update():
            optimizer.step()
        update()
        """,
        [
            "<module>: unknown: update() may stand for more than one function",
        ],
    ),
    "nor one defined under a test": (
        """
        if fast:
            def update():
                loss.backward()
        else:
            def update():
                optimizer.step()
        update()
        """,
        [
            "<module>: unknown: update() may stand for more than one function",
        ],
    ),
    "nor another name for a function": (
        """
        def update(opt):
            opt.step()
        run = update
        run(optimizer)
        """,
        [
            "<module>: unknown: run() may stand for more than one function",
        ],
    ),
    "a decorator that is not known may do anything": (
        """
        @retry
        def update(opt):
            opt.step()
        update(optimizer)
        """,
        [
            "<module>: unknown: update() is wrapped by a decorator",
        ],
    ),
    "a generator runs when it is iterated": (
        """
        def update(opt):
            opt.step()
            yield 1
        update(optimizer)
        """,
        [
            "<module>: unknown: update() is a generator: it runs when it is iterated",
            "update: unknown: the caller of this generator runs here",
        ],
    ),
    "functions that call each other are not followed": (
        """
        def one(opt):
            opt.step()
            two(opt)
        def two(opt):
            one(opt)
        one(optimizer)
        """,
        [
            "<module>: unknown: one() is recursive",
            "one: unknown: two() is recursive",
            "two: unknown: one() is recursive",
        ],
    ),
    "an object that may be of a class of the file": (
        """
        class Trainer:
            def update(self, loss):
                loss.backward()
        thing.update(loss)
        """,
        [
            "<module>: unknown: thing.update() may be Trainer.update() of this file, on an object that cannot be told",
        ],
    ),
    "a function with some arguments filled in": (
        """
        import functools
        def update(opt):
            opt.step()
        run = functools.partial(update, optimizer)
        run()
        """,
        [
            "<module>: unknown: functools.partial() is handed update, which touches gradients",
            "<module>: unknown: run() stands for a function that holds a model",
        ],
    ),
    "a function handed to code of another file": (
        """
        def update():
            optimizer.step()
        schedule(update)
        """,
        [
            "<module>: unknown: schedule() is handed update, which touches gradients",
        ],
    ),
    "calling what another call returned": (
        """
        factory(optimizer)()
        """,
        [
            "<module>: unknown: factory() is handed optimizer and cannot be followed from this file",
            "<module>: unknown: factory(optimizer)(...) calls what another call returned",
        ],
    ),
    "an object whose method takes other arguments is another one": (
        """
        class Trainer:
            def update(self, loss, factor):
                loss.backward()
        thing.update(loss)
        """,
        [],
    ),
    "a function that does nothing to gradients is not worth a word": (
        """
        def report(loss):
            print(loss.item())
        report(loss)
        """,
        [],
    ),
    "torch.nn.Module does nothing to gradients when it is made": (
        """
        import torch
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.opt.step()
        """,
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CALLS.values(), ids=CALLS)
def test_a_call_is_resolved(text: str, expected: list[str]) -> None:
    found = [
        f"{name}: {show_event(event)}"
        for name, function in lowered(text).functions.items()
        for block in function.blocks
        for event in block.events
        if isinstance(event, Call | Unknown)
    ]
    assert found == expected


UPDATE = """
    def update(opt, loss):
        loss.backward()
        opt.step()
"""


def test_a_parameter_without_a_path_is_bound_anew_before_the_call() -> None:
    found = [one for one in events(UPDATE + "    update(make(), loss)\n") if isinstance(one, Rebind | Call)]
    assert [type(one) for one in found] == [Rebind, Call]
    assert [one.target.text for one in found if isinstance(one, Rebind)] == ["opt"]


def test_none_is_a_path_of_its_own() -> None:
    (call,) = [one for one in events(UPDATE + "    update(None, loss)\n") if isinstance(one, Call)]
    assert dict(call.arguments)[Path("update", "opt")] == NOTHING


# Who may call a function


def roots(text: str) -> set[str]:
    return {name for name, function in lowered(text).functions.items() if function.root}


def test_what_nobody_calls_may_be_called_by_anybody() -> None:
    assert roots(UPDATE) == {"update"}


def test_what_the_file_calls_is_not_called_from_outside() -> None:
    assert roots(UPDATE + "    update(optimizer, loss)\n") == set()


def test_what_is_called_and_handed_around_may_be_called_from_outside_as_well() -> None:
    text = UPDATE + "    update(optimizer, loss)\n    register(update)\n"
    assert roots(text) == {"update"}
    assert lowered(text).functions["update"].handed_around


def test_functions_that_only_call_each_other_are_not_lost() -> None:
    text = """
        def one():
            optimizer.step()
            two()
        def two():
            optimizer.zero_grad()
            one()
    """
    assert roots(text) != set()


def test_a_function_that_nothing_follows_from_is_called_no_more() -> None:
    text = """
        def report():
            print("hello")
        report()
    """
    assert not any(isinstance(one, Call) for one in events(text))


def test_methods_of_one_family_say_so() -> None:
    text = """
        class Base:
            def one(self):
                self.opt.step()
        class Derived(Base):
            def two(self):
                self.opt.zero_grad()
        def three():
            optimizer.step()
    """
    functions = lowered(text).functions
    assert functions["Base.one"].family == functions["Derived.two"].family
    assert functions["Base.one"].family
    assert functions["three"].family is None
