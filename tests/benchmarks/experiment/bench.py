"""One search, watched: what each training gave, and who took how much time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import lightgbm as lgb
from sklearn.metrics import log_loss

from tests.benchmarks.experiment.data import Array, Task
from tests.benchmarks.problems import choice, integer, real

__all__ = ["SPACE", "Bench", "Enough", "Row"]

ROUNDS = 40
METRIC = "binary_logloss"

SPACE = (
    real("learning_rate", 0.005, 0.5, log=True),
    integer("num_leaves", 2, 128, log=True),
    integer("max_depth", 2, 12),
    integer("min_data_in_leaf", 1, 300, log=True),
    real("feature_fraction", 0.2, 1.0),
    real("bagging_fraction", 0.3, 1.0),
    real("lambda_l1", 1e-6, 10.0, log=True),
    real("lambda_l2", 1e-6, 100.0, log=True),
    real("min_gain_to_split", 1e-6, 10.0, log=True),
    choice("boosting", ["gbdt", "dart", "goss"]),
)
"""The ten parameters, as all libraries are told of them."""

Watcher = Callable[[Any], None]


class Enough(Exception):
    """Ends a search, whatever runs it."""


@dataclass(frozen=True)
class Row:
    """One training.

    Attributes:
        loss: Log loss on the validation set; None where it was pruned.
        training, framework: Seconds of the processor in LightGBM, and in the library since the training before.
        test: Log loss on the test set, measured when the trial is the best so far; None otherwise.
    """

    loss: float | None
    training: float
    framework: float
    test: float | None


@dataclass
class Bench:
    """Trains with the values that a library proposes, until there is enough.

    Args:
        task: The data.
        seed: Of the trainings.
        n_trials, seconds: A search ends when it has reached both; the seconds are those of trainings and framework.
        most: Trainings after which it ends in any case.
    """

    task: Task
    seed: int
    n_trials: int
    seconds: float
    most: int
    rows: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        options = {"max_bin": 63, "feature_pre_filter": False, "verbosity": -1}
        self._train = lgb.Dataset(*self.task.train, params=options).construct()
        self._valid = lgb.Dataset(*self.task.valid, params=options, reference=self._train).construct()
        self._best = float("inf")
        self._spent = 0.0
        self.start()

    def start(self) -> None:
        """Time is the library's from now on."""
        self._since = time.process_time()

    def train(self, values: Mapping[str, Any], watchers: Sequence[Watcher] = ()) -> float:
        """The loss on the validation set.

        Args:
            values: By the names of `SPACE`.
            watchers: Called after each round; they may raise what prunes a trial.

        Raises:
            Enough: If the search has what it needs; nothing is trained then.
        """
        n = len(self.rows)
        if n >= self.most or (n >= self.n_trials and self._spent >= self.seconds):
            raise Enough
        framework = time.process_time() - self._since
        watched = [_Timed(watcher) for watcher in watchers]
        record: dict[str, dict[str, list[float]]] = {}
        loss: float | None = None
        start = time.process_time()
        booster = None
        try:
            booster = lgb.train(
                _parameters(values, self.seed), self._train, ROUNDS, valid_sets=[self._valid],
                callbacks=[lgb.record_evaluation(record), *watched],
            )  # fmt: skip
            loss = record["valid_0"][METRIC][-1]
            return loss
        finally:
            watching = sum(one.seconds for one in watched)
            training = time.process_time() - start - watching
            self._spent += training + framework + watching
            test = self._judge(booster, loss)
            self.rows.append(Row(loss, training, framework + watching, test))
            self.start()

    def _judge(self, booster: lgb.Booster | None, loss: float | None) -> float | None:
        """The loss on the test set of the best model so far; None for any other."""
        if booster is None or loss is None or loss >= self._best:
            return None
        self._best = loss
        x, y = self.task.test
        predicted: Array = booster.predict(x, num_threads=1)
        return float(log_loss(y, predicted))


@dataclass(eq=False)  # LightGBM puts callbacks into a set
class _Timed:
    """A callback of LightGBM, and how long it took."""

    watcher: Watcher
    seconds: float = 0.0

    def __call__(self, env: Any) -> None:
        start = time.process_time()
        try:
            self.watcher(env)
        finally:
            self.seconds += time.process_time() - start


def _parameters(values: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """As LightGBM takes them: sampling by gradients is a kind of boosting for its users, which excludes bagging."""
    given = dict(values)
    if given["boosting"] == "goss":
        del given["bagging_fraction"]
        given |= {"boosting": "gbdt", "data_sample_strategy": "goss"}
    else:
        given |= {"bagging_freq": 1}
    return given | {"objective": "binary", "metric": METRIC, "num_threads": 1, "verbosity": -1, "seed": seed}
