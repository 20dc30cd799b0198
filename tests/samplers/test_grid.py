"""Grid search tries every cell once, whoever asks, and then ends."""

from __future__ import annotations

import itertools
import math
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpo
from hpo.distributions import FloatDistribution
from hpo.exceptions import SearchSpaceExhausted
from hpo.key import Key
from hpo.pruners import HyperbandPruner
from hpo.samplers import GridSampler
from hpo.samplers.permutation import Permutation
from hpo.storage import InMemoryStorage
from hpo.study import Study
from hpo.trial import Trial, TrialState

GRID: dict[str, list[Any]] = {"x": [0.1, 0.2, 0.7], "n": [1, 5], "kind": ["a", None, True, 1]}
CELLS = Counter(itertools.product(*map(lambda values: list(map(repr, values)), GRID.values())))  # noqa: C417


def objective(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    kind = trial.suggest_categorical("kind", ["a", 1, None, True])
    return x * trial.suggest_int("n", 1, 9) + float(kind == "a")


def tried(study: Study) -> Counter[tuple[str, ...]]:
    return Counter(tuple(repr(trial.params[name]) for name in GRID) for trial in study.trials)


@given(st.integers(0, 2**63))
@settings(max_examples=10)
def test_every_cell_is_tried_once_in_the_order_of_the_seed(seed: int) -> None:
    study = hpo.create_study(sampler=GridSampler(GRID), seed=seed)
    study.optimize(objective)
    assert tried(study) == CELLS
    other = hpo.create_study(sampler=GridSampler(GRID), seed=seed + 1)
    other.optimize(objective)
    assert [t.params for t in other.trials] != [t.params for t in study.trials]


@pytest.mark.parametrize("reproducible", [False, True])
@pytest.mark.parametrize("n_jobs", [2, 7])
def test_threads_share_the_grid(n_jobs: int, reproducible: bool) -> None:
    study = hpo.create_study(sampler=GridSampler(GRID, seed=0))
    study.optimize(objective, n_jobs=n_jobs, reproducible=reproducible)
    assert tried(study) == CELLS
    assert study.verify() == []


@given(st.lists(st.integers(0, 3), max_size=60))
@settings(max_examples=25)
def test_two_workers_share_the_grid(schedule: list[int]) -> None:
    """Asks and tells of two studies over one storage, interleaved in any way."""
    storage = InMemoryStorage()
    hpo.create_study(study_name="s", storage=storage, seed=0)
    workers = [hpo.load_study(study_name="s", storage=storage, sampler=GridSampler(GRID)) for _ in range(2)]
    under_way: list[list[Trial]] = [[], []]

    def turn(worker: int) -> None:
        try:
            trial = workers[worker].ask()
        except SearchSpaceExhausted:
            return
        objective(trial)
        under_way[worker].append(trial)

    for choice in schedule:
        worker, tells = divmod(choice, 2)
        if not tells:
            turn(worker)
        elif under_way[worker]:
            workers[worker].tell(under_way[worker].pop(), 0.0)
    for worker in (0, 1):
        for trial in under_way[worker]:
            workers[worker].tell(trial, 0.0)
    workers[0].optimize(objective)
    assert tried(workers[1]) == CELLS


@pytest.mark.parametrize("queued", list(itertools.product(*GRID.values()))[::5], ids=repr)
def test_trials_that_begin_before_anything_is_known_share_the_grid(queued: tuple[Any, ...]) -> None:
    study = hpo.create_study(sampler=GridSampler(GRID, seed=0))
    study.enqueue_trial(dict(zip(GRID, queued, strict=True)))
    for trial in study.ask(n=CELLS.total()):
        objective(trial)
        study.tell(trial, 0.0)
    assert tried(study) == CELLS


def test_enqueued_and_added_trials_claim_their_cells() -> None:
    study = hpo.create_study(sampler=GridSampler(GRID, seed=0))
    study.enqueue_trial({"x": 0.2, "n": 5, "kind": None})
    study.add_trial(
        hpo.create_trial(
            params={"x": 0.7, "n": 1, "kind": True},
            distributions={
                "x": FloatDistribution(0, 1),
                "n": hpo.distributions.IntDistribution(1, 9),
                "kind": hpo.distributions.CategoricalDistribution(["a", 1, None, True]),
            },
            value=0.0,
        )
    )
    study.enqueue_trial({"n": 1})
    study.optimize(objective)
    assert tried(study) == CELLS


def test_what_lies_outside_of_the_grid_claims_no_cell() -> None:
    study = hpo.create_study(sampler=GridSampler({"x": [0.1, 0.2, 0.7]}, seed=0))
    study.enqueue_trial({"x": 0.5})
    study.add_trial(hpo.create_trial(params={"x": 0.6}, distributions={"x": FloatDistribution(0, 1)}, value=0.0))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1))
    assert sorted(trial.params["x"] for trial in study.trials) == [0.1, 0.2, 0.5, 0.6, 0.7]


def test_what_lies_partly_outside_claims_no_cell_either() -> None:
    study = hpo.create_study(sampler=GridSampler(GRID, seed=0))
    study.enqueue_trial({"x": 0.5})
    study.enqueue_trial({"n": 9, "kind": "a"})
    study.optimize(objective)
    assert tried(study) - CELLS == Counter(tuple(repr(t.params[name]) for name in GRID) for t in study.trials[:2])
    assert CELLS - tried(study) == Counter()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("log", [False, True])
def test_numbers_need_not_be_round(scale: float, log: bool) -> None:
    values = (np.linspace(0.1, 1, 7) * scale / 3).tolist()
    study = hpo.create_study(sampler=GridSampler({"x": values, "n": [1, 2]}, seed=0))
    study.optimize(lambda t: t.suggest_float("x", 1e-3 * scale, 9 * scale, log=log) + t.suggest_int("n", 1, 2))
    assert len(study.trials) == 14
    for n in (1, 2):
        assert sorted(t.params["x"] for t in study.trials if t.params["n"] == n) == pytest.approx(values)


def test_a_parameter_that_is_not_asked_for_has_been_tried_at_all_of_its_values() -> None:
    def conditional(trial: Trial) -> float:
        if trial.suggest_categorical("kind", ["a", 1, None, True]) == "a":
            return trial.suggest_float("x", 0, 1)
        return float(trial.suggest_int("n", 1, 9))

    for seed in range(5):
        study = hpo.create_study(sampler=GridSampler(GRID, seed=seed))
        study.optimize(conditional)
        expected = {repr({"kind": "a", "x": x}) for x in GRID["x"]}
        expected |= {repr({"kind": kind, "n": n}) for kind in (None, True, 1) for n in GRID["n"]}
        assert {repr(trial.params) for trial in study.trials} == expected
        assert len(study.trials) == len(expected)


def test_a_parameter_that_is_never_asked_for_does_not_multiply_the_trials() -> None:
    study = hpo.create_study(sampler=GridSampler({"x": [0.1, 0.2], "ghost": list(range(1000))}, seed=0))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1))
    assert sorted(trial.params["x"] for trial in study.trials) == [0.1, 0.2]


@pytest.mark.parametrize("n_asked", [0, 1, 3])
@pytest.mark.parametrize("n_queued", [0, 3])
@pytest.mark.parametrize("n_jobs", [1, 3])
def test_failing_objectives_end_too(n_asked: int, n_queued: int, n_jobs: int) -> None:
    """Whether they fail before, between or after their parameters, and whatever was tried before."""
    study = hpo.create_study(sampler=GridSampler(GRID, seed=0))
    for n, kind in itertools.islice(itertools.product(GRID["n"], GRID["kind"]), n_queued):
        study.enqueue_trial({"x": 0.1, "n": n, "kind": kind})
    study.optimize(objective, n_trials=n_queued)

    def failing(trial: Trial) -> float:
        assert trial.number < 200, "this does not end"
        asks: list[Callable[[], object]] = [
            lambda: trial.suggest_float("x", 0, 1),
            lambda: trial.suggest_int("n", 1, 9),
            lambda: trial.suggest_categorical("kind", ["a", 1, None, True]),
        ]
        for ask in asks[:n_asked]:
            ask()
        raise ArithmeticError

    study.optimize(failing, catch=ArithmeticError, n_jobs=n_jobs)
    assert n_queued < len(study.trials) <= 200
    if n_jobs == 1:
        assert len(study.trials) == len(CELLS)


def test_a_resumed_grid_goes_on_where_it_was() -> None:
    storage = InMemoryStorage()
    hpo.create_study(study_name="s", storage=storage, sampler=GridSampler(GRID), seed=3).optimize(objective, n_trials=7)
    resumed = hpo.load_study(study_name="s", storage=storage, sampler=GridSampler(GRID))
    resumed.optimize(objective)
    whole = hpo.create_study(sampler=GridSampler(GRID), seed=3)
    whole.optimize(objective)
    assert [t.params for t in resumed.trials] == [t.params for t in whole.trials]


def test_a_huge_grid_costs_nothing() -> None:
    sampler = GridSampler({f"p{i}": list(range(10)) for i in range(12)}, seed=0)
    assert sampler.n_cells == 10**12
    study = hpo.create_study(sampler=sampler)
    study.optimize(lambda trial: sum(trial.suggest_int(f"p{i}", 0, 9) for i in range(12)), n_trials=30)
    assert len({tuple(trial.params.values()) for trial in study.trials}) == 30


def test_beyond_the_last_cell_ask_raises_and_optimize_ends() -> None:
    study = hpo.create_study(sampler=GridSampler({"x": [0.5]}))
    assert not study.sampler.is_exhausted(study)  # type: ignore[attr-defined]
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1))
    assert study.sampler.is_exhausted(study)  # type: ignore[attr-defined]
    with pytest.raises(SearchSpaceExhausted, match="All 1 cells"):
        study.ask()
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1))
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE]


def test_a_value_outside_of_the_range_or_between_steps_is_tried_all_the_same_after_one_warning() -> None:
    grid = {"x": [0.5, 2.0, 3.0], "step": [0.1, 0.25]}

    def outside(trial: Trial) -> float:
        return trial.suggest_float("x", 0, 1) + trial.suggest_float("step", 0, 1, step=0.1)

    study = hpo.create_study(sampler=GridSampler(grid, seed=0))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        study.optimize(outside)
    assert sorted((t.params["x"], t.params["step"]) for t in study.trials) == sorted(itertools.product(*grid.values()))
    assert len(said) == 2
    assert {warning.filename for warning in said} == {__file__}
    assert any("'x' the value 2.0, which does not lie in" in str(w.message) or "3.0" in str(w.message) for w in said)
    assert study.verify() == []


@pytest.mark.filterwarnings("ignore:.*does not lie in")
def test_threads_share_what_lies_outside_too() -> None:
    for seed in range(5):
        study = hpo.create_study(sampler=GridSampler({"x": [0.5, 2.0, 3.0, 4.0], "n": [1, 2, 3]}, seed=seed))
        study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 1, 3), n_jobs=4)
        assert len({repr(t.params) for t in study.trials}) == len(study.trials) == 12


@pytest.mark.parametrize(
    ("value", "ask"),
    [
        ("b", lambda trial: trial.suggest_float("x", 0, 1)),
        (None, lambda trial: trial.suggest_float("x", 0, 1)),
        (0.5, lambda trial: trial.suggest_int("x", 0, 1)),
        ("c", lambda trial: trial.suggest_categorical("x", ["a", "b"])),
    ],
)
def test_a_value_of_another_kind_is_an_error_that_names_it(value: Any, ask: Callable[[Trial], Any]) -> None:
    study = hpo.create_study(sampler=GridSampler({"x": [value]}))
    with pytest.raises(ValueError, match=f"value {value!r} of 'x' cannot be one of"):
        study.optimize(ask, n_trials=3)


def test_a_parameter_that_is_not_in_the_grid_is_an_error_that_names_the_nearest() -> None:
    study = hpo.create_study(sampler=GridSampler({"learning_rate": [0.1, 0.2], "depth": [1, 2]}))
    with pytest.raises(ValueError, match=r"'learning_rat', which is not in the grid .* did you mean 'learning_rate'\?"):
        study.optimize(lambda trial: trial.suggest_float("learning_rat", 0, 1))
    with pytest.raises(ValueError, match="'width', which is not in the grid of .*'depth'.: give it"):
        study.optimize(lambda trial: trial.suggest_float("width", 0, 1))
    assert len(study.trials) == 2


def test_what_was_queued_or_has_one_value_need_not_be_in_the_grid() -> None:
    study = hpo.create_study(sampler=GridSampler({"x": [0.1, 0.2]}, seed=0))
    study.enqueue_trial({"other": 0.3, "x": 0.2})
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + (t.suggest_float("other", 0, 1) if t.number == 0 else 0))
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("only", 3, 3))
    assert sorted(trial.params["x"] for trial in study.trials) == [0.1, 0.2]


def test_what_is_queued_after_the_last_cell_is_tried() -> None:
    study = hpo.create_study(sampler=GridSampler({"x": [0.1, 0.2], "n": [1, 2]}, seed=0))
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 1, 2))
    study.enqueue_trial({"x": 0.7})
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 1, 2))
    assert len(study.trials) == 5
    assert study.trials[4].params["x"] == 0.7


def test_brackets_do_not_divide_the_grid() -> None:
    def objective(trial: Trial) -> float:
        for step in range(9):
            trial.report(trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 1, 3), step)
            if trial.should_prune():
                raise hpo.TrialPruned
        return 0.0

    sampler = GridSampler({"x": [0.1, 0.2, 0.3], "n": [1, 2, 3]}, seed=0)
    study = hpo.create_study(sampler=sampler, pruner=HyperbandPruner(max_resource=9))
    study.optimize(objective)
    assert len({repr(trial.params) for trial in study.trials}) == len(study.trials) == 9
    assert study.verify() == []


def test_equal_values_are_one_and_samplers_are_values() -> None:
    assert GridSampler({"x": [1, 1, 1.0, True]}).n_cells == 3
    assert GridSampler(GRID) == GridSampler(dict(GRID)) != GridSampler({"x": [1]})
    assert hash(GridSampler(GRID)) == hash(GridSampler(dict(GRID)))
    assert GridSampler({"x": [1]}) != GridSampler({"x": [True]})


@pytest.mark.parametrize("space", [{}, {"x": []}, {"x": [1], "y": []}], ids=repr)
def test_an_empty_grid_is_an_error(space: dict[str, list[Any]]) -> None:
    with pytest.raises(ValueError, match="at least one value"):
        GridSampler(space)


def test_permutations_of_every_size_are_bijections() -> None:
    for size in range(1, 201):
        order = Permutation(size, Key(0))
        assert sorted(order[i] for i in range(size)) == list(range(size))
    for index in (-1, 200):
        with pytest.raises(IndexError):
            order[index]
    assert 0 <= Permutation(2**100, Key(0))[2**99] < 2**100


def test_all_permutations_of_a_few_occur_about_equally_often() -> None:
    counts = Counter(tuple(Permutation(4, Key(seed))[i] for i in range(4)) for seed in range(4800))
    assert len(counts) == math.factorial(4)
    assert max(counts.values()) < 2 * min(counts.values())


def test_a_name_that_the_objective_never_asks_for_is_told_at_the_end(lines: list[str]) -> None:
    study = hpo.create_study(sampler=GridSampler({"width": [0.1, 0.2], "depht": [1, 2]}), seed=123)
    study.optimize(lambda trial: trial.suggest_float("width", 0, 1), n_trials=9)
    branching = hpo.create_study(sampler=GridSampler({"x": [0.1, 0.2], "n": [1, 2]}), seed=124)
    branching.optimize(lambda t: t.suggest_float("x", 0, 1) if t.number else t.suggest_int("n", 1, 2), n_trials=9)
    (said,) = [line for line in lines if "never asked" in line]
    assert "seed 123" in said
    assert "'depht'" in said
    assert len(study.trials) == 2
