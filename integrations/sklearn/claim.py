"""What the trials of a stored study are of, so that no search goes on with those of another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hpo.arrays import JSON
from hpo.caution import warn
from hpo.study import Study

__all__ = ["claim", "written"]

_SEARCH = "search"
_ESTIMATOR = "estimator"

_DIFFERENCES = {
    "maximises": "maximises {before}, and this search {now}",
    "scoring": "has trials with scoring={before}, and this search has scoring={now}",
    "epochs": "has trials of epochs={before}, and this search has epochs={now}",
    "data": "has trials on other data or other folds",
}


def claim(study: Study, estimator: Any, search: Mapping[str, JSON]) -> None:
    """Write down in a study what its trials are of, or refuse one whose trials are of something else.

    Another estimator is a warning: what differs may be how many cores it uses.

    Args:
        study: New, or with trials.
        estimator: What is searched for.
        search: What else the scores depend on: "maximises", "scoring", "epochs" and "data".

    Raises:
        ValueError: If the trials are of another search.
    """
    now = {**search, _ESTIMATOR: written(estimator)}
    before = study.user_attrs.get(_SEARCH)
    if before is None:
        study.set_user_attr(_SEARCH, now)
        return
    for name, difference in _DIFFERENCES.items():
        if before[name] != now[name]:
            raise ValueError(
                f"The study {study.study_name!r} {difference.format(before=before[name], now=now[name])}, so scores "
                "cannot be compared; give this search another study_name, or the same data, the same scores and a `cv` "
                "with a random_state."
            )
    if before[_ESTIMATOR] != now[_ESTIMATOR]:
        warn(
            f"The study {study.study_name!r} has trials of {before[_ESTIMATOR]}, and this search is of "
            f"{now[_ESTIMATOR]}; give it another study_name if that changes scores."
        )


def written(thing: Any) -> str:
    """How something is written, the same in each process: without its place in the memory."""
    ordered = sorted(thing) if isinstance(thing, (set, frozenset)) else thing
    return re.sub(r" at 0x[0-9A-Fa-f]+", "", " ".join(repr(ordered).split()))
