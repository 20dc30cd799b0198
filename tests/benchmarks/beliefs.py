"""What a belief of the user's is worth, and what a wrong one costs: normal distributions around and beside the optimum.

    python -m tests.benchmarks.beliefs [--samplers auto,gp,tpe] [--seeds 10] [--trials 100] [--half tune|report]

Each parameter's optimum lies in the middle half of [0, 1]. A right belief has its mean one deviation of 0.1 beside it,
a wrong one 3.3 of them, between bounds at 0 and 1, and without any; no belief is an even distribution over [0, 1], and
without bounds a normal with a deviation of 0.3 around 0.5. Prints, as Markdown, the mean over problems and seeds of
the regret relative to random search's between the bounds, which is 1. Defaults are chosen on "tune".
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Loss = Callable[[Array], float]
"""Of the way from the optimum, shape (d,)."""

_STD = 0.1
_BESIDE = {"right": 1.0, "wrong": 3.3}
_CHANCE = 20  # runs of random search


def _sphere(z: Array) -> float:
    return float((z**2).sum())


def _rosenbrock(z: Array) -> float:
    x = 4.0 * z + 1.0
    return float((100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum())


def _ackley(z: Array) -> float:
    x = 20.0 * z
    ripples = np.exp(np.cos(2.0 * np.pi * x).mean())
    return float(20.0 - 20.0 * np.exp(-0.2 * np.sqrt((x**2).mean())) + np.e - ripples)


def _ellipsoid(z: Array) -> float:
    return float((np.logspace(0.0, 3.0, len(z)) * z**2).sum())


def _absolute(z: Array) -> float:
    return float(np.abs(z).sum())


def _discus(z: Array) -> float:
    return float(1e3 * z[0] ** 2 + (z[1:] ** 2).sum())


def _bell(z: Array) -> float:
    return float(1.0 - np.exp(-8.0 * (z**2).sum()))


def _bent(z: Array) -> float:
    """Twice as steep on one side, with ripples."""
    return float((np.where(z > 0.0, 2.0 * z, -z) + 0.05 * (1.0 - np.cos(12.0 * np.pi * z))).sum())


PROBLEMS: dict[str, dict[str, tuple[Loss, int]]] = {
    "tune": {
        "sphere": (_sphere, 5),
        "rosenbrock": (_rosenbrock, 3),
        "ackley": (_ackley, 4),
        "ellipsoid": (_ellipsoid, 4),
    },
    "report": {"absolute": (_absolute, 4), "discus": (_discus, 6), "bell": (_bell, 5), "bent": (_bent, 3)},
}


def curve(loss: Loss, d: int, sampler: Any, seed: int, kind: str, *, bounded: bool, n_trials: int) -> Array:
    """The best losses so far of one run, shape (n,)."""
    import hpo

    optimum = np.random.default_rng(seed).uniform(0.25, 0.75, d)
    mean = optimum + np.where(optimum < 0.5, 1.0, -1.0) * _STD * _BESIDE.get(kind, 0.0)
    ends: dict[str, Any] = {"low": 0.0, "high": 1.0} if bounded else {}

    def objective(trial: Any) -> float:
        if kind in _BESIDE:
            x = [trial.suggest_normal(f"x{i}", float(mean[i]), _STD, **ends) for i in range(d)]
        elif bounded:
            x = [trial.suggest_float(f"x{i}", 0.0, 1.0) for i in range(d)]
        else:
            x = [trial.suggest_normal(f"x{i}", 0.5, 0.3) for i in range(d)]
        return loss(np.array(x) - optimum)

    study = hpo.create_study(sampler=sampler)
    study.optimize(objective, n_trials=n_trials)
    return np.asarray(np.minimum.accumulate(study.history.losses[:, 0]))


def regret(names: Sequence[str], half: str, make: Callable[[int], Any], seeds: int, kind: str, **how: Any) -> Array:
    """After each trial, relative to random search between the bounds, shape (n,): the mean over problems and seeds."""
    from hpo.samplers import RandomSampler

    means = []
    for name in names:
        loss, d = PROBLEMS[half][name]
        between = {**how, "bounded": True}
        chance = [curve(loss, d, RandomSampler(seed=seed), seed, "none", **between) for seed in range(_CHANCE)]
        runs = [curve(loss, d, make(seed), seed, kind, **how) for seed in range(seeds)]
        means.append(np.mean(runs, axis=0) / np.mean(chance, axis=0))
    return np.asarray(np.mean(means, axis=0))


def main() -> None:
    import hpo
    from hpo.samplers import AutoSampler, GPSampler, TPESampler

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samplers", default="auto,gp,tpe")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--half", choices=list(PROBLEMS), default="report")
    options = parser.parse_args()
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    warnings.simplefilter("ignore")
    makers: dict[str, Callable[[int], Any]] = {
        "auto": lambda seed: AutoSampler(seed=seed, overhead=None),
        "gp": lambda seed: GPSampler(seed=seed),
        "tpe": lambda seed: TPESampler(seed=seed),
    }
    budgets = [n for n in (30, 50, 100, 300) if n <= options.trials]
    print("| sampler | bounds | belief | " + " | ".join(f"{n} trials" for n in budgets) + " |")
    print("|---" * (3 + len(budgets)) + "|")
    for name in options.samplers.split(","):
        for bounded in (True, False):
            for kind in ("none", *_BESIDE):
                how = {"bounded": bounded, "n_trials": options.trials}
                of_all = regret(list(PROBLEMS[options.half]), options.half, makers[name], options.seeds, kind, **how)
                cells = " | ".join(f"{of_all[n - 1]:.3f}" for n in budgets)
                print(f"| {name} | {'both' if bounded else 'none'} | {kind} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
