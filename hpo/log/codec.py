"""Events as rows of scalars and JSON, and back: what every storage that outlives a process writes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from hpo.arrays import Report
from hpo.distributions import distribution_from_dict
from hpo.events import (
    ASKED,
    AttributeSet,
    Event,
    PlanDeclared,
    RunLimits,
    SpaceDeclared,
    StudyCreated,
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
from hpo.log.text import choice, dumps, loads, loads_together
from hpo.space import Space

__all__ = ["KINDS", "Row", "decode", "decode_all", "encode"]

KINDS: dict[type, int] = {
    StudyCreated: 0,
    SpaceDeclared: 1,
    TrialQueued: 2,
    TrialStarted: 3,
    TrialProposed: 4,
    TrialReported: 5,
    TrialFinished: 6,
    AttributeSet: 7,
    TrialDeleted: 8,
    StudyRenamed: 9,
    PlanDeclared: 10,
}
"""The number that stands for each class of event wherever events are written. Never reuse one."""


class Row(NamedTuple):
    """One event: scalars that a table can index, and the rest as JSON."""

    kind: int
    number: int | None = None
    step: int | None = None
    value: float | None = None
    state: int | None = None
    time: float | None = None
    body: str | None = None


def encode(event: Event) -> Row:
    """The row of an event.

    Raises:
        TypeError: Where an attribute or a choice is something that JSON cannot hold.
    """
    try:
        kind, write = _ENCODERS[type(event)]
        return write(kind, event)
    except RecursionError:
        raise TypeError("JSON cannot hold what contains itself, nor what is nested so deep.") from None


def decode(row: Row) -> Event:
    """The event of a row."""
    return _DECODERS[row[0]](row, _NOTHING if row[6] is None else loads(row[6]))


def decode_all(rows: Sequence[Row]) -> list[Event]:
    """The events of many rows, faster than one by one: all bodies are parsed together."""
    bodies = loads_together(["{}" if row[6] is None else row[6] for row in rows])
    if bodies is None:
        return [decode(row) for row in rows]
    return [_DECODERS[row[0]](row, body) for row, body in zip(rows, bodies, strict=True)]


_STATES = tuple(TrialState)
_NOTHING: Mapping[str, Any] = {}
_NESTED = frozenset({tuple, list, dict})


def _body(**fields: Any) -> str | None:
    """The fields that say something, as a JSON object; None for none."""
    present = {name: value for name, value in fields.items() if value is not None and value not in ({}, [])}
    return dumps(present) if present else None


def _finite(value: Any) -> bool:
    return math.isfinite(value)


def _parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of parameters, for `dumps`."""
    if _NESTED.isdisjoint(map(type, given.values())):  # as nearly always, and then it is ten times as fast
        return dict(given)
    return {name: choice(value) for name, value in given.items()}


def _distributions(space: Space) -> list[list[Any]]:
    """A space, for `dumps`."""
    fields = space.to_list()
    for _, distribution in fields:
        attributes = distribution["attributes"]
        if "choices" in attributes:
            attributes["choices"] = [choice(one) for one in attributes["choices"]]
    return fields


def _report(value: Any) -> Report:
    """An intermediate value as it was before JSON, which knows no tuples."""
    return tuple(value) if type(value) is list else value


def _study_created(kind: int, event: StudyCreated) -> Row:
    return Row(
        kind,
        time=event.time,
        body=_body(
            name=event.name,
            directions=[int(d) for d in event.directions],
            seed=event.seed,
            identity=event.identity or None,
        ),
    )


def _space_declared(kind: int, event: SpaceDeclared) -> Row:
    return Row(kind, body=dumps(_distributions(event.space)))


def _trial_queued(kind: int, event: TrialQueued) -> Row:
    return Row(
        kind,
        event.retries,
        time=event.time,
        body=_body(
            parameters=_parameters(event.parameters),
            user_attrs=dict(event.user_attrs),
            system_attrs=dict(event.system_attrs),
            reports=list(event.reports.items()),
        ),
    )


def _trial_started(kind: int, event: TrialStarted) -> Row:
    body = None
    if event.worker is not None or event.deferred or event.plan is not None or event.run is not None:
        body = _body(worker=event.worker, deferred=event.deferred or None, plan=event.plan, run=event.run)
    return Row(kind, event.claims, time=event.time, body=body)


def _trial_proposed(kind: int, event: TrialProposed) -> Row:
    return Row(kind, event.number, body=dumps(event.values))


def _trial_reported(kind: int, event: TrialReported) -> Row:
    given = event.value
    value = None if isinstance(given, tuple) or not _finite(given) else given
    body = None
    if event.pruned is not None or value is None:
        body = _body(value=given if value is None else None, pruned=event.pruned)
    return Row(kind, event.number, event.step, value, None, event.time, body)


def _trial_finished(kind: int, event: TrialFinished) -> Row:
    fields: dict[str, Any] = {}
    value = None
    if event.values is not None:
        if len(event.values) == 1 and _finite(event.values[0]):
            value = event.values[0]
        else:
            fields["values"] = event.values
    if event.space:
        fields["space"] = event.space
        fields["parameters"] = _parameters(event.parameters)
    if event.constraints:
        fields["constraints"] = dict(event.constraints)
    if event.user_attrs:
        fields["user_attrs"] = dict(event.user_attrs)
    if event.system_attrs:
        fields["system_attrs"] = dict(event.system_attrs)
    if event.error is not None:
        fields["error"] = {
            "type": event.error.type,
            "message": event.error.message,
            "traceback": event.error.traceback,
        }
    if event.pruned is not None:
        fields["pruned"] = event.pruned
    body = dumps(fields) if fields else None
    return Row(kind, event.number, None, value, int(event.state), event.time, body)


def _attribute_set(kind: int, event: AttributeSet) -> Row:
    value = event.value
    if event.system and event.key == ASKED:
        value = {**value, "parameters": _parameters(value["parameters"])}
    return Row(kind, event.number, body=dumps({"key": event.key, "value": value, "system": event.system}))


_WRITERS: dict[type, Callable[[int, Any], Row]] = {
    StudyCreated: _study_created,
    SpaceDeclared: _space_declared,
    TrialQueued: _trial_queued,
    TrialStarted: _trial_started,
    TrialProposed: _trial_proposed,
    TrialReported: _trial_reported,
    TrialFinished: _trial_finished,
    AttributeSet: _attribute_set,
    TrialDeleted: lambda kind, event: Row(kind, event.number),
    StudyRenamed: lambda kind, event: Row(kind, body=dumps({"name": event.name})),
    PlanDeclared: lambda kind, event: Row(kind, body=dumps(event._asdict())),
}
_ENCODERS = {event: (kind, _WRITERS[event]) for event, kind in KINDS.items()}


def _read_study_created(row: Row, fields: Any) -> StudyCreated:
    directions = tuple(StudyDirection(d) for d in fields["directions"])
    return StudyCreated(fields["name"], directions, fields["seed"], _time(row), fields.get("identity", ""))


def _read_space_declared(row: Row, fields: Any) -> SpaceDeclared:
    return SpaceDeclared(Space({name: distribution_from_dict(data) for name, data in fields}))


def _read_trial_queued(row: Row, fields: Any) -> TrialQueued:
    return TrialQueued(
        fields.get("parameters", {}),
        _time(row),
        fields.get("user_attrs", {}),
        fields.get("system_attrs", {}),
        {step: _report(value) for step, value in fields.get("reports", ())},
        row[1],
    )


def _read_trial_started(row: Row, fields: Any) -> TrialStarted:
    get = fields.get
    run = get("run")
    limits = None if run is None else RunLimits.of(*run)
    return TrialStarted(row[5] or 0.0, row[1], get("deferred", False), get("worker"), get("plan"), limits)


def _read_trial_proposed(row: Row, fields: Any) -> TrialProposed:
    return TrialProposed(_number(row), tuple(fields))


def _read_trial_reported(row: Row, fields: Any) -> TrialReported:
    value = _report(fields["value"]) if row[3] is None else row[3]
    return TrialReported(_number(row), row[2] or 0, value, _time(row), fields.get("pruned"))


def _read_trial_finished(row: Row, fields: Any) -> TrialFinished:
    state, time = _STATES[row[4] or 0], row[5] or 0.0
    value = None if row[3] is None else (row[3],)
    if not fields:
        return TrialFinished(_number(row), state, time, value)
    if len(fields) == 2 and "space" in fields:  # nothing but parameters, as for most trials
        return TrialFinished(_number(row), state, time, value, fields["space"], fields["parameters"])
    if "values" in fields:
        fields["values"] = tuple(fields["values"])
    else:
        fields["values"] = value
    if "error" in fields:
        fields["error"] = TrialError(**fields["error"])
    return TrialFinished(_number(row), state, time, **fields)


def _read_attribute_set(row: Row, fields: Any) -> AttributeSet:
    return AttributeSet(fields["key"], fields.get("value"), row[1], fields.get("system", False))


_READERS: dict[type, Callable[[Row, Any], Event]] = {
    StudyCreated: _read_study_created,
    SpaceDeclared: _read_space_declared,
    TrialQueued: _read_trial_queued,
    TrialStarted: _read_trial_started,
    TrialProposed: _read_trial_proposed,
    TrialReported: _read_trial_reported,
    TrialFinished: _read_trial_finished,
    AttributeSet: _read_attribute_set,
    TrialDeleted: lambda row, fields: TrialDeleted(_number(row)),
    StudyRenamed: lambda row, fields: StudyRenamed(fields["name"]),
    PlanDeclared: lambda row, fields: PlanDeclared(**fields),
}
_DECODERS = {kind: _READERS[event] for event, kind in KINDS.items()}


def _number(row: Row) -> int:
    if row[1] is None:
        raise ValueError(f"An event of kind {row[0]} must name its trial.")
    return row[1]


def _time(row: Row) -> float:
    return 0.0 if row[5] is None else float(row[5])
