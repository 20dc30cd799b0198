"""Peers that know neither branches nor trials: all parameters of a problem are given to them at once.

What a branch makes inactive they see and vary all the same, as their users would let them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tests.benchmarks.problems import Node, Problem

__all__ = ["flat_runner"]

Run = Callable[[Problem, int, int], "list[Any] | None"]


def flat_runner(kind: str, observe: Callable[[Problem, int], Any]) -> Run:
    """The function of a peer's name; `observe` notes what is asked of a problem."""
    runs = {"bayes_opt": _bayes_opt, "ax": _ax, "hebo": _hebo}
    run = runs.get(kind) or partial(_skopt, minimize=_SKOPTS[kind])

    def quiet(problem: Problem, seed: int, n: int) -> list[Any] | None:
        if problem.n_objectives > 1:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return run(problem, seed, n, observe(problem, seed))

    return quiet


def _nodes(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """All parameters, each name once."""
    seen = set()
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        if node.name not in seen:
            seen.add(node.name)
            yield node
        for children in node.branches.values():
            stack.extend(reversed(children))


def _active(nodes: tuple[Node, ...], given: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The given values of those parameters that an objective would ask for."""
    for node in nodes:
        values[node.name] = given[node.name]
        _active(node.branches.get(given[node.name], ()), given, values)
    return values


_SKOPTS = {"skopt": "gp_minimize", "skopt-forest": "forest_minimize", "skopt-gbrt": "gbrt_minimize"}


def _skopt(problem: Problem, seed: int, n: int, observed: Any, *, minimize: str) -> list[Any] | None:
    """A function of scikit-optimize with its defaults; constraints are not its business."""
    if problem.constraints is not None:
        return None
    import skopt  # type: ignore[import-not-found, unused-ignore]
    from skopt.space import Categorical, Integer, Real  # type: ignore[import-not-found, unused-ignore]

    nodes = list(_nodes(problem.space))

    def dimension(node: Node) -> Any:
        prior = "log-uniform" if node.log else "uniform"
        if node.kind == "choice":
            return Categorical(list(node.choices), name=node.name)
        if node.kind == "int":
            return Integer(int(node.low), int(node.high), prior=prior, name=node.name)
        return Real(node.low, node.high, prior=prior, name=node.name)

    def f(row: list[Any]) -> float:
        given = {node.name: _plain(value) for node, value in zip(nodes, row, strict=True)}
        values = _active(problem.space, given, {})
        (seen,), _ = observed.note(values, problem.function(values))
        return float(seen)

    getattr(skopt, minimize)(f, [dimension(node) for node in nodes], n_calls=n, random_state=seed)
    return list(observed.outcomes)


def _bayes_opt(problem: Problem, seed: int, n: int, observed: Any) -> list[Any]:
    """The package bayesian-optimization: ten random points, then its default acquisition; logarithms by hand."""
    from bayes_opt import BayesianOptimization  # type: ignore[import-not-found, unused-ignore]
    from bayes_opt.exception import NoValidPointRegisteredError  # type: ignore[import-not-found, unused-ignore]
    from scipy.optimize import NonlinearConstraint

    nodes = list(_nodes(problem.space))
    bounds: dict[str, Any] = {}
    for node in nodes:
        if node.kind == "choice":
            bounds[node.name] = (
                tuple(range(len(node.choices))) if len(node.choices) < 2 else tuple(map(str, range(len(node.choices))))
            )
        elif node.log:
            bounds[node.name] = (float(np.log(node.low)), float(np.log(node.high)))
        else:
            bounds[node.name] = (int(node.low), int(node.high), int) if node.kind == "int" else (node.low, node.high)

    def values_of(row: dict[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for node in nodes:
            value = row[node.name]
            if node.kind == "choice":
                given[node.name] = node.choices[int(value)]
            elif node.kind == "int":
                value = np.exp(value) if node.log else value
                given[node.name] = int(np.clip(round(float(value)), node.low, node.high))
            else:
                given[node.name] = float(np.clip(np.exp(value), node.low, node.high)) if node.log else float(value)
        return _active(problem.space, given, {})

    constraint = None
    if problem.constraints is not None:
        limits = problem.constraints

        def exceeded(**row: Any) -> float:  # called with keywords, unlike what SciPy's stubs say
            return max(limits(values_of(row)))

        constraint = NonlinearConstraint(exceeded, -np.inf, 0.0)  # type: ignore[arg-type, unused-ignore]

    def f(**row: Any) -> float:
        values = values_of(row)
        (seen,), _ = observed.note(values, problem.function(values))
        return -float(seen)

    optimizer = BayesianOptimization(
        f=f, pbounds=bounds, constraint=constraint, random_state=seed, verbose=0, allow_duplicate_points=True
    )
    optimizer.maximize(init_points=10, n_iter=0)
    while len(observed.outcomes) < n:
        try:
            optimizer.maximize(init_points=0, n_iter=1)
        except NoValidPointRegisteredError:  # it models nothing before a point is feasible
            optimizer.maximize(init_points=1, n_iter=0)
    return list(observed.outcomes)


def _ax(problem: Problem, seed: int, n: int, observed: Any) -> list[Any]:
    """Ax's client with its defaults, which are BoTorch's acquisition functions after some quasi-random points."""
    import logging

    from ax.api.client import Client  # type: ignore[import-not-found, unused-ignore]
    from ax.api.configs import (  # type: ignore[import-not-found, unused-ignore]
        ChoiceParameterConfig,
        RangeParameterConfig,
    )

    logging.disable(logging.WARNING)
    nodes = list(_nodes(problem.space))

    def parameter(node: Node) -> Any:
        if node.kind == "choice":
            values = [str(i) for i in range(len(node.choices))]
            return ChoiceParameterConfig(name=node.name, values=values, parameter_type="str", is_ordered=False)
        scaling = "log" if node.log else "linear"
        bounds = (int(node.low), int(node.high)) if node.kind == "int" else (node.low, node.high)
        return RangeParameterConfig(name=node.name, bounds=bounds, parameter_type=node.kind, scaling=scaling)

    client = Client(random_seed=seed)
    client.configure_experiment(parameters=[parameter(node) for node in nodes])
    if problem.constraints is None:
        client.configure_optimization(objective="-loss")
    else:
        client.configure_optimization(objective="-loss", outcome_constraints=["violation <= 0"])
    while len(observed.outcomes) < n:
        for index, row in client.get_next_trials(max_trials=1).items():
            given = {n.name: n.choices[int(row[n.name])] if n.kind == "choice" else row[n.name] for n in nodes}
            values = _active(problem.space, given, {})
            (seen,), limits = observed.note(values, problem.function(values))
            data = {"loss": float(seen)} | ({"violation": max(limits)} if limits else {})
            client.complete_trial(index, raw_data=data)
    return list(observed.outcomes)


def _hebo(problem: Problem, seed: int, n: int, observed: Any) -> list[Any] | None:
    """HEBO with its defaults; constraints are not its business."""
    if problem.constraints is not None:
        return None
    from hebo.design_space.design_space import DesignSpace  # type: ignore[import-not-found, unused-ignore]
    from hebo.optimizers.hebo import HEBO  # type: ignore[import-not-found, unused-ignore]

    nodes = list(_nodes(problem.space))

    def parameter(node: Node) -> dict[str, Any]:
        if node.kind == "choice":
            return {"name": node.name, "type": "cat", "categories": [str(i) for i in range(len(node.choices))]}
        kind = ("pow_int" if node.log else "int") if node.kind == "int" else ("pow" if node.log else "num")
        return {"name": node.name, "type": kind, "lb": node.low, "ub": node.high}

    optimizer = HEBO(DesignSpace().parse([parameter(node) for node in nodes]), scramble_seed=seed)
    for _ in range(n):
        rows = optimizer.suggest(n_suggestions=1)
        row = rows.iloc[0].to_dict()
        given = {n.name: n.choices[int(row[n.name])] if n.kind == "choice" else _plain(row[n.name]) for n in nodes}
        given = {n.name: int(given[n.name]) if n.kind == "int" else given[n.name] for n in nodes}
        values = _active(problem.space, given, {})
        (seen,), _ = observed.note(values, problem.function(values))
        optimizer.observe(rows, np.array([[float(seen)]]))
    return list(observed.outcomes)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
