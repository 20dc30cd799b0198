"""Finite spaces: nothing is tried twice while something is left, and then trials go on with what was tried least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from zlib import crc32

import numpy as np
import pytest

import hpo
from hpo.exceptions import SearchSpaceExhausted
from hpo.samplers import ForestSampler, GPSampler, TPESampler
from hpo.study import Study
from hpo.trial import Trial

Made = Callable[..., Any]
each_sampler = pytest.mark.parametrize("made", [TPESampler, GPSampler, ForestSampler])


def flat(trial: Trial) -> float:
    return float(trial.suggest_int("n", 1, 4) + len(trial.suggest_categorical("kind", ["a", "bb"])))


def branching(trial: Trial) -> float:
    if trial.suggest_categorical("kind", ["a", "b"]) == "a":
        return float(trial.suggest_int("n", 1, 3))
    return 2.5 + trial.suggest_float("step", 0, 1, step=0.5) * trial.suggest_int("m", 1, 2)


def failing(trial: Trial) -> float:
    if trial.suggest_int("n", 1, 5) == 3:
        raise ArithmeticError
    return float(trial.params["n"])


SPACES: list[tuple[Callable[[Trial], float], int]] = [(flat, 8), (branching, 9), (failing, 5)]
each_space = pytest.mark.parametrize(("objective", "size"), SPACES)


def times(study: Study) -> Counter[str]:
    return Counter(repr(sorted(trial.params.items())) for trial in study.trials)


@each_sampler
@each_space
@pytest.mark.parametrize("n_startup_trials", [0, 3, 100])
def test_a_round_is_finished_before_the_next_one_begins(
    made: Made, objective: Callable[[Trial], float], size: int, n_startup_trials: int
) -> None:
    study = hpo.create_study(sampler=made(n_startup_trials=n_startup_trials), seed=1)
    for n_rounds in (1, 2, 3):
        study.optimize(objective, n_trials=size, catch=ArithmeticError)
        assert list(times(study).values()) == [n_rounds] * size
    assert study.verify() == []


@each_sampler
def test_the_most_promising_of_them_is_first(made: Made) -> None:
    study = hpo.create_study(sampler=made(n_startup_trials=3), seed=0)
    study.optimize(flat, n_trials=16)
    again = [trial.value or 0.0 for trial in study.trials[8:]]
    assert np.mean(again[:4]) < np.mean(again[4:])


@each_sampler
@each_space
def test_trials_that_run_side_by_side_share_what_is_left(
    made: Made, objective: Callable[[Trial], float], size: int
) -> None:
    study = hpo.create_study(sampler=made(n_startup_trials=2), seed=0)
    study.optimize(objective, n_trials=size - 2, catch=ArithmeticError)
    for _ in range(2):
        asked = study.ask(n=size if times(study).total() >= size else 2)
        for trial in asked:
            try:
                objective(trial)
            except ArithmeticError:
                study.tell(trial, state=hpo.TrialState.FAIL)
        assert set(times(study).values()) == {times(study).total() // size}


@each_sampler
def test_the_study_ends_there_for_who_wants_it(made: Made) -> None:
    study = hpo.create_study(sampler=made(n_startup_trials=3, on_exhausted="stop"), seed=0)
    study.optimize(flat)
    assert list(times(study).values()) == [1] * 8
    with pytest.raises(SearchSpaceExhausted, match="All 8 configurations"):
        study.ask()
    with pytest.raises(ValueError, match="on_exhausted must be one of"):
        made(on_exhausted="end")


@each_sampler
def test_it_is_said_once_for_each_study(made: Made, lines: list[str]) -> None:
    for seed in (2**40 + crc32(made.__name__.encode()), 2**41 + crc32(made.__name__.encode())):  # nobody else's
        before = len(lines)
        study = hpo.create_study(sampler=made(n_startup_trials=3), seed=seed)
        study.optimize(flat, n_trials=8)
        assert len(lines) == before
        study.optimize(flat, n_trials=10)
        assert study.verify() == []
        (line,) = lines[before:]
        assert "All 8 configurations of the space have been tried" in line
        assert 'on_exhausted="stop"' in line


@pytest.mark.parametrize("sampler", [TPESampler(allow_duplicates=True), GPSampler(noise_std=1.0)], ids=repr)
def test_repetition_may_be_wanted_from_the_first(sampler: Any) -> None:
    study = hpo.create_study(sampler=sampler, seed=0)
    study.optimize(flat, n_trials=24)
    assert len(times(study)) < 8 or max(times(study).values()) > min(times(study).values()) + 1
