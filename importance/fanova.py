"""fANOVA: shares of a forest's variance, by exact integration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array
from hpo.caution import warn
from hpo.checks import check_whole
from hpo.importance.forest import Tree, random_forest
from hpo.importance.observations import observe
from hpo.importance.surrogate import fit
from hpo.key import Key

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["FanovaImportanceEvaluator", "main_effects"]


@final
@dataclass(frozen=True, kw_only=True)
class FanovaImportanceEvaluator:
    """Which parameters the values vary with over the whole space: shares of the variance, by a random forest.

    An importance of 0.3 means that 30 % of the variance is explained by this parameter alone, whatever the
    others are; what is missing from 1 in the sum is due to interactions.

    Args:
        n_trees: More of them, less chance.
        max_samples: Trials that one tree sees, at most; bounds the time.
        min_samples_leaf: More of them for noisy objectives.
        seed: By default the study's.
        max_depth: Splits between the root of a tree and its leaves, at most.

    With fewer trials than two leaves hold nothing can be told: a warning says so, and all shares are 0.

    Source: Hutter et al. (2014), "An efficient approach for assessing hyperparameter importance".

    Example:
        >>> hpo.importance.get_param_importances(study, evaluator=FanovaImportanceEvaluator(n_trees=32))
    """

    n_trees: int = 64
    max_samples: int = 1000
    min_samples_leaf: int = 3
    seed: int | None = None
    max_depth: int = 64

    def __post_init__(self) -> None:
        for name in ("n_trees", "max_samples", "min_samples_leaf", "max_depth"):
            check_whole(name, getattr(self, name), 1)
        if self.seed is not None:
            check_whole("seed", self.seed, 0, ", or None for the study's")

    def evaluate(
        self,
        study: Readable,
        params: Sequence[str] | None = None,
        *,
        target: Callable[[FrozenTrial], float] | None = None,
    ) -> dict[str, float]:
        """Each parameter's share of the variance; arguments as for `get_param_importances`.

        Raises:
            ValueError: If the study has several objectives and there is no target.
        """
        seen, names = observe(study, params, target, single=True)
        if len(seen) < 2 * self.min_samples_leaf and len(names) > 1:
            warn(
                f"{len(seen)} trials are too few for fANOVA to tell parameters apart, so all count the same: run at "
                f"least {2 * self.min_samples_leaf}, better some dozens, or set min_samples_leaf=1."
            )
        grow = partial(
            random_forest,
            n_trees=self.n_trees,
            max_samples=self.max_samples,
            min_samples_leaf=self.min_samples_leaf,
            max_depth=self.max_depth,
        )
        surrogate = fit(seen, Key(study.seed if self.seed is None else self.seed, None, "fanova"), grow)
        shares = np.mean([main_effects(tree) for tree in surrogate.trees], axis=0)
        return {name: float(shares[surrogate.space.index[name]]) for name in names}


def main_effects(tree: Tree) -> Array:
    """Share of each column alone in the variance of a tree over the unit cube, shape (d,); 0 if it is constant."""
    sides = tree.high - tree.low
    volume = sides.prod(axis=1)
    mean = volume @ tree.value
    variance = float(volume @ (tree.value - mean) ** 2)
    if variance <= 0.0:
        return np.zeros(sides.shape[1])
    effects = [
        _marginal_variance(low, high, (tree.value - mean) * volume / side)
        for low, high, side in zip(tree.low.T, tree.high.T, sides.T, strict=True)
    ]
    return np.asarray(np.array(effects) / variance)


def _marginal_variance(low: Array, high: Array, mass: Array) -> float:
    """Variance of Σ mass·1[low ≤ u < high], whose mean is 0, for u uniform in [0, 1]."""
    edges = np.unique(np.concatenate([low, high]))
    if len(edges) == 2:
        return 0.0
    steps = np.zeros(len(edges))
    np.add.at(steps, np.searchsorted(edges, low), mass)
    np.subtract.at(steps, np.searchsorted(edges, high), mass)
    return float(np.cumsum(steps)[:-1] ** 2 @ np.diff(edges))
