"""Trying everything, define-by-run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from hpo.arrays import Array
from hpo.distributions import BaseDistribution, token
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import Fold, History
from hpo.key import Key
from hpo.samplers.choices import Choices, Node, n_values, value_at
from hpo.samplers.permutation import Permutation
from hpo.space import Space

__all__ = ["BruteForceSampler"]


@final
@dataclass(frozen=True)
class BruteForceSampler:
    """Try every configuration that the objective can ask for once, in random order, then end the study.

    The space need not be given: it shows while trials run. What an objective asks for after the same choices is one
    node of a tree, and each way that nobody has gone is as probable as the others. So parameters that are only asked
    for in a branch, and ranges that depend on other parameters, are tried exactly. Failed trials count as tried, and so
    do enqueued and added ones.

    Trials that begin before the first one has ended know nothing of each other, and a few configurations may be tried
    twice then. A pruner that divides the trials does not divide the tree.

    Args:
        seed: Becomes the study's seed when the study is created.
        avoid_premature_stop: What a running trial will ask for in a part of the space that is new is not known yet. By
            default a worker does not follow it there, and ends if nothing else is left and none of its own trials
            runs. True follows it, so that no worker ends early, and the last configurations may be tried twice.

    Raises:
        SearchSpaceExhausted: From `ask`, once all has been tried; `optimize` then returns.
        ValueError: From `suggest_*`, for a parameter that has no end of values, such as a float without `step`, and for
            one that no trial asked for after the same choices where others asked for another.

    Example:
        >>> study = hpo.create_study(sampler=BruteForceSampler())
        >>> study.optimize(lambda trial: trial.suggest_int("n", 1, 3) * trial.suggest_categorical("c", [1, 2]))
        >>> len(study.trials)
        6
    """

    seed: int | None = None
    avoid_premature_stop: bool = False

    @property
    def knows_all(self) -> bool:
        """True: there is one tree, whatever groups a pruner divides the trials into."""
        return True

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def is_used_up(self, history: History, key: Key) -> bool:
        """Whether no configuration is left that nobody has tried, of those with what is given."""
        del key
        return self._tree(history, history.given).is_exhausted

    def sample(self, space: Space, history: History, key: Key) -> Array:
        tree = self._tree(history, history.given)
        if tree.is_exhausted and not history.given:
            raise SearchSpaceExhausted("All configurations that the objective asks for have been tried.")
        way = _way(tree.root, history.given, key)
        return space.encode({name: value for name, value in way.items() if name in space})

    def value(self, name: str, distribution: BaseDistribution, history: History, key: Key) -> Any:
        """A value that leads to something new after what the trial has, as long as there is one."""
        if math.isinf(distribution.cardinality):
            raise ValueError(
                f"BruteForceSampler tries every value, and {name!r} has no end of them in {distribution!r}: give it a "
                "step, or both bounds, or use another sampler."
            )
        node = self._tree(history, {}).root
        while node is not None and node.name != name and node.name in history.given:
            node = node.after(history.given[node.name])
        if node is not None and node.name == name:
            return node.given(history.given).chosen(key.uniform(name), distribution)[0]
        if node is not None and not node.asks(name):
            raise ValueError(
                f"BruteForceSampler tries what one objective asks for: here trials were asked for {node.name!r}, and "
                f"this one for {name!r}. Begin another study for another objective."
            )
        n = n_values(distribution)
        if history.given or key.number is None:
            return value_at(distribution, int(key.uniform(name) * n))
        return value_at(distribution, Permutation(n, key.study.child(name))[key.number % n])

    def _tree(self, history: History, fixed: Mapping[str, Any]) -> Choices:
        """What finished trials have tried, and running ones try, of what has some values."""
        name = "brute_force.tree", *sorted((one, token(value)) for one, value in fixed.items())
        tree = history.fold(Fold(name, Choices(fixed=fixed), Choices.advance))
        if self.avoid_premature_stop:
            return tree
        for row in history.pending(history.space):
            tree = tree.expecting(history.space.decode(row))
        return tree


def _way(node: Node | None, given: Mapping[str, Any], key: Key) -> dict[str, Any]:
    """The values of a way that nobody has gone, as far as its parameters are known, given some of them."""
    way: dict[str, Any] = {}
    while node is not None:
        if node.name in given:
            node = node.after(given[node.name])
        else:
            way[node.name], node = node.chosen(key.uniform(node.name), node.distribution)
    return way
