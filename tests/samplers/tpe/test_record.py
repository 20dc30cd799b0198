"""The record of a history: the same however it is cut into pieces, and no larger than it may be."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from hpo.history import Fold, History
from hpo.samplers import RandomSampler
from hpo.samplers.tpe.record import Record, order_of_one
from hpo.study import create_study
from hpo.trial import Trial


def objective(trial: Trial) -> float:
    x = trial.suggest_float("x", -1, 1)
    if x > 0.8:
        raise ValueError("too far")
    trial.set_constraint("c", x - 0.5)
    return round(x * x, 1)  # with equal ones


def history(n_trials: int) -> History:
    study = create_study(sampler=RandomSampler(), seed=1)
    study.optimize(objective, n_trials=n_trials, catch=(ValueError,))
    return study.history


@pytest.mark.parametrize("with_failed", [False, True])
@pytest.mark.parametrize(("n_best", "n_sample"), [(5, 8), (12, 4), (300, 300)])
def test_a_record_is_the_same_however_the_trials_are_cut_into_pieces(
    with_failed: bool, n_best: int, n_sample: int
) -> None:
    known = history(90)
    record = Record.empty(n_best, n_sample, with_failed, 1)
    at_once = record.advance(known)
    for row in range(len(known)):
        record = record.advance(known.where(np.arange(len(known)) == row))
    assert (record.size, record.seen, record.n_complete) == (at_once.size, at_once.seen, at_once.n_complete)
    np.testing.assert_array_equal(record.best, at_once.best)
    np.testing.assert_array_equal(record.keys, at_once.keys)
    for one, other in zip(astuple(record.sample), astuple(at_once.sample), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_best_come_first_and_the_sample_in_the_order_of_its_rows() -> None:
    known = history(90)
    record = known.fold(Fold("test.record", Record.empty(7, 20, True, 1), Record.advance))
    every = known.fold(Fold("test.every", Record.empty(90, 90, True, 1), Record.advance))
    assert every.sample.rows.tolist() == list(range(90))
    assert record.best.tolist() == order_of_one(every.sample.keys, every.sample.rows)[:7].tolist()
    assert record.sample.rows.tolist() == sorted(np.argsort(every.sample.hashes)[:20].tolist())
    np.testing.assert_array_equal(record.sample.keys, every.sample.keys[record.sample.rows])
