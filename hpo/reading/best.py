"""The best trials, those of equal value as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.pareto import is_pareto_optimal
from hpo.trial.frozen import FrozenTrial

if TYPE_CHECKING:
    from hpo.reading.readable import Readable

__all__ = ["Tied", "as_python", "best_values"]


@final
@dataclass(frozen=True, eq=False)
class Tied:
    """Trials of the same values.

    Args:
        trial: The first of them.
        others: The numbers of the other ones, ascending.
    """

    trial: FrozenTrial
    others: tuple[int, ...]


def best_values(study: Readable, n: int) -> list[Tied]:
    """The n best values that complete and feasible trials have reached, the best first, and the trials of each.

    With several objectives n different points of the Pareto front, by the first objective.
    """
    history = study.history
    good = history.where(history.feasible)
    good = good.where(is_pareto_optimal(good.losses)) if len(study.directions) > 1 else good
    if not len(good):
        return []
    order = np.lexsort((good.number, *good.losses.T[::-1]))
    losses = good.losses[order]
    first = np.append(0, 1 + np.flatnonzero((losses[1:] != losses[:-1]).any(axis=1)))
    groups = np.split(order, first[1:])[:n] if len(first) <= n else np.split(order[: first[n]], first[1:n])
    trials = [FrozenTrial.of_row(good, int(rows[0]), int(good.number[rows[0]])) for rows in groups]
    return [Tied(trial, tuple(good.number[rows[1:]].tolist())) for trial, rows in zip(trials, groups, strict=True)]


def as_python(trial: FrozenTrial) -> str:
    """The parameters of a trial as a dictionary to be copied into a program.

    Example:
        >>> print(as_python(study.best_trial))
        {
            'lr': 0.0…,
            …
        }
    """
    lines = [f"    {name!r}: {value!r},\n" for name, value in trial.params.items()]
    return "{\n" + "".join(lines) + "}" if lines else "{}"
