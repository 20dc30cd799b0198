"""The comparison that convinces: LightGBM's ten usual parameters, searched for by each library in its own way.

    export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
    python -m tests.benchmarks.experiment run --folder DIR [--methods NAME …] [--tasks NAME …] [--seeds 0-9]
    python -m tests.benchmarks.experiment install --folder DIR
    python -m tests.benchmarks.experiment show --folder DIR [--page docs/experiment.md]
    python -m tests.benchmarks.experiment plots --folder DIR [--images DIR]

`run` needs `pip install lightgbm scikit-learn optuna optuna-integration hyperopt scikit-optimize`, and torch for
Optuna's Gaussian process; what is missing is skipped. It writes one line per search into DIR and skips what is there,
so that it can be stopped and gone on with, and run in parts. A search makes 100 trials and goes on until it has taken
the time that a random search took for so many, so that it can be judged at both. Times are of the processor.
`install` makes a fresh virtual environment per library, and measures the way to a first result.
`show` prints the tables, or writes them into a page between its marks, and `plots` draws the pictures.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.experiment import installing, plots, tables
from tests.benchmarks.experiment.bench import Bench
from tests.benchmarks.experiment.data import TASKS, task
from tests.benchmarks.experiment.methods import METHODS, search
from tests.benchmarks.experiment.progress import N_TRIALS, YARDSTICK
from tests.benchmarks.experiment.records import Run, read, write

MOST = 300
"""Trials after which a search ends, however much time it has left."""


BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def run(folder: Path, methods: Sequence[str], tasks: Sequence[str], seeds: Sequence[int]) -> None:
    """Make the runs that the folder lacks, one seed after the other."""
    for seed in seeds:
        for name in tasks:
            data = task(name, seed)
            for method in methods:
                done = {one.name: one for one in read(folder)}
                if (name, method, seed) in done:
                    continue
                yardstick = done.get((name, YARDSTICK, seed))
                seconds = 0.0 if yardstick is None else sum(row.training + row.framework for row in yardstick.rows)
                bench = Bench(data, seed, N_TRIALS, seconds, N_TRIALS if method == YARDSTICK else MOST)
                start = time.perf_counter()
                try:
                    search(method, bench, seed)
                except ImportError as error:
                    print(f"{method} is left out: {error}", flush=True)
                    continue
                write(folder, Run(name, method, seed, data.truth, tuple(bench.rows)))
                best = min(row.loss for row in bench.rows if row.loss is not None)
                taken = time.perf_counter() - start
                print(f"{seed} {name} {method}: {best:.5f}, {len(bench.rows)} trials, {taken:.0f} s", flush=True)


def insert(page: Path, text: str) -> None:
    """Put a text between the marks of a page."""
    before, rest = page.read_text().split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["run", "install", "show", "plots"])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--seeds", default="0-9", help="such as 0-4")
    parser.add_argument("--page", type=Path)
    parser.add_argument("--images", type=Path, default=Path("docs/images"))
    arguments = parser.parse_args()
    if arguments.action == "run":
        first, _, last = arguments.seeds.partition("-")
        return run(arguments.folder, arguments.methods, arguments.tasks, range(int(first), int(last or first) + 1))
    if arguments.action == "install":
        return installing.measure(arguments.folder)
    if arguments.action == "show" and arguments.page is not None:
        return insert(arguments.page, tables.shown(arguments.folder))
    if arguments.action == "show":
        return print(tables.shown(arguments.folder))
    return plots.draw(read(arguments.folder), arguments.images)


if __name__ == "__main__":
    main()
