"""What an ask of the Gaussian-process sampler costs, beside Optuna's where it is installed.

    python -m tests.benchmarks.gp_speed [--sizes 20,50,100,200] [--parameters 5,10,20] [--large 1000] [--choices 0]
        [--optuna]

Processor time, with as many BLAS threads as the environment says (OPENBLAS_NUM_THREADS, OMP_NUM_THREADS); prints
Markdown. Both see the same trials: a bowl at random points and then at what they propose themselves. With `--choices`
so many of the parameters are choices of four.
"""

from __future__ import annotations

import argparse
import time
from statistics import mean, median
from typing import Any

import numpy as np

KINDS = ("a", "b", "c", "d")


def _bowl(trial: Any, d: int, n_choices: int) -> float:
    smooth = sum((trial.suggest_float(f"x{i}", 0.0, 1.0) - 0.3) ** 2 for i in range(d - n_choices))
    chosen = sum(KINDS.index(trial.suggest_categorical(f"c{i}", KINDS)) for i in range(n_choices))
    return float(smooth + 0.1 * chosen)


def ours(size: int, d: int, n_choices: int, n_asks: int) -> list[float]:
    """Seconds of each ask after `size` trials."""
    import hpo
    from hpo.samplers import GPSampler, RandomSampler

    hpo.logging.set_verbosity(hpo.logging.ERROR)
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: _bowl(trial, d, n_choices), n_trials=size)
    study.sampler = GPSampler(seed=0)
    return _asks(study, d, n_choices, n_asks)


def optunas(size: int, d: int, n_choices: int, n_asks: int) -> list[float]:
    """The same of Optuna's."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=0))
    domain: dict[str, Any] = {f"x{i}": optuna.distributions.FloatDistribution(0.0, 1.0) for i in range(d - n_choices)}
    domain |= {f"c{i}": optuna.distributions.CategoricalDistribution(KINDS) for i in range(n_choices)}
    for row in np.random.default_rng(0).uniform(size=(size, d)).tolist():
        values = [*row[: d - n_choices], *(KINDS[int(4 * u)] for u in row[d - n_choices :])]
        params = dict(zip(domain, values, strict=True))
        loss = _bowl(optuna.trial.FixedTrial(params), d, n_choices)
        study.add_trial(optuna.create_trial(params=params, distributions=domain, value=loss))
    return _asks(study, d, n_choices, n_asks)


def _asks(study: Any, d: int, n_choices: int, n_asks: int) -> list[float]:
    seconds = []
    for i in range(n_asks + 1):
        begin = time.process_time()
        trial = study.ask()
        loss = _bowl(trial, d, n_choices)  # Optuna samples at the first suggestion
        if i:  # the first one imports and compiles
            seconds.append(time.process_time() - begin)
        study.tell(trial, loss)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="20,50,100,200")
    parser.add_argument("--parameters", default="5,10,20")
    parser.add_argument("--large", default="1000")
    parser.add_argument("--choices", type=int, default=0)
    parser.add_argument("--asks", type=int, default=16)
    parser.add_argument("--optuna", action="store_true")
    options = parser.parse_args()
    print("| trials before | parameters | hpo, median | mean | slowest | Optuna, mean | ratio |\n" + "|---" * 7 + "|")
    sizes = [*map(int, options.sizes.split(",")), *(int(size) for size in options.large.split(",") if size)]
    for size in sizes:
        for d in map(int, options.parameters.split(",")):
            own = ours(size, d, options.choices, options.asks)
            text = f"| {size} | {d} | {1e3 * median(own):.0f} ms | {1e3 * mean(own):.0f} ms | {1e3 * max(own):.0f} ms |"
            if options.optuna and str(size) not in options.large.split(","):
                other = mean(optunas(size, d, options.choices, options.asks))
                text += f" {1e3 * other:.0f} ms | {other / mean(own):.1f} |"
            else:
                text += " – | – |"
            print(text, flush=True)


if __name__ == "__main__":
    main()
