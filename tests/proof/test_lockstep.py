"""Small pairs of versions: what the proof says of each, and where the way to a difference ends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import codemods.proof.walk
from codemods.proof.align import NotTheSameProgram
from codemods.proof.lockstep import CLEAN_ENTRY, CLOSED_WORLD
from codemods.proof.witness import CLEARED, INSTEAD, Differs, Kind, Same, SameIf
from tests.proof import difference, looked_at, proof, versions

LAST = """\
for x in loader:
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
FIRST = """\
for x in loader:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def in_function(text: str) -> str:
    return "def train():\n" + "".join(f"    {line}\n" for line in text.splitlines())


def swapped(text: str) -> tuple[str, str]:
    """Both versions of a text in which ``# after`` and ``# before`` mark the places of one ``zero_grad``."""
    lines = text.splitlines()
    return (
        "\n".join(line for line in lines if not line.endswith("# after")),
        "\n".join(line for line in lines if not line.endswith("# before")),
    )


# Scripts


def test_a_script_that_starts_with_clear_gradients_is_proved_outright() -> None:
    assert proof(LAST, FIRST) == Same()


def test_the_other_way_round_holds_as_well() -> None:
    assert proof(FIRST, LAST) == Same()


def test_a_program_is_the_same_as_itself() -> None:
    assert proof(LAST, LAST) == Same()


SAME = {
    "a zero before the loop keeps leftovers out in both versions": """
        loss.backward()
        optimizer.zero_grad()
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
    """,
    "what happens to be cleared in both versions before it is read is no difference": """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        optimizer.zero_grad()
        print(model.weight.grad)
    """,
    "a read between step and zero sees the same": """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            print(model.weight.grad)
            optimizer.zero_grad()  # before
    """,
    "an iteration that stops before the backward leaves nothing": """
        for x in loader:
            optimizer.zero_grad()  # after
            if bad():
                continue
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
    """,
    "an exception outside any try ends the script": """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            if bad():
                raise ValueError
            optimizer.step()
            optimizer.zero_grad()  # before
    """,
    "a handler that clears makes up for what an exception left": """
        for x in loader:
            try:
                optimizer.zero_grad()  # after
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()  # before
            except RuntimeError:
                optimizer.zero_grad()
    """,
    "an optimizer over another module does not look": """
        import torch
        g, d = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
        opt_g = torch.optim.Adam(g.parameters())
        opt_d = torch.optim.Adam(d.parameters())
        for x in loader:
            opt_d.zero_grad()  # after
            loss.backward()
            opt_d.step()
            opt_d.zero_grad()  # before
            opt_g.step()
    """,
    "a function is followed to its caller's optimizer": """
        def update(opt, loss):
            opt.zero_grad()  # after
            loss.backward()
            opt.step()
            opt.zero_grad()  # before
        for x in loader:
            update(optimizer, loss)
            update(optimizer, loss)
    """,
    "a keyword and a name for another path are followed as well": """
        def update(loss, opt=None):
            own = opt
            own.zero_grad()  # after
            loss.backward()
            own.step()
            own.zero_grad()  # before
        for x in loader:
            update(loss, opt=optimizer)
        optimizer.zero_grad()
        print(model.weight.grad)
    """,
    "an optimizer that is None is never cleared nor stepped": """
        def update(loss, opt=None):
            loss.backward()
            if opt is not None:
                opt.step()
                opt.zero_grad()
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        optimizer.zero_grad()
        update(loss)
    """,
    "two loops over one optimizer may both move": """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
    """,
    "clearing the module clears for the optimizer over it": """
        import torch
        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters())
        for x in loader:
            model.zero_grad()  # after
            loss.backward()
            optimizer.step()
            model.zero_grad()  # before
    """,
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_both_versions_are_the_same(text: str) -> None:
    before, after = swapped(text)
    assert before != after
    assert proof(before, after) == Same()
    assert proof(after, before) == Same()


# Differences: the two versions, how they differ, and the last stop on the way

DIFFERENT: dict[str, tuple[str, Kind, str]] = {
    "a later read sees what the last iteration left": (
        """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        print(model.weight.grad)
        """,
        Kind.STALE,
        "model.weight.grad looks at gradients",
    ),
    "a later backward adds to what the last iteration left": (
        """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        loss.backward()
        optimizer.step()
        """,
        Kind.STALE,
        "optimizer steps",
    ),
    "leftovers from before the loop no longer reach the first step": (
        """
        loss.backward()
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "an iteration that stops behind the backward accumulates": (
        """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            if bad():
                continue
            optimizer.step()
            optimizer.zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "an exception that is caught behind the backward accumulates": (
        """
        for x in loader:
            try:
                optimizer.zero_grad()  # after
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()  # before
            except RuntimeError:
                pass
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "a zero between backward and step takes the gradients away": (
        """
        loss.backward()
        optimizer.zero_grad()  # after
        optimizer.step()
        optimizer.zero_grad()  # before
        """,
        Kind.LOST,
        "optimizer steps",
    ),
    "a zero before a clip takes the gradients away": (
        """
        loss.backward()
        optimizer.zero_grad()  # after
        clip_grad_norm_(model.parameters(), 1.0)
        optimizer.zero_grad()  # before
        """,
        Kind.LOST,
        "clip_grad_norm_() looks at gradients",
    ),
    "zeros in the place of None can be told": (
        """
        for x in loader:
            optimizer.zero_grad(set_to_none=False)  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)  # before
        for x in loader:
            optimizer.zero_grad(set_to_none=True)  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)  # before
        """,
        Kind.FLAVOUR,
        "optimizer steps",
    ),
    "inside an accumulation context the call does nothing in some iterations": (
        """
        for x in loader:
            with accelerator.accumulate(model):
                optimizer.zero_grad()  # after
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()  # before
        """,
        Kind.CONDITIONAL,
        "optimizer.zero_grad()" + INSTEAD,
    ),
    "another optimizer may share parameters": (
        """
        for x in loader:
            opt_d.zero_grad()  # after
            loss.backward()
            opt_d.step()
            opt_d.zero_grad()  # before
            opt_g.step()
        """,
        Kind.STALE,
        "opt_g steps",
    ),
    "another optimizer over the same module looks": (
        """
        import torch
        model = torch.nn.Linear(1, 1)
        first = torch.optim.SGD(model.parameters())
        second = torch.optim.SGD(model.parameters())
        for x in loader:
            first.zero_grad()  # after
            loss.backward()
            first.step()
            first.zero_grad()  # before
            second.step()
        """,
        Kind.STALE,
        "second steps",
    ),
    "another loss fills this optimizer's gradients": (
        """
        for x in loader:
            opt_d.zero_grad()  # after
            loss_d.backward()
            opt_d.step()
            opt_d.zero_grad()  # before
            loss_g.backward()
        """,
        Kind.RESIDUAL,
        "opt_d steps",
    ),
    "an exception that leaves a function is caught by its caller": (
        """
        def update():
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        for x in loader:
            try:
                update()
            except RuntimeError:
                pass
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "an iteration that ends in a handler accumulates": (
        """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            try:
                raise ValueError
            except ValueError:
                continue
        optimizer.step()
        optimizer.zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "the look of a hook at what a backward adds to": (
        """
        def look(grad):
            print(model.weight.grad)
        model.weight.register_hook(look)
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        """,
        Kind.LOST,
        "loss.backward()",
    ),
    "a gradient under another name": (
        """
        kept = model.weight.grad
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        print(kept)
        """,
        Kind.STALE,
        "kept looks at gradients",
    ),
    "clearing in place shows in a gradient that somebody has kept": (
        """
        kept = model.weight.grad
        for x in loader:
            optimizer.zero_grad(set_to_none=False)  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)  # before
        print(kept)
        """,
        Kind.FLAVOUR,
        "optimizer.zero_grad()" + INSTEAD,
    ),
    "a gradient is changed in place": (
        """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
            model.weight.grad *= 2
        """,
        Kind.STALE,
        "model.weight.grad *= 2 changes gradients",
    ),
    "a recursive function may do what it does any number of times": (
        """
        def again(n):
            print(model.weight.grad)
            if n:
                again(n - 1)
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
            again(2)
        """,
        Kind.STALE,
        "again() is recursive",
    ),
    "an index means another optimizer in the next turn": (
        """
        for name in names:
            opts[name].zero_grad()  # after
            loss.backward()
            opts[name].step()
            opts[name].zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "opts[name] steps",
    ),
    "an argument is that of the caller's caller": (
        """
        def inner(o):
            o.zero_grad()  # after
            loss.backward()
            o.step()
            o.zero_grad()  # before
        def outer(p):
            inner(p)
        for x in loader:
            outer(first)
            outer(second)
        """,
        Kind.RESIDUAL,
        "o steps",
    ),
    "a __del__ of the file runs at any time": (
        """
        class Watch:
            def __del__(self):
                print(model.weight.grad)
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
            watch = Watch()
        optimizer.zero_grad()
        """,
        Kind.STALE,
        "model.weight.grad looks at gradients",
    ),
    "code outside looks on, whoever else has called before": (
        """
        def fill():
            loss.backward()
        def step():
            optimizer.zero_grad()  # after
            watch(model)
            optimizer.zero_grad()  # before
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        """,
        Kind.LOST,
        "watch() is handed model and cannot be followed from this file",
    ),
    "an iterator that holds the model looks on at each turn": (
        """
        for x in watched(model, loader):
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        """,
        Kind.STALE,
        "watched(model, loader) runs code that cannot be followed",
    ),
    "a list that gradients are put into": (
        """
        kept = []
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            kept.append(model.weight.grad)
            optimizer.step()
            optimizer.zero_grad()  # before
            show(kept)
        """,
        Kind.STALE,
        "kept looks at gradients",
    ),
    "a backward that goes by a string": (
        """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
            getattr(loss, "backward")()
        """,
        Kind.STALE,
        "getattr(loss, 'backward') goes by a name in a string",
    ),
    "what is added to a gradient in place before the loop": (
        """
        model.weight.grad.add_(1)
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "an attribute whose name is computed may be the optimizer": (
        """
        class T:
            def run(self):
                setattr(self, name(), other())
                for x in loader:
                    self.opt.zero_grad()  # after
                    loss.backward()
                    self.opt.step()
                    setattr(self, name(), other())
                    self.opt.zero_grad()  # before
        """,
        Kind.STALE,
        "setattr() is handed self and cannot be followed from this file",
    ),
    "an object that cannot be told may be of a class of the file": (
        """
        class T:
            def fill(self):
                self.loss.backward()
        thing = get()
        thing.fill()
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "attributes that are optimizers over one module": (
        """
        import torch
        class T:
            def __init__(self):
                self.net = torch.nn.Linear(1, 1)
                self.a = torch.optim.SGD(self.net.parameters())
                self.b = torch.optim.SGD(self.net.parameters())
            def run(self):
                for x in loader:
                    self.a.zero_grad()  # after
                    loss.backward()
                    self.a.step()
                    self.a.zero_grad()  # before
                    self.b.step()
        t = T()
        t.run()
        """,
        Kind.STALE,
        "self.b steps",
    ),
    "the optimizer of each iteration may be another one": (
        """
        for x in loader:
            optimizer = pick(x)
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "code that cannot be followed may look": (
        """
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
            monitor(optimizer)
        """,
        Kind.STALE,
        "monitor() is handed optimizer and cannot be followed from this file",
    ),
    "code that cannot be followed and trains leaves gradients behind": (
        """
        find_learning_rate(optimizer)
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "optimizer steps",
    ),
    "two call sites of one function are two optimizers": (
        """
        def update(opt, loss):
            opt.zero_grad()  # after
            loss.backward()
            opt.step()
            opt.zero_grad()  # before
        for x in loader:
            update(first, loss)
            update(second, loss)
        """,
        Kind.STALE,
        "opt steps",
    ),
    "a function that is called reads": (
        """
        def report():
            print(model.weight.grad)
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
            report()
        """,
        Kind.STALE,
        "model.weight.grad looks at gradients",
    ),
    "a function that is handed out may be called back": (
        """
        def report():
            print(model.weight.grad)
        for x in loader:
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
            notify(report)
        """,
        Kind.STALE,
        "notify() is handed report, which touches gradients",
    ),
    "recursion is not followed": (
        """
        def train(depth):
            optimizer.zero_grad()  # after
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()  # before
            if depth:
                train(depth - 1)
        train(3)
        """,
        Kind.STALE,
        "train() is recursive",
    ),
    "the caller of a generator may look": (
        """
        def train():
            for x in loader:
                optimizer.zero_grad()  # after
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()  # before
                yield x
        """,
        Kind.STALE,
        "the caller of this generator runs here",
    ),
    "a method that primes is called before one that steps": (
        """
        class Trainer:
            def prime(self):
                self.loss(self.model).backward()
            def update(self, loss):
                self.opt.zero_grad()  # after
                loss.backward()
                self.opt.step()
                self.opt.zero_grad()  # before
        """,
        Kind.RESIDUAL,
        "self.opt steps",
    ),
    "a method that reads is called after one that steps": (
        """
        class Trainer:
            def report(self):
                print(self.model.weight.grad)
            def update(self, loss):
                self.opt.zero_grad()  # after
                loss.backward()
                self.opt.step()
                self.opt.zero_grad()  # before
        """,
        Kind.STALE,
        "self.model.weight.grad looks at gradients",
    ),
    "the order in which methods are written does not matter": (
        """
        class Trainer:
            def update(self, loss):
                self.opt.zero_grad()  # after
                loss.backward()
                self.opt.step()
                self.opt.zero_grad()  # before
            def report(self):
                print(self.model.weight.grad)
        """,
        Kind.STALE,
        "self.model.weight.grad looks at gradients",
    ),
    "a coroutine may look while another one waits": (
        """
        async def train():
            for x in loader:
                optimizer.zero_grad()  # after
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()  # before
                await pause()
                optimizer.zero_grad()
        async def watch():
            print(model.weight.grad)
        started = [train, watch]
        """,
        Kind.STALE,
        "model.weight.grad looks at gradients",
    ),
}


@pytest.mark.parametrize(("text", "kind", "last"), DIFFERENT.values(), ids=DIFFERENT)
def test_the_versions_differ(text: str, kind: Kind, last: str) -> None:
    found = difference(*swapped(text))
    assert found.kind is kind
    assert found.path[-1].text == last
    assert found.path[-1].line == found.consumer.span.line


def test_a_witness_shows_both_places_of_the_zero_on_its_way() -> None:
    found = difference(LAST + "print(model.weight.grad)\n", FIRST + "print(model.weight.grad)\n")
    assert [(stop.line, stop.text) for stop in found.path] == [
        (2, "optimizer.zero_grad()" + INSTEAD),
        (2, "loss.backward()"),
        (3, "optimizer steps"),
        (4, "optimizer.zero_grad()" + CLEARED),
        (5, "model.weight.grad looks at gradients"),
    ]
    assert (found.site.line, found.receiver.text) == (4, "optimizer")


def test_a_zero_inside_a_call_is_put_into_the_witness() -> None:
    text = """
        def update(opt, loss):
            opt.zero_grad()  # after
            loss.backward()
            opt.step()
            opt.zero_grad()  # before
        update(optimizer, loss)
        print(model.weight.grad)
    """
    found = difference(*swapped(text))
    assert [stop.text for stop in found.path] == [
        "update() is called",
        "optimizer.zero_grad()" + CLEARED,
        "model.weight.grad looks at gradients",
    ]


def test_leftovers_that_only_the_original_carries_on_can_be_allowed() -> None:
    before, after = "loss.backward()\n" + LAST, "loss.backward()\n" + FIRST
    assert difference(before, after).kind is Kind.RESIDUAL
    assert proof(before, after, allow_residual=True) == Same()


def test_what_would_be_stale_or_lost_is_never_allowed() -> None:
    for text, kind, _ in DIFFERENT.values():
        if kind in (Kind.STALE, Kind.LOST):
            assert not isinstance(proof(*swapped(text), allow_residual=True), Same | SameIf)


# Assumptions


def test_a_function_that_nobody_calls_needs_clear_gradients_and_a_closed_world() -> None:
    assert proof(in_function(LAST), in_function(FIRST)) == SameIf((CLEAN_ENTRY, CLOSED_WORLD))


def test_a_function_that_clears_at_its_start_needs_no_clear_gradients() -> None:
    clear = "optimizer.zero_grad()\n"
    assert proof(in_function(clear + LAST), in_function(clear + FIRST)) == SameIf((CLOSED_WORLD,))


def test_a_function_that_the_script_alone_calls_is_proved_outright() -> None:
    assert proof(in_function(LAST) + "train()\n", in_function(FIRST) + "train()\n") == Same()


def test_the_state_in_which_the_script_calls_a_function_counts() -> None:
    calls = "loss.backward()\ntrain()\n"
    assert difference(in_function(LAST) + calls, in_function(FIRST) + calls).kind is Kind.RESIDUAL


def test_a_call_that_cannot_be_followed_is_trusted_to_leave_nothing_behind() -> None:
    setup = "summarise(optimizer)\n"
    assert proof(setup + LAST, setup + FIRST) == SameIf((CLOSED_WORLD,), relies_on_opaque=True)


def test_methods_of_a_class_may_be_called_in_any_order() -> None:
    text = """
        class Trainer:
            def update(self, loss):
                self.opt.zero_grad()  # after
                loss.backward()
                self.opt.step()
                self.opt.zero_grad()  # before
            def fit(self):
                for x in self.loader:
                    self.update(x)
    """
    assert proof(*swapped(text)) == SameIf((CLEAN_ENTRY, CLOSED_WORLD))


@pytest.mark.parametrize("lead", ["", "async "])
def test_a_backward_on_a_loss_from_outside_reaches_every_model(lead: str) -> None:
    before = f"{lead}def first(own):\n    pass\n    return opt.step()\n{lead}def main():\n    return loss.backward()\n"
    after = before.replace("    return opt", "    opt.zero_grad()\n    return opt")
    assert isinstance(proof(before, after), Differs)


# Whatever is called the same is the same


@settings(max_examples=300, deadline=None)
@given(versions(), st.data())
def test_no_run_of_two_versions_that_are_proved_shows_a_difference(
    pair: tuple[str, str], data: st.DataObject
) -> None:
    before, after = pair
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codemods.proof.walk, "TRANSITIONS", 40_000)
        try:
            found = proof(before, after)
        except NotTheSameProgram:  # a function has effects in one version alone
            return
    if not isinstance(found, Same | SameIf):
        return
    # A module that calls its functions itself is proved for that; nobody else calls them.
    functions = (
        []
        if before.endswith("main()\n")
        else ["main", *(n for n in ("first", "second") if f"def {n}" in before)]
    )
    for _ in range(8):
        choices = data.draw(st.lists(st.sampled_from((0, 1, 2, 3, 3, 4, 5, 5)), min_size=8, max_size=30))
        calls = data.draw(st.lists(st.sampled_from(functions), max_size=4)) if functions else []
        none, calm = data.draw(st.booleans()), data.draw(st.booleans())
        seen = [looked_at(text, choices, calls, none=none, calm=calm) for text in pair]
        assert seen[0] == seen[1], f"{found}\n{before}\n# --- after\n{after}\n{calls} {choices}"
