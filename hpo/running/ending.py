"""The events that end a trial."""

from __future__ import annotations

import time

from hpo.events import ASKED, Event, SpaceDeclared, TrialFinished, TrialReported, TrialState
from hpo.history.reports import Reports
from hpo.history.running import RunningTrial
from hpo.log.ledger import Ledger
from hpo.running.outcome import Outcome
from hpo.space import Space
from hpo.trial.live import LiveTrial

__all__ = ["end_of", "end_of_asked", "failure", "is_handed_out", "pruned"]


def end_of(trial: LiveTrial, outcome: Outcome, space: Space, ledger: Ledger) -> list[Event]:
    """The end of a trial that runs here, with all that it has kept back; `space` has its distributions."""
    now = max(time.time(), trial.record.time)  # the clock may have been put back
    events: list[Event] = []
    if space.digest not in ledger.spaces:
        events.append(SpaceDeclared(space))
    if trial.record.deferred:
        answers = zip(trial.reports.items(), trial.answers, strict=True)
        events += [TrialReported(trial.number, step, value, now, answer) for (step, value), answer in answers]
    events.append(
        TrialFinished(
            trial.number,
            outcome.state,
            now,
            outcome.values,
            space.digest if trial.parameters else "",
            trial.parameters,
            trial.constraints,
            trial.user_attrs,
            {},
            outcome.error,
            trial.pruned,
        )
    )
    return events


def end_of_asked(number: int, outcome: Outcome, record: RunningTrial | None) -> list[Event]:
    """The end of a trial that another process asked for, with the parameters that it stored."""
    asked = {} if record is None else record.system_attrs.get(ASKED, {})
    space, parameters = asked.get("space", ""), asked.get("parameters", {})
    now = time.time() if record is None else max(time.time(), record.time)
    return [TrialFinished(number, outcome.state, now, outcome.values, space, parameters, error=outcome.error)]


def failure(number: int, error: Exception) -> TrialFinished:
    """The end of a trial that holds something that no event can hold: it must end all the same, without it."""
    outcome = Outcome.of_error(error)
    return TrialFinished(number, outcome.state, time.time(), error=outcome.error)


def is_handed_out(trial: RunningTrial) -> bool:
    """Whether a process without leases asked it for someone else to run, who will tell what came of it."""
    return trial.worker is None and ASKED in trial.system_attrs


def pruned(reports: Reports) -> Outcome:
    """PRUNED, with the report at the largest step as its value if there is one that is a number."""
    if not reports:
        return Outcome(TrialState.PRUNED)
    last = reports.values[reports.steps.index(reports.last)]
    values = last if isinstance(last, tuple) else (last,)
    return Outcome(TrialState.PRUNED, None if any(value != value for value in values) else values)
