"""The page of one trial: everything that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hpo.dashboard.curves import plot_curve_among_others
from hpo.dashboard.desk import OpenStudy
from hpo.dashboard.figures import as_json
from hpo.dashboard.files import listed, without
from hpo.dashboard.headline import STATES, headline_of
from hpo.dashboard.kept import Kept
from hpo.dashboard.notes import NOTE, TAGS, markdown, tags_of
from hpo.dashboard.origins import Origins
from hpo.dashboard.site import number_of, page, study_of
from hpo.distributions import BaseDistribution
from hpo.events import FIXED, StudyCreated, TrialState
from hpo.exceptions import HpoError
from hpo.reading.best import as_python
from hpo.reading.counts import latest
from hpo.reading.tables import describe
from hpo.running.checkpoints import default_root, directory
from hpo.trial.frozen import FrozenTrial

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot

__all__ = ["Parameter", "curve", "origin", "overview", "trial_of"]

_EXPLAINED = 300_000  # trials up to which it is decided again who proposed them and why; it takes some seconds there
_MOST_FILES = 200
_origins: Kept[Origins] = Kept(16)


@final
@dataclass(frozen=True)
class Parameter:
    """A parameter of a trial.

    Args:
        name, value: As they are.
        kind, domain: In words.
        place: Where the value lies in its domain, from 0 to 100; None for a choice.
    """

    name: str
    value: Any
    kind: str
    domain: str
    place: float | None


def overview(request: Request) -> Response:
    """Its page."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    trial = trial_of(snapshot, number_of(request.path_params["number"]))
    note = trial.user_attrs.get(NOTE)
    return page(
        request,
        "trial.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
        trial=trial,
        word=STATES[trial.state],
        parameters=[_parameter(name, value, trial.distributions.get(name)) for name, value in trial.params.items()],
        fixed=trial.system_attrs.get(FIXED, {}),
        note=note if isinstance(note, str) else "",
        note_html=markdown(note) if isinstance(note, str) else "",
        tags=tags_of(trial.user_attrs),
        attributes={key: value for key, value in without(trial.user_attrs).items() if key not in (NOTE, TAGS)},
        internal=without(trial.system_attrs),
        artifacts=listed(request, f"/s/{identity}/trials/{trial.number}", trial.system_attrs, trial.user_attrs),
        files=_files(study, trial),
        neighbours=_neighbours(snapshot, trial.number),
        rank=_rank(snapshot, trial),
        as_python=as_python,
    )


def curve(request: Request) -> Response:
    """Its reports among those of other trials, as JSON."""
    _, study = study_of(request)
    snapshot = study.snapshot()
    trial = trial_of(snapshot, number_of(request.path_params["number"]))
    figure = plot_curve_among_others(snapshot, trial.number)
    return Response(as_json(figure), media_type="application/json")


def origin(request: Request) -> Response:
    """Who proposed it, who ran it, and on request why."""
    identity, study = study_of(request)
    number = number_of(request.path_params["number"])
    trial_of(study.snapshot(), number)
    found = _origins.get(identity, Origins).of(study, number)
    reason = ""
    if "why" in request.query_params:
        if number >= _EXPLAINED:
            raise HTTPException(
                400, f"For trials from {_EXPLAINED} on this takes long; ask study.explain({number}) in Python."
            )
        try:
            reason = str(study.explain(number))
        except (HpoError, ValueError) as error:
            reason = str(error)
    return page(
        request,
        "part_origin.html",
        identity=identity,
        number=number,
        origin=found,
        reason=reason,
        can_explain=number < _EXPLAINED and bool(found.sampler),
    )


def trial_of(snapshot: Snapshot, number: int) -> FrozenTrial:
    """The trial of a number.

    Raises:
        HTTPException: 404 if there is none.
    """
    found = _finished(snapshot, number)
    if found is None:
        unfinished = snapshot.get_trials(states=(TrialState.RUNNING, TrialState.WAITING))
        found = next((trial for trial in unfinished if trial.number == number), None)
    if found is None:
        raise HTTPException(404, f"The study has no trial {number}, or no longer.")
    return found


def _finished(snapshot: Snapshot, number: int) -> FrozenTrial | None:
    history = latest(snapshot.history)
    if number in snapshot.history.running:  # of one that had paused there is a row too
        return None
    rows = np.flatnonzero(history.number == number)
    return FrozenTrial.of_row(history, int(rows[-1]), number) if len(rows) else None


def _parameter(name: str, value: Any, distribution: BaseDistribution | None) -> Parameter:
    if distribution is None:
        return Parameter(name, value, "", "", None)
    kind, domain = describe(distribution)
    if kind in ("categorical", "ordered"):
        return Parameter(name, value, kind, domain, None)
    place = float(distribution.encode(np.array([distribution.to_internal_repr(value)]))[0])
    return Parameter(name, value, kind, domain, None if np.isnan(place) else 100.0 * place)


def _neighbours(snapshot: Snapshot, number: int) -> tuple[int | None, int | None]:
    """The trials before and after one, by number."""
    waiting = [trial.number for trial in snapshot.get_trials(states=(TrialState.WAITING,))]
    numbers = np.concatenate([snapshot.history.number, snapshot.history.running, np.array(waiting, np.int64)])
    before, after = numbers[numbers < number], numbers[numbers > number]
    return (int(before.max()) if len(before) else None), (int(after.min()) if len(after) else None)


def _rank(snapshot: Snapshot, trial: FrozenTrial) -> tuple[int, int] | None:
    """Which one it is of the complete and feasible trials, the best being 1, and how many these are."""
    if len(snapshot.directions) > 1 or trial.state is not TrialState.COMPLETE or trial.value is None:
        return None
    history = snapshot.history
    good = history.feasible
    losses = history.losses[good, 0]
    if trial.number not in history.number[good]:
        return None
    return 1 + int(np.count_nonzero(losses < trial.value * history.signs[0])), len(losses)


def _files(study: OpenStudy, trial: FrozenTrial) -> tuple[Path, list[tuple[str, int]]] | None:
    """The directory of its checkpoints as far as this machine sees it, and the files' names and sizes."""
    (header,) = study.events(limit=1)
    assert isinstance(header, StudyCreated)
    folder = directory(default_root(), header, trial.number, trial.system_attrs)
    if not folder.is_dir():
        return None
    found: list[tuple[str, int]] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found.append((str(path.relative_to(folder)), path.stat().st_size))
        if len(found) == _MOST_FILES:
            break
    return folder, found
