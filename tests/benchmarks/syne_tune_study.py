"""A scheduler of Syne Tune behind the few methods of a study that a simulated clock needs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

__all__ = ["SyneTuneStudy"]

_LOSS, _STEP = "loss", "step"


class SyneTuneStudy:
    """Trials come from the scheduler, which is told of each report and says whether to stop.

    Args:
        kind: One of its baselines that stop trials, "ASHA" or "BOHB".
        sizes: The number of values of each parameter.
        n_steps: Of a whole trial.
        seed: Of the scheduler.
        options: Others of its arguments.
    """

    pruner = None

    def __init__(self, kind: str, sizes: Mapping[str, int], n_steps: int, seed: int, **options: Any) -> None:
        from syne_tune.config_space import randint  # type: ignore[import-not-found, unused-ignore]
        from syne_tune.optimizer import baselines  # type: ignore[import-not-found, unused-ignore]

        logging.getLogger("syne_tune").setLevel(logging.ERROR)
        space = {name: randint(0, size - 1) for name, size in sizes.items()}
        self.scheduler = getattr(baselines, kind)(
            space, metric=_LOSS, time_attr=_STEP, max_t=n_steps, do_minimize=True, random_seed=seed, **options
        )
        self._n_trials = 0

    def ask(self) -> _Trial:
        from syne_tune.backend.trial_status import Trial  # type: ignore[import-not-found, unused-ignore]

        trial = Trial(self._n_trials, self.scheduler.suggest().config, datetime.now())
        self._n_trials += 1
        self.scheduler.on_trial_add(trial)
        return _Trial(self.scheduler, trial)

    def tell(self, trial: _Trial, value: float | None = None, *, state: object = None) -> None:
        if value is not None:
            self.scheduler.on_trial_complete(trial.trial, {_LOSS: value, _STEP: trial.step + 1})
        else:
            self.scheduler.on_trial_remove(trial.trial)


class _Trial:
    def __init__(self, scheduler: Any, trial: Any) -> None:
        self.scheduler, self.trial, self.number = scheduler, trial, trial.trial_id
        self.step, self.decision = 0, ""

    def suggest_int(self, name: str, low: int, high: int) -> int:
        return int(self.trial.config[name])

    def report(self, loss: float, step: int) -> None:
        self.step = step
        self.decision = self.scheduler.on_trial_result(self.trial, {_LOSS: loss, _STEP: step})

    def should_prune(self) -> bool:
        return self.decision != "CONTINUE"
