"""The trials that no other trial beats in all objectives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.events import TrialState
from hpo.pareto import is_pareto_optimal
from hpo.reading.readable import check_readable
from hpo.visualization.axes import value_axis
from hpo.visualization.density import density
from hpo.visualization.frame import MOST_POINTS, compact, empty, frame, shading
from hpo.visualization.parameters import Parameter, parameters
from hpo.visualization.scale import drawable, value_scale
from hpo.visualization.states import BEST, COMPLETE, INFEASIBLE
from hpo.visualization.text import distinct, joined, number, short
from hpo.visualization.theme import INK, translucent
from hpo.visualization.trials import Trials, objective_names
from hpo.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.history import History
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["ParetoFront", "pareto_front", "plot_pareto_front"]

_TITLE = "Pareto front"
_ON_FRONT = "on the front"
_MOST_HOVERED = 1500


@final
@dataclass(frozen=True, eq=False)
class ParetoFront:
    """The complete trials of a study in the space of its objectives.

    Args:
        history: The study's finished trials.
        rows: Which of them have values that are all finite, shape (n,), in the order of their numbers.
        values: Of each, shape (n, m).
        signs: +1 for each objective to minimise, -1 for each to maximise, shape (m,).
        is_feasible: Whether each keeps its constraints, shape (n,).
        is_optimal: Whether each is feasible, and no feasible one beats it, shape (n,).
    """

    history: History
    rows: IntArray
    values: Array
    signs: Array
    is_feasible: BoolArray
    is_optimal: BoolArray

    @property
    def number(self) -> IntArray:
        return self.history.number[self.rows]

    @property
    def front(self) -> IntArray:
        """Indices of the optimal trials, by the first objective."""
        optimal = np.flatnonzero(self.is_optimal)
        return optimal[np.lexsort(self.values[optimal].T[::-1])].astype(np.int64)


def pareto_front(
    study: Readable,
    *,
    constraints_func: Callable[[FrozenTrial], Sequence[float]] | None = None,
    targets: Callable[[FrozenTrial], Sequence[float]] | None = None,
) -> ParetoFront:
    """The complete trials in the space of objectives, and which are optimal, as `plot_pareto_front` draws them.

    Raises:
        ValueError: If `targets` does not return numbers, always as many, or `constraints_func` no numbers.
    """
    check_readable(study)
    history = study.history
    complete = np.flatnonzero(history.state == TrialState.COMPLETE)
    complete = complete[np.argsort(history.number[complete], kind="stable")].astype(np.int64)
    values, signs = history.losses[complete] * history.signs + 0.0, history.signs
    feasible = history.violation[complete] == 0.0
    if targets is not None or constraints_func is not None:
        known = {t.number: t for t in study.get_trials(states=(TrialState.COMPLETE,))}
        there = np.isin(history.number[complete], list(known))  # all but those that were deleted just now
        complete, values, feasible = complete[there], values[there], feasible[there]
        records = [known[n] for n in history.number[complete].tolist()]
        if targets is not None:
            values = _targeted(targets, records)
            signs = history.signs if values.shape[1] == len(history.signs) else np.ones(values.shape[1])
        if constraints_func is not None:
            feasible = np.array([_is_feasible(constraints_func, record) for record in records], dtype=np.bool_)
    shown = drawable(values).all(axis=1)
    values, feasible, rows = values[shown], feasible[shown], complete[shown]
    optimal = np.zeros(len(values), dtype=np.bool_)
    optimal[feasible] = is_pareto_optimal((values * signs)[feasible])
    return ParetoFront(history, rows, values, signs, feasible, optimal)


def _targeted(targets: Callable[[FrozenTrial], Sequence[float]], records: Sequence[FrozenTrial]) -> Array:
    rows = [_several("targets", targets, record) for record in records]
    if not rows:
        return np.empty((0, 2))
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"targets must return as many numbers for every trial, got {rows[0]!r} and others.")
    return np.array(rows, dtype=np.float64)


def _is_feasible(constraints_func: Callable[[FrozenTrial], Sequence[float]], record: FrozenTrial) -> bool:
    return max(_several("constraints_func", constraints_func, record), default=0.0) <= 0.0


def _several(name: str, func: Callable[[FrozenTrial], Sequence[float]], record: FrozenTrial) -> tuple[float, ...]:
    """The numbers that a function returns of a trial.

    Raises:
        ValueError: If it returns something else.
    """
    returned = func(record)
    try:
        return tuple([float(value) for value in returned])
    except (TypeError, ValueError):
        raise ValueError(f"{name} must return a list of numbers, got {returned!r} for trial {record.number}.") from None


def plot_pareto_front(
    study: Readable,
    *,
    target_names: Sequence[str] | None = None,
    include_dominated_trials: bool = True,
    constraints_func: Callable[[FrozenTrial], Sequence[float]] | None = None,
    targets: Callable[[FrozenTrial], Sequence[float]] | None = None,
) -> go.Figure:
    """The complete trials in the plane, or the space, of two or three objectives; those that none beats stand out.

    The line in the plane ends what the front dominates. Of studies with thousands of trials a shade shows how many
    dominated ones lie where.

    Args:
        study: The study.
        target_names: Names of the axes; by default those of the objectives.
        include_dominated_trials: Draw the other trials too.
        constraints_func: The constraints of a trial, each kept where ≤ 0; by default those that the trials stored.
        targets: What to draw of each trial: a function that returns two or three numbers. They are minimised, or as
            many as the study has objectives are sought as these are.

    Raises:
        ValueError: If there are not two or three objectives, or not as many names.

    Example:
        >>> plot_pareto_front(study, targets=lambda trial: trial.values[:2])
    """
    front = pareto_front(study, constraints_func=constraints_func, targets=targets)
    m = front.values.shape[1]
    if m not in (2, 3):
        more = "" if m == 1 else ", such as targets=lambda trial: trial.values[:2]"
        hint = "see plot_optimization_history" if m == 1 else "choose with targets="
        raise ValueError(f"A Pareto front can be drawn of 2 or 3 objectives, got {m}; {hint}{more}.")
    names = _names(study, target_names, m, targets is not None)
    if not len(front.number):
        return empty(_TITLE, "No complete trial has finite values yet.")
    columns = parameters(_as_trials(front), None)
    infeasible = count(int((~front.is_feasible).sum())) + " infeasible" if not front.is_feasible.all() else ""
    note = joined([count(len(front.number)), f"{int(front.is_optimal.sum())} on the front", infeasible])
    draw = _plane if m == 2 else _space
    return draw(front, names, columns, note, include_dominated_trials)


def _names(study: Readable, target_names: Sequence[str] | None, m: int, has_targets: bool) -> list[str]:
    if target_names is not None:
        if len(target_names) != m:
            raise ValueError(f"Expected {m} target_names, one per axis, got {list(target_names)!r}.")
        return [str(name) for name in target_names]
    names = objective_names(study)
    return names if not has_targets else [f"Target {i}" for i in range(m)]


def _as_trials(front: ParetoFront) -> Trials:
    """The trials of a front, to read their parameters from."""
    return Trials(front.history, front.rows, front.values[:, 0], 1.0, "", False, 0)


def _groups(front: ParetoFront, include_dominated: bool, most: int) -> list[tuple[str, IntArray, dict[str, Any]]]:
    dominated = np.flatnonzero(front.is_feasible & ~front.is_optimal)
    infeasible = np.flatnonzero(~front.is_feasible)
    groups: list[tuple[str, IntArray, dict[str, Any]]] = []
    if include_dominated:
        for name, members, marker in (
            (INFEASIBLE.word, infeasible, {"symbol": INFEASIBLE.symbol, "color": INFEASIBLE.colour}),
            ("dominated", dominated, {"symbol": COMPLETE.symbol, "color": translucent(COMPLETE.colour, 0.6)}),
        ):
            if len(members) > most:
                members = members[np.linspace(0, len(members) - 1, most).astype(np.int64)]
            groups.append((name, members, marker))
    groups.append((_ON_FRONT, front.front, {"symbol": "circle", "color": BEST.colour}))
    return [group for group in groups if len(group[1])]


def _texts(front: ParetoFront, members: IntArray, names: Sequence[str], columns: Sequence[Parameter]) -> list[str]:
    texts, labels = [], distinct([parameter.name for parameter in columns])
    for i in members[:_MOST_HOVERED].tolist():
        told = [f"{short(name)}: {number(float(v))}" for name, v in zip(names, front.values[i], strict=True)]
        shown = [(name, p.shown(i)) for name, p in zip(labels, columns, strict=True)]
        told += [f"{name}: {value}" for name, value in shown if value][:12]
        told += [] if front.is_feasible[i] else ["infeasible"]
        texts.append("<br>".join([f"<b>Trial {front.number[i]}</b>", *told]))
    return texts + [f"Trial {n}" for n in front.number[members[_MOST_HOVERED:]].tolist()]


def _plane(
    front: ParetoFront, names: Sequence[str], columns: Sequence[Parameter], note: str, include_dominated: bool
) -> Any:
    import plotly.graph_objects as go

    drawn = front.values if include_dominated else front.values[front.is_optimal]
    scales = [value_scale(drawn[:, i], float(front.signs[i])) for i in (0, 1)]
    traces: list[Any] = []
    many = len(front.number) > MOST_POINTS and include_dominated
    if many:
        x, y = (np.linspace(s.low, s.high, n + 1) for s, n in zip(scales, (90, 60), strict=True))
        counted = density(scales[0].coordinate(drawn[:, 0]), scales[1].coordinate(drawn[:, 1]), x, y)
        traces.append(shading(counted, x_is_log=scales[0].is_log, y_is_log=scales[1].is_log))
    for name, members, marker in _groups(front, include_dominated and not many, MOST_POINTS):
        best = name == _ON_FRONT
        traces.append(
            go.Scatter(
                x=compact(front.values[members, 0]),
                y=compact(front.values[members, 1]),
                mode="lines+markers" if best else "markers",
                line={"shape": "hv" if front.signs[0] > 0 else "vh", "width": 1.2, "color": INK},
                marker={"size": 8 if best else 6, "opacity": 1.0 if best else 0.7, **marker}
                | ({"line": {"width": 1.0, "color": INK}} if best else {}),
                hovertext=_texts(front, members, names, columns),
                hoverinfo="text",
                name=name,
            )
        )
    outside = int(np.count_nonzero(_outside(drawn, scales)))
    beyond = f"{count(outside)} beyond this view" if outside else ""
    return frame(
        traces,
        title=_TITLE,
        note=joined([note, beyond, "shade: all trials" if many else ""]),
        legend=True,
        xaxis=value_axis(scales[0], _sought(names[0], front.signs[0])),
        yaxis=value_axis(scales[1], _sought(names[1], front.signs[1])),
    )


def _outside(values: Array, scales: Sequence[Any]) -> BoolArray:
    where = np.column_stack([scale.coordinate(values[:, i]) for i, scale in enumerate(scales)])
    low, high = np.array([[s.low, s.high] for s in scales]).T
    return np.asarray(((where < low) | (where > high)).any(axis=1))


def _sought(name: str, sign: float) -> str:
    """The name of an axis with an arrow to its good end."""
    return f"{name} ({'less' if sign > 0 else 'more'} is better)"


def _space(
    front: ParetoFront, names: Sequence[str], columns: Sequence[Parameter], note: str, include_dominated: bool
) -> Any:
    import plotly.graph_objects as go

    drawn = front.values if include_dominated else front.values[front.is_optimal]
    scales = [value_scale(drawn[:, i], float(front.signs[i])) for i in range(3)]
    traces = []
    for name, members, marker in _groups(front, include_dominated, MOST_POINTS // 2):
        best = name == _ON_FRONT
        x, y, z = (compact(column) for column in front.values[members].T)
        size = {"size": 5 if best else 3, "opacity": 1.0 if best else 0.45}
        traces.append(
            go.Scatter3d(
                x=x,
                y=y,
                z=z,
                mode="markers",
                marker=size | marker | {"line": {"width": 1 if best else 0, "color": INK}},
                hovertext=_texts(front, members, names, columns),
                hoverinfo="text",
                name=name,
            )
        )
    axes = {
        f"{axis}axis": {
            "title": {"text": short(_sought(name, sign), 40), "font": {"size": 11}},
            "type": "log" if scale.is_log else "linear",
            "range": [scale.low, scale.high],
            "nticks": 5,
        }
        for axis, name, sign, scale in zip("xyz", names, front.signs, scales, strict=True)
    }
    eye = {"x": 1.6, "y": -1.6, "z": 0.9}
    return frame(
        traces,
        title=_TITLE,
        note=note,
        legend=True,
        height=560,
        scene=axes | {"camera": {"eye": eye}, "aspectmode": "cube"},
        margin_l=10,
        margin_r=10,
        margin_b=10,
    )
