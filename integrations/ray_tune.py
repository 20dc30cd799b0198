"""A study as the searcher of Ray Tune, which begins the trials and schedules them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, final

from ray import cloudpickle
from ray.tune.search import Searcher
from ray.tune.search.variant_generator import parse_spec_vars

from hpo.distributions import BaseDistribution
from hpo.exceptions import SearchSpaceExhausted
from hpo.study import Study
from hpo.trial import Trial, TrialState

__all__ = ["StudySearch"]


@final
class StudySearch(Searcher):
    """Suggests the configurations of Ray Tune's trials, and keeps them as trials of a study.

    What a trial reports is reported to the study once per iteration, if it has one objective. Which trials are stopped
    is up to Ray's scheduler: a stopped trial completes with its latest result. One that fails there has failed here.

    After `Tuner.restore` the study goes on with the results of the trials that ran; one in memory as it was when Ray
    saved it last.

    Args:
        study: Where trials are kept; its directions are the modes.
        space: The distributions of the parameters, or a function that suggests them from a trial and may return more
            of the configuration as a dict.
        metric: What the results call the objective; a list for several.

    Raises:
        ValueError: If there are not as many metrics as objectives, Ray has others, or it has got a space of its own.

    Example:
        >>> search = StudySearch(study, {"lr": FloatDistribution(1e-5, 1, log=True)}, "loss")
        >>> tuner = tune.Tuner(train, tune_config=tune.TuneConfig(metric="loss", mode="min", search_alg=search))
    """

    def __init__(
        self,
        study: Study,
        space: Mapping[str, BaseDistribution] | Callable[[Trial], Mapping[str, Any] | None],
        metric: str | Sequence[str],
    ) -> None:
        directions = [direction.name.lower()[:3] for direction in study.directions]
        self._metrics = (metric,) if isinstance(metric, str) else tuple(metric)
        if len(self._metrics) != len(directions):
            raise ValueError(f"The study has {len(directions)} objectives and wants as many metrics, got {metric!r}.")
        several = len(directions) > 1
        super().__init__(list(self._metrics) if several else self._metrics[0], directions if several else directions[0])
        self._study = study
        self._space = space
        self._constants: dict[str, Any] = {}
        self._trials: dict[str, Trial] = {}  # that run, by Ray's names

    def set_search_properties(self, metric: Any, mode: Any, config: Mapping[str, Any], **spec: Any) -> bool:
        """Take what the tuner was told; Ray calls it, if there is a configuration."""
        del spec
        _, domains, grids = parse_spec_vars(dict(config))
        if domains or grids:
            raise ValueError(
                "Ray's param_space holds domains, and the study would not know them: say them to StudySearch, as "
                "distributions or by a function of a trial, and only constants to Ray."
            )
        if metric is not None and (metric, mode) != (self._metric, self._mode):
            raise ValueError(f"The study has {self._metric!r} and {self._mode!r}, and Ray {metric!r} and {mode!r}.")
        self._constants = dict(config)
        return True

    def suggest(self, trial_id: str) -> dict[str, Any] | str:
        """The configuration of a new trial, or that there are no more; Ray calls it."""
        try:
            if isinstance(self._space, Mapping):
                trial, more = self._study.ask(self._space), None
            else:
                trial = self._study.ask()
                more = self._space(trial)
        except SearchSpaceExhausted:
            return str(Searcher.FINISHED)
        self._trials[trial_id] = trial
        return {**self._constants, **trial.params, **(more or {})}

    def on_trial_result(self, trial_id: str, result: Mapping[str, Any]) -> None:
        """Report what a trial has reached; Ray calls it."""
        trial = self._trials.get(trial_id)
        if trial is not None and len(self._metrics) == 1 and self._metrics[0] in result:
            trial.report(float(result[self._metrics[0]]), int(result["training_iteration"]))

    def on_trial_complete(self, trial_id: str, result: Mapping[str, Any] | None = None, error: bool = False) -> None:
        """Tell the study how a trial has ended; Ray calls it."""
        trial = self._trials.pop(trial_id, None)
        if trial is None:
            return
        if error or result is None or not all(metric in result for metric in self._metrics):
            self._study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
            return
        self._study.tell(trial, [float(result[metric]) for metric in self._metrics], skip_if_finished=True)

    def save(self, checkpoint_path: str) -> None:
        """Write which trials run; Ray calls it."""
        Path(checkpoint_path).write_bytes(cloudpickle.dumps((self._study, self._trials)))

    def restore(self, checkpoint_path: str) -> None:
        """Know again which trials ran; Ray calls it."""
        self._study, self._trials = cloudpickle.loads(Path(checkpoint_path).read_bytes())
