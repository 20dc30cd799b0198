"""What surrogates learn from a history, and that it does not matter how the history is cut."""

from __future__ import annotations

import numpy as np
import pytest

import hpo
from hpo.history import History
from hpo.samplers import GPSampler, RandomSampler
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.schedule import last_fit, subset
from hpo.samplers.gp.surrogate import Surrogates, advanced, values
from hpo.trial import Trial


def objective(trial: Trial) -> float:
    x, kind = trial.suggest_float("x", 0, 1), trial.suggest_categorical("kind", ["a", "b"])
    trial.set_constraint("c", x - 0.8)
    if trial.number % 7 == 3:
        raise hpo.TrialPruned
    if trial.number % 7 == 5:
        raise ArithmeticError
    return x**2 + float(kind == "a") + (trial.suggest_float("y", 0, 1) if kind == "a" else 0.0)


def history(n: int) -> History:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(objective, n_trials=n, catch=ArithmeticError)
    return study.history


def test_fits_are_rarer_the_more_is_known() -> None:
    sizes = sorted({last_fit(n) for n in range(1, 1000)})
    assert sizes[:20] == list(range(1, 21))
    assert all(last_fit(size) == size for size in sizes)
    assert max(np.diff(sizes)) <= 1000 // 16
    assert len(sizes) < 130


def test_the_state_does_not_depend_on_how_trials_are_cut() -> None:
    whole = history(40)
    space, how = whole.space, GPSampler().modelling
    at_once = Surrogates.of(whole, space, how)
    state = Surrogates(how, Observations.none(len(space), 1))
    for begin, end in ((0, 1), (1, 17), (17, 18), (18, 39), (39, 40)):
        number = np.arange(40)
        state = advanced(state, whole.where((number >= begin) & (number < end)), space)
    np.testing.assert_array_equal(state.seen.points, at_once.seen.points)
    assert state.fitted == at_once.fitted
    for one, other in zip(state.learned, at_once.learned, strict=True):
        np.testing.assert_array_equal(one.hyper.scales, other.hyper.scales)
        assert one.warp == other.warp
    assert state.outcome is not None
    assert at_once.outcome is not None
    np.testing.assert_array_equal(state.outcome.scales, at_once.outcome.scales)
    np.testing.assert_array_equal(state.judged.failed, at_once.judged.failed)


def test_an_arm_is_fitted_anew_once_fewer_failures_allow_a_trend() -> None:
    def objective(trial: Trial) -> float:
        kind = trial.suggest_categorical("kind", ["a", "b", "c"])
        x = trial.suggest_float(f"x_{kind}", 0, 1)
        return float("nan") if trial.number < 4 else (x - 0.2) ** 2 + "abc".index(kind)

    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    for number in range(60):
        study.enqueue_trial({"kind": "abc"[number % 3] if number < 24 else "ab"[number % 2]})
    study.optimize(objective, n_trials=60)
    whole = study.history
    space, how = whole.space, GPSampler().modelling
    at_once = Surrogates.of(whole, space, how).arms
    state = Surrogates(how, Observations.none(len(space), 1))
    for i in range(60):
        state = advanced(state, whole.where(np.arange(60) == i), space)
    assert at_once is not None
    assert state.arms is not None
    assert state.arms.arms.keys() == at_once.arms.keys() == {0, 1, 2}
    for value, arm in at_once.arms.items():
        assert arm.hyper.trend > 0
        assert repr(arm.hyper) == repr(state.arms.arms[value].hyper)


def trending(n: int, *, fails: int = 0, q: int = 3) -> float:
    """The variance of the trend that is learned from n trials of q numbers, the first of which fail."""

    def bowl(trial: Trial) -> float:
        value = sum(trial.suggest_float(f"x{i}", 0, 1) ** 2 for i in range(q))
        return (
            float("nan")
            if trial.number < fails
            else value + float(trial.suggest_categorical("kind", ["a", "b"]) == "a")
        )

    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(bowl, n_trials=n)
    return Surrogates.of(study.history, study.history.space, GPSampler().modelling).learned[0].hyper.trend


def test_a_trend_begins_with_one_and_a_half_trials_for_each_of_its_coefficients() -> None:
    assert trending(10) == 0.0  # of 3 numbers it has 7
    assert trending(11) > 0.0
    assert trending(20, q=7) == 0.0
    assert trending(40, q=0) == 0.0


def test_there_is_no_trend_where_many_trials_fail() -> None:
    assert trending(20, fails=2) > 0.0
    assert trending(20, fails=3) == 0.0


def test_failed_trials_count_if_asked_for() -> None:
    known = history(28)
    ignoring = Observations.of(known, known.space, with_failed=False)
    teaching = Observations.of(known, known.space, with_failed=True)
    n_failed = int((known.state == hpo.TrialState.FAIL).sum())
    assert n_failed > 0
    assert len(teaching) == len(ignoring) + n_failed
    (losses,), _ = values(teaching)
    failed = np.isinf(teaching.losses[:, 0])
    assert losses[failed].min() > losses[~failed].max()


def test_pruned_trials_are_no_better_than_the_median() -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)

    def learn(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        if trial.number % 3 == 0:
            trial.report(-100.0, 0)
            raise hpo.TrialPruned
        return x

    study.optimize(learn, n_trials=21)
    seen = Observations.of(study.history, study.history.space, with_failed=False)
    (losses,), _ = values(seen)
    assert seen.pruned.sum() == 7
    assert losses[seen.pruned] == pytest.approx(np.median(losses[~seen.pruned]))


def test_constraints_have_models_and_keep_their_sign() -> None:
    known = history(30)
    state = Surrogates.of(known, known.space, GPSampler().modelling)
    assert len(state.learned) == 2
    _, (c,) = values(state.seen)
    np.testing.assert_array_equal(np.sign(c), np.sign(state.seen.constraints["c"]))


@pytest.mark.parametrize("others", [[-5.0, -5.0], [3.0, 4.0], [-1e308, 1e308], [0.0, 0.0]])
def test_infinite_values_of_a_constraint_keep_their_side_too(others: list[float]) -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    given = np.array([*others, np.inf, -np.inf])
    for c in given.tolist():
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        trial.set_constraint("c", c)
        study.tell(trial, 0.0)
    seen = Observations.of(study.history, study.history.space, with_failed=False)
    _, (c,) = values(seen)
    np.testing.assert_array_equal(np.sign(c), np.sign(given))
    assert np.isfinite(c).all()


def test_a_subset_keeps_the_best() -> None:
    known = history(40)
    seen = Observations.of(known, known.space, with_failed=False)
    rows = subset(seen, 10)
    assert len(rows) == 10
    assert (np.diff(rows) > 0).all()
    best = np.lexsort((seen.losses[:, 0], seen.violation))[:5]
    assert set(best) <= set(rows)
    assert subset(seen, 1000).tolist() == list(range(len(seen)))
