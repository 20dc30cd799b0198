"""When a checkpoint of a log is taken up, and when a new one is written."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import final

from hpo import logging
from hpo.digests import digest
from hpo.history.dump import Dump
from hpo.log.checkpoint.pack import pack, unpack
from hpo.log.codec import encode
from hpo.log.ledger import Ledger
from hpo.protocols import CheckpointingStorage, Storage, checkpointing

__all__ = ["FORMAT", "Keeper", "is_worth_it"]

FORMAT = 3
"""Raise it whenever a ledger is dumped in another way, or a log is folded into something else than before."""

_FAR = 20_000  # events that may be folded again each time
_PROOF = 64  # the latest events before a checkpoint that must be the same ones

logger = logging.get_logger(__name__)


@final
class Keeper:
    """Takes up the checkpoint that a storage keeps of a log, and writes another one when much has been folded since.

    The log is the only truth. Whatever is wrong with a checkpoint, or with the storage while it is read or written,
    costs the time to fold the log, and nothing else. A checkpoint is taken for one of the log if it names the log's
    identity, and if the last events before its end are the same ones: events carry the time, so that a log that was
    restored from a copy and has grown again has others there.

    Args:
        identity: Of the log.
        storage: Where the log is kept, and its checkpoint if it keeps some.
    """

    def __init__(self, identity: str, storage: Storage) -> None:
        self._identity = identity
        self._log = storage
        self._storage = checkpointing(storage)
        self._there = 0  # the position of the checkpoint that the storage keeps
        self._covered = 0  # how much of the log nobody needs to fold again
        self._patience = 1.0 + os.urandom(1)[0] / 512  # of its own, so that workers do not all write at once
        self._writing = threading.Lock()

    def take_up(self) -> Ledger | None:
        """The ledger from the checkpoint; None if there is none that fits."""
        self._there = self._covered = 0
        if self._storage is None:
            return None
        try:
            found = self._storage.load_checkpoint(self._identity)
            if found is None:
                return None
            self._there, data = found
            ledger = self._read(data)
        except Exception as error:  # the log can be folded all the same
            logger.debug(f"A checkpoint is not used: {type(error).__name__}: {error}")
            return None
        self._covered = ledger.position
        return ledger

    def is_due(self, position: int, *, resting: bool) -> bool:
        """Whether a log that has been folded up to a position should get another checkpoint; see `is_worth_it`."""
        return self._storage is not None and is_worth_it(
            position, self._covered, resting=resting, patience=self._patience
        )

    def write(self, dump: Callable[[], Dump | None]) -> None:
        """Write another checkpoint, unless a thread is at it already.

        Args:
            dump: Says what is known; None if that is not certain just now.
        """
        if self._storage is None or not self._writing.acquire(blocking=False):
            return
        try:
            self._write(self._storage, dump)
        finally:
            self._writing.release()

    def _write(self, storage: CheckpointingStorage, dump: Callable[[], Dump | None]) -> None:
        try:
            known = dump()
            if known is None:
                return
            position = known.values["position"]
            self._covered = position  # also if it fails: the next try is due when the log is that much longer
            data = pack(known | Dump({}, {"format": FORMAT, "proof": self._proof(position)}))
            self._there = storage.save_checkpoint(self._identity, data, position, instead_of=self._there)
            self._covered = self._there
        except Exception as error:
            logger.debug(f"A checkpoint is not written: {type(error).__name__}: {error}")

    def _read(self, data: bytes) -> Ledger:
        known = unpack(data)
        if known.values["format"] != FORMAT:
            raise ValueError("It has another format.")
        if known.values["proof"] != self._proof(known.values["position"]):
            raise ValueError("It is one of another log.")
        ledger = Ledger.load(known)
        if ledger.header.identity != self._identity:
            raise ValueError("It is one of another study.")
        return ledger

    def _proof(self, position: int) -> str:
        """A digest of the events before a position, as the storage has them."""
        n = min(position, _PROOF)
        events = self._log.read(self._identity, position - n, limit=n)
        if not 0 < n == len(events):
            raise ValueError("The log is shorter.")
        text = repr([tuple(encode(event)) for event in events])
        return digest(text.encode(), 16).hex()


def is_worth_it(position: int, covered: int, *, resting: bool, patience: float = 1.0) -> bool:
    """Whether a checkpoint should be written by who has folded a log up to a position.

    To write one costs in proportion to the whole log, and saves others the rest of it. So who runs trials waits until
    the log has grown by half, and in all no more is written than a few times the last checkpoint.

    Args:
        position: How far the log has been folded.
        covered: How much of it the last checkpoint covers.
        resting: Whether nothing else is to be done, as before a run or after it; then a smaller part is worth it.
        patience: At least 1; how much longer than others one waits.
    """
    share = covered / 16 if resting else covered * patience / 2
    return position - covered >= max(_FAR, share)
