"""Processes of this machine come when they are needed, are replaced when they die, and go."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.executors import Processes


@pytest.fixture
def engine() -> Iterator[Processes]:
    engine = Processes(2)
    yield engine
    engine.close()


def has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 60
    while not has_ended(pid):
        assert time.monotonic() < deadline, "it lives"
        time.sleep(0.02)


def test_one_process_serves_calls_that_follow_each_other(engine: Processes) -> None:
    assert len({engine.submit(os.getpid).result() for _ in range(5)}) == 1


def test_a_process_that_dies_idle_is_replaced_and_nothing_is_lost(engine: Processes) -> None:
    for _ in range(2):
        pid = engine.submit(os.getpid).result()
        os.kill(pid, signal.SIGKILL)
        wait_for_end(pid)
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
    wait_for_end(idle)
    busy = engine.submit(os.getpid).result()
    future = engine.submit(time.sleep, 3600)
    engine.close()
    wait_for_end(busy)
    assert future.exception() is not None
    assert engine.submit(os.getpid).result() not in (idle, busy)


def test_the_errors_of_calls_are_no_losses(engine: Processes) -> None:
    error = engine.submit(int, "one").exception()
    assert isinstance(error, ValueError)
    assert not engine.is_loss(error)
