"""What most trials lack: attributes, constraints, an error; and what was attached to a trial after its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, final

from hpo.arrays import JSON, BoolArray, IntArray
from hpo.events import TrialError, TrialFinished
from hpo.history.finished import Finished
from hpo.history.running import RunningTrial

__all__ = ["Extra", "Extras", "moved"]

V = TypeVar("V")


@final
@dataclass(frozen=True, slots=True)
class Extra:
    """What one trial had at its end."""

    user_attrs: Mapping[str, JSON]
    system_attrs: Mapping[str, JSON]
    constraints: Mapping[str, float]
    error: TrialError | None


_NOTHING = Extra({}, {}, {}, None)


@dataclass(frozen=True, slots=True)
class _Change:
    """An attribute that was set after its trial had finished, by the event at a position of the log."""

    position: int
    key: str
    value: JSON
    system: bool


@final
class Extras:
    """The extras of those trials that have some, and the changes, by row."""

    def __init__(self) -> None:
        self._extras: dict[int, Extra] = {}
        self._changes: dict[int, list[_Change]] = {}  # in the order of the log

    def add(self, row: int, trial: RunningTrial, event: TrialFinished) -> None:
        """Take what a trial has at its end."""
        if trial.user_attrs or trial.system_attrs or any(event[6:10]):  # constraints, attributes, error
            user = trial.user_attrs | dict(event.user_attrs)
            system = trial.system_attrs | dict(event.system_attrs)
            self._extras[row] = Extra(user, system, event.constraints, event.error)

    def change(self, row: int, key: str, value: JSON, position: int, *, system: bool) -> None:
        """Take an attribute that was set after the end, by the event at a position of the log."""
        self._changes.setdefault(row, []).append(_Change(position, key, value, system))

    def of(self, row: int) -> Extra:
        """What the trial of a row had at its end."""
        return self._extras.get(row, _NOTHING)

    def changed(self, known: Finished, row: int, position: int) -> Finished:
        """The trial of a row as it was when the log had a length."""
        changes = [one for one in self._changes.get(row, ()) if one.position < position]
        if not changes:
            return known
        user = {one.key: one.value for one in changes if not one.system}
        system = {one.key: one.value for one in changes if one.system}
        return replace(known, user_attrs={**known.user_attrs, **user}, system_attrs={**known.system_attrs, **system})

    def where(self, mask: BoolArray, new_rows: IntArray) -> Extras:
        """The extras of those rows for which `mask` is True, which become `new_rows`, both of shape (size,)."""
        kept = Extras()
        kept._extras = moved(self._extras, mask, new_rows)
        kept._changes = {row: list(changes) for row, changes in moved(self._changes, mask, new_rows).items()}
        return kept

    def dump(self) -> dict[str, list[Any]]:
        """All of it as JSON, for `load`; what is added later does not change it."""
        return {
            "extras": [
                [row, one.user_attrs, one.system_attrs, one.constraints, _error(one.error)]
                for row, one in self._extras.items()
            ],
            "changes": [
                [row, [[one.position, one.key, one.value, one.system] for one in changes]]
                for row, changes in self._changes.items()
            ],
        }

    @classmethod
    def load(cls, dump: Mapping[str, Any]) -> Extras:
        """What was dumped."""
        extras = cls()
        for row, user, system, constraints, error in dump["extras"]:
            extras._extras[row] = Extra(user, system, constraints, None if error is None else TrialError(*error))
        extras._changes = {row: [_Change(*one) for one in changes] for row, changes in dump["changes"]}
        return extras


def moved(by_row: Mapping[int, V], mask: BoolArray, new_rows: IntArray) -> dict[int, V]:
    """What belongs to the rows for which `mask` is True, by their new rows; both have the shape (size,)."""
    return {int(new_rows[row]): value for row, value in by_row.items() if mask[row]}


def _error(error: TrialError | None) -> list[str] | None:
    return None if error is None else [error.type, error.message, error.traceback]
