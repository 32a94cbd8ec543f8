"""Generated training code that is large or hangs together in many ways, by what makes it hard; each takes a size."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HEAD = """\
import torch

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

"""
STEP = ("loss = model(x).mean()", "loss.backward()", "optimizer.step()", "optimizer.zero_grad()")


def _indented(lines: Iterable[str], depth: int) -> list[str]:
    return [" " * depth + line for line in lines]


def _function(body: Iterable[str], parameters: str = "loader, flags") -> str:
    return "\n".join([f"def train({parameters}):", *_indented(body, 4), ""])


def _loop(body: Iterable[str]) -> list[str]:
    return ["for x in loader:", *_indented(body, 4)]


def statements(size: int) -> str:
    """One loop with plain statements before the training step."""
    return HEAD + _function(_loop([*(f"a{one} = x + {one}" for one in range(size)), *STEP]))


def events(size: int) -> str:
    """One function that backwards, steps and clears again and again, in order."""
    once = ("optimizer.zero_grad()", "model(x).mean().backward()", "optimizer.step()")
    return HEAD + _function(_loop(list(once) * (size // 3)))


def late(size: int) -> str:
    """One loop in which late zeros follow each other."""
    return HEAD + _function(_loop(list(STEP) * size))


def loops(size: int) -> str:
    """Late zeros, each in a loop of its own."""
    return HEAD + _function([line for _ in range(size) for line in _loop(STEP)])


def calls(size: int) -> str:
    """Calls of code that is not in the file, between the events."""
    return HEAD + _function(_loop([*(f"unknown{one}(x, flags)" for one in range(size)), *STEP]))


def ifs(size: int) -> str:
    """A row of ifs, some with an event."""
    body: list[str] = []
    for one in range(size):
        what = "optimizer.zero_grad()" if one % 10 == 9 else f"a = x + {one}"
        body += [f"if flags[{one}]:", f"    {what}"]
    return HEAD + _function(_loop([*body, *STEP]))


def nested(size: int) -> str:
    """Towers of nested ifs, each as deep as the indentation allows, with events inside."""
    body: list[str] = []
    depth = 80
    for _ in range(max(1, size // depth)):
        body += [" " * level + f"if flags[{level}]:" for level in range(depth)]
        body += _indented(STEP, depth)
    return HEAD + _function(_loop(body))


def elifs(size: int) -> str:
    """One chain of branches, each with a training step."""
    body: list[str] = []
    for one in range(size):
        body += [f"{'el' if one else ''}if flags == {one}:", *_indented(STEP, 4)]
    return HEAD + _function(_loop(body))


def helpers(size: int) -> str:
    """Functions that each call the next one twice, down to a backward."""
    parts = [
        f"def h{one}(x):\n    h{one + 1}(x)\n    h{one + 1}(x)\n" if one + 1 < size else _last(one)
        for one in range(size)
    ]
    body = _loop(["h0(x)", "optimizer.step()", "optimizer.zero_grad()"])
    return HEAD + "\n".join(parts) + "\n" + _function(body)


def _last(number: int) -> str:
    return f"def h{number}(x):\n    model(x).mean().backward()\n"


def optimizers(size: int) -> str:
    """Many optimizers in one loop, each over a model of its own."""
    head = ["import torch", ""]
    for one in range(size):
        head += [
            f"m{one} = torch.nn.Linear(2, 1)",
            f"o{one} = torch.optim.SGD(m{one}.parameters(), lr=0.1)",
        ]
    body: list[str] = []
    for one in range(size):
        body += [f"m{one}(x).mean().backward()", f"o{one}.step()", f"o{one}.zero_grad()"]
    return "\n".join(head) + "\n\n" + _function(_loop(body))


def methods(size: int) -> str:
    """Methods of one class that call each other, the last one training."""
    lines = [
        "import torch",
        "",
        "class Trainer:",
        "    def __init__(self, model):",
        "        self.model = model",
    ]
    lines += ["        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)"]
    for one in range(size):
        lines += [f"    def m{one}(self, loader):"]
        lines += [f"        self.m{one + 1}(loader)"]
        lines += [f"        self.m{min(size, 2 * one + 2)}(loader)"]
    lines += [f"    def m{size}(self, loader):", "        for x in loader:"]
    lines += _indented(
        ["self.model(x).mean().backward()", "self.optimizer.step()", "self.optimizer.zero_grad()"], 12
    )
    return "\n".join(lines) + "\n"


def functions(size: int) -> str:
    """Many functions that nobody calls, each with a late zero."""
    return HEAD + "\n".join(
        _function(_loop(STEP), "loader").replace("train", f"train{one}") for one in range(size)
    )


def withs(size: int) -> str:
    """Towers of with statements around the training step."""
    return HEAD + _function(_loop(_towers(size, "with flags[{}]:")))


def tries(size: int) -> str:
    """Towers of try statements with a finally that does something."""
    depth, body = 15, list[str]()
    for number in range(max(1, size // depth)):
        body += [" " * level + "try:" for level in range(depth)]
        body += _indented(STEP, depth)
        for level in reversed(range(depth)):
            body += _indented(["finally:", f" flags[{number}] = {level}"], level)
    return HEAD + _function(_loop(body))


def handlers(size: int) -> str:
    """One try with many handlers, each with an event."""
    body = ["try:", *_indented(STEP, 4)]
    for one in range(size):
        body += [f"except flags[{one}]:", "    optimizer.zero_grad()"]
    return HEAD + _function(_loop(body))


def _towers(size: int, line: str) -> list[str]:
    depth, body = 15, list[str]()
    for _ in range(max(1, size // depth)):
        body += [" " * level + line.format(level) for level in range(depth)]
        body += _indented(STEP, depth)
    return body


def long_sum(size: int) -> str:
    """One expression with many operands, as deep as its length."""
    return HEAD + _function(_loop(["a = " + " + ".join(["x"] * size), *STEP]))


def chained(size: int) -> str:
    """One long chain of method calls."""
    return HEAD + _function(_loop(["a = x" + ".view(1)" * size, *STEP]))


def long_call(size: int) -> str:
    """One call with many arguments and one list with many elements."""
    many = ", ".join(["x"] * size)
    return HEAD + _function(_loop([f"a = torch.stack([{many}])", f"print({many})", *STEP]))


def conditions(size: int) -> str:
    """One long condition, each part of which may be skipped."""
    return HEAD + _function(_loop(["a = " + " or ".join(["x.any()"] * size), *STEP]))


def aliases(size: int) -> str:
    """Names handed on from one to the next, down to the optimizer that trains."""
    names = ["o0 = optimizer", *(f"o{one + 1} = o{one}" for one in range(size))]
    body = _loop(["model(x).mean().backward()", f"o{size}.step()", f"o{size}.zero_grad()"])
    return HEAD + _function([*names, *body])


def handed_on(size: int) -> str:
    """A few names, each bound again and again to what is made of all of them, and shown to others."""
    names = ", ".join(f"a{one}" for one in range(6))
    lines = [f"a{one} = [x]" for one in range(6)]
    lines += [f"a{one % 6} = mix({names})" for one in range(size)]
    return HEAD + _function(_loop([*lines, f"show({names})", *STEP]))


INPUTS: dict[str, tuple[Callable[[int], str], int]] = {
    "statements": (statements, 4_000),
    "events": (events, 3_000),
    "late": (late, 200),
    "loops": (loops, 200),
    "calls": (calls, 2_000),
    "ifs": (ifs, 500),
    "nested": (nested, 480),
    "elifs": (elifs, 300),
    "helpers": (helpers, 30),
    "optimizers": (optimizers, 100),
    "methods": (methods, 250),
    "handed on": (handed_on, 1_000),
    "functions": (functions, 200),
    "withs": (withs, 150),
    "tries": (tries, 150),
    "handlers": (handlers, 150),
    "long_sum": (long_sum, 1_000),
    "chained": (chained, 500),
    "long_call": (long_call, 4_000),
    "conditions": (conditions, 500),
    "aliases": (aliases, 250),
}
"""Each way of being hard, with a size that takes long enough to be measured."""
