"""Answers that are kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hpo.dashboard.kept import Kept


class Question:
    """One that knows when so many threads have asked it."""

    def __init__(self, n_threads: int) -> None:
        self._n_threads = n_threads
        self._threads: set[int] = set()
        self._have_asked = threading.Event()

    def __hash__(self) -> int:
        self._threads.add(threading.get_ident())
        if len(self._threads) >= self._n_threads:
            self._have_asked.set()
        return 0

    def wait(self) -> None:
        assert self._have_asked.wait(20)


def test_threads_that_ask_the_same_at_once_wait_for_one_answer() -> None:
    kept: Kept[int] = Kept(2)
    question, made = Question(4), []

    def make() -> int:
        made.append(1)
        question.wait()
        return 7

    with ThreadPoolExecutor(4) as pool:
        assert [one.result() for one in [pool.submit(kept.get, question, make) for _ in range(4)]] == [7] * 4
    assert made == [1]


def test_whoever_waits_for_an_answer_is_told_of_its_error_and_the_next_one_tries_again() -> None:
    kept: Kept[int] = Kept(2)
    question = Question(2)

    def fail() -> int:
        question.wait()
        raise ArithmeticError("broken")

    with ThreadPoolExecutor(2) as pool:
        for asked in [pool.submit(kept.get, question, fail) for _ in range(2)]:
            with pytest.raises(ArithmeticError, match="broken"):
                asked.result()
    assert kept.get(question, lambda: 2) == 2


def test_the_oldest_answers_are_forgotten() -> None:
    kept: Kept[int] = Kept(2)
    for i in (0, 1, 0, 2):
        kept.get(i, lambda i=i: i)  # type: ignore[misc]
    assert kept.get(0, lambda: -1) == 0
    assert kept.get(1, lambda: -1) == -1
