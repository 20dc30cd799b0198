"""A forest that has learnt a study's objective, for spaces with branches and categories as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.distributions import CategoricalDistribution
from hpo.importance.forest import Tree
from hpo.importance.observations import Observations
from hpo.key import Key
from hpo.samplers.model.units import unit_of
from hpo.space import Space

__all__ = ["Surrogate", "fit"]


@final
@dataclass(frozen=True)
class Surrogate:
    """Trees over the unit cube, and how configurations are mapped there.

    Choices become points of [0, 1] in the order of their mean losses, where one cut can part good and bad ones
    (Fisher, 1958).

    Args:
        space: Its columns.
        ranks: For each column that holds categories, the rank of each choice, shape (n_choices,).
        here: From which trials was learnt, n of them: those that have parameters and lie within the present domains.
        points: These trials, shape (n, d); in the middle where a trial lacks a parameter.
        trees: What was learnt, with losses in a unit.
        unit: A power of two, by which losses too large or too small to be squared were divided; mostly 1.
    """

    space: Space
    ranks: Mapping[int, Array]
    here: BoolArray
    points: Array
    trees: Sequence[Tree]
    unit: float

    def place(self, parameters: Mapping[str, Any]) -> Array:
        """The point of a configuration, shape (d,).

        Raises:
            ValueError: If a parameter is not in the space, or its value not in its present domain.
        """
        for name, value in parameters.items():
            if name not in self.space:
                raise ValueError(f"No complete trial has the parameter {name!r}, only {list(self.space)!r}.")
            if not self.space[name].contains(value):
                raise ValueError(f"{name}={value!r} does not lie in {self.space[name]!r}, where it was last suggested.")
        return np.asarray(_filled(_ranked(self.space.encode(parameters)[None, :], self.ranks))[0])


def fit(seen: Observations, key: Key, grow: Callable[[Array, Array, np.random.Generator], list[Tree]]) -> Surrogate:
    """A forest of the losses of one objective, over the present domains of the parameters.

    Args:
        seen: The trials.
        key: For random choices.
        grow: Makes trees of points `x`, shape (n, d), with NaN where a trial lacks a parameter, and losses, shape (n,).

    Raises:
        ValueError: If fewer than two trials have parameters within these domains.
    """
    space = Space({name: seen.history.space[name] for name in seen.names})
    coded = seen.history.over(space)
    active = seen.history.active(np.arange(len(seen)), space)
    here = np.asarray((np.isnan(coded) != active).all(axis=1))
    here &= active.any(axis=1) | ~active.any()  # a penalty before any parameter tells nothing, and no split can part it
    if here.sum() < 2:
        raise ValueError(
            f"Fewer than two of the {len(seen)} complete trials have parameters within the present ranges and choices."
        )
    unit = unit_of(seen.losses[here])
    coded, losses = coded[here], seen.losses[here, 0] / unit
    ranks = {
        column: _ranks(coded[:, column], losses, len(distribution.choices))
        for column, distribution in enumerate(space.distributions)
        if isinstance(distribution, CategoricalDistribution)
    }
    x = _ranked(coded, ranks)
    trees = grow(x, losses, key.generator())
    return Surrogate(space, ranks, here, _filled(x), trees, unit)


def _ranks(coded: Array, losses: Array, n_choices: int) -> Array:
    """Ranks of the choices by mean loss, shape (n_choices,); those that nobody chose come last."""
    groups = [losses[coded == choice] for choice in range(n_choices)]
    means = [float(group.mean()) if len(group) else np.inf for group in groups]
    return np.argsort(np.argsort(means, kind="stable")).astype(np.float64)


def _ranked(coded: Array, ranks: Mapping[int, Array]) -> Array:
    """Points of the unit cube, shape (n, d), of coded rows; NaN where they are."""
    x = coded.copy()
    for column, rank in ranks.items():
        there = ~np.isnan(x[:, column])
        x[there, column] = (rank[x[there, column].astype(np.intp)] + 0.5) / len(rank)
    return x


def _filled(x: Array) -> Array:
    return np.where(np.isnan(x), 0.5, x)
