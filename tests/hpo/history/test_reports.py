"""The reports of a running trial: what was read of them stays, also what is read while one is added."""

from __future__ import annotations

from typing import Any

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
    return repr((tuple(curve.steps), tuple(curve.losses), curve.vectors, curve.step, curve.best, curve.in_order))


@given(st.lists(st.tuples(st.integers(0, 50), values), unique_by=lambda one: one[0], min_size=1))
def test_a_curve_says_the_same_whoever_made_it_and_whenever(told: list[tuple[int, float]]) -> None:
    reports, curves = Reports((-1.0,)), []
    for step, value in told:
        reports.add(step, value)
        curves.append(reports.curve(0))
    for n, curve in enumerate(curves, 1):
        steps, losses = [step for step, _ in told[:n]], [value for _, value in told[:n]]
        assert facts(curve) == facts(reports.curve(0, n=n)) == facts(Curve.of(0, steps, losses, (-1.0,)))
    assert reports.last == max(step for step, _ in told)


def test_a_report_that_is_being_added_shows_as_a_whole_or_not_at_all() -> None:
    reports = Reports()
    reports.add(0, 5.0)
    step = Looking(1)
    step.reports, step.seen = reports, []
    reports.add(step, 3.0)
    assert step.seen
    for curve in list(step.seen):  # comparing steps looks again
        assert (curve.step, curve.best) == (len(curve.steps) - 1, min(curve.losses))
