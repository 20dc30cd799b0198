"""What the tests of clusters share."""

from __future__ import annotations

import importlib
import os
import signal
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.samplers import RandomSampler
from hpo.trial import Trial, TrialState

__all__ = ["check_losses", "needed"]


def needed(module: str) -> Any:
    """A package of an engine: `make test-engines` must have it, elsewhere tests without it are skipped."""
    try:
        return importlib.import_module(module)
    except ImportError:
        if os.environ.get("HPO_ENGINES"):
            raise
        pytest.skip(f"{module} is not installed: make test-engines", allow_module_level=True)


def check_losses(engine: Any, folder: Path) -> None:
    """Trials whose workers are killed fail as lost and are tried again; the run goes on, and the others end well."""

    def deadly(trial: Trial) -> float:  # by value, as engines may not find the module of this test
        x = trial.suggest_float("x", 0, 1)
        trial.report(x, 0)
        if trial.number in (1, 2):
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    study = hpo.create_study(storage=f"sqlite:///{folder}/s.db", sampler=RandomSampler(), seed=0, retry=1)
    study.optimize(deadly, n_trials=9, executor=engine)
    study.optimize(deadly, n_trials=study.count_trials((TrialState.WAITING,)))
    failed = {trial.number: trial for trial in study.get_trials(states=(TrialState.FAIL,))}
    assert {1, 2} <= set(failed)
    assert all(len(failed[number].intermediate_values) == 1 for number in (1, 2))
    for trial in failed.values():  # others may have been handed to a process that was dead already
        assert trial.error is not None
        assert trial.error.message.startswith("worker lost: ")
    assert study.count_trials((TrialState.COMPLETE,)) == study.count_trials() - len(failed)
    tried = [trial.system_attrs["failed_trial"] for trial in study.trials if trial.system_attrs]
    firsts = [number for number, trial in failed.items() if not trial.system_attrs]
    assert sorted(tried) == sorted(firsts)
