"""All problems by name, such as "wfg4-3" for the fourth one with three objectives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.fronts.dtlz import DTLZ
from tests.benchmarks.fronts.wfg import WFG, n_along
from tests.benchmarks.fronts.zdt import ZDT
from tests.benchmarks.problems import Problem, Values, real

__all__ = ["FRONTS", "half"]

Array = NDArray[np.float64]
_OBJECTIVES = (2, 3, 4, 5)
_COORDINATES = {"zdt4": 10, "zdt6": 10}
_AWAY = {"dtlz1": 5, "dtlz7": 20}
_N_AWAY = 10  # coordinates that lead away from a front, where the papers say nothing else
_FAR = {"dtlz1": 400.0, "dtlz3": 1000.0, "dtlz6": 11.0}


def half(name: str) -> str:
    """The half that a problem belongs to, whatever its number of objectives: defaults are chosen on "tune"."""
    base = name.partition("-")[0]
    family = next(family for family in (ZDT, DTLZ, WFG) if base in family)
    return "tune" if list(family).index(base) % 2 == 0 else "report"


def _problem(f: Callable[..., Array], d: int, reference: tuple[float, ...], *counts: int) -> Problem:
    """A function of points, and of the number of objectives unless there are always two."""
    names = [f"x{i}" for i in range(d)]

    def losses(v: Values) -> tuple[float, ...]:
        return tuple(f(np.array([[v[name] for name in names]]), *counts)[0].tolist())

    return Problem(tuple(real(name, 0.0, 1.0) for name in names), losses, reference=reference)


def _dtlz_reference(name: str, m: int) -> tuple[float, ...]:
    """Twice the front, or what chance reaches where the front is far away."""
    if name == "dtlz7":
        return (1.1,) * (m - 1) + (6.0 * m,)
    return (_FAR.get(name, 2.0),) * m


def _all() -> dict[str, Problem]:
    made = {f"{name}-2": _problem(f, _COORDINATES.get(name, 30), _ZDT_REFERENCE[name]) for name, f in ZDT.items()}
    for m in _OBJECTIVES:
        for name, g in DTLZ.items():
            d = m - 1 + _AWAY.get(name, _N_AWAY)
            made[f"{name}-{m}"] = _problem(g, d, _dtlz_reference(name, m), m)
        for name, g in WFG.items():
            reference = tuple(2.0 * i + 1 for i in range(1, m + 1))
            made[f"{name}-{m}"] = _problem(g, n_along(m) + _N_AWAY, reference, m)
    return made


_ZDT_REFERENCE = {
    "zdt1": (1.1, 6.0),
    "zdt2": (1.1, 7.0),
    "zdt3": (1.1, 6.0),
    "zdt4": (1.1, 100.0),
    "zdt6": (1.1, 10.0),
}

FRONTS: dict[str, Problem] = _all()
