"""Beliefs give way to trials that contradict them, and change nothing but how wide they are."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

import hpo
from hpo.distributions import NormalDistribution
from hpo.key import Key
from hpo.protocols import Sampler
from hpo.samplers import GPSampler, RandomSampler, TPESampler
from hpo.samplers.model.belief import doubted, neutral, recoded, understood, unsure
from hpo.study import Study
from hpo.trial import Trial

STARTS: tuple[Literal["random", "stratified", "sobol"], ...] = ("random", "stratified", "sobol")
KEYS = [Key(0, number) for number in range(12)]


def believing(trial: Trial) -> float:
    x = trial.suggest_normal("x", 0.0, 1.0, low=-10.0, high=10.0)
    y = trial.suggest_normal("y", 1.0, 0.5, log=True)
    trial.suggest_categorical("kind", ["a", "b"])
    trial.suggest_int("n", 0, 9)
    return (x - 1.0) ** 2 + (y - 3.0) ** 2


def studied(n: int, *, sign: float = 1.0) -> Study:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: sign * believing(trial), n_trials=n)
    return study


def widths(study: Study, name: str) -> list[float]:
    """How wide trials take a belief, in units of what was suggested."""
    history = study.history
    out = []
    for key in KEYS:
        belief = doubted(history, key).space[name]
        suggested = history.space[name]
        assert isinstance(belief, NormalDistribution)
        assert isinstance(suggested, NormalDistribution)
        out.append(belief.std / suggested.std)
    return out


def test_a_history_without_beliefs_is_itself() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_categorical("k", [1, 2], weights=[1, 3]), 30)
    history = study.history
    assert all(doubted(history, key) is history for key in KEYS)
    assert neutral(history) is history


def test_beliefs_widen_with_the_trials_and_are_never_narrower() -> None:
    few, many = widths(studied(10), "y"), widths(studied(200), "y")
    assert min(few) >= 1.0
    assert all(one <= other for one, other in zip(few, many, strict=True))
    assert min(many) > min(few)


def test_what_the_good_trials_contradict_widens_more() -> None:
    right, wrong = widths(studied(40), "x"), widths(studied(40, sign=-1.0), "x")
    assert min(wrong) > min(right)


@pytest.mark.parametrize("sigmas", [3.0, 5.0, 9.0])
def test_where_a_belief_is_contradicted_there_is_as_much_room_as_at_its_mean(sigmas: float) -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    for x in sigmas + np.linspace(-0.2, 0.2, 20):
        study.enqueue_trial({"x": float(x)})
    study.optimize(lambda trial: trial.suggest_normal("x", 0.0, 1.0, low=-10.0, high=10.0), n_trials=20)
    for key in KEYS:
        belief = doubted(study.history, key).space["x"]
        ends = belief.encode(np.array([-0.1, 0.1, sigmas - 0.1, sigmas + 0.1]))
        assert (ends[1] - ends[0]) / (ends[3] - ends[2]) < 1.25


@pytest.mark.parametrize("sigmas", [3.0, 9.0, 40.0])
def test_a_belief_that_is_contradicted_becomes_no_wider_than_it_needs_to(sigmas: float) -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    for x in sigmas + np.linspace(-0.2, 0.2, 20):
        study.enqueue_trial({"x": float(x)})
    study.optimize(lambda trial: trial.suggest_normal("x", 0.0, 1.0), n_trials=20)
    assert min(widths(study, "x")) <= 2.01 * sigmas


@pytest.mark.parametrize(
    ("sampler", "every"),
    [*((TPESampler(startup=s, n_startup_trials=11), 2) for s in STARTS), (GPSampler(n_startup_trials=11), 5)],
    ids=repr,
)
def test_before_there_is_a_model_all_but_one_trial_in_so_many_look_far_out(sampler: Sampler, every: int) -> None:
    believed, far = [], []
    for seed in range(8):
        study = hpo.create_study(sampler=sampler, seed=seed)
        study.optimize(lambda trial: trial.suggest_normal("x", 0.0, 1.0) + trial.suggest_float("y", 0.0, 1.0), 11)
        values = [abs(trial.params["x"]) for trial in study.trials]
        believed += values[every::every]  # the first trial is in the middle
        far += [value for number, value in enumerate(values) if number % every]
        assert study.verify() == []
    assert 0.3 < np.median(believed) < 1.2
    assert 2.0 < np.median(far) < 8.0


def test_a_space_without_beliefs_is_never_in_doubt() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_categorical("k", [1, 2], weights=[1, 3]), 1)
    space = study.history.space
    assert all(unsure(space, key, every=2) is space for key in KEYS)
    assert recoded(row := space.uniform(KEYS[0]), space, space) is row


def test_some_trials_look_far_out_whatever_the_others_say() -> None:
    taken = widths(studied(20), "x")
    assert 0 < sum(width > 5.0 for width in taken) < len(taken)


@pytest.mark.parametrize("n", [10, 100, 600])
def test_an_axis_is_as_wide_as_any_trial_takes_a_belief(n: int) -> None:
    for sign in (1.0, -1.0):
        study = studied(n, sign=sign)
        for name in ("x", "y"):
            axis, suggested = neutral(study.history).space[name], study.history.space[name]
            assert isinstance(axis, NormalDistribution)
            assert isinstance(suggested, NormalDistribution)
            assert axis.std / suggested.std == pytest.approx(max(widths(study, name)))


def test_a_row_keeps_its_values_in_the_other_space() -> None:
    history = studied(50).history
    doubting = next(one for key in KEYS if (one := doubted(history, key)) is not history)
    model = understood(history.space, history, doubting)
    for key in KEYS:
        row = model.uniform(key)
        back = recoded(row, model, history.space)
        believed, taken = history.space.decode(back), model.decode(row)
        assert {n: believed[n] for n in ("kind", "n")} == {n: taken[n] for n in ("kind", "n")}
        for name in ("x", "y"):
            assert believed[name] == pytest.approx(taken[name], rel=1e-6, abs=1e-6)
    open_row = np.full(len(model), np.nan)
    assert np.isnan(recoded(open_row, model, history.space)).all()


@pytest.mark.parametrize("sampler", [TPESampler(), GPSampler()], ids=repr)
def test_a_wrong_belief_is_overcome(sampler: Sampler) -> None:
    for seed in range(3):
        study = hpo.create_study(sampler=sampler, seed=seed)
        study.optimize(
            lambda t: sum((t.suggest_normal(f"x{i}", 0.0, 1.0, low=-10.0, high=10.0) - 6.0) ** 2 for i in range(2)), 50
        )
        assert study.best_value < 0.3
        assert study.verify() == []


def test_a_gaussian_process_looks_where_users_believe_as_long_as_nothing_speaks_against_it() -> None:
    values = []
    for seed in range(12):
        study = hpo.create_study(sampler=GPSampler(), seed=seed)
        for x in np.linspace(-0.9, 0.9, 10):
            study.enqueue_trial({"x": float(x)})
        study.optimize(lambda trial: 0.0 * trial.suggest_normal("x", 0.0, 1.0) + trial.suggest_float("y", 0.0, 1.0), 11)
        values.append(abs(study.trials[-1].params["x"]))
    assert np.mean(np.array(values) < 3.0) > 0.4
