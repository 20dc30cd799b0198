"""Figures as JSON, those that were drawn lately kept: a figure is a function of a prefix of the log and a choice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING

from hpo.dashboard.plots import Choice, Plot, draw

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot

__all__ = ["figure_json"]

_MOST = 64
_kept: OrderedDict[Hashable, bytes] = OrderedDict()
_lock = threading.Lock()


def figure_json(identity: str, snapshot: Snapshot, plot: Plot, choice: Choice) -> bytes:
    """A plot of a study, as plotly reads it."""
    others = tuple((one.study_name, one.history.position) for one in choice.others)
    key = (identity, snapshot.position, plot.kind, choice, others)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    drawn: bytes = draw(snapshot, plot, choice).to_json().encode("utf-8", "replace")
    with _lock:
        _kept[key] = drawn
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return drawn
