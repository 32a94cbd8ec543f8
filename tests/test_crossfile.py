"""Folders of several files: what a helper of another file does is seen, and what cannot be seen is not guessed."""

from __future__ import annotations

import importlib
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from codemods.findings import Verdict
from codemods.run import outcomes, written
from codemods.settings import Settings
from tests.torch_world import Trace, differences, run

if TYPE_CHECKING:
    import ast
    from pathlib import Path

    from codemods.findings import Finding, Outcome
    from codemods.ir.nodes import Function
    from codemods.lower.world import World
    from codemods.syntax import FunctionNode

LOOP = """
for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    {after}
"""

EVALUATE = """
    import torch

    def evaluate_model(model, loader, loss_fn):
        model.eval()
        with torch.no_grad():
            total = sum(loss_fn(model(x), y).item() for x, y in loader)
        model.train()
        return total

    def save(model, optimizer, path):
        return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "path": path}
"""

GRADIENTS = """
    def gradient_norm(model):
        return sum(p.grad.norm().item() for p in model.parameters() if p.grad is not None)
"""


class Project:
    """A folder of files, as a run of the tool sees it, and as Python runs it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def outcomes(self, *names: str, settings: Settings | None = None) -> dict[str, Outcome]:
        """What is said of each file, by its name in the folder."""
        paths = [str(self.root / one) for one in names or (".",)]
        found = outcomes(paths, settings or Settings())
        return {one.path.removeprefix(f"{self.root}/"): one for one in found}

    def fix(self) -> None:
        for one in self.outcomes().values():
            assert one.problem is None
            written(one)

    def run(self, name: str = "train.py", drive: str | None = None) -> Trace:
        """Run a file of the folder as a script (or a line that imports it), with the folder on Python's path."""
        sys.path.insert(0, str((self.root / name).parent if drive is None else self.root))
        importlib.invalidate_caches()
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(sys, "dont_write_bytecode", True)
                return run(drive or (self.root / name).read_text(encoding="utf-8"))
        finally:
            sys.path.pop(0)
            # Modules of one folder must not answer for those of the next, nor for what they were before a fix.
            for module, known in list(sys.modules.items()):
                if str(getattr(known, "__file__", None)).startswith(str(self.root)):
                    del sys.modules[module]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "pyproject.toml").touch()
    return Project(tmp_path)


def finding(project: Project, name: str = "train.py", settings: Settings | None = None) -> Finding:
    (only,) = project.outcomes(settings=settings)[name].findings
    return only


def is_rewritten(project: Project, name: str = "train.py") -> bool:
    return project.outcomes()[name].after is not None


def trains_the_same_after_a_fix(project: Project, name: str = "train.py", drive: str | None = None) -> bool:
    """Whether the whole folder, rewritten, trains bit for bit as before. It must train at all."""
    before = project.run(name, drive)
    assert before.error is None
    assert before.steps
    project.fix()
    return differences(before, project.run(name, drive)) is None


# What a helper does is seen


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("from utils import evaluate_model", "evaluate_model"),
        ("from utils import evaluate_model as ev", "ev"),
        ("import utils", "utils.evaluate_model"),
        ("import utils as u", "u.evaluate_model"),
        ("from pkg.sub import evaluate_model", "evaluate_model"),
        ("from pkg.sub import evaluate_model as g", "g"),
        ("import pkg.sub", "pkg.sub.evaluate_model"),
        ("import pkg.other, pkg.sub", "pkg.sub.evaluate_model"),
        ("import pkg.sub as s", "s.evaluate_model"),
        ("from pkg import sub", "sub.evaluate_model"),
        ("from flat import evaluate_model", "evaluate_model"),
        ("def f():\n    pass\nfrom utils import (\n    save,\n    evaluate_model,\n)", "evaluate_model"),
    ],
)
def test_a_harmless_helper_is_no_hazard_in_every_form_of_import(
    project: Project, head: str, call: str
) -> None:
    for name in ("utils.py", "pkg/sub.py", "src/flat.py"):
        project.write(name, EVALUATE)
    for name in ("pkg/__init__.py", "pkg/other.py"):
        project.write(name, "")
    after = LOOP.format(after=f"{call}(model, loader, loss_fn)")
    project.write("train.py", head + "\n" + after)

    alone = project.outcomes("train.py")["train.py"].findings[0]
    assert alone.verdict is Verdict.HAZARD
    assert is_rewritten(project)
    if "flat" not in head:
        assert trains_the_same_after_a_fix(project)


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("from .utils import evaluate_model", "evaluate_model"),
        ("from . import utils", "utils.evaluate_model"),
        ("from ..common import evaluate_model", "evaluate_model"),
        ("from .. import common", "common.evaluate_model"),
        ("from top.common import evaluate_model", "evaluate_model"),
    ],
)
def test_relative_imports_are_followed(project: Project, head: str, call: str) -> None:
    project.write("top/__init__.py", "")
    project.write("top/inner/__init__.py", "")
    project.write("top/common.py", EVALUATE)
    project.write("top/inner/utils.py", EVALUATE)
    after = LOOP.format(after=f"{call}(model, loader, loss_fn)").replace("\n", "\n    ")
    project.write(
        "top/inner/train.py", f"{head}\n\ndef fit(model, optimizer, loader, loss_fn):\n    {after}\n"
    )
    drive = "from top.inner.train import fit\nfit(model, optimizer, loader, loss_fn)"

    assert is_rewritten(project, "top/inner/train.py")
    assert trains_the_same_after_a_fix(project, "top/inner/train.py", drive)


def test_a_helper_that_reads_gradients_is_seen_and_named(project: Project) -> None:
    project.write("utils.py", GRADIENTS)
    project.write("train.py", "import utils\n" + LOOP.format(after="print(utils.gradient_norm(model))"))

    found = finding(project)

    assert found.verdict is Verdict.HAZARD
    assert "on line 2 of" in found.reason
    assert "utils.py, where p.grad looks at gradients" in found.reason
    assert found.witness[-1].line == 8
    assert "utils.py:2: p.grad" in found.witness[-1].text
    assert "gradient_norm() of" in found.witness[-2].text


def test_the_tempting_rewrite_above_such_a_helper_trains_differently(project: Project) -> None:
    project.write("utils.py", GRADIENTS)
    source = "import utils\n" + LOOP.format(after="print(utils.gradient_norm(model))")
    project.write("train.py", source)
    before = project.run()
    zero = "    optimizer.zero_grad()\n"
    project.write("train.py", source.replace(zero, "").replace("    loss =", zero + "    loss ="))

    assert differences(before, project.run()) is not None


def test_a_helper_that_reads_nothing_but_its_own_is_no_read(project: Project) -> None:
    project.write(
        "utils.py", GRADIENTS + "\n    def count(model):\n        return len(list(model.parameters()))\n"
    )
    project.write("train.py", "import utils\n" + LOOP.format(after="print(utils.count(model))"))
    assert trains_the_same_after_a_fix(project)
    assert "optimizer.zero_grad()\n    loss" in (project.root / "train.py").read_text()


def test_a_helper_that_leaves_gradients_behind_keeps_zero_grad_where_it_is(project: Project) -> None:
    project.write(
        "utils.py",
        """
        def probe(model, x, y, loss_fn):
            loss_fn(model(x), y).backward()
        """,
    )
    after = "optimizer.zero_grad()\n    probe(model, x, y, loss_fn)"
    project.write(
        "train.py",
        "from utils import probe\n" + LOOP.format(after="probe(model, x, y, loss_fn)"),
    )
    assert after in (project.root / "train.py").read_text()
    assert finding(project).verdict is Verdict.HAZARD
    assert trains_the_same_after_a_fix(project)


def test_a_helper_that_clears_is_followed(project: Project) -> None:
    project.write("utils.py", "def clear(opt):\n    opt.zero_grad()\n")
    project.write(
        "train.py",
        """
        from utils import clear
        clear(optimizer)
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        for x, y in loader:
            clear(optimizer)
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
        """,
    )
    first = project.outcomes()["train.py"].findings[0]
    assert first.verdict is Verdict.ZERO_LAST
    assert first.assumes == ("closed-world",)
    assert trains_the_same_after_a_fix(project)


def test_that_no_third_file_exchanges_a_function_is_assumed(project: Project) -> None:
    project.write("utils.py", EVALUATE)
    project.write("patch.py", "import utils\nutils.evaluate_model = lambda *_: None\n")
    project.write(
        "train.py",
        "import patch\nfrom utils import evaluate_model\n"
        + LOOP.format(after="evaluate_model(model, loader, loss_fn)"),
    )
    assert finding(project).assumes == ("closed-world",)
    assert not any(one.after for one in project.outcomes(settings=Settings(strict=True)).values())


STATE = """
    import torch
    from torch import nn

    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 1))
    opt = torch.optim.SGD(net[2].parameters(), lr=0.1)

    def unfreeze():
        global opt
        opt = torch.optim.SGD(net.parameters(), lr=0.1)
"""


def test_a_module_that_exchanges_its_own_optimizer_is_seen(project: Project) -> None:
    project.write("state.py", STATE)
    project.write(
        "train.py",
        """
        import state
        for i, (x, y) in enumerate(loader):
            loss = loss_fn(state.net(x), y)
            loss.backward()
            state.opt.step()
            state.opt.zero_grad()
            if i == 3:
                state.unfreeze()
        """,
    )
    assert not is_rewritten(project)
    assert trains_the_same_after_a_fix(project)


def test_a_function_that_exchanges_a_part_of_a_model_is_seen(project: Project) -> None:
    project.write("utils.py", "def swap(net, head):\n    net.head = head\n")
    project.write(
        "train.py",
        """
        import torch
        from torch import nn
        from utils import swap

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Linear(4, 5)
                self.head = nn.Linear(5, 1)

            def forward(self, x):
                return self.head(torch.tanh(self.body(x)))

        net = Net()
        heads = [nn.Linear(5, 1), nn.Linear(5, 1)]
        opt = torch.optim.SGD([p for one in [net, *heads] for p in one.parameters()], lr=0.1)
        for i, (x, y) in enumerate(loader):
            loss = loss_fn(net(x), y)
            loss.backward()
            opt.step()
            net.zero_grad()
            swap(net, heads[i % 2])
        """,
    )
    assert trains_the_same_after_a_fix(project)


def test_a_function_of_this_file_that_calls_a_reader_of_another_is_a_callback(project: Project) -> None:
    project.write("utils.py", "KEEP = []\n" + dedent(GRADIENTS))
    project.write(
        "train.py",
        """
        import utils
        def report():
            print(utils.gradient_norm(model))
        def each(callbacks):
            for one in callbacks:
                one()
        callbacks = [report]
        """ + LOOP.format(after="each(callbacks)").replace("\n", "\n        "),
    )
    assert finding(project).verdict is Verdict.HAZARD


# What cannot be seen is not guessed


def _is_left_alone(project: Project, name: str = "train.py") -> None:
    assert all(one.verdict is not Verdict.ZERO_LAST for one in project.outcomes()[name].findings)
    assert not is_rewritten(project, name)


@pytest.mark.parametrize(
    "more",
    [
        "evaluate_model = log",
        "utils.evaluate_model = log",
        "setattr(utils, 'evaluate_model', log)",
        "patch('utils.evaluate_model', log)",
        "def evaluate_model(*args):\n    log(args)",
        "from elsewhere import evaluate_model",
        "from elsewhere import *",
        "importlib.reload(utils)",
        "def f():\n    global evaluate_model\n    evaluate_model = log",
    ],
)
@pytest.mark.parametrize("call", ["evaluate_model", "utils.evaluate_model"])
def test_a_name_that_may_mean_something_else_is_not_followed(project: Project, more: str, call: str) -> None:
    project.write("utils.py", EVALUATE)
    head = "import importlib, utils\nfrom utils import evaluate_model\n" + more + "\n"
    changes_only_the_name = more.startswith(("evaluate_model", "def", "from elsewhere import e"))
    changes_only_the_module = "utils" in more and "patch" not in more
    project.write("train.py", head + LOOP.format(after=f"{call}(model, loader, loss_fn)"))
    if (changes_only_the_name and call != "evaluate_model") or (
        changes_only_the_module and "utils" not in call
    ):
        return
    _is_left_alone(project)


@pytest.mark.parametrize(
    "text",
    [
        "from real import evaluate_model",
        "from real import *",
        "def evaluate_model(m, l, f):\n    pass\nevaluate_model = wrap(evaluate_model)",
        "def evaluate_model(m, l, f):\n    pass\nif FAST:\n    def evaluate_model(m, l, f):\n        read(m)",
        "@wrap\ndef evaluate_model(m, l, f):\n    pass",
        "evaluate_model = lambda m, l, f: None",
        "class evaluate_model:\n    pass",
        "def evaluate_model(m, l, f):\n    third.party(m)",
        "def evaluate_model(m, l, f):\n    yield m.weight.grad",
        "async def evaluate_model(m, l, f):\n    print(m.weight.grad)",
        "def evaluate_model(m, l, f):\n    evaluate_model(m, l, f)\n    print(m.weight.grad)",
        "def evaluate_model(m, l, f):\n    m.custom_method()",
        "def evaluate_model(m, l, f):\n    exec(f'{m}')",
        "def other(): pass",
        "import train\ndef evaluate_model(m, l, f):\n    pass",
        "def evaluate_model(:",
        "def evaluate_model(m, l, f):\n    pass\n\0",
        "",
    ],
)
def test_a_function_that_cannot_be_followed_is_code_outside_the_file(project: Project, text: str) -> None:
    project.write("utils.py", text)
    project.write("real.py", EVALUATE)
    project.write(
        "train.py",
        "from utils import evaluate_model\n" + LOOP.format(after="evaluate_model(model, loader, loss_fn)"),
    )
    _is_left_alone(project)


@pytest.mark.parametrize(
    "places",
    [
        ("pkg/utils.py", "utils.py"),
        ("pkg/utils.py", "pkg/utils/__init__.py"),
        ("utils.py", "src/utils.py"),
        ("utils/__init__.py", "utils.py"),
    ],
)
def test_two_files_of_one_module_name_are_neither(project: Project, places: tuple[str, str]) -> None:
    for one in places:
        project.write(one, EVALUATE)
    project.write(
        "pkg/train.py",
        "from utils import evaluate_model\n" + LOOP.format(after="evaluate_model(model, loader, loss_fn)"),
    )
    _is_left_alone(project, "pkg/train.py")


def test_the_nearer_of_unrelated_folders_is_meant(project: Project) -> None:
    project.write("one/utils.py", EVALUATE)
    project.write("two/utils.py", "def evaluate_model(m, l, f):\n    print(m.weight.grad)\n")
    for folder in ("one", "two"):
        project.write(
            f"{folder}/train.py",
            "from utils import evaluate_model\n"
            + LOOP.format(after="evaluate_model(model, loader, loss_fn)"),
        )
    assert is_rewritten(project, "one/train.py")
    assert not is_rewritten(project, "two/train.py")


def test_a_file_that_is_not_part_of_the_run_is_not_read(project: Project) -> None:
    project.write("utils.py", EVALUATE)
    project.write("other.py", "")
    project.write(
        "train.py",
        "from utils import evaluate_model\n" + LOOP.format(after="evaluate_model(model, loader, loss_fn)"),
    )
    found = project.outcomes("train.py", "other.py")
    assert found["train.py"].after is None
    assert project.outcomes("train.py", "utils.py")["train.py"].after is not None


def test_a_module_of_python_itself_is_not_taken_for_a_file(project: Project) -> None:
    project.write("statistics.py", EVALUATE)
    project.write(
        "train.py",
        "from statistics import evaluate_model\n"
        + LOOP.format(after="evaluate_model(model, loader, loss_fn)"),
    )
    _is_left_alone(project)


@pytest.mark.parametrize(
    "call",
    [
        "visit(lambda: log(model.body.weight.grad))",
        "visit(functools.partial(print, model))",
        "visit(show)",
        "visit([show])",
        "visit(model.zero_grad)",
    ],
)
def test_a_helper_that_is_handed_code_of_this_file_may_run_it(project: Project, call: str) -> None:
    project.write("utils.py", "def visit(one):\n    one() if callable(one) else one[0]()\n")
    project.write(
        "train.py",
        "import functools\nfrom utils import visit\ndef show():\n    log(model.body.weight.grad)\n"
        + LOOP.format(after=call),
    )
    _is_left_alone(project)


@pytest.mark.parametrize(
    "body",
    [
        "box.tool, box.spare = box.spare, box.tool",
        "old = box.tool\n    box.tool = box.spare\n    box.spare = old",
        "old = box.tool\n    setattr(box, 'tool', box.spare)\n    box.spare = old",
        "box.__dict__.update(tool=box.spare, spare=box.tool)",
        "vars(box).update(tool=box.spare, spare=box.tool)",
    ],
)
def test_a_helper_that_swaps_the_optimizer_is_seen(project: Project, body: str) -> None:
    project.write("utils.py", f"def swap(box):\n    {body}\n")
    source = """
        from types import SimpleNamespace
        from utils import swap
        box = SimpleNamespace(tool=opt_enc, spare=opt_dec)
        for x, y in loader:
            {first}
            loss = loss_fn(decoder(encoder(x)), y)
            loss.backward()
            box.tool.step()
            {last}
            swap(box)
        """
    project.write("train.py", source.format(first="box.tool.zero_grad()", last="pass"))
    tempting = project.run()
    project.write("train.py", source.format(first="pass", last="box.tool.zero_grad()"))
    assert differences(project.run(), tempting) is not None
    assert trains_the_same_after_a_fix(project)


def test_a_helper_that_regroups_parameters_is_seen(project: Project) -> None:
    project.write("utils.py", "def more(o, n):\n    o.add_param_group({'params': n.parameters()})\n")
    project.write(
        "train.py",
        """
        import torch
        from torch import nn
        from utils import more
        a = nn.Linear(4, 3)
        b = nn.Linear(3, 1)
        opt_a = torch.optim.SGD(a.parameters(), lr=0.1)
        opt_b = torch.optim.SGD(b.parameters(), lr=0.1)
        more(opt_a, b)
        for x, y in loader:
            loss = loss_fn(b(a(x)), y)
            loss.backward()
            opt_b.step()
            opt_b.zero_grad()
            opt_a.step()
            opt_a.zero_grad()
        """,
    )
    assert trains_the_same_after_a_fix(project)


HOOKS = """
    def watch(model, log):
        for p in model.parameters():
            p.register_hook(lambda grad, p=p: log(p.grad))

    def prepare(model, log):
        watch(model, log)

    def count(model):
        return len(list(model.parameters()))
"""

PROBED = """
for epoch in range(2):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.zero_grad()
"""


@pytest.mark.parametrize("hooks", ["watch", "prepare"])
def test_a_helper_that_hooks_gradients_is_seen(project: Project, hooks: str) -> None:
    project.write("utils.py", HOOKS)
    project.write("train.py", f"from utils import {hooks}\n{hooks}(model, log)\n" + PROBED)
    assert trains_the_same_after_a_fix(project)
    assert not is_rewritten(project)


def test_a_hook_that_nobody_registers_is_no_hazard(project: Project) -> None:
    project.write("utils.py", HOOKS)
    project.write("train.py", "from utils import count\nprint(count(model))\n" + PROBED)
    assert is_rewritten(project)
    assert trains_the_same_after_a_fix(project)


def test_a_gradient_that_a_helper_keeps_may_be_looked_at_later(project: Project) -> None:
    project.write("utils.py", "def keep(model, kept):\n    kept.append(model.body.weight.grad)\n")
    loop = LOOP.format(after="pass").replace(
        "optimizer.zero_grad()", "optimizer.zero_grad(set_to_none=False)"
    )
    loop = loop.replace(
        "    optimizer.step()", "    keep(model, kept)\n    print(kept)\n    optimizer.step()"
    )
    project.write("train.py", "from utils import keep\nkept = []\n" + loop + "    print(kept)\n")
    assert trains_the_same_after_a_fix(project)


@pytest.mark.parametrize("where", ["fit", "Trainer"])
def test_a_helper_is_followed_from_functions_and_methods(project: Project, where: str) -> None:
    project.write("utils.py", EVALUATE)
    project.write(
        "train.py",
        """
        import utils

        class Trainer:
            def __init__(self, model, optimizer):
                self.model = model
                self.optimizer = optimizer

            def fit(self, loader, loss_fn):
                for x, y in loader:
                    loss = loss_fn(self.model(x), y)
                    loss.backward()
                    self.optimizer.step()
                    self.optimizer.zero_grad()
                    utils.save(self.model, self.optimizer, path="x")

        def fit(model, optimizer, loader, loss_fn):
            from utils import evaluate_model
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                print(evaluate_model(loss_fn=loss_fn, model=model, loader=loader))
        """,
    )
    make = "fit" if where == "fit" else "Trainer(model, optimizer).fit"
    handed = "model, optimizer, loader, loss_fn" if where == "fit" else "loader, loss_fn"
    drive = f"import train\ntrain.{make}({handed})"
    assert [one.verdict for one in project.outcomes()["train.py"].findings] == [Verdict.ZERO_LAST] * 2
    assert trains_the_same_after_a_fix(project, drive=drive)


def test_a_helper_that_replaces_a_method_is_seen(project: Project) -> None:
    project.write(
        "utils.py",
        """
        def silence(optimizer):
            optimizer.zero_grad = lambda: None
        """,
    )
    project.write("train.py", "from utils import silence\nsilence(optimizer)\n" + LOOP.format(after="pass"))
    _is_left_alone(project)
    assert "utils.py: line 2 replaces" in finding(project).reason


# Files that are rewritten in the same run

TRAINER = """
    def train_epoch(model, optimizer, loader, loss_fn):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()

    def parameters(model):
        return len(list(model.parameters()))
"""


def test_a_training_step_of_a_file_that_may_change_is_not_relied_on(project: Project) -> None:
    project.write("engine.py", TRAINER)
    project.write(
        "train.py",
        "from engine import parameters, train_epoch\n"
        + LOOP.format(after="print(parameters(model))")
        + "train_epoch(model, optimizer, loader, loss_fn)\n"
        + "log(model.body.weight.grad)\n",
    )
    found = project.outcomes()
    assert found["engine.py"].after is not None
    assert found["train.py"].after is None
    assert "holds a training step of its own" in found["train.py"].findings[0].reason


def test_what_else_stands_in_such_a_file_is(project: Project) -> None:
    project.write("engine.py", TRAINER)
    project.write(
        "train.py", "from engine import parameters\n" + LOOP.format(after="print(parameters(model))")
    )
    assert {name: one.after is not None for name, one in project.outcomes().items()}["train.py"]
    assert trains_the_same_after_a_fix(project)


@pytest.mark.parametrize("names", [("a.py", "z.py"), ("z.py", "a.py")])
def test_results_do_not_depend_on_the_order_in_which_files_are_written(
    project: Project, names: tuple[str, str]
) -> None:
    helper, train = names
    project.write(helper, TRAINER + GRADIENTS)
    source = f"from {helper[0]} import gradient_norm\n" + LOOP.format(after="print(gradient_norm(model))")
    project.write(train, source)
    (expected,) = project.outcomes()[train].findings
    for one in outcomes([str(project.root)], Settings()):
        if one.path.endswith(train):
            assert one.findings == (expected,)
        written(one)
    assert (project.root / train).read_text() == source


def test_only_files_that_are_called_into_are_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from codemods.files.neighbours import Neighbours

    project.write("utils.py", EVALUATE)
    project.write("unused.py", EVALUATE)
    project.write("plain.py", "from unused import save\nsave(1, 2, 3)\n")
    project.write(
        "train.py",
        "import unused\nfrom utils import evaluate_model\n"
        + LOOP.format(after="evaluate_model(model, loader, loss_fn)"),
    )
    asked: list[str] = []
    read = Neighbours.data

    def noted(self: Neighbours, path: str) -> bytes | None:
        asked.append(path)
        return read(self, path)

    monkeypatch.setattr(Neighbours, "data", noted)
    assert is_rewritten(project)
    assert {one.rpartition("/")[2] for one in asked} == {"utils.py"}


MANY = """
    def used(model):
        return len(list(model.parameters()))

    def unused(model):
        return [p for p in model.parameters() if used(model)]

    def long(model):
        if model: model = 1
        if model: model = 2
        if model: model = 3
        if model: model = 4
        if model: model = 5
        if model: model = 6
        return model
"""


def test_no_more_of_another_file_is_lowered_than_what_may_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codemods.lower import program

    project.write("utils.py", MANY)
    project.write("train.py", "from utils import used\n" + LOOP.format(after="print(used(model))"))
    lower, lowered = program._lower_function, []

    def noted(world: World, node: ast.Module | FunctionNode, *rest: Any) -> Function:
        lowered.append(getattr(node, "name", "the module"))
        return lower(world, node, *rest)

    monkeypatch.setattr(program, "_lower_function", noted)
    assert is_rewritten(project)
    assert set(lowered) == {"used", "the module"}


def test_a_file_without_the_function_is_not_parsed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from codemods.lower import abroad

    project.write("utils.py", "class Meter:\n    pass\n\nreset = Meter\n")
    project.write(
        "train.py", "from utils import Meter, reset\n" + LOOP.format(after="Meter()\n    print(reset())")
    )
    monkeypatch.setattr(abroad, "parse", pytest.fail)
    assert is_rewritten(project)


@pytest.mark.parametrize("name", ["evaluate", "évaluate", "evalu\uff41te"])
@pytest.mark.parametrize("between", [" ", "\t", " \\\n    ", "\f"])
def test_however_it_is_spelled_a_function_is_found(project: Project, name: str, between: str) -> None:
    project.write("utils.py", f"def{between}{name}(model):\n    return model.weight.grad\n")
    project.write("train.py", f"from utils import {name}\n" + LOOP.format(after=f"print({name}(model))"))
    _is_left_alone(project)
    assert "utils.py" in (finding(project).reason or "")


def test_a_function_that_is_too_large_takes_no_other_along(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codemods.lower.blocks.LIMIT", 12)
    project.write("utils.py", MANY + "\n    def both(model):\n        return long(model), used(model)\n")
    project.write("train.py", "from utils import used\n" + LOOP.format(after="print(used(model))"))
    project.write("other.py", "from utils import both\n" + LOOP.format(after="print(both(model))"))
    project.write("third.py", "from utils import used\n" + LOOP.format(after="print(used(model), 1)"))
    assert is_rewritten(project)
    _is_left_alone(project, "other.py")
    assert is_rewritten(project, "third.py")
