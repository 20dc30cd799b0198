"""Trials in a file that other programs read: one line for each."""

from __future__ import annotations

import csv
import json
from collections.abc import Container
from pathlib import Path
from typing import final

from hpo.files import replacing
from hpo.integrations.tracker import TrackerCallback
from hpo.reading.plain import flattened, plain, trial_record
from hpo.reading.readable import Readable
from hpo.trial import FrozenTrial
from hpo.words import encodable, inert

__all__ = ["CSVCallback", "JSONLinesCallback"]


@final
class CSVCallback(TrackerCallback):
    """Writes a table with a row for each trial, as `hpo export` does, while the study runs.

    A parameter that comes later gets a column, too. A study that is resumed goes on with the file. Let one process
    at a time write it.

    Args:
        path: Of the file; it is made if it is not there.
        timeout: As in `TrackerCallback`.

    Example:
        >>> study.optimize(objective, n_trials=20, callbacks=[CSVCallback("trials.csv")])
    """

    def __init__(self, path: str | Path, *, timeout: float = 60.0) -> None:
        super().__init__(timeout=timeout)
        self._path = Path(path)

    def track(self, study: Readable, trial: FrozenTrial) -> None:
        """Add a row; the file is written anew if a column is."""
        record = flattened(trial_record(trial, len(study.directions)))
        row = {inert(encodable(name)): inert(value) for name, value in record.items()}  # as it is read back
        columns, rows = self._read()
        new = [name for name in row if name not in columns]
        if not new:
            with self._path.open("a", newline="", encoding="utf-8", errors="backslashreplace") as file:
                csv.DictWriter(file, columns).writerow(row)
            return
        with (
            replacing(self._path) as place,
            place.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file,
        ):
            writer = csv.DictWriter(file, [*columns, *new])
            writer.writeheader()
            writer.writerows([*rows, row])

    def tracked(self, study: Readable) -> Container[int]:
        """The numbers in the file."""
        del study
        return {int(row["number"]) for row in self._read()[1]}

    def _read(self) -> tuple[list[str], list[dict[str, str]]]:
        if not self._path.exists():
            return [], []
        with self._path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            return list(reader.fieldnames or []), list(reader)


@final
class JSONLinesCallback(TrackerCallback):
    """Writes a line of JSON for each trial, with its reports too, while the study runs.

    A study that is resumed goes on with the file.

    Args:
        path: Of the file; it is made if it is not there.
        timeout: As in `TrackerCallback`.

    Example:
        >>> study.optimize(objective, n_trials=20, callbacks=[JSONLinesCallback("trials.jsonl")])
    """

    def __init__(self, path: str | Path, *, timeout: float = 60.0) -> None:
        super().__init__(timeout=timeout)
        self._path = Path(path)

    def track(self, study: Readable, trial: FrozenTrial) -> None:
        """Add a line."""
        record = trial_record(trial, len(study.directions)) | {"intermediate_values": trial.intermediate_values}
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as file:  # which JSON reads back
            file.write(json.dumps(plain(record), ensure_ascii=False) + "\n")

    def tracked(self, study: Readable) -> Container[int]:
        """The numbers in the file."""
        del study
        if not self._path.exists():
            return set()
        return {json.loads(line)["number"] for line in self._path.read_text(encoding="utf-8").splitlines()}
