"""How the numbers of a child come from those of its parents, all in the unit cube; children may lie outside of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_least, check_positive, check_share

__all__ = [
    "BLXAlphaCrossover",
    "Crossover",
    "SBXCrossover",
    "SPXCrossover",
    "UNDXCrossover",
    "UniformCrossover",
    "VSBXCrossover",
]


@runtime_checkable
class Crossover(Protocol):
    """Makes one child of some parents; a frozen value, and pure given the generator.

    Children are made some at a time, also for trials that another process will begin.
    """

    @property
    def n_parents(self) -> int:
        """How many parents it takes."""
        ...

    def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        """The child, shape (n,), of parents, shape (n_parents, n), the first of which is the likest.

        Args:
            parents: Their numbers, in [0, 1].
            rng: Source of randomness.
            several: Whether there are several objectives.
        """
        ...


def _probability(**values: float) -> None:
    for name, value in values.items():
        check_share(name, value)


@final
@dataclass(frozen=True)
class UniformCrossover:
    """Take each number from one of two parents.

    Args:
        swapping_prob: Of the second one.
    """

    swapping_prob: float = 0.5
    n_parents = 2

    def __post_init__(self) -> None:
        _probability(swapping_prob=self.swapping_prob)

    def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        del several
        return np.asarray(np.where(rng.random(parents.shape[1]) < self.swapping_prob, parents[1], parents[0]))


@final
@dataclass(frozen=True)
class BLXAlphaCrossover:
    """Draw each number evenly between those of two parents, and from some way beyond.

    Args:
        alpha: How far beyond, in distances of the parents.

    Source: Eshelman and Schaffer (1993), "Real-coded genetic algorithms and interval-schemata".
    """

    alpha: float = 0.5
    n_parents = 2

    def __post_init__(self) -> None:
        check_least("alpha", self.alpha, 0)

    def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        del several
        low, high = parents.min(axis=0), parents.max(axis=0)
        beyond = self.alpha * (high - low)
        return np.asarray(low - beyond + rng.random(len(low)) * (high - low + 2 * beyond))


def _one_of_both(
    children: tuple[Array, Array], parents: Array, rng: np.random.Generator, uniform: float, own: float
) -> Array:
    """One of two children, some of whose numbers change places, or are their parents'.

    Args:
        children: The first and the second one of c pairs, shapes (c, n).
        parents: Shape (c, 2, n).
        rng: Source of randomness.
        uniform, own: Probabilities that a number changes places, and that it is the child's.
    """
    shape = children[0].shape
    is_own = rng.random(shape) < own
    of_second = (rng.random(shape) < uniform) != (rng.random((len(parents), 1)) < 0.5)
    first, second = (np.where(is_own, children[i], parents[:, i]) for i in (0, 1))
    return np.where(of_second, second, first)


def _check_sbx(eta: float | None, uniform_crossover_prob: float, use_child_gene_prob: float) -> None:
    if eta is not None:
        check_least("eta", eta, 0, ", or None for the usual one")
    _probability(uniform_crossover_prob=uniform_crossover_prob, use_child_gene_prob=use_child_gene_prob)


@final
@dataclass(frozen=True)
class SBXCrossover:
    """Simulated binary crossover: children lie about as far from their parents' middle as the parents do.

    Args:
        eta: How near to the parents; 20 with several objectives by default, 2 with one.
        uniform_crossover_prob: Probability that a number changes places between both children.
        use_child_gene_prob: Probability that a number is the child's, and not simply the parent's.

    Source: Deb and Agrawal (1995), "Simulated binary crossover for continuous search space".
    """

    eta: float | None = None
    uniform_crossover_prob: float = 0.5
    use_child_gene_prob: float = 0.5
    n_parents = 2

    def __post_init__(self) -> None:
        _check_sbx(self.eta, self.uniform_crossover_prob, self.use_child_gene_prob)

    def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        return np.asarray(self.children(parents[None], rng, several=several)[0])

    def children(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        """The children, shape (c, n), of c pairs of parents, shape (c, 2, n)."""
        eta = (20.0 if several else 2.0) if self.eta is None else self.eta
        u = rng.random((len(parents), parents.shape[2]))
        β = np.where(u <= 0.5, 2 * u, 0.5 / np.maximum(1 - u, 1e-16)) ** (1 / (eta + 1))
        a, b = parents[:, 0], parents[:, 1]
        middle, half = (a + b) / 2, (a - b) / 2 * β
        children = middle + half, middle - half
        return _one_of_both(children, parents, rng, self.uniform_crossover_prob, self.use_child_gene_prob)


@final
@dataclass(frozen=True)
class VSBXCrossover:
    """A variant of `SBXCrossover` that also reaches what lies on the far side of each parent.

    Args:
        eta, uniform_crossover_prob, use_child_gene_prob: As of `SBXCrossover`.

    Source: Ballester and Carter (2004), "An effective real-parameter genetic algorithm with parent centric normal
    crossover for multimodal optimisation".
    """

    eta: float | None = None
    uniform_crossover_prob: float = 0.5
    use_child_gene_prob: float = 0.5
    n_parents = 2

    def __post_init__(self) -> None:
        _check_sbx(self.eta, self.uniform_crossover_prob, self.use_child_gene_prob)

    def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        eta = (20.0 if several else 2.0) if self.eta is None else self.eta
        u = rng.random(parents.shape[1])
        β = (0.5 / np.maximum(np.where(u <= 0.5, u, 1 - u), 1e-16)) ** (1 / (eta + 1))
        a, b = parents
        children = tuple(
            np.where(u <= 0.5, ((1 + β) * x + (1 - β) * y) / 2, ((3 - β) * x - (1 - β) * y) / 2)
            for x, y in ((a, b), (b, a))
        )
        pairs = children[0][None], children[1][None]
        child = _one_of_both(pairs, parents[None], rng, self.uniform_crossover_prob, self.use_child_gene_prob)
        return np.asarray(child[0])


@final
@dataclass(frozen=True)
class UNDXCrossover:
    """Draw from a normal distribution around the middle of two parents, as wide as a third one lies off their line.

    Args:
        sigma_xi: Standard deviation along the line of the two, in their distance.
        sigma_eta: Standard deviation across it, in the third one's distance from it; 0.35 / √n by default.

    Source: Ono and Kobayashi (1999), "A real-coded genetic algorithm for function optimization using unimodal normal
    distribution crossover".
    """

    sigma_xi: float = 0.5
    sigma_eta: float | None = None
    n_parents = 3

    def __post_init__(self) -> None:
        check_least("sigma_xi", self.sigma_xi, 0)
        if self.sigma_eta is not None:
            check_least("sigma_eta", self.sigma_eta, 0, ", or None for the usual one")

    def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        del several
        n = parents.shape[1]
        sigma_eta = 0.35 / math.sqrt(n) if self.sigma_eta is None else self.sigma_eta
        middle, along = (parents[0] + parents[1]) / 2, parents[1] - parents[0]
        length = float(np.sqrt(along @ along))
        unit = along / length if length > 0 else np.zeros(n)
        off = parents[2] - parents[0]
        distance = float(np.linalg.norm(off - (off @ unit) * unit))
        noise = rng.standard_normal(n)
        across = sigma_eta * distance * (noise - (noise @ unit) * unit)
        return np.asarray(middle + rng.normal(0.0, self.sigma_xi) * along + across)


@final
@dataclass(frozen=True)
class SPXCrossover:
    """Draw evenly from the simplex of three parents, expanded about its centre.

    Args:
        epsilon: How much it is expanded; √(n + 2) by default.

    Source: Tsutsui et al. (1999), "Multi-parent recombination with simplex crossover in real coded genetic algorithms".
    """

    epsilon: float | None = None
    n_parents = 3

    def __post_init__(self) -> None:
        if self.epsilon is not None:
            check_positive("epsilon", self.epsilon, ", or None for the usual one")

    def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        del several
        k, n = parents.shape
        epsilon = math.sqrt(n + 2) if self.epsilon is None else self.epsilon
        centre = parents.mean(axis=0)
        corners = centre + epsilon * (parents - centre)
        shift = np.zeros(n)
        for i in range(1, k):
            shift = rng.random() ** (1 / i) * (corners[i - 1] - corners[i] + shift)
        return np.asarray(corners[-1] + shift)
