"""The examples in docstrings, and what stands around them: names that a reader knows without being told."""

from __future__ import annotations

import builtins
import dis
import doctest
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numpy as np

import hpo

__all__ = ["SERVICES", "examples", "modules", "run", "surroundings"]

SERVICES = {
    "hpo.integrations.mlflow": "tests/integrations/test_mlflow.py",
    "hpo.integrations.neptune": "tests/integrations/test_neptune.py",
    "hpo.integrations.ray_tune": "tests/integrations/test_ray_tune.py",
    "hpo.integrations.torch": "tests/integrations/test_torch.py",
    "hpo.integrations.wandb": "tests/integrations/test_wandb.py",
    "hpo.storage.redis.storage": "tests/storage/test_contract.py",
}
"""Modules whose examples talk to a service or to other processes, and what makes the same calls in tests."""


def modules() -> list[str]:
    """The modules of hpo that show examples."""
    root = Path(hpo.__file__).parent
    files = [path for path in sorted(_files(root)) if ">>> " in path.read_text(encoding="utf-8")]
    return [
        ".".join(("hpo", *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__") for path in files
    ]


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _files(path)  # also through the links to the families
        elif path.suffix == ".py":
            yield path


def examples(name: str) -> list[doctest.DocTest]:
    """The docstrings of a module that have examples.

    Raises:
        ImportError: If a package is missing that the module needs.
    """
    found = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name))
    return [one for one in found if one.examples]


class _Checker(doctest.OutputChecker):
    """Three dots or … stand for anything, and an example that shows no result may have any."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return not want or super().check_output(want.replace("…", "..."), got, optionflags | doctest.ELLIPSIS)


def objective(trial: hpo.Trial) -> float:
    """One with numbers of all kinds, a choice, reports and a branch."""
    lr = trial.suggest_float("lr", 1e-4, 1.0, log=True)
    loss = abs(np.log10(lr) + 2) + trial.suggest_float("momentum", 0, 1) / 10 + trial.suggest_int("n_layers", 1, 3)
    loss += trial.suggest_float("x", -10, 10) ** 2 / 100 + trial.suggest_int("depth", 1, 9) / 100
    for step in range(3):
        trial.report(loss + 1 / (step + 1), step)
    return float(loss)


def _two(trial: hpo.Trial) -> tuple[float, float]:
    return trial.suggest_float("x", 0, 1), 100 * trial.suggest_float("y", 0, 1)


def _studied(seed: int, n_objectives: int = 1) -> hpo.Study:
    study = hpo.create_study(
        study_name=f"example {seed}",
        directions=["minimize"] * n_objectives,
        sampler=hpo.samplers.RandomSampler(),
        pruner=hpo.pruners.NopPruner(),
        seed=seed,
    )
    study.optimize(objective if n_objectives == 1 else _two, n_trials=30)
    return study


def _study_of_optuna(name: str, url: str) -> None:
    import optuna

    study = optuna.create_study(study_name=name, storage=url)
    study.optimize(lambda trial: trial.suggest_float("C", 0.1, 10.0, log=True), n_trials=2)


def surroundings(name: str) -> dict[str, Any]:
    """What an example of a docstring of that name finds."""
    n_objectives = 2 if "pareto_front" in name or "hypervolume_history" in name else 1
    study = _studied(0, n_objectives)
    if name.endswith("import_optuna"):
        _study_of_optuna("svm", "sqlite:///optuna.db")
    x = np.random.default_rng(0).normal(size=(120, 3))
    return {
        "first": _studied(1),
        "history": study.history,
        "hpo": hpo,
        "np": np,
        "objective": objective,
        "random_studies": [_studied(2)],
        "second": _studied(3),
        "study": study,
        "tpe_studies": [_studied(4)],
        "x": x[:80],
        "x_test": x[100:],
        "x_valid": x[80:100],
        "y": (x[:80, 0] > 0).astype(int),
        "y_valid": (x[80:100, 0] > 0).astype(int),
    }


def run(example: doctest.DocTest) -> str:
    """Run the examples of a docstring, then an objective that they define; what went wrong, in words, or nothing."""
    told: list[str] = []
    around = surroundings(example.name)
    example.globs = {**around, **example.globs}
    known = example.globs["objective"]
    runner = doctest.DocTestRunner(checker=_Checker(), verbose=False)
    runner.run(example, out=told.append, clear_globs=False)
    defined = example.globs.get("objective")
    if not told and defined is not known and isinstance(defined, FunctionType) and _is_whole(defined):
        told += _optimized(defined)
    return "".join(told)


def _is_whole(function: FunctionType) -> bool:
    """Whether all that a function refers to is there: models and data of the reader's own are not."""
    return _globals(function.__code__) <= {*function.__globals__, *dir(builtins)}


def _globals(code: CodeType) -> set[str]:
    here = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return here.union(*(_globals(const) for const in code.co_consts if isinstance(const, CodeType)))


def _optimized(defined: Callable[[hpo.Trial], Any]) -> list[str]:
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(), seed=0)
    study.optimize(defined, n_trials=2, catch=Exception)
    return [trial.error.traceback for trial in study.trials if trial.error is not None]
