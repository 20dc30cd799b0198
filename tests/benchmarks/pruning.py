"""What pruning costs, and what it saves, beside Optuna and Syne Tune.

    pip install -e '.[benchmark]'          # and syne-tune, for two more peers
    python -m tests.benchmarks.pruning cost [--trials 1000 10000] [--folder DIR]
    python -m tests.benchmarks.pruning quality [--workers 1 8 64] [--seeds 10] [--problems NAME …] [--methods NAME …]

`cost` takes turns between the libraries and prints the median of a report and the question after it. Times are of the
processor in memory, and of the clock on SQLite, where the disk counts.

`quality` replays the learning curves of `curves.py` with workers of a simulated clock. Samplers see integers, the
indices of a table's values, so that all know how few configurations there are. The target of a problem is what
half of all random searches without pruning find in a number of trainings; what counts is the time to get there. What
pruning loses is shown for ours alone, which try the same configurations as the random search of the same seed; others
try others. Prints Markdown tables. By default methods of libraries that are not installed are left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

from tests.benchmarks.curves import PROBLEMS, table
from tests.benchmarks.replay import METHODS, replay

LIBRARIES = ("optuna", "hpo")
PRUNERS = ("SuccessiveHalvingPruner", "MedianPruner")
N_STEPS = 100
N_FIRST = {1: 40, 8: 64, 64: 192}
"""By number of workers: the trainings of the random search that sets the target."""


def cost(n_trials: Sequence[int], folder: Path) -> Iterator[str]:
    yield "| a report and should_prune, of 100 steps | Optuna | hpo | ratio |"
    yield "|---|---|---|---|"
    for n in n_trials:
        for pruner in PRUNERS:
            libraries = LIBRARIES if n <= 1000 else ("hpo",)
            found = {library: _microseconds(library, pruner, n, None) for library in libraries}
            yield _row(f"{pruner}, {n} trials in memory", found)
    for pruner in PRUNERS:
        with tempfile.TemporaryDirectory(dir=folder) as new:
            urls = {library: f"sqlite:///{new}/{library}.db" for library in LIBRARIES}
            found = {library: _microseconds(library, pruner, 100, url) for library, url in urls.items()}
        yield _row(f"{pruner}, 100 trials on SQLite", found)


def _row(name: str, found: dict[str, float]) -> str:
    theirs = f"{found['optuna']:.0f} µs" if "optuna" in found else ""
    ratio = f"1/{found['optuna'] / found['hpo']:.1f}" if theirs else ""
    return f"| {name} | {theirs} | {found['hpo']:.1f} µs | {ratio} |"


def _microseconds(library: str, pruner: str, n_trials: int, url: str | None) -> float:
    """The median over some trials, each asked about after every report, and none pruned."""
    module = importlib.import_module(library)
    module.logging.set_verbosity(module.logging.ERROR)
    rng = np.random.default_rng(0)
    study = module.create_study(storage=url, sampler=module.samplers.RandomSampler(seed=0))
    decay = 1 / np.arange(1, N_STEPS + 1)
    curves = (rng.uniform() + 1.0 + decay for _ in range(n_trials))
    study.add_trials(
        [module.create_trial(value=float(c[-1]), intermediate_values=dict(enumerate(c.tolist()))) for c in curves]
    )
    study.pruner = getattr(module.pruners, pruner)()
    clock: Callable[[], float] = time.process_time if url is None else time.perf_counter
    times = []
    for repeat in range(8 if url is None else 3):
        trial = study.ask()
        began = clock()
        for step in range(N_STEPS):
            trial.report(decay[step] - repeat, step)
            if trial.should_prune():
                raise AssertionError("the best trial so far was pruned")
        times.append(clock() - began)
        study.tell(trial, 0.0)
    return median(times[1:]) / N_STEPS * 1e6  # in the first one history becomes columns


def quality(problems: Sequence[str], methods: Sequence[str], workers: Sequence[int], n_seeds: int) -> Iterator[str]:
    for n_workers in workers:
        n_first = N_FIRST[n_workers]
        yield f"\n{n_workers} workers, {n_seeds} seeds; time to the target in trainings per worker; in brackets the"
        yield f"share of seeds in which the best of the first {n_first} trials is worse than without pruning\n"
        yield f"| | {' | '.join(problems)} | time saved |"
        yield f"|---|{'---|' * len(problems)}---|"
        times: dict[str, list[float]] = {method: [] for method in methods}
        lost: dict[str, list[float]] = {method: [] for method in methods}
        for problem in problems:
            for method, (spent, share) in _problem(problem, methods, n_workers, n_first, n_seeds).items():
                times[method].append(spent)
                lost[method].append(share)
        for method in methods:
            shares = [f" ({share:.0%})" if METHODS[method][0] == "hpo" else "" for share in lost[method]]
            cells = [f"{t:.1f}{share}" for t, share in zip(times[method], shares, strict=True)]
            saved = math.exp(mean(math.log(a / b) for a, b in zip(times["random"], times[method], strict=True)))
            yield f"| {method} | {' | '.join(cells)} | {saved:.1f} × |"


def _problem(
    problem: str, methods: Sequence[str], n_workers: int, n_first: int, n_seeds: int
) -> dict[str, tuple[float, float]]:
    """Of each method the mean time to the target and the share of seeds that lost something."""
    curves, horizon = table(problem), 2.0 * n_first / n_workers + 2
    seeds = range(n_seeds)

    def run(method: str, target: float, seed: int) -> Any:
        return replay(method, curves, n_workers=n_workers, n_first=n_first, target=target, horizon=horizon, seed=seed)

    without = [run("random", -math.inf, seed).best_of_first for seed in seeds]
    target = float(np.quantile(curves.losses[:, -1], 1 - 0.5 ** (1 / n_first), method="inverted_cdf"))
    found = {}
    for method in methods:
        runs = [run(method, target, seed) for seed in seeds]
        spent = mean(min(one.to_target, horizon) for one in runs)
        worse = [one.best_of_first > best + curves.noise for one, best in zip(runs, without, strict=True)]
        found[method] = spent, mean(worse)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="What pruning costs and saves.")
    parser.add_argument("what", choices=("cost", "quality"))
    parser.add_argument("--trials", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure; default: this one")
    parser.add_argument("--workers", type=int, nargs="+", choices=N_FIRST, default=list(N_FIRST))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--problems", nargs="+", choices=PROBLEMS, default=list(PROBLEMS), metavar="NAME")
    parser.add_argument("--methods", nargs="+", choices=METHODS, metavar="NAME")
    given = parser.parse_args()
    installed = [name for name, (library, _, _) in METHODS.items() if importlib.util.find_spec(library)]
    methods = list(dict.fromkeys(["random", *(given.methods or installed)]))
    warnings.simplefilter("ignore")
    lines = (
        cost(given.trials, given.folder)
        if given.what == "cost"
        else quality(given.problems, methods, given.workers, given.seeds)
    )
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
