"""Studies for training loops: with a pruner of which is known what it does, and with one that lets trials wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hpo
from hpo.pruners import NopPruner, SuccessiveHalvingPruner, ThresholdPruner
from hpo.samplers import RandomSampler
from hpo.trial import FrozenTrial, Trial

__all__ = ["PATIENT", "pausing_study", "reporting", "run_one", "tracked_study", "untouched"]

PATIENT = 600.0
"""Seconds that trackers may take at the end of a run: a busy machine is no service that hangs."""


def run_one(
    objective: Callable[[Trial], Any],
    *,
    upper: float | None = None,
    lower: float | None = None,
    direction: str = "minimize",
) -> FrozenTrial:
    """Run one trial, which is stopped when it reports more than `upper`, or less than `lower`."""
    bounded = upper is not None or lower is not None
    pruner = ThresholdPruner(lower=lower, upper=upper) if bounded else NopPruner()
    study = hpo.create_study(direction=direction, sampler=RandomSampler(), pruner=pruner)
    study.optimize(objective, n_trials=1)
    return study.trials[0]


def pausing_study(folder: Path, *, first: int = 1) -> hpo.Study:
    """A study whose trials pause at the steps `first`, twice that, … and go on when they are promoted."""
    pruner = SuccessiveHalvingPruner(min_resource=first, reduction_factor=2, mode="promote")
    return hpo.create_study(sampler=RandomSampler(), pruner=pruner, seed=0, checkpoints=folder)


def untouched(trial: FrozenTrial) -> list[float]:
    """What a trial reported, in the order of its steps, which must be 0, 1, 2, …"""
    assert list(trial.intermediate_values) == list(range(len(trial.intermediate_values)))
    return list(trial.intermediate_values.values())


def tracked_study(folder: Path, callback: Any, *, n_trials: int = 6, **options: Any) -> hpo.Study:
    """Run trials of a stored study, of which number 2 is pruned at its second report and number 3 fails."""
    storage = f"sqlite:///{folder}/study.db"
    study = hpo.create_study(
        storage=storage,
        study_name="digits",
        load_if_exists=True,
        seed=7,
        sampler=RandomSampler(),
        pruner=NopPruner(),
        **options,
    )
    study.optimize(reporting, n_trials=n_trials, callbacks=[callback], catch=ZeroDivisionError)
    return study


def reporting(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    trial.suggest_categorical("kind", ["a", "b"])
    if trial.number >= 4:
        trial.suggest_int("later", 1, 9)
    trial.set_user_attr("half", x / 2)
    for step in range(3):
        trial.report(x + step, step)
        if trial.number == 2 and step == 1:
            raise hpo.TrialPruned
    if trial.number == 3:
        raise ZeroDivisionError("by hand")
    return x
