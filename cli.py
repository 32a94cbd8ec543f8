"""The command line: options and exit status, nothing else.

Exit status: 0 nothing (left) to do; 1 findings remain, or ``--diff`` is not empty; 2 the job could not be done
(usage, a file that cannot be read, parsed or written; the other files are still done).
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from codemods import VERSION
from codemods.ending import Terminated, requests_raise
from codemods.settings import FORMATS, BadConfiguration, Placement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from codemods.config import Configuration
    from codemods.findings import Outcome
    from codemods.git import Changed
    from codemods.progress import Bar

Command = TypeVar("Command", bound="Callable[..., Any]")

STDIN = "<stdin>"

# Trees are large and rarely garbage: with Python's own limits, looking through them takes a sixth of the time.
gc.set_threshold(20_000, 20, 10)


def _codes(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    from codemods.config.keys import Wrong, expanded  # noqa: PLC0415 - only who chooses pays for it

    chosen = tuple(one.strip() for one in value.split(",") if one.strip())
    try:
        [expanded(one) for one in chosen]
    except Wrong as error:
        raise click.BadParameter(str(error)) from None
    return chosen


def _measured(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        from codemods import timings  # noqa: PLC0415

        timings.start()
        context.call_on_close(timings.stop)


PATHS = (click.argument("paths", nargs=-1, metavar="[PATHS]..."),)
CHOICE = (
    click.option(
        "--select",
        metavar="CODES",
        callback=_codes,
        help="Report and fix only these, as in GO101,GO2; or ALL.",
    ),
    click.option("--extend-select", metavar="CODES", callback=_codes, help="And these."),
    click.option("--ignore", metavar="CODES", callback=_codes, help="Leave these out."),
    click.option(
        "--exclude",
        "--extend-exclude",
        "exclude",
        metavar="PATTERN",
        multiple=True,
        help="Leave files out, as in .gitignore. Repeatable.",
    ),
    click.option(
        "--force-exclude/--no-force-exclude", default=None, help="Leave them out even when they are named."
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore",
        default=None,
        help="Leave out what .gitignore does. Usual.",
    ),
    click.option(
        "--strict/--no-strict", default=None, help="Rewrite only what is proved without assumptions."
    ),
    click.option(
        "--placement",
        type=click.Choice([one.value for one in Placement]),
        help="Where zero_grad goes. before-backward costs memory.",
    ),
    click.option(
        "--jobs",
        "-j",
        type=click.IntRange(min=1),
        metavar="N",
        help="Processes for large runs. Default: one a core.",
    ),
    click.option("--config", "file", metavar="FILE", help="Use this configuration file for everything."),
    click.option("--isolated", is_flag=True, help="Use no configuration file."),
)
UNSAFE = (
    click.option(
        "--unsafe-fixes/--no-unsafe-fixes",
        default=None,
        help="Also make fixes that change the training, and say how.",
    ),
)
WHICH = (
    click.option(
        "--changed-since",
        metavar="REV",
        help="Only training steps that the diff against this git revision touches.",
    ),
    click.option("--files-from", metavar="FILE", help="Take paths from a file, a line each; - for stdin."),
)
PRINTING = (
    click.option("--statistics", is_flag=True, help="Count codes and verdicts instead of showing them."),
    click.option(
        "--output-format",
        type=click.Choice(FORMATS),
        help="How findings are printed; text shows the source lines.",
    ),
    click.option(
        "--quiet", "-q", is_flag=True, help="Say nothing of what is left alone, and no closing line."
    ),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="When text is coloured.",
    ),
    click.option(
        "--timings",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_measured,
        help="Say at the end where the time went, by stage.",
    ),
    click.option(
        "--stdin-filename", metavar="FILE", help="What to call stdin, and whose settings to use for it."
    ),
    click.option("--exit-zero", is_flag=True, help="End with status 0 although something should change."),
)
"""Options that several commands share."""


def _takes(*groups: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    def decorated(command: Command) -> Command:
        for option in reversed([one for group in groups for one in group]):
            command = option(command)
        return command

    return decorated


class CannotDo(click.ClickException):
    """The job cannot be done as things are; the message says what to do about it."""

    exit_code = 2


class Commands(click.Group):
    """The commands. Each returns its exit status; Ctrl-C ends any of them with 130 and no word, SIGTERM with 143."""

    def invoke(self, ctx: click.Context) -> None:
        """Run the command that was asked for, and exit with its status."""
        try:
            with requests_raise():
                status = super().invoke(ctx)
        except BadConfiguration as error:
            click.echo("".join(f"error: {line}\n" for line in str(error).splitlines()), nl=False, err=True)
            status = 2
        except KeyboardInterrupt:
            status = 130
        except Terminated as request:
            click.echo(f"error: {request}", err=True)
            status = request.status
        ctx.exit(status or 0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(
    VERSION, prog_name="gradorder", message="%(prog)s %(version)s", help="Show the version."
)
def app() -> None:
    """Put PyTorch training code into the order zero_grad, backward, step.

    Every rewrite is proved before it is written.
    """


@app.command()
@_takes(PATHS, PRINTING, WHICH, CHOICE)
@click.option("--show-files", is_flag=True, help="Only list the files that would be looked at.")
@click.option("--show-settings", is_flag=True, help="Only show the settings of these files.")
def check(
    paths: Sequence[str],
    *,
    output_format: str | None,
    quiet: bool,
    color: str,
    statistics: bool,
    exit_zero: bool,
    show_files: bool,
    show_settings: bool,
    **choice: Any,
) -> int:
    """Report every training step that should change; write nothing.

    PATHS are files and folders, or - for stdin. Default: the current folder.
    """
    from codemods.console import Show, report  # noqa: PLC0415 - --help must not pay for it

    configuration = _configuration(choice, output_format=output_format, unsafe_fixes=False)
    if show_files or show_settings:
        return _show(paths, configuration, choice, settings=show_settings)
    show = Show(
        configuration.output_format(), sys.stdout, quiet=quiet, color=color,
        statistics=statistics, exit_zero=exit_zero,
    )  # fmt: skip
    return report(_outcomes(paths, configuration, choice, bar=_bar(quiet=quiet)), show)


@app.command()
@_takes(PATHS)
@click.option("--diff", is_flag=True, help="Show what would change as a diff; write nothing.")
@click.option("--interactive", is_flag=True, help="Show each rewrite with its proof, and ask.")
@click.option(
    "--add-ignore",
    is_flag=True,
    help="Write a suppression, with its reason, for each finding with a code that is left.",
)
@click.option("--allow-dirty", is_flag=True, help="Rewrite folders that have uncommitted changes.")
@click.option(
    "--exit-non-zero-on-fix", "exit_on_fix", is_flag=True, help="End with status 1 after a rewrite."
)
@_takes(UNSAFE, PRINTING, WHICH, CHOICE)
@click.option(
    "--black/--no-black", default=None, help="Format the rewritten lines with your black configuration."
)
def fix(
    paths: Sequence[str],
    *,
    diff: bool,
    interactive: bool,
    add_ignore: bool,
    allow_dirty: bool,
    exit_on_fix: bool,
    unsafe_fixes: bool | None,
    output_format: str | None,
    statistics: bool,
    exit_zero: bool,
    black: bool | None,
    quiet: bool,
    color: str,
    **choice: Any,
) -> int:
    """Rewrite training steps in place, each proved to train the same before it is written.

    PATHS are files and folders, or - for stdin to stdout. Default: the current folder.
    """
    from codemods.console import PEOPLE, Show, report  # noqa: PLC0415

    configuration = _configuration(
        choice, output_format=output_format, unsafe_fixes=unsafe_fixes, black=black
    )
    output = configuration.output_format()
    if not diff and not allow_dirty and not os.environ.get("CI"):
        _demand_clean(paths)
    if interactive and (diff or "-" in paths):
        raise click.UsageError("--interactive goes without --diff and stdin")
    bar = _bar(quiet=quiet or interactive)
    found = _outcomes(paths, configuration, choice, bar=bar)
    # Where stdout is to hold a patch or a file, it holds nothing else.
    aside = (diff and output in PEOPLE) or (tuple(paths) == ("-",) and not diff)
    stream = sys.stderr if aside else sys.stdout
    show = Show(
        output, stream, fixed=not diff, diff=diff, quiet=quiet, color=color,
        statistics=statistics, exit_zero=exit_zero, exit_on_fix=exit_on_fix,
    )  # fmt: skip
    if interactive:
        found = _asked(found, configuration, coloured=show.coloured)
    if add_ignore:
        from codemods.baseline import with_ignores  # noqa: PLC0415

        found = (with_ignores(one, configuration.settings(one.path)).outcome for one in found)
    return report(found if diff else _written(found, to_stdout="-" in paths), show)


class CommandBehind(click.Command):
    """A command whose arguments end at ``--``: what follows is a command of its own, kept in ``ctx.meta``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words behind the first ``--`` away before any is parsed."""
        at = args.index("--") if "--" in args else len(args)
        ctx.meta["command"] = args[at + 1 :]
        return super().parse_args(ctx, args[:at])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The usage line, with the command."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND ..."]


@app.command(cls=CommandBehind)
@_takes(PATHS)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    help="Seeds torch, numpy, random and the hashes of each run.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0.0),
    default=1e-3,
    help="Relative; for a command that is not deterministic by itself.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="For each run. Default: ten times the first run.",
)
@click.option(
    "--max-steps",
    type=click.IntRange(min=1),
    metavar="N",
    help="End each process after so many optimizer steps.",
)
@click.option("--plot", metavar="FILE", help="Draw loss and peak memory of both versions: .svg, or .png.")
@click.option("--verbose", "-v", is_flag=True, help="Let the command's own output through, to stderr.")
@click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text", help="How the result is printed."
)
@click.option("--quiet", "-q", is_flag=True, help="Nothing but the result.")
@_takes(UNSAFE, CHOICE)
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    paths: Sequence[str],
    *,
    seed: int,
    tolerance: float,
    timeout: float | None,
    max_steps: int | None,
    plot: str | None,
    verbose: bool,
    output_format: str,
    quiet: bool,
    unsafe_fixes: bool | None,
    **choice: Any,
) -> int:
    """Run a training command as it stands and rewritten, and compare every optimizer step; nothing is written.

    PATHS are files and folders to rewrite. Default: the current folder. Behind -- comes the command, as in
    gradorder verify src/ -- python train.py --epochs 1
    """
    from codemods.console import complain, say  # noqa: PLC0415
    from codemods.verify import plot as picture  # noqa: PLC0415
    from codemods.verify import words  # noqa: PLC0415
    from codemods.verify.progress import Bar  # noqa: PLC0415
    from codemods.verify.rewrites import rewrites  # noqa: PLC0415
    from codemods.verify.session import Options, verify  # noqa: PLC0415

    command = tuple(ctx.meta["command"])
    if not command:
        raise click.BadParameter(
            "the command to run goes behind --, as in: -- python train.py", param_hint="COMMAND"
        )
    if "-" in paths:
        raise click.BadParameter("stdin cannot be run", param_hint="PATHS")
    try:
        picture.check(plot)
    except picture.CannotPlot as error:
        raise click.BadParameter(str(error), param_hint="--plot") from error
    found = list(_outcomes(paths, _configuration(choice, unsafe_fixes=unsafe_fixes), choice))
    for one in found:
        if one.problem is not None:
            complain(one.problem)
    bar = Bar(quiet=quiet)
    try:
        result = verify(Options(command, seed, tolerance, timeout, max_steps, verbose), rewrites(found), bar)
    finally:
        bar.close()
    if result.output:
        say(sys.stderr, f"The command's last lines:\n{result.output}\n")
    say(sys.stdout, words.document(result) if output_format == "json" else words.text(result))
    try:
        picture.draw(result, plot)
    except picture.CannotPlot as error:
        say(sys.stderr, f"error: {error}\n")
        return 2
    return 2 if any(one.problem for one in found) else result.status


@app.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes gradorder's commands and options in a shell.

    For example, in ~/.bashrc: eval "$(gradorder completion bash)"
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    found = get_completion_class(shell)
    assert found is not None, "click completes all of these shells"
    click.echo(found(app, {}, "gradorder", "_GRADORDER_COMPLETE").source())


@app.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a code means, why, with an example, and when its fix is safe.

    CODE is a code (GO101) or a verdict (hazard). Default: all of them, a line each.
    """
    from codemods.reports import rule_pages  # noqa: PLC0415

    try:
        click.echo(rule_pages.listing() if code is None else rule_pages.page(code), nl=False)
    except rule_pages.NoSuchRule as error:
        raise click.BadParameter(str(error), param_hint="CODE") from error


@app.command()
@_takes(PATHS)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    default="gradorder-report.html",
    show_default=True,
    help="Where the page goes, - for stdout.",
)
@_takes(UNSAFE, CHOICE)
def report(
    paths: Sequence[str],
    *,
    output: str,
    unsafe_fixes: bool | None,
    **choice: Any,
) -> int:
    """Write one page for the reviewer of a migration: each rewrite side by side, each refusal with its reason.

    The source files stay as they are. Exit status 0, or 2 when a file could not be done.
    """
    from codemods.console import complain, say  # noqa: PLC0415
    from codemods.reports import html  # noqa: PLC0415

    configuration = _configuration(choice, unsafe_fixes=unsafe_fixes)
    page, problems = html.render(
        _outcomes(paths, configuration, choice), lambda path: configuration.settings(path).idioms
    )
    for one in problems:
        complain(one)
    if output == "-":
        say(sys.stdout, page.encode())
    else:
        try:
            Path(output).write_text(page, encoding="utf-8", newline="\n")
        except OSError as error:
            raise click.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from error
        click.echo(f"Wrote {output}.", err=True)
    return 2 if problems else 0


def _configuration(choice: Mapping[str, Any], **given: Any) -> Configuration:
    """What the command line and the configuration files say together."""
    from codemods.config import Configuration, Options  # noqa: PLC0415

    if choice["isolated"] and choice["file"] is not None:
        raise click.UsageError("--isolated uses no configuration file, --config names one: choose")
    placement = choice["placement"]
    options = Options(
        select=choice["select"],
        extend_select=choice["extend_select"] or (),
        ignore=choice["ignore"] or (),
        respect_gitignore=choice["respect_gitignore"],
        force_exclude=choice["force_exclude"],
        strict=choice["strict"],
        placement=None if placement is None else Placement(placement),
        **given,
    )
    return Configuration(options, choice["file"], choice["isolated"])


def _outcomes(
    paths: Sequence[str], configuration: Configuration, choice: Mapping[str, Any], *, bar: Bar | None = None
) -> Iterable[Outcome]:
    from codemods.run import from_stdin, outcomes  # noqa: PLC0415

    if len(paths) > 1 and "-" in paths:
        raise click.BadParameter("- (stdin) goes without other paths", param_hint="PATHS")
    try:
        if "-" in paths:
            name = choice.get("stdin_filename")
            data = sys.stdin.buffer.read()
            return [from_stdin(name or STDIN, data, configuration, exclude=choice["exclude"])]
        found = outcomes(
            _paths(paths, choice.get("files_from")),
            configuration,
            exclude=choice["exclude"],
            jobs=choice["jobs"] or _cores(),
            changed=_changed(choice.get("changed_since")),
            started=None if bar is None else bar.start,
        )
        return found if bar is None else bar.watch(found)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--exclude") from error


def _paths(paths: Sequence[str], files_from: str | None) -> Sequence[str]:
    if files_from is None:
        return paths or ["."]
    try:
        text = sys.stdin.buffer.read() if files_from == "-" else Path(files_from).read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{files_from}: {error.strerror}", param_hint="--files-from") from error
    listed = text.split(b"\0") if b"\0" in text else text.splitlines()
    return [*paths, *(os.fsdecode(one) for one in listed if one)]


def _changed(revision: str | None) -> Changed | None:
    if revision is None:
        return None
    from codemods.git import NoGit, changed_since  # noqa: PLC0415

    try:
        return changed_since(revision)
    except NoGit as error:
        raise click.BadParameter(str(error), param_hint="--changed-since") from error


def _bar(*, quiet: bool) -> Bar:
    from codemods.progress import Bar  # noqa: PLC0415

    return Bar.on_terminal(quiet=quiet)


def _demand_clean(paths: Sequence[str]) -> None:
    """Refuse to rewrite whole folders over work that is not committed: the two could not be told apart."""
    from codemods.git import uncommitted  # noqa: PLC0415

    for one in paths or ["."]:
        if Path(one).is_dir() and uncommitted(one):
            raise CannotDo(
                f"{one} has uncommitted changes: commit or stash them, so that the rewrites can be told apart, or "
                "pass --allow-dirty"
            )


def _asked(found: Iterable[Outcome], configuration: Configuration, *, coloured: bool) -> Iterator[Outcome]:
    from codemods.console import say  # noqa: PLC0415
    from codemods.interactive import ANSWERS, asked  # noqa: PLC0415

    def ask(question: str) -> str:
        try:
            answer: str = click.prompt(
                question, type=click.Choice(ANSWERS), show_choices=False, prompt_suffix=" ", err=True
            )
        except click.Abort:
            return "q"
        return answer

    def show(text: bytes) -> None:
        say(sys.stdout, text)

    return asked(found, configuration.settings, ask, show, coloured=coloured)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _show(
    paths: Sequence[str], configuration: Configuration, choice: Mapping[str, Any], *, settings: bool
) -> int:
    from codemods.config.show import shown  # noqa: PLC0415
    from codemods.console import complain, say  # noqa: PLC0415
    from codemods.run import listed  # noqa: PLC0415

    try:
        files, problems = listed(paths or ["."], configuration, exclude=choice["exclude"])
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--exclude") from error
    for one in problems:
        complain(one)
    say(sys.stdout, shown(configuration, files) if settings else "".join(f"{one}\n" for one in files))
    return 2 if problems else 0


def _written(outcomes: Iterable[Outcome], *, to_stdout: bool) -> Iterator[Outcome]:
    from codemods.console import say  # noqa: PLC0415
    from codemods.run import written  # noqa: PLC0415

    for one in outcomes:
        if to_stdout:
            say(sys.stdout, one.before if one.after is None else one.after)
        yield one if to_stdout else written(one)


def main() -> None:
    """Run the command. click ends it quietly when the pipe is closed."""
    app(prog_name="gradorder")


if __name__ == "__main__":
    main()
