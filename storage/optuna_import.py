"""Studies that Optuna has stored in a database, as logs of hpo."""

from __future__ import annotations

import json
import math
import re
import secrets
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, final

import sqlalchemy as sa

from hpo.arrays import JSON
from hpo.distributions import BaseDistribution, distribution_from_dict
from hpo.events import (
    AttributeSet,
    Event,
    SpaceDeclared,
    StudyCreated,
    StudyDirection,
    TrialDeleted,
    TrialError,
    TrialFinished,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.exceptions import NotADatabaseError, SchemaVersionError, StorageInternalError, UnknownStudyError
from hpo.protocols import Storage
from hpo.secrets import redacted
from hpo.space import Space
from hpo.storage.journal.first_line import of_optuna
from hpo.storage.sql.errors import clear_errors
from hpo.storage.sql.urls import shown
from hpo.storage.url import get_storage

__all__ = ["import_optuna"]

_PAGE = 1000  # trials that are read and appended at a time


def import_optuna(
    url: str,
    study_name: str | None = None,
    *,
    to: str | Storage,
    to_study_name: str | None = None,
    seed: int | None = None,
    utc: bool | None = None,
) -> list[str]:
    """Copy studies from a database of Optuna (3 to 5), so that hpo can carry on where Optuna stopped.

    Trials keep their numbers, states, values, parameters, reports, attributes, constraints and times. Those that wait
    still wait; those that run become failed ones ("worker lost"), because Optuna's workers do not know the copy, so
    let them finish first. What Optuna's samplers and pruners noted for themselves stays behind.

    Args:
        url: Of the database, such as "sqlite:///optuna.db"; anything that SQLAlchemy understands. It is only read.
        study_name: None for all studies.
        to: Where the studies go: a URL or a storage of hpo.
        to_study_name: The name that the study gets there; by default its own.
        seed: Of all random choices from here on; drawn by default.
        utc: Whether times are stored as UTC, as Optuna 5 does, or in this machine's local time, as Optuna 3 and 4
            did. By default the version decides that made the database, or last upgraded it.

    Returns:
        The names of the new studies. A study that cannot be copied as a whole is not copied.

    Raises:
        UnknownStudyError: If there is no such study.
        DuplicatedStudyError: If there is a study of that name where it should go.
        NotADatabaseError: If the database holds no studies of Optuna.
        SchemaVersionError: If its tables are those of another version.
        TypeError, ValueError: If the URL is none of a database.

    Example:
        >>> hpo.storage.import_optuna("sqlite:///optuna.db", "svm", to="sqlite:///hpo.db")
        ['svm']
        >>> hpo.load_study(study_name="svm", storage="sqlite:///hpo.db").optimize(objective, n_trials=100)
    """
    if to_study_name is not None and study_name is None:
        raise ValueError("to_study_name needs study_name: it is the new name of one study.")
    engine = _engine(url)
    try:
        with clear_errors(engine), engine.connect() as connection:
            source = _Source(connection, utc)
            studies = source.studies()
            if study_name is not None:
                if study_name not in studies:
                    raise UnknownStudyError(f"There is no study named {study_name!r} in {source.place}.")
                studies = {to_study_name or study_name: studies[study_name]}
            target = get_storage(to)
            for name, study_id in studies.items():
                _copy(source, study_id, target, name, seed)
    finally:
        engine.dispose()
    return list(studies)


def _copy(source: _Source, study_id: int, target: Storage, name: str, seed: int | None) -> None:
    rows = source.trials(study_id)
    starts = [row.datetime_start for row in rows if row.datetime_start is not None]
    begun = source.seconds(min(starts)) if starts else source.now
    directions = source.directions(study_id)
    seed = secrets.randbits(63) if seed is None else seed
    header = StudyCreated(name, directions, seed, begun, uuid.uuid4().hex)
    target.create(header)
    try:
        if attributes := source.study_attributes(study_id):
            target.append(header.identity, attributes)
        events = source.events(rows, len(directions))
        while page := list(islice(events, _PAGE)):
            target.append(header.identity, [event for trial in page for event in trial])
    except BaseException:
        target.delete(header.identity)  # rather no copy than half of one
        raise


# ---- Optuna's tables, as its models in storages/_rdb/models.py name them


def _table(name: str, key: str, *columns: str, **typed: Any) -> sa.TableClause:
    return sa.table(
        name, sa.column(key), *(sa.column(c) for c in columns), *(sa.column(c, kind) for c, kind in typed.items())
    )


_STUDIES = _table("studies", "study_id", "study_name")
_DIRECTIONS = _table("study_directions", "study_direction_id", "study_id", "direction", "objective")
_STUDY_USER = _table("study_user_attributes", "study_user_attribute_id", "study_id", "key", "value_json")
_STUDY_SYSTEM = _table("study_system_attributes", "study_system_attribute_id", "study_id", "key", "value_json")
_TRIALS = _table(
    "trials", "trial_id", "number", "study_id", "state", datetime_start=sa.DateTime, datetime_complete=sa.DateTime
)
_TRIAL_USER = _table("trial_user_attributes", "trial_user_attribute_id", "trial_id", "key", "value_json")
_TRIAL_SYSTEM = _table("trial_system_attributes", "trial_system_attribute_id", "trial_id", "key", "value_json")
_PARAMETERS = _table("trial_params", "param_id", "trial_id", "param_name", "distribution_json", param_value=sa.Double)
_VALUES = _table("trial_values", "trial_value_id", "trial_id", "objective", "value_type", value=sa.Double)
_REPORTS = _table(
    "trial_intermediate_values",
    "trial_intermediate_value_id",
    "trial_id",
    "step",
    "intermediate_value_type",
    intermediate_value=sa.Double,
)
_VERSION = _table("version_info", "version_info_id", "library_version")

_TABLES = (
    _STUDIES,
    _DIRECTIONS,
    _STUDY_USER,
    _STUDY_SYSTEM,
    _TRIALS,
    _TRIAL_USER,
    _TRIAL_SYSTEM,
    _PARAMETERS,
    _VALUES,
    _REPORTS,
    _VERSION,
)


def _engine(url: str) -> sa.Engine:
    if not isinstance(url, str):
        raise TypeError(f'url must be that of Optuna\'s database, such as "sqlite:///optuna.db", got {url!r}.')
    given, (scheme, separator, _) = redacted(url), url.partition("://")
    if scheme == "journal" or (not separator and url.endswith((".log", ".journal"))):
        raise of_optuna(f"{given!r} is no database, but a journal.")
    try:
        parsed = sa.make_url(url)
        engine = sa.create_engine(parsed)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise ValueError(
            f'url must be that of Optuna\'s database, such as "sqlite:///optuna.db", got {given!r}.'
        ) from error
    path = parsed.database or ":memory:"
    if parsed.get_backend_name() == "sqlite" and not path.startswith(("file:", ":memory:")) and not Path(path).exists():
        raise StorageInternalError(f"There is no file {path}.")  # SQLite would make one
    return engine


class _Trial(NamedTuple):
    """The rows of one trial."""

    row: Any
    parameters: Sequence[Any]
    values: Sequence[Any]
    reports: Sequence[Any]
    user: Sequence[Any]
    system: Sequence[Any]


@final
class _Source:
    """A database of Optuna, read as events.

    Args:
        connection: To the database.
        utc: As in `import_optuna`.
    """

    def __init__(self, connection: sa.Connection, utc: bool | None) -> None:
        self._connection = connection
        self.place = shown(connection.engine.url)
        self.now = time.time()
        version = self._check()
        self._utc = int(version.partition(".")[0]) >= 5 if utc is None else utc

    def _check(self) -> str:
        """Raise unless the tables are the expected ones; the version of Optuna that made them."""
        inspector = sa.inspect(self._connection)
        if not {_STUDIES.name, _TRIALS.name, _VERSION.name} <= set(inspector.get_table_names()):
            raise NotADatabaseError(f"{self.place} holds no studies of Optuna.")
        version = str(self._connection.execute(sa.select(_VERSION.c.library_version)).scalar_one())
        for table in _TABLES:
            present = {c["name"] for c in inspector.get_columns(table.name)} if inspector.has_table(table.name) else ()
            if missing := set(table.c.keys()).difference(present):
                raise SchemaVersionError(
                    f"The table {table.name} in {self.place}, made by Optuna {version}, has no {sorted(missing)}. Make "
                    "a copy and bring it up to date with Optuna 3 or later: `optuna storage upgrade --storage URL`."
                )
        return version

    def studies(self) -> dict[str, int]:
        """The ids of all studies by name."""
        found = self._connection.execute(sa.select(_STUDIES).order_by(_STUDIES.c.study_id))
        return {row.study_name: row.study_id for row in found}

    def directions(self, study_id: int) -> tuple[StudyDirection, ...]:
        rows = self._of(_DIRECTIONS, _DIRECTIONS.c.study_id, [study_id])[study_id]
        directions = [StudyDirection[row.direction] for row in sorted(rows, key=lambda row: int(row.objective))]
        return tuple(d if d is StudyDirection.MAXIMIZE else StudyDirection.MINIMIZE for d in directions)

    def study_attributes(self, study_id: int) -> list[Event]:
        return [
            AttributeSet(row.key, json.loads(row.value_json), system=table is _STUDY_SYSTEM)
            for table in (_STUDY_USER, _STUDY_SYSTEM)
            for row in self._of(table, table.c.study_id, [study_id]).get(study_id, ())
            if table is _STUDY_USER or not _is_internal(row.key)
        ]

    def trials(self, study_id: int) -> list[Any]:
        """The rows of a study's trials, by number."""
        rows = self._of(_TRIALS, _TRIALS.c.study_id, [study_id]).get(study_id, [])
        return sorted(rows, key=lambda row: int(row.number))

    def events(self, rows: Sequence[Any], n_objectives: int) -> Iterator[list[Event]]:
        """What happened to each trial, in the order of their numbers; numbers that are missing count as deleted."""
        declared: set[str] = set()
        number = 0
        for first in range(0, len(rows), _PAGE):
            page = rows[first : first + _PAGE]
            ids = [row.trial_id for row in page]
            parts = [
                self._of(table, table.c.trial_id, ids)
                for table in (_PARAMETERS, _VALUES, _REPORTS, _TRIAL_USER, _TRIAL_SYSTEM)
            ]
            for row in page:
                while number < row.number:
                    yield [TrialQueued({}, self.now), TrialDeleted(number)]
                    number += 1
                try:
                    if row.number < number:
                        raise ValueError("there are two of this number")
                    trial = _Trial(row, *(part.get(row.trial_id, []) for part in parts))
                    yield self._trial(trial, n_objectives, declared)
                except (ValueError, TypeError, KeyError, IndexError) as error:
                    raise StorageInternalError(f"Trial {row.number} in {self.place} cannot be read: {error}") from error
                number += 1

    def _trial(self, trial: _Trial, n_objectives: int, declared: set[str]) -> list[Event]:
        """The events of one trial; `declared` are the spaces that the log has already."""
        row, state = trial.row, TrialState[trial.row.state]
        user_attrs, system_attrs = _attributes(trial.user), _attributes(trial.system)
        fixed = system_attrs.pop("fixed_params", None)
        constraints = _constraints(system_attrs)
        system_attrs = {key: value for key, value in system_attrs.items() if not _is_internal(key)}
        space = _space(tuple((p.param_name, p.distribution_json) for p in trial.parameters))
        parameters = {p.param_name: space[p.param_name].to_external_repr(p.param_value) for p in trial.parameters}
        reports = {r.step: _number(r.intermediate_value, r.intermediate_value_type) for r in trial.reports}
        if state is TrialState.WAITING:
            return [TrialQueued(parameters or fixed or {}, self.now, user_attrs, system_attrs, reports)]

        events: list[Event] = []
        if parameters and space.digest not in declared:
            declared.add(space.digest)
            events.append(SpaceDeclared(space))
        end = self.now if row.datetime_complete is None else self.seconds(row.datetime_complete)
        start = end if row.datetime_start is None else self.seconds(row.datetime_start)
        if fixed is not None:
            events.append(TrialQueued(fixed, start))
        events.append(TrialStarted(start, None if fixed is None else row.number))
        events += [TrialReported(row.number, step, value, end) for step, value in reports.items()]
        values = tuple(_number(v.value, v.value_type) for v in sorted(trial.values, key=lambda v: int(v.objective)))
        if state is TrialState.COMPLETE and len(values) != n_objectives:
            raise ValueError(f"it is complete, and has {len(values)} values for {n_objectives} objectives")
        events.append(
            TrialFinished(
                row.number,
                TrialState.FAIL if state is TrialState.RUNNING else state,
                end,
                values if state in (TrialState.COMPLETE, TrialState.PRUNED) and len(values) == n_objectives else None,
                space.digest if parameters else "",
                parameters,
                constraints,
                user_attrs,
                system_attrs,
                _LOST if state is TrialState.RUNNING else None,
            )
        )
        return events

    def seconds(self, moment: datetime) -> float:
        """A stored time as seconds since 1970."""
        return (moment.replace(tzinfo=UTC) if self._utc else moment).timestamp()

    def _of(self, table: sa.TableClause, owner: sa.ColumnElement[Any], ids: Sequence[int]) -> dict[int, list[Any]]:
        """The rows of a table by the id of whom they belong to, each in the order in which they were written."""
        found: dict[int, list[Any]] = {}
        for row in self._connection.execute(sa.select(table).where(owner.in_(ids)).order_by(next(iter(table.c)))):
            found.setdefault(getattr(row, str(owner.key)), []).append(row)
        return found


# ---- the parts of a trial

_LOST = TrialError("WorkerLost", "worker lost: the trial was running in Optuna when the study was imported")

_INTERNAL = re.compile(
    r"(tpe|gp):relative_params:|(cma|sepcma|cmawm|nsga|nsga2|nsga3|qmc):|completed_rung_\d+$"
    r"|(grid_id|search_space)$|\w+Sampler:(generation$|parent:)"
)
"""Keys of system attributes in which samplers and pruners of Optuna keep what hpo computes from the log."""

_CONSTRAINTS = "constraints"


def _is_internal(key: str) -> bool:
    return _INTERNAL.match(key) is not None


def _attributes(rows: Sequence[Any]) -> dict[str, JSON]:
    return {row.key: json.loads(row.value_json) for row in rows}


def _constraints(system_attrs: dict[str, JSON]) -> Mapping[str, float]:
    """Take the constraints out of a trial's system attributes, where they are a list or have a key each."""
    listed = system_attrs.pop(_CONSTRAINTS, None) or []
    values = {str(i): value for i, value in enumerate(listed)}
    for key in [key for key in system_attrs if key.startswith(f"{_CONSTRAINTS}:")]:
        values[key.removeprefix(f"{_CONSTRAINTS}:")] = system_attrs.pop(key)
    return {key: math.inf if value != value else float(value) for key, value in values.items()}  # NaN is infeasible


def _number(value: float | None, kind: str) -> float:
    if kind == "FINITE":
        return float(value)  # type: ignore[arg-type]  # its TypeError says what is wrong
    return {"INF_POS": math.inf, "INF_NEG": -math.inf, "NAN": math.nan}[kind]


@lru_cache(maxsize=1024)
def _space(distributions: tuple[tuple[str, str], ...]) -> Space:
    """The space of names and Optuna's JSON."""
    return Space({name: _distribution(text) for name, text in distributions})


@lru_cache(maxsize=1024)
def _distribution(text: str) -> BaseDistribution:
    """The distribution of Optuna's JSON, where those of Optuna 2 have names of their own."""
    data = json.loads(text)
    name, old = data.get("name"), data.get("attributes", {})
    if name in ("UniformDistribution", "LogUniformDistribution"):
        data = {"name": "FloatDistribution", "attributes": {**old, "log": name.startswith("Log")}}
    if name == "DiscreteUniformDistribution":
        attributes = {"low": old["low"], "high": old["high"], "step": old["q"]}
        data = {"name": "FloatDistribution", "attributes": attributes}
    if name == "IntUniformDistribution":
        data = {"name": "IntDistribution", "attributes": old}
    if name == "IntLogUniformDistribution":  # its step was never used
        attributes = {"low": old["low"], "high": old["high"], "log": True}
        data = {"name": "IntDistribution", "attributes": attributes}
    return distribution_from_dict(data)
