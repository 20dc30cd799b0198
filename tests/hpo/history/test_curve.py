"""A curve answers what pruners ask as one would by looking through all of its reports."""

from __future__ import annotations

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.history import Curve
from hpo.history.curve import Prefix
from hpo.history.reports import Reports

values = st.sampled_from([-1.0, 0.0, 2.5, math.inf, -math.inf, math.nan])
orders = st.lists(st.integers(0, 12), unique=True, min_size=1, max_size=8)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    steps = draw(orders | orders.map(sorted))
    losses = draw(st.lists(values, min_size=len(steps), max_size=len(steps)))
    if draw(st.booleans()):
        return Curve(0, tuple(steps), tuple(losses))
    return Reports((1.0,), dict(zip(steps, losses, strict=True))).curve(0)


@given(curves(), st.integers(0, 13), st.integers(0, 13))
def test_whoever_looks_through_it_finds_the_same(curve: Curve, begin: int, end: int) -> None:
    steps, losses = list(curve.steps), list(curve.losses)
    numbers = [loss for loss in losses if not math.isnan(loss)]
    assert curve.step == max(steps)
    assert repr(curve.best) == repr(min(numbers, default=math.nan))
    assert curve.in_order == (steps == sorted(steps))
    assert repr(curve.latest) == repr(losses[steps.index(max(steps))])
    assert curve.first_from(begin) == next((i for i, step in enumerate(steps) if step >= begin), None)
    assert curve.has_reported(begin, end) == any(begin <= step < end for step in steps)
    assert [curve.last_of(n) for n in range(len(steps) + 1)] == [
        max(steps[:n], default=-1) for n in range(len(steps) + 1)
    ]


@pytest.mark.parametrize("signs", [(1.0, 1.0), (-1.0, 1.0)])
@given(st.lists(st.tuples(values, values), min_size=1, max_size=6))
def test_of_several_objectives_each_has_its_best(signs: tuple[float, ...], told: list[tuple[float, float]]) -> None:
    curve = Curve.of(0, range(len(told)), told, signs)
    for i, best in enumerate(curve.ideal):
        losses = [signs[i] * vector[i] for vector in told if not math.isnan(vector[i])]
        assert repr(best) == repr(min(losses, default=math.nan))
    assert curve.losses == ()
    assert len(curve.vectors) == len(told)


def test_a_curve_has_not_asked_and_inherits_nothing_unless_it_is_said() -> None:
    curve = Curve.of(3, [1, 2], [0.5, 0.25], [-1.0])
    assert curve == Curve(3, (1, 2), (-0.5, -0.25), 0, (), 0)


@given(st.lists(st.integers()), st.data())
def test_a_prefix_is_the_tuple_of_its_items_however_the_list_grows(items: list[int], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(items)))
    expected = tuple(items[:n])
    prefix = Prefix(items, n)
    items.append(7)
    assert tuple(prefix) == expected
    assert prefix == expected
    assert prefix == Prefix(list(expected), n)
    assert prefix != Prefix(items, n + 1)
    assert prefix != list(expected)
    assert len(prefix) == n
    assert hash(prefix) == hash(expected)
    assert repr(prefix) == repr(expected)
    assert pickle.loads(pickle.dumps(prefix)) == expected
    assert [prefix[i] for i in range(-n, n)] == [expected[i] for i in range(-n, n)]
    for i in (n, -n - 1):
        with pytest.raises(IndexError, match=f"There are {n} items"):
            prefix[i]
    part = data.draw(st.slices(n + 3))
    assert prefix[part] == expected[part]
