"""The share of trials that are at least as good as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from hpo.arrays import Array
from hpo.importance.targets import Target
from hpo.visualization.axes import value_axis
from hpo.visualization.frame import compact, empty, frame
from hpo.visualization.scale import value_scale
from hpo.visualization.text import joined
from hpo.visualization.theme import PALETTE
from hpo.visualization.trials import Studies, read, studies_of
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["Edf", "edf", "plot_edf"]

_TITLE = "Empirical distribution"
_DASHES = ("solid", "dash", "dot", "dashdot")


@final
@dataclass(frozen=True, eq=False)
class Edf:
    """An empirical distribution function as the corners of its steps.

    Args:
        value: Shape (k,), ascending.
        share: Of the values that are ≤ each, shape (k,), ending with 1.
    """

    value: Array
    share: Array


def edf(values: Array, most: int = 1000) -> Edf:
    """The distribution of some values, shape (n,); of more than `most` different ones, at as many quantiles."""
    value, counts = np.unique(values, return_counts=True)
    share = np.cumsum(counts) / max(len(values), 1)
    if len(value) > most:
        kept = np.unique(np.searchsorted(share, np.linspace(0.0, 1.0, most)).clip(0, len(value) - 1))
        value, share = value[kept], share[kept]
    return Edf(value, share)


def plot_edf(study: Studies, *, target: Target = None, target_name: str | None = None) -> go.Figure:
    """For each study, which share of its complete trials has a value of at most x.

    Of two studies that minimise, the one whose curve lies further to the upper left is the better one; of two that
    maximise, the one further to the lower right.

    Args:
        study: One study, or several to compare.
        target: What to look at instead of the value: a function of the trial, or the index of an objective.
        target_name: Name of the axis; by default that of the objective.

    Raises:
        ValueError: If a study has several objectives and `target` is None, or there is no study.

    Example:
        >>> plot_edf([first, second])
    """
    import plotly.graph_objects as go

    studies = [(label, read(one, target, target_name)) for label, one in studies_of(study)]
    shown = [(label, trials) for label, trials in studies if len(trials)]
    if not shown:
        return empty(_TITLE, "No complete trial has a value yet.")
    sign, name = shown[0][1].sign, shown[0][1].name
    scale = value_scale(np.concatenate([trials.value for _, trials in shown]), sign)
    beyond = scale.value(np.array([scale.low, scale.high]))
    traces = []
    for i, (label, trials) in enumerate(shown):
        curve = edf(trials.value)
        traces.append(
            go.Scatter(
                x=compact(np.concatenate([beyond[:1], curve.value, beyond[1:]])),
                y=compact(np.concatenate([[0.0], curve.share, [1.0]])),
                mode="lines",
                line={"shape": "hv", "width": 2.5, "color": PALETTE[i % len(PALETTE)], "dash": _DASHES[i // 7 % 4]},
                name=f"{label} ({len(trials):,})".replace(",", "\u202f"),
                hovertemplate="%{y:.1%} have ≤ %{x:.5g}<extra>" + label + "</extra>",
            )
        )
    outside = f"{count(scale.n_outside)} beyond this view" if scale.n_outside else ""
    return frame(
        traces,
        title=shown[0][1].titled(_TITLE),
        note=joined([shown[0][1].note() if len(shown) == 1 else "", outside]),
        legend=len(shown) > 1,
        xaxis=value_axis(scale, name),
        yaxis={"title": {"text": "Share of trials"}, "range": [-0.02, 1.02], "tickformat": ".0%"},
    )
