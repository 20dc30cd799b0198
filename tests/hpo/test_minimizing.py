"""`minimize` is a study in SciPy's clothes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import OptimizeResult

import hpo
from hpo.samplers import GPSampler, RandomSampler
from hpo.trial import TrialState

BOX = [(-5.0, 5.0), (-5.0, 5.0)]
FAST = RandomSampler()


def bowl(x: Any, shift: float = 0.0) -> float:
    return float((x[0] - 2) ** 2 + (x[1] + shift) ** 2)


def test_it_finds_the_minimum() -> None:
    result = hpo.minimize(bowl, BOX, (1.0,), n_trials=25, seed=0)
    assert isinstance(result, OptimizeResult)
    assert result.fun < 0.05
    assert np.abs(result.x - [2.0, -1.0]).max() < 0.3


def test_the_result_is_that_of_the_study() -> None:
    result = hpo.minimize(bowl, BOX, n_trials=12, seed=3, sampler=FAST)
    study = result.study
    assert result.fun == study.best_value == min(result.func_vals) == bowl(result.x)
    assert [t.value for t in study.trials] == result.func_vals.tolist()
    assert [list(t.params.values()) for t in study.trials] == [list(x) for x in result.x_iters]
    assert result.nfev == 12
    assert result.success
    assert result.space == study.history.space


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_seed_gives_the_same_points(n_jobs: int) -> None:
    runs = [hpo.minimize(bowl, BOX, n_trials=14, seed=1, n_jobs=n_jobs).func_vals for _ in range(2)]
    assert np.array_equal(*runs)


def test_it_makes_the_trials_of_the_study_that_one_would_write() -> None:
    result = hpo.minimize(bowl, BOX, n_trials=15, seed=5)
    study = hpo.create_study(sampler=hpo.samplers.AutoSampler(seed=5))
    study.optimize(lambda t: bowl([t.suggest_float("x0", -5, 5), t.suggest_float("x1", -5, 5)]), n_trials=15)
    assert [t.params for t in result.study.trials] == [t.params for t in study.trials]


def test_it_goes_on_where_it_was_interrupted(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    whole = hpo.minimize(bowl, BOX, n_trials=16, x0=[1.0, 1.0], seed=2)
    hpo.minimize(bowl, BOX, n_trials=6, x0=[1.0, 1.0], seed=2, storage=url, study_name="bowl")
    rest = hpo.minimize(bowl, BOX, n_trials=16, x0=[1.0, 1.0], seed=2, storage=url, study_name="bowl")
    assert np.array_equal(whole.func_vals, rest.func_vals)
    assert np.array_equal(whole.x, rest.x)


def test_points_to_begin_with_come_first() -> None:
    result = hpo.minimize(bowl, BOX, n_trials=4, x0=[[1.0, 2.0], [3.0, 4.0]], sampler=FAST)
    assert [list(x) for x in result.x_iters[:2]] == [[1.0, 2.0], [3.0, 4.0]]
    assert result.nfev == 4


def test_values_that_are_known_are_not_computed() -> None:
    calls = []
    result = hpo.minimize(
        lambda x: calls.append(list(x)) or bowl(x),  # type: ignore[func-returns-value]
        BOX,
        n_trials=3,
        x0=[[1.0, 2.0], [2.0, 0.0]],
        y0=[5.0, 0.0],
        sampler=FAST,
    )
    assert result.nfev == len(calls) == 3
    assert len(result.func_vals) == 5
    assert result.fun == 0.0
    assert list(result.x) == [2.0, 0.0]


def test_x_is_what_the_space_is() -> None:
    seen: list[Any] = []

    def func(x: Any) -> float:
        seen.append(x)
        return float(len(seen))

    hpo.minimize(func, BOX, n_trials=1)
    hpo.minimize(func, [(1, 5), ["a", "b"], stats.expon()], n_trials=1)
    hpo.minimize(func, {"width": (1, 5), "kind": ["a", "b"]}, n_trials=1)
    vector, mixed, named = seen
    assert isinstance(vector, np.ndarray)
    assert [type(value) for value in mixed] == [int, str, float]
    assert named.keys() == {"width", "kind"}


@pytest.mark.parametrize("acq_func", ["EI", "PI", "LCB", "gp_hedge"])
def test_acquisition_functions_are_those_of_the_gaussian_process(acq_func: str) -> None:
    result = hpo.minimize(bowl, BOX, n_trials=9, acq_func=acq_func, n_initial_points=6, seed=0)
    (model,) = result.models
    mean, std = model.predict({"x0": float(result.x[0]), "x1": float(result.x[1])})
    assert mean == pytest.approx(result.fun, abs=2.0)
    assert std >= 0
    assert isinstance(result.study.sampler, GPSampler)
    assert result.study.sampler.n_startup_trials == 6


def test_the_model_is_that_of_all_points_whatever_proposed_them() -> None:
    (model,) = hpo.minimize(bowl, BOX, n_trials=12, sampler=FAST, seed=0).models
    assert model.predict({"x0": 2.0, "x1": 0.0})[0] < model.predict({"x0": -5.0, "x1": 5.0})[0]
    assert hpo.minimize(bowl, BOX, n_trials=1, sampler=FAST).models == []


def test_callbacks_are_those_of_studies() -> None:
    result = hpo.minimize(bowl, BOX, n_trials=100, callback=hpo.NoImprovement(5), sampler=FAST, seed=0)
    assert result.nfev < 100
    assert hpo.NoImprovement(5).is_over(result.study.history)


def test_what_is_no_number_is_a_failed_trial() -> None:
    result = hpo.minimize(lambda x: float("nan") if x[0] < 0 else bowl(x), BOX, n_trials=10, sampler=FAST, seed=0)
    n_failed = result.study.count_trials([TrialState.FAIL])
    assert 0 < n_failed < 10
    assert len(result.func_vals) == len(result.x_iters) == 10 - n_failed
    assert result.nfev == 10


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"func": 3}, TypeError, "func must be a function of x that returns a number, got 3"),
        ({"y0": [1.0]}, ValueError, "y0 must have a value for each point of x0, got 1 and 0"),
        ({"x0": [9.0, 0.0]}, ValueError, "x0 must lie in the space"),
        ({"acq_func": "EIps"}, ValueError, "acq_func must be one of 'EI', 'PI', 'LCB', 'gp_hedge', got 'EIps'"),
        ({"acq_func": "EI", "sampler": FAST}, ValueError, "leave it out, or RandomSampler"),
        ({"n_initial_points": 2.5}, ValueError, "n_initial_points must be a whole number, got 2.5"),
        ({"func": lambda x: float("nan")}, ValueError, "No trials are completed yet.*value nan is not acceptable"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    arguments: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    given: dict[str, Any] = {"func": bowl, "space": BOX, "n_trials": 2} | arguments
    with pytest.raises(error, match=sentence):
        hpo.minimize(**given)


def test_errors_of_the_function_are_its_own() -> None:
    with pytest.raises(ZeroDivisionError):
        hpo.minimize(lambda x: 1 / 0, BOX, n_trials=2)
