"""What a trial was given before it asks: models take it into account, proposals leave it out."""

from __future__ import annotations

import numpy as np

from hpo.arrays import Array
from hpo.history import History
from hpo.space import Space

__all__ = ["completed", "narrowed"]


def completed(space: Space, history: History) -> Space:
    """A space and the given parameters that it lacks, as far as the study has seen these; itself if it lacks none."""
    given = {name: history.space[name] for name in history.given if name in history.space}
    return Space(given | dict(space)) if any(name not in space for name in given) else space


def narrowed(row: Array, model: Space, space: Space) -> Array:
    """A coded row of a space's parameters alone, shape (d,), of one of the completed space."""
    return row if model is space else np.asarray(row[[model.index[name] for name in space]])
