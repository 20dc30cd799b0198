"""Real learning curves of few enough configurations to train each once: small networks, boosted trees and linear
models on scikit-learn's wine and iris data and on its synthetic generators.

Losses are log losses on held-out data, the smallest so far after each of 81 steps, as with early stopping. They are
kept in a compressed file between runs, where `HPO_BENCHMARK_TABLES` says, else in the folder for temporary files.

    python -m tests.benchmarks.curves [PROBLEM …]      # makes the tables that are missing
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_STEPS", "PROBLEMS", "Table", "table"]

N_STEPS = 81
_WORST = 10.0  # loss of what diverged

Array = NDArray[np.float64]
Grid = Mapping[str, tuple[float, ...]]
IntArray = NDArray[np.int64]
Data = tuple[Array, IntArray, Array, IntArray]
Values = Mapping[str, Array]
Steps = Iterator[tuple[IntArray, int, Array]]
"""Configurations, the step, and the probabilities that they give to what is right, shape (configurations, cases)."""


@dataclass(frozen=True)
class Table:
    """The curves of all configurations of a grid.

    Args:
        grid: The values of each parameter, in rising order.
        losses: Shape (n, 81).
        costs: Relative time of a step of each configuration, shape (n,), 1 on average.
    """

    grid: Grid
    losses: Array
    costs: Array

    @property
    def sizes(self) -> dict[str, int]:
        return {name: len(values) for name, values in self.grid.items()}

    def row(self, indices: Mapping[str, int]) -> int:
        """The row of a configuration that is given by the index of each value."""
        shape = tuple(self.sizes.values())
        return int(np.ravel_multi_index(tuple(indices[name] for name in self.grid), shape))

    @property
    def noise(self) -> float:
        """A difference that does not matter: a hundredth of that between the best and the median configuration."""
        final = self.losses[:, -1]
        return float(np.median(final) - final.min()) / 100


def table(problem: str) -> Table:
    """The curves of a problem, trained when they are first wanted."""
    return _loaded(problem)


@cache
def _loaded(problem: str) -> Table:
    grid, _, _ = PROBLEMS[problem]
    folder = Path(os.environ.get("HPO_BENCHMARK_TABLES", tempfile.gettempdir()))
    file = folder / f"hpo-curves-{problem}.npz"
    if not file.exists():
        losses, costs = _trained(problem)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(file, losses=losses.astype(np.float32), costs=costs)
    with np.load(file) as stored:
        losses = np.minimum.accumulate(stored["losses"].astype(np.float64), axis=1)
        return Table(grid, losses, stored["costs"])


def _trained(problem: str) -> tuple[Array, Array]:
    grid, data, train = PROBLEMS[problem]
    rows = list(itertools.product(*grid.values()))
    values = {name: np.array(column) for name, column in zip(grid, zip(*rows, strict=True), strict=True)}
    losses = np.full((len(rows), N_STEPS), _WORST)
    with np.errstate(all="ignore"):
        for chosen, step, probabilities in train(values, *data()):
            losses[chosen, step] = -np.log(np.clip(probabilities, 1e-12, 1.0)).mean(axis=1)
    losses = np.minimum(np.where(np.isnan(losses), _WORST, losses), _WORST)
    costs = _cost(values, len(rows))
    return losses, costs / costs.mean()


def _cost(values: Values, n: int) -> Array:
    """Operations of a step, up to a factor."""
    one = np.ones(n)
    width, batch, depth = values.get("width", one), values.get("batch", one), values.get("depth", one)
    return (1.0 + width / 32) * (1.0 + 16 / batch) * depth


def _split(x: Array, y: IntArray, flipped: float = 0.0) -> Data:
    """Standardised halves; a share of the labels to learn from is wrong."""
    rng = np.random.default_rng(0)
    order = rng.permutation(len(y))
    x = ((x - x.mean(axis=0)) / x.std(axis=0))[order]
    y = y[order].astype(np.int64)
    half = len(y) // 2
    learnt = y[:half].copy()
    wrong = rng.uniform(size=half) < flipped
    learnt[wrong] = rng.integers(0, y.max() + 1, size=int(wrong.sum()))
    return x[:half], learnt, x[half:], y[half:]


def _wine() -> Data:
    from sklearn.datasets import load_wine  # type: ignore[import-untyped, unused-ignore]

    x, y = load_wine(return_X_y=True)
    return _split(x, y, flipped=0.1)


def _iris() -> Data:
    from sklearn.datasets import load_iris  # type: ignore[import-untyped, unused-ignore]

    x, y = load_iris(return_X_y=True)
    return _split(x, y, flipped=0.1)


def _moons() -> Data:
    from sklearn.datasets import make_moons  # type: ignore[import-untyped, unused-ignore]

    x, y = make_moons(800, noise=0.3, random_state=0)
    return _split(x, y, flipped=0.05)


def _classes() -> Data:
    from sklearn.datasets import make_classification  # type: ignore[import-untyped, unused-ignore]

    x, y = make_classification(
        800, n_features=30, n_informative=10, n_redundant=5, n_classes=4, class_sep=1.2, flip_y=0.05, random_state=0
    )
    return _split(x, y)


def _networks(values: Values, x: Array, y: IntArray, x_test: Array, y_test: IntArray) -> Steps:
    """One hidden layer of rectified units, Adam, weight decay; all networks of one shape are trained at once."""
    for width, batch in itertools.product(np.unique(values["width"]), np.unique(values["batch"])):
        chosen = np.flatnonzero((values["width"] == width) & (values["batch"] == batch))
        rng = np.random.default_rng(0)
        n_classes, d, w = int(y.max()) + 1, x.shape[1], int(width)
        sizes = [(d + 1, w), (w + 1, n_classes)]
        weights = [np.tile(rng.normal(0, (2 / m) ** 0.5, (m, k)), (len(chosen), 1, 1)) for m, k in sizes]
        moments = [[np.zeros_like(weight), np.zeros_like(weight)] for weight in weights]
        rate, decay = (values[name][chosen][:, None, None] for name in ("rate", "decay"))
        target, n_updates = np.eye(n_classes)[y], 0
        for step in range(N_STEPS):
            for rows in np.array_split(rng.permutation(len(y)), max(1, round(len(y) / batch))):
                inputs = _with_one(x[rows])
                hidden = _with_one(np.maximum(inputs @ weights[0], 0.0))
                error = (_softmax(hidden @ weights[1]) - target[rows]) / len(rows)
                back = (error @ weights[1].transpose(0, 2, 1))[..., :-1] * (hidden[..., :-1] > 0)
                n_updates += 1
                for weight, (mean, square), gradient in zip(
                    weights, moments, (inputs.T @ back, hidden.transpose(0, 2, 1) @ error), strict=True
                ):
                    gradient = gradient + decay / len(y) * weight
                    mean += 0.1 * (gradient - mean)
                    square += 0.001 * (gradient**2 - square)
                    size = rate * (1 - 0.999**n_updates) ** 0.5 / (1 - 0.9**n_updates)
                    weight -= size * mean / (np.sqrt(square) + 1e-8)
            hidden = _with_one(np.maximum(_with_one(x_test) @ weights[0], 0.0))
            yield chosen, step, _softmax(hidden @ weights[1])[:, np.arange(len(y_test)), y_test]


def _linear(values: Values, x: Array, y: IntArray, x_test: Array, y_test: IntArray) -> Steps:
    """Multinomial logistic regression by stochastic gradients whose rate falls, with an elastic net."""
    rng = np.random.default_rng(0)
    rate, decay, l1, power = (values[name][:, None, None] for name in ("rate", "decay", "l1", "power"))
    n_classes = int(y.max()) + 1
    weight = np.zeros((len(rate), x.shape[1] + 1, n_classes))
    target, n_updates = np.eye(n_classes)[y], 0
    for step in range(N_STEPS):
        for rows in np.array_split(rng.permutation(len(y)), max(1, len(y) // 8)):
            inputs = _with_one(x[rows])
            error = (_softmax(inputs @ weight) - target[rows]) / len(rows)
            n_updates += 1
            shrink = decay * (l1 * np.sign(weight) + (1 - l1) * weight)
            weight -= rate * n_updates**-power * (inputs.T @ error + shrink)
        yield np.arange(len(rate)), step, _softmax(_with_one(x_test) @ weight)[:, np.arange(len(y_test)), y_test]


def _with_one(x: Array) -> Array:
    return np.concatenate([x, np.ones((*x.shape[:-1], 1))], axis=-1)


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def _boosting(values: Values, x: Array, y: IntArray, x_test: Array, y_test: IntArray) -> Steps:
    from sklearn.ensemble import GradientBoostingClassifier  # type: ignore[import-untyped, unused-ignore]

    for row, rate in enumerate(values["rate"]):
        model = GradientBoostingClassifier(
            n_estimators=N_STEPS,
            learning_rate=rate,
            max_depth=int(values["depth"][row]),
            subsample=values["subsample"][row],
            min_samples_leaf=int(values["leaf"][row]),
            random_state=0,
        )
        for step, probabilities in enumerate(model.fit(x, y).staged_predict_proba(x_test)):
            yield np.array([row]), step, probabilities[None, np.arange(len(y_test)), y_test]


def _powers(low: float, high: float, n: int) -> tuple[float, ...]:
    return tuple(float(f"{value:.3g}") for value in np.geomspace(low, high, n))


_NETWORKS: Grid = {
    "rate": _powers(1e-4, 0.3, 10),
    "decay": _powers(1e-5, 3.0, 5),
    "width": (4, 8, 16, 32),
    "batch": (16, 64),
}
_BOOSTERS: Grid = {
    "rate": _powers(5e-3, 1.0, 12),
    "depth": (1, 2, 3, 4, 6),
    "subsample": (0.3, 0.6, 1.0),
    "leaf": (1, 5, 20),
}
_LINEAR: Grid = {
    "rate": _powers(1e-4, 3.0, 14),
    "decay": _powers(1e-6, 1.0, 7),
    "l1": (0.0, 1.0),
    "power": (0.0, 0.25, 0.5),
}
PROBLEMS: dict[str, tuple[Grid, Callable[[], Data], Callable[..., Steps]]] = {
    "network_wine": (_NETWORKS, _wine, _networks),
    "network_classes": (_NETWORKS, _classes, _networks),
    "boosting_moons": (_BOOSTERS, _moons, _boosting),
    "linear_classes": (_LINEAR, _classes, _linear),
    "linear_iris": (_LINEAR, _iris, _linear),
}
"""Of each problem the grid, the data and the model."""


def main() -> None:
    for problem in sys.argv[1:] or PROBLEMS:
        began = time.perf_counter()
        losses = table(problem).losses
        spent = time.perf_counter() - began
        print(f"{problem}: {len(losses)} curves, best {losses[:, -1].min():.3f}, {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
