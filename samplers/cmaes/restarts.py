"""Beginning anew after convergence, with another population."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from hpo.key import Key

__all__ = ["RESTARTS", "Restarts"]

RESTARTS = ("ipop", "bipop")


@final
@dataclass(frozen=True)
class Restarts:
    """Which start this is.

    "ipop" doubles the population each time. "bipop" takes turns with small populations from narrow starts, whichever
    of both has used fewer trials.

    Args:
        number: Of starts before this one.
        smallest: The first population.
        population: Of this one.
        n_large: How often the population was doubled.
        is_small: Whether this one is a small one.
        width: Factor of the first step size.
        large, small: Trials that starts of both kinds have used.

    Sources: Auger and Hansen (2005), "A restart CMA evolution strategy with increasing population size"; Hansen
    (2009), "Benchmarking a bi-population CMA-ES on the BBOB-2009 function testbed".
    """

    number: int
    smallest: int
    population: int
    n_large: int = 0
    is_small: bool = False
    width: float = 1.0
    large: int = 0
    small: int = 0

    @staticmethod
    def first(population: int) -> Restarts:
        """The first start."""
        return Restarts(0, population, population)

    def after(self, n: int) -> Restarts:
        """After a generation of n trials."""
        if self.is_small:
            return replace(self, small=self.small + n)
        return replace(self, large=self.large + n)

    def next(self, kind: str | None, key: Key) -> Restarts:
        """The start after this one."""
        number = self.number + 1
        if kind == "bipop" and self.number and self.small < self.large:
            u, v = key.child("cmaes.bipop").uniforms((f"{number}", f"{number} width"))
            doubled = self.smallest * 2**self.n_large
            population = int(self.smallest * (0.5 * doubled / self.smallest) ** (u * u))
            return replace(self, number=number, population=max(population, 2), is_small=True, width=10.0 ** (-2.0 * v))
        n_large = self.n_large + 1
        return replace(
            self, number=number, n_large=n_large, population=self.smallest * 2**n_large, is_small=False, width=1.0
        )
