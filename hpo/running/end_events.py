"""The events that end a trial."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hpo.distributions import check_distribution_compatibility
from hpo.events import ASKED, EARLIER, Event, SpaceDeclared, TrialFinished, TrialReported, TrialState
from hpo.exceptions import DistributionMismatchError
from hpo.history.finished import finished
from hpo.history.reports import Reports
from hpo.history.running import RunningTrial
from hpo.log.ledger import Ledger
from hpo.near import nearest
from hpo.running.outcome import Outcome
from hpo.running.retry import RetryPolicy
from hpo.space import Space
from hpo.trial.frozen import FrozenTrial, constraint_name
from hpo.trial.live import LiveTrial

__all__ = [
    "clash",
    "constraints_of",
    "end_of",
    "end_of_asked",
    "failure",
    "pruned",
    "retry_of",
    "unasked",
]


def end_of(
    trial: LiveTrial, outcome: Outcome, space: Space, parameters: Mapping[str, Any], ledger: Ledger
) -> list[Event]:
    """The end of a trial that runs here, with all that it has kept back, and its parameters of a space."""
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
            space.digest if parameters else "",
            parameters,
            trial.constraints,
            trial.user_attrs,
            {},
            outcome.error,
            trial.pruned,
        )
    )
    return events


def end_of_asked(
    number: int, outcome: Outcome, record: RunningTrial | None, constraints: Mapping[str, float]
) -> list[Event]:
    """The end of a trial that another process asked for, with the parameters that it stored."""
    asked = {} if record is None else record.system_attrs.get(ASKED, {})
    space, parameters = asked.get("space", ""), asked.get("parameters", {})
    now = time.time() if record is None else max(time.time(), record.time)
    end = TrialFinished(
        number, outcome.state, now, outcome.values, space, parameters, dict(constraints), error=outcome.error
    )
    return [end]


def constraints_of(
    function: Callable[[Any], Sequence[float]], trial: FrozenTrial, outcome: Outcome
) -> dict[str, float]:
    """What a function says of the constraints of a trial that ends, by name.

    Raises:
        ValueError: If one of them is NaN.
        TypeError: If they are no numbers.
    """
    trial.state, trial.values = outcome.state, outcome.values
    returned = function(trial)
    try:
        values = [float(value) for value in returned]
    except (TypeError, ValueError):
        raise TypeError(f"constraints_func must return a list of numbers, got {returned!r}.") from None
    if any(value != value for value in values):
        raise ValueError(f"constraints_func must not return NaN, got {returned!r}.")
    return {constraint_name(i): value for i, value in enumerate(values)}


def failure(number: int, error: Exception) -> TrialFinished:
    """The end of a trial that holds something that no event can hold: it must end all the same, without it."""
    outcome = Outcome.of_error(error)
    return TrialFinished(number, outcome.state, time.time(), error=outcome.error)


def clash(trial: LiveTrial, known: Space) -> DistributionMismatchError | None:
    """The error of a parameter to which other trials have meanwhile given another kind; None without one."""
    try:
        for name, distribution in trial.distributions.items():
            check_distribution_compatibility(known.get(name, distribution), distribution, name)
    except DistributionMismatchError as error:
        return error
    return None


def unasked(trial: LiveTrial, known: Space) -> str | None:
    """A sentence about parameters that were fixed for a trial, and that neither it nor another one asked for."""
    names = [name for name in trial.record.fixed if name not in trial.parameters and name not in known]
    earlier = trial.record.system_attrs.get(EARLIER)
    if not names or (earlier is not None and len(names) < len(trial.record.fixed)):
        return None
    if earlier is not None:
        return (
            f"The study {earlier!r} that warm_start was given shares no parameter with this one, which asked for "
            f"{', '.join(map(repr, trial.parameters)) or 'nothing'}; it is of no use, leave it out."
        )
    near = nearest(names[0], [*trial.parameters, *known])
    asked = ", ".join(map(repr, trial.parameters)) or "nothing"
    return (
        f"Trial {trial.number} was queued with {', '.join(map(repr, names))}, but no trial has asked for "
        f"{'it' if len(names) == 1 else 'them'}, so {'it was' if len(names) == 1 else 'they were'} of no use; "
        + (f"did you mean {near!r}?" if near else f"this one asked for {asked}.")
    )


def retry_of(policy: RetryPolicy | None, ledger: Ledger, events: Sequence[Event], *, lost: bool) -> list[Event]:
    """The retry of the trial that `events` end, if it failed and gets one; void if it had already ended."""
    end = events[-1]
    if policy is None or not isinstance(end, TrialFinished) or end.state is not TrialState.FAIL:
        return []
    record = ledger.running.get(end.number)
    if record is None:
        return []
    trial = finished(record, end, ledger.spaces.get(end.space, Space()))
    retry = policy.retry_of(trial, record.known() if lost else dict(record.fixed), lost=lost)
    return [] if retry is None else [retry]


def pruned(reports: Reports) -> Outcome:
    """PRUNED, with the report at the largest step as its value if there is one that is a number."""
    if not reports:
        return Outcome(TrialState.PRUNED)
    last = reports.values[reports.steps.index(reports.last)]
    values = last if isinstance(last, tuple) else (last,)
    return Outcome(TrialState.PRUNED, None if any(value != value for value in values) else values)
