"""Stands as ``sitecustomize`` in front of the user's path: every Python that the command starts comes through here.

Runs in the user's own interpreter, from Python 3.8 on. Beside it stand `gradorder_serve`, `gradorder_digest`,
`gradorder_record` and the file `plan.json`.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import sys
from importlib.machinery import PathFinder
from typing import Any, Callable

HERE = os.path.dirname(os.path.abspath(__file__))


class Watch:
    """A finder that finds nothing of its own: it calls a function once a module of a given name has been imported."""

    def __init__(self, callbacks: dict[str, Callable[[Any], None]]) -> None:
        self._callbacks = callbacks

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The other finders' spec, with the callback behind its execution; None for names that are not watched."""
        callback = self._callbacks.get(name)
        if callback is None:
            return None
        for finder in list(sys.meta_path):
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find is None else find(name, path, target)
            if spec is not None:
                break
        else:
            return None
        execute = getattr(spec.loader, "exec_module", None)
        if execute is not None:

            def exec_module(module: Any) -> None:
                execute(module)
                callback(module)

            spec.loader.exec_module = exec_module
        return spec


def install() -> None:
    """Serve the sources of the plan and record, then let the user's own ``sitecustomize`` have its say."""
    sys.path[:] = [one for one in sys.path if os.path.abspath(one) != HERE]
    serve, digest, record = (_load(name) for name in ("serve", "digest", "record"))
    with open(os.path.join(HERE, "plan.json"), encoding="utf-8") as file:
        plan = json.load(file)
    texts = {path: base64.b64decode(text) for path, text in plan["sources"].items()}
    recorder = record.Recorder(
        plan["trace"],
        max_steps=plan["max_steps"],
        digests=lambda torch: digest.Digester(torch, plan["key"]).digests,
    )
    sources = serve.Sources(texts, recorder.served)
    recorder.look_for(serve.Sources(dict.fromkeys(plan["known"], b""), recorder.served).find)
    if texts:
        serve.install(sources)
    watch(
        {
            "random": lambda module: module.seed(plan["seed"]),
            "numpy": lambda module: module.random.seed(plan["seed"]),
            "torch": lambda module: _torch(module, recorder, plan["seed"]),
            "torch.optim.optimizer": recorder.attach,
            "_pytest.assertion.rewrite": lambda module: serve.serve_pytest(sources, module),
        }
    )
    _next_sitecustomize()


def watch(callbacks: dict[str, Callable[[Any], None]]) -> None:
    """Call each function with its module, at once where it is imported already."""
    sys.meta_path.insert(0, Watch(callbacks))
    for name, callback in callbacks.items():
        if name in sys.modules:
            callback(sys.modules[name])


def _torch(torch: Any, recorder: Any, seed: int) -> None:
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    recorder.watch(torch)


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"gradorder_{name}", os.path.join(HERE, f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _next_sitecustomize() -> None:
    """Run the ``sitecustomize`` that would have been found without this one, if there is one."""
    spec: Any | None = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if __name__ == "sitecustomize":
    install()
