"""Functions under the arguments they are called with: which path of a root each receiver denotes.

A callee's receivers are renamed to the caller's paths, down from a root. The environment of an instance holds no
more than its own arguments and the variables of the functions around it, so that their number stays small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.events import Call, Path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.ir.nodes import Program
    from codemods.proof.align import PairedFunction

Environment = tuple[tuple[Path, Path], ...]

LIMIT = 5_000


def canonical(path: Path, environment: Environment) -> Path:
    """The path of the root that ``path`` denotes."""
    indices = tuple(canonical(one, environment) for one in path.indices)
    for variable, meaning in environment:
        if variable == path.variable:
            return meaning.extended(path.rest, indices)
    return path if indices == path.indices else Path(path.scope, path.root, path.rest, indices)


class TooMany(Exception):
    """Functions are called with more combinations of arguments than the proof follows."""


class Instance(Struct, frozen=True):
    """A function with the meaning of its variables."""

    function: str
    environment: Environment

    def called(self, functions: dict[str, PairedFunction], call: Call) -> Instance:
        """The instance that a call event runs. Variables on which nothing turns in it are left out."""
        concerns = functions[call.function].concerns
        meanings = {
            variable: meaning
            for variable, meaning in self.environment
            if (variable.scope and call.function.startswith(variable.scope + ".") and variable in concerns)
            or (variable.scope.startswith("class ") and _is_inside(functions, call.function, self.function))
        }
        for variable, value in call.arguments:
            if variable not in concerns and not variable.scope.startswith("class "):
                continue
            meaning = canonical(value, self.environment)
            if meaning != variable:
                meanings[variable] = meaning
        return Instance(
            call.function, tuple(sorted(meanings.items(), key=lambda one: (one[0].scope, one[0].root)))
        )


def _is_inside(functions: dict[str, PairedFunction], callee: str, caller: str) -> bool:
    """Whether a function stands in the method in which its caller stands, or that its caller is: both mean one instance."""
    around = callee.rpartition(".")[0]
    while around:
        known = functions.get(around)
        if known is not None and known.function.family is not None:
            return f"{caller}.".startswith(f"{around}.")
        around = around.rpartition(".")[0]
    return False


def instances(functions: dict[str, PairedFunction], root: str) -> list[Instance]:
    """Every instance that a root reaches, itself first, in a fixed order. Raises :class:`TooMany`."""
    found = {Instance(root, ()): None}
    pending = [Instance(root, ())]
    while pending:
        one = pending.pop()
        if len(found) > LIMIT:
            raise TooMany
        for block in functions[one.function].events:
            for paired in block:
                if isinstance(paired.event, Call):
                    callee = one.called(functions, paired.event)
                    if callee not in found:
                        found[callee] = None
                        pending.append(callee)
    return list(found)


def entered_from_outside(functions: dict[str, PairedFunction]) -> frozenset[str]:
    """Functions that run, directly or not, when code outside the file calls one of its functions."""
    reached: set[str] = set()
    pending = [name for name, one in functions.items() if one.function.root]
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        pending += [
            paired.event.function
            for block in functions[name].events
            for paired in block
            if isinstance(paired.event, Call)
        ]
    return frozenset(reached)


class Ownership(Struct, frozen=True):
    """Which optimizers are over which modules, as roots name them.

    ``sources``: the module of each optimizer that is only ever built over one. ``sites``: where each module that
    shares nothing is built; modules of two sites hold different parameters, two of one site may be the same module.
    """

    sources: dict[Path, Path]
    sites: dict[Path, Path]

    def apart(self, first: Path, second: Path) -> bool:
        """Whether two optimizers hold different parameters for sure."""
        mine, theirs = (self.sites.get(self.sources.get(one, one)) for one in (first, second))
        return (
            first in self.sources
            and second in self.sources
            and mine is not None
            and theirs is not None
            and mine != theirs
        )

    def spared(self, receiver: Path, reached: Iterable[Path]) -> bool:
        """Whether gradients that reach no other modules than these leave those of ``receiver`` alone for sure."""
        mine = self.sites.get(self.sources.get(receiver, receiver))
        theirs = [self.sites.get(one) for one in reached]
        return mine is not None and all(one is not None and one != mine for one in theirs)


def ownership(program: Program, reached: Iterable[Instance]) -> Ownership:
    """What the program says of ``self.opt`` and ``self.net``, carried over to every instance by its name."""
    sources, sites = dict(program.sources), {one: one for one in program.distinct}
    settled = {
        target: source
        for target, source in program.sources.items()
        if source in program.distinct
        and target.scope.startswith("class ")
        and source.variable == target.variable
    }
    for environment in dict.fromkeys(one.environment for one in reached) if settled else ():
        for target, source in settled.items():
            renamed = canonical(target, environment)
            if renamed != target and renamed not in program.sources:
                module = canonical(source, environment)
                sources[renamed] = module
                sites[module] = source
    return Ownership(sources, sites)
