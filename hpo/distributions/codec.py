"""Distributions as JSON, in the form that Optuna writes and in a short one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hpo.arrays import JSON
from hpo.distributions.base import BaseDistribution
from hpo.distributions.categorical import CategoricalDistribution
from hpo.distributions.floats import FloatDistribution
from hpo.distributions.integers import IntDistribution
from hpo.distributions.normal import NormalDistribution
from hpo.distributions.tokens import plain

__all__ = ["distribution_from_dict", "distribution_to_dict", "distribution_to_json", "json_to_distribution"]

_KINDS: dict[str, type[BaseDistribution]] = {
    kind.__name__: kind for kind in (FloatDistribution, IntDistribution, CategoricalDistribution, NormalDistribution)
}
_OLD: dict[str, tuple[str, dict[str, JSON]]] = {
    "DiscreteUniformDistribution": ("FloatDistribution", {}),
    "IntLogUniformDistribution": ("IntDistribution", {"log": True}),
    "IntUniformDistribution": ("IntDistribution", {}),
    "LogUniformDistribution": ("FloatDistribution", {"log": True}),
    "UniformDistribution": ("FloatDistribution", {}),
}
_SHORT = {
    "float": "FloatDistribution",
    "int": "IntDistribution",
    "categorical": "CategoricalDistribution",
    "normal": "NormalDistribution",
}


def distribution_to_json(dist: BaseDistribution) -> str:
    """The distribution as a JSON object with its `name` and `attributes`."""
    return json.dumps(distribution_to_dict(dist), default=plain)


def distribution_to_dict(dist: BaseDistribution) -> dict[str, Any]:
    """A distribution as a dict, which JSON can hold if its choices can be held."""
    attributes = dist._asdict()
    if isinstance(dist, CategoricalDistribution):
        attributes = {"choices": dist.choices}
        if dist.weights is not None:
            attributes["weights"] = dist.weights
        if dist.ordered:
            attributes["ordered"] = True
    if isinstance(dist, NormalDistribution) and not dist.integer:
        del attributes["integer"]  # as before there were such, so that the digests of old spaces stay
    return {"name": type(dist).__name__, "attributes": attributes}


def json_to_distribution(json_str: str) -> BaseDistribution:
    """The distribution that `distribution_to_json` wrote.

    Also reads the short form `{"type": "float", "low": 0, "high": 1}`.
    """
    return distribution_from_dict(json.loads(json_str))


def distribution_from_dict(data: Mapping[str, JSON]) -> BaseDistribution:
    """The distribution that a decoded JSON object describes, in either form.

    Raises:
        TypeError: If it is no object, or its attributes are none of the distribution's.
        ValueError: If there is no such distribution.
    """
    if not isinstance(data, Mapping):
        raise TypeError(f'A distribution is written as {{"type": "float", "low": 0, "high": 1}}, got {data!r}.')
    if "type" in data:
        attributes = {key: value for key, value in data.items() if key != "type"}
        name = _SHORT.get(data["type"], data["type"])
    else:
        name, attributes = _today(str(data.get("name")), dict(data.get("attributes", {})))
    kind = _KINDS.get(str(name))
    if kind is None:
        raise ValueError(f"Unknown kind of distribution {name!r}; known are {sorted(_KINDS)} and {sorted(_SHORT)}.")
    return kind(**attributes)


def _today(name: str, attributes: dict[str, JSON]) -> tuple[str, dict[str, JSON]]:
    """What Optuna 2 wrote, in the words of today."""
    if name not in _OLD:
        return name, attributes
    kind, meant = _OLD[name]
    if "q" in attributes:
        attributes["step"] = attributes.pop("q")
    return kind, attributes | meant
