"""Processes of this machine come when they are needed, are replaced when they die, and go."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import partial

import pytest

from hpo.executors import Processes
from tests.waiting import has_ended, wait_until


@pytest.fixture
def engine() -> Iterator[Processes]:
    engine = Processes(2)
    yield engine
    engine.close()


def test_one_process_serves_calls_that_follow_each_other(engine: Processes) -> None:
    assert len({engine.submit(os.getpid).result() for _ in range(5)}) == 1


def test_a_process_that_dies_idle_is_replaced_and_nothing_is_lost(engine: Processes) -> None:
    for _ in range(2):
        pid = engine.submit(os.getpid).result()
        os.kill(pid, signal.SIGKILL)
        wait_until(partial(has_ended, pid))
        errors, again = 0, 0
        while not again:  # until the death is noticed, a call may still be handed to it
            future = engine.submit(os.getpid)
            error = future.exception()
            if error is None:
                again = future.result()
            else:
                assert engine.is_loss(error)
                errors += 1
        assert errors <= 1
        assert again != pid


def test_a_process_that_dies_at_work_takes_no_other_one_with_it(engine: Processes) -> None:
    first = engine.submit(os.getpid).result()
    dying, other = engine.submit(os.kill, first, signal.SIGKILL), engine.submit(os.getpid)
    assert engine.is_loss(dying.exception() or ValueError())
    assert other.result() != first


def test_processes_end_with_the_run_at_work_or_not(engine: Processes) -> None:
    idle = engine.submit(os.getpid).result()
    engine.close()
    wait_until(lambda: has_ended(idle))
    busy = engine.submit(os.getpid).result()
    future = engine.submit(time.sleep, 3600)
    engine.close()
    wait_until(lambda: has_ended(busy))
    assert future.exception() is not None
    assert engine.submit(os.getpid).result() not in (idle, busy)


def test_the_errors_of_calls_are_no_losses(engine: Processes) -> None:
    error = engine.submit(int, "one").exception()
    assert isinstance(error, ValueError)
    assert not engine.is_loss(error)
