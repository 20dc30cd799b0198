"""The studies of some storages, each read once and followed from then on: what a dashboard works on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import final

from hpo.dashboard.desk import Listed
from hpo.exceptions import UnknownStudyError
from hpo.log.log import identity_of
from hpo.protocols import Storage
from hpo.reading.descriptions import rebuilt
from hpo.study.creation import create_study
from hpo.study.studies import copy_study
from hpo.study.study import Study

__all__ = ["StudyDesk"]


@final
class StudyDesk:
    """All studies of some storages.

    Args:
        find: The storages, by how they are shown; asked again for each list, so that new ones appear.
    """

    def __init__(self, find: Callable[[], Mapping[str, Storage]]) -> None:
        self._find = find
        self._open: dict[str, Study] = {}
        self._opening: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def places(self) -> list[str]:
        return list(self._find())

    def studies(self) -> list[Listed]:
        return [
            Listed(identity, name, place)
            for place, storage in self._find().items()
            for name, identity in storage.studies().items()
        ]

    def open(self, identity: str) -> Study:
        with self._lock:
            known = self._open.get(identity)
            opening = self._opening.setdefault(identity, threading.Lock())
        if known is not None:
            return known
        with opening:  # a long log is read once, and keeps nobody from opening others
            if identity not in self._open:
                name, storage = self._where(identity)
                self._open[identity] = _opened(name, storage, identity)
        return self._open[identity]

    def is_open(self, identity: str) -> bool:
        return identity in self._open

    def create(self, place: str, name: str, directions: Sequence[str]) -> str:
        made = create_study(storage=self._storage(place), study_name=name, directions=list(directions))
        self._open[made._log.identity] = made
        return made._log.identity

    def copy(self, identity: str, name: str) -> str:
        original, storage = self._where(identity)
        copy_study(from_study_name=original, from_storage=storage, to_storage=storage, to_study_name=name)
        return identity_of(name, storage)

    def delete(self, identity: str) -> None:
        _, storage = self._where(identity)
        storage.delete(identity)
        self._open.pop(identity, None)

    def import_optuna(self, place: str, source: str) -> list[str]:
        from hpo.storage import import_optuna  # which loads SQLAlchemy

        return list(import_optuna(source, to=self._storage(place)))

    def _where(self, identity: str) -> tuple[str, Storage]:
        """The name and the storage of a study."""
        for storage in self._find().values():
            for name, known in storage.studies().items():
                if known == identity:
                    return name, storage
        self._open.pop(identity, None)
        raise UnknownStudyError("There is no such study here, or no longer.")

    def _storage(self, place: str) -> Storage:
        storages = self._find()
        if place not in storages:
            raise ValueError(f"There is no storage {place!r} here; there are {', '.join(storages)}.")
        return storages[place]


def _opened(name: str, storage: Storage, identity: str) -> Study:
    """The study, with the sampler and the pruner that its log named last, where these can be made again."""
    study = Study(name, storage, identity=identity)
    for plan in list(study._log.ledger.plans.values())[-1:]:
        sampler, pruner = rebuilt(plan.sampler), rebuilt(plan.pruner)
        study.sampler = study.sampler if sampler is None else sampler
        study.pruner = study.pruner if pruner is None else pruner
    return study
