"""How a number of a child changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_least

__all__ = ["Mutation", "PolynomialMutation"]


@runtime_checkable
class Mutation(Protocol):
    """Changes numbers; a frozen value, and pure given the generator.

    Children are made some at a time, also for trials that another process will begin.
    """

    def mutated(self, x: Array, rng: np.random.Generator) -> Array:
        """Other numbers in [0, 1] in the place of some, shape (k,), of one child or of several."""
        ...


@final
@dataclass(frozen=True)
class PolynomialMutation:
    """Mostly small changes, and now and then a large one.

    Args:
        eta: How small; with 20 about a twentieth of the range.

    Source: Deb and Goyal (1996), "A combined genetic adaptive search (GeneAS) for engineering design".
    """

    eta: float = 20.0

    def __post_init__(self) -> None:
        check_least("eta", self.eta, 0)

    def mutated(self, x: Array, rng: np.random.Generator) -> Array:
        u = rng.random(len(x))
        power = self.eta + 1
        down = (2 * u + (1 - 2 * u) * (1 - x) ** power) ** (1 / power) - 1
        up = 1 - (2 * (1 - u) + (2 * u - 1) * x**power) ** (1 / power)
        with np.errstate(invalid="ignore"):
            return np.minimum(np.maximum(x + np.where(u < 0.5, down, up), 0.0), 1.0)
