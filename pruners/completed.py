"""What completed trials had reported, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from hpo.events import TrialState
from hpo.history import Fold, History
from hpo.pruners.ordered import Ordered

__all__ = ["Completed", "completed", "trial_length"]

_NOTHING = Ordered()


@final
@dataclass(frozen=True, eq=False)
class Completed:
    """The completed trials of a history.

    Args:
        size: How many.
        best: The smallest loss that one of them ended with.
        at: With one objective, the losses reported, by step.
    """

    size: int = 0
    best: float = float("inf")
    at: Mapping[int, Ordered] = field(default_factory=dict)

    def advance(self, fresh: History) -> Completed:
        """The completed trials after some more have finished."""
        is_complete = (fresh.state == TrialState.COMPLETE).tolist()
        reported: dict[int, list[float]] = {}
        best = self.best
        for curve, complete in zip(fresh.curves(), is_complete, strict=True):
            if not complete or not curve.steps or fresh.n_objectives > 1:
                continue
            best = min(best, curve.latest)  # stays where the latter is NaN
            for step, loss in zip(curve.steps, curve.losses, strict=True):
                reported.setdefault(step, []).append(loss)
        at = self.at
        if reported:
            at = {**at, **{step: at.get(step, _NOTHING).plus(losses) for step, losses in reported.items()}}
        return Completed(self.size + sum(is_complete), best, at)


def completed(history: History) -> Completed:
    """The completed trials, at the cost of those that are new."""
    return history.fold(_COMPLETED)


def trial_length(history: History) -> int | None:
    """How long trials are: the largest step of the first completed one that reported; None before."""
    return history.fold(_LENGTH)


def _length(known: int | None, fresh: History) -> int | None:
    if known is not None:
        return known
    is_complete = (fresh.state == TrialState.COMPLETE).tolist()
    curves = zip(fresh.curves(), is_complete, strict=True)
    return next((curve.step for curve, complete in curves if complete and curve.steps), None)


_COMPLETED = Fold("pruners.completed", Completed(), Completed.advance)
_LENGTH: Fold[int | None] = Fold("pruners.length", None, _length)
