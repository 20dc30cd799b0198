"""Optuna's base classes as names: for annotations and for `isinstance`, not to inherit from.

Scripts name them where they choose a sampler or a storage far more often than they derive from them.
"""

from __future__ import annotations

from abc import ABC
from typing import final

from hpo.protocols import Pruner, Sampler, Storage

__all__ = ["BasePruner", "BaseSampler", "BaseStorage"]


@final
class BaseSampler(ABC):  # noqa: B024 - a name, of which there are no objects
    """Whatever has the shape of `hpo.protocols.Sampler`.

    Raises:
        TypeError: If a class inherits from it, as its methods would never be called.
    """

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        return issubclass(other, Sampler)

    def __init_subclass__(cls) -> None:
        raise _refusal(cls, "sampler", "`sample(space, history, key)`, which returns coded values", "Sampler")


@final
class BasePruner(ABC):  # noqa: B024 - a name, of which there are no objects
    """Whatever has the shape of `hpo.protocols.Pruner`.

    Raises:
        TypeError: If a class inherits from it, as its methods would never be called as Optuna calls them.
    """

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        return issubclass(other, Pruner)

    def __init_subclass__(cls) -> None:
        raise _refusal(cls, "pruner", "`prune(history, curve)`, which says whether the trial is to end", "Pruner")


@final
class BaseStorage(ABC):  # noqa: B024 - a name, of which there are no objects
    """Whatever has the shape of `hpo.protocols.Storage`.

    Raises:
        TypeError: If a class inherits from it, as its methods would never be called.
    """

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        return issubclass(other, Storage)

    def __init_subclass__(cls) -> None:
        raise _refusal(cls, "storage", "`create`, `append`, `read`, `studies`, `rename` and `delete`", "Storage")


def _refusal(derived: type, what: str, shape: str, protocol: str) -> TypeError:
    return TypeError(
        f"{derived.__name__} inherits from Base{protocol}, whose methods hpo would not call: a {what} is any object "
        f"with {shape}; there is nothing to inherit (see hpo.protocols.{protocol} and CONTRIBUTING.md)."
    )
