"""The callback that prints a table: one line per trial."""

from __future__ import annotations

import sys
import threading
from typing import IO, TYPE_CHECKING, Any, final

from hpo.events import TrialState
from hpo.history.finished import violation
from hpo.reading.summary import headline, objective_names
from hpo.terminal import beside_bars
from hpo.words import shown

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["TableCallback"]

_NARROWEST = 10
_STYLES = {TrialState.PRUNED: "dim", TrialState.PAUSED: "dim", TrialState.FAIL: "red"}


@final
class TableCallback:
    """Prints a table while `optimize` runs, and a summary when it ends.

    One line per trial: its number, its values (or what became of it), by how much it violates the constraints, its
    parameters, and the error of a failed one. A `*` marks each trial that was the best so far, or on the Pareto
    front. Where a trial brings a new parameter the head is printed again. In a terminal, with
    `pip install 'hpo-study[rich]'`, new bests are green, failures red, and lines are cut at the edge.

    Args:
        file: Where to; standard output by default.

    Example:
        >>> study.optimize(objective, n_trials=20, callbacks=[hpo.TableCallback()])
    """

    def __init__(self, file: IO[str] | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._widths: list[int] = []
        self._constrained = False

    def __repr__(self) -> str:
        return f"TableCallback({'' if self._file is None else repr(self._file)})"

    def __call__(self, study: Readable, trial: FrozenTrial) -> None:
        """Print a line, and before it the head if the columns are not those of the line before."""
        with self._lock:
            if self._has_new_columns(trial):
                self._print_head(study)
            best = trial.state is TrialState.COMPLETE and _is_best(study, trial)
            style = "bold green" if best else _STYLES.get(trial.state, "")
            line = self._line([f"{trial.number}{'*' if best else ' '}", *self._cells(study, trial)])
            why = "" if trial.error is None else shown(f"  {trial.error.type}: {trial.error.message}")
            self._print(line + why, style)

    def end_of_run(self, study: Readable) -> None:
        """Print the summary; `optimize` calls it when it ends."""
        self.finish(study)

    def finish(self, study: Readable) -> None:
        """Print the summary, for a loop of your own."""
        with self._lock:
            if not self._widths:
                return
            self._print(f"\n{headline(study)}")
            for trial in _best(study):
                values = ", ".join(map(shown, trial.values or ()))
                chosen = ", ".join(f"{name}={shown(value)}" for name, value in trial.params.items())
                self._print(f"Best: trial {trial.number} with {values}: {chosen}", "bold green")
            if len(study.directions) > 1:
                self._print(f"Pareto front: {len(study.best_trials)} trials", "bold green")
            self._names, self._widths, self._constrained = [], [], False

    def _has_new_columns(self, trial: FrozenTrial) -> bool:
        new = [name for name in trial.params if name not in self._names]
        constrained = self._constrained or bool(trial.constraints)
        changed = not self._widths or bool(new) or constrained != self._constrained
        self._names += new
        self._constrained = constrained
        return changed

    def _print_head(self, study: Readable) -> None:
        first = bool(not self._widths)
        heads = ["trial", *objective_names(study), *(["violation"] if self._constrained else []), *self._names]
        self._widths = [6, *(max(_NARROWEST, len(shown(name))) for name in heads[1:])]
        self._print(("" if first else "\n") + self._line(heads), "bold")
        self._print("  ".join("─" * width for width in self._widths))

    def _cells(self, study: Readable, trial: FrozenTrial) -> list[Any]:
        n_values = len(study.directions)
        became = "failed" if trial.state is TrialState.FAIL else trial.state.name.lower()
        values = [became, *[""] * (n_values - 1)]
        if trial.state is TrialState.COMPLETE and trial.values is not None:
            values = [shown(value) for value in trial.values]
        broken = [shown(violation(trial.constraints) or None)] if self._constrained else []
        return [*values, *broken, *(shown(trial.params.get(name)) for name in self._names)]

    def _line(self, cells: list[str]) -> str:
        padded = (cell.rjust(width) for cell, width in zip(cells, self._widths, strict=True))
        return "  ".join(padded).rstrip()

    def _print(self, text: str, style: str = "") -> None:
        file = sys.stdout if self._file is None else self._file
        with beside_bars(file):
            if not (file.isatty() and _print_with_rich(text, style, file)):
                file.write(f"{text}\n")
                file.flush()


def _is_best(study: Readable, trial: FrozenTrial) -> bool:
    return any(best.number == trial.number for best in (_best(study) or study.best_trials))


def _best(study: Readable) -> list[FrozenTrial]:
    """The best trial of a study with one objective, if there is one."""
    if len(study.directions) > 1:
        return []
    try:
        return [study.best_trial]
    except ValueError:
        return []


def _print_with_rich(text: str, style: str, file: IO[str]) -> bool:
    """Print to a terminal, coloured and cut at its edge; False if rich is not installed."""
    try:
        from rich.console import Console
        from rich.text import Text
    except ImportError:
        return False
    Console(file=file).print(Text(text, style), no_wrap=True, overflow="ellipsis")
    return True
