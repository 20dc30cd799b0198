"""Trials as records: read out of a ledger, and made part of a log."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from hpo.arrays import IntArray, Report
from hpo.distributions import BaseDistribution
from hpo.events import ASKED, FIXED, Event, TrialFinished, TrialQueued, TrialReported, TrialStarted, TrialState
from hpo.history import History
from hpo.history.running import RunningTrial
from hpo.log.ledger import Ledger
from hpo.moments import local_time
from hpo.space import Space
from hpo.trial.frozen import CONSTRAINTS, FrozenTrial, copied
from hpo.trial.live import LiveTrial

__all__ = ["events_of", "given", "record_of", "records_of", "waiting_record"]


def record_of(ledger: Ledger, live: Mapping[int, LiveTrial], number: int) -> FrozenTrial:
    """The record of a trial; of a running one with what it has suggested if it is among the `live` ones."""
    if ledger.has_row(number):
        return FrozenTrial.of_row(ledger.history(), ledger.row(number), number)
    if number in ledger.waiting:
        return waiting_record(number, ledger.waiting[number])
    record, trial = ledger.running[number], live.get(number)
    system = {key: value for key, value in record.system_attrs.items() if key != ASKED}
    if record.fixed:
        system[FIXED] = dict(record.fixed)
    parameters, distributions = _suggested(record, ledger) if trial is None else trial.suggested()
    return FrozenTrial(
        number,
        TrialState.RUNNING,
        None,
        local_time(record.time),
        None,
        parameters,
        distributions,
        copied(dict(record.user_attrs if trial is None else trial.user_attrs)),
        copied(system),
        dict(record.reports.items()),
        constraints=None if trial is None else dict(trial.constraints),
    )


def _suggested(record: RunningTrial, ledger: Ledger) -> tuple[dict[str, Any], dict[str, BaseDistribution]]:
    """Parameters and distributions that were stored when another process asked for a trial."""
    asked = record.system_attrs.get(ASKED, {"parameters": {}, "space": ""})
    return dict(asked["parameters"]), dict(ledger.spaces[asked["space"]])


def records_of(history: History, rows: IntArray) -> list[FrozenTrial]:
    """The records of some rows of a view, shape (k,)."""
    numbers = history.number[rows].tolist()
    return [FrozenTrial.of_row(history, row, number) for row, number in zip(rows.tolist(), numbers, strict=True)]


def given(trial: FrozenTrial) -> dict[str, Any]:
    """What is known of a trial's parameters: those it was queued with, as long as it is unfinished, and its own."""
    return {**trial.system_attrs.get(FIXED, {}), **trial.params}


def waiting_record(number: int, queued: TrialQueued) -> FrozenTrial:
    """The record of a trial that waits for a worker."""
    system = {FIXED: dict(queued.parameters), **queued.system_attrs}
    user = copied(queued.user_attrs)
    return FrozenTrial(number, TrialState.WAITING, None, None, None, {}, {}, user, system, dict(queued.reports))


def events_of(trial: FrozenTrial, number: int, space: Space) -> list[Event]:
    """The events that make a record part of a log which declares its distributions, as the trial of that number."""
    now = time.time()
    start = now if trial.datetime_start is None else trial.datetime_start.timestamp()
    system = {key: value for key, value in trial.system_attrs.items() if key not in (FIXED, CONSTRAINTS)}
    if trial.state in (TrialState.WAITING, TrialState.RUNNING):
        queued = TrialQueued(given(trial), now, trial.user_attrs, system, _reports(trial))
        return [queued] if trial.state is TrialState.WAITING else [queued, TrialStarted(start, number)]
    end = now if trial.datetime_complete is None else trial.datetime_complete.timestamp()
    return [
        TrialStarted(start),
        *(TrialReported(number, step, value, end) for step, value in _reports(trial).items()),
        TrialFinished(
            number,
            trial.state,
            end,
            None if trial.values is None else tuple(map(float, trial.values)),
            space.digest if trial.params else "",
            trial.params,
            trial.constraints,
            trial.user_attrs,
            system,
            trial.error,
        ),
    ]


def _reports(trial: FrozenTrial) -> dict[int, Report]:
    return {
        step: tuple(map(float, value)) if isinstance(value, Sequence) else float(value)
        for step, value in trial.intermediate_values.items()
    }
