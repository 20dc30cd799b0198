"""Which parameters to draw where there is no room for all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpo.arrays import Array
from hpo.visualization.parameters import Parameter

__all__ = ["leading", "main_effect"]

_BINS = 12


def main_effect(parameter: Parameter, loss: Array) -> float:
    """Which share of the variance of the losses' ranks lies between bins of a parameter, from 0 to 1.

    Of a parameter that not all trials have, their share of the trials times its effect among them.

    Args:
        parameter: Of the n trials.
        loss: Shape (n,), finite.
    """
    active = ~np.isnan(parameter.position)
    position, loss = parameter.position[active], loss[active]
    rank = np.argsort(np.argsort(loss, kind="stable"), kind="stable").astype(np.float64)
    total = float(rank.var()) if len(rank) else 0.0
    if total == 0.0:
        return 0.0
    bins = position if parameter.kind == "category" else _quantile_bins(position)
    _, place = np.unique(bins, return_inverse=True)
    counts = np.bincount(place)
    means = np.bincount(place, rank) / counts
    between = float((counts * (means - rank.mean()) ** 2).sum() / len(rank))
    chance = (len(counts) - 1) / max(len(rank) - 1, 1)  # what as many bins of noise would have
    share = max(0.0, (between / total - chance) / (1.0 - chance)) if chance < 1.0 else 0.0
    return share * float(active.mean())


def _quantile_bins(position: Array) -> Array:
    ends = np.unique(np.quantile(position, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return np.searchsorted(ends, position, side="right").astype(np.float64)


def leading(parameters: Sequence[Parameter], loss: Array, most: int) -> list[Parameter]:
    """The `most` parameters of largest main effect, in the order given."""
    if len(parameters) <= most:
        return list(parameters)
    effects = [main_effect(parameter, loss) for parameter in parameters]
    kept = sorted(np.argsort([-effect for effect in effects], kind="stable")[:most].tolist())
    return [parameters[i] for i in kept]
