"""The command line: options and exit status, nothing else.

Exit status: 0 nothing (left) to do; 1 findings remain, or ``--diff`` is not empty; 2 the job could not be done
(usage, a file that cannot be read, parsed or written; the other files are still done).
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from typer import Context
from typer.core import TyperCommand

from codemods.findings import CODES
from codemods.settings import Placement, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.findings import Outcome
    from codemods.run import Summary

STDIN = "<stdin>"

app = typer.Typer(
    name="gradorder",
    help="Put PyTorch training code into the order zero_grad, backward, step. Every rewrite is proved before it is written.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Format(str, Enum):
    """How findings are printed."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"


PEOPLE = (Format.TEXT, Format.CONCISE)
"""Formats that are printed file by file; the others are one document."""


class Color(str, Enum):
    """When text is coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True)
class Show:
    """What to print, and where the findings go."""

    output: Format
    stream: TextIO
    fixed: bool = False
    diff: bool = False
    quiet: bool = False
    color: Color = Color.AUTO

    @property
    def coloured(self) -> bool:
        """Whether findings get colours: when asked for, else on a terminal, as NO_COLOR and FORCE_COLOR say."""
        if self.color is not Color.AUTO:
            return self.color is Color.ALWAYS
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (
            self.stream.isatty() and os.environ.get("TERM") != "dumb"
        )


def _codes(value: str) -> str:
    known = sorted(CODES.values())
    for one in _split(value):
        if one not in known:
            raise typer.BadParameter(f"there is no code {one!r}; there are {', '.join(known)}")
    return value


def _split(value: str) -> frozenset[str]:
    return frozenset(one.strip() for one in value.split(",") if one.strip())


Paths = Annotated[
    list[str] | None, typer.Argument(metavar="PATHS", help="Files and folders, or - for stdin. Default: .")
]
Output = Annotated[
    Format, typer.Option("--output-format", help="How findings are printed; text shows the source lines.")
]
Colors = Annotated[Color, typer.Option("--color", help="When text is coloured.")]
Select = Annotated[
    str, typer.Option(metavar="CODES", callback=_codes, help="Report and fix only these, as in GO101,GO202.")
]
Ignore = Annotated[str, typer.Option(metavar="CODES", callback=_codes, help="Leave these out.")]
Exclude = Annotated[
    list[str] | None, typer.Option(metavar="PATTERN", help="Leave files out, as in .gitignore. Repeatable.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Rewrite only what is proved without assumptions.")]
Where = Annotated[Placement, typer.Option(help="Where zero_grad goes. before-backward costs memory.")]
Black = Annotated[
    bool, typer.Option("--black", help="Format the rewritten lines with your black configuration.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say nothing of what is left alone, and no closing line.")
]


def _version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib import metadata  # noqa: PLC0415 - slow, and rarely asked for

    try:
        typer.echo(f"gradorder {metadata.version('gradorder')}")
    except metadata.PackageNotFoundError:
        typer.echo("gradorder, from a checkout")
    raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """What stands before the command."""


@app.command()
def check(
    paths: Paths = None,
    *,
    output_format: Output = Format.TEXT,
    select: Select = "",
    ignore: Ignore = "",
    exclude: Exclude = None,
    strict: Strict = False,
    placement: Where = Placement.TOP,
    quiet: Quiet = False,
    color: Colors = Color.AUTO,
) -> None:
    """Report every training step that should change; write nothing."""
    settings = Settings(strict=strict, placement=placement, codes=_chosen(select, ignore))
    show = Show(output_format, sys.stdout, quiet=quiet, color=color)
    raise typer.Exit(_report(_outcomes(paths, settings, exclude), show))


@app.command()
def fix(
    paths: Paths = None,
    *,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what would change as a diff; write nothing.")
    ] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Also rewrite what keeps old gradients out of a step.")
    ] = False,
    output_format: Output = Format.TEXT,
    select: Select = "",
    ignore: Ignore = "",
    exclude: Exclude = None,
    strict: Strict = False,
    placement: Where = Placement.TOP,
    black: Black = False,
    quiet: Quiet = False,
    color: Colors = Color.AUTO,
) -> None:
    """Rewrite training steps in place, each proved to train the same before it is written."""
    codes = _chosen(select, ignore)
    settings = Settings(
        unsafe_fixes=unsafe_fixes, strict=strict, placement=placement, black=black, codes=codes,
        remove_unused="GO900" in _split(select),
    )  # fmt: skip
    found = _outcomes(paths, settings, exclude)
    # Where stdout is to hold a patch or a file, it holds nothing else.
    stream = sys.stderr if (diff and output_format in PEOPLE) or (paths == ["-"] and not diff) else sys.stdout
    show = Show(output_format, stream, fixed=not diff, diff=diff, quiet=quiet, color=color)
    raise typer.Exit(_report(found if diff else _written(found), show))


class CommandBehind(TyperCommand):
    """A command whose arguments end at ``--``: what follows is a command of its own, kept in ``ctx.meta``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the words behind the first ``--`` away before any is parsed."""
        own, _, behind = _parted(args)
        ctx.meta["command"] = behind
        return super().parse_args(ctx, own)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The usage line, with the command."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND ..."]


def _parted(args: list[str]) -> tuple[list[str], list[str], list[str]]:
    at = args.index("--") if "--" in args else len(args)
    return args[:at], args[at : at + 1], args[at + 1 :]


class Document(str, Enum):
    """How the result of ``verify`` is printed."""

    TEXT = "text"
    JSON = "json"


@app.command(cls=CommandBehind)
def verify(
    ctx: Context,
    paths: Paths = None,
    *,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Seeds torch, numpy, random and the hashes of each run.")
    ] = 0,
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Relative; for a command that is not deterministic by itself.")
    ] = 1e-3,
    timeout: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="SECONDS", help="For each run. Default: ten times the first run."),
    ] = None,
    max_steps: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="End each process after so many optimizer steps.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Let the command's own output through, to stderr.")
    ] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Also rewrite what keeps old gradients out of a step.")
    ] = False,
    output_format: Annotated[
        Document, typer.Option("--output-format", help="How the result is printed.")
    ] = Document.TEXT,
    select: Select = "",
    ignore: Ignore = "",
    exclude: Exclude = None,
    strict: Strict = False,
    placement: Where = Placement.TOP,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Nothing but the result.")] = False,
) -> None:
    """Run a training command as it stands and rewritten, and compare every optimizer step; nothing is written."""
    from codemods.verify import words  # noqa: PLC0415
    from codemods.verify.progress import Bar  # noqa: PLC0415
    from codemods.verify.rewrites import rewrites  # noqa: PLC0415
    from codemods.verify.session import Options, verify  # noqa: PLC0415

    command = tuple(ctx.meta["command"])
    if not command:
        raise typer.BadParameter(
            "the command to run goes behind --, as in: -- python train.py", param_hint="COMMAND"
        )
    if paths and "-" in paths:
        raise typer.BadParameter("stdin cannot be run", param_hint="PATHS")
    settings = Settings(
        unsafe_fixes=unsafe_fixes, strict=strict, placement=placement, codes=_chosen(select, ignore)
    )
    found = list(_outcomes(paths, settings, exclude))
    for one in found:
        _say(sys.stderr, _problem(one))
    bar = Bar(quiet=quiet)
    try:
        result = verify(Options(command, seed, tolerance, timeout, max_steps, verbose), rewrites(found), bar)
    finally:
        bar.close()
    if result.output:
        _say(sys.stderr, f"The command's last lines:\n{result.output}\n")
    _say(sys.stdout, words.document(result) if output_format is Document.JSON else words.text(result))
    raise typer.Exit(2 if any(one.problem for one in found) else result.status)


@app.command()
def explain(
    code: Annotated[
        str | None, typer.Argument(help="A code (GO101) or a verdict (hazard). Default: all, a line each.")
    ] = None,
) -> None:
    """Say what a code means, why, with an example, and when its fix is safe."""
    from codemods.reports import rule_pages  # noqa: PLC0415

    try:
        typer.echo(rule_pages.listing() if code is None else rule_pages.page(code), nl=False)
    except rule_pages.NoSuchRule as error:
        raise typer.BadParameter(str(error), param_hint="CODE") from error


@app.command()
def report(
    paths: Paths = None,
    *,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where the page goes, - for stdout.")
    ] = "gradorder-report.html",
    unsafe_fixes: Annotated[bool, typer.Option("--unsafe-fixes", help="Show unsafe fixes as well.")] = False,
    select: Select = "",
    ignore: Ignore = "",
    exclude: Exclude = None,
    strict: Strict = False,
    placement: Where = Placement.TOP,
) -> None:
    """Write one page for the reviewer of a migration: each rewrite side by side, each refusal with its reason.

    The source files stay as they are. Exit status 0, or 2 when a file could not be done.
    """
    from codemods.reports import html  # noqa: PLC0415

    settings = Settings(
        unsafe_fixes=unsafe_fixes, strict=strict, placement=placement, codes=_chosen(select, ignore)
    )
    page, problems = html.render(_outcomes(paths, settings, exclude))
    for one in problems:
        _say(sys.stderr, f"error: {one.place}: {one.message}\n")
    if output == "-":
        _say(sys.stdout, page.encode())
    else:
        try:
            Path(output).write_text(page, encoding="utf-8", newline="\n")
        except OSError as error:
            raise typer.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from error
        typer.echo(f"Wrote {output}.", err=True)
    raise typer.Exit(2 if problems else 0)


def _chosen(select: str, ignore: str) -> frozenset[str]:
    return (_split(select) or frozenset(CODES.values())) - _split(ignore)


def _outcomes(
    paths: Sequence[str] | None, settings: Settings, exclude: Sequence[str] | None
) -> Iterable[Outcome]:
    from codemods.run import examined, outcomes  # noqa: PLC0415 - --help must not pay for it

    if not paths or "-" not in paths:
        try:
            return outcomes(paths or ["."], settings, exclude=exclude or ())
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--exclude") from error
    if len(paths) > 1:
        raise typer.BadParameter("- (stdin) goes without other paths", param_hint="PATHS")
    return [examined(STDIN, sys.stdin.buffer.read(), settings)]


def _written(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    from codemods.run import written  # noqa: PLC0415

    for one in outcomes:
        if one.path == STDIN:
            _say(sys.stdout, one.before if one.after is None else one.after)
        yield one if one.path == STDIN else written(one)


def _report(found: Iterable[Outcome], show: Show) -> int:
    from codemods.reports import document, text  # noqa: PLC0415
    from codemods.run import summed  # noqa: PLC0415

    summary = summed(_shown(found, show), with_edits=show.output is Format.SARIF)
    if show.output not in PEOPLE:
        _say(show.stream, document(show.output.value, summary, fixed=show.fixed))
    elif not show.quiet:
        _say(sys.stderr, text.closing(summary, fixed=show.fixed, diff=show.diff))
    return _status(summary, show)


def _shown(found: Iterable[Outcome], show: Show) -> Iterator[Outcome]:
    """Say of each file what there is to say as soon as it is done."""
    from codemods.reports import diff, full, text  # noqa: PLC0415

    style = full.coloured if show.coloured else full.plain
    for one in found:
        _say(sys.stderr, _problem(one))
        for warning in one.warnings:
            _say(sys.stderr, f"warning: {warning.place}: {warning.message}\n")
        if show.output in PEOPLE and show.diff:
            _say(sys.stdout, diff.render(one))
        if show.output is Format.CONCISE:
            _say(show.stream, text.render(one.findings, fixed=show.fixed, quiet=show.quiet))
        elif show.output is Format.TEXT:
            _say(show.stream, full.render(one, fixed=show.fixed, quiet=show.quiet, style=style))
        yield one


def _problem(one: Outcome) -> str:
    """The line for a file that could not be done, nothing for others."""
    if one.problem is None:
        return ""
    return f"error: {one.problem.place}: {one.problem.message}\n"


def _say(stream: TextIO, message: str | bytes) -> None:
    """Print without translating line ends; characters that the terminal cannot show are escaped."""
    if isinstance(message, str):
        message = message.encode(stream.encoding or "utf-8", "backslashreplace")
    stream.buffer.write(message)
    stream.buffer.flush()


def _status(summary: Summary, show: Show) -> int:
    if summary.problems:
        return 2
    if show.diff:
        return 1 if summary.changed else 0
    return 1 if any(one.code and not (show.fixed and one.applied) for one in summary.findings) else 0


def main() -> None:
    """Run the command. typer ends it quietly when the pipe is closed, and with status 130 on Ctrl-C."""
    app(prog_name="gradorder")


if __name__ == "__main__":
    main()
