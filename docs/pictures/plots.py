"""The plots of `hpo.visualization`, of studies that are run when the site is built."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import hpo
from hpo import visualization as plots

__all__ = [
    "contour",
    "convergence",
    "edf",
    "hypervolume_history",
    "importances",
    "intermediate_values",
    "optimization_history",
    "parallel_coordinate",
    "pareto_front",
    "partial_dependence",
    "rank",
    "rungs",
    "slices",
    "study",
    "timeline",
]


def html(figure: Any) -> str:
    """A plotly figure as HTML, for a page that has plotly.js; without buttons that lead elsewhere."""
    from plotly.io import to_html

    config = {"responsive": True, "displaylogo": False, "showSendToCloud": False}
    return str(to_html(figure, config=config, include_plotlyjs=False, full_html=False))


def _valley(trial: hpo.Trial) -> float:
    rate = trial.suggest_float("rate", 1e-4, 1.0, log=True)
    depth = trial.suggest_int("depth", 1, 9)
    kind = trial.suggest_categorical("kind", ["linear", "tree"])
    return (depth - 4) ** 2 / 20 + abs(math.log10(rate) + 2) * (0.6 if kind == "tree" else 1.0)


@cache
def study(seed: int = 0, *, random: bool = False) -> hpo.Study:
    """60 trials of three parameters, by TPE or at random."""
    sampler = hpo.samplers.RandomSampler() if random else hpo.samplers.TPESampler()
    run = hpo.create_study(study_name="random" if random else "TPE", sampler=sampler, seed=seed)
    run.optimize(_valley, n_trials=60)
    return run


@cache
def _curves() -> hpo.Study:
    def descend(trial: hpo.Trial) -> float:
        rate, loss = trial.suggest_float("rate", 1e-3, 1.0, log=True), 1.0
        for epoch in range(27):
            loss = 0.08 * abs(math.log10(rate) + 1) + loss * (1 - rate / 2)
            trial.report(loss, epoch)
            if trial.should_prune():
                raise hpo.TrialPruned
        return loss

    pruner = hpo.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    study = hpo.create_study(study_name="curves", sampler=hpo.samplers.RandomSampler(), pruner=pruner, seed=0)
    study.optimize(descend, n_trials=40, n_jobs=2)
    return study


@cache
def _front() -> hpo.Study:
    def objective(trial: hpo.Trial) -> tuple[float, float]:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        return x + 0.3 * y, (1 - x) ** 2 + 0.5 * y

    study = hpo.create_study(directions=["minimize", "minimize"], sampler=hpo.samplers.TPESampler(), seed=0)
    study.set_metric_names(["cost", "error"])
    study.optimize(objective, n_trials=60)
    return study


def optimization_history() -> str:
    return html(plots.plot_optimization_history(study()))


def convergence() -> str:
    compared = {"TPE": [study(seed) for seed in range(4)], "random": [study(seed, random=True) for seed in range(4)]}
    return html(plots.plot_convergence(compared, optimum=0.0))


def edf() -> str:
    return html(plots.plot_edf([study(), study(random=True)]))


def slices() -> str:
    return html(plots.plot_slice(study()))


def contour() -> str:
    return html(plots.plot_contour(study(), params=["rate", "depth"]))


def rank() -> str:
    return html(plots.plot_rank(study(), params=["rate", "depth"]))


def partial_dependence() -> str:
    return html(plots.plot_partial_dependence(study()))


def parallel_coordinate() -> str:
    return html(plots.plot_parallel_coordinate(study()))


def importances() -> str:
    return html(plots.plot_param_importances(study(random=True)))


def intermediate_values() -> str:
    return html(plots.plot_intermediate_values(_curves()))


def rungs() -> str:
    return html(plots.plot_rungs(_curves()))


def timeline() -> str:
    return html(plots.plot_timeline(_curves()))


def pareto_front() -> str:
    return html(plots.plot_pareto_front(_front()))


def hypervolume_history() -> str:
    return html(plots.plot_hypervolume_history(_front(), reference_point=[1.5, 1.5]))
