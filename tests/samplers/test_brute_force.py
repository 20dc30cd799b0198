"""Brute force tries everything that an objective can ask for, once, whatever that depends on, and then ends."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpo
from hpo.distributions import BaseDistribution, FloatDistribution, IntDistribution
from hpo.exceptions import SearchSpaceExhausted
from hpo.pruners import HyperbandPruner
from hpo.samplers import BruteForceSampler
from hpo.storage import InMemoryStorage
from hpo.study import Study
from hpo.trial import Trial


def flat(trial: Trial) -> float:
    return trial.suggest_int("n", 1, 4) + trial.suggest_float("step", 0, 0.3, step=0.1)


def branching(trial: Trial) -> float:
    kind = trial.suggest_categorical("kind", ["a", "b", "c"])
    if kind == "a":
        return float(trial.suggest_int("n", 1, 3))
    if kind == "b":
        return float(trial.suggest_int("m", 0, 4, step=2) * trial.suggest_categorical("flag", [True, 1]))
    return 0.0


def triangle(trial: Trial) -> float:
    """Ranges that depend on what was chosen before, and one name at two places."""
    k = trial.suggest_int("k", 1, 3)
    if trial.suggest_categorical("up", [True, False]):
        return float(trial.suggest_int("n", 0, k))
    return float(trial.suggest_int("n", 5, 5 + k) - trial.suggest_int("last", 0, 1))


SPACES: list[tuple[Callable[[Trial], float], int]] = [(flat, 16), (branching, 10), (triangle, 9 + 2 * 9)]
each_space = pytest.mark.parametrize(("objective", "size"), SPACES)


def tried(study: Study) -> Counter[str]:
    return Counter(repr(trial.params) for trial in study.trials)


@each_space
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_everything_is_tried_once(objective: Callable[[Trial], float], size: int, strict: bool, seed: int) -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=seed, avoid_premature_stop=strict))
    study.optimize(objective, n_trials=1000)
    assert sorted(tried(study).values()) == [1] * size
    assert study.verify() == []
    with pytest.raises(SearchSpaceExhausted, match="All configurations"):
        study.ask()


@each_space
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("reproducible", [False, True])
def test_threads_leave_nothing_out(
    objective: Callable[[Trial], float], size: int, strict: bool, reproducible: bool
) -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0, avoid_premature_stop=strict))
    study.optimize(objective, n_trials=1000, n_jobs=3, reproducible=reproducible, lag=3 if reproducible else None)
    assert len(tried(study)) == size
    assert tried(study).total() <= size + 12
    assert study.verify() == []


@given(st.lists(st.integers(0, 3), max_size=80))
@settings(max_examples=20)
def test_two_workers_share_the_tree(schedule: list[int]) -> None:
    storage = InMemoryStorage()
    hpo.create_study(study_name="s", storage=storage, seed=0)
    workers = [hpo.load_study(study_name="s", storage=storage, sampler=BruteForceSampler()) for _ in range(2)]
    under_way: list[list[Trial]] = [[], []]
    for choice in schedule:
        worker, tells = divmod(choice, 2)
        if tells and under_way[worker]:
            workers[worker].tell(under_way[worker].pop(), 0.0)
        elif not tells:
            try:
                trial = workers[worker].ask()
            except SearchSpaceExhausted:
                continue
            triangle(trial)
            under_way[worker].append(trial)
    for worker in (0, 1):
        for trial in under_way[worker]:
            workers[worker].tell(trial, 0.0)
    workers[0].optimize(triangle, n_trials=1000)
    assert len(tried(workers[1])) == 27
    assert workers[0].verify() == []


def test_trials_that_begin_together_take_different_first_values() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    assert {trial.suggest_int("n", 1, 6) for trial in study.ask(n=6)} == {1, 2, 3, 4, 5, 6}


def test_enqueued_added_and_failed_trials_count() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    study.enqueue_trial({"n": 2, "step": 0.1})
    study.add_trial(
        hpo.create_trial(
            params={"n": 3, "step": 0.2},
            distributions={"n": IntDistribution(1, 4), "step": FloatDistribution(0, 0.3, step=0.1)},
            value=0.0,
        )
    )

    def failing(trial: Trial) -> float:
        if flat(trial) > 4:
            raise ArithmeticError
        return 0.0

    study.optimize(failing, n_trials=1000, catch=ArithmeticError)
    assert sorted(tried(study).values()) == [1] * 16


@pytest.mark.parametrize("n_asked", [0, 1, 2])
def test_failing_objectives_end_too(n_asked: int) -> None:
    def failing(trial: Trial) -> float:
        asks = [lambda: trial.suggest_int("n", 1, 3), lambda: trial.suggest_categorical("c", ["a", "b"])]
        for ask in asks[:n_asked]:
            ask()  # type: ignore[no-untyped-call]
        raise ArithmeticError

    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    study.optimize(failing, n_trials=1000, catch=ArithmeticError)
    assert len(study.trials) == (1, 3, 6)[n_asked]


def test_a_range_that_grows_has_more_to_try() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    study.optimize(lambda trial: float(trial.suggest_int("n", 1, 3)), n_trials=1000)
    trial = hpo.create_trial(params={"n": 5}, distributions={"n": IntDistribution(1, 5)}, value=0.0)
    study.add_trial(trial)
    study.optimize(lambda trial: float(trial.suggest_int("n", 1, 5)), n_trials=1000)
    assert tried(study) == Counter(repr({"n": n}) for n in range(1, 6))


def test_choices_without_probability_and_repeated_ones_are_no_choices() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    study.optimize(
        lambda t: len(
            t.suggest_categorical("c", ["a", "b", "a"]) + t.suggest_categorical("d", ["x", "y"], weights=[0, 1])
        )
    )
    assert tried(study) == Counter([repr({"c": "a", "d": "y"}), repr({"c": "b", "d": "y"})])


def test_what_has_no_end_is_refused_in_a_sentence() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    with pytest.raises(ValueError, match="'x' has no end of them .* give it a step"):
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)


def test_a_huge_space_costs_nothing() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    study.optimize(lambda trial: sum(trial.suggest_int(f"n{i}", 0, 10**9) for i in range(4)), n_trials=20)
    assert len(tried(study)) == 20


def test_a_resumed_search_goes_on_where_it_was() -> None:
    storage = InMemoryStorage()
    for n_trials in (7, 5, 1000):
        study = hpo.create_study(
            study_name="s", storage=storage, sampler=BruteForceSampler(), seed=3, load_if_exists=True
        )
        study.optimize(triangle, n_trials=n_trials)
    whole = hpo.create_study(sampler=BruteForceSampler(), seed=3)
    whole.optimize(triangle)
    assert [t.params for t in study.trials] == [t.params for t in whole.trials]


def test_brackets_do_not_divide_the_tree() -> None:
    def objective(trial: Trial) -> float:
        for step in range(4):
            trial.report(trial.suggest_int("n", 1, 9), step)
        return 0.0

    study = hpo.create_study(
        sampler=BruteForceSampler(seed=0), pruner=HyperbandPruner(max_resource=4, reduction_factor=2)
    )
    study.optimize(objective, n_trials=1000)
    assert sorted(t.params["n"] for t in study.trials) == list(range(1, 10))
    assert list(itertools.chain(study.verify())) == []


def test_another_objective_is_refused_rather_than_tried_for_ever() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    study.optimize(lambda trial: float(trial.suggest_int("n", 1, 3)), n_trials=2)
    with pytest.raises(ValueError, match="asked for 'n', and this one for 'm'"):
        study.optimize(lambda trial: float(trial.suggest_int("m", 1, 3)))
    assert study.verify() == []


def test_another_order_of_the_same_parameters_is_the_same_objective() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    study.add_trial(
        hpo.create_trial(
            params={"b": 1, "a": 1},
            distributions={"b": IntDistribution(1, 2), "a": IntDistribution(1, 2)},
            value=0.0,
        )
    )
    study.optimize(lambda trial: trial.suggest_int("a", 1, 2) + trial.suggest_int("b", 1, 2), n_trials=50)
    assert len(study.trials) == 4


def test_what_an_objective_no_longer_asks_for_is_not_waited_for() -> None:
    study = hpo.create_study(sampler=BruteForceSampler(seed=0))
    space: dict[str, BaseDistribution] = {"a": IntDistribution(1, 2), "b": IntDistribution(1, 9)}
    study.add_trial(hpo.create_trial(params={"a": 1, "b": 1}, distributions=space, value=0.0))
    study.optimize(lambda trial: float(trial.suggest_int("a", 1, 2)), n_trials=50)
    assert [trial.params["a"] for trial in study.trials[1:]] in ([1, 2], [2, 1])
