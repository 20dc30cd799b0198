"""The reports of one trial, as pruners see them."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, islice
from typing import Any, TypeVar, final, overload

__all__ = ["Curve", "Prefix"]

T = TypeVar("T")


@final
class Prefix(Sequence[T]):
    """The first n items of a list that only grows: a tuple that costs nothing to make.

    Args:
        items: The list; what is in it stays.
        size: n.
    """

    __slots__ = ("_items", "_size")

    def __init__(self, items: list[T], size: int) -> None:
        self._items = items
        self._size = size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...

    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        if isinstance(at, slice):
            return tuple([self._items[i] for i in range(*at.indices(self._size))])
        if not -self._size <= at < self._size:
            raise IndexError(f"There are {self._size} items, asked for {at}.")
        return self._items[at % self._size]

    def __iter__(self) -> Iterator[T]:
        return islice(self._items, self._size)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Prefix, tuple)):
            return NotImplemented
        return tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)


@final
@dataclass(frozen=True)
class Curve:
    """The reports of one trial, such as a pruner decides about.

    Args:
        number: The trial's.
        steps: Where it reported, in the order of reporting.
        losses: What, negated where the study maximises; nothing with several objectives.
        asked: How many of the reports, without the latest one, had been made when the pruner was last asked.
        vectors: With several objectives the losses of each report, shape (k, m); nothing with one.
        inherited: How many of the reports were made before the trial paused.
    """

    number: int
    steps: Sequence[int]
    losses: Sequence[float]
    asked: int = 0
    vectors: Sequence[tuple[float, ...]] = ()
    inherited: int = 0

    @staticmethod
    def of(
        number: int,
        steps: Sequence[int],
        values: Sequence[Any],
        signs: Sequence[float],
        asked: int = 0,
        inherited: int = 0,
    ) -> Curve:
        """The curve of reports as they were made; `signs` as in `History`."""
        if len(signs) > 1:
            vectors = tuple([tuple([s * v for s, v in zip(signs, value, strict=True)]) for value in values])
            return Curve(number, tuple(steps), (), asked, vectors, inherited)
        if signs[0] > 0:
            return Curve(number, tuple(steps), tuple(values), asked, (), inherited)
        return Curve(number, tuple(steps), tuple([-value for value in values]), asked, (), inherited)

    def remember(self, *, step: int, bests: Sequence[float], in_order: bool) -> None:
        """Take over what whoever made the curve knows already, so that it need not be looked for."""
        self.__dict__.update(step=step, best=bests[-1], bests=bests, in_order=in_order)

    def never_asked(self) -> Curve:
        """This curve, as if the pruner had not been asked before."""
        curve = replace(self, asked=0)
        curve.__dict__.update({**self.__dict__, "asked": 0})  # what has been computed holds for it too
        return curve

    @cached_property
    def step(self) -> int:
        """The largest step."""
        return max(self.steps)

    @cached_property
    def best(self) -> float:
        """The smallest loss so far; NaN if all are NaN."""
        total = sum(self.losses)
        if total == total:  # only otherwise can there be a NaN
            return min(self.losses)
        return _smallest(self.losses)

    @cached_property
    def bests(self) -> Sequence[float]:
        """The smallest loss up to each report; NaN while all are NaN. Nothing with several objectives."""
        return tuple(accumulate(self.losses, lambda one, other: _smallest((one, other))))

    @cached_property
    def in_order(self) -> bool:
        """Whether each step is larger than the one before."""
        return all(one < other for one, other in zip(self.steps, islice(self.steps, 1, None), strict=False))

    @property
    def ideal(self) -> tuple[float, ...]:
        """With several objectives the smallest loss of each so far, shape (m,); NaN for what was always NaN."""
        return tuple(_smallest(losses) for losses in zip(*self.vectors, strict=True))

    @property
    def latest(self) -> float:
        """The loss at the largest step."""
        return self.losses[len(self.steps) - 1 if self.in_order else self.steps.index(self.step)]

    def first_from(self, step: int) -> int | None:
        """Index of the first report at `step` or after it; None if there is none."""
        if self.in_order:
            first = bisect_left(self.steps, step)
            return first if first < len(self.steps) else None
        return next((i for i, at in enumerate(self.steps) if at >= step), None)

    def last_of(self, n: int) -> int:
        """The largest step of the first n reports; -1 of none."""
        if not n:
            return -1
        return self.steps[n - 1] if self.in_order else max(self.steps[:n])

    def has_reported(self, begin: int, end: int) -> bool:
        """Whether there is a report at a step in [begin, end)."""
        if self.in_order:
            first = bisect_left(self.steps, begin)
            return first < len(self.steps) and self.steps[first] < end
        return any(begin <= step < end for step in self.steps)


def _smallest(losses: Iterable[float]) -> float:
    return min((loss for loss in losses if loss == loss), default=math.nan)
