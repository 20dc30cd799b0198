"""Grid search."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Any, final

import numpy as np

from hpo import logging
from hpo.arrays import Array
from hpo.checks import check_values
from hpo.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, token
from hpo.events import TrialState
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import Fold, History
from hpo.key import Key
from hpo.near import nearest
from hpo.samplers.permutation import Permutation
from hpo.samplers.unasked import named
from hpo.space import Space

__all__ = ["GridSampler"]

logger = logging.get_logger(__name__)

_Cell = tuple[int | None, ...]


@final
@dataclass(frozen=True, eq=False, init=False)
class GridSampler:
    """Try every combination of the given values once, in random order, then end the study.

    The grid is never written out: a cell is a number, and the order a permutation that the study's seed picks.
    Trial `t` takes the `t`-th cell of that order, or the first free one if that has been tried: by this or another
    worker, by an enqueued or an added trial. A trial that never asked for some parameters has tried all cells that
    agree with it on the others; a name that no trial asked for is told when the grid is used up. A pruner that divides
    the trials does not divide the grid.

    Args:
        search_space: Values by name, of all parameters that the objective suggests, but for those of one value. A
            number outside of the range that the objective suggests, or between its steps, is used all the same, after
            a warning.
        seed: Becomes the study's seed when the study is created.

    Raises:
        SearchSpaceExhausted: From `ask`, once all cells are taken; `optimize` then returns.
        ValueError: From `suggest_*`, for a parameter that the grid does not name, or a value of another kind.

    Example:
        >>> sampler = GridSampler({"lr": [0.01, 0.1], "kind": ["rbf", "linear"]})
        >>> study = hpo.create_study(sampler=sampler)
        >>> def objective(trial):
        ...     kind = trial.suggest_categorical("kind", ["rbf", "linear"])
        ...     return trial.suggest_float("lr", 0, 1) + len(kind)
        >>> study.optimize(objective)  # ends by itself
        >>> len(study.trials)
        4
    """

    search_space: Mapping[str, Sequence[Any]]
    seed: int | None = None

    def __init__(self, search_space: Mapping[str, Sequence[Any]], seed: int | None = None) -> None:
        check_values("search_space", search_space)
        for name, values in search_space.items():
            if not isinstance(values, Collection) or isinstance(values, (str, bytes)):
                raise TypeError(f"search_space must give a list of values for {name!r}, got {values!r}.")
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

    @property
    def knows_all(self) -> bool:
        """True: there is one grid, whatever groups a pruner divides the trials into."""
        return True

    def is_used_up(self, history: History, key: Key) -> bool:
        """Whether no cell is left that nobody has taken, of those with what is given.

        Raises:
            ValueError: If no cell has it.
        """
        for name, value in history.given.items():
            if name in self.search_space and _place(value, self.search_space[name]) is None:
                raise ValueError(f"The grid has no {value!r} for {name!r}: add it there, or do not fix it.")
        return self._free_cell(history, key) is None

    def is_exhausted(self, study: Any) -> bool:
        """Whether every cell of the grid has been taken in a study."""
        return self._free_cell(study.history, Key(study.seed)) is None

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        cell = self._free_cell(history, key)
        if cell is None and not history.given:
            unasked = tuple(name for name in self.search_space if name not in history.space)
            if unasked and len(history):
                _warn_of_unasked(key.seed, unasked, tuple(history.space))
            raise SearchSpaceExhausted(f"All {self.n_cells} cells of the grid have been tried.")
        values = self._values(cell, key)
        return space.encode({name: values[name] for name in space if name in values})

    def value(self, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
        """What the grid has for a parameter, also outside of its domain."""
        if name not in self.search_space:
            near = nearest(name, self.search_space, similarity=0.7)
            hint = f"; did you mean {near!r}?" if near else ":"
            raise ValueError(
                f"The objective suggests {name!r}, which is not in the grid of {list(self.search_space)!r}{hint} "
                f"{'Or give' if near else 'give'} it values in the grid, or suggest it with one value only."
            )
        value = self._values(self._free_cell(history, key), key)[name]
        try:
            internal = distribution.to_internal_repr(value)
            external = distribution.to_external_repr(internal)
            is_kept = isinstance(distribution, CategoricalDistribution) or external == internal
        except (TypeError, ValueError):
            is_kept = False
        if not is_kept:
            raise ValueError(f"The grid's value {value!r} of {name!r} cannot be one of {distribution!r}; take it out.")
        return external

    def _values(self, cell: tuple[int, ...] | None, key: Key) -> dict[str, Any]:
        """The values of a cell, by name."""
        if cell is None:  # something was queued, and lacks the rest
            cell = self._cell(self._order(key)[(key.number or 0) % self.n_cells])
        return {name: values[index] for (name, values), index in zip(self.search_space.items(), cell, strict=True)}

    @cached_property
    def _grid(self) -> Space:
        return Space({name: CategoricalDistribution(values) for name, values in self.search_space.items()})

    @cached_property
    def _numbers(self) -> Space:
        """A range for each name with numbers, which reaches beyond them."""
        ranges = {}
        for name, values in self.search_space.items():
            numbers = [float(value) for value in values if _is_number(value)]
            if numbers:
                margin = max(max(numbers) - min(numbers), abs(numbers[0]), 1e-100)
                ranges[name] = FloatDistribution(min(numbers) - margin, max(numbers) + margin)
        return Space(ranges)

    def _cells(self, over: Callable[[Space], Array]) -> Array:
        """Which of the grid's values the rows of a history have, shape (n, d); NaN for none of them.

        Numbers are found by nearness, because a suggested one is rounded to what its range resolves.
        """
        cells = np.array(over(self._grid))
        for (name, distribution), coded in zip(self._numbers.items(), over(self._numbers).T, strict=True):
            values = [float(v) if _is_number(v) else math.nan for v in self.search_space[name]]
            own = distribution.encode(np.array(values))
            gap = np.diff(np.unique(own[~np.isnan(own)])).min(initial=1.0)
            distance = np.nan_to_num(np.abs(coded[:, None] - own), nan=math.inf)  # (n, values)
            column = cells[:, self._grid.index[name]]
            near = np.isnan(column) & (distance.min(axis=1) < 1e-6 * gap)
            column[near] = distance.argmin(axis=1)[near]
        return cells

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
        order = self._order(key)
        taken = history.fold(Fold((self, key.seed), _Taken(), partial(self._take, order), self._grid))
        like = self._given(history.given) if history.given else None
        return self._free(self._with_running(taken, order, history), order, key.number, like)

    def _given(self, values: Mapping[str, Any]) -> _Cell:
        """What is given, as a cell; what is none of the grid's values may be any."""
        return tuple(_place(values[name], own) if name in values else None for name, own in self.search_space.items())

    def _order(self, key: Key) -> Permutation:
        return Permutation(self.n_cells, key.study.child("grid"))

    def _free(
        self, taken: _Taken, order: Permutation, number: int | None, like: _Cell | None = None
    ) -> tuple[int, ...] | None:
        """The own cell of a trial, or the first free one of the order that agrees with `like`; None if none does."""
        if number is not None and number < self.n_cells:
            own = self._cell(order[number])
            if _agree(own, like) and not taken.holds(own):
                return own
        for position in range(taken.first_free, self.n_cells):
            cell = self._cell(order[position])
            if _agree(cell, like) and not taken.holds(cell):
                return cell
        return None

    def _take(self, order: Permutation, taken: _Taken, fresh: History) -> _Taken:
        """Add finished trials, and move on over the cells that are taken for good."""
        cells = self._cells(fresh.over)
        elsewhere = fresh.active(np.arange(len(fresh)), self._grid) & np.isnan(cells)
        for row, number, state, is_elsewhere in zip(
            cells.tolist(),
            fresh.number.tolist(),
            fresh.state.tolist(),
            np.asarray(elsewhere.any(axis=1)).tolist(),
            strict=True,
        ):
            cell: _Cell | None = tuple(None if u != u else int(u) for u in row)
            if is_elsewhere:
                continue
            if not any(u == u for u in row) or (state == TrialState.FAIL and any(u != u for u in row)):
                # It says too little of the grid, so it stands for the cell that is due: every trial takes one.
                cell = self._free(taken, order, number, cell)
            if cell is not None:
                taken = taken.with_cells([cell])
            first_free = taken.first_free
            while first_free < self.n_cells and taken.holds(self._cell(order[first_free])):
                first_free += 1
            taken = replace(taken, first_free=first_free)
        return taken

    def _with_running(self, taken: _Taken, order: Permutation, history: History) -> _Taken:
        hidden = self._hidden(history.space)
        for row, number in zip(self._cells(history.pending).tolist(), history.running.tolist(), strict=True):
            cell: _Cell | None = tuple(None if u != u else int(u) for u in row)
            if not any(u == u for u in row) or any(u != u for u in itertools.compress(row, hidden)):
                cell = self._free(taken, order, number, cell)
            if cell is not None:
                taken = taken.with_cells([cell])
        return taken

    def _hidden(self, space: Space) -> list[bool]:
        """Which names have values that no proposal can show, because they do not lie in the parameter's domain."""
        return [
            name in space and not all(space[name].contains(value) for value in values)
            for name, values in self.search_space.items()
        ]


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

    levels: tuple[frozenset[_Cell], ...] = ()
    masks: frozenset[tuple[bool, ...]] = frozenset()
    first_free: int = 0

    def holds(self, cell: tuple[int, ...]) -> bool:
        for mask in self.masks:
            pattern = tuple(index if given else None for index, given in zip(cell, mask, strict=True))
            if any(pattern in level for level in self.levels):
                return True
        return False

    def with_cells(self, cells: Sequence[_Cell]) -> _Taken:
        if not cells:
            return self
        levels, last = list(self.levels), frozenset(cells)
        while levels and len(levels[-1]) <= len(last):
            last |= levels.pop()
        masks = self.masks | {tuple(index is not None for index in cell) for cell in cells}
        return _Taken((*levels, last), masks, self.first_free)


@lru_cache(maxsize=4096)
def _warn_of_unasked(seed: int, names: tuple[str, ...], asked: tuple[str, ...]) -> None:
    """Say once for each study in a process that its grid has values in vain."""
    logger.warning(
        f"The grid is used up (seed {seed}), and the objective never asked for {named(names, asked)}, whose values "
        "made no difference: suggest them in the objective, or take them out of the grid."
    )


def _agree(cell: tuple[int, ...], like: _Cell | None) -> bool:
    return like is None or all(own is None or own == index for index, own in zip(cell, like, strict=True))


def _place(value: Any, among: Sequence[Any]) -> int | None:
    """The index of a value among the grid's, where 1 is 1.0; None if it is none of them."""
    if _is_number(value):
        return next((i for i, one in enumerate(among) if _is_number(one) and math.isclose(one, value)), None)
    own = token(value)
    return next((i for i, one in enumerate(among) if token(one) == own), None)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _distinct(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple({token(value): value for value in values}.values())
