"""The surrogate that users can hold."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

import hpo
from hpo.samplers import GPSampler, RandomSampler, gaussian_process
from hpo.samplers.gaussian_process import FittedSurrogate
from hpo.study import Study
from hpo.trial import Trial


def objective(trial: Trial) -> float:
    x, kind = trial.suggest_float("x", 0, 2), trial.suggest_categorical("kind", ["a", "b"])
    trial.suggest_float("idle", 0, 1)
    trial.suggest_float("only", 1, 1)
    return 10 + (x - 1.5) ** 2 + (2.0 if kind == "a" else 0.0)


@cache
def studied(direction: str = "minimize") -> Study:
    study = hpo.create_study(sampler=RandomSampler(), seed=0, direction=direction)
    study.optimize(objective if direction == "minimize" else lambda trial: -objective(trial), n_trials=40)
    return study


@cache
def surrogate(direction: str = "minimize") -> FittedSurrogate:
    return gaussian_process.fit(studied(direction))


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_predictions_are_in_the_units_of_the_values(direction: str) -> None:
    sign = 1 if direction == "minimize" else -1
    for x, kind in ((0.3, "a"), (1.4, "b"), (1.9, "a")):
        mean, std = surrogate(direction).predict({"x": x, "kind": kind, "idle": 0.5, "only": 1.0})
        expected = sign * (10 + (x - 1.5) ** 2 + (2.0 if kind == "a" else 0.0))
        assert mean == pytest.approx(expected, abs=0.1)
        assert 0 < std < 0.5


def test_doubt_is_small_where_trials_are() -> None:
    known = studied().trials[3].params
    assert surrogate().predict(known)[1] < 0.05
    assert surrogate().predict(known)[0] == pytest.approx(studied().trials[3].value, abs=0.02)


def test_length_scales_tell_what_matters() -> None:
    assert set(surrogate().length_scales) == {"x", "kind", "idle"}
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(lambda trial: objective(trial) + math.sin(6.0 * trial.params["x"]), n_trials=40)
    scales = gaussian_process.fit(study).length_scales
    assert scales["idle"] > 2 * scales["x"]


def test_leaving_one_out_shows_a_good_model() -> None:
    left_out = surrogate().leave_one_out()
    assert left_out.number.tolist() == list(range(40))
    assert left_out.r2 > 0.9
    assert np.abs(left_out.standardized).mean() < 2.0


def test_partial_dependence_averages_over_the_others() -> None:
    by_x = surrogate().partial_dependence("x", values=[0.0, 1.5])
    assert by_x.mean[0] - by_x.mean[1] == pytest.approx(1.5**2, abs=0.15)
    by_kind = surrogate().partial_dependence("kind")
    assert by_kind.values == ["a", "b"]
    assert by_kind.mean[0] - by_kind.mean[1] == pytest.approx(2.0, abs=0.15)
    assert len(surrogate().partial_dependence("x").values) == 41


def test_parameters_of_branches_are_looked_at_where_they_are() -> None:
    def branching(trial: Trial) -> float:
        if trial.suggest_categorical("kind", ["a", "b"]) == "a":
            return trial.suggest_float("a", 0, 1)
        return 5.0 + trial.suggest_float("b", 0, 1)

    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(branching, n_trials=40)
    fitted = gaussian_process.fit(study)
    assert fitted.predict({"kind": "a", "a": 0.5})[0] == pytest.approx(0.5, abs=0.2)
    dependence = fitted.partial_dependence("a", values=[0.1, 0.9])
    assert dependence.mean[1] > dependence.mean[0]


@pytest.mark.parametrize("exponent", [-1000, 1000])
def test_predictions_have_the_magnitude_of_the_values(exponent: int) -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(lambda trial: objective(trial) * 2.0**exponent, n_trials=40)
    at = {"x": 0.3, "kind": "a", "idle": 0.5, "only": 1.0}
    expected = [number * 2.0**exponent for number in surrogate().predict(at)]
    assert gaussian_process.fit(study).predict(at) == pytest.approx(expected, rel=1e-6)


def test_the_options_are_those_of_the_studys_sampler() -> None:
    study = hpo.create_study(sampler=GPSampler(seed=0, n_startup_trials=5, warp_losses=False))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) ** 2, n_trials=8)
    assert gaussian_process.fit(study).predict({"x": 0.5})[0] == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian_process.fit(hpo.create_study()), "at least two trials"),
        (lambda: gaussian_process.fit(studied(), objective=1), "objective must be"),
        (lambda: surrogate().predict({"z": 1.0}), "has the parameters"),
        (lambda: surrogate().predict({"x": 5.0}), "must lie in"),
        (lambda: surrogate().partial_dependence("only"), "name must be one of"),
    ],
)
def test_errors_say_what_was_expected(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
