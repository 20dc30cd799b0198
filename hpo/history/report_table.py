"""The intermediate values of all finished trials."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray, Report
from hpo.history.dump import Dump
from hpo.history.reports import Reports

__all__ = ["ReportTable"]


@final
class ReportTable:
    """Reports by the row of their trial, and those of complete trials by their step too.

    Args:
        signs: As in `Columns`.
    """

    def __init__(self, signs: Array) -> None:
        self._signs = signs
        self._by_row: dict[int, tuple[array[int], array[float]]] = {}  # of several objectives laid end to end
        self._by_step: dict[int, tuple[array[int], array[float]]] = {}

    def add(self, row: int, reports: Reports, *, complete: bool) -> None:
        """Take the reports of a trial, whose row is larger than all before."""
        m = len(self._signs)
        values = reports.values if m == 1 else [value for vector in reports.values for value in vector]
        self._by_row[row] = array("q", reports.steps), array("d", values)
        if complete:
            self._index(row)

    def of(self, row: int) -> tuple[Sequence[int], Sequence[Report]]:
        """Steps and values of the trial of a row, in the order of reporting."""
        steps, values = self._by_row.get(row, ((), ()))
        m = len(self._signs)
        return steps, values if m == 1 else list(zip(*[iter(values)] * m, strict=True))

    def all(self, n: int) -> tuple[IntArray, IntArray, Array]:
        """All reports of the first n rows, one after another: row, step and loss, each shape (k,).

        With several objectives the losses have the shape (k, m).
        """
        rows, lengths, steps, values = array("q"), array("q"), array("q"), array("d")
        for row, (at, told) in self._by_row.items():
            if row < n:
                rows.append(row)
                lengths.append(len(at))
                steps.extend(at)
                values.extend(told)
        owners = np.repeat(np.array(rows, dtype=np.int64), np.array(lengths, dtype=np.int64))
        return owners, np.array(steps, dtype=np.int64), self._losses(np.array(values, dtype=np.float64))

    def losses_at(self, step: int, n: int) -> tuple[IntArray, Array]:
        """Rows among the first n that completed and reported at `step`, shape (k,), and the losses reported.

        These have the shape (k,), and with several objectives (k, m).
        """
        rows, values = self._by_step.get(step, (array("q"), array("d")))
        k = bisect_left(rows, n)
        return np.array(rows[:k], dtype=np.int64), self._losses(np.array(values[: k * len(self._signs)]))

    def where(self, mask: BoolArray, new_rows: IntArray, complete: BoolArray) -> ReportTable:
        """The table of those rows for which `mask` is True, which become `new_rows`; all of shape (size,)."""
        kept = ReportTable(self._signs)
        for row, reports in self._by_row.items():
            if mask[row]:
                new = int(new_rows[row])
                kept._by_row[new] = reports
                if complete[row]:
                    kept._index(new)
        return kept

    def dump(self) -> Dump:
        """All of it, for `load`."""
        rows, steps, values = list(self._by_row), array("q"), array("d")
        for at, told in self._by_row.values():
            steps.extend(at)
            values.extend(told)
        lengths = [len(at) for at, _ in self._by_row.values()]
        arrays = {
            "reports row": np.array(rows, dtype=np.int64),
            "reports length": np.array(lengths, dtype=np.int64),
            "reports step": np.array(steps, dtype=np.int64),
            "reports value": np.array(values, dtype=np.float64),
        }
        return Dump(arrays, {})

    @classmethod
    def load(cls, signs: Array, dump: Dump, complete: BoolArray) -> ReportTable:
        """The table that was dumped.

        Args:
            signs: As in `Columns`.
            dump: From there.
            complete: Which rows are of complete trials, shape (size,).

        Raises:
            ValueError: If its parts do not belong together.
        """
        table, m = cls(signs), len(signs)
        rows, lengths, steps, values = (dump.arrays[f"reports {name}"] for name in ("row", "length", "step", "value"))
        if {rows.dtype, lengths.dtype, steps.dtype} != {np.dtype(np.int64)} or values.dtype != np.float64:
            raise ValueError("Reports are of another type.")
        if len(rows) != len(lengths) or (np.diff(rows, prepend=-1, append=len(complete)) <= 0).any():
            raise ValueError("Some rows are none.")
        ends = np.cumsum(lengths)
        if (lengths < 0).any() or (ends[-1:] != len(steps)).any() or len(values) != len(steps) * m:
            raise ValueError("Reports are missing.")
        begin, told = 0, (array("q", steps.tobytes()), array("d", values.tobytes()))
        for row, end in zip(rows.tolist(), ends.tolist(), strict=True):
            table._by_row[row] = told[0][begin:end], told[1][begin * m : end * m]
            begin = end
        kept = np.repeat(complete[rows], lengths)
        table._index_all(np.repeat(rows, lengths)[kept], steps[kept], values.reshape(-1, m)[kept])
        return table

    def _index_all(self, rows: IntArray, steps: IntArray, values: Array) -> None:
        """Take the reports of complete trials, in the order of their rows; shapes (k,), (k,) and (k, m)."""
        order = np.argsort(steps, kind="stable")
        rows, steps, values = rows[order], steps[order], values[order]
        begins = np.flatnonzero(np.diff(steps, prepend=steps[:1] - 1))
        for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(steps)][: len(begins)], strict=True):
            at_step = array("q", rows[begin:end].tobytes()), array("d", values[begin:end].tobytes())
            self._by_step[int(steps[begin])] = at_step

    def _index(self, row: int) -> None:
        steps, values = self._by_row[row]
        m = len(self._signs)
        for i, step in enumerate(steps):
            rows, at_step = self._by_step.setdefault(step, (array("q"), array("d")))
            rows.append(row)
            if m == 1:
                at_step.append(values[i])
            else:
                at_step.extend(values[i * m : (i + 1) * m])

    def _losses(self, values: Any) -> Array:
        m = len(self._signs)
        signed: Array = self._signs[0] * values if m == 1 else values.reshape(-1, m) * self._signs
        return signed
