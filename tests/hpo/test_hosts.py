"""Loopback is what no other machine can reach, however it is written."""

from __future__ import annotations

import pytest

from hpo.hosts import is_loopback, listening


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "0:0:0:0:0:0:0:1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "10.0.0.1", "192.168.0.1", "fe80::1", "example.org", "127.example.com", "/run/redis"]
)
def test_what_others_may_reach_is_not(host: str) -> None:
    assert not is_loopback(host)


def test_a_port_is_listened_at_by_one() -> None:
    with listening("127.0.0.1", 0, 1) as one:
        port = one.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            listening("127.0.0.1", port, 1)
    listening("127.0.0.1", port, 1).close()
