"""An ordered set of parameters, and the one place where whole configurations are coded and decoded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from operator import is_
from typing import Any, final

import numpy as np

from hpo.arrays import Array
from hpo.digests import digest
from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    distribution_to_dict,
    token,
)
from hpo.key import Key

__all__ = ["Space"]


@final
class Space(Mapping[str, BaseDistribution]):
    """Immutable mapping from names to distributions; its order is that of the columns of coded rows.

    Example:
        >>> from hpo.distributions import CategoricalDistribution, FloatDistribution
        >>> space = Space({"lr": FloatDistribution(1e-4, 1.0, log=True), "kind": CategoricalDistribution(["a", "b"])})
        >>> space.encode({"lr": 0.01, "kind": "b"})
        array([0.5, 1. ])
    """

    def __init__(self, distributions: Mapping[str, BaseDistribution] | None = None) -> None:
        self._distributions = dict(distributions or {})
        self.names = tuple(self._distributions)
        self.distributions = tuple(self._distributions.values())
        self.index = {name: column for column, name in enumerate(self.names)}

    def __getitem__(self, name: str) -> BaseDistribution:
        return self._distributions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Space):
            return NotImplemented
        return self.names == other.names and self._distributions == other._distributions

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Space({self._distributions!r})"

    @cached_property
    def _categories(self) -> tuple[int, ...]:
        return tuple(i for i, one in enumerate(self.distributions) if isinstance(one, CategoricalDistribution))

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(self._distributions.items()))

    @cached_property
    def plain(self) -> tuple[tuple[bool, ...], Array, Array]:
        """Which parameters are coded linearly, and their bounds, shape (d, 1); of others these are 0 and 1."""
        plain = [d if type(d) is FloatDistribution and d.is_plain else None for d in self.distributions]
        ends = np.array([(0.0, 1.0) if d is None else (d.low, d.high) for d in plain]).reshape(-1, 2)
        return tuple(d is not None for d in plain), ends[:, :1], ends[:, 1:]

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal digits that name this space's content."""
        text = json.dumps(self.to_list(), default=token)
        return digest(text.encode(), 8).hex()

    def to_list(self) -> list[list[Any]]:
        """Names and distributions, in order, as lists and dicts that JSON can hold if all choices can be held."""
        return [[name, distribution_to_dict(distribution)] for name, distribution in self._distributions.items()]

    def consists_of(self, distributions: Mapping[str, BaseDistribution]) -> bool:
        """Whether these very objects, in this order, make up the space; a quick test that may miss equal ones."""
        return self.names == tuple(distributions) and all(map(is_, self.distributions, distributions.values()))

    def extended(self, other: Space) -> Space:
        """This space with the other's parameters; where both have one, the other's distribution."""
        if all(self._distributions.get(name) is distribution for name, distribution in other.items()):
            return self
        return Space(self._distributions | other._distributions)

    def encode(self, parameters: Mapping[str, Any]) -> Array:
        """The coded row of a configuration, shape (d,); NaN where a parameter is missing or outside of its domain."""
        row = np.full(len(self), np.nan)
        for column, (name, distribution) in enumerate(self._distributions.items()):
            if name in parameters and distribution.contains(parameters[name]):
                internal = distribution.to_internal_repr(parameters[name])
                row[column] = distribution.encode(np.array([internal]))[0]
        return row

    def decode(self, row: Array) -> dict[str, Any]:
        """The configuration at a coded row, shape (d,), without the parameters that are NaN there."""
        return {
            name: distribution.decode(u)
            for (name, distribution), u in zip(self._distributions.items(), row.tolist(), strict=True)
            if u == u
        }

    def uniform(self, key: Key) -> Array:
        """A coded row drawn from the prior, shape (d,); each parameter's depends on the key and its name alone."""
        row = key.uniforms(self.names)
        for column in self._categories:  # numbers are coded so that their prior is uniform
            row[column] = self.distributions[column].draw(row[column])
        return np.array(row, dtype=np.float64)
