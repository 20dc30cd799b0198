"""A model of the loss saves trials where it is right, and is not asked where it is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hpo
from hpo.key import Key
from hpo.samplers import CmaEsSampler, RandomSampler
from hpo.samplers.cmaes.draws import drawn, several
from hpo.samplers.cmaes.gaussian import Gaussian
from hpo.samplers.cmaes.sampler import _fold
from hpo.samplers.cmaes.strategy import Strategy
from hpo.samplers.cmaes.surrogate import Surrogate
from hpo.samplers.model.axes import axes_of
from hpo.study import Study
from hpo.trial import Trial


def rotated(trial: Trial) -> float:
    x = np.array([trial.suggest_float(f"x{i}", -5, 5) for i in range(5)]) - 1.3
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))[0]
    return float(((turn @ x) ** 2) @ np.logspace(0, 3, 5))


def rotated_in_cells(trial: Trial) -> float:
    x = np.array([trial.suggest_int(f"n{i}", -10, 10) / 2 - 1.5 for i in range(3)])
    y = np.array([trial.suggest_float(f"x{i}", -5, 5) - 1.3 for i in range(2)])
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))[0]
    return float(((turn @ np.concatenate([x, y])) ** 2) @ np.logspace(0, 2, 5))


def chance(trial: Trial) -> float:
    for i in range(5):
        trial.suggest_float(f"x{i}", -5, 5)
    return float(np.random.default_rng(trial.number).random())


def made(sampler: Any, objective: Any, n: int, seed: int = 0, **options: Any) -> Study:
    study = hpo.create_study(sampler=sampler, seed=seed, **options)
    study.optimize(objective, n_trials=n)
    return study


def states(study: Study, sampler: CmaEsSampler) -> list[Strategy]:
    """What the strategy was after each trial."""
    history = study.history
    fold = _fold(sampler, history.space, study.seed, 1.0, history.n_objectives)
    state, seen = fold.initial, []
    for row in range(len(history)):
        state = fold.advance(state, history.where(np.arange(len(history)) == row))
        seen.append(state.strategy)
    return seen


def test_after_a_thousand_trials_a_generation_has_more_of_them_as_time_counts_too() -> None:
    def valley(trial: Trial) -> float:
        x = np.array([trial.suggest_float(f"x{i}", -2, 2) for i in range(8)])
        return float((100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum())

    seen = states(made(CmaEsSampler(), valley, 1200), CmaEsSampler())
    assert min(state.n_wanted for state in seen if state.next < 1000) < 10
    assert all(state.n_wanted >= min(10, state.restarts.population) for state in seen if state.next >= 1000)


@pytest.mark.parametrize("objective", [rotated, rotated_in_cells])
def test_a_quadratic_takes_a_fraction_of_the_trials(objective: Any) -> None:
    with_model = [made(CmaEsSampler(), objective, 200, seed).best_value for seed in range(5)]
    without = [made(CmaEsSampler(surrogate=None), objective, 400, seed).best_value for seed in range(5)]
    assert np.median(with_model) < np.median(without)


def test_a_model_that_says_nothing_is_hardly_ever_asked() -> None:
    sampler = CmaEsSampler()
    points = [s.surrogate.n_points for s in states(made(sampler, chance, 300), sampler) if s.surrogate is not None]
    assert len(points) == 300
    assert np.mean([n > 1 for n in points]) < 0.1


def test_a_trial_is_the_point_that_promises_most_of_those_that_its_number_addresses() -> None:
    sampler = CmaEsSampler()
    study = made(sampler, rotated, 150)
    x = study.history.over(study.history.space)
    n_chosen = 0
    for number, state in enumerate(states(study, sampler)[:-1], start=1):
        assert state.surrogate is not None
        points = state.gaussian.points(several(Key(study.seed, number), 5, state.surrogate.n_points))
        n_chosen += len(points) > 1
        assert np.allclose(points[state.surrogate.chosen(points)], x[number])
    assert n_chosen > 50


@pytest.mark.parametrize("objective", [rotated, rotated_in_cells])
@pytest.mark.parametrize(
    "sampler", [CmaEsSampler(), CmaEsSampler(surrogate=None), CmaEsSampler(n_startup_trials=25)], ids=repr
)
def test_it_does_not_matter_how_trials_are_cut(objective: Any, sampler: CmaEsSampler) -> None:
    study = made(sampler, objective, 130)
    history = study.history
    fold = _fold(sampler, history.space, study.seed, 1.0, 1)
    whole, one_by_one = fold.advance(fold.initial, history).strategy, states(study, sampler)[-1]
    axes = axes_of(history.space)
    for number in range(130, 200):
        key = Key(study.seed, number)
        assert np.array_equal(whole.proposed(key, axes), one_by_one.proposed(key, axes))


def test_sixteen_workers_gain_by_it_too() -> None:
    def at_once(sampler: CmaEsSampler, seed: int) -> float:
        study = hpo.create_study(sampler=sampler, seed=seed)
        for _ in range(15):
            trials = [study.ask() for _ in range(16)]
            for trial in trials:
                study.tell(trial, rotated(trial))
        return study.best_value

    with_model = [at_once(CmaEsSampler(), seed) for seed in range(5)]
    without = [made(CmaEsSampler(surrogate=None), rotated, 240, seed).best_value for seed in range(5)]
    assert np.median(with_model) < np.median(without)


def test_results_of_another_sampler_are_learned_from() -> None:
    sampler = CmaEsSampler()
    studies = [made(RandomSampler(), rotated, 100, seed) for seed in range(5)]
    for study in studies:
        last = states(study, sampler)[-1]
        assert last.surrogate is not None
        assert last.surrogate.model is not None
        study.sampler = sampler
        study.optimize(rotated, n_trials=100)
    alone = [made(sampler, rotated, 100, seed).best_value for seed in range(5)]
    assert np.median([study.best_value for study in studies]) < np.median(alone)


def test_the_first_of_several_points_is_the_one_without_a_model() -> None:
    for key in (Key(1, 0), Key(1, 77), Key(1)):
        first, _ = drawn(key, 4, 0)
        points = several(key, 4, 3)
        assert points.shape == (3, 4)
        assert np.array_equal(points[0], first)
        assert not np.array_equal(points[1], points[2])


@pytest.mark.parametrize(
    ("sampler", "directions", "kind"),
    [
        (CmaEsSampler(), ["minimize"], "choices"),
        (CmaEsSampler(), ["minimize", "maximize"], "numbers"),
        (CmaEsSampler(lr_adapt=True), ["minimize"], "numbers"),
        (CmaEsSampler(surrogate=None), ["minimize"], "numbers"),
    ],
    ids=repr,
)
def test_there_is_none_but_for_one_objective_of_numbers(
    sampler: CmaEsSampler, directions: list[str], kind: str
) -> None:
    def objective(trial: Trial) -> Any:
        x = trial.suggest_float("x", 0, 1)
        if kind == "choices":
            trial.suggest_categorical("c", ["a", "b"])
        return (x,) * len(directions)

    study = made(sampler, objective, 20, directions=directions)
    assert states(study, sampler)[-1].surrogate is None


def test_failed_trials_are_no_losses_of_the_model() -> None:
    x = np.random.default_rng(0).random((30, 2))
    keys = np.zeros((30, 4))
    keys[:, 3] = x.sum(axis=1)
    keys[::3, 0] = 2.0
    keys[1::3, 3] = np.inf
    surrogate = Surrogate.nothing(2).after(keys, x, Gaussian.start(np.full(2, 0.5), 0.2, np.ones(2), np.eye(2)))
    assert len(surrogate.losses) == 10
    assert surrogate.model is not None
    assert np.allclose(surrogate.model(x), x.sum(axis=1), atol=1e-4)


def test_points_that_were_not_tried_are_compared_on_the_scale_of_those_that_were() -> None:
    x = np.random.default_rng(0).random((30, 2))
    keys = np.zeros((30, 4))
    keys[:, 3] = x.sum(axis=1)
    surrogate = Surrogate.nothing(2).after(keys, x, Gaussian.start(np.full(2, 0.5), 0.2, np.ones(2), np.eye(2)))
    keys[:, 3] += 7.0
    expected = surrogate.expected(np.array([[0.1, 0.2]]), keys[-3:], x[-3:])
    assert np.allclose(expected, [[0.0, 0.0, 0.0, 7.3]], atol=1e-3)


def test_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate must be 'quadratic', or None, got 'linear'"):
        CmaEsSampler(surrogate="linear")  # type: ignore[arg-type]


def test_a_parameter_of_one_value_changes_nothing() -> None:
    def constant(trial: Trial) -> float:
        return trial.suggest_float("constant", 3, 3) - 3.0 + rotated(trial)

    best = []
    for objective in (rotated, constant):
        study = hpo.create_study(sampler=CmaEsSampler(), seed=0)
        study.optimize(objective, n_trials=150)
        best.append(study.best_value)
        assert study.verify() == []
    np.testing.assert_allclose(np.log10(best[1]), np.log10(best[0]), atol=0.5)
