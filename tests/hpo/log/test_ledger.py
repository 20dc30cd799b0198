"""The fold from logs to knowledge: total, indifferent to how the log is cut, and true to its words."""

from __future__ import annotations

import copy
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.events import (
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


@settings(max_examples=50)
@given(logs())
def test_any_log_folds_and_the_first_word_counts(log: list[Event]) -> None:
    """Against a model that is as simple as the rules."""
    ledger = Ledger()
    states: list[TrialState | None] = []  # None once deleted
    retried: set[int] = set()
    ends: dict[int, TrialFinished] = {}
    stays: list[TrialFinished] = []  # the rows: ends, and pauses
    resumed: list[TrialFinished] = []
    steps: dict[int, set[int]] = {}
    n_objectives = len(replay(log[:1]).directions)
    for event in log:
        (outcome,) = ledger.apply([event])
        expected: int | None = None
        if isinstance(event, TrialQueued):
            retries = event.retries
            failed = retries is None or (0 <= retries < len(states) and states[retries] is TrialState.FAIL)
            if failed and retries not in retried:
                expected = len(states)
                states.append(TrialState.WAITING)
                steps[expected] = {step for step, value in event.reports.items() if fits(value, n_objectives)}
                retried |= set() if retries is None else {retries}
        elif isinstance(event, TrialDeleted):
            if 0 <= event.number < len(states) and states[event.number] is not None:
                expected = event.number
                states[event.number] = None
                ends.pop(event.number, None)
                stays = [stay for stay in stays if stay.number != event.number]
        elif isinstance(event, TrialStarted) and event.claims is None:
            expected = len(states)
            states.append(TrialState.RUNNING)
        elif isinstance(event, TrialStarted):
            assert event.claims is not None
            if 0 <= event.claims < len(states) and states[event.claims] in (TrialState.WAITING, TrialState.PAUSED):
                expected = event.claims
                states[event.claims] = TrialState.RUNNING
                if event.claims in ends:
                    resumed.append(ends.pop(event.claims))
        elif isinstance(event, (TrialReported, TrialFinished)):
            if 0 <= event.number < len(states) and states[event.number] is TrialState.RUNNING:
                expected = event.number
                if isinstance(event, TrialFinished):
                    states[event.number] = event.state
                    ends[event.number] = event
                    stays.append(event)
                elif not fits(event.value, n_objectives) or event.step in steps.setdefault(event.number, set()):
                    expected = None
                else:
                    steps[event.number].add(event.step)
        else:
            expected = outcome
        assert outcome == expected
    assert ledger.n_trials == len(states)
    assert {n: ledger.state(n) for n in ledger.numbers} == {n: s for n, s in enumerate(states) if s is not None}
    assert {state: ledger.count(state) for state in TrialState} == {s: states.count(s) for s in TrialState}
    history = ledger.history()
    assert history.number.tolist() == [stay.number for stay in stays]
    waits = [stay.state is TrialState.PAUSED and not any(stay is other for other in resumed) for stay in stays]
    assert history.paused.tolist() == waits
    for number, end in ends.items():
        trial = ledger.finished(number)
        assert (trial.number, trial.state, trial.end, trial.values) == (number, end.state, end.time, end.values)
        assert set(trial.reports) == steps.get(number, set())


@settings(max_examples=50)
@given(logs())
def test_the_best_trial_has_the_smallest_loss_and_of_equal_ones_the_lowest_number(log: list[Event]) -> None:
    ledger = replay(log)
    if len(ledger.directions) > 1:
        assert ledger.best is ledger.best_feasible is None
        return
    history = ledger.history()
    rows = zip(history.losses[:, 0].tolist(), history.number.tolist(), history.violation.tolist(), strict=True)
    complete = [row for row, state in zip(rows, history.state, strict=True) if state == TrialState.COMPLETE]
    assert ledger.best == min(((loss, n) for loss, n, _ in complete), default=(0, None))[1]
    assert ledger.best_feasible == min(((loss, n) for loss, n, v in complete if v == 0), default=(0, None))[1]


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
