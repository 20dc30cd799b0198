"""The small curve falls with the best loss, and stays within its rectangle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hpo.reading.sparkline import HEIGHT, WIDTH, polyline

LOSSES = st.lists(st.floats(), max_size=200)


def points(losses: Any, good: Any = None) -> list[tuple[float, float]]:
    values = np.array(losses, dtype=np.float64)
    mask = np.ones(len(values), dtype=np.bool_) if good is None else np.array(good, dtype=np.bool_)
    pairs = (pair.split(",") for pair in polyline(values, mask).split())
    return [(float(x), float(y)) for x, y in pairs]


@given(LOSSES)
def test_it_never_rises_and_lies_within_its_rectangle(losses: list[float]) -> None:
    found = points(losses)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in found)
    assert [x for x, _ in found] == sorted(x for x, _ in found)
    assert [y for _, y in found] == sorted(y for _, y in found)  # downwards, as SVG counts
    n_from_the_first = len(losses) - next((i for i, one in enumerate(losses) if math.isfinite(one)), len(losses))
    assert bool(found) == (n_from_the_first >= 2)


def test_trials_that_do_not_count_leave_it_as_it_is() -> None:
    assert points([3.0, 0.0, 2.0, 1.0], [True, False, True, True]) == points([3.0, 3.0, 2.0, 1.0])


def test_a_bad_beginning_does_not_flatten_the_rest() -> None:
    heights = [y for _, y in points([1e9, *np.linspace(5, 1, 58)])]
    assert len(set(heights)) > 40
