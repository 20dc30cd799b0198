"""A pruner that is wrapped keeps its trials waiting, promotes them, and divides them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import hpo
from hpo.history import Curve, History
from hpo.protocols import Pruner, cohorts, pausing
from hpo.pruners import HyperbandPruner, PatientPruner, SuccessiveHalvingPruner
from hpo.samplers import RandomSampler
from hpo.trial import Trial, TrialState

PROMOTING = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote")
DIVIDING = HyperbandPruner(max_resource=8, reduction_factor=2)


@dataclass(frozen=True)
class Sparing:
    """A user's own one: spares every fourth trial."""

    wrapped: Pruner

    def prune(self, history: History, curve: Curve) -> bool:
        return curve.number % 4 != 3 and self.wrapped.prune(history, curve)


def objective(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    for step in range(trial.resume_step, 8):
        trial.report(x + step, step)
        if trial.should_pause():
            raise hpo.TrialPaused
    return x


@pytest.mark.parametrize(
    "pruner",
    [
        PatientPruner(PROMOTING, patience=0),
        PatientPruner(PatientPruner(PROMOTING, patience=0), patience=0),
        Sparing(PROMOTING),
        Sparing(Sparing(PROMOTING)),
        PatientPruner(Sparing(PROMOTING), patience=0),
        Sparing(PatientPruner(PROMOTING, patience=0)),
    ],
    ids=repr,
)
def test_trials_wait_and_the_best_go_on(pruner: Pruner) -> None:
    assert pausing(pruner) is PROMOTING
    study = hpo.create_study(pruner=pruner, sampler=RandomSampler(), seed=0)
    study.optimize(objective, n_trials=20)
    history = study.history
    assert {trial.state for trial in study.trials} == {TrialState.COMPLETE, TrialState.PAUSED}
    assert ((history.state == TrialState.PAUSED) & ~history.paused).any()  # of a trial that went on
    assert study.verify() == []


@pytest.mark.parametrize(
    "pruner",
    [PatientPruner(DIVIDING, patience=1), Sparing(DIVIDING), Sparing(PatientPruner(DIVIDING, patience=0))],
    ids=repr,
)
def test_samplers_know_the_trials_of_the_bracket_alone(pruner: Pruner) -> None:
    seen: list[tuple[int | None, list[int]]] = []

    class Curious:
        def sample(self, space: hpo.Space, history: History, key: hpo.Key) -> hpo.Array:
            seen.append((key.number, history.number.tolist()))
            return RandomSampler().sample(space, history, key)

    assert cohorts(pruner) is DIVIDING
    study = hpo.create_study(pruner=pruner, sampler=Curious(), seed=0)
    study.optimize(lambda trial: 0.0, n_trials=20)
    brackets = {number: DIVIDING.bracket(number, 8) for number in range(20)}
    assert len(set(brackets.values())) > 1
    for number, known in seen:
        assert number is not None
        assert known == [other for other in range(number) if brackets[other] == brackets[number]]
