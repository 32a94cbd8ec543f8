"""Names of the user's own, ``[tool.gradorder.idioms]``: what they mean in a file, executed under torch where they move."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from codemods.api import check_source, fix_source
from codemods.config import Configuration
from codemods.custom import in_force
from codemods.files.prefilter import worth_a_look
from codemods.findings import Verdict
from codemods.lower import lower
from codemods.proof.align import pair
from codemods.proof.lockstep import prove
from codemods.proof.witness import Differs, Same, SameIf, Unsure
from codemods.run import outcomes, written
from codemods.settings import KINDS, BadConfiguration, Idioms, Settings
from codemods.syntax import parse
from tests.fixture_format import Fixture, load_fixtures
from tests.idioms import shown
from tests.stand_ins import acme
from tests.test_cli import gradorder
from tests.torch_world import Trace, differences, run

NAMES = Idioms(
    zero=("clear_grad", "acme.clear"),
    backward=("backprop",),
    step=("minimize", "acme.step_all"),
    update=("wrapper.update_params",),
    read=("gradient_sum",),
    harmless=("describe",),
)
SETTINGS = Settings(idioms=NAMES)
TABLE = """
[idioms]
zero = ["clear_grad", "acme.clear"]
backward = ["backprop"]
step = ["minimize", "acme.step_all"]
update = ["wrapper.update_params"]
read = ["gradient_sum"]
harmless = ["describe"]
"""
HEAD = "import acme\n\noptimizer = acme.momentum(model)\n"


@dataclass(frozen=True)
class Page:
    """A page of training code, and another version of it: the rewrite, or one that is tempting and wrong."""

    name: str
    before: str
    other: str
    verdict: Verdict = Verdict.ZERO_LAST


def page(name: str, before: str, other: str, verdict: Verdict = Verdict.ZERO_LAST) -> object:
    return pytest.param(Page(name, HEAD + before, HEAD + other, verdict), id=name.replace(" ", "-"))


MOVES = [
    page(
        "methods",
        """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    # Gradients add up unless they are cleared.
    optimizer.clear_grad()
""",
        """
for x, y in loader:
    # Gradients add up unless they are cleared.
    optimizer.clear_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
""",
    ),
    page(
        "only the clearing has a name of its own",
        """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.clear_grad()
    print(loss.item())
""",
        """
for x, y in loader:
    optimizer.clear_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    print(loss.item())
""",
    ),
    page(
        "functions",
        """
from acme import backprop, clear
from acme import step_all as apply

for x, y in loader:
    loss = loss_fn(model(x), y)
    backprop(loss)
    apply(optimizer)
    clear(optimizer)
""",
        """
from acme import backprop, clear
from acme import step_all as apply

for x, y in loader:
    clear(optimizer)
    loss = loss_fn(model(x), y)
    backprop(loss)
    apply(optimizer)
""",
    ),
    page(
        "functions of a module",
        """
for x, y in loader:
    loss = loss_fn(model(x), y)
    acme.backprop(loss)
    acme.step_all(optimizer)
    acme.clear(optimizer)
""",
        """
for x, y in loader:
    acme.clear(optimizer)
    loss = loss_fn(model(x), y)
    acme.backprop(loss)
    acme.step_all(optimizer)
""",
    ),
    page(
        "what is looked at before the step",
        """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    log(acme.gradient_sum(model))
    optimizer.minimize()
    optimizer.clear_grad()
""",
        """
for x, y in loader:
    optimizer.clear_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    log(acme.gradient_sum(model))
    optimizer.minimize()
""",
    ),
    page(
        "what is harmless after the clearing",
        """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    optimizer.clear_grad()
    acme.describe(model)
""",
        """
for x, y in loader:
    optimizer.clear_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    acme.describe(model)
""",
    ),
    page(
        "a clearing with a constant",
        """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    optimizer.clear_grad(False)
""",
        """
for x, y in loader:
    optimizer.clear_grad(False)
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
""",
    ),
    page(
        "a loop over several optimizers",
        """
second = acme.momentum(model2)
optimizers = [optimizer, second]
for x, y in loader:
    loss = loss_fn(model(x) + model2(x), y)
    loss.backward()
    for one in optimizers:
        one.minimize()
    for one in optimizers:
        one.clear_grad()
""",
        """
second = acme.momentum(model2)
optimizers = [optimizer, second]
for x, y in loader:
    for one in optimizers:
        one.clear_grad()
    loss = loss_fn(model(x) + model2(x), y)
    loss.backward()
    for one in optimizers:
        one.minimize()
""",
    ),
    page(
        "an import in the function is needed first",
        """
def train():
    from acme import clear

    for x, y in loader:
        from acme import backprop

        loss = loss_fn(model(x), y)
        backprop(loss)
        optimizer.minimize()
        clear(optimizer)

train()
""",
        """
def train():
    from acme import clear

    for x, y in loader:
        clear(optimizer)
        from acme import backprop

        loss = loss_fn(model(x), y)
        backprop(loss)
        optimizer.minimize()

train()
""",
    ),
    page(
        "the name of a function is bound in the loop",
        """
for x, y in loader:
    from acme import clear

    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    clear(optimizer)
""",
        """
for x, y in loader:
    from acme import clear

    clear(optimizer)
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
""",
    ),
]

REFUSALS = [
    page(
        "accumulation",
        """
for i, (x, y) in enumerate(loader):
    loss = loss_fn(model(x), y)
    acme.backprop(loss)
    if i % 3 == 2:
        optimizer.minimize()
        optimizer.clear_grad()
""",
        """
for i, (x, y) in enumerate(loader):
    optimizer.clear_grad()
    loss = loss_fn(model(x), y)
    acme.backprop(loss)
    if i % 3 == 2:
        optimizer.minimize()
""",
        Verdict.ACCUMULATION,
    ),
    page(
        "somebody looks behind the clearing",
        """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    optimizer.clear_grad()
    log(acme.gradient_sum(model))
""",
        """
for x, y in loader:
    optimizer.clear_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    log(acme.gradient_sum(model))
""",
        Verdict.HAZARD,
    ),
    page(
        "an earlier backward",
        """
acme.backprop(loss_fn(model(loader[0][0]), loader[0][1]))
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    optimizer.clear_grad()
""",
        """
acme.backprop(loss_fn(model(loader[0][0]), loader[0][1]))
for x, y in loader:
    optimizer.clear_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
""",
        Verdict.HAZARD,
    ),
]


def fixed(source: str, settings: Settings = SETTINGS) -> str:
    done = fix_source(source, settings=settings)
    assert done.problem is None
    return done.source


def said(source: str, settings: Settings = SETTINGS) -> list[tuple[str, str]]:
    """Verdict and reason of every training step."""
    found = check_source(source, settings=settings)
    assert found.problem is None
    return [(one.verdict.value, one.reason) for one in found.findings]


def proof(before: str, after: str) -> Same | SameIf | Differs | Unsure:
    with in_force(NAMES):
        program = lower(parse(before))
        return prove(program, pair(program, lower(parse(after))))


def trained(source: str) -> Trace:
    trace = run(source)
    assert trace.error is None
    assert trace.steps
    assert trace.finite
    return trace


@pytest.fixture(params=[True, False], ids=["to-None", "in-place"])
def _meaning(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both things that a clearing of the library may leave behind."""
    monkeypatch.setattr(acme, "TO_NONE", request.param)


# What moves, and what does not


@pytest.mark.parametrize("one", MOVES)
def test_a_call_by_a_name_of_ones_own_moves(one: Page) -> None:
    assert fixed(one.before) == one.other
    assert fixed(one.other) == one.other
    assert isinstance(proof(one.before, one.other), SameIf)
    assert [name for name, _ in said(one.before)] == [one.verdict.value]
    assert [name for name, _ in said(one.other)] == ["canonical"]


@pytest.mark.usefixtures("_meaning")
@pytest.mark.parametrize("one", MOVES)
def test_what_moves_trains_bit_for_bit_the_same(one: Page) -> None:
    assert differences(trained(one.before), trained(one.other)) is None


@pytest.mark.parametrize("one", REFUSALS)
def test_a_tempting_move_is_refused(one: Page) -> None:
    assert fixed(one.before) == one.before
    assert isinstance(proof(one.before, one.other), Differs)
    assert one.verdict.value in [name for name, _ in said(one.before)]


@pytest.mark.usefixtures("_meaning")
@pytest.mark.parametrize("one", REFUSALS)
def test_what_is_refused_trains_differently(one: Page) -> None:
    assert differences(trained(one.before), trained(one.other)) is not None


MIXED = """
for x, y in loader[:5]:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.clear_grad()
for x, y in loader:
    optimizer.zero_grad(set_to_none=False)
    loss_fn(model(x), y).backward()
    optimizer.step()
"""
FIRST = MIXED.partition("for x, y in loader:\n    optimizer.zero")[0]


def test_what_a_name_of_ones_own_leaves_is_not_exchanged_for_what_zero_grad_leaves() -> None:
    before = HEAD + MIXED
    (verdict, reason), _ = said(before)
    assert verdict == "hazard"
    assert "zeros instead of None, or None instead of zeros, when optimizer steps" in reason
    assert fixed(before) == before
    wrong = before.replace("    optimizer.clear_grad()\n", "").replace(
        "    loss = loss_fn", "    optimizer.clear_grad()\n    loss = loss_fn"
    )
    assert differences(trained(before), trained(wrong)) is not None


def test_a_second_spelling_of_the_clearing_may_leave_something_else_behind() -> None:
    loop = """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.minimize()
    optimizer.clear_grad({given})
"""
    twice = HEAD + loop.format(given="") * 2
    assert [name for name, _ in said(twice)] == ["zero-last"] * 2
    assert [name for name, _ in said(twice + loop.format(given="True"))] == ["hazard"] * 3
    assert [name for name, _ in said(HEAD + loop.format(given="keep"))] == ["hazard"]


def test_without_the_configuration_nothing_is_done() -> None:
    for one in (*MOVES, *REFUSALS):
        source = one.values[0].before  # type: ignore[attr-defined]
        assert fixed(source, Settings()) == source
    assert said(HEAD + MIXED, Settings())[0][0] != "zero-last"


# Every fixture, spelled with names of one's own


def respelled(text: str) -> str:
    text = re.sub(r"\.zero_grad\b", ".clear_grad", text)
    text = re.sub(r"\.backward\b", ".backprop", text)
    return re.sub(r"\b((?:self\.)?(?:opt|optimizer)\w*)\.step\b", r"\1.minimize", text)


def spells_only_calls(text: str) -> bool:
    """Whether a page neither defines these methods nor names them in a string."""
    return re.search(r"def (zero_grad|backward|step)\b|(?<!\.)\bbackward\b|[\"']zero_grad", text) is None


RESPELLED = [one for one in load_fixtures() if spells_only_calls(one.before)]


@pytest.mark.parametrize("one", RESPELLED, ids=lambda one: one.name)
def test_a_fixture_in_names_of_ones_own_gets_the_same_rewrite_or_none(one: Fixture) -> None:
    codes = Settings().codes if one.select is None else frozenset({one.select})
    before = respelled(one.before)
    after = fixed(before, Settings(idioms=NAMES, codes=codes))
    if one.group != "moves":
        assert after == before
    else:
        assert one.other is not None
        assert after in (before, respelled(one.other))


def test_nearly_every_fixture_that_moves_also_moves_in_names_of_ones_own() -> None:
    moves = [one for one in RESPELLED if one.group == "moves" and one.select is None]
    kept = [one.name for one in moves if fixed(respelled(one.before)) == respelled(one.before)]
    # What is left alone looks at gradients that it keeps: there a clearing in place would show.
    assert len(kept) < len(moves) / 10


def test_accumulation_in_the_context_of_a_caller_is_no_missing_clearing() -> None:
    (page,) = (
        one for one in load_fixtures() if one.name.endswith("never_cleared_in_the_context_of_a_caller.py")
    )
    assert [name for name, _ in said(respelled(page.before))] == ["accumulation"]


# What names mean


def events(*lines: str) -> list[str]:
    with in_force(NAMES):
        return shown(*lines)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("opt.clear_grad()",), ["zero opt (custom)"]),
        (("self.opts['g'].clear_grad()",), ["zero self.opts['g'] (custom)"]),
        (("trainer.backprop(loss / 4)",), ["backward loss / 4"]),
        (("backprop(loss)",), ["backward loss"]),
        (("gradient_sum(model)",), ["read gradient_sum()"]),
        (("self.monitor.gradient_sum()",), ["read self.monitor.gradient_sum()"]),
        (("describe(model, optimizer)",), []),
        (("import acme", "acme.step_all(opt)"), ["step opt"]),
        (("import acme as a", "a.step_all(opt)"), ["step opt"]),
        (("from acme import step_all", "step_all(opt)"), ["step opt"]),
        (("from acme import step_all as apply", "apply(opt)"), ["step opt"]),
        (("opt.minimize(model)",), ["read opt.minimize()", "step opt"]),
        (("scaler.minimize(opt, loss)",), ["read scaler.minimize()", "step opt"]),
    ],
    ids=lambda one: one[-1] if isinstance(one, tuple) else "",
)
def test_a_call_is_what_its_name_is_said_to_be(lines: tuple[str, ...], found: list[str]) -> None:
    assert events(*lines) == found


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("clear_grad()",), "it is not in sight what clear_grad() works on"),
        (("clear_grad(*optimizers)",), "it is not in sight what clear_grad() works on"),
        (("import acme", "acme.step_all()"), "it is not in sight what acme.step_all() works on"),
        (
            ("from acme import tools", "tools.clear_grad(opt)"),
            "it is not in sight what tools.clear_grad() works on",
        ),
        (("make().clear_grad()",), "make().clear_grad() works on an object that is computed on the spot"),
        (("opt.clear_grad(model)",), "opt.clear_grad() is handed model as well"),
        (("wrapper.update_params(loss)",), "wrapper.update_params() steps and clears by itself"),
        (
            ("def closure():\n    loss.backward()\n", "opt.minimize(closure)"),
            "opt.minimize() may run closure, which it is handed",
        ),
    ],
    ids=lambda one: one[-1] if isinstance(one, tuple) else "",
)
def test_a_call_of_which_too_little_is_in_sight_may_do_anything(lines: tuple[str, ...], reason: str) -> None:
    with in_force(NAMES):
        program = lower(parse("\n".join(lines)))
    found = [event for block in program.module.blocks for event in block.events]
    assert reason in [getattr(one, "reason", "") for one in found]


def test_a_dotted_name_means_only_what_ends_so() -> None:
    loop = "for x in data:\n    {one}.update_params(model(x).sum())\n"
    reason = "is backward, step and zero_grad in one"
    assert said(loop.format(one="self.wrapper")) == [
        ("unsupported", f"self.wrapper.update_params() {reason}")
    ]
    assert said(loop.format(one="trainer")) == []


def test_the_longest_name_that_fits_decides() -> None:
    names = Idioms(zero=("reset",), harmless=("meter.reset",))
    with in_force(names):
        assert shown("opt.reset()") == ["zero opt (custom)"]
        assert shown("self.meter.reset()") == []


def test_a_module_of_another_package_is_a_function_by_its_full_name_alone() -> None:
    source = "from acme import optim\noptim.step_all(opt)"
    with in_force(Idioms(step=("acme.optim.step_all",))):
        assert shown(*source.splitlines()) == ["step opt"]
    with in_force(Idioms(step=("step_all",))):
        assert shown(*source.splitlines()) != ["step opt"]


DEFINED = """
class Wrapper:
    def __init__(self, optimizer):
        self.optimizer = optimizer

    def clear_grad(self):
        print("nothing")

wrapped = Wrapper(optimizer)
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    wrapped.clear_grad()
"""


def test_what_the_file_defines_is_followed_and_not_believed() -> None:
    assert fixed(DEFINED) == DEFINED
    assert [name for name, _ in said(DEFINED)] == [name for name, _ in said(DEFINED, Settings())]
    function = "def backprop(loss):\n    pass\n\nbackprop(loss)"
    assert not any("backward" in one for one in events(*function.splitlines()))


@pytest.mark.parametrize(
    "line",
    [
        "optimizer.clear_grad = print",
        "setattr(optimizer, 'clear_grad', print)",
        "mock.patch.object(type(optimizer), 'clear_grad').start()",
        "mock.patch('acme.Momentum.clear_grad').start()",
        "backprop = print",
    ],
)
def test_a_name_that_the_file_gives_another_value_is_not_believed(line: str) -> None:
    call = "backprop(loss)" if line.startswith("backprop") else "optimizer.clear_grad()"
    found = events(line, call)
    assert not any(one.startswith(("zero", "backward")) for one in found)


def test_a_function_that_calls_such_a_name_touches_gradients_wherever_it_is_handed() -> None:
    source = """
def finish():
    optimizer.clear_grad()

for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    schedule(finish)
"""
    assert [name for name, _ in said(source)] == ["hazard"]


# Accounting: assumptions, reports, verdicts


def test_results_that_rest_on_such_names_say_so_and_strict_refuses_them() -> None:
    source = MOVES[0].values[0].before  # type: ignore[attr-defined]
    (one,) = check_source(source, settings=SETTINGS).findings
    assert one.assumes == ("closed-world", "idioms")
    assert said(source, Settings(strict=True, idioms=NAMES)) == [
        ("hazard", "--strict: the proof assumes closed-world and idioms")
    ]
    inside = "def train(model, optimizer, loader):\n" + "".join(
        f"    {line}\n" for line in source.partition("\n\n")[2].partition("\n\n")[2].splitlines()
    )
    (one,) = check_source(inside, settings=SETTINGS).findings
    assert one.assumes == ("clean-entry", "closed-world", "idioms")


def test_a_file_that_calls_no_such_name_assumes_nothing_more() -> None:
    source = "for x in data:\n    f(x).backward()\n    opt.step()\n    opt.zero_grad()\n"
    (one,) = check_source(source, settings=SETTINGS).findings
    assert "idioms" not in one.assumes


def test_a_step_that_is_never_cleared_is_not_mended_by_a_name_that_may_not_exist() -> None:
    source = "for x, y in loader:\n    loss_fn(model(x), y).backward()\n    optimizer.minimize()\n"
    (one,) = check_source(source, settings=Settings(idioms=NAMES, unsafe_fixes=True)).findings
    assert (one.code, one.fix, one.assumes) == ("GO202", None, ("idioms",))
    assert one.reason.endswith(
        "what clears the gradients that optimizer.minimize() uses may have another name"
    )


def test_messages_call_things_by_their_own_names() -> None:
    source = MOVES[2].values[0].before  # type: ignore[attr-defined]
    assert said(source) == [("zero-last", "clear() on line 12 comes after apply()")]


# Everywhere


@pytest.mark.parametrize("name", ["page.py", "page.ipynb"])
def test_a_file_with_names_of_ones_own_alone_is_looked_at(name: str) -> None:
    assert worth_a_look(name, b"acme.backprop(loss)\nopt.minimize()\n", NAMES)
    assert worth_a_look(name, b"wrapper.update_params(loss)\n", NAMES)
    assert worth_a_look(name, "größe = 1\nacme.backprop(loss)\nopt.minimize()\n".encode(), NAMES)
    assert not worth_a_look(name, b"acme.backprop(loss)\nopt.minimize()\n")
    assert not worth_a_look(name, b"acme.backprop(loss)\nopt.clear_grad()\n", NAMES)
    assert worth_a_look(name, "f.größer(loss)\nopt.step()\n".encode(), Idioms(backward=("größer",)))


def folder(root: Path, count: int = 3) -> list[Path]:
    files = [root / f"page{number}.py" for number in range(count)]
    for one in files:
        one.write_text(HEAD + FIRST)
    (root / "gradorder.toml").write_text(TABLE.strip())
    return files


def test_the_command_reads_them_for_each_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = folder(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "gradorder.toml").write_text("")
    (tmp_path / "other" / "page.py").write_text(files[0].read_text())
    found = json.loads(gradorder("check", "--output-format", "json", ".", cwd=tmp_path).out)["steps"]
    assert [(one["path"], one["code"], one["assumes"]) for one in found if one["code"]] == [
        (one.name, "GO101", ["closed-world", "idioms"]) for one in files
    ]
    assert (
        'zero = ["clear_grad", "acme.clear"]'
        in gradorder("check", "--show-settings", "page0.py", cwd=tmp_path).out
    )


def test_several_processes_have_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path, count=6)
    monkeypatch.setattr("codemods.run.ENOUGH", 10)
    configuration = Configuration()
    alone, together = (list(outcomes([str(tmp_path)], configuration, jobs=jobs)) for jobs in (1, 2))
    assert [one.findings for one in alone] == [one.findings for one in together]
    assert all(one.after is not None for one in together if one.path.endswith(".py"))


def test_the_page_for_a_reviewer_draws_their_gradients_and_names_the_assumption(tmp_path: Path) -> None:
    folder(tmp_path, count=1)
    page = gradorder("report", "-o", "-", ".", cwd=tmp_path).out
    assert page.count("<svg") == 2
    assert "the names that the configuration lists do what it says of them" in page


def test_a_baseline_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, *_ = folder(tmp_path, count=1)
    monkeypatch.chdir(tmp_path)
    source = (
        HEAD + "\nfor x, y in loader:\n    acme.backprop(loss_fn(model(x), y))\n    optimizer.minimize()\n"
    )
    one.write_text(source)
    assert gradorder("fix", "--add-ignore", ".", cwd=tmp_path).status == 0
    assert "# gradorder: ignore[GO202]" in one.read_text()
    assert gradorder("check", ".", cwd=tmp_path).status == 0


def test_the_command_of_libcst_reads_them(tmp_path: Path) -> None:
    one, *_ = folder(tmp_path, count=1)
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "--no-format", "-j1",
               "codemods.libcst_command.CanonicalGradientOrder", str(tmp_path)]  # fmt: skip
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert one.read_text() == fixed(HEAD + FIRST)
    (tmp_path / "gradorder.toml").write_text("[idioms]\nzeros = []\n")
    again = one.read_text()
    done = subprocess.run(command, cwd=root, capture_output=True, check=False, text=True)
    assert "unknown key idioms.zeros; do you mean zero?" in done.stderr
    assert one.read_text() == again


def test_the_word_of_the_configuration_comes_before_another_file_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(
        "import acme\n\ndef clear(optimizer):\n    acme.clear(optimizer)\n\ndef step_all(optimizer):\n    optimizer.step()\n"
    )
    train = tmp_path / "train.py"
    train.write_text(
        "from helpers import clear, step_all\n\nfor x, y in loader:\n    loss_fn(model(x), y).backward()\n"
        "    step_all(optimizer)\n    clear(optimizer)\n"
    )
    settings = Settings(idioms=Idioms(zero=("helpers.clear",), step=("step_all",)))
    before = (tmp_path / "helpers.py").read_text()
    for one in outcomes([str(tmp_path)], settings):
        assert one.problem is None
        written(one)
    assert train.read_text().index("clear(optimizer)") < train.read_text().index(".backward()")
    assert (tmp_path / "helpers.py").read_text() == before


# What is wrong


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("idioms = 1", "idioms must be a table of kinds and their names, not a number"),
        (
            "[idioms]\nzeroes = []",
            "unknown key idioms.zeroes; do you mean zero?",
        ),
        (
            "[idioms]\nxyz = []",
            "unknown key idioms.xyz; there are backward, harmless, read, step, update, zero",
        ),
        ("[idioms]\nzero = 'clear_grad'", "idioms.zero must be a list of strings, not a string"),
        ("[idioms]\nstep = [1]", "idioms.step must be a list of strings, but holds a number"),
        (
            "[idioms]\nzero = ['clear grad']",
            "idioms.zero holds 'clear grad', which is no name of a method or function",
        ),
        ("[idioms]\nzero = ['']", "idioms.zero holds '', which is no name of a method or function"),
        ("[idioms]\nread = ['a..b']", "idioms.read holds 'a..b', which is no name of a method or function"),
        ("[idioms]\nread = ['f()']", "idioms.read holds 'f()', which is no name of a method or function"),
        (
            "[idioms]\nread = ['lambda']",
            "idioms.read holds 'lambda', which is no name of a method or function",
        ),
        (
            "[idioms]\nzero = ['reset']\nstep = ['reset']",
            "idioms.step names reset, as idioms.zero does: a name has one meaning",
        ),
        (
            "[idioms]\nstep = ['zero_grad']",
            "idioms.step names zero_grad, but zero_grad is known already and belongs to zero",
        ),
        (
            "[idioms]\nharmless = ['engine.step']",
            "idioms.harmless names engine.step, but step is known already and belongs to step",
        ),
        (
            "[idioms]\nbackward = ['train']",
            "idioms.backward names train, but train is known already and has a meaning of its own",
        ),
    ],
    ids=lambda one: one.replace("\n", " ") if one.startswith("[") else "",
)
def test_a_wrong_entry_gives_an_error_that_names_the_key(
    text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gradorder.toml").write_text(text)
    Path("page.py").write_text("print(1)\n")
    with pytest.raises(BadConfiguration) as error:
        Configuration().settings("page.py")
    assert str(error.value) == f"gradorder.toml: {complaint}"
    done = gradorder("check", ".", cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert complaint in done.err


def test_every_wrong_entry_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(
        "[tool.gradorder]\nstrikt = true\n[tool.gradorder.idioms]\nzero = ['a b', 'step']\nreads = []\n"
    )
    with pytest.raises(BadConfiguration) as error:
        Configuration().settings("page.py")
    assert str(error.value).splitlines() == [
        "pyproject.toml: unknown key strikt; do you mean strict?",
        "pyproject.toml: unknown key idioms.reads; do you mean read?",
        "pyproject.toml: idioms.zero holds 'a b', which is no name of a method or function",
        "pyproject.toml: idioms.zero names step, but step is known already and belongs to step",
    ]


def test_names_that_are_known_may_be_listed_where_they_belong() -> None:
    names = Idioms(zero=("zero_grad", "clear_grad"), step=("step",), harmless=("train", "parameters"))
    settings = Settings(idioms=names)
    source = "for x, y in loader:\n    loss_fn(model(x), y).backward()\n    optimizer.step()\n    optimizer.zero_grad()\n"
    assert [name for name, _ in said(source, settings)] == ["zero-last"]


def test_names_are_a_value() -> None:
    assert pickle.loads(pickle.dumps(NAMES)) == NAMES
    assert (
        len({Settings(idioms=NAMES), Settings(idioms=Idioms(**{one: getattr(NAMES, one) for one in KINDS}))})
        == 1
    )
    with pytest.raises(
        ValueError, match=r"^idioms.zero holds 'a b', which is no name of a method or function$"
    ):
        Idioms(zero=("a b",))
