"""Another chance for categories that were rarely tried.

A branch whose first trials were unlucky would never be seen again if only the most promising point counted.
"""

from __future__ import annotations

import numpy as np

from hpo.samplers.model.axes import Axes
from hpo.samplers.model.branches import BINS, Tree, deciding
from hpo.samplers.tpe.trials import Trials

__all__ = ["rare_choice"]


def rare_choice(known: Trials, axes: Axes, tree: Tree, rng: np.random.Generator) -> tuple[int, float] | None:
    """A column, and the value to give it; None if there is no choice but what the best trial has.

    Values that were rarely tried and whose best trial is good are drawn the likelier. Columns are the categories, and
    the numbers of few values by which branches part.
    """
    columns = sorted({*axes.categories.tolist(), *(c for c in deciding(tree) if axes.cardinality[c] <= BINS)})
    if not columns:
        return None
    chances, ranks = [], known.ranks
    for column in columns:
        values = known.points[:, column]
        for choice, prior in zip(*axes.choices(column), strict=True):
            here = values == choice
            if prior > 0 and choice != values[0]:
                best = ranks[here].min(initial=len(ranks))
                chances.append((prior / ((1.0 + here.sum()) * (1.0 + best)), column, float(choice)))
    if not chances:
        return None
    p = np.array([chance for chance, _, _ in chances])
    _, column, choice = chances[int(np.searchsorted(np.cumsum(p), rng.random() * p.sum()).clip(0, len(p) - 1))]
    return column, choice
