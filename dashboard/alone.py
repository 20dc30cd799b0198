"""A desk with a single study, the very object that a program works with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, final

from hpo.dashboard.desk import Listed, OpenStudy
from hpo.exceptions import UnknownStudyError

__all__ = ["Alone"]


@final
class Alone:
    """One study, which knows of the trials that this process runs more than its log says.

    Args:
        study, identity: Which.
    """

    def __init__(self, study: OpenStudy, identity: str) -> None:
        self._study = study
        self._identity = identity

    def places(self) -> Sequence[str]:
        return ()

    def studies(self) -> Sequence[Listed]:
        try:
            return [Listed(self._identity, self._study.snapshot().study_name, "this process")]
        except UnknownStudyError:
            return []

    def open(self, identity: str) -> OpenStudy:
        if identity != self._identity:
            raise UnknownStudyError("There is no such study here.")
        return self._study

    def is_open(self, identity: str) -> bool:
        return identity == self._identity

    def create(self, place: str, name: str, directions: Sequence[str]) -> str:
        self._refuse()

    def copy(self, identity: str, name: str) -> str:
        self._refuse()

    def delete(self, identity: str) -> None:
        self._refuse()

    def import_optuna(self, place: str, source: str) -> Sequence[str]:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise ValueError("Here is one study and no storage; `hpo dashboard URL` can do that.")
