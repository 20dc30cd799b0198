"""The libraries cmaes and pycma, as their own examples use them, on problems of numbers; both begin anew as IPOP does.

Where an end is reached before the budget is, the population doubles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.problems import Node, Problem

__all__ = ["CMA_PEERS", "cma_runner"]

Loss = Callable[[NDArray[np.float64]], float]
_SIGMA = 1 / 6  # of the range, as Optuna's and ours


class _Spent(Exception):
    """All evaluations are used up."""


def cma_runner(kind: str, observe: Callable[[Problem, int], Any]) -> Callable[[Problem, int, int], list[Any] | None]:
    """The function of a peer's name; `observe` notes what is asked of a problem."""

    def run(problem: Problem, seed: int, n: int) -> list[Any] | None:
        nodes = problem.space
        if problem.n_objectives > 1 or problem.constraints is not None:
            return None
        if any(node.kind == "choice" or node.log or node.branches for node in nodes):
            return None
        observed = observe(problem, seed)

        def loss(x: NDArray[np.float64]) -> float:
            if len(observed.outcomes) == n:
                raise _Spent
            values = {
                node.name: round(one) if node.kind == "int" else one
                for node, one in zip(nodes, x.tolist(), strict=True)
            }
            (seen,), _ = observed.note(values, problem.function(values))
            return float(seen)

        restart = 0
        while len(observed.outcomes) < n:
            try:
                CMA_PEERS[kind](nodes, loss, seed + 1000 * restart + 1, 2**restart)
            except _Spent:
                break
            restart += 1
        return list(observed.outcomes)

    return run


def _bounds(nodes: tuple[Node, ...]) -> NDArray[np.float64]:
    """Lowest and highest values, shape (d, 2)."""
    return np.array([(node.low, node.high) for node in nodes])


def _usual(d: int) -> int:
    return 4 + int(3 * np.log(d))


def _cma(nodes: tuple[Node, ...], loss: Loss, seed: int, times: int) -> None:
    """`cmaes.CMA` in the unit cube, for continuous numbers."""
    from cmaes import CMA

    bounds, d = _bounds(nodes), len(nodes)
    low, width = bounds[:, 0], bounds[:, 1] - bounds[:, 0]
    cube = np.tile([0.0, 1.0], (d, 1))
    optimizer = CMA(mean=np.full(d, 0.5), sigma=_SIGMA, bounds=cube, seed=seed, population_size=times * _usual(d))
    while not optimizer.should_stop():
        asked = [optimizer.ask() for _ in range(optimizer.population_size)]
        optimizer.tell([(x, loss(low + x * width)) for x in asked])


def _catcma(nodes: tuple[Node, ...], loss: Loss, seed: int, times: int) -> None:
    """`cmaes.CatCMAwM` with integers as such, those of two values as choices, as it recommends."""
    from cmaes import CatCMAwM

    real = [i for i, node in enumerate(nodes) if node.kind == "float"]
    binary = [i for i, node in enumerate(nodes) if node.kind == "int" and node.high - node.low == 1]
    whole = [i for i, node in enumerate(nodes) if node.kind == "int" and node.high - node.low > 1]
    options: dict[str, Any] = {
        "x_space": [[nodes[i].low, nodes[i].high] for i in real] or None,
        "z_space": [list(range(int(nodes[i].low), int(nodes[i].high) + 1)) for i in whole] or None,
        "c_space": [2] * len(binary) or None,
    }
    size = CatCMAwM(**options).population_size
    optimizer = CatCMAwM(**options, seed=seed, population_size=times * size)
    while not optimizer.should_stop():
        told = []
        for _ in range(optimizer.population_size):
            asked, x = optimizer.ask(), np.empty(len(nodes))
            if real:
                x[real] = asked.x
            if whole:
                x[whole] = asked.z
            if binary:
                x[binary] = np.array([nodes[i].low for i in binary]) + asked.c.argmax(axis=1)
            told.append((asked, loss(x)))
        optimizer.tell(told)


def _pycma(nodes: tuple[Node, ...], loss: Loss, seed: int, times: int) -> None:
    """`cma.CMAEvolutionStrategy` in a cube whose sides are one, or the number of steps of an integer."""
    import cma

    bounds = _bounds(nodes)
    whole = [i for i, node in enumerate(nodes) if node.kind == "int"]
    low, width = bounds[:, 0].copy(), bounds[:, 1] - bounds[:, 0]
    sides = np.ones(len(nodes))
    sides[whole] = width[whole]
    upper, lower = sides.copy(), np.zeros(len(nodes))
    upper[whole] += 0.499
    lower[whole] -= 0.499
    options: dict[str, Any] = {"bounds": [lower, upper], "seed": seed, "verbose": -9, "integer_variables": whole}
    options |= {"CMA_stds": sides, "popsize": times * _usual(len(nodes))}
    strategy = cma.CMAEvolutionStrategy(sides / 2, _SIGMA, options)
    while not strategy.stop():
        asked = strategy.ask()
        strategy.tell(asked, [loss(np.clip(low + x * width / sides, bounds[:, 0], bounds[:, 1])) for x in asked])


CMA_PEERS: dict[str, Callable[[tuple[Node, ...], Loss, int, int], None]] = {
    "cmaes-cma": _cma,
    "cmaes-catcmawm": _catcma,
    "pycma": _pycma,
}
