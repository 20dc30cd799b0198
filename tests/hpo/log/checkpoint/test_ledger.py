"""A ledger that was written down and taken up again is the same ledger."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.events import Event
from hpo.history.running import RunningTrial
from hpo.log.checkpoint.pack import pack, unpack
from hpo.log.ledger import Ledger
from tests.hpo.log.checkpoint.stored import NAMES, old_ledger, stored
from tests.logs import facts, logs, replay
from tests.strategies import same


def everything(ledger: Ledger) -> dict[str, Any]:
    """All facts, with all that is known of the trials that run, and with which spaces are one object."""
    plain = [field.name for field in fields(RunningTrial) if field.name != "reports"]
    trials = [[getattr(trial, name) for name in plain] for trial in ledger.running.values()]
    curves = [trial.reports.curve(trial.number, asked=trial.asked) for trial in ledger.running.values()]
    history = ledger.history()
    return {
        **facts(ledger),
        "header": ledger.header,
        "running": trials,
        "curves": [
            (list(one.steps), list(one.losses), list(one.vectors), one.best if one.losses else 0) for one in curves
        ],
        "rows": {n: ledger.row(n) for n in ledger.numbers if ledger.has_row(n)},
        "spaces": (list(ledger.spaces.items()), history.spaces[0].tolist(), history.spaces[1]),
        "constraints": {name: repr(column.tolist()) for name, column in history.constraints.items()},
        "inherited": [history.curve(row).inherited for row in range(len(history))],
        "active": [history.active(np.arange(len(history)), space).tolist() for space in ledger.spaces.values()],
        "shared": [[one is other for one in ledger.spaces.values()] for other in history.spaces[1]],
    }


@given(logs(), st.integers(0, 44))
def test_it_is_the_same_and_goes_on_in_the_same_way(events: list[Event], cut: int) -> None:
    ledger = replay(events[: 1 + cut])
    again = Ledger.load(unpack(pack(ledger.dump())))
    assert everything(again) == everything(ledger)
    assert everything(Ledger.load(unpack(pack(again.dump())))) == everything(ledger)
    assert again.apply(events[1 + cut :]) == ledger.apply(events[1 + cut :])
    assert everything(again) == everything(ledger) == everything(replay(events))


@given(logs(), st.integers(0, 44))
def test_what_was_dumped_does_not_change(events: list[Event], cut: int) -> None:
    ledger = replay(events[: 1 + cut])
    before, dump = pack(ledger.dump()), ledger.dump()
    ledger.apply(events[1 + cut :])
    facts(ledger)
    assert pack(dump) == before


@given(logs(max_size=80))
@settings(max_examples=30)
def test_dumping_changes_nothing(events: list[Event]) -> None:
    dumped = Ledger()
    for event in events:
        dumped.apply([event])
        dumped.dump()
    assert everything(dumped) == everything(replay(events))


@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_of_this_format_says_what_logs_are_folded_into(name: str, tmp_path: Path) -> None:
    """Where this fails, old checkpoints say something else than new ones: raise FORMAT, and run stored.py."""
    ledger = old_ledger(name, tmp_path)
    assert same(everything(Ledger.load(unpack(stored(name).read_bytes()))), everything(ledger))
