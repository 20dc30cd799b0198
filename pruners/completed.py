"""What completed trials had reported, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from hpo.events import TrialState
from hpo.history import History
from hpo.pruners.ordered import Ordered
from hpo.space import Space

__all__ = ["Completed", "completed"]

_NOTHING = Ordered()
_NO_SPACE = Space()


@final
@dataclass(frozen=True, eq=False)
class Completed:
    """The completed trials of a history.

    Args:
        size: How many.
        last_step: The largest step of the first one that reported, which says how long trials are; None before.
        best: The smallest loss that one of them ended with.
        at: With one objective, the losses reported, by step.
    """

    size: int = 0
    last_step: int | None = None
    best: float = float("inf")
    at: Mapping[int, Ordered] = field(default_factory=dict)

    def advance(self, fresh: History) -> Completed:
        """The same after some more trials."""
        is_complete = (fresh.state == TrialState.COMPLETE).tolist()
        reported: dict[int, list[float]] = {}
        last_step, best = self.last_step, self.best
        for curve, complete in zip(fresh.curves(), is_complete, strict=True):
            if not complete or not curve.steps:
                continue
            if last_step is None:
                last_step = curve.step
            if fresh.n_objectives > 1:
                continue
            best = min(best, curve.latest)  # stays where the latter is NaN
            for step, loss in zip(curve.steps, curve.losses, strict=True):
                reported.setdefault(step, []).append(loss)
        at = self.at
        if reported:
            at = {**at, **{step: at.get(step, _NOTHING).plus(losses) for step, losses in reported.items()}}
        return Completed(self.size + sum(is_complete), last_step, best, at)


def completed(history: History) -> Completed:
    """The completed trials, at the cost of those that are new."""
    return history.fold("pruners.completed", _NONE, Completed.advance, _NO_SPACE)


_NONE = Completed()
