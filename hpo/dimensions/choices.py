"""Choices that are objects, such as estimators, under names that a storage can hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpo.dimensions.dimension import Dimension
from hpo.distributions import CategoricalDistribution, token

__all__ = ["choices_of"]

_LONGEST = 60


def choices_of(choices: Sequence[Any], weights: Sequence[float] | None = None, *, name: str | None = None) -> Dimension:
    """One of a few choices, anything that Python has.

    What JSON can hold is kept as it is, with equal choices once. Anything else is kept under its `repr`, or under its
    name and place if that is long or says where in the memory it stands. At least three numbers that rise or fall are
    taken for ordered.

    Raises:
        ValueError: If there are none, or the weights do not fit.
    """
    labels = [_label(choice, place) for place, choice in enumerate(choices)]
    if len(set(map(token, labels))) < len(labels) and weights is None:
        first = {token(label): place for place, label in reversed(list(enumerate(labels)))}
        places = sorted(first.values())
        choices, labels = [choices[place] for place in places], [labels[place] for place in places]
    distribution = CategoricalDistribution(labels, weights, ordered=_are_ordered(choices))
    if all(label is choice for label, choice in zip(labels, choices, strict=True)):
        return Dimension(distribution, choices=tuple(choices), name=name)
    meant = {token(label): choice for label, choice in zip(labels, choices, strict=True)}
    return Dimension(
        distribution,
        decode=lambda label: meant[token(label)],
        encode=lambda choice: _label_of(choice, choices, labels),
        choices=tuple(choices),
        name=name,
    )


def _label(choice: Any, place: int) -> Any:
    """What a study keeps for a choice."""
    if not token(choice).startswith("<"):
        return choice.item() if isinstance(choice, np.generic) else choice
    named = getattr(choice, "__qualname__", None)
    text = " ".join(repr(choice).split()) if named is None else str(named)
    if len(text) <= _LONGEST and " at 0x" not in text and "<" not in text:
        return text
    return f"{named or type(choice).__name__} {place}"


def _label_of(choice: Any, choices: Sequence[Any], labels: Sequence[Any]) -> Any:
    """The label of one of the choices, or what `choice` would be kept as."""
    return next((label for label, one in zip(labels, choices, strict=True) if one is choice), _label(choice, -1))


def _are_ordered(choices: Sequence[Any]) -> bool:
    if len(choices) < 3 or not all(isinstance(one, (int, float, np.number)) for one in choices):
        return False
    if any(isinstance(one, bool) for one in choices):
        return False
    steps = np.diff(np.asarray(choices, dtype=np.float64))
    return bool((steps > 0).all() or (steps < 0).all())
