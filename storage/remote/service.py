"""What a server does for its clients: one method per verb of the protocol, but for appends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, final

from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.protocols import Storage, checkpointing, leasing
from hpo.storage.remote.beside import Beside
from hpo.storage.remote.fields import Fields
from hpo.storage.remote.once import Once
from hpo.storage.remote.protocol import PAGE, VERSION, rows_for

__all__ = ["Service"]


@final
class Service:
    """The verbs, over any storage. Threads call them.

    Args:
        storage: Where the logs are.
        limit: Bytes of a body that the server takes, for clients to know.

    Attributes:
        verbs: What to do with the fields of a request, by its verb.
    """

    def __init__(self, storage: Storage, limit: int) -> None:
        self._storage, self._limit = storage, limit
        beside = Beside(storage)
        self._leases = leasing(storage) or beside
        self._checkpoints = checkpointing(storage) or beside
        self._once = Once()
        self.verbs: dict[str, Callable[[Fields], dict[str, Any]]] = {
            "read": self.read,
            "hello": self.hello,
            "create": self.create,
            "studies": self.studies,
            "rename": self.rename,
            "delete": self.delete,
            "beat": self.beat,
            "beats": self.beats,
        }

    def hello(self, fields: Fields) -> dict[str, Any]:
        """What a client must know of the server."""
        del fields
        policy = self._leases.lease_policy
        lease = None if policy is None else [policy.renew_every, policy.lost_after]
        return {"protocol": VERSION, "limit": self._limit, "lease": lease}

    def create(self, fields: Fields) -> dict[str, Any]:
        header, again = fields.header("header"), fields.flag("again")

        def work() -> None:
            try:
                self._storage.create(header)
            except DuplicatedStudyError:
                if not again or self._storage.studies().get(header.name) != header.identity:
                    raise

        self._once(fields.text("key"), work)
        return {}

    def read(self, fields: Fields) -> dict[str, Any]:
        """A page of events, and whether there may be more of those that were asked for."""
        study, since, limit = fields.text("study"), fields.position("since"), fields.position_or_none("limit")
        n = PAGE if limit is None else min(PAGE, limit)
        rows = rows_for(self._storage.read(study, since, limit=n))
        return {"events": rows, "more": len(rows) == PAGE and n != limit}

    def studies(self, fields: Fields) -> dict[str, Any]:
        del fields
        return {"studies": list(self._storage.studies().items())}

    def rename(self, fields: Fields) -> dict[str, Any]:
        study, name, again = fields.text("study"), fields.text("name"), fields.flag("again")

        def work() -> None:
            try:
                self._storage.rename(study, name)
            except DuplicatedStudyError:
                if not again or self._storage.studies().get(name) != study:
                    raise

        self._once(fields.text("key"), work)
        return {}

    def delete(self, fields: Fields) -> dict[str, Any]:
        study, again = fields.text("study"), fields.flag("again")

        def work() -> None:
            try:
                self._storage.delete(study)
            except UnknownStudyError:
                if not again:
                    raise

        self._once(fields.text("key"), work)
        return {}

    def beat(self, fields: Fields) -> dict[str, Any]:
        self._leases.beat(fields.text("study"), fields.numbers("alive"), fields.numbers("ended"))
        return {}

    def beats(self, fields: Fields) -> dict[str, Any]:
        return {"beats": list(self._leases.beats(fields.text("study")).items())}

    def save_checkpoint(self, fields: Fields, checkpoint: bytes) -> dict[str, Any]:
        study, position, there = fields.text("study"), fields.position("position"), fields.position("instead_of")
        save = partial(self._checkpoints.save_checkpoint, study, checkpoint, position, instead_of=there)
        return {"position": save()}

    def load_checkpoint(self, fields: Fields) -> tuple[int, bytes]:
        """Its position and content; (0, nothing) for none."""
        return self._checkpoints.load_checkpoint(fields.text("study")) or (0, b"")
