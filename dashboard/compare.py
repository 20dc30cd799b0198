"""Trials of one study, or several studies, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hpo.dashboard.headline import STATES, headline_of
from hpo.dashboard.notes import NOTE, TAGS
from hpo.dashboard.paging import whole
from hpo.dashboard.plots import PLOTS
from hpo.dashboard.site import number_of, page, site_of, study_of
from hpo.dashboard.table import text_of
from hpo.dashboard.trial import trial_of
from hpo.exceptions import UnknownStudyError
from hpo.reading.records import given
from hpo.reading.summary import objective_names

if TYPE_CHECKING:
    from hpo.trial.frozen import FrozenTrial

__all__ = ["ABSENT", "Line", "studies", "trials"]

_MOST = 12
ABSENT = object()
"""Stands for a value that a trial does not have."""


@final
@dataclass(frozen=True)
class Line:
    """One thing that is compared.

    Args:
        group, name: Such as "Parameters" and "lr".
        values: Of each, as they are; `ABSENT` where one has none.
        differs: Whether they are not all the same.
    """

    group: str
    name: str
    values: tuple[Any, ...]
    differs: bool


def trials(request: Request) -> Response:
    """Some trials of a study."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    numbers = list(dict.fromkeys(number_of(text) for text in request.query_params.getlist("t")))
    if not 2 <= len(numbers) <= _MOST:
        raise HTTPException(400, f"Tick two to {_MOST} trials to compare them, not {len(numbers)}.")
    chosen = [trial_of(snapshot, number) for number in numbers]
    return page(
        request,
        "compare_trials.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
        trials=chosen,
        states=STATES,
        absent=ABSENT,
        lines=_lines(chosen, objective_names(snapshot)),
    )


def studies(request: Request) -> Response:
    """Some studies: how they stand, and the plots that show several."""
    desk = site_of(request).desk
    identities = list(dict.fromkeys(request.query_params.getlist("s")))
    if not 2 <= len(identities) <= _MOST - 3:
        raise HTTPException(400, f"Tick two to {_MOST - 3} studies to compare them, not {len(identities)}.")
    try:
        snapshots = [desk.open(identity).snapshot() for identity in identities]
    except UnknownStudyError:
        raise HTTPException(404, "One of these studies is not here, or no longer.") from None
    n_objectives = {len(snapshot.directions) for snapshot in snapshots}
    plots = [plot for plot in PLOTS.values() if "others" in plot.options and plot.suits(snapshots[0])]
    return page(
        request,
        "compare_studies.html",
        studies=[(one, headline_of(one, snapshot)) for one, snapshot in zip(identities, snapshots, strict=True)],
        plots=plots if len(n_objectives) == 1 else [],
        n_objectives=max(n_objectives),
        target=_target(request, min(n_objectives)),
    )


def _target(request: Request, n_objectives: int) -> int:
    text = request.query_params.get("target", "0")
    target = whole(text, n_objectives - 1)
    if target is None:
        raise HTTPException(400, f"target must be the index of one of {n_objectives} objectives, got {text[:40]!r}.")
    return target


def _lines(chosen: list[FrozenTrial], objectives: list[str]) -> list[Line]:
    found: dict[tuple[str, str], list[Any]] = {}
    for i, trial in enumerate(chosen):
        values = dict(zip(objectives, trial.values or (), strict=False))
        duration = trial.duration
        groups: dict[str, dict[str, Any]] = {
            "Values": {**values, "seconds": ABSENT if duration is None else duration.total_seconds()},
            "Parameters": given(trial),
            "Constraints": dict(trial.constraints),
            "Attributes": {key: text_of(one) for key, one in trial.user_attrs.items() if key not in (NOTE, TAGS)},
        }
        for group, entries in groups.items():
            for name, value in entries.items():
                found.setdefault((group, name), [ABSENT] * len(chosen))[i] = value
    order = {"Values": 0, "Parameters": 1, "Constraints": 2, "Attributes": 3}
    return [
        Line(group, name, tuple(values), any(v != values[0] for v in values))
        for (group, name), values in sorted(found.items(), key=lambda item: order[item[0][0]])
    ]
