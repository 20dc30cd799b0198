"""A parameter as a user wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

from hpo.distributions import BaseDistribution
from hpo.trial.suggest import Suggestions

__all__ = ["Dimension"]


def _itself(value: Any) -> Any:
    return value


@final
@dataclass(frozen=True)
class Dimension:
    """What a study suggests for a parameter, and what that stands for.

    Args:
        distribution: Of the values that the study keeps.
        decode: What the user gets for one of them.
        encode: The way back.
        choices: What the user gets, where it is one of a few.
        name: That the parameter was written with; None for none.
        suffix: Of the name in the study, where that keeps something else than the user gets.
    """

    distribution: BaseDistribution
    decode: Callable[[Any], Any] = _itself
    encode: Callable[[Any], Any] = _itself
    choices: tuple[Any, ...] = ()
    name: str | None = None
    suffix: str = ""

    @property
    def is_float(self) -> bool:
        """Whether the user always gets a float."""
        return all(isinstance(one, float) for one in self.choices or (self.decode(self.distribution.decode(0.5)),))

    def suggest(self, trial: Suggestions, name: str) -> Any:
        """The parameter's value in a trial."""
        return self.decode(trial.suggest(name + self.suffix, self.distribution))
