"""What the tree-structured Parzen estimator costs, beside Optuna's and Rustuna's where these are installed.

    python -m tests.benchmarks.tpe_speed [--sizes 100,1000,10000,100000] [--optuna-sizes 100,1000] [--optuna-whole]

Processor time, so that other work on the machine disturbs little; prints Markdown.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import math
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

N_PARAMETERS = 10
N_ASKS = 60
WHOLE = ((10, 1, 100), (10, 1, 1000), (10, 1, 1500), (10, 1, 3000), (40, 1, 1000), (5, 2, 1000))
"""Parameters, objectives and trials of whole studies."""
MOST_OPTUNA = 1000  # trials; more take minutes


def objective(n_parameters: int, n_objectives: int = 1) -> Callable[[Any], Any]:
    """A bowl, or several with their minima apart."""

    def f(trial: Any) -> Any:
        x = np.array([trial.suggest_float(f"x{i}", -1, 1) for i in range(n_parameters)])
        losses = [float(((x - 0.3 * k) ** 2).sum()) for k in range(n_objectives)]
        return losses if n_objectives > 1 else losses[0]

    return f


def ours(size: int) -> float:
    """Median seconds of an ask after `size` trials."""
    import hpo
    from hpo.samplers import RandomSampler, TPESampler

    hpo.logging.set_verbosity(hpo.logging.ERROR)
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(objective(N_PARAMETERS), n_trials=size)
    study.sampler = TPESampler(seed=0)
    return _asks(study)


def optunas(size: int) -> float:
    """The same of Optuna's."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    domain: dict[str, Any] = {f"x{i}": optuna.distributions.FloatDistribution(-1, 1) for i in range(N_PARAMETERS)}
    rows = np.random.default_rng(0).uniform(-1, 1, (size, N_PARAMETERS))
    study.add_trials(
        [
            optuna.create_trial(
                params=dict(zip(domain, row, strict=True)), distributions=domain, value=float(row @ row)
            )
            for row in rows
        ]
    )
    return _asks(study)


def _asks(study: Any) -> float:
    f, seconds = objective(N_PARAMETERS), []
    for i in range(N_ASKS + 5):
        begin = time.process_time()
        trial = study.ask()
        loss = f(trial)  # Optuna does a part of the work at the first suggestion
        if i >= 5:
            seconds.append(time.process_time() - begin)
        study.tell(trial, loss)
    return median(seconds)


def whole(library: Any, n_parameters: int, n_objectives: int, n_trials: int = 1000) -> float:
    """Seconds of a whole study."""
    if library.__name__ != "rustuna":  # which says nothing
        library.logging.set_verbosity(library.logging.ERROR)
    f, directions = objective(n_parameters, n_objectives), ["minimize"] * n_objectives
    first = library.create_study(sampler=library.samplers.TPESampler(seed=0), directions=directions)
    first.optimize(f, n_trials=20)  # whatever is loaded on first use
    study = library.create_study(sampler=library.samplers.TPESampler(seed=0), directions=directions)
    begin = time.process_time()
    study.optimize(f, n_trials=n_trials)
    return time.process_time() - begin


def installed(name: str, why: str) -> Any:
    """A library, or None and a sentence if it is not there."""
    if importlib.util.find_spec(name) is None:
        print(f"{name} is not installed, so {why}: pip install {name}\n")
        return None
    return importlib.import_module(name)


def main() -> None:
    import hpo

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,1000,10000,100000")
    parser.add_argument("--optuna-sizes", default="")
    parser.add_argument("--optuna-whole", action="store_true")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    theirs = {int(size) for size in options.optuna_sizes.split(",") if size}
    print(f"| {N_PARAMETERS} parameters, trials before | hpo | Optuna |\n|---|---|---|")
    costs = {}
    for size in sizes:
        costs[size] = ours(size)
        other = f"{1e3 * optunas(size):.2f} ms" if size in theirs else "–"
        print(f"| {size} | {1e3 * costs[size]:.2f} ms | {other} |", flush=True)
    late = [size for size in sizes if size >= 1000]
    if len(late) > 1:
        growth = math.log(costs[late[-1]] / costs[late[0]]) / math.log(late[-1] / late[0])
        print(f"\nGrowth exponent from {late[0]} trials on: {growth:.3f}\n")
    rustuna = installed("rustuna", "its column stays empty")
    optuna = installed("optuna", "its column stays empty") if options.optuna_whole else None
    print("| whole studies | hpo | Rustuna | Optuna |\n|---|---|---|---|")
    for d, m, n in WHOLE:
        libraries = (hpo, rustuna, optuna if n <= MOST_OPTUNA else None)
        cells = ["–" if one is None else f"{whole(one, d, m, n):.2f} s" for one in libraries]
        what = f"{d} parameters, {n} trials" + (f", {m} objectives" if m > 1 else "")
        print(f"| {what} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
