"""How good the trial is that `study.recommend` names, beside the one with the best value, where values are noisy.

    python -m tests.benchmarks.recommended [--samplers auto,tpe,random] [--seeds 20] [--trials 80]

The bowl whose noise is as large as its signal of `shapes`, and the noisy families of `families`: means of what is
missing to the optimum without noise, of the best value, of the recommended trial, and of the best trial that there is;
and how often the recommended trial's value without noise lies within two deviations of what is expected. Prints
Markdown.
"""

from __future__ import annotations

import argparse

import numpy as np

import hpo
from hpo import samplers
from tests.benchmarks.families import FAMILIES, GROUPS
from tests.benchmarks.peers import Observed
from tests.benchmarks.problems import Problem
from tests.benchmarks.shapes import SHAPES

SAMPLERS = {"auto": samplers.AutoSampler, "tpe": samplers.TPESampler, "random": samplers.RandomSampler}


def missing(problem: Problem, sampler: str, seed: int, n_trials: int) -> tuple[float, float, float, float]:
    """To the optimum, without noise: of the best value, of the recommended trial, of the best trial.

    And 1 where the recommended trial's lies within two deviations of what is expected of it, else 0.
    """
    study = hpo.create_study(sampler=SAMPLERS[sampler](seed=seed))
    objective = Observed(problem, seed)
    study.optimize(objective, n_trials=n_trials)
    true = np.array([true for _, (true,), _ in objective.outcomes]) - problem.optimum
    found = study.recommend().trial
    is_near = abs(found.mean - problem.optimum - true[found.number]) <= 2 * found.std
    return float(true[study.best_trial.number]), float(true[found.number]), float(true.min()), float(is_near)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samplers", default="auto,tpe,random")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=80)
    options = parser.parse_args()
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    members = {name: FAMILIES[name].member for name in GROUPS["noisy"]}
    members["noise as large as the signal"] = lambda seed: SHAPES["noise"].problem
    print("| problem | sampler | best value | recommended | best | within two deviations |\n|---|---|---|---|---|---|")
    for name, member in members.items():
        for sampler in options.samplers.split(","):
            runs = [missing(member(seed), sampler, seed, options.trials) for seed in range(options.seeds)]
            *means, near = np.mean(runs, axis=0)
            cells = " | ".join(f"{mean:.3g}" for mean in means)
            print(f"| {name} | {sampler} | {cells} | {near:.0%} |", flush=True)


if __name__ == "__main__":
    main()
