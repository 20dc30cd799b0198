"""Hosts that mean the machine that asks."""

from __future__ import annotations

__all__ = ["is_loopback"]


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine wherever it is named; without one, what listens is a socket of this machine."""
    return not host or host in ("localhost", "::1") or host.startswith(("127.", "/"))
