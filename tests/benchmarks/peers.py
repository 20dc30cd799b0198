"""Samplers by name, ours and others', each as a function that makes a number of trials of a problem.

Ours are written as `tpe`, or with options as `tpe:good_fraction=0.1,startup=random`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from tests.benchmarks.problems import Failure, Node, Problem, Values, evaluate

__all__ = ["Observed", "Outcome", "Outcomes", "runner"]

Outcome: TypeAlias = tuple[tuple[float, ...], tuple[float, ...], float]
"""Losses that the sampler saw, NaN where the evaluation failed, true losses, and the largest constraint."""
Outcomes: TypeAlias = list[Outcome]


class Observed:
    """A problem that notes what is asked of it; noise depends on the seed and the number of the evaluation."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem = problem
        self.outcomes: Outcomes = []
        self._rng = np.random.default_rng([seed, 77])
        self._luck = np.random.default_rng([seed, 78])

    def __call__(self, trial: Any) -> Any:
        values, true = evaluate(self.problem, trial)
        seen, constraints = self.note(values, true)
        if self.problem.raises and np.isnan(seen).any():
            raise Failure
        for i, constraint in enumerate(constraints):
            trial.set_constraint(f"c{i}", constraint)
        return seen if len(seen) > 1 else seen[0]

    def note(self, values: Values, true: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        seen = tuple(loss + self.problem.noise * float(self._rng.standard_normal()) for loss in true)
        constraints = () if self.problem.constraints is None else self.problem.constraints(values)
        unlucky = bool(self._luck.random() < self.problem.flaky)
        if unlucky or (self.problem.fails is not None and self.problem.fails(values)):
            seen = (float("nan"),) * len(true)
        self.outcomes.append((seen, true, max(constraints, default=0.0)))
        return seen, constraints


def runner(name: str, batch: int = 1) -> Callable[[Problem, int, int], Outcomes | None]:
    """The function of a sampler's name: problem, seed, number of trials → outcomes, or None if it cannot.

    Ours and Optuna's are asked for `batch` trials at a time, as if so many workers finished together; others for one.
    """
    kind, _, options = name.partition(":")
    given = dict(part.split("=", 1) for part in options.split(",")) if options else {}
    keywords = {key: _literal(value) for key, value in given.items()}
    if kind.startswith("optuna"):
        return lambda problem, seed, n: _optuna(kind.partition("-")[2], keywords, problem, seed, n, batch)
    if kind == "hyperopt":
        return _hyperopt
    if kind == "smac":
        from tests.benchmarks.smac_peer import smac_runner

        return smac_runner(Observed)
    if kind in ("cmaes-cma", "cmaes-catcmawm", "pycma"):
        from tests.benchmarks.cma_peers import cma_runner

        return cma_runner(kind, Observed)
    if kind.startswith("pymoo"):
        from tests.benchmarks.pymoo_peer import pymoo_runner

        return pymoo_runner(kind.partition("-")[2], keywords, Observed)
    if kind in ("skopt", "skopt-forest", "skopt-gbrt", "bayes_opt", "ax", "hebo"):
        from tests.benchmarks.flat_peers import flat_runner

        return flat_runner(kind, Observed)
    return lambda problem, seed, n: _ours(kind, keywords, problem, seed, n, batch)


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _ours(kind: str, keywords: dict[str, Any], problem: Problem, seed: int, n: int, batch: int) -> Outcomes:
    import hpo
    from hpo import samplers

    hpo.logging.set_verbosity(hpo.logging.ERROR)
    kinds = {name.removesuffix("Sampler").lower(): name for name in samplers.__all__}
    sampler = getattr(samplers, kinds[kind])(seed=seed, **keywords)
    study = hpo.create_study(directions=["minimize"] * problem.n_objectives, sampler=sampler)
    objective = Observed(problem, seed)
    _optimize(study, objective, n, batch)
    return objective.outcomes


def _optimize(study: Any, objective: Observed, n: int, batch: int) -> None:
    """Make trials until there are `n`."""
    if batch == 1:
        study.optimize(objective, n_trials=n - len(objective.outcomes), catch=(Failure,))
        return
    while len(objective.outcomes) < n:
        trials = [study.ask() for _ in range(batch)]
        for trial, told in [(trial, objective(trial)) for trial in trials]:
            study.tell(trial, told)


def _optuna(kind: str, keywords: dict[str, Any], problem: Problem, seed: int, n: int, batch: int) -> Outcomes:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    objective = Observed(problem, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = optuna.create_study(directions=["minimize"] * problem.n_objectives)
        for upto, name, options in _optuna_schedule(kind, problem):
            study.sampler = getattr(optuna.samplers, name)(seed=seed, **options, **keywords)
            _optimize(study, objective, min(n, upto), batch)
    return objective.outcomes


_OPTUNAS = {
    "tpe": "TPESampler",
    "gp": "GPSampler",
    "cmaes": "CmaEsSampler",
    "nsgaii": "NSGAIISampler",
    "nsgaiii": "NSGAIIISampler",
    "random": "RandomSampler",
}
_ALWAYS = 10**9


def _optuna_schedule(kind: str, problem: Problem) -> list[tuple[int, str, dict[str, Any]]]:
    """Up to which number of trials which of Optuna's samplers proposes, with which options.

    "auto" follows the rules of OptunaHub's AutoSampler. One objective: multivariate TPE where there is a choice, a
    branch or a constraint, else Gaussian processes for 250 trials and CMA-ES from then on. Several: TPE where there is
    a branch, else for 250 trials Gaussian processes, or TPE with choices or from four objectives on, and NSGA-II or,
    from four objectives on, NSGA-III from then on.
    """
    if kind != "auto":
        return [(_ALWAYS, _OPTUNAS[kind], {})]
    nodes = list(_all_nodes(problem.space))
    has_branches, has_choices = any(node.branches for node in nodes), any(node.choices for node in nodes)
    tpe: dict[str, Any] = {"multivariate": True, "constant_liar": True, "group": has_branches}
    if problem.n_objectives == 1:
        if has_choices or has_branches or problem.constraints is not None:
            return [(_ALWAYS, "TPESampler", tpe)]
        return [(250, "GPSampler", {}), (_ALWAYS, "CmaEsSampler", {})]
    if has_branches:
        return [(_ALWAYS, "TPESampler", tpe)]
    many = problem.n_objectives > 3
    first = ("TPESampler", tpe) if has_choices or many else ("GPSampler", {})
    return [(250, *first), (_ALWAYS, "NSGAIIISampler" if many else "NSGAIISampler", {})]


def _hyperopt(problem: Problem, seed: int, n: int) -> Outcomes | None:
    if problem.n_objectives > 1 or problem.constraints is not None:
        return None
    import hyperopt  # type: ignore[import-not-found, import-untyped, unused-ignore]

    objective = Observed(problem, seed)

    def f(tree: Any) -> float:
        values: dict[str, Any] = {}
        _flatten(tree, values)
        whole = {node.name for node in _all_nodes(problem.space) if node.kind == "int"}
        values = {name: int(value) if name in whole else value for name, value in values.items()}
        (seen,), _ = objective.note(values, problem.function(values))
        return seen

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hyperopt.fmin(
            f,
            [_hyperopt_node(hyperopt.hp, node) for node in problem.space],
            algo=hyperopt.tpe.suggest,
            max_evals=n,
            rstate=np.random.default_rng(seed),
            show_progressbar=False,
            verbose=False,
        )
    return objective.outcomes


def _hyperopt_node(hp: Any, node: Node) -> Any:
    low, high = node.low, node.high
    if node.kind == "choice" or node.branches:
        choices = node.choices or tuple(range(int(low), int(high) + 1))
        children = [
            [_hyperopt_node(hp, _renamed(n, f"{node.name}={c}/")) for n in node.branches.get(c, ())] for c in choices
        ]
        return (node.name, hp.choice(node.name, list(zip(choices, children, strict=True))))
    if node.kind == "int":
        if node.log:
            return (node.name, hp.qloguniform(node.name, np.log(low - 0.49), np.log(high + 0.49), 1))
        return (node.name, hp.quniform(node.name, low - 0.49, high + 0.49, 1))
    space = hp.loguniform(node.name, np.log(low), np.log(high)) if node.log else hp.uniform(node.name, low, high)
    return (node.name, space)


def _renamed(node: Node, prefix: str) -> Node:
    """Hyperopt wants each label once, also in different branches; the part after the last "/" is ours."""
    return Node(prefix + node.name, node.kind, node.low, node.high, node.log, node.choices, node.branches)


def _all_nodes(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for children in node.branches.values():
            yield from _all_nodes(children)


def _flatten(tree: Any, values: dict[str, Any]) -> None:
    for label, value in tree:
        name = label.rpartition("/")[2]
        if isinstance(value, tuple):
            values[name] = value[0]
            _flatten(value[1], values)
        else:
            values[name] = value
