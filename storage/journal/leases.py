"""The counts with which workers show that they are alive, in a small file beside a journal.

They are no part of the log, so nothing is lost with the file but the patience of observers.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import final

__all__ = ["LeaseFile"]

_Counts = dict[int, dict[int, int]]


@final
class LeaseFile:
    """Counts by study and trial.

    Args:
        path: Of the file, which need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def counts(self, study: int) -> Mapping[int, int]:
        """The counts of a study's trials; none if the file is missing or spoilt."""
        return self._read().get(study, {})

    def beat(self, study: int, alive: Sequence[int], ended: Sequence[int], *, known: Collection[int]) -> None:
        """Raise and forget counts, and forget all studies but the known ones; only who holds the journal's lock may."""
        leases = {other: counts for other, counts in self._read().items() if other in known}
        counts = leases.get(study, {})
        raised = {number: counts.get(number, 0) + 1 for number in alive}
        leases[study] = {**{number: count for number, count in counts.items() if number not in ended}, **raised}
        new = self._path.with_name(f"{self._path.name}.new")
        new.write_text(json.dumps(leases))
        new.replace(self._path)

    def _read(self) -> _Counts:
        try:
            studies = json.loads(self._path.read_bytes())
            return {int(rank): {int(k): int(count) for k, count in trials.items()} for rank, trials in studies.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
