"""The page of one study: its headline, its plots in tabs, its best trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hpo.dashboard.figures import figure_json
from hpo.dashboard.headline import headline_of
from hpo.dashboard.plots import EVALUATORS, PLOTS, Choice, Plot, choice_of, suitable
from hpo.dashboard.site import is_opening, page, site_of, study_of
from hpo.exceptions import UnknownStudyError
from hpo.reading.best import best_values
from hpo.visualization.frame import MOST_POINTS

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot

__all__ = ["draw_first_view", "figure", "headline", "overview"]

_MOST_OTHERS = 8  # studies in one plot
_BEST = 5


def overview(request: Request) -> Response:
    """Its whole page, with one plot, or the first ones of those that suit it; a page to wait on for a long log."""
    if is_opening(request):
        return page(request, "opening.html")
    identity, study = study_of(request)
    snapshot = study.snapshot()
    plots = suitable(snapshot)
    kind = request.query_params.get("plot", "")
    plot = None if not kind else _plot(kind)
    choice = _choice(request, snapshot)
    return page(
        request,
        "study.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
        best=best_values(snapshot, _BEST),
        plots=plots,
        plot=plot,
        first=_first(plots),
        is_shaded=len(snapshot.history) > MOST_POINTS,  # which the smallest plotly.js does not draw
        choice=choice,
        space=snapshot.history.space,
        evaluators=EVALUATORS,
        query=request.url.query,
        others=_comparable(request, identity, snapshot) if plot is not None and "others" in plot.options else [],
        chosen=set(request.query_params.getlist("others")),
    )


def draw_first_view(identity: str, snapshot: Snapshot) -> None:
    """Draw what the page of a study shows first before somebody asks for it."""
    for plot in _first(suitable(snapshot)):
        figure_json(identity, snapshot, plot, Choice())


def headline(request: Request) -> Response:
    """The numbers at the top alone."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    return page(
        request,
        "part_headline.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
    )


def figure(request: Request) -> Response:
    """A plot, as JSON."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    plot = _plot(request.path_params["kind"])
    if not plot.suits(snapshot):
        raise HTTPException(404, f"The study has nothing to show in the plot {plot.title!r}.")
    return Response(figure_json(identity, snapshot, plot, _choice(request, snapshot)), media_type="application/json")


def _plot(kind: str) -> Plot:
    if kind not in PLOTS:
        raise HTTPException(404, f"There is no plot {kind[:40]!r}; there are {', '.join(PLOTS)}.")
    return PLOTS[kind]


def _choice(request: Request, snapshot: Snapshot) -> Choice:
    identities = list(dict.fromkeys(request.query_params.getlist("others")))
    if len(identities) > _MOST_OTHERS:
        raise HTTPException(400, f"A study can be compared with {_MOST_OTHERS} others at a time.")
    try:
        others = [site_of(request).desk.open(one).snapshot() for one in identities]
    except UnknownStudyError:
        raise HTTPException(404, "One of the studies to compare with is not here, or no longer.") from None
    if any(len(one.directions) != len(snapshot.directions) for one in others):
        raise HTTPException(400, "Only studies with the same number of objectives can be compared.")
    try:
        return choice_of(snapshot, request.query_params.multi_items(), others)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None


def _comparable(request: Request, identity: str, snapshot: Snapshot) -> list[tuple[str, str]]:
    """Identity and name of the other studies; those that turn out to have other objectives are refused then."""
    del snapshot
    return [(one.identity, one.name) for one in site_of(request).desk.studies() if one.identity != identity][:200]


def _first(plots: list[Plot]) -> list[Plot]:
    """What is shown before anything is chosen: how good the trials are, and which parameters matter."""
    kinds = [plot.kind for plot in plots]
    return [plot for plot in plots if plot.kind in (*kinds[:1], "importances")]
