"""Random search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from hpo.arrays import Array
from hpo.history import History
from hpo.key import Key
from hpo.space import Space

__all__ = ["RandomSampler"]


@final
@dataclass(frozen=True)
class RandomSampler:
    """Draw every parameter from its prior, whatever the others are.

    A draw depends on the study's seed, the trial's number and the parameter's name alone.

    Args:
        seed: Becomes the study's seed when the study is created.

    Source: Bergstra and Bengio (2012), "Random search for hyper-parameter optimization".

    Example:
        >>> study = hpo.create_study(sampler=RandomSampler(seed=0))
        >>> study.optimize(objective, n_trials=20)
    """

    seed: int | None = None

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        del history
        return space.uniform(key)
