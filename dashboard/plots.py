"""The plots of a study's page: which ones suit it, what may be chosen of each, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, final

import numpy as np

from hpo import importance, visualization
from hpo.dashboard.brush import rulers_of
from hpo.dashboard.paging import whole
from hpo.events import TrialState
from hpo.visualization.frame import empty

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["EVALUATORS", "PLOTS", "Choice", "Plot", "choice_of", "draw", "suitable"]

_MOST = 60  # parameters that may be named in an address

EVALUATORS: Mapping[str, Callable[[], Any]] = {
    "ped-anova": importance.PedAnovaImportanceEvaluator,
    "fanova": importance.FanovaImportanceEvaluator,
    "shapley": importance.ShapleyImportanceEvaluator,
}


@final
@dataclass(frozen=True)
class Choice:
    """What a reader has chosen of a plot.

    Args:
        target: Index of an objective.
        params: Names of parameters; empty for those that the plot chooses.
        evaluator: One of `EVALUATORS`.
        others: Studies to compare with.
    """

    target: int = 0
    params: tuple[str, ...] = ()
    evaluator: str = "ped-anova"
    others: Sequence[Readable] = field(default=(), compare=False)


_Draw: TypeAlias = "Callable[[Readable, Choice], go.Figure]"


@final
@dataclass(frozen=True)
class Plot:
    """One plot.

    Args:
        kind: In addresses.
        title: On its tab.
        suits: Whether a study has something to show in it.
        draw: Makes the figure.
        options: What may be chosen: "target", "params", "evaluator", "others".
        is_summary: Whether it is computed from all trials, so that it costs much and a single trial changes it little.
    """

    kind: str
    title: str
    suits: Callable[[Readable], bool]
    draw: _Draw
    options: frozenset[str] = frozenset()
    is_summary: bool = False


def suitable(study: Readable) -> list[Plot]:
    """The plots that a study has something to show in."""
    return [plot for plot in PLOTS.values() if plot.suits(study)]


def choice_of(study: Readable, query: Sequence[tuple[str, str]], others: Sequence[Readable] = ()) -> Choice:
    """What the query of an address asks for.

    Raises:
        ValueError: If the study has nothing of that kind.
    """
    asked = dict(query)
    n = len(study.directions)
    index = asked.get("target", "0")
    target = whole(index, n - 1)
    if target is None:
        raise ValueError(f"target must be the index of one of {n} objectives, got {index[:40]!r}.")
    space = study.history.space
    params = tuple(dict.fromkeys(value for name, value in query if name == "params" and value))
    if len(params) > _MOST:
        raise ValueError(f"At most {_MOST} parameters can be chosen, got {len(params)}.")
    for name in params:
        if name not in space:
            raise ValueError(f"The study has no parameter {name[:80]!r}.")
    evaluator = asked.get("evaluator", "ped-anova")
    if evaluator not in EVALUATORS:
        raise ValueError(f"evaluator must be one of {', '.join(EVALUATORS)}, got {evaluator[:40]!r}.")
    return Choice(target, params, evaluator, others)


def draw(study: Readable, plot: Plot, choice: Choice) -> go.Figure:
    """The figure, or one that says why there is none."""
    try:
        return plot.draw(study, choice)
    except (RuntimeError, ValueError) as error:  # of too few trials, say
        return empty(plot.title, str(error))


# ---- which study a plot suits


def _has_trials(study: Readable) -> bool:
    return len(study.history) > 0


def _has_parameters(study: Readable) -> bool:
    return _has_trials(study) and len(study.history.space) > 0


def _has_pairs(study: Readable) -> bool:
    return _has_trials(study) and len(study.history.space) > 1


def _has_front(study: Readable) -> bool:
    return _has_trials(study) and 2 <= len(study.directions) <= 3


def _has_volume(study: Readable) -> bool:
    return _has_trials(study) and len(study.directions) >= 2


def _has_reports(study: Readable) -> bool:
    return bool((study.history.last_step >= 0).any())


def _has_rungs(study: Readable) -> bool:
    history = study.history
    return _has_reports(study) and bool(np.isin(history.state, (TrialState.PRUNED, TrialState.PAUSED)).any())


# ---- how it is drawn


def _target(study: Readable, choice: Choice) -> int | None:
    return None if len(study.directions) == 1 else choice.target


def _chosen(study: Readable, choice: Choice, most: int = _MOST) -> list[str] | None:
    """The chosen parameters; None for those that the plot chooses; the most important ones where it would take all."""
    if choice.params:
        return list(choice.params)
    if len(study.history.space) <= most:
        return None
    return list(importance.get_param_importances(study))[:most]


def _importances(study: Readable, choice: Choice) -> go.Figure:
    return visualization.plot_param_importances(study, EVALUATORS[choice.evaluator]())


def _contours(study: Readable, choice: Choice) -> go.Figure:
    two = _chosen(study, choice, 2) if len(choice.params) != 1 else None
    return visualization.plot_contour(study, two, target=_target(study, choice))


def _parallel(study: Readable, choice: Choice) -> go.Figure:
    """Parallel coordinates in which a box can be drawn, and what stands at their ends."""
    chosen, target = _chosen(study, choice, 12), _target(study, choice)
    figure = visualization.plot_parallel_coordinate(study, chosen, target=target)
    if figure.data:
        figure.update_layout(meta={"rulers": rulers_of(study, chosen, target)}, dragmode="select")
        figure.update_layout(modebar={"remove": ["lasso2d", "zoom2d", "pan2d"]}, selectdirection="any")
    return figure


def _by_parameter(plot: Callable[..., Any], most: int = _MOST) -> _Draw:
    return lambda study, choice: plot(study, _chosen(study, choice, most), target=_target(study, choice))


def _by_target(plot: Callable[..., Any]) -> _Draw:
    return lambda study, choice: plot(study, target=_target(study, choice))


def _against(plot: Callable[..., Any]) -> _Draw:
    """A plot of the study together with others."""
    return lambda study, choice: plot(
        [study, *choice.others] if choice.others else study, target=_target(study, choice)
    )


_TARGET, _PARAMS = frozenset({"target"}), frozenset({"target", "params"})
_OTHERS = frozenset({"target", "others"})

PLOTS: Mapping[str, Plot] = {
    plot.kind: plot
    for plot in (
        Plot("front", "Pareto front", _has_front, lambda study, _: visualization.plot_pareto_front(study)),
        Plot("history", "History", _has_trials, _against(visualization.plot_optimization_history), _OTHERS),
        Plot("volume", "Hypervolume", _has_volume, lambda study, _: visualization.plot_hypervolume_history(study)),
        Plot("reports", "Learning curves", _has_reports, _by_target(visualization.plot_intermediate_values), _TARGET),
        Plot("rungs", "Rungs", _has_rungs, _by_target(visualization.plot_rungs), _TARGET),
        Plot("importances", "Importances", _has_parameters, _importances, frozenset({"evaluator"}), True),
        Plot("slice", "Slices", _has_parameters, _by_parameter(visualization.plot_slice, 12), _PARAMS, True),
        Plot("contour", "Contours", _has_pairs, _contours, _PARAMS, True),
        Plot("parallel", "Parallel coordinates", _has_pairs, _parallel, _PARAMS, True),
        Plot("rank", "Ranks", _has_pairs, _by_parameter(visualization.plot_rank), _PARAMS, True),
        Plot(
            "surrogate",
            "Surrogate",
            _has_parameters,
            _by_parameter(visualization.plot_partial_dependence),
            _PARAMS,
            True,
        ),
        Plot("convergence", "Convergence", _has_trials, _against(visualization.plot_convergence), _OTHERS),
        Plot("edf", "Distribution", _has_trials, _against(visualization.plot_edf), _OTHERS),
        Plot("timeline", "Timeline", _has_trials, lambda study, _: visualization.plot_timeline(study)),
    )
}
"""All plots, by kind, in the order of their tabs."""
