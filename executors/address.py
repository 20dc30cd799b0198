"""Addresses of this machine."""

from __future__ import annotations

import socket

__all__ = ["LOOPBACK", "outward"]

LOOPBACK = "127.0.0.1"


def outward(towards: str = "192.0.2.1") -> str:
    """The address of this machine on the network by which it would reach another one.

    Args:
        towards: The other one; by default any that is far away. Nothing is sent to it.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((towards, 9))
        except OSError:
            return socket.gethostname()
        address: str = probe.getsockname()[0]
        return address
