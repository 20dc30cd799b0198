"""The data that the experiment's models learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, xlogy
from sklearn.datasets import load_digits

__all__ = ["TASKS", "Task", "task"]

Array = NDArray[Any]

TASKS = ("generated", "digits")


@dataclass(frozen=True)
class Task:
    """Two classes to be told apart.

    Attributes:
        train, valid, test: Features (n, d) and classes (n,).
        truth: The log loss of the true probabilities on the test set, which no model beats but by luck; 0 if unknown.
    """

    train: tuple[Array, Array]
    valid: tuple[Array, Array]
    test: tuple[Array, Array]
    truth: float = 0.0


def task(name: str, seed: int) -> Task:
    """The data of a name; the seed draws the rows, or splits them."""
    return {"generated": _generated, "digits": _digits}[name](seed)


def _generated(seed: int) -> Task:
    """60 000 rows of 20 features, of which 12 matter: waves, a product, a step that switches a slope, and groups.

    5 000 are trained on, 10 000 choose the parameters, and 45 000 say how good these are.
    """
    rng = np.random.default_rng([seed, 1])
    x = rng.normal(size=(60_000, 20))
    x[:, 10:12] = rng.integers(12, size=(60_000, 2))  # two labels, as numbers
    effects = rng.normal(size=12)
    smooth = np.sin(2 * x[:, 0]) + 0.5 * x[:, 1] + 0.7 * x[:, 2] * x[:, 3] + np.abs(x[:, 4]) - 0.8
    rough = np.where(x[:, 5] > 0, 1.0, -0.5) * x[:, 6] + 1.5 * (x[:, 7] > 1) * (x[:, 8] < 0) + 0.3 * x[:, 9] ** 2 - 0.4
    groups = 0.8 * effects[x[:, 10].astype(int)] + 0.5 * effects[x[:, 11].astype(int)] * x[:, 0]
    p = expit(smooth + rough + groups)
    y = rng.random(60_000) < p
    p_test = p[15_000:]
    truth = -float(np.mean(xlogy(p_test, p_test) + xlogy(1 - p_test, 1 - p_test)))
    return _split(x, y, 5_000, 10_000, truth)


def _digits(seed: int) -> Task:
    """Whether a handwritten digit is even: 900 of scikit-learn's 1 797 to train on, 450 to choose by, 447 to judge."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng([seed, 2]).permutation(len(y))
    return _split(x[order], y[order] % 2 == 0, 900, 450, 0.0)


def _split(x: Array, y: Array, n_train: int, n_valid: int, truth: float) -> Task:
    ends = [n_train, n_train + n_valid]
    train, valid, test = zip(np.split(x, ends), np.split(y, ends), strict=True)
    return Task(train, valid, test, truth)
