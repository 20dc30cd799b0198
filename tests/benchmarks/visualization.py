"""What plots cost beside Optuna's: time, and size of the HTML without plotly.js, which is the same for both.

    python -m tests.benchmarks.visualization [--sizes 100,10000,100000] [--patience SECONDS] [--only NAME …]

Both libraries draw studies of the same trials. Where one of Optuna's plots would take longer than the patience (60 s by
default), were it linear in the trials, it is left out. Time is processor time of drawing and writing.
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

Plot = Callable[[Any], Any]

SINGLE = (
    "optimization_history",
    "slice",
    "contour",
    "parallel_coordinate",
    "param_importances",
    "intermediate_values",
    "edf",
    "rank",
    "timeline",
)
OURS_ALONE = ("convergence", "partial_dependence", "rungs")
SEVERAL = ("pareto_front", "hypervolume_history")


def rows(n: int) -> Iterator[tuple[dict[str, Any], float, dict[int, float], bool]]:
    """Parameters, value, reports and whether it was pruned, of `n` trials."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (n, 4))
    rate, kind, size = 10.0 ** rng.uniform(-5, 0, n), rng.integers(0, 3, n), rng.integers(1, 10, n)
    loss = (x**2).sum(axis=1) + 0.3 * (np.log10(rate) + 2) ** 2 + 0.2 * kind + size / 50
    for i in range(n):
        params: dict[str, Any] = {f"x{j}": float(x[i, j]) for j in range(4)}
        params |= {"rate": float(rate[i]), "kind": "abc"[kind[i]], "size": int(size[i])}
        pruned = i % 3 == 1
        reports = {step: float(loss[i]) + 2.0 / step for step in (range(1, 4) if pruned else range(1, 10))}
        yield params, float(loss[i]), reports, pruned


def study_of(library: Any, n: int, n_objectives: int) -> Any:
    """A study of these trials in one of the two libraries."""
    library.logging.set_verbosity(library.logging.ERROR)
    d = library.distributions
    domains: dict[str, Any] = {f"x{j}": d.FloatDistribution(-1, 1) for j in range(4)}
    domains |= {
        "rate": d.FloatDistribution(1e-5, 1, log=True),
        "kind": d.CategoricalDistribution(["a", "b", "c"]),
        "size": d.IntDistribution(1, 9),
    }
    study = library.create_study(directions=["minimize"] * n_objectives)
    trials = []
    for params, loss, reports, pruned in rows(n):
        end: dict[str, Any] = {"values": [loss, 1.0 / (0.1 + loss) + params["x0"]]}
        if n_objectives == 1:
            state = library.trial.TrialState.PRUNED if pruned else library.trial.TrialState.COMPLETE
            end = {"value": list(reports.values())[-1], "intermediate_values": reports, "state": state}
        trials.append(library.trial.create_trial(params=params, distributions=domains, **end))
    study.add_trials(trials)
    return study


def measured(draw: Plot, study: Any) -> tuple[float, float]:
    """Seconds of processor time, and millions of bytes of HTML."""
    begin = time.process_time()
    html = draw(study).to_html(include_plotlyjs=False)
    return time.process_time() - begin, len(html.encode()) / 1e6


def plots(library: Any, names: tuple[str, ...]) -> dict[str, Plot]:
    drawn: dict[str, Plot] = {name: getattr(library.visualization, f"plot_{name}") for name in names}
    if "hypervolume_history" in drawn:
        history: Any = drawn["hypervolume_history"]
        drawn["hypervolume_history"] = lambda study: history(study, reference_point=[20.0, 20.0])
    return drawn


def cell(figures: tuple[float, float] | None) -> str:
    return "–" if figures is None else f"{figures[0]:.2f} s, {figures[1]:.2f} MB"


def both(size: int, names: tuple[str, ...], n_objectives: int, skipped: set[str]) -> Iterator[tuple[str, Any, Any]]:
    """For each plot what it costs here and in Optuna; None where that is not installed, lacks it or is skipped."""
    import hpo

    study = study_of(hpo, size, n_objectives)
    ours = {name: measured(draw, study) for name, draw in plots(hpo, names).items()}
    shared = tuple(name for name in names if name not in OURS_ALONE and name not in skipped)
    theirs: dict[str, tuple[float, float]] = {}
    if shared and find_spec("optuna") is not None:
        import optuna

        study = study_of(optuna, size, n_objectives)
        theirs = {name: measured(draw, study) for name, draw in plots(optuna, shared).items()}
    for name in names:
        yield name, ours[name], theirs.get(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--patience", type=float, default=60.0)
    parser.add_argument("--only", nargs="*", help="Names such as slice.")
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    warnings.simplefilter("ignore")
    list(both(50, ("slice", "contour"), 1, set()))  # imports are not what is measured
    table: dict[str, list[str]] = {}
    slow: set[str] = set()
    for size, following in zip(sizes, [*sizes[1:], math.inf], strict=True):
        for names, n_objectives in (((*SINGLE, *OURS_ALONE), 1), (SEVERAL, 2)):
            wanted = tuple(name for name in names if not options.only or name in options.only)
            for name, ours, theirs in both(size, wanted, n_objectives, slow) if wanted else ():
                table.setdefault(name, [name]).extend((cell(ours), cell(theirs)))
                if theirs is not None and theirs[0] * following / size > options.patience:
                    slow.add(name)
    print("| plot | " + " | ".join(f"{size:,} trials | Optuna" for size in sizes) + " |")
    print("|---|" + "---|---|" * len(sizes))
    for row in table.values():
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
