"""The pages that tell what a study searches, and what failed in it and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from hpo.dashboard.files import listed, without
from hpo.dashboard.headline import headline_of
from hpo.dashboard.notes import NOTE, TAGS, markdown, tags_of
from hpo.dashboard.site import page, site_of, study_of
from hpo.events import StudyCreated, TrialError, TrialState
from hpo.reading.counts import latest
from hpo.reading.tables import describe
from hpo.trial.frozen import FrozenTrial

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot

__all__ = ["Kind", "failures", "kinds_of_failure", "overview"]

_NEWEST = 20_000  # failed trials that are looked at
_MOST = 50  # kinds that are shown


@final
@dataclass(frozen=True)
class Kind:
    """Trials that failed in the same way.

    Args:
        error: Of the first of them; None if no reason was given.
        numbers: Of all of them, ascending.
        first: The first of them.
    """

    error: TrialError | None
    numbers: tuple[int, ...]
    first: FrozenTrial


def overview(request: Request) -> Response:
    """What is searched, and all that is attached to the study."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    history = latest(snapshot.history)
    counted = history.active(np.arange(len(history)), history.space).sum(axis=0).tolist() if history.space else []
    (header,) = study.events(limit=1)
    assert isinstance(header, StudyCreated)
    attributes = snapshot.user_attrs
    note = attributes.get(NOTE)
    return page(
        request,
        "about.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
        space=[(name, *describe(one), n) for (name, one), n in zip(history.space.items(), counted, strict=True)],
        constraints=list(history.constraints),
        note=note if isinstance(note, str) else "",
        note_html=markdown(note) if isinstance(note, str) else "",
        tags=tags_of(attributes),
        attributes={key: value for key, value in without(attributes).items() if key not in (NOTE, TAGS)},
        internal=without(snapshot.system_attrs),
        artifacts=listed(request, f"/s/{identity}", snapshot.system_attrs, attributes),
        seed=snapshot.seed,
        created=header.time,
        has_places=bool(site_of(request).desk.places()),
    )


def failures(request: Request) -> Response:
    """What failed, by kind, the most frequent first."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    kinds, n_seen = kinds_of_failure(snapshot)
    return page(
        request,
        "failures.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
        kinds=kinds[:_MOST],
        n_kinds=len(kinds),
        n_seen=n_seen,
        n_failed=snapshot.count_trials((TrialState.FAIL,)),
    )


def kinds_of_failure(study: Snapshot) -> tuple[list[Kind], int]:
    """The kinds, and how many trials were looked at: the newest ones, where there are very many."""
    history = study.history
    rows = np.flatnonzero(history.state == TrialState.FAIL)[-_NEWEST:]
    groups: dict[tuple[str, str], list[int]] = {}
    for row in rows.tolist():
        error = history.finished(row).error
        groups.setdefault(("", "") if error is None else (error.type, error.message), []).append(row)
    kinds = []
    for members in sorted(groups.values(), key=len, reverse=True):
        first = FrozenTrial.of_row(history, members[0], int(history.number[members[0]]))
        kinds.append(Kind(first.error, tuple(sorted(history.number[members].tolist())), first))
    return kinds, len(rows)
