"""Optuna's module of LightGBM: its tuners, and besides them all that LightGBM itself has.

>>> import hpo.integration.lightgbm as lgb
>>> params = {"objective": "binary", "metric": "auc"}
>>> model = lgb.train(params, lgb.Dataset(x, y), valid_sets=lgb.Dataset(x_valid, y_valid))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, final

import lightgbm
from lightgbm.basic import _ConfigAliases
from lightgbm.callback import _EarlyStoppingCallback, _LogEvaluationCallback

import hpo.integrations
from hpo.integrations.boosting import Tuned
from hpo.integrations.lightgbm import tune
from hpo.study import Callback, Study

__all__ = ["LightGBMTuner", "LightGBMTunerCV", "Tuner", "train"]

_Watcher: TypeAlias = Callable[[Any], None]

_N_TRIALS = 68
"""As many as Optuna's tuner trains: 7 and 6 for features, 20 for leaves, 10 for baggings, 20 for penalties, 5 more."""

_NOTHING = frozenset({"model_dir", "return_cvbooster", "show_progress_bar", "show_stdv", "valid_names", "verbosity"})
"""Arguments that change nothing here: no files are needed, and lines about trials are those of `hpo.logging`."""

_OPTIONS = {
    "num_boost_round": _ConfigAliases.get("num_iterations"),
    "early_stopping_rounds": _ConfigAliases.get("early_stopping_round"),
}
"""What `tune` has arguments for, and under which names LightGBM takes it as a parameter."""


@final
class Tuner:
    """A search for good parameters of LightGBM that waits for `run()`, and then tells what it found.

    Args:
        search: Runs it.
    """

    def __init__(self, search: Callable[[], Tuned[lightgbm.Booster]]) -> None:
        self._search = search
        self._found: Tuned[lightgbm.Booster] | None = None

    def run(self) -> None:
        """Search."""
        self._found = self._search()

    @property
    def best_params(self) -> dict[str, Any]:
        """The parameters that were found, and those that were fixed."""
        return dict(self._tuned.params)

    @property
    def best_score(self) -> float:
        """The metric on the validation data, or its mean over the folds."""
        return self._tuned.best_value

    @property
    def study(self) -> Study:
        """With all trials."""
        return self._tuned.study

    def get_best_booster(self) -> lightgbm.Booster:
        """A model of the whole training set with the best parameters, for as many rounds as were best."""
        return self._tuned.booster

    @property
    def _tuned(self) -> Tuned[lightgbm.Booster]:
        if self._found is None:
            raise ValueError("The tuner has not searched yet; call tuner.run() first.")
        return self._found


def LightGBMTuner(  # noqa: N802 - as it was a class
    params: Mapping[str, Any],
    train_set: lightgbm.Dataset,
    num_boost_round: int = 1000,
    valid_sets: lightgbm.Dataset | Sequence[lightgbm.Dataset] | None = None,
    *,
    callbacks: Iterable[_Watcher] | None = None,
    time_budget: float | None = None,
    study: Study | None = None,
    optuna_callbacks: Iterable[Callback] | None = None,
    optuna_seed: int | None = None,
    **others: Any,
) -> Tuner:
    """A search by `hpo.integrations.lightgbm.tune`: of all parameters at once, and not of one after the other.

    Args:
        params: As of `lgb.train`; what they say stays as it is.
        train_set: What to train on.
        num_boost_round: Rounds of a trial at most.
        valid_sets: What to measure on; of several the last one.
        callbacks: LightGBM's `early_stopping` and `log_evaluation`.
        time_budget: Seconds after which no further trial begins.
        study: A study to go on with.
        optuna_callbacks: Called with the study and each trial that has ended.
        optuna_seed: Of the search.
        **others: What changes nothing, such as `show_progress_bar`.

    Raises:
        TypeError: If there is another argument, or another callback of LightGBM.

    Example:
        >>> import lightgbm as lgb
        >>> params = {"objective": "binary", "metric": "auc", "num_threads": 1}
        >>> tuner = LightGBMTuner(params, lgb.Dataset(x, y), valid_sets=[lgb.Dataset(x_valid, y_valid)])
        >>> tuner.run()
        >>> tuner.best_params, tuner.best_score, tuner.get_best_booster()
    """
    options: dict[str, Any] = {"num_boost_round": num_boost_round, **_options(params, callbacks or (), others)}
    valid_set = valid_sets[-1] if isinstance(valid_sets, Sequence) else valid_sets
    return Tuner(
        lambda: tune(
            _without_options(params),
            train_set,
            valid_set,
            n_trials=_N_TRIALS,
            timeout=time_budget,
            study=study,
            callbacks=optuna_callbacks,
            seed=optuna_seed,
            **options,
        )
    )


def LightGBMTunerCV(  # noqa: N802
    params: Mapping[str, Any],
    train_set: lightgbm.Dataset,
    num_boost_round: int = 1000,
    folds: Any = None,
    nfold: int = 5,
    *,
    callbacks: Iterable[_Watcher] | None = None,
    time_budget: float | None = None,
    study: Study | None = None,
    optuna_callbacks: Iterable[Callback] | None = None,
    optuna_seed: int | None = None,
    **others: Any,
) -> Tuner:
    """As `LightGBMTuner`, measured by a cross-validation; `get_best_booster` gives one model of all data.

    Args:
        params, train_set, num_boost_round, callbacks, time_budget, study, optuna_callbacks, optuna_seed, others: As of
            `LightGBMTuner`.
        folds: A splitter of scikit-learn, or pairs of indices; None for `nfold` of LightGBM's own.
        nfold: How many of these.
    """
    options: dict[str, Any] = {"num_boost_round": num_boost_round, **_options(params, callbacks or (), others)}
    return Tuner(
        lambda: tune(
            _without_options(params),
            train_set,
            nfold=nfold if folds is None else None,
            folds=folds,
            n_trials=_N_TRIALS,
            timeout=time_budget,
            study=study,
            callbacks=optuna_callbacks,
            seed=optuna_seed,
            **options,
        )
    )


def train(params: Mapping[str, Any], train_set: lightgbm.Dataset, *args: Any, **options: Any) -> lightgbm.Booster:
    """The best booster of a `LightGBMTuner`, whose arguments it takes."""
    tuner = LightGBMTuner(params, train_set, *args, **options)
    tuner.run()
    return tuner.get_best_booster()


def _without_options(params: Mapping[str, Any]) -> dict[str, Any]:
    names = {name for aliases in _OPTIONS.values() for name in aliases}
    return {name: value for name, value in params.items() if name not in names}


def _options(params: Mapping[str, Any], watchers: Iterable[_Watcher], others: Mapping[str, Any]) -> dict[str, Any]:
    """What parameters and callbacks say that are arguments of `tune`.

    Raises:
        TypeError: If there is something that would be lost.
    """
    if unknown := sorted({*others} - _NOTHING):
        raise TypeError(
            f"hpo's tuner of LightGBM has no argument {unknown[0]!r}. Write an objective of your own, with "
            "hpo.integrations.LightGBMPruningCallback(trial, metric) among the callbacks of lgb.train."
        )
    found: dict[str, Any] = {
        option: params[name] for option, names in _OPTIONS.items() for name in names if name in params
    }
    for watcher in watchers:
        if isinstance(watcher, _EarlyStoppingCallback):
            found["early_stopping_rounds"] = watcher.stopping_rounds
        elif not isinstance(watcher, _LogEvaluationCallback):
            raise TypeError(
                f"hpo's tuner of LightGBM takes early_stopping and log_evaluation as callbacks, got {watcher!r}; what "
                "is to be called after each trial goes to optuna_callbacks=."
            )
    return found


def __getattr__(name: str) -> Any:
    if name in hpo.integrations.__all__:
        return getattr(hpo.integrations, name)
    return getattr(lightgbm, name)
