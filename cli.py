"""The command line: options and exit status, nothing else.

Exit status: 0 nothing (left) to do; 1 findings remain, or ``--diff`` is not empty; 2 the job could not be done
(usage, a file that cannot be read, parsed or written; the other files are still done).
"""

from __future__ import annotations

import os
import sys
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.settings import Placement, Settings

if TYPE_CHECKING:
    from codemods.findings import Outcome
    from codemods.run import Summary

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
    JSON = "json"


Paths = Annotated[list[str] | None, typer.Argument(metavar="[PATHS]...", help="Files and folders, - for stdin. Default: .")]
Output = Annotated[Format, typer.Option("--output-format", help="How findings are printed.")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", help="Pattern of files to leave out (as in .gitignore).")]
Select = Annotated[str, typer.Option("--select", help="Codes to report and fix, separated by commas.")]
Ignore = Annotated[str, typer.Option("--ignore", help="Codes to leave out, separated by commas.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print findings and diffs, no closing line.")]
Strict = Annotated[bool, typer.Option("--strict", help="Rewrite only what is proved without assumptions.")]
Where = Annotated[Placement, typer.Option("--placement", help="Where zero_grad goes. before-backward costs memory.")]

CODES = ("GO101", "GO201", "GO202")


def _codes(select: str, ignore: str) -> frozenset[str]:
    chosen = [one.strip() for one in select.split(",") if one.strip()] or list(CODES)
    dropped = [one.strip() for one in ignore.split(",") if one.strip()]
    for one in (*chosen, *dropped):
        if one not in CODES:
            raise typer.BadParameter(f"there is no code {one!r}; there are {', '.join(CODES)}")
    return frozenset(chosen) - frozenset(dropped)


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
) -> None:
    """Report every training step that should change; write nothing."""
    settings = Settings(strict=strict, placement=placement, codes=_codes(select, ignore))
    found = _collect(paths, settings, exclude, write=False)
    raise typer.Exit(_report(found, output_format, settings, fixed=False, diff=False, quiet=quiet))


@app.command()
def fix(
    paths: Paths = None,
    *,
    diff: Annotated[bool, typer.Option("--diff", help="Print what would change; write nothing.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Also rewrite what keeps old gradients out of a step.")
    ] = False,
    output_format: Output = Format.TEXT,
    select: Select = "",
    ignore: Ignore = "",
    exclude: Exclude = None,
    strict: Strict = False,
    placement: Where = Placement.TOP,
    quiet: Quiet = False,
) -> None:
    """Rewrite training steps in place, each proved to train the same before it is written."""
    settings = Settings(unsafe_fixes=unsafe_fixes, strict=strict, placement=placement, codes=_codes(select, ignore))
    found = _collect(paths, settings, exclude, write=not diff)
    raise typer.Exit(_report(found, output_format, settings, fixed=not diff, diff=diff, quiet=quiet))


def _collect(paths: list[str] | None, settings: Settings, exclude: list[str] | None, *, write: bool) -> list[Outcome]:
    from codemods.run import outcomes, written  # noqa: PLC0415 - --help must not pay for it

    wanted = paths or ["."]
    if wanted == ["-"]:
        return [_from_stdin(settings, write=write)]
    try:
        return [written(one) if write else one for one in outcomes(wanted, settings, exclude=exclude or ())]
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--exclude") from error


def _from_stdin(settings: Settings, *, write: bool) -> Outcome:
    from codemods.engine import examine  # noqa: PLC0415

    data = sys.stdin.buffer.read()
    outcome = examine("<stdin>", data, settings)
    if write:
        sys.stdout.buffer.write(data if outcome.after is None else outcome.after)
        sys.stdout.buffer.flush()
    return outcome


def _report(found: list[Outcome], output: Format, settings: Settings, *, fixed: bool, diff: bool, quiet: bool) -> int:
    from codemods.reports import diff as diffs  # noqa: PLC0415
    from codemods.reports import json, text  # noqa: PLC0415
    from codemods.run import summed  # noqa: PLC0415

    summary = summed(found)
    printed = [one for one in found if one.path == "<stdin>" and fixed]
    stream = sys.stderr if printed else sys.stdout
    for problem in summary.problems:
        where = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
        _say(sys.stderr, f"error: {where}: {problem.message}\n")
    if output is Format.JSON:
        _say(stream, json.render(summary))
    else:
        rows = text.render(summary, fixed=fixed)
        if diff:
            for one in found:
                _say(stream, diffs.render(one))
        _say(sys.stderr if diff else stream, rows)
        if not quiet:
            _say(sys.stderr, text.closing(summary, fixed=fixed, diff=diff) + "\n")
    return _status(summary, settings, fixed=fixed, diff=diff)


def _say(stream: object, message: str) -> None:
    """Print without translating line ends; characters that the terminal cannot show are escaped."""
    buffer = stream.buffer  # type: ignore[attr-defined]
    encoding = getattr(stream, "encoding", None) or "utf-8"
    buffer.write(message.encode(encoding, "backslashreplace"))
    buffer.flush()


def _status(summary: Summary, settings: Settings, *, fixed: bool, diff: bool) -> int:
    if summary.problems:
        return 2
    if diff:
        return 1 if summary.changed else 0
    left = [one for one in summary.findings if one.code in settings.codes and not (fixed and one.applied)]
    return 1 if left else 0


def main() -> None:
    """Run the command. A closed pipe ends it quietly, Ctrl-C with the status that shells expect."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
