"""All that is believed of losses and constraints when a trial is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from hpo.arrays import Array
from hpo.samplers.gp.parted import Apart
from hpo.samplers.gp.posterior import Posterior

__all__ = ["Models"]


@final
@dataclass(frozen=True, eq=False)
class Models:
    """Posteriors given some observations.

    Args:
        each: One for each objective, and then for each constraint; none as long as nothing has succeeded.
        apart: What the trials of each part of the space make believe of the only objective.
        by_noise: Of the only objective, with different noises and their probabilities; empty where one is known.
    """

    each: Sequence[Posterior] = ()
    apart: Apart | None = None
    by_noise: Sequence[tuple[Posterior, float]] = ()

    def given(self, features: Array, normal: Array) -> Models:
        """With imagined observations at some points, shape (p, f), as draws from each posterior.

        Args:
            features: Of the points.
            normal: Independent standard normal numbers, shape (k, p, v) for as many posteriors as there are in `each`.
        """
        return Models(
            [model.given(features, own) for model, own in zip(self.each, normal, strict=True)],
            self.apart and self.apart.given(features, normal[0]),
            [(model.given(features, normal[0]), weight) for model, weight in self.by_noise],
        )
