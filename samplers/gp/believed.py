"""What users believe of parameters, as a weight of what an acquisition makes of points.

The model's axes are wide normals. A belief's density in units of the axis' own is what the point is weighed by, which
is 1 everywhere for a belief as wide as the axis: so it decays as the belief widens.

Source: Hvarfner et al. (2022), πBO, arXiv 2204.11051.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from hpo.arrays import Array, BoolArray
from hpo.distributions import NormalDistribution
from hpo.samplers.gp.criterion import Criterion
from hpo.samplers.gp.embedding import Embedding
from hpo.space import Space

__all__ = ["Belief", "Believed", "beliefs_of"]


@final
@dataclass(frozen=True, eq=False)
class Belief:
    """A number's.

    Args:
        feature: Its position among the features of points.
        presence: That of the feature which says whether it is there; None where it always is.
        axis: The distribution whose coded values the feature is.
        weight: By how much the inverse of the belief's variance exceeds the axis' own, in units of the latter.
    """

    feature: int
    presence: int | None
    axis: NormalDistribution
    weight: float

    def __call__(self, features: Array) -> tuple[Array, Array]:
        """The logarithm of the weight of points, shape (k,), but for a constant, and its derivatives."""
        z, slope = self.axis.standard(features[:, self.feature])
        there = self.weight if self.presence is None else self.weight * features[:, self.presence]
        return -0.5 * there * z**2, -there * z * slope


def beliefs_of(space: Space, believed: Space, embedding: Embedding, active: BoolArray) -> tuple[Belief, ...]:
    """How much likelier a space makes points than another one with the same parameters, which are wider there.

    Args:
        space: Whose coded values are the features of numbers.
        believed: What is believed.
        embedding: Of points.
        active: Of what was seen, shape (n, d).
    """
    out = []
    flags = list(enumerate(embedding.optional.tolist(), len(embedding.group) - len(embedding.optional)))
    for feature, column in enumerate(embedding.axes.numbers.tolist()):
        axis, belief = space.distributions[column], believed.distributions[column]
        if not isinstance(axis, NormalDistribution) or not isinstance(belief, NormalDistribution) or axis == belief:
            continue
        presence = next((flag for flag, other in flags if (active[:, other] == active[:, column]).all()), None)
        out.append(Belief(feature, presence, axis, (axis.std / belief.std) ** 2 - 1.0))
    return tuple(out)


@final
@dataclass(frozen=True, eq=False)
class Believed:
    """A criterion times the density of beliefs.

    Args:
        criterion: A logarithm, or a confidence bound in deviations of the losses.
        beliefs: Of some numbers.
    """

    criterion: Criterion
    beliefs: Sequence[Belief]

    def __call__(self, features: Array) -> Array:
        value = self.criterion(features)
        for belief in self.beliefs:
            value = value + belief(features)[0]
        return value

    def gradient(self, features: Array) -> tuple[Array, Array]:
        value, slope = self.criterion.gradient(features)
        for belief in self.beliefs:
            more, by_number = belief(features)
            value = value + more
            slope[:, belief.feature] += by_number
        return value, slope
