"""What a trial of an evolutionary sampler costs from ask to tell, beside Optuna's where that is installed.

    python -m tests.benchmarks.evolution_speed [--sizes 1000,10000] [--optuna-sizes 1000] [--rounds 5]

10 continuous parameters in memory, one trial at a time: Rosenbrock's function, and two bowls for several objectives.
Processor time of 200 trials after as many as the size, the median of some rounds, which take turns; prints Markdown.
Optuna's CMA-ES needs the package cmaes.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from tests.benchmarks.tpe_speed import installed

N_PARAMETERS = 10
N_TRIALS = 200
SAMPLERS: dict[str, tuple[str, int, dict[str, Any]]] = {
    "random search": ("RandomSampler", 1, {}),
    "CMA-ES": ("CmaEsSampler", 1, {}),
    "CMA-ES without a model": ("CmaEsSampler", 1, {"surrogate": None}),
    "NSGA-II": ("NSGAIISampler", 2, {}),
    "NSGA-III": ("NSGAIIISampler", 2, {}),
    "MOEA/D": ("MOEADSampler", 2, {}),
}
"""The class, the number of objectives, and what only ours knows."""


def rosenbrock(trial: Any) -> float:
    x = np.array([trial.suggest_float(f"x{i}", -2, 2) for i in range(N_PARAMETERS)])
    return float((100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum())


def bowls(trial: Any) -> tuple[float, float]:
    x = np.array([trial.suggest_float(f"x{i}", -1, 1) for i in range(N_PARAMETERS)])
    return float((x**2).sum()), float(((x - 0.3) ** 2).sum())


def milliseconds(library: Any, name: str, m: int, options: dict[str, Any], size: int) -> float:
    """Of a trial after `size` trials."""
    objective: Callable[[Any], Any] = rosenbrock if m == 1 else bowls
    sampler = getattr(library.samplers, name)(seed=0, **options)
    study = library.create_study(sampler=sampler, directions=["minimize"] * m)
    study.optimize(objective, n_trials=size)
    begin = time.process_time()
    for _ in range(N_TRIALS):
        trial = study.ask()
        study.tell(trial, objective(trial))
    return 1e3 * (time.process_time() - begin) / N_TRIALS


def main() -> None:
    import hpo

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--optuna-sizes", default="1000")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    warnings.simplefilter("ignore")
    optuna = installed("optuna", "its columns stay empty") if options.optuna_sizes else None
    if optuna is not None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
    columns = [(hpo, int(size)) for size in options.sizes.split(",")]
    columns += [(optuna, int(size)) for size in options.optuna_sizes.split(",") if optuna is not None]
    print("| from ask to tell, ms | " + " | ".join(f"{one.__name__}, after {size}" for one, size in columns) + " |")
    print("|---" * (1 + len(columns)) + "|")
    for title, (name, m, own) in SAMPLERS.items():
        taken: list[list[float]] = [[] for _ in columns]
        for _ in range(options.rounds):
            for of_column, (library, size) in zip(taken, columns, strict=True):
                if library is hpo or (not own and hasattr(library.samplers, name)):
                    of_column.append(milliseconds(library, name, m, own, size))
        cells = [f"{median(one):.2f}" if one else "–" for one in taken]
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
