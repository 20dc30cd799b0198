"""Spaces to be written down: many share their distributions."""

from __future__ import annotations

from typing import Any, final

from hpo.distributions import BaseDistribution, distribution_from_dict, distribution_to_dict
from hpo.space import Space

__all__ = ["SpaceTable"]


@final
class SpaceTable:
    """Gives spaces and their distributions indices. Those that are one object here are one object after `load`."""

    def __init__(self) -> None:
        self._spaces: dict[int, tuple[int, Space]] = {}  # by id; kept alive, so that an id stays its object's own
        self._distributions: dict[int, tuple[int, BaseDistribution]] = {}

    def index(self, space: Space) -> int:
        """Where a space stands in what `load` returns."""
        return self._spaces.setdefault(id(space), (len(self._spaces), space))[0]

    def dump(self) -> dict[str, list[Any]]:
        """All spaces that were asked for, as JSON."""
        spaces = [
            [[name, self._distribution(distribution)] for name, distribution in space.items()]
            for _, space in self._spaces.values()
        ]
        return {
            "spaces": spaces,
            "distributions": [distribution_to_dict(distribution) for _, distribution in self._distributions.values()],
        }

    @staticmethod
    def load(dump: Any) -> list[Space]:
        """The spaces by their indices."""
        distributions = [distribution_from_dict(one) for one in dump["distributions"]]
        return [Space({name: distributions[i] for name, i in space}) for space in dump["spaces"]]

    def _distribution(self, distribution: BaseDistribution) -> int:
        return self._distributions.setdefault(id(distribution), (len(self._distributions), distribution))[0]
