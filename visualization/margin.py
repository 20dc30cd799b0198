"""Room for what stands left of a figure, so that the browser need not draw it twice."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING, Any

from hpo.visualization.axes import round_ticks
from hpo.visualization.text import ticks_in_words
from hpo.visualization.theme import TEMPLATE

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["left_margin", "text_width"]

_LEAST: int = TEMPLATE["layout"]["margin"]["l"]  # pixels
_BESIDE_LABELS = 22  # pixels: ticks, and what plotly leaves free around labels
_TITLE = 18  # pixels: the name of an axis, and what is free before it
_EDGE = 0.01  # of the width, within which an axis is at the left
_NARROW, _WIDE, _SMALL = frozenset(" .,:;|'!iljtfrI()[]"), frozenset("mwMW@%-−—…"), frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")


def left_margin(figure: go.Figure) -> int:
    """Pixels that the axes at the left of a figure need for their labels and names.

    Where these need more than a figure has, plotly.js finds out only when all is drawn, and draws it again: with a
    thousand points that takes as long as everything else together. Some pixels too many cost nothing.
    """
    needed = [_needed(figure, axis) for axis in figure.select_yaxes() if _is_leftmost(figure, axis)]
    return max([_LEAST, *needed])


def text_width(text: str, size: float = 12.0) -> float:
    """Pixels of the widest line, in DejaVu Sans, which is wider than most."""
    return max(size * sum(map(_em, unescape(line))) for line in text.split("<br>"))


def _em(letter: str) -> float:
    if letter in _NARROW:
        return 0.40
    if letter in _WIDE:
        return 1.00
    return 0.43 if letter in _SMALL else 0.69 if letter.isupper() else 0.64


def _needed(figure: go.Figure, axis: Any) -> int:
    if axis.showticklabels is False:
        return 0
    widest = max((text_width(label, axis.tickfont.size or 12.0) for label in _labels(figure, axis)), default=0.0)
    return math.ceil(widest) + _BESIDE_LABELS + (_TITLE if axis.title.text else 0)


def _is_leftmost(figure: go.Figure, axis: Any) -> bool:
    anchor = axis.anchor or "x"
    if axis.side == "right" or not anchor.startswith("x"):
        return False
    domain = figure.layout[f"xaxis{anchor[1:]}"].domain
    return domain is None or domain[0] < _EDGE


def _labels(figure: go.Figure, axis: Any) -> Iterator[str]:
    """The labels of an axis, as far as they are known before plotly.js chooses some."""
    if axis.ticktext is not None:
        yield from map(str, axis.ticktext)
    elif axis.type == "category":
        for trace in figure.data:
            yield from (str(name) for name in (trace.y if trace.y is not None else ()))
    elif axis.range is not None and axis.type in (None, "linear"):
        low, high = sorted(axis.range)
        yield from (f"{words}0" for words in ticks_in_words(round_ticks(low, high)))  # plotly.js may want a digit more
