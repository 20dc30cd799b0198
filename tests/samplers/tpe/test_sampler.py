"""What the tree-structured Parzen estimator promises beyond the laws of all samplers."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.distributions import CategoricalDistribution, FloatDistribution
from hpo.key import Key
from hpo.samplers import RandomSampler, TPESampler
from hpo.samplers.tpe.record import Record
from hpo.space import Space
from hpo.study import Study, create_study
from hpo.trial import Trial, TrialState

Objective = Callable[[Trial], Any]


@pytest.fixture(autouse=True)
def quiet() -> None:
    hpo.logging.set_verbosity(hpo.logging.ERROR)


def studied(objective: Objective, n_trials: int, seed: int = 0, **options: Any) -> Study:
    directions = options.pop("directions", ["minimize"])
    study = create_study(sampler=TPESampler(seed=seed, **options), directions=directions)
    study.optimize(objective, n_trials=n_trials, catch=ArithmeticError)
    return study


def bowl(trial: Trial) -> float:
    return sum(((trial.suggest_float(f"x{i}", -5, 5) - 1.5) ** 2 for i in range(3)), 0.0)


def branched(trial: Trial) -> float:
    """Three models with parameters of their own, one of them nested."""
    model = trial.suggest_categorical("model", ["a", "b", "c"])
    shared = (trial.suggest_float("shared", 0, 1) - 0.3) ** 2
    if model == "a":
        return shared + 0.5 + trial.suggest_float("a", 0, 1)
    if model == "b":
        depth = trial.suggest_int("depth", 1, 3)
        return shared + 0.1 * depth + sum(((trial.suggest_float(f"b{i}", 0, 1) - 0.7) ** 2 for i in range(depth)), 0.0)
    return shared + 1.0 + 0.01 * trial.suggest_int("c", 1, 100, log=True)


def best(objective: Objective, sampler: Callable[[int], Any], n: int = 60, seeds: int = 8) -> float:
    values = []
    for seed in range(seeds):
        study = create_study(sampler=sampler(seed))
        study.optimize(objective, n_trials=n)
        values.append(study.best_value)
    return float(np.mean(values))


@pytest.mark.parametrize("objective", [bowl, branched])
def test_it_finds_much_better_values_than_chance(objective: Objective) -> None:
    ours = best(objective, lambda seed: TPESampler(seed=seed))
    assert ours - (0.1 if objective is branched else 0) < 0.3 * best(objective, lambda seed: RandomSampler(seed=seed))


def test_candidates_lie_on_branches_that_history_has_shown() -> None:
    study = studied(branched, 40)
    for _ in range(20):
        trial = study.ask()
        model = trial.relative_params["model"]
        study.tell(trial, branched(trial))
        assert trial.params["model"] == model
        assert all(trial.params[name] == trial.relative_params[name] for name in trial.params)


def test_a_parameter_that_some_trial_lacked_is_still_modelled() -> None:
    def objective(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        return abs(x - 0.5) + (abs(trial.suggest_float("y", 0, 1) - 0.25) if x > 0.1 else 1.0)

    study = studied(objective, 120)
    late = [trial.params["y"] for trial in study.trials[60:] if "y" in trial.params]
    assert np.median(np.abs(np.array(late) - 0.25)) < 0.1


def test_a_parameter_met_inside_a_trial_is_drawn_given_what_is_fixed() -> None:
    """y should be near x, and the range of y is new in every trial."""

    def objective(trial: Trial) -> float:
        x = trial.suggest_categorical("x", [0.2, 0.8])
        y = trial.suggest_float("y", 0, 1 + 1e-9 * trial.number)
        return float(abs(x - y))

    study = studied(objective, 100)
    late = [abs(trial.params["x"] - trial.params["y"]) for trial in study.trials[50:]]
    assert np.median(late) < 0.08


def test_a_widened_range_keeps_its_history() -> None:
    study = studied(lambda trial: (trial.suggest_float("x", 0, 1) - 0.9) ** 2, 40)
    study.optimize(lambda trial: (trial.suggest_float("x", 0, 2) - 0.9) ** 2, n_trials=20)
    late = np.array([trial.params["x"] for trial in study.trials[41:]])
    assert np.median(np.abs(late - 0.9)) < 0.15


def test_a_new_choice_keeps_the_history_of_the_others() -> None:
    def objective(choices: list[str]) -> Objective:
        return lambda trial: 0.0 if trial.suggest_categorical("c", choices) == "b" else 1.0

    study = studied(objective(["a", "b", "d"]), 40, allow_duplicates=True)
    study.optimize(objective(["a", "b", "new", "d"]), n_trials=30)
    assert [trial.params["c"] for trial in study.trials[40:]].count("b") > 15


def test_queued_parameters_move_the_others_to_what_goes_well_with_them() -> None:
    def objective(trial: Trial) -> float:
        x = trial.suggest_categorical("x", [0.2, 0.8])
        return float(abs(x - trial.suggest_float("y", 0, 1)))

    study = studied(objective, 80)
    differences = []
    for x in [0.2, 0.8] * 10:
        study.enqueue_trial({"x": x})
        study.optimize(objective, n_trials=1)
        differences.append(abs(study.trials[-1].params["y"] - x))
    assert np.median(differences) < 0.1


def test_running_trials_spread() -> None:
    study = studied(bowl, 30)
    waiting = [study.ask() for _ in range(8)]
    points = np.array([[trial.relative_params[f"x{i}"] for i in range(3)] for trial in waiting])
    distance = np.abs(points[:, None] - points).max(axis=-1)[np.triu_indices(8, 1)]
    assert distance.min() > 1e-3


@pytest.mark.parametrize("late_is_better", [True, False])
def test_pruned_trials_count_by_what_they_reached(late_is_better: bool) -> None:
    def objective(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        steps = int(10 * (x if late_is_better else 1 - x)) + 1
        for step in range(steps):
            trial.report(1.0, step)
        raise hpo.TrialPruned

    study = studied(objective, 80)
    late = float(np.mean([trial.params["x"] for trial in study.trials[40:]]))
    assert (late > 0.7) if late_is_better else (late < 0.3)


def test_failed_trials_may_count_as_bad() -> None:
    def objective(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        if x > 0.4:
            raise ArithmeticError
        return 1.0

    def failures(**options: Any) -> int:
        study = studied(objective, 100, **options)
        return len(study.get_trials(states=(TrialState.FAIL,)))

    assert failures(failures="bad") < 40
    assert failures(failures="bad") <= failures(failures="ignore")


def test_a_constraint_against_which_the_objective_pulls_is_learned() -> None:
    def objective(trial: Trial) -> float:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        trial.set_constraint("c", 0.9 - x)
        return x + (y - 0.5) ** 2

    study = studied(objective, 100)
    late = [trial for trial in study.trials[50:] if max(trial.constraints.values()) <= 0]
    assert len(late) > 12, "random search has a tenth"
    assert min(trial.value or 9.0 for trial in late) < 0.93


@pytest.mark.parametrize("m", [2, 3, 5])
def test_several_objectives_are_traded_off(m: int) -> None:
    def objective(trial: Trial) -> list[float]:
        x = np.array([trial.suggest_float(f"x{i}", 0, 1) for i in range(m)])
        rest = sum((trial.suggest_float(f"y{i}", 0, 1) - 0.5) ** 2 for i in range(3))
        return [float(abs(x - e).sum() + 5 * rest) for e in np.eye(m)]

    study = studied(objective, 120, directions=["minimize"] * m)
    rest = [sum((trial.params[f"y{i}"] - 0.5) ** 2 for i in range(3)) for trial in study.trials]
    assert np.mean(rest[60:]) < 0.6 * np.mean(rest[:20])


def test_duplicates_may_be_allowed() -> None:
    study = studied(lambda trial: float(trial.suggest_int("n", 0, 3)), 30, allow_duplicates=True)
    assert len(study.trials) == 30


def test_nothing_to_choose_is_no_end() -> None:
    assert len(studied(lambda _: 1.0, 25).trials) == 25
    assert len(studied(lambda trial: trial.suggest_float("x", 1.0, 1.0), 25).trials) == 25


def test_a_large_finite_space_has_no_repetition_either() -> None:
    def objective(trial: Trial) -> float:
        return float(sum(trial.suggest_int(f"n{i}", 0, 9) for i in range(6)))

    study = studied(objective, 150)
    assert len({tuple(trial.params.items()) for trial in study.trials}) == 150


def test_a_space_too_large_to_list_has_no_repetition_near_its_best_corner() -> None:
    """All good configurations are soon tried, and more than 2^15 are left."""

    def objective(trial: Trial) -> float:
        return float(sum(trial.suggest_categorical(f"c{i}", [0, 1]) for i in range(16)))

    study = studied(objective, 120, n_ei_candidates=2)
    assert len({tuple(trial.params.items()) for trial in study.trials}) == 120


def test_a_sobol_sequence_spreads_pairs_of_values() -> None:
    study = studied(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1), 1)
    space = Space({"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)})
    sampler = TPESampler(startup="sobol", n_startup_trials=99)
    rows = np.array([sampler.sample(space, study.history, Key(0, number)) for number in range(16)])
    assert len({tuple(cell) for cell in np.floor(rows * 4).tolist()}) == 16


def test_constraints_are_told_apart() -> None:
    """Each of two constraints alone leaves half of a side; both leave a corner."""

    def objective(trial: Trial) -> float:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        trial.set_constraint("left", x - 0.2)
        trial.set_constraint("low", y - 0.2)
        return (x - 0.5) ** 2 + (y - 0.5) ** 2

    study = studied(objective, 80)
    late = [trial for trial in study.trials[40:] if max(trial.constraints.values()) <= 0]
    assert len(late) > 10, "random search has two"
    assert min(trial.value or 9.0 for trial in late) < 0.2


def coordinates(trial: Trial) -> list[float]:
    return [trial.suggest_float(f"x{i}", 0, 1) for i in range(len(trial.study.directions))]


def test_the_record_does_not_depend_on_how_the_history_is_cut() -> None:
    for m in (1, 2):
        study = create_study(sampler=RandomSampler(seed=1), directions=["minimize"] * m)
        study.optimize(
            lambda trial: [trial.suggest_float(f"x{i}", 0, 1) for i in range(len(trial.study.directions))], 200
        )
        history = study.history
        whole = Record.empty(20, 30, False, m).advance(history)
        parts = Record.empty(20, 30, False, m)
        for begin, end in ((0, 1), (1, 60), (60, 61), (61, 200)):
            number = np.arange(len(history))
            parts = parts.advance(history.where((number >= begin) & (number < end)))
        assert parts.best.tolist() == whole.best.tolist()
        assert parts.sample.rows.tolist() == whole.sample.rows.tolist()
        assert (parts.size, parts.seen) == (whole.size, whole.seen) == (200, 200)


def test_the_sample_is_fair() -> None:
    study = create_study(sampler=RandomSampler(seed=1))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3000)
    sample = Record.empty(10, 300, False, 1).advance(study.history).sample.rows
    assert abs(float(np.mean(sample)) - 1500) < 200


def test_start_up_spreads_each_parameter_evenly() -> None:
    def objective(trial: Trial) -> float:
        trial.suggest_categorical("c", ["a", "b"])
        return trial.suggest_float("x", 0, 1)

    study = studied(objective, 7)
    assert study.trials[0].params["x"] == 0.5
    assert len({int(trial.params["x"] * 7) for trial in study.trials[1:]}) == 6
    assert [trial.params["c"] for trial in study.trials].count("a") in (3, 4)


def test_a_single_parameter_alone_can_be_asked_for() -> None:
    study = studied(branched, 30)
    space = Space({"new": FloatDistribution(0, 1), "model": CategoricalDistribution(["a", "b", "c"])})
    row = study.sampler.sample(space, study.history, Key(0, 99))
    assert row.shape == (2,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "cubic"}, "split must be one of"),
        ({"n_ei_candidates": 0}, "n_ei_candidates must be at least 1"),
        ({"prior_weight": 0.0}, "prior_weight must be > 0"),
    ],
)
def test_wrong_options_say_so(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TPESampler(**options)


def test_branches_with_unlucky_first_trials_get_another_chance() -> None:
    """The best branch needs tuning before it beats the other one, which is found at once."""

    def objective(trial: Trial) -> float:
        if trial.suggest_categorical("branch", ["easy", "good"]) == "easy":
            return 0.3 + 0.01 * trial.suggest_float("e", 0, 1)
        return sum((abs(trial.suggest_float(f"g{i}", 0, 1) - 0.8) for i in range(3)), 0.0)

    found = [studied(objective, 100, seed=seed).best_value < 0.3 for seed in range(6)]
    assert sum(found) >= 5


def test_trials_of_one_history_are_told_apart_by_seed() -> None:
    assert studied(bowl, 20, seed=0).trials[-1].params != studied(bowl, 20, seed=1).trials[-1].params


@pytest.mark.parametrize("multivariate", [None, False])
def test_what_makes_trials_fail_is_avoided(multivariate: bool | None) -> None:
    def border(trial: Trial) -> float:
        x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
        if x > 1:
            raise ArithmeticError
        return (x - 1) ** 2 + (y + 1) ** 2

    avoiding = [studied(border, 60, seed=seed, multivariate=multivariate) for seed in range(5)]
    ignoring = [studied(border, 60, seed=seed, multivariate=multivariate, failures="ignore") for seed in range(5)]
    n_failed = [sum(len(s.get_trials(states=(TrialState.FAIL,))) for s in studies) for studies in (avoiding, ignoring)]
    assert n_failed[0] < 0.7 * n_failed[1]
    best = [median(study.best_value for study in studies) for studies in (avoiding, ignoring)]
    assert best[0] < min(best[1], 0.5)


def test_nothing_changes_where_nothing_fails() -> None:
    def mixed(trial: Trial) -> float:
        kind, x = trial.suggest_categorical("kind", ["a", "b"]), trial.suggest_float("x", 0, 1)
        trial.set_constraint("c", 0.2 - x)
        if trial.number % 5 == 3:
            raise hpo.TrialPruned
        return x + (trial.suggest_float("y", 0, 1) if kind == "a" else 0.5)

    proposals = [[t.params for t in studied(mixed, 50, failures=how).trials] for how in ("avoid", "ignore", "bad")]
    assert proposals[0] == proposals[1] == proposals[2]
