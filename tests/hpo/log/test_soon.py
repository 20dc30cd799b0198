"""What is posted is written in a moment, by itself, whatever becomes of other logs."""

from __future__ import annotations

import os
import warnings
from typing import Any

import hpo
from hpo.events import AttributeSet
from hpo.log.log import Log
from hpo.log.soon import flush_soon
from tests.waiting import wait_until


def posted(name: str) -> Log:
    """A log that is to write an attribute soon."""
    log = hpo.create_study(study_name=name)._log
    with log.lock:
        log.post([AttributeSet("a", 1)], _ignore)
        flush_soon(log)
    return log


def _ignore(_: Any) -> None:
    pass


def wait_until_written(log: Log) -> None:
    wait_until(lambda: not log.has_posted)


def test_a_log_that_cannot_be_written_holds_up_no_other() -> None:
    held = hpo.create_study()._log
    with held.lock:
        held.post([AttributeSet("a", 1)], _ignore)
        flush_soon(held)
        for name in "bcd":
            wait_until_written(posted(name))
        assert held.has_posted
    wait_until_written(held)


def test_it_is_written_again_and_again() -> None:
    log = posted("s")
    for value in range(3):
        wait_until_written(log)
        with log.lock:
            log.post([AttributeSet("a", value)], _ignore)
            flush_soon(log)
            flush_soon(log)
    wait_until_written(log)


def test_a_child_writes_its_own() -> None:
    """It has the parent's logs that are due, and no thread that writes them."""
    parents = hpo.create_study()._log
    with parents.lock, warnings.catch_warnings():  # nobody else has the lock, of which the child gets a copy
        warnings.simplefilter("ignore", DeprecationWarning)  # there are threads, which is the point
        parents.post([AttributeSet("a", 1)], _ignore)
        flush_soon(parents)
        child = os.fork()
    if child == 0:
        try:
            flush_soon(parents)
            wait_until_written(parents)
            wait_until_written(posted("child"))
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    wait_until_written(parents)
