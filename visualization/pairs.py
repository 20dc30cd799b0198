"""Every two of some parameters, as panels below a diagonal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hpo.visualization.axes import narrow_axis, parameter_axis
from hpo.visualization.effects import leading
from hpo.visualization.parameters import Parameter, check_names, parameters
from hpo.visualization.text import wrapped
from hpo.visualization.trials import Trials

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["MOST", "Pair", "chosen_note", "pair_figure", "paired"]

MOST = 4
"""Parameters whose pairs are drawn if none are named."""

Pair = tuple[Parameter, Parameter, dict[str, Any]]


def paired(trials: Trials, params: Sequence[str] | None) -> tuple[list[Parameter], list[Parameter]]:
    """All parameters in question, and those to draw against each other: if none are named, those that matter most.

    Without complete trials that have two of them there are none to draw.

    Raises:
        ValueError: If fewer than two are named, or no trial has one of them.
    """
    check_names(trials, params)
    if params is not None and len(set(params)) < 2:
        raise ValueError(f"Pairs need at least two parameters, got {list(params)!r}; plot_slice draws one.")
    known = parameters(trials, params)
    if not len(trials) or len(known) < 2:
        return known, []
    return known, leading(known, trials.loss, MOST) if params is None else known


def pair_figure(columns: Sequence[Parameter]) -> tuple[go.Figure, list[Pair], int]:
    """Panels for the pairs of at least two parameters, with their axes.

    Returns:
        The figure; for each panel the parameter along x, that along y, and the arguments of `add_trace` that
        mean the panel; and the height.
    """
    from plotly.subplots import make_subplots

    n = len(columns) - 1
    figure = make_subplots(n, n, horizontal_spacing=0.08 / n, vertical_spacing=0.08 / n, start_cell="top-left")
    pairs = list(_pairs(columns))
    names = [c.name for c in columns]
    across, along = (dict(zip(names, wrapped(names, width), strict=True)) for width in (72 // n, 26))
    for x, y, place in pairs:
        bottom, left = place["row"] == n, place["col"] == 1
        if n == 1:
            figure.update_xaxes(parameter_axis(x), **place)
            figure.update_yaxes(parameter_axis(y), **place)
            continue
        small = {"font": {"size": 12}}
        horizontal = narrow_axis(x) | {"title": {"text": across[x.name], **small}}
        vertical = parameter_axis(y, n_ticks=4, longest=10) | {"title": {"text": along[y.name], **small}}
        hidden = {"showticklabels": False, "title": None, "ticks": ""}
        figure.update_xaxes(horizontal if bottom else horizontal | hidden, **place)
        figure.update_yaxes(vertical if left else vertical | hidden, **place)
    drawn = {(place["row"], place["col"]) for _, _, place in pairs}
    for row in range(1, n + 1):
        for column in range(1, n + 1):
            if (row, column) not in drawn:
                figure.update_xaxes(visible=False, row=row, col=column)
                figure.update_yaxes(visible=False, row=row, col=column)
    return figure, pairs, 470 if n == 1 else 210 + 190 * n


def _pairs(columns: Sequence[Parameter]) -> Iterator[Pair]:
    for row in range(1, len(columns)):
        for column in range(row):
            yield columns[column], columns[row], {"row": row, "col": column + 1}


def chosen_note(n_drawn: int, n_known: int) -> str:
    """Says that some parameters are left out."""
    if n_drawn == n_known:
        return ""
    return f"the {n_drawn} of {n_known} parameters that matter most; params= names other ones"
