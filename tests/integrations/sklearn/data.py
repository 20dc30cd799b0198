"""Small data, and what the tests compare."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.datasets import load_digits

__all__ = ["X", "assert_same_search", "columns", "y"]

X, y = (part[:120] for part in load_digits(return_X_y=True))


def columns(results: dict[str, Any]) -> list[str]:
    """What does not depend on how long things took."""
    return [name for name in results if "time" not in name]


def assert_same_search(one: Any, other: Any) -> None:
    """That two searches found the same, apart from times."""
    assert columns(one.cv_results_) == columns(other.cv_results_)
    for name in columns(one.cv_results_):
        assert repr(list(one.cv_results_[name])) == repr(list(other.cv_results_[name])), name
    assert repr(one.best_params_) == repr(other.best_params_)
    assert np.array_equal(one.best_score_, other.best_score_)
