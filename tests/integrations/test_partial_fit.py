"""`partial_fit`, with scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hpo import integrations
from hpo.trial import FixedTrial, Trial
from tests.integrations.laws import EPOCHS, Fit, LoopLaws, X, Y

linear, metrics = pytest.importorskip("sklearn.linear_model"), pytest.importorskip("sklearn.metrics")


def loss(model: Any) -> float:
    return float(metrics.mean_squared_error(Y[:, 0], model.predict(X)))


class TestPartialFit(LoopLaws):
    def fit(self, trial: Trial | FixedTrial | None, rate: float, folder: Path, *, monitor: str | None = None) -> Fit:
        losses: list[float] = []

        def score(model: Any) -> float:
            losses.append(loss(model))
            return losses[-1]

        model = linear.SGDRegressor(learning_rate="constant", eta0=rate / 64, random_state=0)
        if trial is None:
            for _ in range(EPOCHS):
                score(model.partial_fit(X, Y[:, 0]))
        else:
            model = integrations.partial_fit(trial, model, X, Y[:, 0], n_rounds=EPOCHS, score=score)
        return Fit(losses, [model.coef_, model.intercept_], round(model.t_ - 1) // len(X))


def test_there_is_one_round_at_least() -> None:
    with pytest.raises(ValueError, match=r"n_rounds must be ≥ 1, got 0"):
        integrations.partial_fit(FixedTrial({}), linear.SGDRegressor(), X, Y[:, 0], n_rounds=0, score=loss)
