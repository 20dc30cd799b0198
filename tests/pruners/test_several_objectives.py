"""Pruning by several objectives: the rank counts, and within the rank that is cut the volume."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import hpo
from hpo.events import Event, StudyDirection, TrialFinished, TrialReported, TrialStarted, TrialState
from hpo.history import Curve, History
from hpo.protocols import Pruner
from hpo.pruners import (
    HyperbandPruner,
    LearningCurvePruner,
    MedianPruner,
    PatientPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    ThresholdPruner,
    WilcoxonPruner,
)
from hpo.pruners.fronts import n_before
from tests.logs import header, replay

FRONT = ((0.0, 4.0), (1.0, 3.0), (2.0, 2.0), (4.0, 0.0))
NAN = (math.nan, 0.0)


def history(*points: tuple[float, float], step: int = 1) -> History:
    log: list[Event] = [header(StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE)]
    for number, (one, other) in enumerate(points):
        log += [
            TrialStarted(0.0),
            TrialReported(number, step, (one, -other), 0.0),
            TrialFinished(number, TrialState.COMPLETE, 0.0, (0.0, 0.0)),
        ]
    return replay(log).history()


def curve(*points: tuple[float, float]) -> Curve:
    return Curve(99, tuple(range(1, len(points) + 1)), (), 0, points)


def test_the_rank_comes_first_and_then_the_volume() -> None:
    assert n_before((9.0, 9.0), FRONT, 2) == 4
    assert n_before((-1.0, -1.0), FRONT, 2) == 0
    assert n_before((1.0, 1.0), FRONT, 1) == 0
    assert n_before((1.0, 2.9), (*FRONT, (0.9, 0.9)), 1) >= 1
    assert n_before((0.0, 4.1), ((2.0, 2.0), (4.1, 0.0)), 1) > 0  # of one front, but at its edge
    assert n_before((2.0, 2.0), ((0.0, 4.1), (4.1, 0.0)), 1) == 0
    assert n_before((1.0, 1.0), ((1.0, 1.0), NAN), 1) == 0  # equal is good enough, and NaN does not count


def test_successive_halving_lets_the_first_share_go_on() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    past = history(*FRONT, (5.0, 5.0))
    assert not pruner.prune(past, curve((1.0, 1.0)))
    assert pruner.prune(past, curve((4.5, 4.5)))
    assert pruner.prune(past, curve(NAN))
    assert not pruner.prune(history(NAN), curve((4.5, 4.5)))
    assert SuccessiveHalvingPruner(min_resource=1, bootstrap_count=9).prune(past, curve((-1.0, -1.0)))


def test_hyperband_compares_within_the_bracket() -> None:
    pruner = HyperbandPruner(max_resource=9)
    past = history(*((0.0, 0.0) if pruner.bracket(n, 9) == 0 else (9.0, 9.0) for n in range(40)))
    for number in range(40, 60):
        mine = Curve(number, (1, 2), (), 0, ((5.0, 5.0), (5.0, 5.0)))
        assert pruner.prune(past, mine) == (pruner.bracket(number, 9) == 0)


def test_percentiles_compare_the_best_so_far() -> None:
    past = history(*FRONT, (9.0, 9.0), step=2)
    assert not MedianPruner().prune(past, curve((0.0, 9.0), (9.0, 0.0)))  # each was good once
    assert MedianPruner().prune(past, curve((5.0, 5.0), (6.0, 6.0)))
    assert PercentilePruner(100.0).prune(past, curve((9.5, 9.5), (9.5, 9.5)))
    assert not PercentilePruner(100.0).prune(past, curve((8.5, 8.5), (9.5, 9.5)))
    assert MedianPruner().prune(past, curve(NAN, NAN))
    assert not MedianPruner(n_min_trials=6).prune(past, curve((5.0, 5.0), (6.0, 6.0)))


@pytest.mark.parametrize(
    "pruner",
    [ThresholdPruner(upper=1.0), PatientPruner(None, 0), WilcoxonPruner(), LearningCurvePruner()],
    ids=repr,
)
def test_the_others_say_that_they_need_one_objective(pruner: Pruner) -> None:
    trial = hpo.create_study(directions=["minimize"] * 2, pruner=pruner).ask()
    trial.report((1.0, 2.0), 0)
    with pytest.raises(NotImplementedError, match="one objective, this study has 2; use SuccessiveHalvingPruner"):
        trial.should_prune()


def objective(trial: hpo.Trial) -> tuple[float, float]:
    x = trial.suggest_float("x", 0, 1)
    worse = trial.suggest_float("worse", 0, 1)
    for step in range(1, 10):
        values = (x + worse + 1 / step, 1 - x + worse + 1 / step)
        trial.report(values, step)
        if trial.should_prune():
            raise hpo.TrialPruned
    return values


def test_it_spares_most_steps_and_keeps_the_front() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    sampler = hpo.samplers.RandomSampler
    study = hpo.create_study(directions=["minimize"] * 2, pruner=pruner, sampler=sampler(seed=0))
    study.optimize(objective, n_trials=60)
    steps = sum(len(trial.intermediate_values) for trial in study.trials)
    assert steps < 60 * 9 / 2
    best = min(trial.params["worse"] for trial in study.trials)
    assert min(trial.params["worse"] for trial in study.best_trials) <= best + 0.05
    assert study.verify() == []


@pytest.mark.parametrize("name", ["study.db", "study.log"])
def test_vectors_are_stored_copied_and_read_again(tmp_path: Path, name: str) -> None:
    storage = f"sqlite:///{tmp_path / name}" if name.endswith("db") else hpo.storage.JournalStorage(tmp_path / name)
    study = hpo.create_study(study_name="one", storage=storage, directions=["minimize", "maximize"], seed=0)
    study.optimize(objective, n_trials=8)
    study.enqueue_trial({"x": 0.5})
    strange = hpo.create_trial(values=[0.0, 1.0], intermediate_values={3: [math.inf, math.nan], 1: (1, 2)})
    study.add_trial(strange)
    with pytest.raises(ValueError, match="2 objectives"):
        study.add_trial(hpo.create_trial(values=[0.0, 1.0], intermediate_values={3: 1.0}))
    with pytest.raises(ValueError, match="1 objectives"):
        hpo.create_study().add_trial(hpo.create_trial(value=0.0, intermediate_values={3: [1.0]}))
    read = hpo.load_study(study_name="one", storage=storage)
    assert repr([t.intermediate_values for t in read.trials]) == repr([t.intermediate_values for t in study.trials])
    assert repr(read.trials[-1].intermediate_values) == "{3: (inf, nan), 1: (1.0, 2.0)}"
    assert read.verify() == []
    hpo.copy_study(from_study_name="one", from_storage=storage, to_storage=storage, to_study_name="two")
    copied = hpo.load_study(study_name="two", storage=storage)
    assert repr([t.intermediate_values for t in copied.trials]) == repr([t.intermediate_values for t in study.trials])
