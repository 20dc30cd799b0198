"""What costs time grows with the log, not with its square: counted, not timed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from hpo.events import Event, TrialDeleted, TrialFinished, TrialReported, TrialStarted, TrialState
from hpo.history.columns import Columns
from tests.logs import header, replay


def calls(function: Callable[..., Any], during: Callable[[], object]) -> int:
    """How often a function is called meanwhile."""
    n = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal n
        n += event == "call" and frame.f_code is function.__code__

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        during()
    finally:
        sys.setprofile(before)
    return n


class Step(int):
    """A step that counts how often it is compared with others."""

    n_compared = 0

    def __eq__(self, other: object) -> bool:
        Step.n_compared += 1
        return int(self) == other

    def __gt__(self, other: int) -> bool:
        Step.n_compared += 1
        return int(self) > other

    def __hash__(self) -> int:
        return hash(int(self))


def finished(n: int) -> list[Event]:
    log: list[Event] = [header()]
    for number in range(n):
        log += [TrialStarted(0.0), TrialFinished(number, TrialState.COMPLETE, 0.0, (float(number),))]
    return log


@pytest.mark.parametrize("n", [10, 1000])
def test_however_many_trials_are_deleted_the_others_move_up_once(n: int) -> None:
    ledger = replay(finished(n))

    def delete_and_look() -> None:
        for number in range(n - 1):
            ledger.apply([TrialDeleted(number), TrialStarted(0.0), TrialFinished(n + number, TrialState.FAIL, 0.0)])
            ledger.finished(n + number)
            ledger.count(TrialState.COMPLETE)
        assert ledger.history().number.tolist() == list(range(n - 1, 2 * n - 1))
        assert ledger.best == n - 1

    assert calls(Columns.without, delete_and_look) == 1


@pytest.mark.parametrize("n", [10, 1000])
def test_a_report_is_compared_with_a_few_others_however_long_the_curve(n: int) -> None:
    ledger = replay([header(), TrialStarted(0.0)])
    steps = [Step(step) for step in range(n)]
    Step.n_compared = 0
    for step in steps:
        ledger.apply([TrialReported(0, step, 1.0, 0.0), TrialReported(0, step, 2.0, 0.0)])
        assert ledger.running[0].reports.curve(0).step == step
    assert len(ledger.running[0].reports) == n
    assert Step.n_compared <= 8 * n
