"""A small picture for each tutorial: what its story looks like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import hpo
from hpo.pareto import is_pareto_optimal
from pictures.svg import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILLION, canvas, inline

__all__ = ["cluster", "first", "looking", "loops", "objectives", "processes", "pruning", "samplers", "spaces"]


def _empty() -> tuple[Any, Any]:
    figure, axes = canvas(3.0, 1.5)
    axes.set(xticks=[], yticks=[])
    return figure, axes


def _bowl(trial: hpo.Trial) -> float:
    return trial.suggest_float("x", -2, 2) ** 2 + trial.suggest_float("y", -2, 2) ** 2


def _values(sampler: Any, n_trials: int, seed: int = 3) -> np.ndarray:
    study = hpo.create_study(sampler=sampler, seed=seed)
    study.optimize(_bowl, n_trials=n_trials)
    return np.array([trial.value for trial in study.trials])


def first() -> str:
    """Values of trials, and the best so far."""
    values = _values(hpo.samplers.TPESampler(), 30)
    figure, axes = _empty()
    axes.plot(values, "o", ms=4, color=BLUE, alpha=0.7)
    axes.step(range(30), np.minimum.accumulate(values), where="post", color=VERMILLION, lw=2)
    return inline(figure, "Values of trials, and the best so far")


def spaces() -> str:
    """A tree of parameters."""
    figure, axes = _empty()
    places = {
        "a": (0, 0),
        "b": (1, 0.8),
        "c": (1, -0.8),
        "d": (2, 1.3),
        "e": (2, 0.4),
        "f": (2, -0.8),
        "g": (3, 1.6),
        "h": (3, 1.0),
    }
    for begin, end in ("ab", "ac", "bd", "be", "cf", "dg", "dh"):
        axes.plot(*zip(places[begin], places[end], strict=True), color=GREY, lw=1.2, zorder=1)
    colours = [BLUE, GREEN, ORANGE, GREEN, GREEN, ORANGE, PURPLE, PURPLE]
    axes.scatter(*zip(*places.values(), strict=True), s=90, c=colours, zorder=2)
    axes.spines[:].set_visible(False)
    axes.margins(0.12)
    return inline(figure, "A search space as a tree")


def samplers() -> str:
    """The best so far, for three samplers."""
    figure, axes = _empty()
    shown = {GREY: hpo.samplers.RandomSampler(), BLUE: hpo.samplers.TPESampler(), VERMILLION: hpo.samplers.GPSampler()}
    for colour, sampler in shown.items():
        curves = [np.minimum.accumulate(_values(sampler, 25, seed)) for seed in range(3)]
        axes.semilogy(np.mean(curves, axis=0), color=colour, lw=2)
    axes.minorticks_off()
    axes.set(xticks=[], yticks=[])
    return inline(figure, "Three samplers beside each other")


def pruning() -> str:
    """Curves, of which most end early."""
    rng, steps = np.random.default_rng(4), np.arange(28)
    figure, axes = _empty()
    curves = sorted(
        (rng.uniform(0.1, 0.9) + np.exp(-steps / rng.uniform(3, 9)) for _ in range(14)), key=lambda c: c[-1]
    )
    for rank, curve in enumerate(curves):
        end = 28 if rank < 2 else 10 if rank < 5 else 4
        axes.plot(steps[:end], curve[:end], color=BLUE if end == 28 else GREY, lw=2 if end == 28 else 1)
        if end < 28:
            axes.plot(end - 1, curve[end - 1], "x", ms=5, color=VERMILLION)
    return inline(figure, "Learning curves, most of which end early")


def processes() -> str:
    """Two workers, one of which is killed."""
    figure, axes = _empty()
    for row, (begins, colour) in enumerate((((0, 2, 4, 6, 8), BLUE), ((0, 3, 5), ORANGE))):
        for begin, end in zip(begins, (*begins[1:], begins[-1] + 2), strict=True):
            axes.barh(row, end - begin - 0.15, left=begin, height=0.5, color=colour)
    axes.plot(6.8, 1, "X", ms=11, color=VERMILLION)
    axes.barh(1, 2.0, left=8, height=0.5, color=GREEN)
    axes.set(ylim=(-0.6, 1.6))
    axes.spines[:].set_visible(False)
    return inline(figure, "Two workers, one of which is killed and replaced")


def objectives() -> str:
    """A cloud and its front."""
    rng = np.random.default_rng(2)
    points = np.abs(rng.normal(size=(90, 2))) + 0.15
    points = points[points.prod(axis=1) > 0.18]
    is_best = is_pareto_optimal(points)
    front = points[is_best][points[is_best][:, 0].argsort()]
    figure, axes = _empty()
    axes.plot(*points[~is_best].T, "o", ms=4, color=GREY, alpha=0.6)
    axes.step(*front.T, where="post", color=BLUE, lw=1.5)
    axes.plot(*front.T, "o", ms=5, color=BLUE)
    return inline(figure, "A Pareto front")


def looking() -> str:
    """Bars of importance."""
    figure, axes = _empty()
    axes.barh(range(5), [0.05, 0.1, 0.18, 0.27, 0.4], color=[GREY, GREY, BLUE, BLUE, VERMILLION], height=0.65)
    return inline(figure, "Importances of parameters")


def cluster() -> str:
    """A study and those who work on it."""
    figure, axes = _empty()
    angles = [math.radians(20 * k) for k in range(10)]
    for i, angle in enumerate(angles):
        x, y = 2.2 * math.cos(angle), math.sin(angle)
        axes.plot([0, x], [0, y], color=GREY, lw=1, zorder=1)
        axes.scatter(x, y, s=75, color=(GREEN, BLUE, ORANGE)[i % 3], zorder=2)
    axes.scatter(0, 0, s=260, color=PURPLE, marker="s", zorder=2)
    axes.spines[:].set_visible(False)
    axes.margins(0.12)
    return inline(figure, "One study, and many workers")


def loops() -> str:
    """A training and a validation loss."""
    rounds = np.arange(60)
    figure, axes = _empty()
    axes.plot(rounds, np.exp(-rounds / 12) + 0.05, color=GREY, lw=2)
    validation = np.exp(-rounds / 9) + 0.16 + (rounds / 90) ** 2
    axes.plot(rounds, validation, color=BLUE, lw=2)
    axes.axvline(validation.argmin(), color=VERMILLION, lw=1.5, ls=":")
    return inline(figure, "A validation loss, and where it is smallest")
