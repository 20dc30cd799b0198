"""The intermediate values of one trial while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, final

from hpo.arrays import Report
from hpo.history.curve import Curve, Prefix

__all__ = ["Reports"]


@final
class Reports:
    """What one trial has reported so far, in the order of reporting. It only grows, so a prefix of it stays.

    Args:
        signs: +1 for each objective to minimise, -1 for each to maximise.
        given: Values by step that it begins with.

    Attributes:
        steps: Where it reported.
        values: What, as the objective gave it: with several objectives a tuple each time.
    """

    __slots__ = ("_bests", "_known", "_losses", "_signs", "_summary", "steps", "values")

    def __init__(self, signs: Sequence[float] = (1.0,), given: Mapping[int, Report] | None = None) -> None:
        self.steps: list[int] = []
        self.values: list[Any] = []
        self._signs = tuple(signs)
        self._losses: list[Any] = self.values if self._signs == (1.0,) else []
        self._known: set[int] = set()
        self._bests: list[float] = []  # the smallest loss so far at each report; NaN while all are
        # of how many reports, their largest step, whether in order: one value, so that no thread sees half of it
        self._summary = 0, -1, True
        for step, value in (given or {}).items():
            self.add(step, value)

    @property
    def n_objectives(self) -> int:
        return len(self._signs)

    @property
    def last(self) -> int:
        """The largest step; -1 without reports."""
        return self._summary[1]

    def copy(self) -> Reports:
        """Reports that grow on their own."""
        return Reports(self._signs, dict(self.items()))

    def __len__(self) -> int:
        return len(self.steps)

    def __contains__(self, step: object) -> bool:
        return step in self._known

    def items(self) -> Iterable[tuple[int, Any]]:
        """Steps and values, in the order of reporting."""
        return zip(self.steps, self.values, strict=True)

    def add(self, step: int, value: Report) -> None:
        """Take a report at a step at which there is none."""
        n, last, in_order = self._summary
        self.values.append(value)
        if isinstance(value, tuple):
            self._losses.append(tuple([s * v for s, v in zip(self._signs, value, strict=True)]))
        else:
            loss = self._signs[0] * value
            if self._losses is not self.values:
                self._losses.append(loss)
            best = self._bests[-1] if self._bests else loss
            self._bests.append(loss if loss < best or best != best else best)
        self._known.add(step)
        self.steps.append(step)  # after the rest: whoever counts the steps finds it there
        self._summary = n + 1, max(last, step), in_order and step > last

    def curve(self, number: int, *, asked: int = 0, inherited: int = 0, n: int | None = None) -> Curve:
        """The first n reports, by default all, as a pruner sees them; see `Curve`."""
        size = len(self.steps) if n is None else n
        steps, losses = Prefix(self.steps, size), Prefix(self._losses, size)
        if len(self._signs) > 1:
            return Curve(number, steps, (), asked, losses, inherited)
        curve = Curve(number, steps, losses, asked, (), inherited)
        n_known, last, in_order = self._summary
        if size == n_known and size:
            curve.remember(step=last, bests=Prefix(self._bests, size), in_order=in_order)
        return curve
