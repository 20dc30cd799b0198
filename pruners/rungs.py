"""What trials had achieved when they reached certain steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar, final

from hpo.history import Curve, Fold, History
from hpo.pruners.fronts import Point
from hpo.pruners.ordered import Ordered

__all__ = ["Ladder", "Rungs", "VectorRungs"]

P = TypeVar("P")

_NOTHING = Ordered()


@final
@dataclass(frozen=True)
class Ladder:
    """Steps that grow by a constant factor: rung k is at least · factor^k."""

    least: int
    factor: int

    def step(self, rung: int) -> int:
        step: int = self.least * self.factor**rung
        return step

    def reached(self, curve: Curve) -> range:
        """The rungs that a trial has reached since the pruner was last asked about it."""
        n_before, now = self.n_reached(curve.last_of(curve.asked)), curve.step
        return range(n_before, self.n_reached(now) if self.step(n_before) <= now else n_before)

    def n_reached(self, step: int) -> int:
        """How many rungs lie at a step or before it."""
        n = 0
        while self.step(n) <= step:
            n += 1
        return n


@final
@dataclass(frozen=True, eq=False)
class Rungs:
    """The losses of finished trials at each rung: of the first report at its step or after it."""

    ladder: Ladder
    losses: tuple[Ordered, ...] = ()

    @staticmethod
    def of(history: History, ladder: Ladder) -> Rungs:
        """The rungs of all finished trials, at the cost of those that are new."""
        return history.fold(Fold(("pruners.rungs", ladder), Rungs(ladder), Rungs.advance))

    def advance(self, fresh: History) -> Rungs:
        """The rungs after some more trials."""
        new = _by_rung(self.ladder, ((curve, curve.losses) for curve in fresh.curves()))
        rungs = range(max(len(new), len(self.losses)))
        return Rungs(self.ladder, tuple(self.at(k).plus(new[k]) if k < len(new) else self.at(k) for k in rungs))

    def at(self, rung: int) -> Ordered:
        """The losses at a rung."""
        return self.losses[rung] if rung < len(self.losses) else _NOTHING


@final
@dataclass(frozen=True, eq=False)
class VectorRungs:
    """The losses of finished trials of several objectives at each rung, in the order of their completion."""

    ladder: Ladder
    losses: tuple[tuple[Point, ...], ...] = ()

    @staticmethod
    def of(history: History, ladder: Ladder) -> VectorRungs:
        """The rungs of all finished trials, at the cost of those that are new and a copy."""
        return history.fold(Fold(("pruners.rungs", ladder), VectorRungs(ladder), VectorRungs.advance))

    def advance(self, fresh: History) -> VectorRungs:
        """The rungs after some more trials."""
        new = _by_rung(self.ladder, ((curve, curve.vectors) for curve in fresh.curves()))
        rungs = range(max(len(new), len(self.losses)))
        return VectorRungs(self.ladder, tuple((*self.at(k), *(new[k] if k < len(new) else ())) for k in rungs))

    def at(self, rung: int) -> tuple[Point, ...]:
        """The losses at a rung, shape (k, m)."""
        return self.losses[rung] if rung < len(self.losses) else ()


def _by_rung(ladder: Ladder, curves: Iterable[tuple[Curve, Sequence[P]]]) -> list[list[P]]:
    """What each curve reported when it first reached each rung, if that is not known from the time before a pause."""
    found: list[list[P]] = []
    for curve, reports in curves:
        rung, next_step = 0, ladder.least
        for i, (step, report) in enumerate(zip(curve.steps, reports, strict=True)):
            while step >= next_step:
                if rung == len(found):
                    found.append([])
                if i >= curve.inherited:
                    found[rung].append(report)
                rung += 1
                next_step = ladder.step(rung)
    return found
