"""A ledger that was written down and taken up again is the same ledger."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.events import (
    AttributeSet,
    Event,
    PlanDeclared,
    SpaceDeclared,
    StudyDirection,
    StudyRenamed,
    TrialDeleted,
    TrialError,
    TrialFinished,
    TrialProposed,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.history.running import RunningTrial
from hpo.log.checkpoint.pack import pack, unpack
from hpo.log.ledger import Ledger
from hpo.space import Space
from tests.hpo.log.checkpoint.stored import NAMES, old_ledger, stored
from tests.logs import SPACES, facts, header, logs, replay
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
        "plans": dict(ledger.plans),
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


def eventful(n_objectives: int) -> list[Event]:
    """A log in which everything happens that can happen to a trial, also after it has ended."""
    number, letter, mixed = SPACES[0], SPACES[2], SPACES[3]

    def value(x: float) -> Any:
        return x if n_objectives == 1 else (x,) * n_objectives

    def end(trial: int, state: TrialState, space: Space, parameters: dict[str, Any], **more: Any) -> TrialFinished:
        values = (0.25 * trial,) * n_objectives if state is TrialState.COMPLETE else None
        return TrialFinished(trial, state, 10.0 + trial, values, space.digest, parameters, **more)

    complete, failed, paused = TrialState.COMPLETE, TrialState.FAIL, TrialState.PAUSED
    error = TrialError("ValueError", "broken", "Traceback")
    return [
        header(*[StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE][:n_objectives]),
        *map(SpaceDeclared, SPACES),
        AttributeSet("a", [1, {"$k": None}]),
        AttributeSet("a", float("inf"), system=True),
        PlanDeclared("0a1b2c3d", "RandomSampler(seed=None)", "NopPruner()"),
        PlanDeclared("0a1b2c3d", "another one", "of the same name"),  # too late
        TrialStarted(1.0, worker="here/1/2/3", plan="0a1b2c3d"),  # 0: fails and is retried
        TrialProposed(0, ()),
        TrialReported(0, 3, value(1.0), 1.5),
        TrialReported(0, 1, value(2.0), 1.5, pruned=False),
        end(0, failed, number, {"x": 0.5}, error=error, user_attrs={"u": 1}),
        TrialQueued({"x": 0.5}, 2.0, {"u": 1}, {"s": 2}, {3: value(1.0)}, retries=0),  # 1: the retry
        TrialQueued({"x": 0.5}, 2.0, retries=0),  # which is made once
        TrialStarted(3.0, claims=1),
        AttributeSet("late", 1, 1),
        TrialReported(1, 4, value(0.0), 3.5, pruned=False),
        end(1, complete, letter, {"c": None, "x": 0.25}, constraints={"g": 1.0}),
        AttributeSet("after", 1, 1),
        AttributeSet("after", 2, 1, system=True),
        TrialStarted(4.0),  # 2: pauses twice
        TrialReported(2, 0, value(0.5), 4.5),
        end(2, paused, letter, {"c": 1, "x": 0.75}, system_attrs={"s": 1}),
        AttributeSet("while", "paused", 2),
        TrialStarted(5.0, claims=2),
        TrialReported(2, 1, value(0.25), 5.5, pruned=False),
        TrialReported(2, 2, value(0.125), 5.5, pruned=False),
        end(2, paused, letter, {"c": 1, "x": 0.75}),
        TrialStarted(6.0, claims=2),
        end(2, complete, letter, {"c": 1, "x": 0.75}),
        TrialStarted(7.0, deferred=True),  # 3: a number that is a category
        end(3, complete, mixed, {"x": "a"}),
        TrialStarted(8.0),  # 4: goes on from a pause, and is deleted
        end(4, paused, letter, {"c": "a", "x": 0.0}),
        TrialStarted(9.0, claims=4),
        TrialDeleted(4),
        TrialDeleted(0),
        TrialQueued({"x": 1.0}, 9.0, retries=0),
        TrialStarted(9.0),  # 5: the best, then deleted
        end(5, complete, letter, {"c": True, "x": 1.0}),
        TrialDeleted(5),
        TrialQueued({}, 9.5, {"u": 1}),  # 6: waits
        TrialStarted(9.5),  # 7: stays paused
        TrialReported(7, 0, value(0.5), 9.5),
        end(7, paused, letter, {"c": True, "x": 0.5}),
        TrialStarted(9.75),  # 8: runs
        TrialProposed(8, (0.5, 0.5, 1.0)),
        StudyRenamed("other"),
        AttributeSet("after", 3, 1),
        end(8, complete, letter, {"c": "a", "x": 0.5}),
    ]


def test_of_two_plans_of_one_name_the_first_one_counts() -> None:
    (plan,) = replay(eventful(1)).plans.values()
    assert plan.sampler == "RandomSampler(seed=None)"


@pytest.mark.parametrize("n_objectives", [1, 2])
def test_it_goes_on_in_the_same_way_wherever_an_eventful_log_is_cut(n_objectives: int) -> None:
    events = eventful(n_objectives)
    for cut in range(1, len(events) + 1):
        ledger = replay(events[:cut])
        again = Ledger.load(unpack(pack(ledger.dump())))
        for event in events[cut:]:
            assert everything(again) == everything(ledger)
            assert again.apply([event]) == ledger.apply([event])
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
