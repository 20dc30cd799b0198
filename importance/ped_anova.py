"""PED-ANOVA: importance from the densities of good trials, without a model of the objective."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.checks import check_number
from hpo.distributions import BaseDistribution, CategoricalDistribution
from hpo.importance.density import on_choices, on_grid
from hpo.importance.observations import Observations, observe
from hpo.key import Key

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["PedAnovaImportanceEvaluator", "beyond_chance"]

_MOST_CELLS = 50
_TINY = 1e-12
_FEWEST_GOOD = 10  # trials; fewer look alike too easily
_DOUBTFUL = 2.0  # standard deviations
_REST = 0.1  # of what may be chance
_N_DRAWN = 16  # samples of trials, to see what chance does


@final
@dataclass(frozen=True, kw_only=True)
class PedAnovaImportanceEvaluator:
    """Which parameters decide whether a trial is among the good ones; milliseconds, also for 10 000 trials.

    Compares each parameter's density among the best trials with that among all. A parameter that some trials lack,
    or whose range changed, is compared within the trials that have it from one distribution, and these regimes are
    weighted by their shares α and β in the good and in all trials:

        v_j = (γ'/γ)² Σ_i α_i²/β_i D(good_ij ‖ all_ij),   D the Pearson divergence.

    So few trials differ from all the others by chance, too. By how much is seen in as many trials that are drawn at
    random: what does not exceed theirs counts a tenth, so that a parameter that decides nothing has about 0 beside one
    that does. Trials that are equal to the last good one are good as well.

    Where constraints are violated a trial counts as worse than those that violate less.

    Args:
        target_quantile: γ', the share of the trials that are the good ones.
        region_quantile: γ, the share of the trials that they are compared with.
        evaluate_on_local: Compare with where the trials were, not with the prior.
        weigh_chance: Weigh divergences by how sure they are, and take at least ten trials for the good ones, or a third
            of those that they are compared with. False gives the formula alone, as Optuna computes it.

    Source: Watanabe et al. (2023), "PED-ANOVA", arXiv 2304.10255; "Conditional PED-ANOVA" (2026), arXiv 2601.20800.

    Example:
        >>> evaluator = PedAnovaImportanceEvaluator(target_quantile=0.2)
        >>> hpo.importance.get_param_importances(study, evaluator=evaluator)
    """

    target_quantile: float = 0.1
    region_quantile: float = 1.0
    evaluate_on_local: bool = True
    weigh_chance: bool = True

    def __post_init__(self) -> None:
        check_number("target_quantile", self.target_quantile)
        check_number("region_quantile", self.region_quantile)
        if not 0 < self.target_quantile < self.region_quantile <= 1:
            raise ValueError(
                "Expected 0 < target_quantile < region_quantile ≤ 1, "
                f"got {self.target_quantile!r} and {self.region_quantile!r}."
            )

    def evaluate(
        self,
        study: Readable,
        params: Sequence[str] | None = None,
        *,
        target: Callable[[FrozenTrial], float] | None = None,
    ) -> dict[str, float]:
        """How much each parameter's density among the good trials differs; arguments as for `get_param_importances`."""
        seen, names = observe(study, params, target)
        n_region = math.ceil(self.region_quantile * len(seen))
        least = min(_FEWEST_GOOD, math.ceil(n_region / 3)) if self.weigh_chance else 1
        good, region = seen.best(max(math.ceil(self.target_quantile * len(seen)), least)), seen.best(n_region)
        share = good.sum() / region.sum()
        return {name: float(share**2 * self._importance(seen, name, good, region)) for name in names}

    def _importance(self, seen: Observations, name: str, good: BoolArray, region: BoolArray) -> float:
        """Σ_i α_i²/β_i D_i over the regimes of a parameter."""
        total = 0.0
        for regime in seen.regimes(name):
            here, good_here = regime.rows & region, regime.rows & good
            if regime.distribution is None or regime.distribution.single() or here.sum() < 2 or not good_here.any():
                continue
            alpha, beta = good_here.sum() / good.sum(), here.sum() / region.sum()
            distribution, coded = regime.distribution, regime.coded
            density = on_choices if isinstance(distribution, CategoricalDistribution) else on_grid
            counts = _counts(distribution, coded[here])
            q = density(counts) if self.evaluate_on_local else _prior(distribution)
            divergence = _divergence(density(_counts(distribution, coded[good_here])), q)
            if self.weigh_chance:
                rng = Key(0, None, f"ped-anova {name}").generator()
                drawn = rng.multivariate_hypergeometric(counts, int(good_here.sum()), _N_DRAWN, method="marginals")
                chance = np.array([_divergence(density(one), q) for one in drawn])
                divergence = beyond_chance(divergence, chance)
            total += alpha**2 / beta * divergence
        return total


def beyond_chance(divergence: float, chance: Array) -> float:
    """A divergence, weighted by how sure it is that it is none of chance, given some that are, shape (k,).

    What exceeds their mean by z standard deviations counts z² / (z² + 4), so that two of these count half; the rest
    counts a tenth, which orders parameters where chance explains all of them.
    """
    excess = max(divergence - float(chance.mean()), 0.0)
    doubt = _DOUBTFUL**2 * float(chance.var())
    sure = excess * excess**2 / (excess**2 + doubt) if excess > 0.0 else 0.0
    return sure + _REST * (divergence - sure)


def _divergence(p: Array, q: Array) -> float:
    """Pearson's: Σ_x q(x) (p(x)/q(x) - 1)², of the good trials' density from that of those here, or a priori."""
    return float((q + _TINY) @ ((p + _TINY) / (q + _TINY) - 1) ** 2)


def _counts(distribution: BaseDistribution, coded: Array) -> IntArray:
    """How many of some trials are in each cell of a parameter's domain."""
    if isinstance(distribution, CategoricalDistribution):
        return np.bincount(coded.astype(np.intp), minlength=len(distribution.choices))
    n_cells = _cells(distribution)
    nearest = np.rint(_between_the_ends(distribution, coded) * (n_cells - 1)).astype(np.intp)
    return np.bincount(nearest, minlength=n_cells)


def _between_the_ends(distribution: BaseDistribution, coded: Array) -> Array:
    """Where values lie between the lowest, 0, and the highest, 1; steps have cells that reach beyond both."""
    if getattr(distribution, "step", None) is None:
        return coded
    ends = [distribution.to_internal_repr(distribution.decode(u)) for u in (0.0, 1.0)]
    low, high = distribution.encode(np.array(ends))
    return np.asarray((coded - low) / (high - low))


def _prior(distribution: BaseDistribution) -> Array:
    if isinstance(distribution, CategoricalDistribution):
        weights = np.array(distribution.weights or (1.0,) * len(distribution.choices))
        return np.asarray(weights / weights.sum())
    return np.full(_cells(distribution), 1 / _cells(distribution))


def _cells(distribution: BaseDistribution) -> int:
    """Into how many equal cells values are sorted: few where steps, wide at one end, would leave gaps."""
    edges: Array | None = getattr(distribution, "edges", None)
    if edges is None:
        return _MOST_CELLS
    if distribution.kind.endswith("on a log scale"):
        return min(_MOST_CELLS, math.ceil(math.log2(distribution.cardinality)) + 1)
    return int(min(_MOST_CELLS, max(2, round(1 / float(np.diff(edges).max())))))
