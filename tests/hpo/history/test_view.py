"""A history is one prefix of the log for good, and a fold over it is a fold from scratch."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.events import Event, SpaceDeclared, TrialFinished, TrialProposed, TrialReported, TrialStarted, TrialState
from hpo.history import Curve, Fold, History
from hpo.log.ledger import Ledger
from hpo.space import Space
from tests.logs import SPACES, header, knowledge, logs, replay


@settings(max_examples=50)
@given(logs(), st.integers(5, 30))
def test_what_comes_later_does_not_change_a_view(log: list[Event], cut: int) -> None:
    ledger = replay(log[:cut])
    early = ledger.history()
    then = knowledge(replay(log[:cut]).history())
    ledger.apply(log[cut:])
    knowledge(ledger.history())
    assert knowledge(early) == then


def test_a_proposal_that_comes_later_does_not_show_in_an_earlier_view() -> None:
    space = SPACES[0]
    end = TrialFinished(0, TrialState.COMPLETE, 0.0, (0.0,), space.digest, {"x": 0.5})
    ledger = replay([header(), SpaceDeclared(space), TrialStarted(0.0), end, TrialStarted(0.0)])
    view = ledger.history()
    ledger.apply([TrialProposed(1, (0.25,))])
    for early in (view, view.where(np.array([True]))):
        np.testing.assert_array_equal(early.pending(space), [[np.nan]])
    assert ledger.history().pending(space).tolist() == [[0.25]]


@settings(max_examples=50)
@given(logs())
def test_arrays_are_read_only(log: list[Event]) -> None:
    history = replay(log).history()
    views = (history.number, history.state, history.losses, history.violation, history.last_step, history.end)
    for view in (*views, history.feasible):
        assert not view.flags.writeable
    assert not history.over(SPACES[0]).flags.writeable


@settings(max_examples=50)
@given(logs())
def test_feasible_are_the_complete_trials_that_violate_nothing(log: list[Event]) -> None:
    history = replay(log).history()
    trials = [history.finished(row) for row in range(len(history))]
    good = [t.state is TrialState.COMPLETE and all(v <= 0 for v in t.constraints.values()) for t in trials]
    assert history.feasible.tolist() == good


@settings(max_examples=50)
@given(logs(), st.randoms(use_true_random=False))
def test_a_cohort_is_the_rows_of_its_mask(log: list[Event], random: Any) -> None:
    history = replay(log).history()
    mask = np.array([random.random() < 0.5 for _ in range(len(history))], dtype=bool)
    cohort = history.where(mask)
    assert len(cohort) == mask.sum()
    assert cohort.number.tolist() == history.number[mask].tolist()
    np.testing.assert_array_equal(cohort.losses, history.losses[mask])
    np.testing.assert_array_equal(cohort.over(SPACES[1]), history.over(SPACES[1])[mask])
    np.testing.assert_array_equal(cohort.end - cohort.start, (history.end - history.start)[mask])
    for name in "xnc":
        np.testing.assert_array_equal(cohort.raw(name)[0], history.raw(name)[0][mask])
    assert cohort.running.tolist() == history.running.tolist()
    everyone = cohort.where(np.ones(len(cohort), dtype=bool))
    assert everyone.number.tolist() == cohort.number.tolist()
    for step in range(4):
        parts = [cohort.losses_at(step), history.where(~mask).losses_at(step)]
        assert sorted(np.concatenate(parts).tolist()) == sorted(history.losses_at(step).tolist())


@settings(max_examples=50)
@given(logs(), st.randoms(use_true_random=False))
def test_values_and_reports_are_those_of_the_records(log: list[Event], random: Any) -> None:
    ledger = replay(log)
    history = ledger.history()
    signs = ledger.columns.signs
    some = np.array([random.random() < 0.5 for _ in range(len(history))], dtype=bool)
    for view, rows in ((history, range(len(history))), (history.where(some), np.flatnonzero(some).tolist())):
        records = [ledger.columns.finished(row, ledger.position) for row in rows]
        told = [
            (place, step, (np.atleast_1d(value) * signs).tolist())
            for place, record in enumerate(records)
            for step, value in record.reports.items()
        ]
        place, step, loss = (column.tolist() for column in view.reports())
        assert sorted(zip(place, step, map(list, np.reshape(loss, (-1, len(signs)))), strict=True)) == sorted(told)
        for name in ("n", "c"):
            raw, choices = view.raw(name)
            for value, record in zip(raw.tolist(), records, strict=True):
                assert (value == value) == (name in record.parameters)
                if value == value:
                    shown = value if choices is None else choices[int(value)]
                    assert (shown, choices is None or type(shown)) == (
                        record.parameters[name],
                        choices is None or type(record.parameters[name]),
                    )


@settings(max_examples=50)
@given(logs())
def test_losses_at_a_step_are_the_reports_of_complete_trials(log: list[Event]) -> None:
    ledger = replay(log)
    history = ledger.history()
    signs = ledger.columns.signs
    for step in range(4):
        reports = [ledger.finished(n).reports for n, s in zip(history.number, history.state, strict=True) if s == 1]
        losses = [np.array(r[step]) * (signs if len(signs) > 1 else signs[0]) for r in reports if step in r]
        assert history.losses_at(step).tolist() == [loss.tolist() for loss in losses]


def advance(state: tuple[Any, ...], fresh: History) -> tuple[Any, ...]:
    rows = zip(fresh.number.tolist(), fresh.losses.tolist(), fresh.over(SPACES[1]).tolist(), strict=True)
    return (*state, *map(repr, rows))


ROWS: Fold[tuple[Any, ...]] = Fold("rows", (), advance, SPACES[1])


@settings(max_examples=50)
@given(logs(), st.lists(st.integers(5, 45), max_size=8))
def test_a_fold_is_a_fold_from_scratch(log: list[Event], looks: list[int]) -> None:
    ledger, views = Ledger(), []
    for begin, end in itertools.pairwise([0, *sorted({5, *looks, len(log)})]):
        ledger.apply(log[begin:end])
        view = ledger.history()
        views.append(view)
        assert view.fold(ROWS) == advance((), view)
    for view in views[::-1]:
        assert view.fold(ROWS) == advance((), view)
        cohort = view.where(view.number % 2 == 0)
        assert cohort.fold(ROWS) == advance((), cohort)


@settings(max_examples=50)
@given(logs(), st.lists(st.integers(5, 45), max_size=8), st.integers(1, 7))
def test_a_fold_waits_for_as_many_rows_as_it_lacks(log: list[Event], looks: list[int], size: int) -> None:
    """Groups of so many rows, of which the last one is not complete."""

    def grouped(groups: list[list[int]], fresh: History) -> list[list[int]]:
        numbers = [*groups[-1], *fresh.number.tolist()]
        return [*groups[:-1], *(numbers[i : i + size] for i in range(0, len(numbers) + 1, size))]

    fold: Fold[list[list[int]]] = Fold("groups", [[]], grouped, n_missing=lambda groups: size - len(groups[-1]))
    ledger = Ledger()
    for begin, end in itertools.pairwise([0, *sorted({5, *looks, len(log)})]):
        ledger.apply(log[begin:end])
        every = ledger.history()
        for view in (every, every.cohort("even", lambda number: number % 2 == 0)):
            assert view.fold(fold)[:-1] == grouped([[]], view)[:-1]


def test_a_fold_costs_the_new_rows_only() -> None:
    ledger, seen = replay([header()]), []

    def count(state: int, fresh: History) -> int:
        seen.append(len(fresh))
        return state + len(fresh)

    for number in range(5):
        ledger.apply([TrialStarted(0.0), TrialFinished(number, TrialState.COMPLETE, 0.0, (1.0,))])
        assert ledger.history().fold(Fold("count", 0, count)) == number + 1
        assert ledger.history().fold(Fold("count", 0, count)) == number + 1
    assert seen == [1] * 5
    del seen[:]
    assert ledger.history().fold(Fold("pairs", 0, count, n_missing=lambda _: 2)) == 5
    for number, known in ((5, 5), (6, 7), (7, 7)):
        ledger.apply([TrialStarted(0.0), TrialFinished(number, TrialState.COMPLETE, 0.0, (1.0,))])
        assert ledger.history().fold(Fold("pairs", 0, count, n_missing=lambda _: 2)) == known
    assert seen == [5, 2]


def study(distribution: Any, values: list[Any]) -> History:
    """A history of trials with one parameter "p"."""
    space = Space({"p": distribution})
    log: list[Event] = [header(), SpaceDeclared(space)]
    for number, value in enumerate(values):
        end = TrialFinished(number, TrialState.COMPLETE, 0.0, (0.0,), space.digest, {"p": value})
        log += [TrialStarted(0.0), end]
    return replay(log).history()


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        (FloatDistribution(0, 1), [0.0, 0.3, 1.0], FloatDistribution(-1, 3)),
        (FloatDistribution(0, 1), [0.0, 0.3, 1.0], FloatDistribution(0.1, 0.5)),
        (FloatDistribution(0, 1), [0.0, 0.3, 0.75, 1.0], FloatDistribution(0, 1, step=0.25)),
        (FloatDistribution(0, 1, step=0.1), [0.0, 0.3, 1.0], FloatDistribution(0, 1)),
        (FloatDistribution(1e-3, 1, log=True), [1e-3, 0.3, 1.0], FloatDistribution(1e-4, 0.5, log=True)),
        (IntDistribution(0, 9), [0, 3, 4, 9], IntDistribution(0, 8, step=2)),
        (IntDistribution(0, 9), [0, 3, 4, 9], IntDistribution(-100, 100)),
        (CategoricalDistribution(["a", 1, True]), ["a", 1, True], CategoricalDistribution([True, "z", "a"])),
        (CategoricalDistribution(["a", [1]]), ["a", [1]], CategoricalDistribution([(1,), None, "a", 1])),
        (CategoricalDistribution(["a"]), ["a"], FloatDistribution(0, 1)),
        (FloatDistribution(0, 2), [0.5, 1.0, 2.0], CategoricalDistribution(["a", 1.0, 0.5, True])),
    ],
    ids=repr,
)
def test_a_changed_domain_keeps_exactly_the_values_that_lie_in_it(before: Any, values: list[Any], after: Any) -> None:
    history, space = study(before, values), Space({"p": after})
    coded = history.over(space)[:, 0]
    np.testing.assert_array_equal(history.at(np.arange(len(values)), space)[:, 0], coded)
    for value, u in zip(values, coded.tolist(), strict=True):
        assert (u == u) == (after.contains(value))
        assert u != u or after.decode(u) == value or list(after.decode(u)) == list(value)


def test_an_answer_is_made_once_and_few_are_remembered() -> None:
    ledger, made = replay([header()]), []

    def answer(key: int) -> str:
        def make() -> str:
            made.append(key)
            return f"to {key}"

        return ledger.history().remember(("question", key), make)  # in whatever view

    for key in (1, 2, 1, 2, 2):
        assert answer(key) == f"to {key}"
    assert made == [1, 2]
    for key in range(100):
        assert answer(key) == f"to {key}"
    made.clear()
    assert [answer(key) for key in (99, 0)] == ["to 99", "to 0"]
    assert made == [0]


def test_a_name_that_was_never_used_is_inactive_everywhere() -> None:
    history = study(FloatDistribution(0, 1), [0.5, 0.25])
    space = Space({"q": FloatDistribution(0, 1), "p": FloatDistribution(0, 1)})
    np.testing.assert_array_equal(history.over(space), [[np.nan, 0.5], [np.nan, 0.25]])
    assert history.over(Space()).shape == (2, 0)
    assert history.pending(Space()).shape == (0, 0)


def test_columns_that_are_seen_in_turns_stay_right_beyond_what_is_remembered() -> None:
    """More spaces than memos, looked at while the log grows."""
    spaces = [Space({"x": FloatDistribution(0, high)}) for high in range(1, 90)]
    ledger = replay([header(), SpaceDeclared(SPACES[1])])
    for number in range(12):
        end = TrialFinished(number, TrialState.COMPLETE, 0.0, (0.0,), SPACES[1].digest, {"x": number / 2, "n": 1})
        ledger.apply([TrialStarted(0.0), end])
        for space in spaces[number % 3 :: 2]:
            expected = [space.encode({"x": k / 2}).tolist() for k in range(number + 1)]
            np.testing.assert_array_equal(ledger.history().over(space), expected)


def test_a_curve_knows_its_best_and_its_largest_step() -> None:
    nan = float("nan")
    curve = Curve(0, (3, 1, 2), (nan, 0.5, -1.0))
    assert (curve.step, curve.best) == (3, -1.0)
    assert np.isnan(Curve(0, (0,), (nan,)).best)


def test_reports_of_a_running_trial_are_not_yet_known() -> None:
    ledger = replay([header(), TrialStarted(0.0), TrialReported(0, 1, 0.5, 0.0)])
    assert ledger.history().losses_at(1).tolist() == []
    assert ledger.history().running.tolist() == [0]


@settings(max_examples=50)
@given(logs(), st.randoms(use_true_random=False))
def test_some_rows_are_coded_as_all_are(log: list[Event], random: Any) -> None:
    history = replay(log).history()
    for view in (history, history.where(history.number % 2 == 0)):
        rows = np.array([i for i in range(len(view)) if random.random() < 0.5], dtype=np.int64)
        for space in (*SPACES, history.space):
            np.testing.assert_array_equal(view.at(rows, space), view.over(space)[rows])
            assert (view.active(rows, space) >= ~np.isnan(view.over(space)[rows])).all()
