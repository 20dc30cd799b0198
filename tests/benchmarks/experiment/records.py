"""Runs on disk: one line of JSON for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.experiment.bench import Row

__all__ = ["Run", "read", "write"]

_FILE = "runs.jsonl"


@dataclass(frozen=True)
class Run:
    """A search that has ended.

    Attributes:
        task, method, seed: What was searched, how, and by which seed.
        truth: The log loss of the true probabilities, or 0.
        rows: Its trainings, in order.
    """

    task: str
    method: str
    seed: int
    truth: float
    rows: tuple[Row, ...]

    @property
    def name(self) -> tuple[str, str, int]:
        return self.task, self.method, self.seed


def write(folder: Path, run: Run) -> None:
    """Append a run."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [[_short(value) for value in astuple(row)] for row in run.rows]
    line = {"task": run.task, "method": run.method, "seed": run.seed, "truth": run.truth, "rows": rows}
    with (folder / _FILE).open("a") as file:
        file.write(json.dumps(line) + "\n")


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 7)


def read(folder: Path) -> list[Run]:
    """The runs of a folder; the last line of each task, method and seed counts."""
    return list({run.name: run for run in _lines(folder / _FILE)}.values())


def _lines(path: Path) -> Iterator[Run]:
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        found: dict[str, Any] = json.loads(line)
        rows = tuple(Row(*row) for row in found.pop("rows"))
        yield Run(rows=rows, **found)
