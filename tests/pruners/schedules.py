"""The same reports to hpo and to Optuna: what their pruners say of them."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from hypothesis import strategies as st

__all__ = ["Schedule", "answers", "curves", "schedules"]

Schedule: TypeAlias = tuple[list[dict[int, float]], int]
"""Curves of trials in the order in which they begin, and how many run at the same time."""

losses = st.integers(-4, 4).map(float) | st.sampled_from([math.inf, -math.inf, math.nan])


@st.composite
def curves(draw: st.DrawFn, *, finite: bool = False, max_steps: int = 9) -> dict[int, float]:
    """Losses by rising step."""
    loss = st.integers(-4, 4).map(float) if finite else losses
    steps = draw(st.lists(st.integers(0, 12), min_size=1, max_size=max_steps, unique=True))
    return {step: draw(loss) for step in sorted(steps)}


@st.composite
def schedules(draw: st.DrawFn, *, finite: bool = False) -> Schedule:
    return draw(st.lists(curves(finite=finite), min_size=1, max_size=10)), draw(st.integers(1, 4))


def answers(library: Any, pruner: Any, schedule: Schedule, direction: str = "minimize") -> list[tuple[int, int, bool]]:
    """Trial, step and decision, in the order in which the workers in turn make one report each."""
    curves, n_workers = schedule
    library.logging.set_verbosity(library.logging.ERROR)
    study = library.create_study(
        sampler=library.samplers.RandomSampler(seed=0), pruner=pruner, direction=direction, study_name="study"
    )
    sign = 1.0 if direction == "minimize" else -1.0
    waiting = [list(curve.items()) for curve in reversed(curves)]
    running: list[tuple[Any, list[tuple[int, float]]]] = []
    said: list[tuple[int, int, bool]] = []
    while waiting or running:
        while waiting and len(running) < n_workers:
            running.append((study.ask(), waiting.pop()))
        trial, reports = running.pop(0)
        step, loss = reports.pop(0)
        trial.report(sign * loss, step)
        pruned = trial.should_prune()
        said.append((trial.number, step, pruned))
        if pruned:
            study.tell(trial, state=library.trial.TrialState.PRUNED)
        elif not reports:
            study.tell(trial, sign * (loss if loss == loss else 0.0) + 1e-6 * trial.number)  # no two are equal
        else:
            running.append((trial, reports))
    return said
