"""What an ask keeps for the next ones: it changes no proposal, and it is made again only when the trials change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hpo.events import TrialProposed, TrialStarted
from hpo.key import Key
from hpo.protocols import sampled
from hpo.running.recall import recalled
from hpo.samplers import RandomSampler, TPESampler
from hpo.samplers.tpe.record import Record
from hpo.storage import InMemoryStorage
from hpo.study import create_study
from hpo.trial import Trial

Objective = Callable[[Trial], list[float]]


def bowl(trial: Trial) -> list[float]:
    return [sum((trial.suggest_float(f"x{i}", -1, 1) - 0.2) ** 2 for i in range(3))]


def mixed(trial: Trial) -> list[float]:
    n, kind = trial.suggest_int("n", 1, 30), trial.suggest_categorical("kind", ["a", "b", "c"])
    return [abs(n - 11) + (kind == "b") + trial.suggest_float("x", 1e-3, 1, log=True)]


def branched(trial: Trial) -> list[float]:
    if trial.suggest_categorical("model", ["one", "other"]) == "one":
        return [trial.suggest_float("a", 0, 1) + trial.suggest_float("b", 0, 1)]
    return [(trial.suggest_float("c", 0, 1) - 0.5) ** 2 + 0.1 * trial.suggest_int("depth", 1, 3)]


def constrained(trial: Trial) -> list[float]:
    x, y = trial.suggest_float("x", -2, 2), trial.suggest_float("y", -2, 2)
    trial.set_constraint("c", 0.7 - x)
    if x + y > 2.5:
        raise ArithmeticError
    return [x * x + y * y]


def several(trial: Trial) -> list[float]:
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    return [x, (1 - x) ** 2 + y]


@pytest.mark.parametrize("n_running", [0, 3])
@pytest.mark.parametrize("objective", [bowl, mixed, branched, constrained, several])
def test_no_proposal_depends_on_what_was_asked_before(objective: Objective, n_running: int) -> None:
    storage, sampler = InMemoryStorage(), TPESampler(n_kernels=40)
    directions = ["minimize"] * (2 if objective is several else 1)
    study = create_study(storage=storage, sampler=sampler, seed=5, directions=directions)
    study.optimize(objective, n_trials=90, catch=ArithmeticError)
    running = [study.ask() for _ in range(n_running)]
    study.optimize(objective, n_trials=30, catch=ArithmeticError)
    assert len(running) == n_running
    (identity,) = storage.studies().values()
    events = storage.read(identity)
    starts = [position for position, event in enumerate(events) if isinstance(event, TrialStarted)]
    proposals = [list(event.values) for event in events if isinstance(event, TrialProposed)]
    numbers = range(len(starts))[::-7]
    histories = recalled(events, *(starts[number] for number in numbers[::-1]))[::-1]
    for _ in range(2):  # from the last one to the first one, and again
        for number, history in zip(numbers, histories, strict=True):
            assert sampled(sampler, history.space, history, Key(5, number)) == proposals[number]


def test_a_sample_is_one_object_until_it_changes() -> None:
    study = create_study(sampler=RandomSampler(), seed=2)
    study.optimize(bowl, n_trials=300)
    history, record, changes = study.history, Record.empty(9, 12, False, 1), 0
    for row in range(300):
        longer = record.advance(history.where(np.arange(300) == row))
        same = np.array_equal(record.sample.rows, longer.sample.rows)
        assert (record.sample is longer.sample) == same
        record, changes = longer, changes + (not same)
    assert 12 < changes < 100
