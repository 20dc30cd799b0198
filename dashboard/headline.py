"""How a study stands, in the few numbers at the top of its page."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array
from hpo.dashboard.kept import Kept
from hpo.events import StudyDirection, TrialState
from hpo.reading.counts import latest, state_counts
from hpo.reading.expected import Expected, expected
from hpo.reading.sparkline import sparkline
from hpo.reading.summary import goals, objective_names
from hpo.visualization.states import MARKS

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot

__all__ = ["STATES", "Headline", "Share", "headline_of"]

_LATELY = 50  # finished trials from which the present rate is taken

STATES = {**{state: mark.word for state, mark in MARKS.items()}, TrialState.WAITING: "waiting"}
"""What each state is called."""


@final
@dataclass(frozen=True)
class Share:
    """How many trials are in a state.

    Args:
        state, word: Which.
        n, percent: How many, and of all trials.
    """

    state: str
    word: str
    n: int
    percent: float


@final
@dataclass(frozen=True)
class Headline:
    """The numbers.

    Args:
        name, goals: What the study is called, and what it optimises.
        position: Of the log from which they follow; what is expected depends on the time, too.
        n: Trials of every state.
        shares: Of those states that occur.
        objectives: Names.
        best: The best value of the only objective; None without one.
        best_number: Its trial.
        optimal: How many are on the Pareto front; None for a single objective.
        infeasible: Complete trials that break a constraint.
        seconds: Median time that a finished trial took.
        rate: Trials that finished per minute, lately.
        running: Number and start of each trial that runs.
        began, changed: When the first trial began, and the last one ended or began, in seconds since 1970.
        curve: Points of the best value over time, for an SVG polyline of 120 × 28; empty without one.
        rises: Whether it goes up, as the study maximises.
        expected: What is still to come; None unless a run goes on that has limits.
    """

    name: str
    goals: str
    position: int
    n: int
    shares: tuple[Share, ...]
    objectives: tuple[str, ...]
    best: float | None
    best_number: int | None
    optimal: int | None
    infeasible: int
    seconds: float | None
    rate: float | None
    running: tuple[tuple[int, float], ...]
    began: float | None
    changed: float | None
    curve: str
    rises: bool
    expected: Expected | None = None

    def count(self, state: str) -> int:
        """How many trials are in a state."""
        return next((share.n for share in self.shares if share.state == state), 0)


def headline_of(identity: str, study: Snapshot) -> Headline:
    """The numbers of a study of that identity."""
    kept = _kept.get((identity, study.position), lambda: _computed(study))
    return replace(kept, expected=expected(study, time.time())) if study.runs else kept


def _computed(study: Snapshot) -> Headline:
    history = latest(study.history)
    counts = state_counts(study.history) | {TrialState.WAITING: study.count_trials((TrialState.WAITING,))}
    total = sum(counts.values())
    shares = tuple(
        Share(state.name, word, counts[state], 100.0 * counts[state] / total)
        for state, word in STATES.items()
        if counts[state]
    )
    is_single = len(study.directions) == 1
    good = history.feasible
    losses = history.losses[:, 0] if is_single else np.empty(0)
    best = number = None
    if is_single and np.any(good & ~np.isnan(losses)):
        trial = study.best_trial
        best, number = trial.value, trial.number
    running = tuple(zip(history.running.tolist(), history.running_start.tolist(), strict=True))
    starts = [*([float(history.start.min())] if len(history) else []), *(start for _, start in running)]
    ends = [*([float(history.end.max())] if len(history) else []), *(start for _, start in running)]
    lasted = (history.end - history.start)[history.state != TrialState.FAIL]
    return Headline(
        study.study_name,
        goals(study),
        study.position,
        total,
        shares,
        tuple(objective_names(study)),
        best,
        number,
        None if is_single else len(study.best_trials),
        int(np.count_nonzero((history.state == TrialState.COMPLETE) & (history.violation > 0.0))),
        float(np.median(lasted)) if len(lasted) else None,
        _rate(history.end),
        running,
        min(starts, default=None),
        max(ends, default=None),
        sparkline(history),
        study.directions == [StudyDirection.MAXIMIZE],
    )


_kept: Kept[Headline] = Kept(256)


def _rate(end: Array) -> float | None:
    last = np.sort(end[-_LATELY:])
    if len(last) < 2 or last[-1] <= last[0]:
        return None
    return float(60.0 * (len(last) - 1) / (last[-1] - last[0]))
