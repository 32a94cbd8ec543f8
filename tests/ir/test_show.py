"""The IR of small programs as text, one behaviour each.

Block 0 is the entry, 1 the exit, 2 where exceptions leave the function; 1 and 2 themselves are left out. ``!4`` means
that exceptions go to block 4.
"""

from __future__ import annotations

from textwrap import dedent

import pytest

from codemods.ir.check import check
from codemods.ir.show import show
from codemods.lower import lower
from codemods.syntax import parse

ENDS = ("  1 -> - !1", "  2 -> -")

PROGRAMS: dict[str, tuple[str, str]] = {
    "statements follow each other in one block": (
        """
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        """,
        """
        <module>:
          0 -> 1
            1: backward loss
            2: step optimizer
            3: zero optimizer (default)
        """,
    ),
    "if and else meet again behind": (
        """
        if ready:
            optimizer.step()
        else:
            optimizer.zero_grad()
        loss.backward()
        """,
        """
        <module>:
          0 -> 3 4
          3 -> 5
            2: step optimizer
          4 -> 5
            4: zero optimizer (default)
          5 -> 1
            5: backward loss
        """,
    ),
    "the else of a loop runs when its header lets go, not behind a break": (
        """
        for batch in loader:
            loss.backward()
        else:
            optimizer.step()
        """,
        """
        <module>:
          0 -> 3
          3 -> 4 6
          4 -> 3
            2: backward loss
          5 -> 1
          6 -> 5
            4: step optimizer
        """,
    ),
    "an endless loop is left by a break alone": (
        """
        while True:
            if enough():
                break
            loss.backward()
        optimizer.step()
        """,
        """
        <module>:
          0 -> 3
          3 -> 4
          4 -> 6 8
          5 -> 1
            5: step optimizer
          6 -> 5
          7 -> 8
          8 -> 3
            4: backward loss
        """,
    ),
    "what a try suite raises goes to its handlers, and past them when none catches everything": (
        """
        try:
            loss.backward()
        except RuntimeError:
            optimizer.zero_grad()
        """,
        """
        <module>:
          0 -> 4
          3 -> 5 2
          4 -> 6 !3
            2: backward loss
          5 -> 6
            4: zero optimizer (default)
          6 -> 1
        """,
    ),
    "a finally suite stands once for each way out": (
        """
        def train():
            try:
                return loss.backward()
            finally:
                optimizer.zero_grad()
        """,
        """
        <module>:
          0 -> 1
        train (root):
          0 -> 5
          3 -> 2
            5: zero optimizer (default)
          4 -> 3 !3
          5 -> 6 !4
            3: backward loss
          6 -> 1
            5: zero optimizer (default)
          7 -> 8 !4
          8 -> 1
            5: zero optimizer (default)
        """,
    ),
    "a context that may swallow exceptions leads on behind its block": (
        """
        with suppress(RuntimeError):
            loss.backward()
        optimizer.step()
        """,
        """
        <module>:
          0 -> 5
          3 -> 1
            3: step optimizer
          4 -> 3 2
          5 -> 6 !4
            2: backward loss
          6 -> 3
        """,
    ),
    "a context of torch lets exceptions pass": (
        """
        import torch
        with torch.no_grad():
            optimizer.step()
        """,
        """
        <module>:
          0 -> 4
            3: step optimizer
          3 -> 1
          4 -> 3
        """,
    ),
    "cases are tried one after another": (
        """
        match phase:
            case "train":
                loss.backward()
            case "test":
                log(loss)
        """,
        """
        <module>:
          0 -> 3
          3 -> 4 5
          4 -> 7
            3: backward loss
          5 -> 6 7
          6 -> 7
          7 -> 1
        """,
    ),
    "the right of an and may be skipped": (
        """
        ready and optimizer.step()
        """,
        """
        <module>:
          0 -> 3 4
          3 -> 4
            1: step optimizer
          4 -> 1
        """,
    ),
    "either branch of a conditional expression runs": (
        """
        loss.backward() if ready else optimizer.zero_grad()
        """,
        """
        <module>:
          0 -> 3 4
          3 -> 5
            1: backward loss
          4 -> 5
            1: zero optimizer (default)
          5 -> 1
        """,
    ),
    "a comprehension is a loop that binds its variable": (
        """
        [one.zero_grad() for one in optimizers]
        """,
        """
        <module>:
          0 -> 3 6
          3 -> 4 5 6
            1: rebind one
          4 -> 5
            1: zero one (default)
          5 -> 3 6
          6 -> 1
        """,
    ),
    "the argument of zero_grad tells None from zeros": (
        """
        optimizer.zero_grad()
        optimizer.zero_grad(set_to_none=True)
        optimizer.zero_grad(set_to_none=False)
        optimizer.zero_grad(False)
        optimizer.zero_grad(set_to_none=fast)
        """,
        """
        <module>:
          0 -> 1
            1: zero optimizer (default)
            2: zero optimizer (None)
            3: zero optimizer (zeros)
            4: zero optimizer (zeros)
            5: zero optimizer (unknown)
        """,
    ),
    "a call hands the paths of its arguments on": (
        """
        def update(opt, loss):
            loss.backward()
            opt.step()

        update(optimizer, criterion(model(x), y))
        """,
        """
        <module>:
          0 -> 1
            5: rebind loss
            5: call update(opt=optimizer)
        update:
          0 -> 1
            2: backward loss
            3: step opt
        """,
    ),
    "a method is called on self, and what the class does not define is unknown": (
        """
        class Trainer:
            def step(self, loss):
                loss.backward()
                self.opt.step()

            def fit(self):
                self.step(self.loss())
                self.opt.zero_grad()
        """,
        """
        <module>:
          0 -> 1
        Trainer.step (root):
          0 -> 1
            3: backward loss
            4: step self.opt
        Trainer.fit (root):
          0 -> 1
            7: unknown: self.loss() is not defined in this file, and self holds the gradients' owners
            7: rebind loss
            7: call Trainer.step(self=self)
            8: zero self.opt (default)
        """,
    ),
    "a missing argument keeps its default None": (
        """
        def update(loss, opt=None):
            loss.backward()
            opt.step()

        update(loss)
        update(loss, optimizer)
        """,
        """
        <module>:
          0 -> 1
            5: call update(loss=loss, opt=None)
            6: call update(loss=loss, opt=optimizer)
        update:
          0 -> 1
            2: backward loss
            3: step opt
        """,
    ),
    "a function without effect on gradients is not worth a call": (
        """
        def report(loss):
            print(loss.item())

        for batch in loader:
            report(loss)
            loss.backward()
        """,
        """
        <module>:
          0 -> 3
          3 -> 4 5
          4 -> 3
            6: backward loss
          5 -> 1
        report (root):
          0 -> 1
        """,
    ),
    "recursion is not followed": (
        """
        def walk(depth):
            loss.backward()
            if depth:
                walk(depth - 1)
        walk(3)
        """,
        """
        <module>:
          0 -> 1
            5: unknown: walk() is recursive
        walk (root):
          0 -> 3 4
            2: backward loss
          3 -> 4
            4: unknown: walk() is recursive
          4 -> 1
        """,
    ),
    "reading .grad, writing it and clipping are seen": (
        """
        norm = model.weight.grad.norm()
        model.weight.grad = None
        clip_grad_norm_(model.parameters(), 1.0)
        """,
        """
        <module>:
          0 -> 1
            1: read model.weight.grad
            1: rebind norm
            2: zero model.weight (None)
            3: read clip_grad_norm_()
        """,
    ),
    "a new optimizer over a module remembers the module": (
        """
        import torch
        from torch.optim import SGD
        model = torch.nn.Linear(2, 2)
        optimizer = SGD(model.parameters(), lr=0.1)
        optimizer.step()
        optimizer = opts[0]
        optimizer.step()
        """,
        """
        <module>:
          0 -> 1
            3: rebind model
            4: rebind optimizer over model
            5: step optimizer
            6: rebind optimizer
            7: step optimizer
        """,
    ),
    "a name for another path means that path": (
        """
        opt = trainer.optimizer
        opt.step()
        trainer.optimizer.zero_grad()
        """,
        """
        <module>:
          0 -> 1
            2: step trainer.optimizer
            3: zero trainer.optimizer (default)
        """,
    ),
    "a scaler steps the optimizer that it is handed": (
        """
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        """,
        """
        <module>:
          0 -> 1
            1: backward scaler.scale(loss)
            2: read scaler.unscale_()
            3: step optimizer
        """,
    ),
    "schedulers do nothing, and what may be an optimizer is unknown": (
        """
        optimizer.step()
        scheduler.step()
        thing.step()
        """,
        """
        <module>:
          0 -> 1
            1: step optimizer
            3: unknown: thing.step() may be an optimizer's
        """,
    ),
    "an accumulation context is entered": (
        """
        with accelerator.accumulate(model):
            loss.backward()
            optimizer.step()
        """,
        """
        <module>:
          0 -> 4
            1: accumulate accelerator.accumulate(model)
            2: backward loss
            3: step optimizer
          3 -> 1
          4 -> 3
        """,
    ),
    "a closure handed to step is unknown": (
        """
        optimizer.step(closure)
        """,
        """
        <module>:
          0 -> 1
            1: step optimizer
            1: unknown: optimizer.step() is handed a closure
        """,
    ),
    "an await lets others run": (
        """
        async def train():
            batch = await queue.get()
            loss.backward()
        """,
        """
        <module>:
          0 -> 1
        train (root):
          0 -> 1
            2: suspend
            3: backward loss
        """,
    ),
    "at a yield the caller runs": (
        """
        def train():
            for batch in loader:
                loss.backward()
                yield loss
                optimizer.step()
        """,
        """
        <module>:
          0 -> 1
        train (root):
          0 -> 3 6
          3 -> 4 5
          4 -> 1 6
            3: backward loss
            4: unknown: the caller of this generator runs here
          5 -> 1
          6 -> 3
            5: step optimizer
        """,
    ),
    "a decorator that is not known hides its function": (
        """
        import torch
        @torch.enable_grad()
        def plain():
            loss.backward()
        @retry
        def wrapped():
            loss.backward()
        plain()
        wrapped()
        """,
        """
        <module>:
          0 -> 1
            8: call plain()
            9: unknown: wrapped() is wrapped by a decorator
        plain:
          0 -> 1
            4: backward loss
        wrapped (root):
          0 -> 1
            7: backward loss
        """,
    ),
    "a super method of another file is unknown": (
        """
        class Trainer(Base):
            def fit(self):
                super().fit()
                self.optimizer.step()
        """,
        """
        <module>:
          0 -> 1
        Trainer.fit (root):
          0 -> 1
            3: unknown: super().fit() runs code of Base, which is not in this file
            4: step self.optimizer
        """,
    ),
    "the variables of a subscript count": (
        """
        for i, model in enumerate(models):
            opts[i].zero_grad()
            opts["g"].step()
        """,
        """
        <module>:
          0 -> 3
          3 -> 4 5
          4 -> 3
            1: rebind i
            1: rebind model
            2: zero opts[i] (default)
            3: step opts['g']
          5 -> 1
        """,
    ),
    "a continue goes on with the next turn": (
        """
        for batch in loader:
            if bad(batch):
                continue
            loss.backward()
        """,
        """
        <module>:
          0 -> 3
          3 -> 4 5
          4 -> 6 8
          5 -> 1
          6 -> 3
          7 -> 8
          8 -> 3
            4: backward loss
        """,
    ),
    "a break runs the finally suite that it leaves": (
        """
        for batch in loader:
            try:
                loss.backward()
                break
            finally:
                optimizer.step()
        """,
        """
        <module>:
          0 -> 3
          3 -> 4 5
          4 -> 8
          5 -> 1
          6 -> 2
            6: step optimizer
          7 -> 6 !6
          8 -> 9 !7
            3: backward loss
          9 -> 5
            6: step optimizer
          10 -> 11 !7
          11 -> 3
            6: step optimizer
        """,
    ),
    "a raise goes to the handlers and not on": (
        """
        try:
            raise ValueError
        except:
            optimizer.step()
        loss.backward()
        """,
        """
        <module>:
          0 -> 4
          3 -> 6
          4 -> 3 !3
          5 -> 7 !3
          6 -> 7
            4: step optimizer
          7 -> 1
            5: backward loss
        """,
    ),
    "what is no Exception goes past a handler for it": (
        """
        try:
            loss.backward()
        except Exception:
            optimizer.step()
        """,
        """
        <module>:
          0 -> 4
          3 -> 5 2
          4 -> 6 !3
            2: backward loss
          5 -> 6
            4: step optimizer
          6 -> 1
        """,
    ),
    "an assertion that fails leaves, with its message": (
        """
        assert loss.backward(), optimizer.step()
        optimizer.zero_grad()
        """,
        """
        <module>:
          0 -> 3 5
            1: backward loss
          3 -> 2
            1: step optimizer
          4 -> -
          5 -> 1
            2: zero optimizer (default)
        """,
    ),
    "a context that cannot be followed runs code on its way in and on each way out": (
        """
        with attached(model):
            loss.backward()
        """,
        """
        <module>:
          0 -> 5
            1: unknown: attached() is handed model and cannot be followed from this file
            1: unknown: the context attached(model) runs code that cannot be followed
          3 -> 1
          4 -> 3 2
            1: unknown: the context attached(model) runs code that cannot be followed
          5 -> 6 !4
            2: backward loss
          6 -> 3
            1: unknown: the context attached(model) runs code that cannot be followed
        """,
    ),
}


@pytest.mark.parametrize(("source", "expected"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_is_lowered_as_shown(source: str, expected: str) -> None:
    program = lower(parse(dedent(source).lstrip("\n")))
    check(program)
    shown = [line for line in show(program).splitlines() if line not in ENDS]
    assert shown == dedent(expected).strip("\n").splitlines()


def test_marks_are_not_shown() -> None:
    program = lower(parse("import os\nprint(os.sep)\n"))
    assert program.module.blocks[0].events
    assert show(program).splitlines()[:2] == ["<module>:", "  0 -> 1"]
