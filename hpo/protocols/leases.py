"""How workers show that they are alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, final

__all__ = ["LeaseOptions", "LeasePolicy", "lease_options"]


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

    @classmethod
    def of(cls, heartbeat_interval: float | None, grace_period: float | None) -> LeasePolicy | None:
        """The policy that a storage's options ask for; None for no leases.

        Args:
            heartbeat_interval: Seconds between two renewals; None for no leases.
            grace_period: Seconds without one after which a trial is lost; None for four intervals.

        Raises:
            ValueError: If they contradict each other.
        """
        if heartbeat_interval is None:
            return None
        if grace_period is not None and not 0 < heartbeat_interval < grace_period:
            raise ValueError(
                f"grace_period must be longer than heartbeat_interval, which must be > 0; got {grace_period!r} and "
                f"{heartbeat_interval!r}."
            )
        return cls(heartbeat_interval, 4 * heartbeat_interval if grace_period is None else grace_period)


class LeaseOptions(TypedDict):
    """The options of a storage that say how leases are kept: see `LeasePolicy.of`."""

    heartbeat_interval: float | None
    grace_period: float | None


def lease_options(policy: LeasePolicy | None) -> LeaseOptions:
    """The options that ask for a policy."""
    if policy is None:
        return {"heartbeat_interval": None, "grace_period": None}
    return {"heartbeat_interval": policy.renew_every, "grace_period": policy.lost_after}
