"""What a trial asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from hpo.arrays import Array
from hpo.history import History
from hpo.key import Key
from hpo.space import Space

__all__ = ["Asked"]


@final
@dataclass(frozen=True, eq=False)
class Asked:
    """A point of a space, given what is known of the study.

    Args:
        space: Of the points.
        believed: The same parameters, with the beliefs of the user.
        fixed: Given values, shape (d,); NaN where there is a choice.
        pending: Points of running trials, shape (p, d); NaN where unknown.
        start: As long as nothing tells where to look, a point of the prior, shape (d,), whose numbers stand.
        whole: Whether it is the study's whole space.
        history: What is known of the study.
        key: Of the trial.
    """

    space: Space
    believed: Space
    fixed: Array
    pending: Array
    start: Array | None
    whole: bool
    history: History
    key: Key
