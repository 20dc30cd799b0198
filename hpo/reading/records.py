"""Trials as records: read out of a ledger, and made part of a log."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hpo.arrays import Report
from hpo.events import ASKED, Event, SpaceDeclared, TrialFinished, TrialQueued, TrialReported, TrialStarted, TrialState
from hpo.log.ledger import Ledger
from hpo.space import Space
from hpo.trial.frozen import FrozenTrial

if TYPE_CHECKING:
    from hpo.trial import Trial

__all__ = ["events_of", "record_of"]


def record_of(ledger: Ledger, live: Mapping[int, Trial], number: int) -> FrozenTrial:
    """The record of a trial; of a running one with what it has suggested if it is among the `live` ones."""
    if ledger.has_row(number):
        return FrozenTrial.of_row(ledger.columns, ledger.row(number), number)
    if number in ledger.waiting:
        return _waiting(number, ledger.waiting[number])
    record, trial = ledger.running[number], live.get(number)
    system = {key: value for key, value in record.system_attrs.items() if key != ASKED}
    if record.fixed:
        system["fixed_params"] = dict(record.fixed)
    asked = record.system_attrs.get(ASKED, {"parameters": {}, "space": ""})
    return FrozenTrial(
        number,
        TrialState.RUNNING,
        None,
        datetime.fromtimestamp(record.time),
        None,
        dict(asked["parameters"]) if trial is None else trial.params,
        dict(ledger.spaces[asked["space"]]) if trial is None else trial.distributions,
        copy.deepcopy(record.user_attrs if trial is None else trial.user_attrs),
        system,
        dict(zip(record.steps, record.values, strict=True)),
        constraints=None if trial is None else trial.constraints,
    )


def _waiting(number: int, queued: TrialQueued) -> FrozenTrial:
    system = {"fixed_params": dict(queued.parameters), **queued.system_attrs}
    user = copy.deepcopy(dict(queued.user_attrs))
    return FrozenTrial(number, TrialState.WAITING, None, None, None, {}, {}, user, system, dict(queued.reports))


def events_of(trial: FrozenTrial, number: int) -> list[Event]:
    """The events that make a record part of a log, as the trial of that number."""
    now = time.time()
    start = now if trial.datetime_start is None else trial.datetime_start.timestamp()
    system = {key: value for key, value in trial.system_attrs.items() if key != "fixed_params"}
    if trial.state in (TrialState.WAITING, TrialState.RUNNING):
        fixed = trial.params or trial.system_attrs.get("fixed_params", {})
        queued = TrialQueued(fixed, now, trial.user_attrs, system, _reports(trial))
        return [queued] if trial.state is TrialState.WAITING else [queued, TrialStarted(start, number)]
    end = now if trial.datetime_complete is None else trial.datetime_complete.timestamp()
    space = Space(trial.distributions)
    return [
        SpaceDeclared(space),
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
