"""When the runs of a study that go on will have ended, as far as the log lets one guess."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.events import TrialState
from hpo.history import History
from hpo.log.runs import OpenRun
from hpo.log.worker import is_gone
from hpo.moments import local_time
from hpo.words import count

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot

__all__ = ["Expected", "expected", "moment", "outlook"]

_LATELY = 50  # trials from whose ends the present pace is taken
_SILENCE = 10  # as many times the longest trial may pass without news before a run is taken for lost
_PATIENCE = 600.0  # seconds of silence that say nothing


@final
@dataclass(frozen=True)
class Expected:
    """What is still to come.

    Args:
        trials: How many will end, those that run now among them; None if that is not known.
        end: When the last of them will, in seconds since 1970; None if that is not known.
    """

    trials: int | None
    end: float | None

    def words(self, now: float) -> str:
        """Such as "about 40 trials to go, until 14:05"."""
        trials = "" if self.trials is None else f"about {count(self.trials)} to go"
        until = "" if self.end is None else f"until {moment(self.end, now)}"
        return ", ".join(words for words in (trials, until) if words)


def expected(study: Snapshot, now: float) -> Expected | None:
    """What is still to come of a study.

    Args:
        study: As it stands.
        now: The time, in seconds since 1970.

    Returns:
        None if no run goes on, or one that has no limits. A run whose process is known to be gone does not go on, nor
        does one of which nothing has been heard for ten times the longest trial.
    """
    runs = [run for run in study.runs if not is_gone(run.worker)]
    if not runs or _is_silent(study.history, now):
        return None
    trials = _trials(study, runs)
    until = max(math.inf if run.limits.until is None else run.limits.until for run in runs)
    if trials == math.inf and until == math.inf:
        return None
    since, pace = _pace(study.history, runs)
    n_running = sum(run.n_running for run in runs)
    if until < math.inf and pace:
        trials = min(trials, max(n_running, math.ceil((until - since) / pace)))
    by_trials = math.inf if pace is None else since + pace * trials
    end = min(by_trials, until)
    return Expected(None if trials == math.inf else int(trials), end if now <= end < math.inf else None)


def outlook(study: Snapshot, now: float) -> str:
    """What is still to come, in words; empty where nothing is known."""
    found = expected(study, now)
    return "" if found is None else found.words(now)


def moment(seconds: float, now: float) -> str:
    """A moment that is to come in the local time, as briefly as it is clear: "14:05", "Tue 14:05", "2026-12-24"."""
    then, today = local_time(seconds), local_time(now).date()
    if then.date() == today:
        return f"{then:%H:%M}"
    return f"{then:%a %H:%M}" if then.date() < today + timedelta(days=7) else f"{then:%Y-%m-%d}"


def _is_silent(history: History, now: float) -> bool:
    """Whether nothing has happened for so long that whoever was at work is lost."""
    if not len(history):
        return False  # the first trial may take days
    latest: float = max(history.end.max(), history.running_start.max(initial=0.0))
    longest = float((history.end - history.start).max())
    return now - latest > max(_PATIENCE, _SILENCE * longest)


def _trials(study: Snapshot, runs: Sequence[OpenRun]) -> float:
    """How many trials of the runs are still to end; infinite if nothing but the time, or nothing at all, ends them."""
    alone = shared = room = 0.0
    for run in runs:
        own = math.inf if run.limits.n_trials is None else run.limits.n_trials - run.n_begun + run.n_running
        if not run.limits.budgets:
            alone += own
            continue
        shared += own
        room = max(room, min(_room(study, *budget) for budget in run.limits.budgets))
    return max(alone + min(shared, room), sum(run.n_running for run in runs))


def _room(study: Snapshot, n_trials: int, states: Sequence[TrialState]) -> int:
    """How many trials may still come to count for a budget, those that run among them."""
    ended = [state for state in states if state is not TrialState.RUNNING]
    return n_trials - study.count_trials(ended)


def _pace(history: History, runs: Sequence[OpenRun]) -> tuple[float, float | None]:
    """Since when, and by how many seconds from one to the next, trials end; None if that is not known."""
    began = min(run.began for run in runs)
    is_over = history.state[-_LATELY - 1 :] != TrialState.PAUSED
    start, end = history.start[-_LATELY - 1 :][is_over], history.end[-_LATELY - 1 :][is_over]
    ends = np.sort(end[end > began])
    if len(ends) > _LATELY:
        began, ends = float(ends[0]), ends[1:]
    if len(ends):
        return float(ends[-1]), (float(ends[-1]) - began) / len(ends)
    n_running = sum(run.n_running for run in runs)
    return began, float(np.median(end - start)) / n_running if len(end) else None
