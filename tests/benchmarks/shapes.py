"""Shapes that users' objectives have, on which samplers were seen to fail.

    python -m tests.benchmarks.shapes [--samplers gp,tpe,optuna-tpe,…] [--seeds 5] [--shapes "NAME;…"] [--each]

Prints the median and the worst true value of the trial that looks best at the end, beside what is wanted. Samplers
that have options are separated by `+`, as in `gp:exploration=0.5+tpe`.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.peers import runner
from tests.benchmarks.problems import Problem, Values, choice, integer, real
from tests.benchmarks.samplers import regrets

__all__ = ["SHAPES", "Shape", "finals"]

_PLANE = (real("x", -5, 5), real("y", -5, 5))


@dataclass(frozen=True)
class Shape:
    """A problem, how many trials it gets, and what is wanted of the median and of the worst run."""

    problem: Problem
    n_trials: int
    wanted: float
    worst: float


def finals(shape: Shape, sampler: str, n_seeds: int) -> list[float]:
    """The true value of the trial that looks best, by seed; NaN where there is none."""
    runs = [runner(sampler)(shape.problem, seed, shape.n_trials) for seed in range(n_seeds)]
    return [float("nan") if run is None else regrets(shape.problem, run)[-1] for run in runs]


def _bowl(v: Values) -> float:
    return float((v["x"] - 1) ** 2 + (v["y"] + 1) ** 2)


def _shared(v: Values) -> tuple[float, ...]:
    return (_bowl(v) if v["k"] == "a" else 0.2 + 0.01 * abs(v["y"]),)


def _own(v: Values) -> tuple[float, ...]:
    return (_bowl(v) if v["k"] == "a" else 0.2 + 0.01 * abs(v["z"]),)


_SCALINGS = ("none", "standard", "minmax")
_SVM = (real("C", 1e-3, 1e3, log=True), real("gamma", 1e-4, 10, log=True))
_GBM = (real("rate", 1e-3, 1, log=True), integer("depth", 2, 12), integer("trees", 20, 500, log=True))
_MODELS = {"svm": _SVM, "gbm": _GBM, "knn": (integer("k", 1, 40),), "linear": (real("alpha", 1e-6, 1e2, log=True),)}
_UNSCALED = {"svm": (0.12, 0.0, 0.03), "gbm": (0.0, 0.001, 0.001), "knn": (0.05, 0.0, 0.01), "linear": (0.02, 0.0, 0.0)}


def _model(v: Values, width: float) -> tuple[float, ...]:
    """An error that a support vector machine can make the least, if all is right."""
    offset = _UNSCALED[v["model"]][_SCALINGS.index(v["scaling"])]
    if v["model"] == "svm":
        far = (math.log10(v["C"]) - 1.5) ** 2 + (math.log10(v["gamma"]) + 2) ** 2
        return (0.05 + offset + 0.4 * (1 - math.exp(-far / width**2)),)
    if v["model"] == "gbm":
        away = (math.log10(v["rate"]) + 1.2) ** 2 + ((v["depth"] - 5) / 5) ** 2 + (math.log10(v["trees"] / 200)) ** 2
        return (0.07 + offset + 0.01 * away,)
    if v["model"] == "knn":
        return (0.11 + offset + 0.05 * math.log10(v["k"] / 7) ** 2,)
    return (0.14 + offset + 0.005 * abs(math.log10(v["alpha"]) + 2),)


def _which_model(width: float) -> Problem:
    space = (choice("model", tuple(_MODELS), _MODELS), choice("scaling", _SCALINGS))
    return Problem(space, lambda v: _model(v, width))


def _penalised(v: Values, penalty: float) -> tuple[float, ...]:
    return (penalty if v["x"] > 2 - v["y"] else _bowl(v),)


def _across(v: Values) -> float:
    return float((v["x"] - 1) ** 2 + (v["y"] - 1) ** 2)


def _beyond(v: Values) -> bool:
    return bool(v["x"] + v["y"] > 2)


_CHOICE = choice("k", ("a", "b"))
_BRANCHES = choice("k", ("a", "b"), {"a": _PLANE, "b": (real("z", -5, 5),)})

SHAPES: Mapping[str, Shape] = {
    "risky, shared": Shape(Problem((_CHOICE, *_PLANE), _shared), 80, 0.005, 0.005),
    "risky, own": Shape(Problem((_BRANCHES,), _own), 80, 1e-4, 1e-4),
    "which model": Shape(_which_model(2.0), 100, 0.055, 0.055),
    "which model, narrow": Shape(_which_model(1.2), 100, 0.055, 0.07),
    "penalty 1e9": Shape(Problem(_PLANE, lambda v: _penalised(v, 1e9)), 60, 1e-4, 1e-4),
    "penalty inf": Shape(Problem(_PLANE, lambda v: _penalised(v, math.inf)), 60, 1e-4, 1e-4),
    "NaN in half": Shape(Problem(_PLANE, lambda v: (_across(v),), fails=_beyond), 60, 0.01, 0.01),
    "raises in half": Shape(Problem(_PLANE, lambda v: (_across(v),), fails=_beyond, raises=True), 60, 0.01, 0.01),
    "flaky": Shape(Problem(_PLANE, lambda v: (_bowl(v),), flaky=0.1), 60, 1e-4, 1e-4),
    "thirty decades": Shape(Problem(_PLANE, lambda v: (math.exp(_bowl(v)),)), 60, 1.001, 1.001),
    "noise": Shape(Problem(_PLANE, lambda v: (_bowl(v),), noise=10.0), 80, 1.5, 3.0),
}
"""By name. The borders of failing halves and of penalties lie across the axes, the best points near or on them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samplers", default="gp,tpe")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--shapes", default=";".join(SHAPES), help="separated by ;, or the beginnings of names")
    parser.add_argument("--each", action="store_true", help="print the value of each seed too")
    options = parser.parse_args()
    samplers = options.samplers.split("+" if ":" in options.samplers else ",")
    print(f"{'median / worst':20}{'wanted':>20}" + "".join(f"{sampler:>24}" for sampler in samplers))
    for name, shape in SHAPES.items():
        if not any(name.startswith(beginning.strip()) for beginning in options.shapes.split(";")):
            continue
        print(f"{name:20}{f'{shape.wanted:g} / {shape.worst:g}':>20}", end="", flush=True)
        for sampler in samplers:
            values = finals(shape, sampler, options.seeds)
            print(f"{f'{np.nanmedian(values):.4g} / {np.nanmax(values):.4g}':>24}", end="", flush=True)
            if options.each:
                print(" [" + " ".join(f"{value:.3g}" for value in sorted(values)) + "]", end="")
        print()


if __name__ == "__main__":
    main()
