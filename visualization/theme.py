"""How all figures look: one template, and colours that people with any kind of colour vision can tell apart.

Categories have the colours of Okabe and Ito (2008), "Color universal design"; quantities have viridis, whose
lightness alone tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "BLUE",
    "FAINT",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "PALETTE",
    "PURPLE",
    "SEQUENTIAL",
    "SHADES",
    "SKY",
    "TEMPLATE",
    "VERMILLION",
    "YELLOW",
    "translucent",
]

BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, YELLOW = "#E69F00", "#56B4E9", "#F0E442"
INK, GREY, FAINT = "#1F2933", "#7B8794", "#E4E7EB"

PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK)
"""For categories and studies, in this order."""

SEQUENTIAL = (
    (0.0, "#440154"),
    (0.125, "#472D7B"),
    (0.25, "#3B528B"),
    (0.375, "#2C728E"),
    (0.5, "#21918C"),
    (0.625, "#28AE80"),
    (0.75, "#5EC962"),
    (0.875, "#ADDC30"),
    (1.0, "#FDE725"),
)
"""Viridis. Dark is better, so losses take it as it is, or later trials reversed."""

SHADES = ((0.0, "#EEF1F4"), (1.0, "#52606D"))
"""How many trials lie in a place."""

_FONT = "Inter, 'Segoe UI', system-ui, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_AXIS: Mapping[str, Any] = {
    "automargin": True,
    "gridcolor": FAINT,
    "linecolor": "#9AA5B1",
    "showline": True,
    "ticks": "outside",
    "tickcolor": "#9AA5B1",
    "ticklen": 4,
    "title": {"standoff": 8, "font": {"size": 13}},
    "tickfont": {"size": 12},
    "zeroline": False,
}

TEMPLATE: Mapping[str, Any] = {
    "layout": {
        "autosize": True,
        "colorway": PALETTE,
        "coloraxis": {"colorscale": SEQUENTIAL, "colorbar": {"thickness": 12, "outlinewidth": 0, "xpad": 6}},
        "font": {"family": _FONT, "size": 13, "color": INK},
        "hoverlabel": {"align": "left", "bgcolor": "white", "bordercolor": GREY, "font": {"family": _FONT, "size": 12}},
        "legend": {
            "orientation": "h",
            "x": 0.0,
            "itemsizing": "constant",
            "xanchor": "left",
            "y": 1.0,
            "yanchor": "bottom",
            "font": {"size": 12},
        },
        "margin": {"l": 72, "r": 20, "t": 90, "b": 56},
        "modebar": {"remove": ["lasso2d", "select2d", "autoScale2d"], "color": "#CBD2D9", "activecolor": GREY},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "title": {
            "x": 0.0,
            "xref": "container",
            "pad": {"l": 16, "t": 14},
            "y": 1.0,
            "yref": "container",
            "yanchor": "top",
            "font": {"size": 18, "weight": 600},
            "subtitle": {"font": {"size": 12, "color": GREY}},
        },
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "scene": {
            axis: {"backgroundcolor": "white", "gridcolor": FAINT, "showbackground": False, "tickfont": {"size": 11}}
            for axis in ("xaxis", "yaxis", "zaxis")
        },
    }
}
"""A template of plotly, as a mapping."""


def translucent(colour: str, alpha: float) -> str:
    """A colour such as "#0072B2" that what lies behind it shines through."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
