"""What is still to come of a study: told by the limits of the runs that go on, and by the pace of their trials."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.events import (
    ASKED,
    AttributeSet,
    Event,
    RunLimits,
    StudyCreated,
    StudyDirection,
    TrialFinished,
    TrialStarted,
    TrialState,
)
from hpo.log.ledger import Ledger
from hpo.protocols import Storage
from hpo.reading.expected import Expected, expected, outlook
from hpo.reading.snapshot import Snapshot
from hpo.samplers import RandomSampler
from hpo.storage import InMemoryStorage, RDBStorage, RemoteStorage, serve

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED)


def snapshot(events: Sequence[Event]) -> Snapshot:
    ledger = Ledger()
    ledger.apply([StudyCreated("s", (StudyDirection.MINIMIZE,), 0, 0.0, "identity"), *events])
    return Snapshot(ledger, {})


def run(limits: RunLimits, n: int, *, begin: float = 100.0, first: int = 0, worker: str | None = None) -> list[Event]:
    """A run after n trials of two seconds each, with another one running."""
    events: list[Event] = []
    for k in range(n + 1):
        events.append(TrialStarted(begin + 2.0 * k, worker=worker, run=None if k else limits))
        if k < n:
            events.append(TrialFinished(first + k, TrialState.COMPLETE, begin + 2.0 * (k + 1), (1.0,)))
    return events


@pytest.mark.parametrize("n", [1, 7, 120])
def test_the_trials_that_are_left_end_at_the_pace_of_those_before(n: int) -> None:
    begun, limit = 100.0 + 2.0 * n, n + 30
    limits: tuple[RunLimits, ...] = (
        RunLimits(limit),
        RunLimits(None, None, ((limit, FINISHED),)),
        RunLimits(limit + 5, None, ((limit, FINISHED),)),
        RunLimits(limit, None, ((limit + 5, (TrialState.COMPLETE,)),)),
        RunLimits(None, None, ((limit, tuple(TrialState)[1:]), (limit + 9, FINISHED))),
        RunLimits(limit, begun + 60.0),
        RunLimits(limit + 5, begun + 60.0),
        RunLimits(None, begun + 60.0),
        RunLimits(limit, math.inf),
    )
    for one in limits:
        assert expected(snapshot(run(one, n)), begun + 1.0) == Expected(30, begun + 60.0), one


def test_before_a_trial_has_ended_nothing_is_known_of_the_pace() -> None:
    assert expected(snapshot(run(RunLimits(9), 0)), 105.0) == Expected(9, None)
    assert expected(snapshot(run(RunLimits(9, 160.0), 0)), 1e9) == Expected(9, None)
    assert expected(snapshot(run(RunLimits(None, 160.0), 0)), 105.0) == Expected(None, 160.0)


def test_a_run_that_goes_on_begins_with_the_pace_of_the_study() -> None:
    before = [event for k in range(5) for event in (TrialStarted(k), TrialFinished(k, TrialState.FAIL, k + 3.0))]
    assert expected(snapshot([*before, *run(RunLimits(10), 0, first=5)]), 101.0) == Expected(10, 130.0)


def test_what_lies_in_the_past_is_not_promised() -> None:
    study = snapshot(run(RunLimits(5), 4))
    assert expected(study, 110.0) == Expected(1, 110.0)
    assert expected(study, 110.5) == Expected(1, None)
    assert expected(study, 708.0) == Expected(1, None)
    assert expected(study, 709.0) is None  # ten minutes without news, where a trial takes two seconds


def test_nothing_is_expected_unless_a_run_with_limits_goes_on() -> None:
    still = TrialFinished(3, TrialState.COMPLETE, 108.0, (1.0,))
    for limits in (RunLimits(9), RunLimits(None, 1e9), RunLimits(None, None, ((9, FINISHED),))):
        assert expected(snapshot(run(limits, 3)), 107.0) is not None
        assert expected(snapshot([*run(limits, 3), still]), 107.0) is None
    for limits in (RunLimits(), RunLimits(None, math.inf)):
        assert expected(snapshot(run(limits, 3)), 107.0) is None
    old = [event._replace(run=None) if isinstance(event, TrialStarted) else event for event in run(RunLimits(9), 3)]
    assert expected(snapshot(old), 107.0) is None
    asked = AttributeSet(ASKED, {"space": "", "parameters": {}}, 4, system=True)
    by_hand = TrialStarted(109.0)
    assert expected(snapshot([*run(RunLimits(9), 3), still, by_hand]), 109.0) is not None  # nobody can tell
    assert expected(snapshot([*run(RunLimits(9), 3), still, by_hand, asked]), 109.0) is None


def test_several_runs_are_counted_together() -> None:
    a, b = "far/1//", "far/2//"
    first = run(RunLimits(10), 2, worker=a)
    both = [*first, *run(RunLimits(20), 3, begin=106.0, first=3, worker=b)]
    found = expected(snapshot(both), 112.5)
    assert found is not None
    assert found.trials == (10 - 2) + (20 - 3)
    shared = ((12, FINISHED),)
    both = [
        *run(RunLimits(None, None, shared), 2, worker=a),
        *run(RunLimits(9, None, shared), 3, begin=106.0, first=3, worker=b),
    ]
    found = expected(snapshot(both), 112.5)
    assert found is not None
    assert found.trials == 12 - 5
    unlimited = [*first, *run(RunLimits(), 3, begin=106.0, first=3, worker=b)]
    assert expected(snapshot(unlimited), 112.5) is None
    again = [*both[:-1], *run(RunLimits(4), 0, begin=120.0, first=6, worker=b)]  # the run before it has ended
    found = expected(snapshot([*first, *again[len(first) :]]), 120.5)
    assert found is not None
    assert found.trials == (10 - 2) + 4


def test_runs_of_one_process_that_overlap_are_one() -> None:
    events = [*run(RunLimits(10), 2), *run(RunLimits(5), 0, begin=105.0)]
    found = expected(snapshot(events), 106.0)
    assert found is not None
    assert found.trials == 15 - 2


@pytest.fixture(params=["memory", "sqlite", "remote"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "memory":
        yield InMemoryStorage()
    elif request.param == "sqlite":
        yield RDBStorage(f"sqlite:///{tmp_path}/study.db")
    else:
        with serve(InMemoryStorage(), token="") as server:
            yield RemoteStorage(server.url)


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_a_run_tells_how_far_it_goes(storage: Storage, n_jobs: int) -> None:
    study = hpo.create_study(storage=storage, study_name="s", sampler=RandomSampler(), seed=0)
    told: list[tuple[int, int | None]] = []
    n_before = 0

    def objective(trial: hpo.Trial) -> float:
        with study._log.lock:
            seen = study.snapshot()
            found = expected(seen, time.time())
            told.append((len(seen.history) - n_before, None if found is None else found.trials))
        return trial.suggest_float("x", 0, 1)

    limits: list[dict[str, Any]] = [
        {"n_trials": 12},
        {"max_trials": 24},
        {"n_trials": 12, "timeout": 1e6},
        {"callbacks": [hpo.MaxTrialsCallback(48)]},
        {"n_trials": 12, "reproducible": True},
    ]
    for one in limits:
        told.clear()
        n_before = len(study.trials)
        study.optimize(objective, n_jobs=n_jobs, **one)
        assert told == [(n_ended, 12 - n_ended) for n_ended, _ in told], one
        assert len(told) == 12
        assert expected(study.snapshot(), time.time()) is None
    n_events = len(study.events())
    study.optimize(objective, n_trials=0)
    study.optimize(objective, max_trials=60)
    assert len(study.events()) == n_events
    assert study.verify() == []


KILLED = """
import os, signal, sys, hpo
study = hpo.load_study(study_name="s", storage=sys.argv[1], sampler=hpo.samplers.RandomSampler())
def objective(trial):
    if trial.number % 10 == 3:
        print(trial.number, flush=True)
        sys.stdin.readline()
    return trial.suggest_float("x", 0, 1)
study.optimize(objective, n_trials=20)
"""


def test_a_run_that_was_killed_promises_nothing_and_the_next_one_counts_its_own_trials(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    study = hpo.create_study(storage=url, study_name="s", sampler=RandomSampler(), seed=0)

    def trials() -> int | None:
        found = expected(study.snapshot(), time.time())
        return None if found is None else found.trials

    def begun() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        return process

    with begun() as first:
        assert study.trials[3].state is TrialState.RUNNING
        assert trials() == 17
        assert "about 17 trials to go" in outlook(study.snapshot(), time.time())
        assert "about 17 trials to go" in study._repr_html_()
        assert "about 17 trials to go" in study.report(tmp_path / "report.html").read_text(encoding="utf-8")
        (summary,) = hpo.get_all_study_summaries(url)
        assert summary.expected is not None
        assert summary.expected.trials == 17
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert study.trials[3].state is TrialState.RUNNING
    assert trials() is None
    assert "to go" not in study._repr_html_()
    with begun() as second:
        assert trials() == 20 - 9  # number 4 was its first one, and number 13 is its tenth
        second.kill()
