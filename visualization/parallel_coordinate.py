"""Whole configurations as lines across all parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.importance.targets import Target
from hpo.visualization.axes import log_ticks, round_ticks
from hpo.visualization.frame import compact, empty, frame
from hpo.visualization.hover import trial_texts
from hpo.visualization.parameters import Parameter, parameters
from hpo.visualization.scale import Scale, value_scale
from hpo.visualization.text import distinct, joined, short, ticks_in_words
from hpo.visualization.theme import INK, SEQUENTIAL
from hpo.visualization.trials import Trials, read

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["Ruler", "line_groups", "plot_parallel_coordinate", "ruler"]

_TITLE = "Parallel coordinates"
_GROUPS = ((0.05, "best 5 %"), (0.2, "5–20 %"), (0.5, "20–50 %"), (1.0, "rest"))
_COLOURS = (SEQUENTIAL[0][1], SEQUENTIAL[3][1], SEQUENTIAL[6][1], "#C5CDD6")
_MOST_LINES = 60  # of each group
_INACTIVE = -0.14  # where lines pass an axis whose parameter the trial did not have


@final
@dataclass(frozen=True, eq=False)
class Ruler:
    """One axis, from 0 at its left end to 1.

    Args:
        name: What it shows.
        place: Where each trial crosses it, shape (n,); `_INACTIVE` where the trial had no such parameter.
        ticks: Where there are marks, shape (k,).
        words: What stands at them.
    """

    name: str
    place: Array
    ticks: Array
    words: tuple[str, ...]


def ruler(parameter: Parameter) -> Ruler:
    """The axis of a parameter, from the low end of its domain to the high one."""
    low, high = parameter.low, parameter.high
    if parameter.kind == "category":
        places = np.arange(len(parameter.labels), dtype=np.float64)
        high = max(high, 1.0)
        stride = -(-len(places) // 7)
        labels = distinct([unescape(label) for label in parameter.labels], 12)
        words: Sequence[str] = [label if i % stride == 0 else "" for i, label in enumerate(labels)]
    elif parameter.kind == "log":
        low, high = math.log10(low), math.log10(high)
        ticks = log_ticks(low, high, 5) if high > low else [parameter.low]
        places, words = np.log10(ticks), ticks_in_words(ticks)
    else:
        ticks = round_ticks(low, high, whole=parameter.is_integer)
        places, words = np.array(ticks), ticks_in_words(ticks)
    position = _between(parameter.coordinate, low, high)
    position = np.clip(position, 0.0, 1.0)  # what lies beyond the ends is drawn there
    return Ruler(
        parameter.name, np.where(np.isnan(position), _INACTIVE, position), _between(places, low, high), tuple(words)
    )


def _value_ruler(trials: Trials, scale: Scale) -> Ruler:
    """The axis of the values, whose good end is at the right."""
    place = np.clip(_between(scale.coordinate(trials.value), scale.low, scale.high), 0.0, 1.0)
    if scale.is_log:
        ticks = log_ticks(scale.low, scale.high, 5)
        marks = np.log10(ticks)
    else:
        ticks = round_ticks(scale.low, scale.high)
        marks = np.array(ticks)
    at = _between(marks, scale.low, scale.high)
    if trials.sign > 0:
        place, at = 1.0 - place, 1.0 - at
    return Ruler(trials.name, place, at, tuple(ticks_in_words(ticks)))


def _between(values: Array, low: float, high: float) -> Array:
    return (values - low) / (high - low) if high > low else np.where(np.isnan(values), np.nan, 0.5)


def line_groups(trials: Trials) -> list[IntArray]:
    """Indices of the trials to draw of each group, from good to bad: at most 60, the best ones or an even choice."""
    better = np.searchsorted(np.sort(trials.loss), trials.loss)  # how many, so that all of the best are the best
    ranks = better / max(len(trials) - 1, 1)
    groups, low = [], -1.0
    for high, _ in _GROUPS:
        members = np.flatnonzero((ranks > low) & (ranks <= high))
        members = members[np.argsort(ranks[members], kind="stable")]
        if len(members) > _MOST_LINES:
            even = np.linspace(0, len(members) - 1, _MOST_LINES).astype(np.int64)
            members = members[:_MOST_LINES] if low < 0 else members[even]
        groups.append(members.astype(np.int64))
        low = high
    return groups


def plot_parallel_coordinate(
    study: Readable,
    params: Sequence[str] | None = None,
    *,
    target: Target = None,
    target_name: str | None = None,
) -> go.Figure:
    """Each complete trial as a line that crosses one ruler per parameter, the value's first with its good end right.

    Rulers lie below each other, so that many parameters and long names stay readable. Lines are coloured by rank, in
    four groups that the legend hides and shows; a line passes left of the rulers of parameters that its trial did not
    have. Of large studies each group shows 60 trials, the best group its best.

    Args:
        study: The study.
        params: Names, from top to bottom; by default all, in the order of first use.
        target: What to draw instead of the value: a function of the trial, or the index of an objective.
        target_name: Name of the first ruler; by default that of the objective.

    Raises:
        ValueError: If there is no such parameter, or the study has several objectives and `target` is None.

    Example:
        >>> plot_parallel_coordinate(study)
    """
    trials = read(study, target, target_name)
    columns = parameters(trials, params)
    if not len(trials) or not columns:
        return empty(_TITLE, "No complete trial has a parameter yet.")
    scale = value_scale(trials.value, trials.sign)
    rulers = [_value_ruler(trials, scale), *map(ruler, columns)]
    groups = line_groups(trials)
    traces = [
        _lines(trials, rulers, members, columns, name, colour)
        for members, (_, name), colour in reversed(list(zip(groups, _GROUPS, _COLOURS, strict=True)))
        if len(members)
    ]
    n_drawn = sum(map(len, groups))
    some = f"{n_drawn} lines" if n_drawn < len(trials) else ""
    missing = "lines left of a ruler lack it" if any((r.place == _INACTIVE).any() for r in rulers) else ""
    figure = frame(
        traces,
        title=trials.titled(_TITLE),
        note=joined([trials.note(), some, missing]),
        height=150 + 56 * len(rulers),
        legend=True,
        xaxis={"visible": False, "range": [-0.17, 1.04], "fixedrange": True},
        yaxis={
            "range": [len(rulers) - 0.3, -0.4],
            "tickmode": "array",
            "tickvals": list(range(len(rulers))),
            "ticktext": [f"<b>{short(rulers[0].name, 20)}</b>", *distinct([r.name for r in rulers[1:]], 22)],
            "showgrid": False,
            "showline": False,
            "ticks": "",
            "fixedrange": True,
        },
        hovermode="closest",
    )
    figure.update_layout(
        legend={"traceorder": "reversed"}, margin={"t": int(figure.layout.margin.t) + 14, "b": 20, "r": 44}
    )
    for i, one in enumerate(rulers):
        figure.add_shape(type="line", x0=0, x1=1, y0=i, y1=i, line={"color": INK, "width": 1.5}, layer="above")
        _mark(figure, one, i)
    return figure


def _lines(
    trials: Trials, rulers: Sequence[Ruler], members: IntArray, columns: Sequence[Parameter], name: str, colour: str
) -> Any:
    """One trace for all lines of a group, with gaps between them."""
    import plotly.graph_objects as go

    places = np.stack([r.place[members] for r in rulers] + [np.full(len(members), np.nan)], axis=1)
    depth = np.tile(np.append(np.arange(len(rulers), dtype=np.float64), np.nan), (len(members), 1))
    return go.Scatter(
        x=compact(places.ravel()),
        y=compact(depth.ravel()),
        mode="lines+markers",
        line={"color": colour, "width": 1.1},
        marker={"size": 3},
        opacity=0.6,
        connectgaps=False,
        hovertext=_texts(trials, members, columns),
        hoverinfo="text",
        name=name,
    )


def _texts(trials: Trials, members: IntArray, columns: Sequence[Parameter]) -> list[str]:
    """At the first ruler all of a trial, at each other one its number, its value and what it had there."""
    texts = []
    for i, whole in zip(members.tolist(), trial_texts(trials, members, columns), strict=True):
        head = "<br>".join(whole.split("<br>", 2)[:2])
        texts += [whole, *(f"{head}<br>{short(p.name)}: {p.shown(i) or 'not used'}" for p in columns), ""]
    return texts


def _mark(figure: Any, one: Ruler, row: int) -> None:
    """Ticks and their words below a ruler."""
    figure.add_scatter(
        x=one.ticks,
        y=np.full(len(one.ticks), float(row)),
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 7, "color": INK},
        hoverinfo="skip",
        showlegend=False,
    )
    for at, word in zip(one.ticks.tolist(), one.words, strict=True):
        figure.add_annotation(
            x=at,
            y=row,
            yshift=-13,
            text=word,
            showarrow=False,
            font={"size": 11, "color": INK},
            bgcolor="rgba(255,255,255,0.75)",
            borderpad=0,
        )
