"""The pictures of "Which sampler, which pruner": drawn from the tables on these pages, so that both say the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pictures.svg import BLUE, GREEN, GREY, ORANGE, PURPLE, canvas, inline

__all__ = ["budget", "pruning", "regret"]

PAGES = Path(__file__).parents[1] / "which"


def _rows(page: str, first: str, last: str) -> list[list[str]]:
    """The cells of a table, from the row that begins with one word to the row that begins with another."""
    lines = [line for line in (PAGES / page).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]
    names = [row[0] for row in rows]
    return rows[names.index(first) : names.index(last) + 1]


def regret() -> str:
    """Three bars for each group of problems."""
    rows = _rows("sampler.md", "smooth", "all")
    names = [row[0].replace("tuning of scikit-learn and LightGBM models", "tuning of models") for row in rows]
    shown = {"default": (3, BLUE), "TPESampler": (4, GREEN), "Optuna's TPE": (5, ORANGE)}
    figure, axes = canvas(7.2, 4.4)
    place = np.arange(len(rows))
    for i, (name, (column, colour)) in enumerate(shown.items()):
        axes.barh(place + 0.27 * (i - 1), [float(row[column]) for row in rows], height=0.25, color=colour, label=name)
    axes.set(yticks=place, yticklabels=names, xlabel="regret, where random search leaves 1", xlim=(0, 1))
    axes.invert_yaxis()
    axes.grid(axis="x", color=GREY, alpha=0.25)
    axes.legend(frameon=False, loc="lower right")
    return inline(figure, "Regret after 100 trials by group of problems")


def pruning() -> str:
    """One bar for each way."""
    rows = _rows("pruner.md", "random search without pruning", "with promotion and `TPESampler(multi_fidelity=True)`")
    names = [row[0].replace("`", "").replace("with promotion", "successive halving with promotion\n") for row in rows]
    colours = [GREY, ORANGE, ORANGE, BLUE, BLUE]
    figure, axes = canvas(7.2, 2.3)
    axes.barh(names, [1 / float(row[1].partition("/")[2] or 1) for row in rows], color=colours, height=0.65)
    axes.set(xlabel="share of the time", xlim=(0, 1))
    axes.invert_yaxis()
    axes.grid(axis="x", color=GREY, alpha=0.25)
    return inline(figure, "Share of random search's time that each way of pruning needs")


def budget() -> str:
    """One line for each sampler, from few trials to many."""
    rows = _rows("sampler.md", "10", "300")
    shown = {"default": BLUE, "TPESampler": GREEN, "CmaEsSampler": PURPLE, "Optuna's TPE": ORANGE}
    figure, axes = canvas(7.2, 3.2)
    trials = [int(row[0]) for row in rows]
    for column, (name, colour) in enumerate(shown.items(), 1):
        axes.plot(trials, [float(row[column]) for row in rows], marker="o", markersize=4, color=colour, label=name)
    axes.axhline(1.0, color=GREY, linewidth=1, linestyle="--")
    axes.text(trials[-1], 0.98, "random search", color=GREY, ha="right", va="top", fontsize=9)
    axes.set(xscale="log", xlabel="trials", ylabel="regret", ylim=(0, 1.08), xticks=trials, xticklabels=trials)
    axes.minorticks_off()
    axes.grid(color=GREY, alpha=0.25)
    axes.legend(frameon=False, loc="upper right", bbox_to_anchor=(1.0, 0.9))
    return inline(figure, "Regret by number of trials")
