"""Reporting after each round of a loop, and stopping when told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, final

from hpo.exceptions import TrialPaused, TrialPruned
from hpo.protocols import pausing
from hpo.trial import FixedTrial, Trial

__all__ = ["Reporter"]


@final
class Reporter:
    """Tells the study how each epoch, boosting round or fold went, and ends the trial when the pruner says so.

    Make it before the loop, and call it with the value of each round: two lines, whatever the framework. The value
    is anything that `float` takes, a tensor of one number too; with several objectives a sequence of such.

    Args:
        trial: The objective's.
        save: Called with `trial.checkpoint_dir` when the trial is to pause, so that it can go on later, perhaps in
            another process. Only for pruners that promote paused trials; those with nothing to save leave it out.

    Attributes:
        step: Of the next report; at first `trial.resume_step`, which is 0 for a new trial.

    Raises:
        TrialPruned: From the call, when the trial is to end.
        TrialPaused: From the call, when it is to wait.

    Example:
        A loop as one writes it with PyTorch:

        >>> def objective(trial):
        ...     model = Network(trial.suggest_int("width", 8, 64, log=True))
        ...     optimizer = torch.optim.Adam(model.parameters(), lr=trial.suggest_float("lr", 1e-5, 1e-1, log=True))
        ...     report = Reporter(trial)
        ...     for epoch in range(30):
        ...         train(model, optimizer)
        ...         report(loss := validate(model))
        ...     return loss

        with checkpoints, for `SuccessiveHalvingPruner(mode="promote")`:

        ...     report = Reporter(trial, save=lambda folder: torch.save(model.state_dict(), folder / "model.pt"))
        ...     if trial.resume_step:
        ...         model.load_state_dict(torch.load(trial.checkpoint_dir / "model.pt"))
        ...     for epoch in range(trial.resume_step, 30):

        `partial_fit` of scikit-learn:

        >>> def objective(trial):
        ...     model = SGDClassifier(alpha=trial.suggest_float("alpha", 1e-6, 1e-1, log=True))
        ...     report = Reporter(trial)
        ...     for _ in range(20):
        ...         model.partial_fit(x, y, classes=[0, 1])
        ...         report(1 - model.score(x_valid, y_valid))
        ...     return 1 - model.score(x_valid, y_valid)

        and the folds of a cross-validation, best with `WilcoxonPruner`, which compares them one by one:

        >>> def objective(trial):
        ...     losses, report = [], Reporter(trial)
        ...     for train, test in KFold(10).split(x):
        ...         losses.append(fit_and_test(trial, train, test))
        ...         report(losses[-1])
        ...     return sum(losses) / len(losses)
    """

    def __init__(self, trial: Trial | FixedTrial, *, save: Callable[[Path], object] | None = None) -> None:
        self.step: int = trial.resume_step
        self._trial = trial
        self._save = save
        self._pauses = isinstance(trial, Trial) and pausing(trial.study.pruner) is not None

    def __call__(self, value: Any, step: int | None = None) -> None:
        """Report a value at a step, by default the one after the last report, and end the trial if told to.

        Of a trial that goes on, what it reported before it paused is passed over: a training that begins anew, because
        nothing of it was saved, comes by there once more.
        """
        at = self.step if step is None else step
        if at < self._trial.resume_step:
            return
        self._trial.report(value, at)
        self.step = at + 1
        if not self._pauses:
            if self._trial.should_prune():
                raise TrialPruned(f"The trial was pruned at step {at}.")
            return
        if self._trial.should_pause():
            if self._save is not None:
                self._save(self._trial.checkpoint_dir)
            raise TrialPaused(f"The trial waits at step {at} for its promotion.")
