"""Percentile and median pruning do what their docstrings say, against the words written out as loops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.events import Event, TrialFinished, TrialReported, TrialStarted, TrialState
from hpo.history import Curve, History
from hpo.pruners import MedianPruner, PercentilePruner
from tests.logs import header, replay

finite = st.integers(-5, 5).map(float)
curves = st.dictionaries(st.integers(0, 6), finite, max_size=6)


def history(*reports: dict[int, float], state: TrialState = TrialState.COMPLETE) -> History:
    log: list[Event] = [header()]
    for number, curve in enumerate(reports):
        log.append(TrialStarted(0.0))
        log += [TrialReported(number, step, value, 0.0) for step, value in curve.items()]
        log.append(TrialFinished(number, state, 0.0, (0.0,) if state is TrialState.COMPLETE else None))
    return replay(log).history()


def curve(*losses: float, first: int = 0) -> Curve:
    return Curve(99, tuple(range(first, first + len(losses))), losses)


def words(pruner: PercentilePruner, others: list[dict[int, float]], own: Curve) -> bool:
    """The docstring of the pruner."""
    if len(others) < max(1, pruner.n_startup_trials) or own.step < pruner.n_warmup_steps:
        return False
    due = range(pruner.n_warmup_steps, own.step + 1, pruner.interval_steps)[-1]
    if any(due <= step < own.step for step in own.steps):
        return False
    reported = [other[own.step] for other in others if own.step in other]
    if len(reported) < pruner.n_min_trials:
        return False
    return min(own.losses) > float(np.percentile(reported, pruner.percentile))


@given(
    st.lists(curves, max_size=8),
    st.dictionaries(st.integers(0, 6), finite, min_size=1, max_size=6).map(lambda d: dict(sorted(d.items()))),
    st.builds(
        PercentilePruner,
        st.sampled_from([1.0, 25.0, 50.0, 90.0, 100.0]),
        n_startup_trials=st.integers(0, 4),
        n_warmup_steps=st.integers(0, 4),
        interval_steps=st.integers(1, 4),
        n_min_trials=st.integers(1, 3),
    ),
)
def test_the_decision_is_what_the_docstring_says(
    others: list[dict[int, float]], own: dict[int, float], pruner: PercentilePruner
) -> None:
    asked = Curve(99, tuple(own), tuple(own.values()))
    assert pruner.prune(history(*others), asked) == words(pruner, others, asked)


@given(st.lists(curves, max_size=8), st.lists(finite, min_size=1, max_size=5))
def test_the_median_is_the_fiftieth_percentile(others: list[dict[int, float]], own: list[float]) -> None:
    past = history(*others)
    options: dict[str, Any] = {"n_startup_trials": 2, "n_warmup_steps": 1, "interval_steps": 2, "n_min_trials": 2}
    assert MedianPruner(**options).prune(past, curve(*own)) == PercentilePruner(50.0, **options).prune(
        past, curve(*own)
    )


def test_the_best_report_counts_not_the_last() -> None:
    past = history(*({0: 1.0, 1: 1.0},) * 5)
    assert not MedianPruner().prune(past, curve(0.5, 9.0))
    assert MedianPruner().prune(past, curve(1.5, 9.0))


def test_equal_is_good_enough() -> None:
    assert not MedianPruner().prune(history(*({0: 1.0},) * 5), curve(1.0))


@pytest.mark.parametrize("state", [TrialState.PRUNED, TrialState.FAIL])
def test_only_completed_trials_are_peers(state: TrialState) -> None:
    assert not MedianPruner().prune(history(*({0: 0.0},) * 9, state=state), curve(9.0))


def test_only_nan_is_pruned_and_peers_that_reported_nan_do_not_count() -> None:
    past = history(*({0: 1.0},) * 3, *({0: math.nan},) * 3)
    assert MedianPruner().prune(past, curve(math.nan))
    assert not MedianPruner().prune(past, curve(0.5))
    assert MedianPruner().prune(past, curve(1.5))
    assert not MedianPruner(n_min_trials=4).prune(past, curve(1.5))


@pytest.mark.parametrize("q", [10.0, 50.0, 75.0, 100.0])
def test_infinite_peers_are_ordered_like_other_numbers(q: float) -> None:
    past = history({0: math.inf}, {0: math.inf}, {0: -math.inf}, {0: 1.0}, {0: math.inf})
    pruner = PercentilePruner(q)
    assert not pruner.prune(past, curve(-math.inf))
    assert pruner.prune(past, curve(math.inf)) == (q < 40)


def test_decisions_fall_due_once_an_interval() -> None:
    past = history(*(dict.fromkeys(range(20), 0.0),) * 5)
    pruner = MedianPruner(n_warmup_steps=3, interval_steps=4)
    asked = [step for step in range(16) if pruner.prune(past, curve(*[1.0] * (step + 1)))]
    assert asked == [3, 7, 11, 15]
    late = Curve(99, (0, 5), (1.0, 1.0))  # nothing was reported at 3 and 4, so step 5 is the first after it
    assert pruner.prune(past, late)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"percentile": -0.1}, "percentile"),
        ({"percentile": 100.1}, "percentile"),
        ({"percentile": math.nan}, "percentile"),
        ({"n_startup_trials": -1}, "n_startup_trials"),
        ({"n_warmup_steps": -1}, "n_warmup_steps"),
        ({"interval_steps": 0}, "interval_steps"),
        ({"n_min_trials": 0}, "n_min_trials"),
    ],
    ids=str,
)
def test_options_are_checked(options: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        PercentilePruner(**{"percentile": 50.0, **options})
    if name != "percentile":
        with pytest.raises(ValueError, match=name):
            MedianPruner(**options)
