"""The fold from logs to knowledge: total, indifferent to how the log is cut, and true to its words."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.events import (
    AttributeSet,
    Event,
    SpaceDeclared,
    StudyDirection,
    TrialDeleted,
    TrialFinished,
    TrialProposed,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
    fits,
)
from hpo.history import History
from hpo.log.ledger import Ledger
from tests.logs import SPACES, facts, header, logs, replay


@settings(max_examples=50)
@given(logs(), st.lists(st.integers(1, 45), max_size=6))
def test_the_state_does_not_depend_on_how_the_log_is_cut(log: list[Event], cuts: list[int]) -> None:
    pieces = Ledger()
    bounds = [0, *sorted(cuts), len(log)]
    outcomes = [o for begin, end in itertools.pairwise(bounds) for o in pieces.apply(log[begin:end])]
    whole = Ledger()
    assert outcomes == whole.apply(log)
    assert facts(pieces) == facts(whole)


@settings(max_examples=50)
@given(logs(), st.lists(st.integers(5, 45), max_size=4))
def test_looking_changes_nothing(log: list[Event], looks: list[int]) -> None:
    looked = Ledger()
    for position, event in enumerate(log, 1):
        looked.apply([event])
        if position in looks:
            facts(looked)
    assert facts(looked) == facts(replay(log))


class Paper:
    """A model that is as simple as the rules."""

    def __init__(self, n_objectives: int) -> None:
        self.n_objectives = n_objectives
        self.states: list[TrialState | None] = []  # by number; None once deleted
        self.retried: set[int] = set()
        self.stays: list[TrialFinished] = []  # the rows: ends, and pauses
        self.ends: dict[int, TrialFinished] = {}  # the last stay of each trial that does not run now
        self.steps: dict[int, set[int]] = {}
        self.starts: dict[int, float] = {}  # the first ones; no trial ends before

    def is_in(self, number: int, *states: TrialState) -> bool:
        return 0 <= number < len(self.states) and self.states[number] in states

    def takes(self, event: Event) -> int | None:
        """Which trial an event concerns; None if it comes too late or concerns none."""
        if isinstance(event, TrialQueued):
            retries = event.retries
            if retries is not None and (retries in self.retried or not self.is_in(retries, TrialState.FAIL)):
                return None
            self.retried |= set() if retries is None else {retries}
            self.steps[len(self.states)] = {s for s, value in event.reports.items() if fits(value, self.n_objectives)}
            self.states.append(TrialState.WAITING)
            return len(self.states) - 1
        if isinstance(event, TrialStarted) and event.claims is None:
            self.states.append(TrialState.RUNNING)
            self.starts[len(self.states) - 1] = event.time
            return len(self.states) - 1
        if isinstance(event, TrialStarted):
            assert event.claims is not None
            if not self.is_in(event.claims, TrialState.WAITING, TrialState.PAUSED):
                return None
            self.states[event.claims] = TrialState.RUNNING
            self.starts.setdefault(event.claims, event.time)
            self.ends.pop(event.claims, None)
            return event.claims
        if isinstance(event, TrialDeleted):
            if not self.is_in(event.number, *TrialState):
                return None
            self.states[event.number] = None
            self.ends.pop(event.number, None)
            self.stays = [stay for stay in self.stays if stay.number != event.number]
            return event.number
        if isinstance(event, TrialReported):
            steps = self.steps.setdefault(event.number, set())
            is_new = event.step not in steps and fits(event.value, self.n_objectives)
            if not is_new or not self.is_in(event.number, TrialState.RUNNING):
                return None
            steps.add(event.step)
            return event.number
        assert isinstance(event, TrialFinished)
        if not self.is_in(event.number, TrialState.RUNNING):
            return None
        event = event._replace(time=max(event.time, self.starts[event.number]))
        self.states[event.number] = event.state
        self.ends[event.number] = event
        self.stays.append(event)
        return event.number

    def waits(self) -> list[bool]:
        """Which rows are of trials that are paused now."""
        return [stay.state is TrialState.PAUSED and self.ends.get(stay.number) is stay for stay in self.stays]

    def best(self, signs: list[float], *, feasible: bool) -> int | None:
        losses = {
            number: end.values[0] * signs[0]
            for number, end in self.ends.items()
            if end.values is not None and not (feasible and any(value > 0 for value in end.constraints.values()))
        }
        return min(losses, key=lambda number: (losses[number], number), default=None) if len(signs) == 1 else None


@settings(max_examples=150)
@given(logs(), st.integers(1, 4))
def test_any_log_folds_and_the_first_word_counts(log: list[Event], every: int) -> None:
    """Looked at after every event, or after every few: what is deleted meanwhile is dropped together."""
    ledger, early = Ledger(), list[tuple[History, list[bool]]]()
    ledger.apply(log[:1])
    paper = Paper(len(ledger.directions))
    for position, event in enumerate(log[1:], 2):
        (outcome,) = ledger.apply([event])
        if isinstance(event, (TrialQueued, TrialStarted, TrialDeleted, TrialReported, TrialFinished)):
            assert outcome == paper.takes(event)
        if position % every == 0 or position == len(log):
            check(ledger, paper)
            early.append((ledger.history(), paper.waits()))
    for history, waits in early:
        assert history.paused.tolist() == waits


def check(ledger: Ledger, paper: Paper) -> None:
    states = {number: state for number, state in enumerate(paper.states) if state is not None}
    assert ledger.n_trials == len(paper.states)
    assert {number: ledger.state(number) for number in ledger.numbers} == states
    assert {state: ledger.count(state) for state in TrialState} == {s: paper.states.count(s) for s in TrialState}
    assert [number for number in states if ledger.has_row(number)] == sorted(paper.ends)
    history = ledger.history()
    assert history.number.tolist() == [stay.number for stay in paper.stays]
    assert history.end.tolist() == [stay.time for stay in paper.stays]
    assert history.paused.tolist() == paper.waits()
    for number, end in paper.ends.items():
        trial = ledger.finished(number)
        assert (trial.number, trial.state, trial.end, trial.values) == (number, end.state, end.time, end.values)
        assert set(trial.reports) == paper.steps.get(number, set())
        assert paper.stays[ledger.row(number)] is end
        assert trial.start <= trial.end
    signs = ledger.columns.signs.tolist()
    assert ledger.best == paper.best(signs, feasible=False)
    assert ledger.best_feasible == paper.best(signs, feasible=True)


def test_a_trial_that_goes_on_is_deleted_with_all_its_stays() -> None:
    stay = TrialFinished(0, TrialState.PAUSED, 1.0)
    end = TrialFinished(1, TrialState.COMPLETE, 1.0, (1.0,))
    log: list[Event] = [header(), TrialStarted(0.0), stay, TrialStarted(0.0, 0), stay, TrialStarted(0.0), end]
    for goes_on in ([], [TrialStarted(0.0, 0)]):
        ledger = replay([*log, *goes_on, TrialDeleted(0)])
        assert ledger.history().number.tolist() == [1]
        assert (ledger.row(1), ledger.numbers, ledger.best) == (0, [1], 1)


def test_a_trial_waits_from_its_pause_until_it_goes_on() -> None:
    stay = TrialFinished(0, TrialState.PAUSED, 1.0)
    ledger, histories = replay([header()]), []
    for event in (TrialStarted(0.0), stay, TrialStarted(0.0, 0), TrialReported(0, 1, 0.0, 0.0), stay, TrialDeleted(7)):
        ledger.apply([event])
        histories.append(ledger.history())
        assert ledger.has_row(0) == (ledger.state(0) is TrialState.PAUSED)
    for _ in range(2):  # now, and when more has happened
        waits = [history.paused.tolist() for history in histories]
        assert waits == [[], [True], [False], [False], [False, True], [False, True]]
        ledger.apply([TrialStarted(0.0, 0)])


def test_a_trial_that_goes_on_has_no_row_when_others_move_up() -> None:
    pause = TrialFinished(1, TrialState.PAUSED, 1.0)
    ledger = replay([header(), TrialStarted(0.0), TrialFinished(0, TrialState.FAIL, 1.0), TrialStarted(0.0), pause])
    ledger.apply([TrialStarted(0.0, 1), TrialDeleted(0)])
    assert ledger.history().number.tolist() == [1]
    assert not ledger.has_row(1)
    ledger.apply([TrialFinished(1, TrialState.COMPLETE, 2.0, (1.0,)), TrialStarted(0.0), TrialDeleted(2)])
    assert ledger.history().state.tolist() == [TrialState.PAUSED, TrialState.COMPLETE]
    assert ledger.row(1) == 1


def test_a_proposal_must_fit_and_come_once() -> None:
    ledger = replay(
        [
            header(),
            SpaceDeclared(SPACES[1]),
            TrialStarted(0.0),
            TrialFinished(0, TrialState.COMPLETE, 1.0, (1.0,), SPACES[1].digest, {"x": 0.0, "n": 1}),
            TrialStarted(2.0),
        ]
    )
    assert ledger.apply([TrialProposed(1, (0.5,)), TrialProposed(1, (0.5, 0.5)), TrialProposed(1, (0.0, 0.0))]) == [
        None,
        1,
        None,
    ]
    assert ledger.running[1].known() == {"x": 4.0, "n": 3}


def test_maximising_negates_losses_and_shows_values_as_given() -> None:
    log: list[Event] = [header(StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE), TrialStarted(0.0)]
    log.append(TrialFinished(0, TrialState.COMPLETE, 1.0, (3.0, 4.0)))
    ledger = replay(log)
    assert ledger.history().losses.tolist() == [[-3.0, 4.0]]
    assert ledger.finished(0).values == (3.0, 4.0)


@settings(max_examples=50)
@given(logs())
def test_events_are_left_as_they_were(log: list[Event]) -> None:
    before = copy.deepcopy(log)
    facts(replay(log))
    assert log == before


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (lambda ledger: ledger.best, 2),
        (lambda ledger: ledger.best_feasible, 2),
        (lambda ledger: ledger.row(2), 1),
        (lambda ledger: ledger.columns.size, 2),
    ],
)
def test_whatever_is_asked_first_after_a_deletion_knows_of_it(look: Callable[[Ledger], Any], expected: Any) -> None:
    log: list[Event] = [header()]
    for number, loss in enumerate((3.0, 1.0, 2.0)):
        log += [TrialStarted(0.0), TrialFinished(number, TrialState.COMPLETE, 1.0, (loss,))]
    assert look(replay([*log, TrialDeleted(1)])) == expected


def test_an_attribute_belongs_to_the_study_or_to_a_trial_that_has_begun() -> None:
    ledger = replay(
        [
            header(),
            TrialQueued({}, 0.0),
            TrialStarted(0.0),
            TrialStarted(0.0),
            TrialFinished(2, TrialState.COMPLETE, 1.0, (1.0,)),
        ]
    )
    for system in (False, True):
        outcomes = ledger.apply([AttributeSet("a", number, number, system) for number in (None, 0, 1, 2, 3, -1)])
        assert outcomes == [None, None, 1, 2, None, None]
    assert ledger.user_attrs == ledger.system_attrs == {"a": None}
    assert ledger.running[1].user_attrs == ledger.running[1].system_attrs == {"a": 1}
    assert ledger.finished(2).user_attrs == ledger.finished(2).system_attrs == {"a": 2}
    assert not ledger.waiting[0].user_attrs


def test_a_pruner_was_asked_before_the_report_that_says_what_it_answered() -> None:
    ledger = replay([header(), TrialStarted(0.0)])
    asked = []
    for step, pruned in enumerate((None, None, False, None, False)):
        ledger.apply([TrialReported(0, step, 1.0, 0.0, pruned)])
        asked.append(ledger.running[0].asked)
    assert asked == [0, 0, 2, 2, 4]
