"""States that are built up from the trials, and which of them are remembered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, final

from hpo.space import Space

__all__ = ["Fold", "Remembered"]

S = TypeVar("S")
_NOTHING = Space()


@final
@dataclass(frozen=True)
class Fold(Generic[S]):
    """A state that follows from the finished trials, in the order of their completion.

    `history.fold(fold)` computes it at the cost of the trials that are new since it was last asked for.

    Args:
        name: Names the state, together with all options that it depends on: two folds of one name and space are taken
            for one.
        initial: The state before the first trial.
        advance: Gives the state after some more trials, of which it gets a `History`; must be pure, must not change
            its argument, and must not depend on how the trials are cut into pieces.
        space: What `advance` looks at; another space is another state.
        n_missing: At least how many more trials a state needs to say anything else; it is not advanced by fewer. One
            by default.

    Example:
        >>> count = Fold("example.count", 0, lambda n, history: n + len(history))
        >>> history.fold(count)
    """

    name: Hashable
    initial: S = field(compare=False)
    advance: Callable[[S, Any], S] = field(compare=False)
    space: Space = _NOTHING
    n_missing: Callable[[S], int] | None = field(default=None, compare=False)


@final
class Remembered:
    """States of one fold by the number of rows that they follow from: few, dense at the end and sparse before.

    A question about the past then costs at most about as many rows as it lies back.
    """

    __slots__ = ("_sizes", "_states")

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._states: list[Any] = []

    def __len__(self) -> int:
        return len(self._sizes)

    def before(self, n: int) -> tuple[int, Any] | None:
        """The state after the most rows up to n, and their number; None if there is none."""
        at = bisect_right(self._sizes, n) - 1
        return None if at < 0 else (self._sizes[at], self._states[at])

    def keep(self, n: int, state: Any) -> None:
        """Remember the state after n rows, and forget one that lies too close to its neighbours."""
        at = bisect_right(self._sizes, n)
        if at and self._sizes[at - 1] == n:
            return
        self._sizes.insert(at, n)
        self._states.insert(at, state)
        for i in range(len(self._sizes) - 2, 0, -1):
            back = self._sizes[-1] - self._sizes[i]
            if self._sizes[i + 1] - self._sizes[i - 1] <= back:  # what lies between is as near as that from the end
                del self._sizes[i], self._states[i]
                return
