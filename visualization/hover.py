"""What is shown of a trial under the pointer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hpo.arrays import IntArray
from hpo.visualization.parameters import Parameter
from hpo.visualization.text import distinct, number, short
from hpo.visualization.trials import Trials

__all__ = ["trial_texts"]

_MOST_LINES = 12


def trial_texts(trials: Trials, indices: IntArray | Iterable[int], parameters: Sequence[Parameter]) -> list[str]:
    """A trial's number, its value and its parameters, each on a line, for some of the trials."""
    rows = np.fromiter(indices, dtype=np.int64)
    columns = (trials.number[rows], trials.value[rows], trials.is_complete[rows], trials.feasible[rows])
    names = distinct([parameter.name for parameter in parameters])
    texts = []
    for i, n, value, complete, feasible in zip(rows.tolist(), *(one.tolist() for one in columns), strict=True):
        lines = [f"<b>Trial {n}</b>", f"{short(trials.name)}: {number(value)}"]
        if not complete:
            lines.append("pruned: its last report")
        if not feasible:
            lines.append("infeasible")
        told = [(name, p.shown(i)) for name, p in zip(names, parameters, strict=True)]
        known = [f"{name}: {value}" for name, value in told if value]
        texts.append("<br>".join(lines + known[:_MOST_LINES] + _rest(len(known))))
    return texts


def _rest(n: int) -> list[str]:
    return [f"… {n - _MOST_LINES} more"] if n > _MOST_LINES else []
