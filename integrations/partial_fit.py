"""The loop around `partial_fit` of scikit-learn and of what has its shape."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from hpo.integrations.checkpoint import checkpoint_of
from hpo.integrations.reporter import Reporter
from hpo.trial import FixedTrial, Trial

__all__ = ["Fittable", "partial_fit"]

_MODEL = "partial_fit.pickle"


class Fittable(Protocol):
    """A model that is trained round by round."""

    def partial_fit(self, x: Any, y: Any, /, **options: Any) -> object:
        """Train it on the data once more."""
        ...


M = TypeVar("M", bound=Fittable)


def partial_fit(
    trial: Trial | FixedTrial, model: M, x: Any, y: Any, *, n_rounds: int, score: Callable[[M], Any], **options: Any
) -> M:
    """Train a model round by round, report its score after each, and end the trial when the pruner says so.

    A trial that pauses keeps its model in `trial.checkpoint_dir` by `pickle`, and goes on with that one.

    Args:
        trial: The objective's.
        model: Of a new trial.
        x, y: What to train on, in each round.
        n_rounds: Calls of `partial_fit` in all, ≥ 1.
        score: The value to report, of the model as it is after a round.
        options: Further arguments of `partial_fit`, such as `classes=[0, 1]`.

    Returns:
        The trained model, which is the one given, or that of the trial before it paused.

    Raises:
        TrialPruned, TrialPaused: As the pruner says.

    Example:
        >>> def objective(trial):
        ...     model = SGDClassifier(alpha=trial.suggest_float("alpha", 1e-6, 1e-1, log=True))
        ...     loss = lambda model: 1 - model.score(x_valid, y_valid)
        ...     return loss(partial_fit(trial, model, x, y, n_rounds=20, score=loss, classes=[0, 1]))
    """
    if n_rounds < 1:
        raise ValueError(f"n_rounds must be ≥ 1, got {n_rounds!r}.")
    saved = checkpoint_of(trial, _MODEL)
    if saved is not None:
        model = pickle.loads(saved.read_bytes())
    report = Reporter(trial, save=lambda folder: (folder / _MODEL).write_bytes(pickle.dumps(model)))
    for step in range(0 if saved is None else trial.resume_step, n_rounds):
        model.partial_fit(x, y, **options)
        report(score(model), step)
    return model
