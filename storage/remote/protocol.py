"""What client and server say to each other.

Every request is a POST to a verb, such as `/append`, with a JSON object. Its answer is a JSON object too, or an error
as {"error": kind, "message": sentence} with a status that fits. Events travel as their rows, see `hpo.log.codec`;
nothing is ever unpickled. Long bodies are compressed by zlib. Only checkpoints, which are bytes, travel as they are,
with what is said about them in the query or in a header.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from hpo.events import Event
from hpo.exceptions import StorageInternalError
from hpo.log.codec import KINDS, Row, decode_all, encode

__all__ = [
    "COMPRESSED",
    "LIMIT",
    "MAX_NUMBER",
    "MAX_POSITION",
    "MAX_WAIT",
    "PAGE",
    "POSITION",
    "PREFIX",
    "VERSION",
    "VERSION_HEADER",
    "TooLong",
    "compressed",
    "decompressed",
    "events_of",
    "rows_for",
    "rows_of",
]

VERSION = 1
"""Of the protocol. Raise it whenever the two sides of an older one would misunderstand each other."""

VERSION_HEADER = "hpo-protocol"
POSITION = "hpo-position"
"""The header with the position of a checkpoint; 0 for none."""

PREFIX = "/hpo/"
"""What the paths of all verbs begin with."""

COMPRESSED = "deflate"
"""The content coding of long bodies: zlib's format."""

LIMIT = 64 * 2**20
"""Bytes of a body that a server takes unless it is told otherwise, after it has been decompressed."""

PAGE = 2048
"""Events of one answer at most; whoever wants more asks again."""

MAX_POSITION = 2**53
MAX_NUMBER = 2**31 - 1
"""Of trials, as databases can hold them."""

MAX_WAIT = 20.0
"""Seconds after which a server answers one that waits for events, though there are none."""

_SHORT = 1400
"""Bytes that go in one packet anyway."""

_KINDS = frozenset(KINDS.values())


class TooLong(ValueError):
    """A body is longer than it may be."""


def rows_of(events: Sequence[Event]) -> list[Row]:
    """What stands for events in JSON.

    Raises:
        TypeError: Where an event holds something that JSON cannot hold.
    """
    return [encode(event) for event in events]


def rows_for(events: Sequence[Event]) -> list[Row]:
    """The rows of events of a log, for a client.

    Raises:
        StorageInternalError: If one holds something that no other process can see.
    """
    try:
        return rows_of(events)
    except TypeError as error:
        raise StorageInternalError(
            f"This study holds something that no other process can see, so it cannot be served: {error}"
        ) from None


def events_of(rows: Any) -> list[Event]:
    """The events that a client sent.

    Raises:
        ValueError: If they are not what `rows_of` makes of events.
    """
    if not isinstance(rows, list):
        raise ValueError(f"events must be a list of rows, got {_shown(rows)}.")
    checked = [_row(row) for row in rows]
    try:
        events = decode_all(checked)
        again = rows_of(events)
    except Exception as error:
        raise ValueError(f"These are no events of this version of hpo: {type(error).__name__}: {error}") from None
    for row, back in zip(checked, again, strict=True):
        if row != back:  # another version, with something that would be dropped here
            raise ValueError(f"The row {_shown(row)} is no event of this version of hpo, which writes {_shown(back)}.")
    return events


def compressed(body: bytes) -> bytes | None:
    """A body, compressed; None if that would not be worth it."""
    return None if len(body) <= _SHORT else zlib.compress(body, 1)


def decompressed(body: bytes, limit: int) -> bytes:
    """What `compressed` was given.

    Raises:
        TooLong: If it has more than `limit` bytes.
        ValueError: If it is something else.
    """
    decompressor = zlib.decompressobj()
    try:
        content = decompressor.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(f"The body is not what zlib has compressed: {error}.") from None
    if len(content) > limit:
        raise TooLong
    if not decompressor.eof:
        raise ValueError("The compressed body ends too early.")
    return content


def _row(row: Any) -> Row:
    if not isinstance(row, list) or len(row) != len(Row._fields):
        raise ValueError(f"A row must be a list of {len(Row._fields)}: {', '.join(Row._fields)}; got {_shown(row)}.")
    kind, number, step, value, state, time, body = row
    is_sound = (
        _is_whole(kind)
        and kind in _KINDS
        and (number is None or (_is_whole(number) and 0 <= number <= MAX_NUMBER))
        and (step is None or (_is_whole(step) and abs(step) < MAX_POSITION))
        and (value is None or type(value) in (int, float))
        and (state is None or (_is_whole(state) and 0 <= state < 100))
        and (time is None or type(time) in (int, float))
        and (body is None or type(body) is str)
    )
    if not is_sound:
        raise ValueError(f"The row {_shown(row)} has a value of a wrong type or size.")
    return Row._make(row)


def _is_whole(value: Any) -> bool:
    return type(value) is int


def _shown(value: Any) -> str:
    text = json.dumps(value, default=repr)
    return text if len(text) <= 200 else f"{text[:200]}…"
