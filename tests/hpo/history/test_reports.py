"""The reports of a running trial: what was read of them stays, also what is read while one is added."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.history import Curve
from hpo.history.reports import Reports

values = st.floats()


class Looking(int):
    """A step that lets someone look at the reports while it is compared, which is in the midst of adding it."""

    reports: Reports
    seen: list[Curve]

    def __gt__(self, other: int) -> bool:
        self.seen.append(self.reports.curve(0, n=len(self.reports)))
        return int(self) > other


def facts(curve: Curve) -> Any:
    known = (curve.step, curve.best, curve.in_order, curve.latest) if curve.losses else (curve.step, curve.in_order)
    return repr((curve.number, tuple(curve.steps), tuple(curve.losses), tuple(curve.vectors), known, curve.asked))


SIGNS = [(1.0,), (-1.0,), (1.0, -1.0), (-1.0, 1.0, 1.0)]
tellings = st.lists(st.tuples(st.integers(0, 50), st.tuples(*[values] * 3)), unique_by=lambda one: one[0], min_size=1)


@given(tellings, st.sampled_from(SIGNS), st.integers(0, 3))
def test_a_curve_says_the_same_whoever_made_it_and_whenever(
    told: list[tuple[int, tuple[float, ...]]], signs: tuple[float, ...], n_given: int
) -> None:
    given_reports = [(step, values[0] if len(signs) == 1 else values[: len(signs)]) for step, values in told]
    reports = Reports(signs, dict(given_reports[:n_given]))
    curves = [reports.curve(7, asked=1, inherited=2)] if reports.steps else []
    for step, value in given_reports[n_given:]:
        reports.add(step, value)
        curves.append(reports.curve(7, asked=1, inherited=2))
    assert reports.n_objectives == len(signs)
    for n, curve in enumerate(curves, max(1, min(n_given, len(told)))):
        steps, values = zip(*given_reports[:n], strict=True)
        assert facts(curve) == facts(reports.curve(7, asked=1, inherited=2, n=n))
        assert facts(curve) == facts(Curve.of(7, steps, values, signs, asked=1, inherited=2))
        assert (curve.inherited, curve.asked) == (2, 1)
    assert repr(list(reports.items())) == repr(given_reports)
    assert reports.last == max(reports.steps)
    assert all(step in reports for step, _ in told)
    assert -1 not in reports


@pytest.mark.parametrize("signs", SIGNS)
def test_a_copy_grows_on_its_own(signs: tuple[float, ...]) -> None:
    value = 0.5 if len(signs) == 1 else (0.5,) * len(signs)
    reports = Reports(signs, {3: value})
    copied = reports.copy()
    copied.add(1, value)
    reports.add(2, value)
    assert (reports.steps, copied.steps) == ([3, 2], [3, 1])
    assert facts(copied.curve(0)) == facts(Curve.of(0, (3, 1), (value, value), signs))
    assert facts(reports.curve(0, n=1)) == facts(Reports(signs, {3: value}).curve(0))
    assert not copied.curve(0).in_order


def test_without_reports_there_is_no_largest_step() -> None:
    reports = Reports()
    assert (len(reports), reports.last, reports.n_objectives) == (0, -1, 1)
    assert reports.curve(0) == Curve(0, (), ())
    reports.add(0, 0.5)
    assert list(reports.curve(0).losses) == [0.5]
    assert reports.curve(0).in_order


def test_a_report_that_is_being_added_shows_as_a_whole_or_not_at_all() -> None:
    reports = Reports()
    reports.add(0, 5.0)
    step = Looking(1)
    step.reports, step.seen = reports, []
    reports.add(step, 3.0)
    assert step.seen
    for curve in list(step.seen):  # comparing steps looks again
        assert (curve.step, curve.best) == (len(curve.steps) - 1, min(curve.losses))
