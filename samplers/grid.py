"""Grid search."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, final

import numpy as np

from hpo.arrays import Array
from hpo.distributions import CategoricalDistribution, token
from hpo.events import TrialState
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.key import Key
from hpo.samplers.permutation import Permutation
from hpo.space import Space

__all__ = ["GridSampler"]

Cell = tuple[int | None, ...]


@final
@dataclass(frozen=True, eq=False, init=False)
class GridSampler:
    """Try every combination of the given values once, in random order, then end the study.

    The grid is never written out: a cell is a number, and the order a permutation that the study's seed picks.
    Trial `t` takes the `t`-th cell of that order, or the first free one if that has been tried: by this or another
    worker, by an enqueued or an added trial. A trial that never asked for some parameters has tried all cells
    that agree with it on the others. Parameters outside of the grid are drawn from their prior.

    Args:
        search_space: Values by name. Each must lie in the range that the objective suggests.
        seed: Becomes the study's seed when the study is created.

    Raises:
        SearchSpaceExhausted: From `ask`, once all cells are taken; `optimize` then returns.

    Example:
        >>> sampler = GridSampler({"lr": [0.01, 0.1], "kind": ["rbf", "linear"]})
        >>> study = hpo.create_study(sampler=sampler)
        >>> study.optimize(objective)    # four trials
    """

    search_space: Mapping[str, Sequence[Any]]
    seed: int | None = None

    def __init__(self, search_space: Mapping[str, Sequence[Any]], seed: int | None = None) -> None:
        empty = [name for name, values in search_space.items() if len(values) == 0]
        if not search_space or empty:
            raise ValueError(f"search_space must give at least one value for each name, got none for {empty or 'any'}.")
        distinct = {name: _distinct(values) for name, values in search_space.items()}
        object.__setattr__(self, "search_space", distinct)
        object.__setattr__(self, "seed", seed)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GridSampler):
            return NotImplemented
        return (self._grid, self.seed) == (other._grid, other.seed)

    def __hash__(self) -> int:
        return hash((self._grid, self.seed))

    @property
    def n_cells(self) -> int:
        """Number of combinations."""
        return math.prod(self._shape)

    def is_exhausted(self, study: Any) -> bool:
        """Whether every cell of the grid has been taken in a study."""
        return self._free_cell(study.history, Key(study.seed)) is None

    def sample(self, space: Space, history: History, key: Key) -> Array:
        cell = self._free_cell(history, key)
        if cell is None:
            raise SearchSpaceExhausted(f"All {self.n_cells} cells of the grid have been tried.")
        row = np.full(len(space), np.nan)
        for name, index in zip(self.search_space, cell, strict=True):
            if name in space:
                value = self.search_space[name][index]
                row[space.index[name]] = coded = space.encode({name: value})[space.index[name]]
                if np.isnan(coded):
                    raise ValueError(
                        f"The grid's value {value!r} of {name!r} does not lie in {space[name]!r}, which the objective "
                        "suggests; widen that range or take the value out of the grid."
                    )
        return row

    @cached_property
    def _grid(self) -> Space:
        return Space({name: CategoricalDistribution(values) for name, values in self.search_space.items()})

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        return tuple(len(values) for values in self.search_space.values())

    def _cell(self, index: int) -> tuple[int, ...]:
        cell = []
        for size in reversed(self._shape):
            index, rest = divmod(index, size)
            cell.append(rest)
        return tuple(reversed(cell))

    def _free_cell(self, history: History, key: Key) -> tuple[int, ...] | None:
        """The cell that the trial at `key` tries; None once all have been taken."""
        order = Permutation(self.n_cells, key.study.child("grid"))
        taken = history.fold((self, key.seed), _Taken(), partial(self._take, order), self._grid)
        now = self._with_running(taken, order, history)
        if key.number is not None and key.number < self.n_cells:
            own = self._cell(order[key.number])
            if not now.holds(own):
                return own
        position = taken.first_free
        while position < self.n_cells:
            cell = self._cell(order[position])
            if not now.holds(cell):
                return cell
            position += 1
        return None

    def _take(self, order: Permutation, taken: _Taken, fresh: History) -> _Taken:
        """Add finished trials, and move on over the cells that are taken for good."""
        cells = []
        rows = fresh.over(self._grid).tolist()
        for row, number, state in zip(rows, fresh.number.tolist(), fresh.state.tolist(), strict=True):
            cell = tuple(None if u != u else int(u) for u in row)
            partly = None in cell
            if any(index is not None for index in cell) and not (partly and state == TrialState.FAIL):
                cells.append(cell)
            elif number < self.n_cells:  # it said nothing of the grid, so it stands for the cell that it was given
                cells.append(self._cell(order[number]))
        taken = taken.with_cells(cells)
        first_free = taken.first_free
        while first_free < self.n_cells and taken.holds(self._cell(order[first_free])):
            first_free += 1
        return replace(taken, first_free=first_free)

    def _with_running(self, taken: _Taken, order: Permutation, history: History) -> _Taken:
        cells = []
        for row, number in zip(history.pending(self._grid).tolist(), history.running.tolist(), strict=True):
            cell = tuple(None if u != u else int(u) for u in row)
            if any(index is not None for index in cell):
                cells.append(cell)
            elif number < self.n_cells:
                cells.append(self._cell(order[number]))
        return taken.with_cells(cells)


@final
@dataclass(frozen=True)
class _Taken:
    """Cells that have been tried; None in a cell stands for every value.

    Args:
        levels: The cells in sets of falling size, of which equally large ones are merged: adding one costs
            O(log n) on average, although no set is ever changed.
        masks: Which coordinates are given, for every pattern of that that occurs.
        first_free: Everything before this position of the order is taken.
    """

    levels: tuple[frozenset[Cell], ...] = ()
    masks: frozenset[tuple[bool, ...]] = frozenset()
    first_free: int = 0

    def holds(self, cell: tuple[int, ...]) -> bool:
        for mask in self.masks:
            pattern = tuple(index if given else None for index, given in zip(cell, mask, strict=True))
            if any(pattern in level for level in self.levels):
                return True
        return False

    def with_cells(self, cells: Sequence[Cell]) -> _Taken:
        if not cells:
            return self
        levels, last = list(self.levels), frozenset(cells)
        while levels and len(levels[-1]) <= len(last):
            last |= levels.pop()
        masks = self.masks | {tuple(index is not None for index in cell) for cell in cells}
        return _Taken((*levels, last), masks, self.first_free)


def _distinct(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple({token(value): value for value in values}.values())
