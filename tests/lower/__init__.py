"""Random programs of Python control flow, run by Python itself, and the paths of what they are lowered to.

Every event of a generated program has a number of its own (``opt_3.step()``), every decision is taken by a stand-in
(``c()``, ``turns()``, ``ctx()``). Running it gives a list of tokens: the numbers, and RAISED wherever a stand-in raised.
"""

from __future__ import annotations

import contextlib
import inspect
import re
import warnings
from dataclasses import dataclass, field, replace
from textwrap import indent
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st

from codemods.events import Backward, Call, Step, Zero

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from codemods.events import Event
    from codemods.ir.nodes import Program

RAISED, RETURNS, FAILS = "raised", "returns", "fails"
Token = int | str


# Programs


@dataclass(frozen=True)
class Around:
    """What the place of a statement allows."""

    depth: int
    loop: bool = False
    function: bool = True
    handler: bool = False
    coroutine: bool = False
    plain: bool = False
    helpers: tuple[str, ...] = ()

    def inside(self, *, loop: bool | None = None, handler: bool | None = None) -> Around:
        return replace(
            self,
            depth=self.depth - 1,
            loop=self.loop if loop is None else loop,
            handler=self.handler if handler is None else handler,
        )


@dataclass
class Numbers:
    """Gives every event of one program a number. ``plain``: events are statements of their own."""

    plain: ClassVar[bool] = False
    last: int = 0

    def event(self, draw: st.DrawFn) -> str:
        self.last += 1
        return draw(st.sampled_from(("opt_{}.step()", "opt_{}.zero_grad()", "loss_{}.backward()"))).format(
            self.last
        )

    def statement(self, draw: st.DrawFn) -> str:
        """An event on a line of its own."""
        return self.event(draw) + "\n"

    def parameters(self) -> str:
        """What helpers take."""
        return ""

    def handed(self, draw: st.DrawFn) -> str:
        """What helpers are handed."""
        return ""


@st.composite
def plain_programs(draw: st.DrawFn) -> str:
    """A module with nothing but a function ``main``, whose statements hold no events inside expressions."""
    return _head("def main():", _suite(draw, Numbers(), Around(3, plain=True)))


@st.composite
def programs(draw: st.DrawFn, kind: type[Numbers] = Numbers) -> str:
    """A module with a function ``main`` that takes no arguments, and helpers that it calls."""
    numbers = kind()
    coroutine = draw(st.booleans())
    keyword = "async def" if coroutine else "def"
    parts: list[str] = []
    helpers: list[str] = []
    for name in ("first", "second")[: draw(st.integers(0, 2))]:
        around = Around(2, coroutine=coroutine, plain=kind.plain, helpers=tuple(helpers))
        head = f"{keyword} {name}({numbers.parameters()}):"
        parts.append(_head(head, numbers.statement(draw) + _suite(draw, numbers, around)))
        helpers.append(name)
    around = Around(3, coroutine=coroutine, plain=kind.plain, helpers=tuple(helpers))
    body = _suite(draw, numbers, around)
    if draw(st.booleans()):
        # Calls of functions without any event become marks, so that their own paths cannot be told.
        around = Around(1, coroutine=coroutine, plain=kind.plain, helpers=tuple(helpers))
        inner = numbers.statement(draw) + _suite(draw, numbers, around)
        body = _head(f"{keyword} nested():", inner) + ("await " if coroutine else "") + f"nested()\n{body}"
    return "".join(parts) + _head(f"{keyword} main():", body)


def _suite(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    return "".join(_statement(draw, numbers, around) for _ in range(draw(st.integers(1, 3))))


def _statement(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    simple = [_event, _event, _expression, _jump]
    compound = [_if, _while, _for, _try, _try, _with, _match, _class]
    return draw(st.sampled_from(simple if around.depth == 0 else simple + compound))(draw, numbers, around)


def _event(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    if bool(around.helpers) and draw(st.booleans()):
        call = f"{draw(st.sampled_from(around.helpers))}({numbers.handed(draw)})\n"
        return "await " + call if around.coroutine else call
    return numbers.statement(draw)


def _expression(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    if around.plain:
        return _event(draw, numbers, around)
    one, two, three = (numbers.event(draw) for _ in range(3))
    forms = [
        f"c() and {one}",
        f"{one} or {two}",
        f"value = {one} if {two} else {three}",
        f"[{one} for _ in turns()]",
        f"value = [{one} for _ in turns() if c() for _ in turns()]",
        f"(value := {one}) and {two}",
        f"f(c(), {one}, key={two})",
        f"table[{one}] = {two}",
    ]
    if around.coroutine:
        forms += ["await pause()", f"[{one} async for _ in aturns()]"]
    return draw(st.sampled_from(forms)) + "\n"


def _jump(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    forms = ["pass", "c()", "raise Boom", "raise Other", "assert c()"]
    if around.loop:
        forms += ["break", "continue"] * 2
    if around.function:
        forms += ["return", f"return {numbers.event(draw)}"]
    if around.handler:
        forms += ["raise"]
    return draw(st.sampled_from(forms)) + "\n"


def _test(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    if around.plain:
        return "c()"
    one = numbers.event(draw)
    return draw(st.sampled_from(("c()", "not c()", f"c() and {one}", f"c() or not {one}")))


def _if(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    inside = around.inside()
    text = _head(f"if {_test(draw, numbers, around)}:", _suite(draw, numbers, inside))
    if draw(st.booleans()):
        text += _head(f"elif {_test(draw, numbers, around)}:", _suite(draw, numbers, inside))
    if draw(st.booleans()):
        text += _head("else:", _suite(draw, numbers, inside))
    return text


def _while(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    endless = draw(st.booleans())
    body = _suite(draw, numbers, around.inside(loop=True))
    if endless:
        body = "if done():\n    break\n" + body
    return _head("while True:" if endless else "while c():", body) + _orelse(draw, numbers, around)


def _for(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    head = "async for _ in aturns():" if around.coroutine and draw(st.booleans()) else "for _ in turns():"
    return _head(head, _suite(draw, numbers, around.inside(loop=True))) + _orelse(draw, numbers, around)


def _orelse(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    return _head("else:", _suite(draw, numbers, around.inside())) if draw(st.booleans()) else ""


def _try(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    text = _head("try:", _suite(draw, numbers, around.inside()))
    clauses = (
        "except Boom:",
        "except (Boom, Other) as error:",
        "except Exception:",
        "except BaseException:",
        "except:",
    )
    chosen = draw(st.lists(st.sampled_from(clauses), max_size=2, unique=True))
    chosen.sort(key=clauses.index)  # a bare except comes last
    for clause in chosen:
        text += _head(clause, _suite(draw, numbers, around.inside(handler=True)))
    if chosen:
        text += _orelse(draw, numbers, around)
    if not chosen or draw(st.booleans()):
        text += _head("finally:", _suite(draw, numbers, around.inside(handler=False)))
    return text


def _with(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    managers = ("ctx()", "suppress(Boom)", "nullcontext()", "ctx() as value")
    chosen = ", ".join(draw(st.lists(st.sampled_from(managers), min_size=1, max_size=2)))
    head = f"with {chosen}:"
    if around.coroutine and draw(st.booleans()):
        head = "async with actx():"
    return _head(head, _suite(draw, numbers, around.inside()))


def _match(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    cases = ["case True:"]
    if draw(st.booleans()):
        cases.insert(0, f"case True if {_test(draw, numbers, around)}:")
    if draw(st.booleans()):
        cases.append("case _:")
    body = "".join(_head(case, _suite(draw, numbers, around.inside())) for case in cases)
    return _head("match c():", body)


def _class(draw: st.DrawFn, numbers: Numbers, around: Around) -> str:
    helpers = () if around.coroutine else around.helpers
    return _head(
        "class Inner:",
        _suite(draw, numbers, Around(around.depth - 1, function=False, plain=around.plain, helpers=helpers)),
    )


def _head(head: str, body: str) -> str:
    return f"{head}\n{indent(body, '    ')}"


# What Python does


class Boom(Exception):
    """One exception that a stand-in raises."""


class Other(Exception):
    """Another one, which other handlers catch."""


class Harsh(BaseException):
    """One that hardly any handler catches."""


@dataclass
class Stage:
    """The stand-ins of one run: ``choices`` decide what they do. When these run out, nothing raises and loops end."""

    choices: list[int]
    calm: bool
    tokens: list[Token] = field(default_factory=list)

    def choose(self) -> int:
        return self.choices.pop() if self.choices else 2

    def upset(self, choice: int) -> None:
        if not self.calm and choice in (0, 1):
            self.tokens.append(RAISED)
            raise (Boom, Other, Harsh)[self.choose() % 3]

    def decide(self) -> bool:
        choice = self.choose()
        self.upset(choice)
        return choice % 2 == 1

    @contextlib.contextmanager
    def happening(self) -> Iterator[bool]:
        """What happens inside may raise before it takes effect, or after."""
        choice = self.choose()
        if choice == 0:
            self.upset(choice)
        yield choice % 2 == 1
        self.upset(choice)


@dataclass(frozen=True)
class Actor:
    """An optimizer or a loss."""

    stage: Stage
    number: int

    def step(self) -> bool:
        with self.stage.happening() as result:
            self.stage.tokens.append(self.number)
        return result

    zero_grad = backward = step


@dataclass(frozen=True)
class Manager:
    """A context that may raise when it is entered or left, and may swallow what happens inside."""

    stage: Stage

    def __enter__(self) -> None:
        self.stage.decide()

    def __exit__(self, *_: object) -> bool:
        return self.stage.decide()

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(self, *_: object) -> bool:
        return self.__exit__()


@dataclass(frozen=True)
class Turns:
    """An iterable of unknown length that may raise."""

    stage: Stage

    def __iter__(self) -> Turns:
        return self

    __aiter__ = __iter__

    def __next__(self) -> int:
        if self.stage.decide():
            return 1
        raise StopIteration

    async def __anext__(self) -> int:
        if self.stage.decide():
            return 1
        raise StopAsyncIteration


def stand_ins(stage: Stage) -> dict[str, Any]:
    """What every generated program finds in its module."""

    async def pause() -> None:
        stage.decide()

    return {
        "c": stage.decide,
        "pause": pause,
        "f": lambda *_, **__: None,
        "table": {},
        "Boom": Boom,
        "Other": Other,
        "turns": lambda: Turns(stage),
        "aturns": lambda: Turns(stage),
        "ctx": lambda: Manager(stage),
        "actx": lambda: Manager(stage),
        "suppress": contextlib.suppress,
        "nullcontext": contextlib.nullcontext,
        "done": lambda: not stage.choices or stage.decide(),
    }


def execute(text: str, names: dict[str, Any]) -> None:
    """Run a module."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of jumps out of finally suites
        code = compile(text, "generated", "exec")
    exec(code, names)


def call(function: Callable[..., Any], *arguments: object) -> None:
    """Call a function; a coroutine, which never really waits here, runs to its end."""
    started = function(*arguments)
    if inspect.iscoroutine(started):
        with contextlib.suppress(StopIteration):
            started.send(None)


def run(text: str, choices: Sequence[int], *, calm: bool = False) -> list[Token]:
    """The tokens of one run of ``main``, and how it ends. With ``calm`` no stand-in raises."""
    stage = Stage(list(choices), calm)
    actors = {name: Actor(stage, int(name.partition("_")[2])) for name in _ACTOR.findall(text)}
    names = stand_ins(stage) | actors
    try:
        execute(text, names)
        call(names["main"])
    except (Boom, Other, Harsh, AssertionError):
        return [*stage.tokens, FAILS]
    return [*stage.tokens, RETURNS]


_ACTOR = re.compile(r"\b(?:opt|loss)_\d+\b")


# What the lowered program can do

Point = tuple[str, int, int]
Stack = tuple[Point, ...]


@dataclass(frozen=True)
class Paths:
    """Walks a lowered program along tokens, calls followed. Each place is a stack of function, block and event."""

    program: Program

    def accepts(self, tokens: Iterable[Token], start: str = "main") -> bool:
        """Whether the tokens are those of a path, to its end."""
        return not self.rejected(list(tokens), start)

    def rejected(self, tokens: Sequence[Token], start: str = "main") -> Sequence[Token]:
        """The tokens up to the first one with which no path goes on; none when all is well."""
        places: set[Stack] = {((start, 0, 0),)}
        for number, token in enumerate(tokens):
            places = {after for stack in self._closed(places) for after in self._taken(stack, token)}
            if not places:
                return tokens[: number + 1]
        return ()

    def words(self, longest: int) -> set[tuple[Token, ...]]:
        """What ``main`` can do when nothing raises but ``raise``: all whole words, and those cut at ``longest`` events."""
        words: set[tuple[Token, ...]] = set()
        pending: list[tuple[tuple[Token, ...], set[Stack]]] = [((), {(("main", 0, 0),)})]
        while pending:
            word, places = pending.pop()
            if len(word) == longest:
                words.add(word)
                continue
            closed = self._closed(places)
            following: dict[Token, set[Stack]] = {}
            for stack in closed:
                for token in (RETURNS, FAILS, self._next(stack)):
                    if token is not None:
                        following.setdefault(token, set()).update(self._taken(stack, token))
            for token, after in following.items():
                if after and isinstance(token, int):
                    pending.append(((*word, token), after))
                elif after:
                    words.add((*word, token))
        return words

    def _next(self, stack: Stack) -> int | None:
        name, number, index = stack[-1]
        events = self.program.functions[name].blocks[number].events
        return label(events[index]) if index < len(events) else None

    def _taken(self, stack: Stack, token: Token) -> Iterable[Stack]:
        name, number, index = stack[-1]
        function = self.program.functions[name]
        block = function.blocks[number]
        if token == RAISED:
            yield (*stack[:-1], (name, block.on_raise, 0))
        elif token in (RETURNS, FAILS):
            if len(stack) == 1 and number == (function.exit if token == RETURNS else function.raise_exit):
                yield stack
        elif self._next(stack) == token:
            yield (*stack[:-1], (name, number, index + 1))

    def _closed(self, stacks: Iterable[Stack]) -> set[Stack]:
        """All places that are reached without a token."""
        found = set(stacks)
        pending = list(found)
        while pending:
            for after in self._silent(pending.pop()):
                if after not in found:
                    found.add(after)
                    pending.append(after)
        return found

    def _silent(self, stack: Stack) -> Iterable[Stack]:
        *callers, (name, number, index) = stack
        function = self.program.functions[name]
        events = function.blocks[number].events
        if index < len(events):
            event = events[index]
            if isinstance(event, Call):
                yield (*stack, (event.function, 0, 0))
            elif label(event) is None:
                yield (*callers, (name, number, index + 1))
        else:
            for one in function.blocks[number].successors:
                yield (*callers, (name, one, 0))
        if callers and number == function.exit:
            caller, block, call = callers[-1]
            yield (*callers[:-1], (caller, block, call + 1))
        elif callers and number == function.raise_exit:
            caller, block, _ = callers[-1]
            yield (*callers[:-1], (caller, self.program.functions[caller].blocks[block].on_raise, 0))


def label(event: Event) -> int | None:
    """The number of an event of a generated program, None for what leaves no token."""
    if isinstance(event, Zero | Step):
        return int(event.receiver.root.partition("_")[2])
    return int(event.text.partition("_")[2]) if isinstance(event, Backward) else None
