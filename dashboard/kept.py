"""Answers that are kept for the next question: what was computed lately from a prefix of a log."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar, final

__all__ = ["Kept"]

V = TypeVar("V")


@final
class Kept(Generic[V]):
    """The latest answers, by question. Any thread may ask.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Future[V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: Hashable, make: Callable[[], V]) -> V:
        """The answer; who asks while another thread makes it waits for that, and an error is told to all of them."""
        with self._lock:
            known = self._answers.get(question)
            answer = self._answers[question] = Future() if known is None else known
            self._answers.move_to_end(question)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        if known is None:
            try:
                answer.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._answers.get(question) is answer:
                        del self._answers[question]
                answer.set_exception(error)
        return answer.result()
