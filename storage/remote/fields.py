"""The fields of a request, checked one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, final

from hpo.events import Event, StudyCreated
from hpo.storage.remote.protocol import MAX_NUMBER, MAX_POSITION, events_of

__all__ = ["Fields"]

_MAX_TEXT = 512


@final
class Fields:
    """A JSON object that somebody sent, of which nothing is known yet.

    Every method raises ValueError with a sentence if a field is not as it should be.

    Args:
        given: The object.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    @classmethod
    def parse(cls, body: bytes) -> Fields:
        try:
            given = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"The body is no JSON: {error}.") from None
        if not isinstance(given, dict):
            raise ValueError(f"The body must be a JSON object, got {_shown(given)}.")
        return cls(given)

    def text(self, name: str) -> str:
        """A name or an identity: at most 512 characters that any database can hold."""
        value = self._given.get(name)
        if not isinstance(value, str) or len(value) > _MAX_TEXT:
            raise ValueError(f"{name} must be a text of at most {_MAX_TEXT} characters, got {_shown(value)}.")
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError(f"{name} must be text without NUL and lone surrogates, got {_shown(value)}.")
        return value

    def position(self, name: str) -> int:
        """How many events of a log, or which one."""
        value = self._given.get(name)
        if type(value) is not int or not 0 <= value < MAX_POSITION:
            raise ValueError(f"{name} must be a whole number from 0 on, got {_shown(value)}.")
        return value

    def position_or_none(self, name: str) -> int | None:
        return None if self._given.get(name) is None else self.position(name)

    def seconds(self, name: str) -> float:
        value = self._given.get(name, 0.0)
        if type(value) not in (int, float) or not 0 <= value < 1e9:
            raise ValueError(f"{name} must be seconds from 0 on, got {_shown(value)}.")
        return float(value)

    def flag(self, name: str) -> bool:
        value = self._given.get(name, False)
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false, got {_shown(value)}.")
        return value

    def numbers(self, name: str) -> list[int]:
        """Numbers of trials."""
        value = self._given.get(name)
        if not isinstance(value, list) or not all(type(one) is int and 0 <= one <= MAX_NUMBER for one in value):
            raise ValueError(f"{name} must be a list of trials' numbers, got {_shown(value)}.")
        return value

    def events(self, name: str) -> list[Event]:
        """What may follow in a log: anything but another header."""
        events = events_of(self._given.get(name))
        if any(isinstance(event, StudyCreated) for event in events):
            raise ValueError("A log has one header, by which it was created; nothing was written.")
        return events

    def header(self, name: str) -> StudyCreated:
        """What a log begins with."""
        events = events_of(self._given.get(name))
        if len(events) != 1 or not isinstance(events[0], StudyCreated):
            raise ValueError(f"{name} must be one header of a study.")
        header = events[0]
        checked = Fields({"name": header.name, "identity": header.identity})
        checked.text("name")
        if not checked.text("identity"):
            raise ValueError("A header must name the log's identity.")
        return header


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}…"
