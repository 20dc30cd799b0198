"""pymoo's genetic algorithms on the benchmark's problems of continuous numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import comb
from typing import Any

import numpy as np

from tests.benchmarks.problems import Problem

__all__ = ["pymoo_runner"]

_PARENTS = 100  # pymoo's own number for NSGA-II, and for NSGA-III about as many directions


def pymoo_runner(
    kind: str, keywords: Mapping[str, Any], observe: Callable[[Problem, int], Any]
) -> Callable[[Problem, int, int], list[Any] | None]:
    """The function of "nsga2" or "nsga3", with pymoo's arguments; `observe` notes what is asked of a problem."""

    def run(problem: Problem, seed: int, n: int) -> list[Any] | None:
        if problem.constraints is not None or any(node.kind != "float" or node.log for node in problem.space):
            return None
        from pymoo.core.problem import ElementwiseProblem
        from pymoo.optimize import minimize

        observed = observe(problem, seed)
        names = [node.name for node in problem.space]

        class Asked(ElementwiseProblem):  # type: ignore[misc, unused-ignore]
            def _evaluate(self, x: Any, out: dict[str, Any], *_: Any, **__: Any) -> None:
                values = dict(zip(names, x.tolist(), strict=True))
                out["F"], _limits = observed.note(values, problem.function(values))

        lows, highs = np.array([(node.low, node.high) for node in problem.space]).T
        asked = Asked(n_var=len(names), n_obj=problem.n_objectives, xl=lows, xu=highs)
        algorithm = _algorithm(kind, problem.n_objectives, dict(keywords))
        minimize(asked, algorithm, ("n_eval", n), seed=seed)
        return list(observed.outcomes[:n])

    return run


def _algorithm(kind: str, m: int, keywords: dict[str, Any]) -> Any:
    if kind == "nsga2":
        from pymoo.algorithms.moo.nsga2 import NSGA2

        return NSGA2(**keywords)
    from pymoo.algorithms.moo.nsga3 import NSGA3
    from pymoo.util.ref_dirs import get_reference_directions

    wanted, parts = keywords.get("pop_size", _PARENTS), 1
    while comb(parts + m, m - 1) <= wanted:
        parts += 1
    return NSGA3(get_reference_directions("das-dennis", m, n_partitions=parts), **keywords)
