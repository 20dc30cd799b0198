"""Figures say how much room their labels need, so that plotly.js need not find out by drawing twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.visualization.frame import frame, grid
from hpo.visualization.margin import left_margin, text_width

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="<>&"), max_size=20)


def margin(*labels: str, **axis: object) -> int:
    ticks = {"tickmode": "array", "tickvals": list(range(len(labels))), "ticktext": labels}
    return int(frame(title="labels", yaxis={**ticks, **axis}).layout.margin.l)


@given(TEXTS, TEXTS)
def test_more_text_is_wider_and_lines_lie_below_each_other(one: str, other: str) -> None:
    assert text_width(one + other) == pytest.approx(text_width(one) + text_width(other))
    assert text_width(f"{one}<br>{other}") == max(text_width(one), text_width(other))


def test_markup_is_as_wide_as_what_it_stands_for() -> None:
    assert text_width("a &lt; b") == text_width("a < b")


@given(st.lists(TEXTS, max_size=5))
def test_the_widest_label_decides(labels: list[str]) -> None:
    least = margin()
    assert margin(*labels) == max([least, *(margin(label) for label in labels)])
    assert margin(*labels, title={"text": "a name"}) >= margin(*labels)
    assert margin(*labels, showticklabels=False) == least


def test_only_axes_at_the_left_and_on_the_left_side_count() -> None:
    wide = {"tickmode": "array", "tickvals": [0], "ticktext": ["a long label of a tick"]}
    figure, places, _ = grid(["one", "two"])
    (_, left), (_, right) = places
    least = left_margin(figure)
    figure.update_yaxes(wide, col=right)
    assert left_margin(figure) == least
    figure.update_yaxes({**wide, "side": "right"}, col=left)
    assert left_margin(figure) == least
    figure.update_yaxes({"side": "left"}, col=left)
    assert left_margin(figure) > least
