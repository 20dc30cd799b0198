"""What an ask of the tree-structured Parzen estimator costs, beside Optuna's where it is installed.

    python -m tests.benchmarks.tpe_speed [--sizes 100,1000,10000,100000] [--optuna-sizes 100,1000]

Processor time, so that other work on the machine disturbs little; prints Markdown.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

N_PARAMETERS = 10
N_ASKS = 60


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
    library.logging.set_verbosity(library.logging.ERROR)
    sampler = library.samplers.TPESampler(seed=0)
    study = library.create_study(sampler=sampler, directions=["minimize"] * n_objectives)
    begin = time.process_time()
    study.optimize(objective(n_parameters, n_objectives), n_trials=n_trials)
    return time.process_time() - begin


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
    print("| 1 000 trials in all | hpo | Optuna |\n|---|---|---|")
    for name, d, m in (("40 parameters", 40, 1), ("5 parameters, 2 objectives", 5, 2)):
        other = "–"
        if options.optuna_whole:
            import optuna

            other = f"{whole(optuna, d, m):.2f} s"
        print(f"| {name} | {whole(hpo, d, m):.2f} s | {other} |", flush=True)


if __name__ == "__main__":
    main()
