"""Mean decrease in impurity: which parameters a forest splits on, and what that explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_whole
from hpo.importance.forest import Tree, best_split, random_forest
from hpo.importance.observations import observe
from hpo.importance.surrogate import fit
from hpo.key import Key

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["MeanDecreaseImpurityImportanceEvaluator"]

_MOST_SAMPLES = 1000  # that one tree sees


@final
@dataclass(frozen=True, kw_only=True)
class MeanDecreaseImpurityImportanceEvaluator:
    """Shares of the squared error that a forest's splits on each parameter take away, where the trials are.

    Fast and rough: it favours parameters with many values. `FanovaImportanceEvaluator` looks at the whole space.

    Args:
        n_trees: More of them, less chance.
        max_depth: Splits between the root of a tree and its leaves, at most.
        seed: By default the study's.

    Source: Breiman et al. (1984), "Classification and regression trees".

    Example:
        >>> hpo.importance.get_param_importances(study, evaluator=MeanDecreaseImpurityImportanceEvaluator())
    """

    n_trees: int = 64
    max_depth: int = 64
    seed: int | None = None

    def __post_init__(self) -> None:
        for name in ("n_trees", "max_depth"):
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
        """Each parameter's share of what all splits explain; arguments as for `get_param_importances`.

        Raises:
            ValueError: If the study has several objectives and there is no target.
        """
        seen, names = observe(study, params, target, single=True)
        decrease = np.zeros(len(seen.names))

        def split(x: Array, y: Array, min_samples_leaf: int = 1) -> tuple[int, float] | None:
            cut = best_split(x, y, min_samples_leaf=min_samples_leaf)
            if cut is not None:
                left = x[:, cut[0]] < cut[1]
                decrease[cut[0]] += _error(y) - _error(y[left]) - _error(y[~left])
            return cut

        def grow(x: Array, y: Array, rng: np.random.Generator) -> list[Tree]:
            return random_forest(
                x,
                y,
                rng,
                n_trees=self.n_trees,
                max_samples=_MOST_SAMPLES,
                min_samples_leaf=1,
                max_depth=self.max_depth,
                split=split,
            )

        surrogate = fit(seen, Key(study.seed if self.seed is None else self.seed, None, "impurity"), grow)
        total = float(decrease.sum()) or 1.0
        return {name: float(decrease[surrogate.space.index[name]]) / total for name in names}


def _error(y: Array) -> float:
    return float(((y - y.mean()) ** 2).sum())
