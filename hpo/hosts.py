"""Hosts: which of them mean this machine alone, and sockets that listen at them."""

from __future__ import annotations

import ipaddress
import socket

__all__ = ["is_loopback", "listening"]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine wherever it is named, so that nobody else reaches what listens there.

    Example:
        >>> is_loopback("localhost"), is_loopback("127.1.2.3"), is_loopback("[::1]")
        (True, True, True)
        >>> is_loopback("0.0.0.0"), is_loopback("127.example.com"), is_loopback("")
        (False, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int, backlog: int) -> socket.socket:
    """A socket that accepts connections from now on, although nobody answers yet.

    Args:
        host: A name or an address, without brackets; "" for everywhere.
        port: 0 for any free one.
        backlog: How many connections may wait for an answer.

    Raises:
        socket.gaierror: If there is no such host.
        OSError: If nobody can listen there.
    """
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)  # its protocol is what lets asyncio send answers without delay
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(backlog)
    except OSError:
        listener.close()
        raise
    return listener
