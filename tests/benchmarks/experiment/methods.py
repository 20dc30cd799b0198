"""How each library searches, with its own defaults, as its users write it."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.benchmarks.experiment.bench import METRIC, SPACE, Bench, Enough
from tests.benchmarks.problems import Node, asked

__all__ = ["METHODS", "prepare", "search"]

MOST = 10_000
"""Trials that a library is asked for: more than `Bench` lets it make."""


def search(method: str, bench: Bench, seed: int) -> None:
    """Search until the bench has enough.

    Raises:
        ImportError: If the library is not installed, or has no such method.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = METHODS[method]
        prepare(method)
        bench.start()
        try:
            run(bench, seed)
        except Enough:
            return


def prepare(method: str) -> None:
    """Import what a method needs, so that no search pays for it."""
    library = method.partition("-")[0]
    if library == "hpo":
        import hpo
        import hpo.integrations.lightgbm
        import hpo.samplers.gp
        import hpo.samplers.tpe

        hpo.logging.set_verbosity(hpo.logging.ERROR)
    elif library == "optuna":
        import optuna
        import optuna_integration.lightgbm  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: F401

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        if method == "optuna-gp":
            import torch

            torch.set_num_threads(1)
    elif library == "hyperopt":
        import hyperopt.atpe  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: F401

        logging.getLogger("hyperopt").setLevel(logging.CRITICAL)  # it would log the end of each search as an error
    else:
        import skopt  # type: ignore[import-not-found, unused-ignore]  # noqa: F401


def _hpo(sampler: str | None, *, pruned: bool = False) -> Callable[[Bench, int], None]:
    def run(bench: Bench, seed: int) -> None:
        import hpo
        from hpo.integrations.lightgbm import LightGBMPruningCallback

        def objective(trial: Any) -> float:
            values = asked(trial, SPACE)
            return bench.train(values, [LightGBMPruningCallback(trial, METRIC)] if pruned else [])

        chosen = None if sampler is None else _sampler(hpo.samplers, sampler)()
        hpo.create_study(sampler=chosen, seed=seed).optimize(objective, n_trials=MOST)

    return run


def _sampler(module: Any, name: str) -> Any:
    """The class of a name, which may be newer than the library that is installed."""
    try:
        return getattr(module, name)
    except AttributeError as error:
        raise ImportError(str(error)) from error


def _optuna(sampler: str, *, pruned: bool = False) -> Callable[[Bench, int], None]:
    def run(bench: Bench, seed: int) -> None:
        import optuna
        from optuna_integration.lightgbm import LightGBMPruningCallback

        def objective(trial: Any) -> float:
            values = asked(trial, SPACE)
            return bench.train(values, [LightGBMPruningCallback(trial, METRIC)] if pruned else [])

        study = optuna.create_study(sampler=_sampler(optuna.samplers, sampler)(seed=seed))
        study.optimize(objective, n_trials=MOST)

    return run


def _hyperopt(name: str) -> Callable[[Bench, int], None]:
    def run(bench: Bench, seed: int) -> None:
        import hyperopt
        import hyperopt.atpe

        space = {node.name: _hyperopt_node(hyperopt.hp, node) for node in SPACE}
        whole = {node.name for node in SPACE if node.kind == "int"}

        def objective(values: Mapping[str, Any]) -> float:
            return bench.train({key: int(value) if key in whole else value for key, value in values.items()})

        hyperopt.fmin(
            objective, space, algo=getattr(hyperopt, name).suggest, max_evals=MOST, rstate=np.random.default_rng(seed),
            show_progressbar=False, verbose=False,
        )  # fmt: skip

    return run


def _hyperopt_node(hp: Any, node: Node) -> Any:
    if node.kind == "choice":
        return hp.choice(node.name, list(node.choices))
    if node.kind == "int" and node.log:
        return hp.qloguniform(node.name, np.log(node.low - 0.49), np.log(node.high + 0.49), 1)
    if node.kind == "int":
        return hp.quniform(node.name, node.low - 0.49, node.high + 0.49, 1)
    if node.log:
        return hp.loguniform(node.name, np.log(node.low), np.log(node.high))
    return hp.uniform(node.name, node.low, node.high)


def _skopt(name: str) -> Callable[[Bench, int], None]:
    def run(bench: Bench, seed: int) -> None:
        import skopt

        def objective(row: list[Any]) -> float:
            return bench.train({node.name: _plain(value) for node, value in zip(SPACE, row, strict=True)})

        # Asking for more would change nothing but its own memory; it looks at n_calls for no decision.
        dimensions = [_skopt_dimension(skopt.space, node) for node in SPACE]
        getattr(skopt, name)(objective, dimensions, n_calls=MOST, random_state=seed)

    return run


def _skopt_dimension(space: Any, node: Node) -> Any:
    if node.kind == "choice":
        return space.Categorical(list(node.choices), name=node.name)
    prior = "log-uniform" if node.log else "uniform"
    if node.kind == "int":
        return space.Integer(int(node.low), int(node.high), prior=prior, name=node.name)
    return space.Real(node.low, node.high, prior=prior, name=node.name)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


METHODS: Mapping[str, Callable[[Bench, int], None]] = {
    "hpo-random": _hpo("RandomSampler"),
    "hpo-tpe": _hpo("TPESampler"),
    "hpo-tpe-pruned": _hpo("TPESampler", pruned=True),
    "hpo-forest": _hpo("ForestSampler"),
    "hpo-gp": _hpo("GPSampler"),
    "hpo-default": _hpo(None),
    "hpo-default-pruned": _hpo(None, pruned=True),
    "hyperopt-random": _hyperopt("rand"),
    "hyperopt-tpe": _hyperopt("tpe"),
    "hyperopt-atpe": _hyperopt("atpe"),
    "optuna-tpe": _optuna("TPESampler"),
    "optuna-tpe-pruned": _optuna("TPESampler", pruned=True),
    "optuna-gp": _optuna("GPSampler"),
    "skopt-gp": _skopt("gp_minimize"),
    "skopt-forest": _skopt("forest_minimize"),
}
"""By the names that `run --methods` takes; the library stands before the first dash."""
