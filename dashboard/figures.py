"""Figures as JSON, those that were drawn lately kept: a figure is a function of a prefix of the log and a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpo.dashboard.kept import Kept
from hpo.dashboard.plots import Choice, Plot, draw

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot

__all__ = ["figure_json"]

_drawn: Kept[bytes] = Kept(64)
_SHARE = 1000


def figure_json(identity: str, snapshot: Snapshot, plot: Plot, choice: Choice) -> bytes:
    """A plot of a study, as plotly reads it.

    Plots for which something is computed from all trials are made anew when a thousandth of the log is new.
    """
    others = tuple((one.study_name, one.history.position) for one in choice.others)
    position = snapshot.position
    if plot.is_summary:
        position -= position % max(1, position // _SHARE)
    question = (identity, position, plot.kind, choice, others)
    return _drawn.get(question, lambda: draw(snapshot, plot, choice).to_json().encode("utf-8", "replace"))
