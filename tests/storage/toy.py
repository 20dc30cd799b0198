"""As little as a storage can be: a folder with a file of JSON lines for each log. It has six methods and no ability."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hpo.events import Event, StudyCreated, StudyRenamed
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.log.codec import Row, decode, encode

__all__ = ["FolderStorage"]


class FolderStorage:
    """Keeps logs in a folder.

    Args:
        folder: Where; it must exist. Its file `studies` names the studies, and is replaced as a whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, header: StudyCreated) -> None:
        with self._alone():
            studies = self._studies()
            if header.name in studies or header.identity in studies.values():
                raise DuplicatedStudyError(f"There is a study named {header.name!r} already.")
            self._write(header.identity, [header])
            self._name({**studies, header.name: header.identity})

    def append(self, study: str, events: Sequence[Event], *, expect: int | None = None) -> int | None:
        with self._alone():
            length = len(self._lines(study))
            if expect is not None and expect != length:
                return None
            self._write(study, events)
            return length + len(events)

    def read(self, study: str, since: int = 0, *, limit: int | None = None) -> Sequence[Event]:
        with self._alone():
            lines = self._lines(study)[since:]
        return [decode(Row._make(json.loads(line))) for line in (lines if limit is None else lines[:limit])]

    def studies(self) -> Mapping[str, str]:
        with self._alone():
            return self._studies()

    def rename(self, study: str, name: str) -> None:
        with self._alone():
            self._lines(study)
            if name in self._studies():
                raise DuplicatedStudyError(f"There is a study named {name!r} already.")
            self._write(study, [StudyRenamed(name)])
            self._name({name if known == study else old: known for old, known in self._studies().items()})

    def delete(self, study: str) -> None:
        with self._alone():
            self._lines(study)
            self._name({name: known for name, known in self._studies().items() if known != study})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _studies(self) -> dict[str, str]:
        path = self._folder / "studies"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def _name(self, studies: Mapping[str, str]) -> None:
        new = self._folder / "studies.new"
        new.write_text(json.dumps(studies))
        new.replace(self._folder / "studies")

    def _lines(self, study: str) -> list[str]:
        if study not in self._studies().values():
            raise UnknownStudyError(f"There is no study with the identity {study!r}.")
        return (self._folder / study).read_text().splitlines()

    def _write(self, study: str, events: Sequence[Event]) -> None:
        text = "".join(f"{json.dumps(encode(event))}\n" for event in events)  # all of it, or an error before any
        with (self._folder / study).open("a") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
