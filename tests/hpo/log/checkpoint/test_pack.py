"""A ledger that was written down and taken up again is the same ledger, and damage is never taken for one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hpo.events import Event
from hpo.log.checkpoint.pack import pack, unpack
from hpo.log.ledger import Ledger
from tests.logs import facts, logs, replay


@given(logs(), st.integers(0, 40))
def test_a_ledger_survives(events: list[Event], cut: int) -> None:
    ledger = replay(events[: 1 + cut])
    again = Ledger.load(unpack(pack(ledger.dump())))
    assert facts(again) == facts(ledger)
    assert facts(Ledger.load(unpack(pack(again.dump())))) == facts(ledger)
    assert again.apply(events[1 + cut :]) == ledger.apply(events[1 + cut :])
    assert facts(again) == facts(ledger) == facts(replay(events))


@given(logs(), st.integers(0, 40))
def test_what_was_dumped_stays_what_it_was(events: list[Event], cut: int) -> None:
    ledger = replay(events[: 1 + cut])
    before, dump = pack(ledger.dump()), ledger.dump()
    ledger.apply(events[1 + cut :])
    facts(ledger)
    assert pack(dump) == before
