"""Trials with the same choices on the same branch, each kind of which may have a quadratic of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hpo.arrays import Array, BoolArray
from hpo.samplers.gp.domain import Domain
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.quadratic import minimum

__all__ = ["minima"]


def minima(seen: Observations, domain: Domain) -> Array:
    """Where the quadratics of numbers are least that explain the losses of trials with the same choices and branch.

    Args:
        seen: Observations with one loss each.
        domain: Where the minima are to lie.

    Returns:
        Points that promise more than the best loss, shape (k, d), NaN where inactive, the most promising first.
    """
    known = seen.at(np.flatnonzero(~seen.pruned & np.isfinite(seen.losses[:, 0])))
    axes, found = domain.axes, []
    for rows in _cells(known, domain):
        points, active, losses = known.points[rows], known.active[rows][0], known.losses[rows, 0]
        free = axes.numbers[active[axes.numbers]]
        least = minimum(points[:, free], losses, float(known.losses.min())) if len(free) else None
        if least is None:
            continue
        point = np.nan_to_num(points[:1])
        point[0, free], promised = least
        point = domain.rounded(point)
        if (domain.active(point)[0] == active).all():
            found.append((promised, np.where(active, point[0], np.nan)))
    found.sort(key=lambda least: least[0])
    return np.array([point for _, point in found]).reshape(-1, len(axes.cardinality))


def _cells(known: Observations, domain: Domain) -> Iterator[BoolArray]:
    """Which trials are of each kind, shape (n,)."""
    columns = domain.axes.categories
    choices = np.where(known.active[:, columns], known.points[:, columns], -1.0)
    kinds, kind = np.unique(np.hstack([known.active, choices]), axis=0, return_inverse=True)
    for i in range(len(kinds)):
        yield kind.ravel() == i
