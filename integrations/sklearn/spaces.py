"""Which parameters a candidate has: from dicts, lists of dicts, or a function of the trial."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, final, runtime_checkable

from hpo.dimensions import Dimension, read_dimension
from hpo.distributions import CategoricalDistribution
from hpo.near import nearest
from hpo.trial.suggest import Suggestions

__all__ = ["BRANCH", "Candidate", "Parameterised", "read_spaces"]

BRANCH = "(space)"
"""Name of the parameter that says which of several dicts a trial has: its place, from 0."""

Candidate = Callable[[Suggestions], dict[str, Any]]
"""Suggests the parameters of an estimator, by the names that `set_params` takes."""


@runtime_checkable
class Parameterised(Protocol):
    """An estimator, as far as its parameters go."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Its parameters, those of its parts too."""
        ...


def read_spaces(spaces: Any, estimator: Parameterised) -> Candidate:
    """What suggests the parameters of a candidate.

    Args:
        spaces: A dict from names to what `read_dimension` takes; a list of dicts, or of tuples (dict, weight), of which
            each trial has one; or a function from a trial to a dict of values.
        estimator: Whose parameters they are.

    Raises:
        TypeError, ValueError: In one sentence, if it is none of these, or names a parameter that the estimator lacks.
    """
    if isinstance(spaces, Mapping):
        return _dict(spaces, estimator, {})
    if isinstance(spaces, Sequence) and not isinstance(spaces, str) and len(spaces) > 0:
        return _list(spaces, estimator)
    if callable(spaces):
        return _Function(spaces)
    raise TypeError(
        "spaces must be a dict from parameters to what they may be, a list of such dicts, or a function that takes a "
        f"trial and returns a dict of values; got {spaces!r} of type {type(spaces).__name__}."
    )


@final
@dataclass(frozen=True)
class _Function:
    """A space that is a function of the trial."""

    function: Callable[[Any], Any]

    def __call__(self, trial: Suggestions) -> dict[str, Any]:
        params = self.function(trial)
        if not isinstance(params, Mapping):
            raise TypeError(
                "A function as spaces must return a dict from parameters of the estimator to values, got "
                f"{params!r} of type {type(params).__name__}."
            )
        return dict(params)


@final
@dataclass(frozen=True)
class _Dict:
    """A space of named parameters; those of an estimator that is chosen itself count where it has them.

    Args:
        dimensions: By name, those of parts behind those of the wholes.
        owners: The nearest parameter above that is chosen too, by name.
        names: In the study, where they differ.
    """

    dimensions: Mapping[str, Dimension]
    owners: Mapping[str, str]
    names: Mapping[str, str]

    def __call__(self, trial: Suggestions) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for name, dimension in self.dimensions.items():
            owner = self.owners.get(name)
            if owner is None or (owner in params and _has(params[owner], name.removeprefix(f"{owner}__"))):
                params[name] = dimension.suggest(trial, self.names.get(name, name))
        return params


@final
@dataclass(frozen=True)
class _Branches:
    """Several spaces, of which a trial has one."""

    which: CategoricalDistribution
    spaces: tuple[_Dict, ...]

    def __call__(self, trial: Suggestions) -> dict[str, Any]:
        place: int = trial.suggest(BRANCH, self.which)
        return self.spaces[place](trial)


def _dict(spaces: Mapping[Any, Any], estimator: Parameterised, names: Mapping[str, str]) -> _Dict:
    dimensions = _dimensions(spaces)
    owners = {name: owner for name in dimensions if (owner := _owner(name, dimensions)) is not None}
    known = estimator.get_params(deep=True)
    for name in dimensions:
        owner = owners.get(name)
        if owner is None:
            _check(name, known, f"{type(estimator).__name__} lacks")
            continue
        chosen, part = dimensions[owner].choices, name.removeprefix(f"{owner}__")
        if not any(_has(choice, part) for choice in chosen):
            all_parts = {f"{owner}__{one}" for choice in chosen for one in _parameters(choice)}
            _check(name, all_parts, f"none of the choices of {owner!r} has")
    return _Dict(dimensions, owners, names)


def _dimensions(spaces: Mapping[Any, Any]) -> dict[str, Dimension]:
    """What was written for each name, parts behind wholes."""
    for name in spaces:
        if not isinstance(name, str):
            raise TypeError(
                f"spaces must have names of parameters as keys, got {name!r} of type {type(name).__name__}."
            )
    return {name: read_dimension(name, spaces[name]) for name in sorted(spaces, key=lambda name: name.count("__"))}


def _list(spaces: Sequence[Any], estimator: Parameterised) -> _Branches:
    dicts, weights = zip(*(_weighted(one) for one in spaces), strict=True)
    read = [_dimensions(one) for one in dicts]
    branches = tuple(_dict(one, estimator, _names(place, read)) for place, one in enumerate(dicts))
    equal = len(set(weights)) == 1
    return _Branches(CategoricalDistribution(range(len(dicts)), None if equal else weights), branches)


def _weighted(one: Any) -> tuple[Mapping[Any, Any], float]:
    match one:
        case Mapping():
            return one, 1.0
        case (Mapping() as space, (int() | float()) as weight):
            return space, weight
    raise TypeError(
        f"spaces must be a list of dicts, or of tuples of a dict and its weight, got {one!r} of type "
        f"{type(one).__name__} in it."
    )


def _names(place: int, read: Sequence[Mapping[str, Dimension]]) -> dict[str, str]:
    """What the study calls those parameters of one dict that another dict has too, and differently."""
    return {
        name: f"{name} {BRANCH[:-1]} {place})"
        for name, dimension in read[place].items()
        if any(name in other and other[name].distribution != dimension.distribution for other in read)
    }


def _owner(name: str, names: Mapping[str, Dimension]) -> str | None:
    """The nearest parameter that holds this one and is chosen as well."""
    head = name
    while "__" in head:
        head = head.rpartition("__")[0]
        if head in names:
            return head
    return None


def _has(choice: Any, part: str) -> bool:
    return part in _parameters(choice)


def _parameters(choice: Any) -> Mapping[str, Any]:
    return choice.get_params(deep=True) if isinstance(choice, Parameterised) and not isinstance(choice, type) else {}


def _check(name: str, known: Collection[str], who_lacks: str) -> None:
    if name in known:
        return
    near = nearest(name, known)
    hint = f"did you mean {near!r}?" if near else f"there is {', '.join(map(repr, sorted(known))) or 'nothing else'}."
    raise ValueError(f"spaces has the parameter {name!r}, which {who_lacks}; {hint}")
