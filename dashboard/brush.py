"""What a section of the parallel coordinates stands for, so that a box drawn over some rulers filters the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpo.dashboard.table import text_of
from hpo.distributions import CategoricalDistribution
from hpo.visualization.parameters import Parameter, parameters
from hpo.visualization.scale import value_scale
from hpo.visualization.trials import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpo.reading.readable import Readable

__all__ = ["rulers_of"]


def rulers_of(study: Readable, params: Sequence[str] | None, target: int | None) -> list[dict[str, Any]]:
    """The rulers of `plot_parallel_coordinate`, from the top: their columns in the table, and the values at their ends.

    Between the ends values grow evenly, or evenly in their logarithm; of a category the choices stand evenly.
    """
    trials = read(study, target)
    scale = value_scale(trials.value, trials.sign)
    low, high = scale.value(np.array([scale.low, scale.high])).tolist()
    left, right = (high, low) if trials.sign > 0 else (low, high)
    value = {"column": f"v:{target or 0}", "left": left, "right": right, "log": scale.is_log, "choices": None}
    return [value, *(_ruler(study, one) for one in parameters(trials, params))]


def _ruler(study: Readable, one: Parameter) -> dict[str, Any]:
    distribution = study.history.space[one.name]
    choices = None
    if isinstance(distribution, CategoricalDistribution) and len(distribution.choices) == len(one.labels):
        choices = [text_of(choice) for choice in distribution.choices]
    known = choices is not None or one.kind != "category"
    return {
        "column": f"p:{one.name}" if known else None,
        "left": one.low,
        "right": one.high,
        "log": one.kind == "log",
        "choices": choices,
    }
