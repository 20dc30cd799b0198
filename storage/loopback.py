"""Databases that only this machine uses."""

from __future__ import annotations

from hpo.hosts import is_loopback

__all__ = ["is_on_loopback"]


def is_on_loopback(host: str | None) -> bool:
    """Whether a database's host is this machine's loopback; without a host, or with a path, it is a socket of it."""
    return not host or host.startswith("/") or is_loopback(host)
