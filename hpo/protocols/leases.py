"""How workers show that they are alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

__all__ = ["LeasePolicy"]


@final
@dataclass(frozen=True)
class LeasePolicy:
    """How often leases are renewed, and when they expire.

    Args:
        renew_every: Seconds between two renewals; a trial that is shorter causes no write.
        lost_after: Seconds without a renewal after which a trial is lost; several times `renew_every`.
    """

    renew_every: float = 15.0
    lost_after: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.renew_every < self.lost_after:
            raise ValueError(
                f"lost_after must be longer than renew_every, which must be > 0; got {self.renew_every!r} and "
                f"{self.lost_after!r}."
            )
