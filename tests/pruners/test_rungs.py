"""Rungs know what each trial had achieved when it first came there, as one would by looking through all reports."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.events import Event, StudyDirection, TrialFinished, TrialReported, TrialStarted, TrialState
from hpo.history import Curve, History
from hpo.pruners.rungs import Ladder, Rungs, VectorRungs
from tests.logs import header, replay

ladders = st.builds(Ladder, st.integers(1, 5), st.integers(2, 4))
steps = st.lists(st.integers(0, 40), unique=True, max_size=6)
values = st.sampled_from([-1.0, 0.0, 2.5, math.inf, math.nan])


@st.composite
def histories(draw: st.DrawFn, n_objectives: int = 1) -> list[History]:
    """What is known as some trials report, in any order, pause and go on; the last one is known last."""
    log: list[Event] = [header(*[StudyDirection.MINIMIZE] * n_objectives)]
    cuts = []
    for number in range(draw(st.integers(1, 4))):
        reports = [(step, draw(st.tuples(*[values] * n_objectives))) for step in draw(steps)]
        pause = draw(st.integers(0, len(reports)))
        log.append(TrialStarted(0.0))
        for i, (step, value) in enumerate(reports):
            if 0 < i == pause:
                log += [TrialFinished(number, TrialState.PAUSED, 0.0), TrialStarted(0.0, number)]
            log.append(TrialReported(number, step, value if n_objectives > 1 else value[0], 0.0))
        log.append(TrialFinished(number, TrialState.PRUNED, 0.0))
        cuts.append(len(log))
    ledger, known = replay(log[:1]), []
    for cut in cuts:
        ledger.apply(log[ledger.position : cut])
        known.append(ledger.history())
    return known


def arrivals(history: History, step: int) -> list[Any]:
    """The first report of each trial at a step or after it, once, however often the trial has paused since."""
    found = []
    for curve in history.curves():
        first = next((i for i, at in enumerate(curve.steps) if at >= step), None)
        if first is not None and first >= curve.inherited:
            found.append((curve.losses or curve.vectors)[first])
    return found


@given(ladders, st.integers(0, 300))
def test_rungs_lie_further_and_further_apart(ladder: Ladder, step: int) -> None:
    assert [ladder.step(rung) for rung in range(5)] == [ladder.least * ladder.factor**rung for rung in range(5)]
    assert ladder.n_reached(step) == sum(ladder.step(rung) <= step for rung in range(12))


@given(ladders, steps.filter(bool), st.data())
def test_a_trial_has_newly_reached_the_rungs_after_those_of_the_last_question(
    ladder: Ladder, steps: list[int], data: st.DataObject
) -> None:
    asked = data.draw(st.integers(0, len(steps) - 1))
    curve = Curve(0, tuple(steps), (0.0,) * len(steps), asked)
    before, now = max(steps[:asked], default=-1), max(steps)
    new = [rung for rung in range(12) if before < ladder.step(rung) <= now]
    assert list(ladder.reached(curve)) == new


@given(histories(), ladders)
def test_each_rung_has_the_first_loss_there(known: list[History], ladder: Ladder) -> None:
    for history in [*known, *reversed(known)]:
        rungs = Rungs.of(history, ladder)
        for rung in range(6):
            losses = arrivals(history, ladder.step(rung))
            numbers = [loss for loss in losses if not math.isnan(loss)]
            assert rungs.at(rung).size == len(numbers)
            for loss in (-2.0, -1.0, 0.0, 1.0, 2.5, 3.0, math.inf):
                assert rungs.at(rung).n_below(loss) == sum(other < loss for other in numbers)


@given(histories(2), ladders)
def test_with_several_objectives_each_rung_has_the_vectors_in_their_order(known: list[History], ladder: Ladder) -> None:
    for history in [*known, *reversed(known)]:
        rungs = VectorRungs.of(history, ladder)
        for rung in range(6):
            assert repr(list(rungs.at(rung))) == repr(arrivals(history, ladder.step(rung)))


@pytest.mark.parametrize("of", [Rungs.of, VectorRungs.of])
def test_nobody_has_come_anywhere_at_first(of: Any) -> None:
    history = replay([header()]).history()
    assert not of(history, Ladder(1, 2)).losses
