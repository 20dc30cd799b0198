"""Where a quadratic of the losses is least, and when it is not asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.samplers import GPSampler
from hpo.samplers.gp.quadratic import least_squares, minimum
from hpo.samplers.model.polynomial import terms
from hpo.trial import Trial, TrialState


def bowl(seed: int, d: int, bottom: Array, condition: float = 1e4) -> Callable[[Array], Array]:
    """A rotated quadratic of points, shape (k, d), least at `bottom`, where it is 3."""
    axes, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))
    curvature = axes @ np.diag(np.geomspace(1.0, condition, d)) @ axes.T
    return lambda x: 3.0 + np.einsum("ki,ij,kj->k", x - bottom, curvature, x - bottom)


@pytest.mark.parametrize("d", [1, 2, 5, 8])
@pytest.mark.parametrize("seed", range(3))
def test_the_minimum_of_a_quadratic_is_found_whatever_its_condition(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    bottom = rng.uniform(0.2, 0.8, d)
    f = bowl(seed, d, bottom)
    x = rng.random((2 * d * d + 8, d))
    found = minimum(x, f(x), f(x).min())
    assert found is not None
    assert f(found[0][None])[0] - 3.0 < 1e-6 * (f(x).min() - 3.0)
    assert abs(found[1] - 3.0) < 1e-6 * f(x).max()
    assert minimum(x, f(x), 2.9) is None


@pytest.mark.parametrize("seed", range(5))
def test_where_it_lies_outside_the_least_point_of_the_cube_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    f, x = bowl(seed, 3, np.array([-0.2, 1.2, 0.5]), condition=10.0), rng.random((40, 3))
    least = minimum(x, f(x), f(x).min())
    assert least is not None
    found = least[0]
    assert ((found >= 0.0) & (found <= 1.0)).all()
    near = np.clip(found + 0.05 * rng.standard_normal((200, 3)), 0.0, 1.0)
    assert f(found[None])[0] <= f(near).min() + 1e-9


def test_it_is_not_asked_for_a_point_behind_a_wall() -> None:
    def f(x: Array) -> Array:
        along = x.sum(axis=1)
        return np.asarray(1.0 - along + x[:, 0] ** 2 + 1e4 * np.maximum(along - 1.5, 0.0))

    x = np.random.default_rng(0).random((60, 3))
    free = x[x.sum(axis=1) < 1.5]
    promised = minimum(free, f(free), f(free).min())
    assert promised is not None
    assert f(promised[0][None])[0] > f(free).max()  # as nothing there tells of the wall
    assert minimum(x, f(x), f(x).min()) is None


def test_units_and_offsets_of_losses_change_nothing() -> None:
    x = np.random.default_rng(0).random((30, 3))
    y = bowl(0, 3, np.full(3, 0.4))(x)
    found = minimum(x, y, y.min())
    assert found is not None
    for scale in (1e-200, 1e200):
        again = minimum(x, 5.0 * scale + scale * y, (5.0 + y.min()) * scale)
        assert again is not None
        np.testing.assert_allclose(again[0], found[0], atol=1e-6)
        np.testing.assert_allclose(again[1], (5.0 + found[1]) * scale)


def test_trials_left_out_are_predicted_by_the_others_alone() -> None:
    rng = np.random.default_rng(0)
    x = terms(rng.standard_normal((20, 2)), 2)
    y = x @ rng.standard_normal(6) + rng.standard_normal(20)
    weights = np.sqrt(np.linspace(20.0, 1.0, 20))
    left_out = least_squares(x, y)[1]
    for i in range(20):
        others = np.arange(20) != i
        refitted = np.linalg.lstsq((x * weights[:, None])[others], (y * weights)[others])[0]
        np.testing.assert_allclose(left_out[i], x[i] @ refitted, atol=1e-6)


@pytest.mark.parametrize("settled", [0.25, 1 / 6, 0.5])
def test_a_coordinate_that_has_settled_stays(settled: float) -> None:
    x = np.random.default_rng(0).random((40, 3))
    x[:, 1] = settled
    f = bowl(0, 3, np.array([0.4, settled, 0.7]))
    found = minimum(x, f(x), f(x).min())
    assert found is not None
    np.testing.assert_allclose(found[0], [0.4, settled, 0.7], atol=1e-6)


@pytest.mark.parametrize("losses", ["few", "alike", "vast", "noise", "many valleys"])
def test_there_is_none_where_no_quadratic_explains_the_losses(losses: str) -> None:
    x = np.random.default_rng(0).random((12 if losses == "few" else 60, 4))
    y = bowl(0, 4, np.full(4, 0.4))(x)
    if losses == "alike":
        y[:] = 1.0
    if losses == "vast":
        y[:2] = -1e308, 1e308
    if losses == "noise":
        y = np.random.default_rng(1).standard_normal(60)
    if losses == "many valleys":
        y = np.cos(40.0 * x).sum(axis=1)
    assert minimum(x, y, y.min()) is None


def ill_conditioned(trial: Trial) -> float:
    x = np.array([[trial.suggest_float(f"x{i}", -5, 5) for i in range(5)]])
    return float(bowl(7, 5, np.array([1.0, -2.0, 0.5, 3.0, -1.0]), condition=1e6)(x)[0]) - 3.0


def test_the_sampler_solves_an_ill_conditioned_quadratic_as_soon_as_it_has_trials_enough() -> None:
    study = hpo.create_study(sampler=GPSampler(), seed=0)
    study.optimize(ill_conditioned, n_trials=35)
    assert study.best_value < 1e-3
    assert len({tuple(t.params.values()) for t in study.trials}) == 35
    assert study.verify() == []


def test_together_only_one_trial_is_at_the_minimum() -> None:
    study = hpo.create_study(sampler=GPSampler(), seed=0)
    study.optimize(ill_conditioned, n_trials=28)
    asked = np.array([[t.suggest_float(f"x{i}", -5, 5) for i in range(5)] for t in study.ask(n=6)])
    assert len(np.unique(asked, axis=0)) == 6


@pytest.mark.parametrize("integer", [False, True])
def test_a_minimum_where_a_trial_failed_is_tried_once_more_at_the_next_ask(integer: bool) -> None:
    fails: list[tuple[float, ...]] = []

    def at_the_minimum(trial: Trial) -> float:
        suggest = trial.suggest_int if integer else trial.suggest_float
        x = np.array([suggest(name, -20, 20) for name in "abc"])
        value = bowl(7, 3, np.array([1.0, -2.0, 3.0]), condition=10.0)(x[None])[0] + 3.0
        if np.abs(x - [1.0, -2.0, 3.0]).max() < 0.3:
            fails.append((trial.number, *trial.params.values()))
            return float("nan")
        return float(value)

    study = hpo.create_study(sampler=GPSampler(), seed=0)
    study.optimize(at_the_minimum, n_trials=40)
    assert len(fails) >= 2
    np.testing.assert_allclose(fails[1][1:], fails[0][1:], atol=0.4)
    assert fails[1][0] - fails[0][0] <= 6  # a quadratic is asked half of the time, and one trial in four is spread
    assert study.verify() == []


def test_failures_by_chance_do_not_keep_it_away() -> None:
    def flaky(trial: Trial) -> float:
        value = ill_conditioned(trial)
        return float("nan") if trial.number % 7 == 3 else value

    studies = [hpo.create_study(sampler=GPSampler(), seed=seed) for seed in range(5)]
    for study in studies:
        study.optimize(flaky, n_trials=45)
    assert max(study.best_value for study in studies) < 0.1  # the first trial at the minimum fails in some


@pytest.mark.parametrize("failures", ["avoid", "ignore", "worst"])
def test_it_does_not_look_where_trials_fail(failures: Literal["avoid", "ignore", "worst"]) -> None:
    def failing(trial: Trial) -> float:
        value = ill_conditioned(trial)
        return float("nan") if trial.params["x0"] > 0.5 else value  # the minimum is at 1

    late = []
    for quadratic in (True, False):
        study = hpo.create_study(sampler=GPSampler(failures=failures, quadratic=quadratic), seed=0)
        study.optimize(failing, n_trials=50)
        late.append([trial.state for trial in study.trials[30:]].count(TrialState.FAIL))
    assert late[0] <= late[1] + 4


def test_what_is_given_stays() -> None:
    runs = []
    for quadratic in (True, False):
        study = hpo.create_study(sampler=GPSampler(quadratic=quadratic), seed=0)
        study.optimize(ill_conditioned, n_trials=22)
        for x in (-4.0, 4.0):
            study.enqueue_trial({"x0": x})
        asked = [study.ask() for _ in range(2)]
        runs.append([[trial.suggest_float(f"x{i}", -5, 5) for i in range(5)] for trial in asked])
    assert runs[0] == runs[1]


def test_a_parameter_of_one_value_changes_nothing() -> None:
    def constant(trial: Trial) -> float:
        return trial.suggest_float("constant", 3, 3) - 3.0 + ill_conditioned(trial)

    study = hpo.create_study(sampler=GPSampler(), seed=0)
    study.optimize(constant, n_trials=35)
    assert study.best_value < 1e-3


def test_a_branch_has_a_quadratic_of_its_own() -> None:
    def branching(trial: Trial) -> float:
        if trial.suggest_categorical("model", ["flat", "bowl"]) == "flat":
            return 1.0 + trial.suggest_float("y", 0, 1)
        x = np.array([[trial.suggest_float("a", 0, 1), trial.suggest_float("b", 0, 1), trial.suggest_int("c", 0, 100)]])
        return float(bowl(3, 3, np.array([0.3, 0.6, 0.5]))(x / [1, 1, 100])[0]) - 3.0

    study = hpo.create_study(sampler=GPSampler(), seed=0)
    study.optimize(branching, n_trials=45)
    assert study.best_value < 1e-6
    assert study.best_params["c"] == 50
    assert study.verify() == []


def simple(trial: Trial) -> float:
    return (trial.suggest_float("x", -5, 5) - 1.0) ** 2 + 1e4 * (trial.suggest_float("y", -5, 5) + 2.0) ** 2


def with_two_objectives(trial: Trial) -> tuple[float, float]:
    return simple(trial), trial.params["x"]


def with_a_constraint(trial: Trial) -> float:
    value = simple(trial)
    trial.set_constraint("half", trial.params["x"])
    return value


@pytest.mark.parametrize(
    ("objective", "acquisition"),
    [
        (with_two_objectives, "logei"),
        (with_a_constraint, "logei"),
        (simple, "lcb"),
        (simple, "pi"),
        (simple, "gp_hedge"),
    ],
)
def test_where_it_is_not_made_for_nothing_changes(objective: hpo.Objective, acquisition: Any) -> None:
    runs = []
    for quadratic in (True, False):
        sampler = GPSampler(acquisition=acquisition, quadratic=quadratic)
        directions = ["minimize"] * (2 if objective is with_two_objectives else 1)
        study = hpo.create_study(sampler=sampler, directions=directions, seed=0)
        study.optimize(objective, n_trials=22)
        runs.append([t.params for t in study.trials])
    assert runs[0] == runs[1]


def test_where_it_is_something_changes() -> None:
    """With the objective that the others are made of."""
    runs = []
    for quadratic in (True, False):
        study = hpo.create_study(sampler=GPSampler(quadratic=quadratic), seed=0)
        study.optimize(simple, n_trials=22)
        runs.append([t.params for t in study.trials])
    assert runs[0] != runs[1]
