"""How far successive halving lets trials go, while a longer training would only confirm what is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.history import Curve, Fold, History
from hpo.pruners.rungs import Ladder

__all__ = ["Progress", "crossed_gap", "same_ranking"]

_QUANTILE = 0.9
_MOST_GAPS = 1000  # the latest ones count


@final
@dataclass(frozen=True, eq=False)
class Progress:
    """The rung beyond which only the best trial goes. It rises when this rung and the one below disagree on a ranking.

    Args:
        ladder: The rungs.
        top: Index of that rung.
        curves: Of the trials that have reached it, in the order of arrival.
        gaps: How far trials were apart whose curves cross twice: differences that mean nothing.

    Source: Bohdal et al. (2023), "PASHA: efficient HPO and NAS with progressive resource allocation",
    arXiv 2207.06940.
    """

    ladder: Ladder
    top: int = 1
    curves: tuple[Curve, ...] = ()
    gaps: tuple[float, ...] = ()

    @staticmethod
    def of(history: History, ladder: Ladder) -> Progress:
        """What the finished and paused trials show, at the cost of those that are new."""
        return history.fold(Fold(("pruners.progress", ladder), Progress(ladder), Progress.advance))

    def advance(self, fresh: History) -> Progress:
        """The progress after some more trials."""
        progress = self
        for curve in fresh.curves():
            if curve.steps and progress._has_reached(curve, progress.top):
                progress = progress._after(curve)
        return progress

    def _after(self, curve: Curve) -> Progress:
        others = [other for other in self.curves if other.number != curve.number]
        gaps = self.gaps
        if len(others) == len(self.curves):
            new = [gap for other in others if (gap := crossed_gap(curve, other)) is not None]
            gaps = (*gaps, *new)[-_MOST_GAPS:]
        progress = replace(self, curves=(*others, curve), gaps=gaps)
        while not progress._is_settled():
            top = progress.top + 1
            longer = tuple(one for one in progress.curves if self._has_reached(one, top))
            progress = replace(progress, top=top, curves=longer)
        return progress

    def _has_reached(self, curve: Curve, rung: int) -> bool:
        return curve.step >= self.ladder.step(rung)

    def _is_settled(self) -> bool:
        """Whether the two highest rungs agree on the trials that have reached both."""
        rungs = self.top - 1, self.top
        losses = np.array([[_loss(curve, self.ladder.step(rung)) for rung in rungs] for curve in self.curves])
        tolerance = float(np.quantile(self.gaps, _QUANTILE)) if self.gaps else 0.0
        return len(losses) < 2 or same_ranking(losses[:, 0], losses[:, 1], tolerance)


def same_ranking(below: Array, above: Array, tolerance: float) -> bool:
    """Whether two rankings are the same but for ties.

    Args:
        below, above: Losses of the same trials at two rungs, shape (n,); trials without a finite one do not count.
        tolerance: Trials whose losses below differ by at most so much may change places.
    """
    known = np.isfinite(below) & np.isfinite(above)
    below, above = below[known], above[known]
    moved = below[np.argsort(above, kind="stable")] - np.sort(below)
    return bool((np.abs(moved) <= tolerance).all())


def crossed_gap(one: Curve, other: Curve) -> float | None:
    """How far two curves are apart at the last step of both, if they cross at least twice; else None."""
    theirs = dict(zip(other.steps, other.losses, strict=True))
    mine = sorted(zip(one.steps, one.losses, strict=True))
    differences = [loss - theirs[step] for step, loss in mine if step in theirs]
    differences = [difference for difference in differences if math.isfinite(difference)]
    return abs(differences[-1]) if _n_crossings(differences) >= 2 else None


def _n_crossings(differences: Sequence[float]) -> int:
    signs = [difference > 0 for difference in differences if difference]
    return sum(a != b for a, b in pairwise(signs))


def _loss(curve: Curve, step: int) -> float:
    first = curve.first_from(step)
    return math.nan if first is None else curve.losses[first]
