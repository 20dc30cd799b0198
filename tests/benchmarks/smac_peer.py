"""SMAC3, which knows branches as conditions between parameters."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.problems import Node, Problem

__all__ = ["smac_runner"]

Run = Callable[[Problem, int, int], "list[Any] | None"]


def smac_runner(observe: Callable[[Problem, int], Any]) -> Run:
    """Its façade for hyperparameters, with its defaults; `observe` notes what is asked of a problem.

    Constraints are not its business.
    """

    def run(problem: Problem, seed: int, n: int) -> list[Any] | None:
        if problem.constraints is not None or problem.n_objectives > 1:
            return None
        from smac import HyperparameterOptimizationFacade as Facade  # type: ignore[import-not-found, unused-ignore]
        from smac import Scenario

        observed = observe(problem, seed)

        def target(config: Any, seed: int = 0) -> float:
            del seed
            values = {name: _plain(value) for name, value in dict(config).items()}
            (seen,), _ = observed.note(values, problem.function(values))
            return float(seen)

        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
            warnings.simplefilter("ignore")
            scenario = Scenario(
                _space(problem, seed), deterministic=True, n_trials=n, seed=seed, output_directory=Path(folder)
            )
            Facade(scenario, target, overwrite=True, logging_level=False).optimize()
        return list(observed.outcomes)

    return run


def _space(problem: Problem, seed: int) -> Any:
    from ConfigSpace import ConfigurationSpace, InCondition  # type: ignore[import-not-found, unused-ignore]

    space = ConfigurationSpace(seed=seed)
    made: dict[str, Any] = {}
    parents: dict[str, tuple[str, list[Any]]] = {}

    def visit(nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            if node.name not in made:
                made[node.name] = _parameter(node)
                space.add(made[node.name])
            for value, children in node.branches.items():
                for child in children:
                    _, values = parents.setdefault(child.name, (node.name, []))
                    if value not in values:
                        values.append(value)
                visit(children)

    visit(problem.space)
    for name, (parent, values) in parents.items():
        space.add(InCondition(made[name], made[parent], values))
    return space


def _parameter(node: Node) -> Any:
    from ConfigSpace import Categorical, Float, Integer

    if node.kind == "choice":
        return Categorical(node.name, list(node.choices))
    if node.kind == "int":
        return Integer(node.name, (int(node.low), int(node.high)), log=node.log)
    return Float(node.name, (node.low, node.high), log=node.log)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
