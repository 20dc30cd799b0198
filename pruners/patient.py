"""Pruning of trials that stand still."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import final

from hpo.checks import check_least, check_whole
from hpo.history import Curve, History
from hpo.protocols import Pruner
from hpo.pruners.fronts import check_one_objective

__all__ = ["PatientPruner"]


@final
@dataclass(frozen=True)
class PatientPruner:
    """Leave a trial in peace while it still improves; else let another pruner decide.

    A trial improves if the best of its last `patience` + 1 reports, by step, is better than the best one before
    by more than `min_delta`, or as good within `min_delta`.

    Args:
        wrapped_pruner: Decides about trials that have not improved; None stops them all. It is asked about the
            whole curve, so that a rung that was passed meanwhile counts.
        patience: Reports without improvement that are borne.
        min_delta: How much worse the last ones may be, ≥ 0.

    Example:
        >>> study = hpo.create_study(pruner=PatientPruner(hpo.pruners.MedianPruner(), patience=3))
    """

    wrapped_pruner: Pruner | None
    patience: int
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.wrapped_pruner, type):
            name = self.wrapped_pruner.__name__
            raise TypeError(f"wrapped_pruner must be a pruner or None, got the class {name}; write {name}().")
        if self.wrapped_pruner is not None and not isinstance(self.wrapped_pruner, Pruner):
            raise TypeError(
                f"wrapped_pruner must be a pruner such as hpo.pruners.MedianPruner(), or None, got "
                f"{self.wrapped_pruner!r} of type {type(self.wrapped_pruner).__name__}."
            )
        check_whole("patience", self.patience, 0)
        check_least("min_delta", self.min_delta, 0)

    def prune(self, history: History, curve: Curve) -> bool:
        check_one_objective(history, self)
        if len(curve.steps) <= self.patience + 1:
            return False
        ordered = curve if curve.in_order else _in_order(curve)
        before, last = ordered.bests[-self.patience - 2], _smallest(ordered.losses[-self.patience - 1 :])
        if not before + self.min_delta < last:  # NaN on either side says nothing
            return False
        return self.wrapped_pruner is None or self.wrapped_pruner.prune(history, curve.never_asked())

    @property
    def wrapped(self) -> Pruner | None:
        """The other pruner, which divides the trials and promotes paused ones if it can."""
        return self.wrapped_pruner


def _in_order(curve: Curve) -> Curve:
    """A curve with its reports in the order of their steps."""
    steps, losses = zip(*sorted(zip(curve.steps, curve.losses, strict=True), key=lambda one: one[0]), strict=True)
    return replace(curve, steps=steps, losses=losses)


def _smallest(losses: Iterable[float]) -> float:
    return min((loss for loss in losses if loss == loss), default=math.nan)
