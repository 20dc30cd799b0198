"""The points that a distribution has for trials, made for some of them in succession at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from hpo.arrays import Array
from hpo.key import Key
from hpo.samplers.cmaes.draws import drawn, several
from hpo.samplers.cmaes.gaussian import Gaussian
from hpo.samplers.cmaes.margin import middles
from hpo.samplers.cmaes.surrogate import Surrogate
from hpo.samplers.model.axes import Axes

__all__ = ["Offers", "offers", "placed"]


@final
@dataclass(frozen=True, eq=False)
class Offers:
    """Of b trials, k points each.

    Args:
        cells: The points in the middles of cells, shape (b, k, n).
        rows: Of each trial's points the one that promises most, in all columns, coded, shape (b, d); 0 for
            categories.
    """

    cells: Array
    rows: Array


def offers(
    gaussian: Gaussian, surrogate: Surrogate | None, axes: Axes, study: Key, numbers: Sequence[int | None]
) -> Offers:
    """The points for trials of some numbers; those of one do not depend on which others they are made with.

    Args:
        gaussian, surrogate: The distribution, and what chooses from several points, if anything does.
        axes: Of the space.
        study: The key of the study, from which trials have theirs.
        numbers: Of the trials.
    """
    z = np.array([_standard(study._replace(number=number), surrogate, axes) for number in numbers])
    points = gaussian.points(z)
    cells = middles(axes, points)
    chosen = 0 if surrogate is None else surrogate.chosen(cells)
    rows = axes.coded(placed(axes, points[np.arange(len(z)), chosen]))
    offered = Offers(cells, rows)
    offered.cells.flags.writeable = offered.rows.flags.writeable = False
    return offered


def _standard(key: Key, surrogate: Surrogate | None, axes: Axes) -> Array:
    """A trial's standard normal numbers, shape (k, n)."""
    n = len(axes.numbers)
    if surrogate is None or surrogate.n_points == 1:
        return drawn(key, n, len(axes.categories))[0][None]
    return several(key, n, surrogate.n_points)


def placed(axes: Axes, x: Array) -> Array:
    """Points that have only numbers, shape (k, n), in all columns, shape (k, d): some may have one value alone."""
    points = np.zeros((len(x), len(axes.cardinality)))
    points[:, axes.numbers] = x
    return points
