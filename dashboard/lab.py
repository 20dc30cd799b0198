"""The pages on which people make trials: queue one, or run one by hand and enter what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from starlette.requests import Request
from starlette.responses import Response

from hpo.dashboard.acts import EXAMPLE
from hpo.dashboard.headline import headline_of
from hpo.dashboard.site import number_of, page, study_of
from hpo.dashboard.trial import trial_of
from hpo.distributions import BaseDistribution, CategoricalDistribution
from hpo.events import TrialState
from hpo.reading.records import given
from hpo.reading.tables import describe

__all__ = ["Field", "by_hand", "enqueue"]


@final
@dataclass(frozen=True)
class Field:
    """What is entered for a parameter.

    Args:
        name, domain: Which, and what it can be.
        choices: Of a category, as texts; None of a number.
        value: What it begins with: a number as text, or the index of a choice.
    """

    name: str
    domain: str
    choices: tuple[str, ...] | None
    value: str


def by_hand(request: Request) -> Response:
    """Trials that wait for their results, each with a form to enter them, and a button for the next one."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    running = [trial for trial in snapshot.get_trials(states=(TrialState.RUNNING,)) if trial.params]
    return page(
        request,
        "lab.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
        trials=running,
        space=[(name, *describe(one)) for name, one in snapshot.history.space.items()],
        example=EXAMPLE,
    )


def enqueue(request: Request) -> Response:
    """A form made from the space; with `like=` it begins with the parameters of that trial."""
    identity, study = study_of(request)
    snapshot = study.snapshot()
    asked = request.query_params.get("like", "")
    like = trial_of(snapshot, number_of(asked)) if asked else None
    known = {} if like is None else given(like)
    return page(
        request,
        "enqueue.html",
        identity=identity,
        headline=headline_of(identity, snapshot),
        fields=[_field(name, one, known) for name, one in snapshot.history.space.items()],
        like=None if like is None else like.number,
    )


def _field(name: str, distribution: BaseDistribution, known: dict[str, Any]) -> Field:
    _, domain = describe(distribution)
    if not isinstance(distribution, CategoricalDistribution):
        return Field(name, domain, None, repr(known[name]) if name in known else "")
    is_known = name in known and distribution.contains(known[name])
    value = str(int(distribution.to_internal_repr(known[name]))) if is_known else ""
    return Field(name, domain, tuple(map(str, distribution.choices)), value)
