"""Figures as JSON, those that were drawn lately kept: a figure is a function of a prefix of the log and a choice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hpo.dashboard.kept import Kept
from hpo.dashboard.plots import Choice, Plot, draw

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.snapshot import Snapshot

__all__ = ["as_json", "figure_json"]

_drawn: Kept[bytes] = Kept(64)
_SHARE = 1000


def as_json(figure: go.Figure) -> bytes:
    """A figure as plotly.js reads it.

    Without what `to_json` does for JSON that stands within HTML: there every bracket takes six characters, which is a
    third of all that the texts under the pointer take.
    """
    from plotly.utils import PlotlyJSONEncoder

    text = json.dumps(figure.to_dict(), cls=PlotlyJSONEncoder, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def figure_json(identity: str, snapshot: Snapshot, plot: Plot, choice: Choice) -> bytes:
    """A plot of a study, as plotly reads it.

    Plots for which something is computed from all trials are made anew when a thousandth of the log is new.
    """
    others = tuple((one.study_name, one.history.position) for one in choice.others)
    position = snapshot.position
    if plot.is_summary:
        position -= position % max(1, position // _SHARE)
    question = (identity, position, plot.kind, choice, others)
    return _drawn.get(question, lambda: as_json(draw(snapshot, plot, choice)))
