"""How spaces part, and what is learned of the parts."""

from __future__ import annotations

import numpy as np

import hpo
from hpo.samplers import GPSampler, RandomSampler
from hpo.samplers.gp.arms import Arms
from hpo.samplers.gp.surrogate import Surrogates
from hpo.trial import Trial


def branching(trial: Trial) -> float:
    shared = trial.suggest_float("shared", 0, 1)
    model = trial.suggest_categorical("model", ["one", "two", "none"])
    if model == "one":
        return shared + trial.suggest_float("a", 0, 1) + trial.suggest_float("b", 0, 1)
    if model == "two":
        n: float = trial.suggest_float("n", 0, 9)
        return 3.0 + shared * n
    return 1.0 + 0.1 * shared


def flat(trial: Trial) -> float:
    idle: str = trial.suggest_categorical("idle", ["u", "v"])
    offset: str = trial.suggest_categorical("offset", ["u", "v", "w"])
    return float("uvw".index(offset)) + 0.1 * trial.suggest_float("x", 0, 1) + 0.01 * (idle == "u")


def numbers(trial: Trial) -> float:
    return trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 0, 3)


def learned(objective: hpo.Objective, n: int = 30) -> tuple[Arms | None, hpo.Study, Surrogates]:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(objective, n_trials=n)
    state = Surrogates.of(study.history, study.history.space, GPSampler().modelling)
    return state.arms, study, state


def test_a_space_parts_by_what_decides_on_other_parameters() -> None:
    arms, study, _ = learned(branching)
    assert arms is not None
    assert study.history.space.names[arms.column] == "model"
    scales = {value: arm.part.n_scales for value, arm in arms.arms.items()}
    assert scales == {0: 3, 1: 2, 2: 1}  # with what is shared


def test_where_nothing_branches_the_choice_that_tells_the_most_parts() -> None:
    arms, study, _ = learned(flat)
    assert arms is not None
    assert study.history.space.names[arms.column] == "offset"
    assert set(arms.arms) == {0, 1, 2}


def test_numbers_alone_do_not_part() -> None:
    assert learned(numbers)[0] is None


def test_every_trial_is_in_the_arm_of_its_value() -> None:
    for objective in (branching, flat):
        arms, _, state = learned(objective)
        assert arms is not None
        features = arms.embedding.features(state.seen.points, state.seen.active)
        np.testing.assert_array_equal(arms.at(features), state.seen.points[:, arms.column])


def test_an_arm_learns_from_its_own_trials_alone() -> None:
    _, study, state = learned(branching)
    space, how = study.history.space, GPSampler().modelling
    more = hpo.create_study(sampler=RandomSampler(), seed=0)
    more.optimize(branching, n_trials=30)
    more.enqueue_trial({"shared": 0.5, "model": "two", "n": 7})
    more.optimize(lambda trial: branching(trial) - 100.0, n_trials=1)
    after = Surrogates.of(more.history, space, how)
    assert state.arms is not None
    assert after.arms is not None
    one, other = state.arms.arms, after.arms.arms
    same = {value: np.array_equal(one[value].hyper.scales, other[value].hyper.scales) for value in range(3)}
    assert same == {0: True, 1: False, 2: True}
