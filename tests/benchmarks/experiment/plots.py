"""The experiment's pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.experiment.data import TASKS, Array
from tests.benchmarks.experiment.methods import METHODS
from tests.benchmarks.experiment.progress import N_TRIALS, best_test, share, trials_within, yardsticks
from tests.benchmarks.experiment.records import Run

__all__ = ["draw"]

LIBRARIES = ("hpo", "optuna", "hyperopt", "skopt")
RIVAL = "hpo-default"
COLOURS = ("#1b6ca8", "#d1495b", "#2e8b57", "#8d6bb8", "#e08e2b", "#4d4d4d", "#17a2a2")

Curve = Callable[[Run, float], float]


def draw(runs: list[Run], images: Path) -> None:
    """Write `experiment-…` pictures of what has been run into a folder."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams.update({"svg.hashsalt": "hpo", "svg.fonttype": "none", "font.size": 9})
    images.mkdir(parents=True, exist_ok=True)
    for task in TASKS:
        found = [run for run in runs if run.task == task]
        seconds = yardsticks(found)
        if not seconds:
            continue
        timed = [run for run in found if (task, run.seed) in seconds]
        by_trials = np.unique(np.geomspace(5, N_TRIALS, 16).astype(int)).astype(float)
        _curves(timed, by_trials, _after_trials, "trials", images / f"experiment-{task}-trials.svg")
        by_seconds = np.geomspace(0.1, 1.0, 16)
        _curves(
            timed, by_seconds, _after_part(seconds),
            "seconds, as part of those of 100 trials at random", images / f"experiment-{task}-seconds.svg",
        )  # fmt: skip
        _shares(timed, images / f"experiment-{task}-framework.svg")


def _after_trials(run: Run, n: float) -> float:
    return 1000 * (best_test(run, int(n)) - run.truth)


def _after_part(seconds: dict[tuple[str, int], float]) -> Curve:
    """What a run had found after a part of the time that all have."""

    def after(run: Run, part: float) -> float:
        return _after_trials(run, trials_within(run, part * seconds[run.task, run.seed]))

    return after


def _curves(runs: list[Run], at: Array, measure: Curve, label: str, path: Path) -> None:
    """One panel for each library, with our default as the grey line in all."""
    import matplotlib.pyplot as plt

    ticks = at[-1] * np.array([0.05, 0.1, 0.2, 0.5, 1.0])
    ticks = ticks[ticks >= at[0]]
    figure, panels = plt.subplots(1, len(LIBRARIES), figsize=(12, 3.4), sharey=True, layout="constrained")
    for panel, library in zip(panels, LIBRARIES, strict=True):
        rival = _mean(runs, RIVAL, at, measure)
        if library != "hpo" and rival is not None:
            panel.plot(at, rival, color="0.65", linewidth=3, label=RIVAL)
        methods = [method for method in METHODS if method.startswith(f"{library}-")]
        for method, colour in zip(methods, COLOURS, strict=False):
            mean = _mean(runs, method, at, measure)
            if mean is not None:
                panel.plot(at, mean, color=colour, linewidth=2 if method == RIVAL else 1.3, label=method)
        panel.set(title=library, xscale="log")
        panel.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
        panel.set_xticks([], minor=True)
        panel.legend(frameon=False, fontsize=8)
        panel.grid(alpha=0.2)
    figure.supxlabel(label, fontsize=9)
    panels[0].set_ylabel("test loss above the truth's, ×1000" if runs[0].truth else "test loss, ×1000")
    _save(figure, path)


def _mean(runs: list[Run], method: str, at: Array, measure: Curve) -> Array | None:
    """The mean over seeds at each point; NaN where one has found nothing yet."""
    found = [[measure(run, float(point)) for point in at] for run in runs if run.method == method]
    return np.mean(found, axis=0) if found else None


def _shares(runs: list[Run], path: Path) -> None:
    """What part of the time each framework takes."""
    import matplotlib.pyplot as plt

    means = {
        method: 100 * float(np.mean(found))
        for method in METHODS
        if (found := [share(run) for run in runs if run.method == method])
    }
    figure, panel = plt.subplots(figsize=(7, 3.6), layout="constrained")
    colours = [COLOURS[LIBRARIES.index(method.partition("-")[0])] for method in means]
    bars = panel.barh(list(means), list(means.values()), color=colours)
    panel.bar_label(bars, fmt="%.0f %%", padding=3)
    panel.set(xlabel="% of the processor's time of 100 trials that is not training", xlim=(0, 110))
    panel.invert_yaxis()
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
