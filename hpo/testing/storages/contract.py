"""The laws of storages, all of them."""

from __future__ import annotations

from hpo.testing.storages.appending import AppendingLaws
from hpo.testing.storages.beside import BesideLaws
from hpo.testing.storages.contents import ContentLaws
from hpo.testing.storages.names import NameLaws
from hpo.testing.storages.workers import WorkerLaws

__all__ = ["StorageContract"]


class StorageContract(NameLaws, AppendingLaws, ContentLaws, BesideLaws, WorkerLaws):
    """Laws of storages; give the subclass a fixture `storage`, a new and empty one for each test.

    Laws of what only some storages can do are skipped for the others, which shows in the tests' output.
    """
