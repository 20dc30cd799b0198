"""How much each parameter matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hpo.events import TrialState
from hpo.importance.targets import Target
from hpo.reading.readable import check_readable
from hpo.visualization.frame import empty, frame
from hpo.visualization.text import distinct, joined, number, short
from hpo.visualization.theme import PALETTE
from hpo.visualization.trials import objective_index, objective_names

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable

__all__ = ["evaluator_name", "param_importances", "plot_param_importances"]

_TITLE = "Parameter importances"
_NAMES: Mapping[str, str] = {
    "PedAnovaImportanceEvaluator": "PED-ANOVA",
    "FanovaImportanceEvaluator": "fANOVA",
    "MeanDecreaseImpurityImportanceEvaluator": "mean decrease of impurity",
    "ShapleyImportanceEvaluator": "Shapley values",
}
_MOST = 30  # bars of each objective


def param_importances(
    study: Readable,
    evaluator: Any = None,
    params: Sequence[str] | None = None,
    *,
    target: Target = None,
    target_name: str | None = None,
    normalize: bool = True,
) -> dict[str, dict[str, float]]:
    """Importances by objective and parameter, as `hpo.importance.get_param_importances` finds them.

    Of a study of several objectives and no target all objectives are there.
    """
    from hpo import importance

    names = objective_names(study)
    index = None if target is None else objective_index(target, names)
    if callable(target):
        wanted: dict[str, Target] = {target_name or "Target value": target}
    elif index is not None or len(names) == 1:
        wanted = {target_name or names[index or 0]: index or 0}
    else:
        wanted = {name: i for i, name in enumerate(names)}
    return {
        name: importance.get_param_importances(
            study, evaluator=evaluator, params=params, target=one, normalize=normalize
        )
        for name, one in wanted.items()
    }


def plot_param_importances(
    study: Readable,
    evaluator: Any = None,
    params: Sequence[str] | None = None,
    *,
    target: Target = None,
    target_name: str | None = None,
    normalize: bool = True,
) -> go.Figure:
    """A bar for each parameter, the most important one on top; for several objectives one bar each.

    Args:
        study: The study.
        evaluator: How importance is measured, see `hpo.importance`; by default PED-ANOVA.
        params: Names; by default all that a complete trial has.
        target: What the parameters are important for: a function of the trial whose small values are good, or the
            index of an objective; by default every objective.
        target_name: What that is called; by default as the objective.
        normalize: Let the importances sum up to 1.

    Raises:
        ValueError: If there is no such parameter, or as the evaluator says.

    Example:
        >>> plot_param_importances(study)
    """
    check_readable(study)
    history = study.history
    finite = (history.state == TrialState.COMPLETE) & np.isfinite(history.losses).all(axis=1)
    if np.count_nonzero(finite) < 2 or not history.space:
        return empty(_TITLE, "Importances need at least two complete trials with parameters.")
    found = param_importances(study, evaluator, params, target=target, target_name=target_name, normalize=normalize)
    if not any(found.values()):
        return empty(_TITLE, "No parameter has varied yet.")
    measured = f"{evaluator_name(evaluator)}, for {' and '.join(short(name, 40) for name in found)}"
    return _figure(found, "Share of importance" if normalize else "Importance", measured)


def evaluator_name(evaluator: Any = None) -> str:
    """What the papers call an evaluator; None for the default one."""
    from hpo.importance import PedAnovaImportanceEvaluator

    kind = PedAnovaImportanceEvaluator if evaluator is None else type(evaluator)
    return _NAMES.get(kind.__name__, kind.__name__)


def _figure(found: Mapping[str, Mapping[str, float]], title: str, measured: str) -> Any:
    import plotly.graph_objects as go

    total: dict[str, float] = {}
    for importances in found.values():
        for name, value in importances.items():
            total[name] = total.get(name, 0.0) + value
    names = sorted(total, key=lambda name: total[name])[-_MOST:]
    traces = [
        go.Bar(
            y=distinct(names, 30),
            x=[importances.get(name, 0.0) for name in names],
            orientation="h",
            marker={"color": PALETTE[i % len(PALETTE)]},
            text=[number(round(importances.get(name, 0.0), 3)) for name in names],
            textposition="outside",
            textfont={"size": 11},
            cliponaxis=False,
            name=short(objective, 30),
            hovertext=[f"{short(name, 80)}: {importances.get(name, 0.0):.4f}" for name in names],
            hoverinfo="text",
        )
        for i, (objective, importances) in enumerate(found.items())
    ]
    largest = max(max(importances.values(), default=0.0) for importances in found.values()) or 1.0
    rest = f"the {_MOST} most important of {len(total)} parameters" if len(total) > _MOST else ""
    return frame(
        traces,
        title=_TITLE,
        note=joined([measured, rest]),
        height=max(300, 150 + (8 + 16 * len(found)) * len(names)),
        legend=len(found) > 1,
        xaxis={"title": {"text": title}, "range": [0.0, 1.15 * largest]},
        yaxis={"showgrid": False, "type": "category"},
        bargap=0.3,
    )
