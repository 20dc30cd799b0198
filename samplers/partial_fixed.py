"""Some parameters fixed, the others as another sampler says."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_values
from hpo.distributions import BaseDistribution, token
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.key import Key
from hpo.protocols import Sampler, ending, sampled, valuing
from hpo.samplers.unasked import say_unasked
from hpo.space import Space

__all__ = ["PartialFixedSampler"]


@final
@dataclass(frozen=True, eq=False)
class PartialFixedSampler:
    """Give some parameters values, and let another sampler choose the others, given these.

    Args:
        fixed_params: Values by name. One outside of its domain is used all the same, after a warning.
        base_sampler: For the others. `BruteForceSampler` and `GridSampler` end the study when all has been tried that
            has these values, but for trials that began before the first one had ended, which may repeat each other;
            `on_exhausted` of other samplers looks at the whole space.

    Raises:
        SearchSpaceExhausted: From `ask`, if the other sampler is one of these two and nothing is left.
        ValueError: From `ask`, if a `GridSampler` has no such value.

    Example:
        >>> study.sampler = PartialFixedSampler({"depth": 3}, study.sampler)
    """

    fixed_params: Mapping[str, Any]
    base_sampler: Sampler

    def __post_init__(self) -> None:
        check_values("fixed_params", self.fixed_params)
        object.__setattr__(self, "fixed_params", dict(self.fixed_params))  # the caller's may change
        if isinstance(self.base_sampler, type) or not isinstance(self.base_sampler, Sampler):
            raise TypeError(f"base_sampler must be a sampler, such as TPESampler(), got {self.base_sampler!r}.")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PartialFixedSampler):
            return NotImplemented
        return (self._tokens, self.base_sampler) == (other._tokens, other.base_sampler)

    def __hash__(self) -> int:
        return hash((self._tokens, type(self.base_sampler)))  # a sampler of the user's own need not be hashable

    @property
    def wrapped(self) -> Sampler:
        """The other sampler."""
        return self.base_sampler

    def is_used_up(self, history: History, key: Key) -> bool:
        """Whether the other sampler has nothing left to try that has the fixed values."""
        lasting = ending(self.base_sampler)
        return lasting is not None and lasting.is_used_up(self._given(history), key)

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        say_unasked("PartialFixedSampler", self.fixed_params, history, key.seed)
        if not history.given and self.is_used_up(history, key):
            raise SearchSpaceExhausted(f"Everything has been tried that has the values {dict(self.fixed_params)!r}.")
        row = np.array(sampled(self.base_sampler, space, self._given(history), key), dtype=np.float64)
        fixed = space.encode(self.fixed_params)
        is_fixed = np.array([name in self.fixed_params for name in space], dtype=np.bool_)
        return np.where(is_fixed, fixed, row)

    def value(self, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
        """The value that is fixed, or what the other sampler says."""
        if name in self.fixed_params:
            return _as_tried(distribution, self.fixed_params[name])
        return valuing(self.base_sampler)(name, distribution, self._given(history), key)

    @cached_property
    def _tokens(self) -> frozenset[tuple[str, str]]:
        """The fixed values: 1, 1.0 and True are different choices, and a list of numbers may be one."""
        return frozenset((name, token(value)) for name, value in self.fixed_params.items())

    def _given(self, history: History) -> History:
        return history.with_given({**self._fixed(history.space), **history.given})

    def _fixed(self, space: Space) -> dict[str, Any]:
        """What is fixed, as trials have it; what no parameter of that name can have is refused when it is asked for."""
        fixed = dict(self.fixed_params)
        for name in fixed.keys() & set(space):
            with suppress(TypeError, ValueError):
                fixed[name] = _as_tried(space[name], fixed[name])
        return fixed


def _as_tried(distribution: BaseDistribution, value: Any) -> Any:
    """A fixed value as trials have it: as a float or an integer, and on the grid of a step where it lies on one."""
    internal = distribution.to_internal_repr(value)
    if distribution.contains(value):
        return distribution.decode(distribution.encode(np.array([internal]))[0])
    return distribution.to_external_repr(internal)
