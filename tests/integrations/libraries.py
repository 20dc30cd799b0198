"""The libraries that integrations are for: tests use them as they are, where they are installed."""

from __future__ import annotations

import importlib
import os
import warnings
from typing import Any

import pytest

__all__ = ["library"]


def library(name: str) -> Any:
    """A library, or the module that needs it is skipped; `make test-integrations` allows no skipping."""
    try:
        with warnings.catch_warnings(action="ignore"):  # which are about what libraries use of each other
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if os.environ.get("HPO_INTEGRATIONS"):
            raise
        pytest.skip(f"needs {error.name}; `make test-integrations` installs it", allow_module_level=True)
