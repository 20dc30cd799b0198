"""How each state of a trial looks: the same colour and the same mark in every figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from hpo.events import TrialState
from hpo.visualization.theme import BLUE, GREEN, GREY, INK, ORANGE, SKY, VERMILLION, YELLOW

__all__ = ["BEST", "COMPLETE", "FAILED", "INFEASIBLE", "MARKS", "PAUSED", "PRUNED", "RUNNING", "Mark"]


@final
@dataclass(frozen=True)
class Mark:
    """What stands for the trials of one state.

    Args:
        word: What legends call them.
        colour: Of points, lines and bars.
        symbol: Of points, as plotly names it.
        outline: Colour around points; None for that of the points.
    """

    word: str
    colour: str
    symbol: str
    outline: str | None = None

    def marker(self, size: int) -> dict[str, Any]:
        """The points of a trace."""
        line = {"width": 1.4, "color": self.outline or self.colour} if self.symbol != "circle" else {"width": 0}
        return {"color": self.colour, "symbol": self.symbol, "size": size, "line": line}


COMPLETE = Mark("complete", BLUE, "circle")
INFEASIBLE = Mark("infeasible", GREY, "circle-open")
PRUNED = Mark("pruned", ORANGE, "diamond-open")
FAILED = Mark("failed", VERMILLION, "x-thin-open")
RUNNING = Mark("running", GREEN, "triangle-right")
PAUSED = Mark("paused", SKY, "square-open")
BEST = Mark("best", YELLOW, "star", INK)
"""Seen on white, and on every colour of a surface."""

MARKS: Mapping[TrialState, Mark] = {
    TrialState.COMPLETE: COMPLETE,
    TrialState.PRUNED: PRUNED,
    TrialState.FAIL: FAILED,
    TrialState.RUNNING: RUNNING,
    TrialState.PAUSED: PAUSED,
}
"""Of complete trials, those that keep their constraints; the others are `INFEASIBLE`."""
