"""The options of storages, and the policies of leases that they ask for."""

from __future__ import annotations

import pytest

from hpo.protocols.leases import LeasePolicy, lease_options


@pytest.mark.parametrize("policy", [None, LeasePolicy(), LeasePolicy(0.25, 1.0), LeasePolicy(60, 120)], ids=repr)
def test_a_policy_is_asked_for_by_its_options(policy: LeasePolicy | None) -> None:
    assert LeasePolicy.of(**lease_options(policy)) == policy


def test_what_is_left_out_is_four_intervals_and_nothing_else_is() -> None:
    assert LeasePolicy.of(2.0, None) == LeasePolicy(2.0, 8.0)
    assert LeasePolicy.of(None, None) is LeasePolicy.of(None, 9.0) is None
    for grace_period in (0, 1, 2.0, -1):
        with pytest.raises(ValueError, match="must be longer than heartbeat_interval"):
            LeasePolicy.of(2.0, grace_period)
