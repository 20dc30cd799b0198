"""Leases are renewed as long as a process lives, and expire by the clock of whoever looks at them."""

from __future__ import annotations

import sys
import threading

from hpo.log import leases
from hpo.protocols import LeasePolicy


class Holder:
    """Holds leases of which nothing is to be seen."""

    lease_policy: LeasePolicy | None = None

    def renew_leases(self) -> None:
        """Do nothing."""


def test_holders_may_come_while_others_are_renewed() -> None:
    first, enough = Holder(), threading.Event()
    leases.keep(first)

    def come() -> None:
        coming: list[Holder] = []
        while not enough.is_set():
            coming = [] if len(coming) > 2000 else coming
            coming.append(Holder())
            leases.keep(coming[-1])

    comer = threading.Thread(target=come)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        comer.start()
        for _ in range(2000):
            assert first in leases._kept()
    finally:
        enough.set()
        comer.join()
        sys.setswitchinterval(interval)
