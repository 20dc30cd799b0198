"""The address of this machine towards another one is its own."""

from __future__ import annotations

import socket

from hpo.executors.address import LOOPBACK, outward


def test_towards_loopback_it_is_loopback() -> None:
    assert outward(LOOPBACK) == LOOPBACK


def test_one_can_listen_there() -> None:
    with socket.create_server((outward(), 0)) as server, socket.create_connection(server.getsockname()[:2]) as client:
        assert client.getpeername() == server.getsockname()
