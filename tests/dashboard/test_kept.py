"""Answers that are kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hpo.dashboard.kept import Kept


def test_threads_that_ask_the_same_at_once_wait_for_one_answer() -> None:
    kept: Kept[int] = Kept(2)
    asked, made = threading.Barrier(4), []

    def make() -> int:
        made.append(1)
        return 7

    def ask(_: int) -> int:
        asked.wait(20)
        return kept.get("question", make)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [7] * 4
    assert made == [1]


def test_whoever_waits_for_an_answer_is_told_of_its_error_and_the_next_one_tries_again() -> None:
    kept: Kept[int] = Kept(2)
    begun, end = threading.Event(), threading.Event()

    def fail() -> int:
        begun.set()
        assert end.wait(20)
        raise ArithmeticError("broken")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.get, "question", fail)
        assert begun.wait(20)
        second = pool.submit(kept.get, "question", lambda: 1)
        end.set()
        with pytest.raises(ArithmeticError, match="broken"):
            first.result()
        assert second.exception() is not None or second.result() == 1  # it may have asked after the error
    assert kept.get("question", lambda: 2) in (1, 2)


def test_the_oldest_answers_are_forgotten() -> None:
    kept: Kept[int] = Kept(2)
    for i in (0, 1, 0, 2):
        kept.get(i, lambda i=i: i)  # type: ignore[misc]
    assert kept.get(0, lambda: -1) == 0
    assert kept.get(1, lambda: -1) == -1
