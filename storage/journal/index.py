"""Where in a journal the events of its studies are."""

from __future__ import annotations

import io
import os
import uuid
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, final

from hpo.events import StudyCreated
from hpo.exceptions import DamagedJournalError
from hpo.storage.journal.acknowledged import known_length
from hpo.storage.journal.lines import DELETED, event_of, is_event, new_name, unseal

__all__ = ["Entry", "Index", "damage"]

_CREATED = b"[0,"  # how the row of a `StudyCreated` begins
_OLD = uuid.UUID("4d1c7f0e-9a53-4b0e-8f57-2c6d3f1b8e90")  # the namespace of identities that no header names


@final
class Entry:
    """Where the events of one study are.

    Args:
        rank: Of its creation, which its lines name.
        identity: Of its log.
        name: Its present one.
    """

    __slots__ = ("identity", "name", "offsets", "rank")

    def __init__(self, rank: int, identity: str, name: str) -> None:
        self.rank = rank
        self.identity = identity
        self.name = name
        self.offsets = array("q")


@final
class Index:
    """What is where in the file, up to the end of its last whole batch.

    Attributes:
        end: Offset of that end.
        n_created: Studies that were ever created.
    """

    def __init__(self) -> None:
        self.end = 0
        self.n_created = 0
        self._known = 0  # bytes that were acknowledged when it was first read
        self._n_lines = 0
        self._by_rank: dict[int, Entry] = {}  # in the order of creation
        self._by_identity: dict[str, Entry] = {}

    @property
    def studies(self) -> Mapping[str, str]:
        """The identities by name, in the order of creation."""
        return {entry.name: entry.identity for entry in self._by_rank.values()}

    @property
    def ranks(self) -> Sequence[int]:
        """The ranks of the studies that there are."""
        return list(self._by_rank)

    def find(self, identity: str) -> Entry | None:
        """Where a study is."""
        return self._by_identity.get(identity)

    def catch_up(self, file: io.BufferedReader[Any], path: Path) -> None:
        """Read on from `end`. Stops before a batch that is not whole.

        Raises:
            DamagedJournalError: If a whole line has another checksum than it says, or the file has become shorter.
        """
        size = os.fstat(file.fileno()).st_size
        if size < self.end:
            raise DamagedJournalError(_cut(path, size, self.end))
        if self.end == 0:
            self._known = known_length(file.fileno())  # before the rest is read: others may be writing
        if size > self.end:
            self._read_on(file, path)
        if self.end < self._known:
            raise DamagedJournalError(_cut(path, self.end, self._known))

    def _read_on(self, file: io.BufferedReader[Any], path: Path) -> None:
        file.seek(self.end)
        batch: list[tuple[int, int, bytes]] = []
        offset = self.end
        for line in file:
            if not line.endswith(b"\n"):
                return
            content = unseal(line, offset)
            if content is None:
                raise DamagedJournalError(damage(path, self._n_lines + len(batch) + 1))
            if offset == 0:
                self._commit([], len(line))
            else:
                more, rank, what = content.split(b",", 2)
                batch.append((offset, int(rank), what))
                if more == b"0":
                    self._commit(batch, offset + len(line))
                    batch = []
            offset += len(line)

    def _commit(self, batch: Sequence[tuple[int, int, bytes]], end: int) -> None:
        for offset, rank, what in batch:
            if what.startswith(_CREATED):
                self._create(rank, what)
            entry = self._by_rank[rank]
            if is_event(what):
                entry.offsets.append(offset)
            elif what == DELETED:
                del self._by_rank[rank], self._by_identity[entry.identity]
            else:
                entry.name = new_name(what)
        self.end = end
        self._n_lines += len(batch) or 1

    def _create(self, rank: int, what: bytes) -> None:
        header = event_of(what)
        assert isinstance(header, StudyCreated)
        self.n_created = rank + 1
        # Whoever reads a header that names no identity finds the same one, so that nobody needs to rewrite the file.
        identity = header.identity or uuid.uuid5(_OLD, f"{rank},{what.decode()}").hex
        self._by_rank[rank] = self._by_identity[identity] = Entry(rank, identity, header.name)


def _cut(path: Path, length: int, known: int) -> str:
    """What to do about a file that lacks its end."""
    return (
        f"{path} has {length} bytes of whole lines, and {known} were acknowledged: somebody has cut or replaced it. "
        f"Restore it from a copy; or, to lose what is missing, go on with a new file, as `cp {path} new.log` makes one."
    )


def damage(path: Path, number: int) -> str:
    """What to do about a line that is not as it was written."""
    return (
        f"Line {number} of {path} is damaged: its checksum does not agree with it. Restore the file from a copy; or, "
        f"to lose that line and all after it, go on with a file of the lines before, from `head -n {number - 1}`."
    )
