"""Lines of a journal: sealed with a checksum of their content and place, and what they say."""

from __future__ import annotations

import zlib

from hpo.events import Event
from hpo.log.codec import Row, decode
from hpo.log.text import dumps, loads

__all__ = ["DELETED", "SEAL", "event_of", "is_event", "new_name", "renamed", "seal", "text", "unseal"]

SEAL = len('["00000000",')
"""How many bytes of a line are its checksum."""

DELETED = b'"deleted"'
"""What happened where a study was deleted."""

_RENAMED = b'"renamed",'


def seal(content: bytes, offset: int) -> bytes:
    """The line that begins at `offset`: its checksum, then `content`, which ends the line."""
    return b'["%08x",%b' % (zlib.crc32(content, offset & 0xFFFFFFFF), content)


def unseal(line: bytes, offset: int) -> bytes | None:
    """What follows the checksum of a line, without the closing bracket; None if the checksum is another."""
    content = line[SEAL:]
    if line[:SEAL] != b'["%08x",' % zlib.crc32(content, offset & 0xFFFFFFFF):
        return None
    return content[:-2]


def text(row: Row) -> str:
    """The row of an event, as it stands in a line."""
    scalars = dumps(row[:-1])
    return scalars if row.body is None else f"{scalars},{row.body}"


def is_event(what: bytes) -> bool:
    """Whether what happened is an event of the log."""
    return what.startswith(b"[")


def event_of(what: bytes) -> Event:
    """The event that `text` wrote."""
    line = what.decode("ascii")
    end = line.index("]") + 1  # scalars hold no brackets
    return decode(Row._make([*loads(line[:end]), line[end + 1 :] or None]))


def renamed(name: str) -> str:
    """What happened where a study got another name."""
    return _RENAMED.decode() + dumps(name)


def new_name(what: bytes) -> str:
    """The name that `renamed` wrote."""
    return str(loads(what.removeprefix(_RENAMED).decode()))
