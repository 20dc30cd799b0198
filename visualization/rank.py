"""Which values of two parameters together made good trials, by rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.importance.targets import Target
from hpo.visualization.density import edges, means
from hpo.visualization.frame import MOST_POINTS, colour_bar, compact, empty, framed
from hpo.visualization.hover import trial_texts
from hpo.visualization.pairs import chosen_note, pair_figure, paired
from hpo.visualization.parameters import Parameter, beyond
from hpo.visualization.slice import jittered
from hpo.visualization.text import joined, short
from hpo.visualization.trials import Trials, read

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["plot_rank", "relative_ranks"]

_TITLE = "Ranks"


def relative_ranks(loss: Array) -> Array:
    """Which share of the others is better, shape (n,): 0 for the best trial, 1 for the worst, equal ones their mean.

    Example:
        >>> relative_ranks(np.array([3.0, 1.0, 2.0, 2.0, 9.0]))
        array([0.75 , 0.   , 0.375, 0.375, 1.   ])
    """
    _, place, counts = np.unique(loss, return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1
    middle = last - (counts - 1) / 2
    return np.asarray(middle[place] / max(len(loss) - 1, 1))


def plot_rank(
    study: Readable,
    params: Sequence[str] | None = None,
    *,
    target: Target = None,
    target_name: str | None = None,
) -> go.Figure:
    """For every two parameters the complete trials, coloured by how good each is among all; dark is better.

    Ranks show structure where a few extreme values would take all colours. Of studies with thousands of trials the
    panels show mean ranks of small cells, and the best trials as points.

    Args:
        study: The study.
        params: Names; by default the four that matter most, in the order of first use.
        target: What to rank by instead of the value: a function of the trial, or the index of an objective.
        target_name: What that is called; by default as the objective.

    Raises:
        ValueError: If there is no such parameter, if fewer than two are named, or if the study has several objectives
            and `target` is None.

    Example:
        >>> plot_rank(study, params=["lr", "momentum"])
    """
    trials = read(study, target, target_name)
    known, columns = paired(trials, params)
    if not columns:
        return empty(_TITLE, "No complete trials with two parameters yet.")
    ranks = relative_ranks(trials.loss)
    figure, pairs, height = pair_figure(columns)
    most = MOST_POINTS // len(pairs)
    for x, y, place in pairs:
        for trace in _panel(trials, ranks, x, y, known, most, 7 if len(pairs) == 1 else 5):
            figure.add_trace(trace, **place)
    many = "squares: mean ranks, points: the best trials" if len(trials) > most else ""
    ticks = {"tickmode": "array", "tickvals": [0.0, 0.25, 0.5, 0.75, 1.0]}
    words = {"ticktext": ["best", "25 %", "50 %", "75 %", "worst"]}
    return framed(
        figure,
        title=trials.titled(_TITLE),
        note=joined(
            [f"{short(trials.name, 40)}: {trials.note()}", many, beyond(columns), chosen_note(len(columns), len(known))]
        ),
        height=height,
        coloraxis={"cmin": 0.0, "cmax": 1.0, "colorbar": colour_bar("Rank", **ticks, **words)},
    )


def _panel(
    trials: Trials, ranks: Array, x: Parameter, y: Parameter, known: Sequence[Parameter], most: int, size: int
) -> list[Any]:
    import plotly.graph_objects as go

    order = np.argsort(-ranks, kind="stable")
    drawn: IntArray = order[~np.isnan(x.position + y.position)[order]].astype(np.int64)  # the best ones on top
    traces: list[Any] = []
    if len(drawn) > most:
        drawn = drawn[-min(100, most) :]
        x_edges, y_edges = edges(x, 40), edges(y, 40)
        cells = means(x.coordinate, y.coordinate, ranks, x_edges, y_edges)
        traces.append(
            go.Heatmap(
                x=10.0**x_edges if x.kind == "log" else x_edges,
                y=10.0**y_edges if y.kind == "log" else y_edges,
                z=compact(cells),
                coloraxis="coloraxis",
                hoverongaps=False,
                hovertemplate="mean rank %{z:.0%}<extra></extra>",
            )
        )
    if len(drawn):
        marker = {"size": size, "color": compact(ranks[drawn]), "coloraxis": "coloraxis"}
        traces.append(
            go.Scatter(
                x=compact(jittered(x, trials.number)[drawn]),
                y=compact(jittered(y, trials.number * 7)[drawn]),
                mode="markers",
                marker=marker | {"line": {"width": 0.6, "color": "white"}},
                hovertext=trial_texts(trials, drawn, known),
                hoverinfo="text",
                showlegend=False,
            )
        )
    return traces
