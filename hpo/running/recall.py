"""What could be known earlier."""

from __future__ import annotations

from collections.abc import Sequence

from hpo.events import Event
from hpo.history import History
from hpo.log.ledger import Ledger

__all__ = ["recalled"]


def recalled(events: Sequence[Event], *positions: int) -> list[History]:
    """What could be known when a log had some lengths, which are given in ascending order."""
    ledger, histories = Ledger(), []
    for position in positions:
        ledger.apply(events[ledger.position : position])
        histories.append(ledger.history())
    return histories
