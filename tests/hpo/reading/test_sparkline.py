"""The small curve goes where the best value goes, and stays within its rectangle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpo
from hpo.reading.sparkline import HEIGHT, WIDTH, polyline, sparkline
from hpo.samplers import RandomSampler

LOSSES = st.lists(st.floats(), max_size=200)


def points(losses: Any, good: Any = None) -> list[tuple[float, float]]:
    values = np.array(losses, dtype=np.float64)
    mask = np.ones(len(values), dtype=np.bool_) if good is None else np.array(good, dtype=np.bool_)
    return parsed(polyline(values, mask))


def parsed(text: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


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


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_it_goes_where_the_values_of_a_study_go(direction: str) -> None:
    study = hpo.create_study(direction=direction, sampler=RandomSampler(), seed=0)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=30)
    heights = [HEIGHT - y for _, y in parsed(sparkline(study.history))]
    assert heights == sorted(heights, reverse=direction == "minimize")
    assert heights[0] != heights[-1]
    assert f"{'lower' if direction == 'minimize' else 'higher'} is better" in study._repr_html_()
