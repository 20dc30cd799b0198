"""What figures read of a study: the trials that have a value, as columns in the order of their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.importance.targets import Target, objective_of, told
from hpo.reading.counts import state_counts
from hpo.reading.readable import check_readable
from hpo.reading.summary import objective_names as named
from hpo.visualization.scale import drawable
from hpo.visualization.states import MARKS
from hpo.visualization.text import joined, short
from hpo.words import count

if TYPE_CHECKING:
    from hpo.history import History
    from hpo.reading.readable import Readable

__all__ = ["Studies", "Trials", "objective_index", "objective_names", "objective_title", "read", "studies_of"]

_NOTED = (TrialState.PRUNED, TrialState.PAUSED, TrialState.FAIL, TrialState.RUNNING)

Studies: TypeAlias = "Readable | Sequence[Readable]"


@final
@dataclass(frozen=True, eq=False)
class Trials:
    """The trials of a study that ended in some state with a value that can be drawn.

    Args:
        history: The study's finished trials.
        rows: Which of them these are, shape (n,), in the order of their numbers.
        value: Of each, shape (n,).
        sign: +1 where small values are good, -1 where large ones are.
        name: Of the value.
        is_objective: Whether the value is one that the study optimises.
        n_unshown: How many have a value that is infinite or no number.
        n_too_large: How many have one that is finite and too large to be drawn.
    """

    history: History
    rows: IntArray
    value: Array
    sign: float
    name: str
    is_objective: bool
    n_unshown: int
    n_too_large: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def number(self) -> IntArray:
        return self.history.number[self.rows]

    @property
    def loss(self) -> Array:
        """What is minimised, shape (n,)."""
        return self.sign * self.value

    @property
    def feasible(self) -> BoolArray:
        """Whether each trial keeps its constraints, shape (n,)."""
        return np.asarray(self.history.violation[self.rows] == 0.0)

    @property
    def is_complete(self) -> BoolArray:
        return np.asarray(self.history.state[self.rows] == TrialState.COMPLETE)

    def raw(self, name: str) -> tuple[Array, tuple[Any, ...] | None]:
        """A parameter's values as in `History.raw`."""
        values, choices = self.history.raw(name)
        return values[self.rows], choices

    def only(self, mask: BoolArray) -> Trials:
        """The trials for which `mask`, shape (n,), is True."""
        return replace(self, rows=self.rows[mask], value=self.value[mask])

    def best(self, most: int) -> IntArray:
        """Indices of the best trials, feasible before infeasible, the best first."""
        loss, infeasible = self.loss, ~self.feasible
        if len(loss) - infeasible.sum() >= most > 0:  # cheaper than to sort all of them
            last = np.partition(loss[~infeasible], most - 1)[most - 1]
            some = np.flatnonzero(~infeasible & (loss <= last))
        else:
            some = np.arange(len(loss))
        return some[np.lexsort((loss[some], infeasible[some]))][:most].astype(np.int64)

    def titled(self, title: str) -> str:
        """A title that says what is drawn, where a study has more than one thing to draw."""
        is_only = self.is_objective and self.history.n_objectives == 1
        return title if is_only else f"{title}: {short(self.name, 40)}"

    def note(self) -> str:
        """How many trials there are, and what became of those that are not shown."""
        counts = state_counts(self.history)
        others = [f"{counts[state]} {MARKS[state].word}" for state in _NOTED if counts[state]]
        hidden = f"{count(self.n_unshown, 'value')} not finite" if self.n_unshown else ""
        beyond = f"{count(self.n_too_large, 'value')} too large to draw" if self.n_too_large else ""
        return joined([count(sum(counts.values())), *others, hidden, beyond])


def read(
    study: Readable,
    target: Target = None,
    target_name: str | None = None,
    *,
    states: tuple[TrialState, ...] = (TrialState.COMPLETE,),
) -> Trials:
    """The trials of a study that have a value that can be drawn, in the order of their numbers.

    Args:
        target: What the value is.
        target_name: What it is called; by default the objective's name.
        states: In which trials must have ended. A trial that was pruned has its last report as its value.

    Raises:
        TypeError: If `study` is none.
        ValueError: If the study has several objectives and `target` is None, if there is no such objective, or
            if `target` returns something else than a number.
    """
    check_readable(study)
    names = objective_names(study)
    index = objective_index(target, names)
    history = study.history
    ended = np.isin(history.state, [int(state) for state in states])
    if index is None:
        assert callable(target)
        name, sign = "Target value", 1.0
        values = {trial.number: told(target, trial) for trial in study.get_trials(states=states)}
        ended &= np.isin(history.number, list(values))  # but for those that were deleted just now
        value = np.array([values.get(n, math.nan) for n in history.number.tolist()], dtype=np.float64)
    else:
        name, sign = names[index], float(history.signs[index])
        value = history.losses[:, index] * sign + 0.0
    complete = history.state == TrialState.COMPLETE
    finite, shown = np.isfinite(value), ended & drawable(value)
    rows = np.flatnonzero(shown)
    rows = rows[np.argsort(history.number[rows], kind="stable")].astype(np.int64)
    return Trials(
        history,
        rows,
        value[rows],
        sign,
        target_name or name,
        index is not None,
        int(np.count_nonzero(ended & complete & ~finite)),
        int(np.count_nonzero(ended & complete & finite & ~shown)),
    )


def objective_names(study: Readable) -> list[str]:
    """The names of the objectives, as tables have them; as titles of axes where the study does not say."""
    names = named(study)
    if study.metric_names is not None:
        return names
    return ["Objective value"] if len(names) == 1 else [name.capitalize() for name in names]


def objective_title(title: str, study: Readable, name: str) -> str:
    """A title that names the objective, where a study has several."""
    return title if len(study.directions) == 1 else f"{title}: {short(name, 40)}"


def studies_of(study: Studies) -> list[tuple[str, Readable]]:
    """One study or several, each with a label of its own.

    Raises:
        TypeError: If something else is given.
        ValueError: If there is none.
    """
    given: Any = study
    studies: list[Readable] = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    for one in studies:
        check_readable(one)
    if not studies:
        raise ValueError("Expected a study, or a list of at least one study, got an empty list.")
    labels: list[str] = []
    for one in studies:
        name = short(one.study_name)
        same = sum(known == name or known.startswith(f"{name} (") for known in labels)
        labels.append(f"{name} ({same + 1})" if same else name)
    return list(zip(labels, studies, strict=True))


def objective_index(target: Target, names: Sequence[str]) -> int | None:
    """The index of the objective that is meant; None if the target is a function.

    Raises:
        ValueError: If there are several and `target` is None, or no such one.
    """
    if target is None:
        if len(names) > 1:
            raise ValueError(
                f"The study has {len(names)} objectives; say which one to draw, such as target=0, or give a function, "
                "such as target=lambda trial: trial.values[0]."
            )
        return 0
    return objective_of(target, len(names))
