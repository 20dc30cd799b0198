"""Helpers for the training loops of machine-learning libraries, and searches in their manner.

Each library is imported when a helper for it is first used, and comes with the extra of its name:
`pip install 'hpo-study[sklearn]'`.

>>> from hpo.integrations import StudySearchCV
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hpo.integrations.reporter import Reporter

if TYPE_CHECKING:
    from hpo.integrations.sklearn import StudySearchCV

_HOME = {"StudySearchCV": "sklearn"}
"""The file of each name, which is also the extra that brings its library."""

__all__ = ["Reporter", "StudySearchCV"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        from hpo.near import missing

        raise missing("module 'hpo.integrations'", name, __all__)
    try:
        module = importlib.import_module(f"hpo.integrations.{_HOME[name]}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("hpo."):
            raise
        raise ImportError(f"{name} needs {error.name}: pip install 'hpo-study[{_HOME[name]}]'.") from error
    return getattr(module, name)


def __dir__() -> list[str]:
    return __all__
