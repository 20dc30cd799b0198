"""What ends a run is a function of the log: the same trial does, however the run was cut into pieces."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta
from typing import Any

import pytest

import hpo
from hpo import Deadline, DeltaX, DeltaY, MaxTrialsCallback, NoImprovement, Target
from hpo.distributions import CategoricalDistribution, FloatDistribution
from hpo.pruners import NopPruner
from hpo.samplers import RandomSampler, TPESampler
from hpo.study import Study
from hpo.trial import FrozenTrial, TrialState

BY_VALUE = [DeltaX(0.1), DeltaY(0.5, n_best=3), NoImprovement(6), NoImprovement(4, threshold=0.1), Target(2.0)]
ALL = [*BY_VALUE, Deadline(60.0)]


def objective(trial: hpo.Trial) -> float:
    x = trial.suggest_float("x", -5, 9)
    if trial.number % 5 == 3:
        raise hpo.TrialPruned
    if trial.number % 7 == 2:
        return float("nan")
    return x**2 + len(trial.suggest_categorical("kind", ["a", "bb"]))


def study_of(values: list[float], **arguments: Any) -> Study:
    """A study that has these values already, at parameters that differ."""
    study = hpo.create_study(sampler=RandomSampler(seed=0), **arguments)
    space = {"x": FloatDistribution(0, 100)}
    study.add_trials(
        hpo.create_trial(params={"x": i}, distributions=dict(space), value=v) for i, v in enumerate(values)
    )
    return study


@pytest.mark.parametrize("callback", BY_VALUE, ids=repr)
def test_a_run_in_pieces_ends_where_a_whole_one_does(callback: Callable[..., None]) -> None:
    whole = hpo.create_study(sampler=TPESampler(seed=1), pruner=NopPruner())
    whole.optimize(objective, n_trials=200, callbacks=[callback])
    assert 3 < len(whole.trials) < 200
    pieces = hpo.create_study(sampler=TPESampler(seed=1), pruner=NopPruner())
    for _ in range(100):
        pieces.optimize(objective, n_trials=2, callbacks=[callback])
    assert [t.params for t in pieces.trials] == [t.params for t in whole.trials]


@pytest.mark.parametrize("callback", BY_VALUE, ids=repr)
def test_maximising_ends_as_minimising_the_negative(callback: Any) -> None:
    lengths = []
    for direction, sign in (("minimize", 1.0), ("maximize", -1.0)):
        used = Target(sign * callback.value) if isinstance(callback, Target) else callback
        study = hpo.create_study(direction=direction, sampler=RandomSampler(seed=1), pruner=NopPruner())
        study.optimize(lambda trial, sign=sign: sign * objective(trial), n_trials=200, callbacks=used)  # type: ignore[misc]
        lengths.append(len(study.trials))
    assert lengths[0] == lengths[1] < 200


@pytest.mark.parametrize("callback", [*ALL, MaxTrialsCallback(3), MaxTrialsCallback(3, None)], ids=repr)
def test_they_are_values(callback: Any) -> None:
    assert pickle.loads(pickle.dumps(callback)) == callback
    assert len({callback, pickle.loads(pickle.dumps(callback))}) == 1
    with pytest.raises(FrozenInstanceError):
        callback.delta = 3


@pytest.mark.parametrize("callback", ALL, ids=repr)
def test_an_empty_study_is_not_over(callback: Any) -> None:
    assert not callback.is_over(hpo.create_study().history)


@pytest.mark.parametrize("callback", [DeltaY(1.0), NoImprovement(2), Target(0.0)], ids=repr)
def test_several_objectives_are_refused(callback: Any) -> None:
    study = hpo.create_study(directions=["minimize", "maximize"])
    sentence = f"{type(callback).__name__} is for studies with one objective, and this one has 2"
    with pytest.raises(ValueError, match=sentence):
        study.optimize(lambda trial: (trial.suggest_float("x", 0, 1), 1.0), n_trials=3, callbacks=callback)


@pytest.mark.parametrize(
    "make",
    [
        lambda: DeltaX(-0.1),
        lambda: DeltaX(1.5),
        lambda: DeltaY(-1.0),
        lambda: DeltaY(1.0, n_best=1),
        lambda: NoImprovement(0),
        lambda: NoImprovement(3, threshold=-1.0),
        lambda: Target(float("nan")),
        lambda: Deadline(0.0),
        lambda: Deadline(float("nan")),
    ],
)
def test_values_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"must be .*got"):
        make()


@pytest.mark.parametrize("value", ["a", None, [1.0]])
def test_a_target_is_a_number(value: Any) -> None:
    with pytest.raises(TypeError, match="value must be a number, got"):
        Target(value)


@pytest.mark.parametrize(
    ("callback", "values", "ends"),
    [
        (NoImprovement(3), [5, 4, 4, 4, 4], True),
        (NoImprovement(3), [5, 4, 4, 4], False),
        (NoImprovement(3), [5, 6, 7, 8], True),
        (NoImprovement(3, threshold=1.0), [5, 4.5, 4.2, 4.1], True),
        (NoImprovement(3, threshold=0.5), [5, 4.5, 4.2, 4.1], False),
        (DeltaY(0.5, n_best=3), [9, 1, 8, 1.5, 1.2], True),
        (DeltaY(0.5, n_best=3), [9, 1, 8, 1.6, 1.2], False),
        (DeltaY(0.5, n_best=3), [1, 1], False),
        (Target(1.0), [3, 1, 2], True),
        (Target(1.0), [3, 1.1, 2], False),
        (DeltaX(0.01), [1, 1], True),
        (DeltaX(0.009), [1, 1], False),
    ],
)
def test_what_ends_a_run(callback: Any, values: list[float], ends: bool) -> None:
    assert callback.is_over(study_of(values).history) is ends


def test_choices_and_branches_must_be_the_same_for_two_trials_to_be_alike() -> None:
    space = {"x": FloatDistribution(0, 1), "kind": CategoricalDistribution(["a", "b"])}
    study = hpo.create_study()
    for params in ({"x": 0.1, "kind": "a"}, {"x": 0.1, "kind": "b"}, {"kind": "b"}, {"kind": "b"}):
        chosen = {name: space[name] for name in params}
        study.add_trial(hpo.create_trial(params=dict(params), distributions=dict(chosen), value=0.0))
    n = len(study.history)
    alike = [DeltaX(0.5).is_over(study.history.where(study.history.number < k)) for k in range(n + 1)]
    assert alike == [False, False, False, False, True]


def lasting(start: float, seconds: float, state: TrialState = TrialState.COMPLETE) -> FrozenTrial:
    begun = datetime(2024, 1, 1) + timedelta(seconds=start)
    value = 0.0 if state is TrialState.COMPLETE else None
    return FrozenTrial(0, state, value, begun, begun + timedelta(seconds=seconds), {}, {}, {}, {}, {})


@pytest.mark.parametrize(
    ("trials", "used"),
    [
        ([lasting(0, 10), lasting(10, 5)], 15),
        ([lasting(0, 10), lasting(5000, 5)], 15),
        ([lasting(0, 10), lasting(0, 10)], 10),
        ([lasting(0, 10), lasting(5, 10)], 15),
        ([lasting(0, 10), lasting(2, 3), lasting(20, 1)], 11),
        ([lasting(0, 10, TrialState.FAIL)], 10),
    ],
)
def test_a_deadline_counts_the_time_in_which_trials_ran(trials: list[FrozenTrial], used: float) -> None:
    study = hpo.create_study()
    study.add_trials(trials)
    longest = max((t.datetime_complete - t.datetime_start).total_seconds() for t in trials)  # type: ignore[operator]
    assert not Deadline(used + longest + 0.001).is_over(study.history)
    assert Deadline(used + longest - 0.001).is_over(study.history)


def test_what_others_add_meanwhile_does_not_matter() -> None:
    """The trial that ended decides by what was known then."""
    study = study_of([5, 4, 4, 4])
    early = study.trials[-1]
    study.add_trials(study_of([4, 4, 4, 4]).trials)
    stopped = []

    class Watched:
        history = study.history

        def stop(self) -> None:
            stopped.append(True)

    NoImprovement(3)(Watched(), early)
    assert not stopped
    NoImprovement(3)(Watched(), study.trials[-1])
    assert stopped
