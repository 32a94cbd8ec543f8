"""What is told of plain training code at first sight is what lowering and judging it tell."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from codemods import engine
from codemods.events import Accumulate, Backward, Step, Zero
from codemods.files.neighbours import Neighbours
from codemods.idioms import besides, idioms
from codemods.settings import Settings
from codemods.settled import settled
from codemods.syntax import parse
from tests.soak.draw import seeded
from tests.soak.shapes import program
from tests.spellings.every import SPELLINGS
from tests.spellings.spell import Page, pages, respelt, text_of
from tests.test_judge import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.findings import Outcome

ROOT = Path(__file__).parents[1]


def examined(text: str, *, at_once: bool, path: str = "page.py", run: Neighbours | None = None) -> Outcome:
    """The outcome of a file, with what is told at first sight or without."""
    if at_once:
        return engine.examine(path, text.encode("utf-8"), Settings(), run)
    with mock.patch.object(engine, "settled", return_value=None):
        return engine.examine(path, text.encode("utf-8"), Settings(), run)


def told(text: str) -> bool:
    """Whether a file is told at first sight. Fails where that says anything else than the whole pipeline."""
    if settled("page.py", parse(text), text) is None:
        return False
    assert examined(text, at_once=True) == examined(text, at_once=False), text
    return True


def in_order(text: str) -> str | None:
    """A program with each ``zero_grad`` that stands behind a backward of its suite put in front of it; None without one."""
    tree = ast.parse(text)
    some = False
    for node in list(ast.walk(tree)):
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(node, name, None)
            if isinstance(suite, list):
                some = _front(suite) or some
    return ast.unparse(tree) + "\n" if some else None


def _front(suite: list[ast.stmt]) -> bool:
    at = next((index for index, one in enumerate(suite) if _calls(one, "backward")), len(suite))
    late = [one for one in suite[at:] if _calls(one, "zero_grad")]
    suite[:] = [*suite[:at], *late, *(one for one in suite[at:] if one not in late)]
    return bool(late)


def _calls(node: ast.stmt, name: str) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "attr", "") == name


def versions(page: Page) -> Iterator[str]:
    """A page as it is, as it is rewritten, and in order by force."""
    yield page.text
    after = examined(page.text, at_once=False).after
    if after is not None:
        yield after.decode("utf-8")
    forced = in_order(page.text)
    if forced is not None:
        yield forced


def test_pages_and_what_becomes_of_them() -> None:
    found = [told(text) for page in pages() for text in versions(page)]
    assert sum(found) > 400


@pytest.mark.parametrize("spelling", SPELLINGS[::9], ids=lambda one: one.name)
def test_pages_that_are_spelt_another_way(spelling: object) -> None:
    for page in pages()[::40]:
        text = in_order(page.text)
        if text is not None:
            draft, _ = respelt(replace(page, text=text), spelling, None)  # type: ignore[arg-type]
            told(text_of(draft))


def test_programs_of_all_verdicts() -> None:
    assert sum(told(dedent(text).lstrip("\n")) for text, _ in STEPS.values()) > 5


def test_random_programs() -> None:
    found = []
    for number in range(400):
        source = program(seeded(f"settled/{number}")).source
        found += [told(text) for text in versions(Page("", source, None))]
    assert sum(found) > 60


PLAIN = {
    "mnist": """
        def train(args, model, device, train_loader, optimizer, epoch):
            model.train()
            for batch_idx, (data, target) in enumerate(train_loader):
                data, target = data.to(device), target.to(device)
                optimizer.zero_grad()
                output = model(data)
                loss = F.nll_loss(output, target)
                loss.backward()
                optimizer.step()
                if batch_idx % args.log_interval == 0:
                    print(loss.item())
                    if args.dry_run:
                        break

        def main():
            model = Net().to(device)
            optimizer = optim.Adadelta(model.parameters(), lr=args.lr)
            scheduler = StepLR(optimizer, step_size=1, gamma=args.gamma)
            for epoch in range(1, args.epochs + 1):
                train(args, model, device, train_loader, optimizer, epoch)
                scheduler.step()
        """,
    "two optimizers in turn": """
        for real in loader:
            optimizer_G.zero_grad()
            g_loss = adversarial(D(G(z)), valid)
            g_loss.backward()
            optimizer_G.step()
            optimizer_D.zero_grad()
            d_loss = adversarial(D(real), valid) + adversarial(D(fake.detach()), no)
            d_loss.backward()
            optimizer_D.step()
        """,
    "two optimizers together": """
        class Agent:
            def learn(self):
                self.actor_optimizer.zero_grad()
                self.critic_optimizer.zero_grad()
                actor_loss.backward(retain_graph=True)
                critic_loss.backward()
                self.actor_optimizer.step()
                self.critic_optimizer.step()
        """,
    "a scaler": """
        scaler = torch.cuda.amp.GradScaler()
        for x, y in loader:
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda"):
                loss = F.mse_loss(model(x), y)
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
        """,
    "an environment": """
        def run(env, agent, optimizer):
            obs = env.reset()
            while not done:
                obs, reward, done, _ = env.step(agent(obs))
                optimizer.zero_grad()
                loss = -reward * agent.logp
                loss.backward()
                optimizer.step()
        """,
    "a wrapper of an environment": """
        class Recorded(gym.Wrapper):
            def step(self, action):
                obs, reward, done, info = super().step(action)
                return obs, reward, done, info

        optimizer = optim.Adam(agent.parameters(), lr=args.lr, eps=1e-5)
        print(vars(args))
        for iteration in range(args.num_iterations):
            obs, reward, done, info = env.step(agent(obs))
            optimizer.zero_grad()
            loss.backward()
            log(agent.actor.weight.grad.norm())
            optimizer.step()
        """,
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=list(PLAIN))
def test_the_usual_shapes_of_training_code_need_no_lowering(text: str) -> None:
    assert told(dedent(text).lstrip("\n"))


LEFT = {
    "a step that the file defines, and what may be a scaler of its class": """
        class Mine:
            def step(self, optimizer):
                pass
        def train(model, scaler):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
        """,
    "a step that the file defines, on what may be of its class": """
        class Mine:
            def step(self):
                pass
        def train(optimizer):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
    "a step for nothing": """
        for x in loader:
            optimizer.zero_grad()
            optimizer.step()
            loss.backward()
        """,
    "a way around the zero": """
        for x in loader:
            if first:
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
    "another zero": """
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            model.zero_grad()
            optimizer.step()
        """,
    "micro-batches": """
        for x in loader:
            optimizer.zero_grad()
            for part in x:
                loss(part).backward()
            optimizer.step()
        """,
    "a whole step inside of another": """
        for x in loader:
            optimizer.zero_grad()
            for part in x:
                optimizer.zero_grad()
                loss(part).backward()
                optimizer.step()
            loss(x).backward()
            optimizer.step()
        """,
    "an engine": """
        for x in loader:
            engine.zero_grad()
            engine.backward(loss)
            engine.step()
        """,
    "a second optimizer that is not cleared": """
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            other_optimizer.step()
        """,
    "a scheduler that is an optimizer": """
        scheduler = torch.optim.SGD(model.parameters(), lr=0.1)
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
        """,
    "a closure": """
        class Trainer:
            def closure(self):
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                return loss
            def fit(self):
                setattr(self, "outer", torch.optim.LBFGS(model.parameters()))
                self.outer.step(self.closure)
        """,
    "gradients that are gone through later": """
        def keep(g):
            global saved
            saved = g
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(next((v for v in [model(x)])), y)
            loss.backward()
            optimizer.step()
            keep(next((v for v in [model.weight.grad])))
        """,
    "cleared by hand": """
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            model.weight.grad = None
        """,
    "the method of the file's own class": """
        class Mine:
            def step(self):
                other.step()
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
    "a context that accumulates": """
        with accelerator.accumulate(model):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
    "a name of it in other letters": """
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            optimizer.\uff53tep()
        """,
    "a step that a lambda takes": """
        go = lambda: optimizer.step()
        for x in loader:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
    "a function that is handed no optimizer": """
        def inner(optimizer=None):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        def train(optimizer):
            for x in loader:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                inner(None)
        """,
    "two functions of one name": """
        def train():
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        def train():
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        """,
}


@pytest.mark.parametrize("text", LEFT.values(), ids=list(LEFT))
def test_what_is_not_plain_is_left_to_the_lowering(text: str) -> None:
    assert not told(dedent(text).lstrip("\n"))


def test_idioms_that_see_a_step_in_other_words_say_in_which() -> None:
    parts = {one.__name__ for one in (Accumulate, Backward, Step, Zero)}
    silent = []
    for one in idioms():
        assert one.__name__ is not None  # type: ignore[attr-defined]
        source = Path(one.__file__).read_text(encoding="utf-8")  # type: ignore[attr-defined]
        called = {
            node.func.id
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if called & parts and not hasattr(one, "BESIDES"):
            silent.append(Path(one.__file__).stem)  # type: ignore[attr-defined]
    assert silent == ["custom", "torch"]
    assert all(word == word.lower() for word in besides())


CALLER = dedent(PLAIN["mnist"]).lstrip("\n") + "\nfrom helpers import help\nhelp(optimizer)\n"


@pytest.mark.parametrize(
    ("helper", "plain"),
    [
        ("def help(it):\n    print(it)\n", True),
        ("def help(it):\n    it.zero_grad()\n", False),
        ("def help(env):\n    env.step(env.sample())\n", True),
        ("def help(opt):\n    opt.step()\n", False),
        ("def help(it):\n    it = Some(it.parameters())\n    it.step()\n", False),
        ("def help(it):\n    it.loss.backward()\n", False),
        ("def help(it):\n    with it.no_sync():\n        pass\n", False),
    ],
)
def test_functions_of_other_files_may_have_a_part_in_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helper: str, *, plain: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("main.py").write_text(CALLER, encoding="utf-8")
    Path("helpers.py").write_text(helper, encoding="utf-8")
    run = Neighbours(("main.py", "helpers.py"))
    found = settled("main.py", parse(CALLER), CALLER, run.seen_from("main.py"))
    assert (found is not None) == plain
    both = [examined(CALLER, at_once=one, path="main.py", run=run) for one in (True, False)]
    assert both[0] == both[1]


def test_settings_that_ask_for_more_are_heard() -> None:
    text = dedent(PLAIN["two optimizers in turn"]).lstrip("\n").encode()
    for chosen in (Settings(only=((1, 2),)), Settings(codes=frozenset({"GO102"}))):
        with mock.patch.object(engine, "settled", return_value=None) as asked:
            engine.examine("page.py", text, chosen)
        assert not asked.called


def test_a_file_in_order_costs_no_import_of_the_lowering(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(dedent(PLAIN["mnist"]).lstrip("\n"), encoding="utf-8")
    code = "import sys, cli\ntry: cli.main()\nfinally: print(sorted(one for one in sys.modules if one.startswith('codemods.l')))"
    ran = subprocess.run(
        [sys.executable, "-c", code, "check", "--isolated", str(page)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "codemods.lower" not in ran.stdout
    assert "1 training step" in ran.stdout + ran.stderr
