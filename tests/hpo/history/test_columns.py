"""Columns give back exactly what the events said, whether rows are still objects or already columns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.distributions import BaseDistribution, CategoricalDistribution
from hpo.events import TrialError, TrialFinished, TrialState
from hpo.history.columns import Columns
from hpo.history.reports import Reports
from hpo.history.running import RunningTrial
from hpo.key import Key
from hpo.space import Space
from tests.strategies import attributes, distributions, same

names = st.sampled_from(["x", "y", "z"])
some_spaces = st.lists(st.dictionaries(names, distributions, max_size=3).map(Space), min_size=1, max_size=4)
finite = st.floats(allow_nan=False)


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[RunningTrial, TrialFinished, Space]]:
    """Trials of different spaces, in which a name may be a number here and a category there."""
    spaces = draw(some_spaces)
    given_rows = []
    for number in range(draw(st.integers(1, 6))):
        space = spaces[draw(st.integers(0, len(spaces) - 1))]
        steps = draw(st.lists(st.integers(0, 2**40), unique=True, max_size=3))
        trial = RunningTrial(
            number,
            draw(finite),
            space,
            reports=Reports((1.0, -1.0), {step: draw(st.tuples(st.floats(), st.floats())) for step in steps}),
            user_attrs=draw(attributes),
            system_attrs=draw(attributes),
        )
        event = TrialFinished(
            number,
            draw(st.sampled_from([TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL])),
            draw(finite),
            draw(st.none() | st.tuples(finite, finite)),
            space.digest,
            space.decode(space.uniform(Key(0, number))),
            draw(st.dictionaries(st.text(max_size=2), finite, max_size=2)),
            draw(attributes),
            draw(attributes),
            draw(st.none() | st.builds(TrialError, st.text(max_size=3), st.text(max_size=3))),
        )
        given_rows.append((trial, event, space))
    return given_rows


def check(columns: Columns, given_rows: list[tuple[RunningTrial, TrialFinished, Space]]) -> None:
    for row, (trial, event, space) in enumerate(given_rows):
        finished = columns.finished(row, 0)
        assert (finished.number, finished.state, finished.start, finished.end) == (
            event.number,
            event.state,
            trial.time,
            event.time,
        )
        assert finished.values == event.values
        assert finished.space == space
        assert same_choices(finished.parameters, event.parameters, space)
        assert same(finished.reports, dict(trial.reports.items()))
        assert same(finished.user_attrs, trial.user_attrs | dict(event.user_attrs))
        assert same(finished.system_attrs, trial.system_attrs | dict(event.system_attrs))
        assert same(finished.constraints, event.constraints)
        assert finished.error == event.error


def same_choices(one: Any, other: Any, space: Space) -> bool:
    """Equal as values of their domains; of dicts as choices the order of keys does not count."""
    return list(one) == list(other) and all(
        type(one[name]) is type(other[name])
        and distribution.to_internal_repr(one[name]) == distribution.to_internal_repr(other[name])
        for name, distribution in space.items()
    )


@settings(max_examples=60)
@given(rows())
def test_rows_read_the_same_before_and_after_they_become_columns(
    given_rows: list[tuple[RunningTrial, TrialFinished, Space]],
) -> None:
    columns = Columns(np.array([1.0, -1.0]))
    for i, row in enumerate(given_rows):
        assert columns.append(*row) == i
    check(columns, given_rows)
    columns.number(len(given_rows))  # makes columns of them
    check(columns, given_rows)
    for row in given_rows:  # a mixture
        columns.append(*row)
    check(columns, given_rows * 2)


@pytest.mark.parametrize("n", [511, 512, 513, 1100])
def test_many_rows_come_back(n: int) -> None:
    choices: BaseDistribution = CategoricalDistribution(["a", 1, 1.0, True, None, [1, 2], {"k": math.nan}])
    spaces = [Space({"c": choices}), Space(), Space({"c": choices, "d": choices})]
    columns = Columns(np.array([-1.0]))
    given_rows = []
    for number in range(n):
        space = spaces[number % 3]
        parameters = space.decode(space.uniform(Key(0, number)))
        event = TrialFinished(number, TrialState.COMPLETE, 1.0, (number / 2,), space.digest, parameters)
        given_rows.append((RunningTrial(number, 0.5, space), event, space))
        columns.append(*given_rows[-1])
    check(columns, given_rows)
    assert columns.losses(n)[:, 0].tolist() == [-number / 2 for number in range(n)]


def test_attributes_of_finished_trials_can_change_and_records_keep_theirs() -> None:
    columns = Columns(np.array([1.0]))
    columns.append(RunningTrial(0, 0.0, Space(), user_attrs={"a": 1}), TrialFinished(0, TrialState.FAIL, 1.0), Space())
    columns.set_attribute(0, "a", 2, 7, system=False)
    columns.set_attribute(0, "b", 3, 8, system=True)
    before = columns.finished(0, 7)
    assert (dict(before.user_attrs), dict(before.system_attrs)) == ({"a": 1}, {})
    between = columns.finished(0, 8)
    assert (dict(between.user_attrs), dict(between.system_attrs)) == ({"a": 2}, {})
    after = columns.finished(0, 9)
    assert (dict(after.user_attrs), dict(after.system_attrs)) == ({"a": 2}, {"b": 3})


def test_violation_is_what_the_constraints_exceed_zero_by() -> None:
    columns = Columns(np.array([1.0]))
    for number, constraints in enumerate([{}, {"g": -1.0}, {"g": 1.0, "h": 2.5}, {"g": -5.0, "h": 0.5}]):
        event = TrialFinished(number, TrialState.COMPLETE, 1.0, (0.0,), constraints=constraints)
        columns.append(RunningTrial(number, 0.0, Space()), event, Space())
    assert columns.violation(4).tolist() == [0.0, 0.0, 3.5, 0.5]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL]),
            st.sampled_from([-1.0, 0.0, 2.0, math.inf, math.nan]),
            st.sampled_from([-1.0, 0.0, 1.0]),
        ),
        max_size=6,
    ),
    st.sampled_from([1.0, -1.0]),
    st.randoms(use_true_random=False),
)
def test_the_best_is_the_complete_trial_of_the_smallest_loss_and_the_lowest_number(
    ends: list[tuple[TrialState, float, float]], sign: float, random: Any
) -> None:
    columns, numbers = Columns(np.array([sign])), list(range(len(ends)))
    random.shuffle(numbers)
    for number, (state, value, constraint) in zip(numbers, ends, strict=True):
        event = TrialFinished(number, state, 1.0, (value,), constraints={"g": constraint})
        columns.append(RunningTrial(number, 0.0, Space()), event, Space())
    for feasible in (False, True):
        candidates = [
            (sign * value, number)
            for number, (state, value, constraint) in zip(numbers, ends, strict=True)
            if state is TrialState.COMPLETE and not math.isnan(value) and (constraint <= 0 or not feasible)
        ]
        assert columns.best(feasible=feasible) == min(candidates, default=None)
    assert Columns(np.array([1.0, -1.0])).best(feasible=False) is None
