"""The choices that trials made, as a tree: which parameter an objective asks for depends on those that it has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, final

import numpy as np

from hpo.distributions import BaseDistribution, CategoricalDistribution, token
from hpo.events import TrialState
from hpo.history import History

__all__ = ["Choices", "Node", "n_values", "value_at"]


@final
@dataclass(frozen=True)
class Node:
    """A parameter that is asked for after the same choices.

    Args:
        name, distribution: Of the parameter, as it was asked for last.
        children: What came after each value that was tried, by the value's token, with the value; None where the trial
            ended without asking for more.
    """

    name: str
    distribution: BaseDistribution
    children: Mapping[str, tuple[Any, Node | None]] = field(default_factory=dict)
    n_left: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_left", self.count(self.distribution))

    def count(self, distribution: BaseDistribution) -> int:
        """Ways to go on that nobody has tried, as far as they are known: each untried value is one."""
        tried = [child for value, child in self.children.values() if _is_among(distribution, value)]
        return n_values(distribution) - len(tried) + sum(child.n_left for child in tried if child is not None)

    def chosen(self, u: float, distribution: BaseDistribution) -> tuple[Any, Node | None]:
        """A value at probability `u` in [0, 1), each untried way being equally probable, and what came after it.

        Where nothing is left, any value.
        """
        n = self.count(distribution)
        if n == 0:
            value = value_at(distribution, int(u * n_values(distribution)))
            return value, self.after(value)
        rest = int(u * n)
        inside = [(value, child) for value, child in self.children.values() if _is_among(distribution, value)]
        tried = sorted(_index_of(distribution, value) for value, _ in inside)
        if rest < n_values(distribution) - len(tried):
            for index in tried:  # the untried value of that rank
                rest += index <= rest
            return value_at(distribution, rest), None
        rest -= n_values(distribution) - len(tried)
        for value, child in inside:
            left = 0 if child is None else child.n_left
            if rest < left:
                return value, child
            rest -= left
        raise AssertionError("the ways that are left add up to their number")

    def given(self, values: Mapping[str, Any]) -> Node:
        """The same, where some parameters have values, and no others can be chosen."""
        children = {name: (value, child and child.given(values)) for name, (value, child) in self.children.items()}
        if self.name not in values:
            return replace(self, children=children)
        value = values[self.name]
        own = {name: child for name, child in children.items() if name == token(value)}
        return Node(self.name, CategoricalDistribution((value,)), own)

    def asks(self, name: str) -> bool:
        """Whether a parameter was asked for here or later."""
        return self.name == name or any(child.asks(name) for _, child in self.children.values() if child is not None)

    def after(self, value: Any) -> Node | None:
        """What came after a value; None if nothing is known."""
        return self.children.get(token(value), (value, None))[1]


@final
@dataclass(frozen=True)
class Choices:
    """What was tried.

    Args:
        root: The first parameter; None as long as no trial had one.
        ended: Whether a trial has ended without asking for any.
        fixed: Values of some parameters: trials that have others do not count, and no others can be chosen.
    """

    root: Node | None = None
    ended: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing is left that nobody has tried."""
        return self.ended if self.root is None else self.root.n_left == 0

    def advance(self, fresh: History) -> Choices:
        """With what some more trials tried, failed ones too."""
        tree = self
        for row in range(len(fresh)):
            trial = fresh.finished(row)
            whole = trial.state is TrialState.COMPLETE
            tree = tree.including(trial.parameters, trial.space, whole=whole)
        return tree

    def including(
        self, values: Mapping[str, Any], distributions: Mapping[str, BaseDistribution], *, whole: bool = False
    ) -> Choices:
        """With a trial's values, in the order in which it asked for them.

        Args:
            values, distributions: By name.
            whole: Whether it asked for all that the objective asks for now; one that failed or was pruned may not have.
        """
        if any(math.isinf(distribution.cardinality) for distribution in distributions.values()):
            return self  # was added from elsewhere
        if not self._agrees(values):
            return self
        if not values:
            return replace(self, ended=True)
        domains = {**distributions, **{name: CategoricalDistribution((value,)) for name, value in self.fixed.items()}}
        return replace(self, root=_grown(self.root, dict(values), domains, whole))

    def expecting(self, values: Mapping[str, Any]) -> Choices:
        """With the values that a running trial is expected to try, as far as the tree knows the parameters."""
        if self.root is None or not self._agrees(values):
            return self
        return replace(self, root=_expected(self.root, values))

    def _agrees(self, values: Mapping[str, Any]) -> bool:
        """Whether a trial has the values that are fixed, as far as it has these parameters."""
        return all(token(values[name]) == token(value) for name, value in self.fixed.items() if name in values)


def _grown(
    node: Node | None, values: dict[str, Any], distributions: Mapping[str, BaseDistribution], whole: bool
) -> Node | None:
    """A node with the way of a trial from there on, given what it has not been asked for yet."""
    if not values:
        return None if whole else node
    if node is None:
        name = next(iter(values))
        node = Node(name, distributions[name])
    elif node.name not in values:  # failed before, or asks for other parameters now than others did
        return node
    value = values.pop(node.name)
    children = {**node.children, token(value): (value, _grown(node.after(value), values, distributions, whole))}
    return Node(node.name, distributions[node.name], children)


def _expected(node: Node, values: Mapping[str, Any]) -> Node:
    if node.name not in values:
        return node
    value = values[node.name]
    after = node.after(value)
    child = None if after is None else _expected(after, values)
    return replace(node, children={**node.children, token(value): (value, child)})


def _is_among(distribution: BaseDistribution, value: Any) -> bool:
    """Whether a value is one that can be chosen; categories of probability 0 are none."""
    if isinstance(distribution, CategoricalDistribution):
        return token(value) in _possible(distribution)
    return distribution.contains(value)


def n_values(distribution: BaseDistribution) -> int:
    """How many values can be chosen from."""
    if isinstance(distribution, CategoricalDistribution):
        return len(_possible(distribution))
    return int(distribution.cardinality)


def value_at(distribution: BaseDistribution, index: int) -> Any:
    """The value of an index below `n_values`."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.decode(list(_possible(distribution).values())[index])
    low, high = float(distribution.decode(0.0)), float(distribution.decode(1.0))
    internal = min(low + index * _step(distribution), high)  # rounding may lead beyond the end
    return distribution.decode(float(distribution.encode(np.array([internal]))[0]))


def _index_of(distribution: BaseDistribution, value: Any) -> int:
    """The index of a value that can be chosen."""
    if isinstance(distribution, CategoricalDistribution):
        return list(_possible(distribution)).index(token(value))
    return round((float(value) - float(distribution.decode(0.0))) / (_step(distribution) or 1.0))


@lru_cache(maxsize=256)
def _possible(distribution: CategoricalDistribution) -> dict[str, int]:
    """The index of each choice by its token; of equal ones the first, and none of probability 0."""
    weights = distribution.weights or (1.0,) * len(distribution.choices)
    choices = zip(distribution.tokens, weights, strict=True)
    return {name: i for i, (name, weight) in reversed(list(enumerate(choices))) if weight > 0}


def _step(distribution: BaseDistribution) -> float:
    step: float | None = getattr(distribution, "step", None)
    return 0.0 if step is None else float(step)
