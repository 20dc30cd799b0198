"""Leases are renewed as long as a process lives, and expire by the clock of whoever looks at them."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import warnings
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.history.running import RunningTrial
from hpo.log import leases
from hpo.log.leases import Observer
from hpo.log.worker import Worker
from hpo.protocols import LeasePolicy
from hpo.space import Space
from tests.waiting import wait_until

EVERY, AFTER = 4.0, 10.0
POLICY = LeasePolicy(renew_every=EVERY, lost_after=AFTER)


def trial(number: int, worker: str | None = None) -> RunningTrial:
    return RunningTrial(number, 0.0, Space(), worker=worker)


class Holder:
    """Holds leases, and shows how often they were renewed."""

    def __init__(self, n_renewals: int = sys.maxsize, *, fails: bool = False, answer: threading.Event | None = None):
        self.renewed = threading.Semaphore(0)
        self._n_left = n_renewals
        self._fails = fails
        self._answer = answer

    def renew_leases(self) -> bool:
        self.renewed.release()
        if self._answer is not None:
            self._answer.wait()
        if self._fails:
            raise OSError("the database is away")
        self._n_left -= 1
        return self._n_left > 0


moves = st.lists(
    st.tuples(st.sampled_from([0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 11.0]), st.integers(0, 3), st.integers(0, 3)), max_size=25
)


@given(moves)
def test_a_trial_is_lost_when_its_count_has_stood_still_for_too_long(moves: list[tuple[float, int, int]]) -> None:
    """Whether it stood at more or at less than before makes no difference; the clock is the observer's."""
    now, clock = 100.0, time.monotonic
    trials, reads = [trial(0), trial(1)], list[float]()
    since: dict[int, tuple[int, float]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now)
        observer = Observer(POLICY)
        assert observer.is_due
        for seconds, *counts in moves:
            now += seconds
            counts_now = {number: count for number, count in enumerate(counts) if count}  # none is a count of 0

            def beats(counts: dict[int, int] = counts_now, at: float = now) -> dict[int, int]:
                reads.append(at)
                return counts

            n_reads = len(reads)
            lost = observer.lost(trials, beats)
            assert not observer.is_due
            if len(reads) == n_reads:
                assert now - reads[-1] < EVERY / 2
                assert lost == []
                continue
            assert n_reads == 0 or now - reads[-2] >= EVERY / 2
            for number, count in enumerate(counts):
                if number not in since or since[number][0] != count:
                    since[number] = count, now
            assert lost == [one for one in trials if now - since[one.number][1] > AFTER]
        now += 1.0
        assert observer.is_due
    assert time.monotonic is clock


def test_a_trial_that_is_new_is_given_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    observer = Observer(POLICY)
    assert observer.lost([trial(0)], dict) == []
    now = AFTER
    assert observer.lost([trial(0), trial(1)], dict) == []
    now += 2.0
    assert [one.number for one in observer.lost([trial(0), trial(1)], dict)] == [0]
    now += 2.0
    assert observer.lost([], lambda: pytest.fail("nobody's counts are read")) == []


def test_one_looks_every_second_or_more_often_where_leases_are_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    for policy, pause in ((POLICY, 1.0), (LeasePolicy(0.25, 1.0), 0.25)):
        observer = Observer(policy)
        observer.lost([], dict)
        now += pause * 0.99
        assert not observer.is_due
        now += pause * 0.01
        assert observer.is_due


def test_a_worker_that_is_gone_has_lost_its_trials_at_once() -> None:
    here = Worker.here()
    gone = Worker(here.host, here.pid, here.machine, "1")
    trials = [trial(i, worker) for i, worker in enumerate([None, "nonsense", str(here), str(gone)])]
    assert not here.machine or [one.number for one in Observer(POLICY).lost(trials, dict)] == [3]


def test_a_trial_that_is_lost_in_two_ways_is_lost_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now, here = 0.0, Worker.here()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    observer, theirs = Observer(POLICY), trial(0, str(here))
    assert observer.lost([theirs], dict) == []
    now, theirs.worker = 100.0, str(Worker(here.host, here.pid, here.machine, "1"))
    assert observer.lost([theirs], dict) == [theirs]


def test_leases_are_renewed_again_and_again_whatever_happens_to_others() -> None:
    answer = threading.Event()
    silent, failing, steady = Holder(answer=answer), Holder(fails=True), Holder()
    threads = [leases.keep(holder, 0.01) for holder in (silent, failing, steady)]
    assert silent.renewed.acquire(timeout=60)
    for _ in range(3):
        assert steady.renewed.acquire(timeout=60)
        assert failing.renewed.acquire(timeout=60)
    assert all(thread.is_alive() and thread.daemon for thread in threads)
    answer.set()
    assert silent.renewed.acquire(timeout=60)


def test_leases_keep_nobody_alive() -> None:
    passing = Holder()
    thread = leases.keep(passing, 0.01)
    assert passing.renewed.acquire(timeout=60)
    gone = weakref.ref(passing)
    del passing
    wait_until(lambda: gc.collect() * 0 + (gone() is None))
    thread.join(60)
    assert not thread.is_alive()


def test_who_has_no_leases_has_no_thread() -> None:
    holder = Holder(n_renewals=3)
    thread = leases.keep(holder, 0.01)
    thread.join(60)
    assert not thread.is_alive()
    assert sum(iter(lambda: holder.renewed.acquire(blocking=False), False)) == 3


def test_a_child_renews_only_its_own() -> None:
    """It has the parent's objects, and none of its threads."""
    mine = Holder()
    leases.keep(mine, 0.01)
    assert mine.renewed.acquire(timeout=60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # there are threads, which is the point
        child = os.fork()
    if child == 0:
        while mine.renewed.acquire(blocking=False):
            pass
        its = Holder()
        leases.keep(its, 0.01)
        renewed = all(its.renewed.acquire(timeout=30) for _ in range(3))
        os._exit(0 if renewed and not mine.renewed.acquire(blocking=False) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert mine.renewed.acquire(timeout=60)
