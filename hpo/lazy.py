"""Names of packages that are loaded when they are first used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hpo.absent import absent

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["load"]


def load(package: str, name: str, home: Mapping[str, str]) -> Any:
    """What a package has under a name, for its `__getattr__`; from then on the package has it like any other.

    Args:
        package: Its `__name__`.
        name: What is asked for.
        home: The module of each name; one that ends with the name is what is asked for itself.

    Raises:
        AttributeError: Without such a name; with the nearest one of the package's `__all__`.
        ImportError: If only Optuna has it; with what to write instead.
    """
    if name not in home:
        raise absent(package, name)
    module = import_module(home[name])
    value = module if home[name].endswith(f".{name}") else getattr(module, name)
    setattr(sys.modules[package], name, value)
    return value
