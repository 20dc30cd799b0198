"""What a page can do to studies: each act is a form that is sent, and leads to the page that shows what became of it.

Nobody gets here but through the guard, which refuses every form where the dashboard may not write.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hpo.dashboard.annotating import changes_of, conflicts_of, written
from hpo.dashboard.desk import OpenStudy
from hpo.dashboard.paging import whole
from hpo.dashboard.site import back, form_of, number_of, page, site_of, study_of
from hpo.dashboard.trial import trial_of
from hpo.distributions import BaseDistribution, CategoricalDistribution, distribution_from_dict
from hpo.events import FIXED, TrialState
from hpo.exceptions import HpoError, UnknownStudyError
from hpo.secrets import redacted

if TYPE_CHECKING:
    from hpo.reading.snapshot import Snapshot

__all__ = [
    "EXAMPLE",
    "ask",
    "copy",
    "create",
    "delete",
    "delete_trial",
    "enqueue",
    "import_optuna",
    "note",
    "note_trial",
    "rename",
    "tell",
]

_ENDS = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "fail": TrialState.FAIL}


def create(request: Request) -> Response:
    """Make a study."""
    form = dict(form_of(request))
    name = form.get("name", "").strip()
    if not name:
        raise HTTPException(400, "A study needs a name.")
    directions = form.get("directions", "minimize").replace(",", " ").split()
    if not 1 <= len(directions) <= 100:
        raise HTTPException(400, "A study has one direction for each objective, such as: minimize, maximize.")
    with _told():
        return back(f"/s/{site_of(request).desk.create(form.get('place', ''), name, directions)}")


def import_optuna(request: Request) -> Response:
    """Copy the studies of Optuna's database."""
    form = dict(form_of(request))
    source = form.get("source", "").strip()
    if "://" not in source:
        raise HTTPException(400, "Say where Optuna's database is, such as sqlite:///optuna.db.")
    with _told():
        site_of(request).desk.import_optuna(form.get("place", ""), source)
    return back("/")


def rename(request: Request) -> Response:
    """Give a study another name."""
    identity, study = study_of(request)
    with _told():
        study.rename(_name(request))
    return back(f"/s/{identity}/about")


def copy(request: Request) -> Response:
    """Copy a study under another name."""
    identity, _ = study_of(request)
    with _told():
        return back(f"/s/{site_of(request).desk.copy(identity, _name(request))}")


def delete(request: Request) -> Response:
    """Remove a study, whose name must be repeated for that."""
    identity, study = study_of(request)
    name = study.snapshot().study_name
    if dict(form_of(request)).get("confirm") != name:
        raise HTTPException(400, "Nothing was deleted: to delete a study, enter its name exactly.")
    with _told():
        site_of(request).desk.delete(identity)
    return back("/")


def note(request: Request) -> Response:
    """Attach a note and tags to a study."""
    identity, study = study_of(request)
    return _annotate(request, study.snapshot().user_attrs, study.set_user_attr, f"/s/{identity}/about")


def note_trial(request: Request) -> Response:
    """Attach a note and tags to a trial."""
    identity, study, number = _trial(request)
    known = trial_of(study.snapshot(), number).user_attrs

    def store(key: str, value: Any) -> None:
        study.set_trial_user_attr(number, key, value)

    return _annotate(request, known, store, f"/s/{identity}/trials/{number}")


def _annotate(request: Request, known: Mapping[str, Any], store: Callable[[str, Any], None], onwards: str) -> Response:
    """Store what of a note and tags is not as the page showed it, unless somebody else has changed that since."""
    sent = written(dict(form_of(request)))
    if conflicts := conflicts_of(sent, known):
        return page(request, "conflict.html", 409, conflicts=conflicts, onwards=onwards)
    with _told():
        for key, value in changes_of(sent, known).items():
            store(key, value)
    return back(onwards)


def delete_trial(request: Request) -> Response:
    """Take a trial out of its study."""
    identity, study, number = _trial(request)
    with _told():
        study.delete_trial(number)
    return back(f"/s/{identity}/trials")


def enqueue(request: Request) -> Response:
    """Queue a trial with some parameters."""
    identity, study = study_of(request)
    space = study.snapshot().history.space
    with _told():
        parameters = _parameters(space, form_of(request))
        study.enqueue_trial(parameters)
    return back(f"/s/{identity}/trials?state=WAITING")


def ask(request: Request) -> Response:
    """Begin a trial by hand, of all parameters that are known, or of those that the form describes.

    It is the next one, or the queued one whose number the form gives.
    """
    identity, study = study_of(request)
    form = dict(form_of(request))
    described = form.get("space", "").strip()
    queued = number_of(form["number"]) if form.get("number") else None
    with _told():
        space = _space(described) if described else dict(study.snapshot().history.space)
        if not space:
            raise ValueError("The study knows no parameters yet; describe them, such as " + EXAMPLE)
        trial = study.ask(space, queued=queued)
    return back(f"/s/{identity}/lab#trial-{trial.number}")


EXAMPLE = '{"temperature": {"type": "float", "low": 20, "high": 90}}'
"""Of a space that is described."""


def tell(request: Request) -> Response:
    """End a trial that runs, or one that is queued and whose parameters are all fixed."""
    identity, study, number = _trial(request)
    form = dict(form_of(request))
    state = _ENDS.get(form.get("state", "complete"))
    if state is None:
        raise HTTPException(400, f"A trial ends as one of {', '.join(_ENDS)}.")
    snapshot = study.snapshot()
    n = len(snapshot.directions)
    with _told():
        values = (
            [_float(form.get(f"value.{i}", ""), "value") for i in range(n)] if state is TrialState.COMPLETE else None
        )
        if trial_of(snapshot, number).state is TrialState.WAITING:
            _begin_queued(study, snapshot, number, values or ())
        study.tell(number, values, state)
    onwards = f"/s/{identity}/lab" if form.get("from") == "lab" else f"/s/{identity}/trials/{number}"
    return back(onwards)


def _begin_queued(study: OpenStudy, snapshot: Snapshot, number: int, values: Sequence[float]) -> None:
    """Begin a queued trial whose result is known already; not if that is none, as it would run on for ever."""
    if any(math.isnan(value) for value in values):
        raise ValueError("Expected a number as the result, got NaN.")
    fixed = trial_of(snapshot, number).system_attrs.get(FIXED, {})
    if missing := [name for name in snapshot.history.space if name not in fixed]:
        raise ValueError(
            f"Trial {number} does not fix {', '.join(missing[:5])}, so nobody can know its result yet: begin it first."
        )
    study.ask(dict(snapshot.history.space), queued=number)


# ---- reading forms


@contextmanager
def _told() -> Iterator[None]:
    """What a study refuses is told to who asked for it."""
    try:
        yield
    except UnknownStudyError:
        raise
    except (HpoError, OSError, ImportError, TypeError, ValueError) as error:
        raise HTTPException(400, redacted(str(error))) from error


def _name(request: Request) -> str:
    name = dict(form_of(request)).get("name", "").strip()
    if not name:
        raise ValueError("A study needs a name.")
    return name


def _trial(request: Request) -> tuple[str, OpenStudy, int]:
    identity, study = study_of(request)
    number = number_of(request.path_params["number"])
    trial_of(study.snapshot(), number)
    return identity, study, number


def _parameters(space: Mapping[str, BaseDistribution], form: list[tuple[str, str]]) -> dict[str, Any]:
    """The parameters that a form fixes: `p.lr` as it is written, of a category the index, and `others` as JSON."""
    found: dict[str, Any] = {}
    for field, text in form:
        kind, _, name = field.partition(".")
        if kind == "p" and text.strip():
            if name not in space:
                raise ValueError(f"The study has no parameter {name[:80]!r}.")
            found[name] = _value(name, text.strip(), space[name])
    others = _json(dict(form).get("others", "").strip() or "{}", "The other parameters", '{"x": 0.5}')
    for name, value in others.items():
        if name in space and not _contains(space[name], value):
            raise ValueError(f"{name!r} must lie in {space[name]!r}, got {value!r}.")
    return {**found, **others}


def _value(name: str, text: str, distribution: BaseDistribution) -> Any:
    if isinstance(distribution, CategoricalDistribution):
        index = whole(text, len(distribution.choices) - 1)
        if index is None:
            raise ValueError(f"{name!r} has no such choice.")
        return distribution.choices[index]
    number = _float(text, name)
    value = int(number) if number.is_integer() and distribution.kind.partition(" ")[0] == "int" else number
    if not _contains(distribution, value):
        raise ValueError(f"{name!r} must lie in {distribution!r}, got {value!r}.")
    return value


def _contains(distribution: BaseDistribution, value: Any) -> bool:
    try:
        return distribution.contains(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _float(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"Expected a number for {name[:80]!r}, got {text[:80]!r}.") from None


def _json(text: str, what: str, example: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{what} must be written as JSON, such as {example}.") from None
    if not isinstance(found, dict):
        raise ValueError(f"{what} must be a JSON object, such as {example}.")
    return found


def _space(text: str) -> dict[str, BaseDistribution]:
    described = _json(text, "The parameters", EXAMPLE)
    try:
        return {name: distribution_from_dict(one) for name, one in described.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise ValueError(f"The parameters cannot be read: {reason}. Write them such as {EXAMPLE}.") from None
