"""The question, "which parameters mattered?", and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from hpo.importance.observations import TooFewTrials
from hpo.importance.ped_anova import PedAnovaImportanceEvaluator
from hpo.importance.targets import Target, as_function
from hpo.reading.readable import check_readable

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["BaseImportanceEvaluator", "get_param_importances"]


@runtime_checkable
class BaseImportanceEvaluator(Protocol):
    """What an evaluator does; there is nothing to inherit.

    Example:
        >>> class Alike:
        ...     def evaluate(self, study, params=None, *, target=None):
        ...         return dict.fromkeys(params or study.best_params, 1.0)
        >>> hpo.importance.get_param_importances(study, evaluator=Alike())
    """

    def evaluate(
        self,
        study: Readable,
        params: Sequence[str] | None = None,
        *,
        target: Callable[[FrozenTrial], float] | None = None,
    ) -> dict[str, float]:
        """A number ≥ 0 for each parameter, larger for the more important ones; see `get_param_importances`."""
        ...


def get_param_importances(
    study: Readable,
    *,
    evaluator: BaseImportanceEvaluator | None = None,
    params: Sequence[str] | None = None,
    target: Target = None,
    normalize: bool = True,
) -> dict[str, float]:
    """How important each parameter was in a study, the most important one first.

    Only complete trials with finite values count.

    Args:
        study: With some dozens of such trials; at least two.
        evaluator: `PedAnovaImportanceEvaluator()` by default: which parameters decide whether a trial is good.
            `FanovaImportanceEvaluator()`: which ones the values vary with. `ShapleyImportanceEvaluator()`: which
            ones brought the gain of the best trial.
        params: Of which parameters; by default all that a complete trial has.
        target: What counts instead of the study's values: a function of a trial, whose small values are good, or the
            index of an objective. With several objectives the default evaluator without a target asks what leads to
            the Pareto front.
        normalize: Make the sum 1; if none has any importance, all that could have had another value are equal.

    With one such trial all of its parameters that could have had another value are equally important, and without one
    there are none.

    Raises:
        TypeError: If `study` or `evaluator` is none.
        ValueError: If no trial has one of `params`, if `target` returns something else than a number, or if there is no
            such objective.

    Example:
        >>> study = hpo.create_study(sampler=hpo.samplers.RandomSampler(), seed=0)
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2 + trial.suggest_float("y", 0, 1e-3), 50)
        >>> list(get_param_importances(study))
        ['x', 'y']
    """
    check_readable(study)
    _check(evaluator)
    function = as_function(study, target)
    if params is not None and len(params) == 0:
        return {}
    try:
        found = (evaluator or PedAnovaImportanceEvaluator()).evaluate(study, params, target=function)
    except TooFewTrials as few:
        found = dict.fromkeys(few.names, 0.0)
    ordered = dict(sorted(found.items(), key=lambda item: item[1], reverse=True))
    if not normalize:
        return ordered
    total = sum(ordered.values())
    if total > 0:
        return {name: value / total for name, value in ordered.items()}
    varying = _varying(study) & ordered.keys() or ordered.keys()
    shares = {name: 1 / len(varying) if name in varying else 0.0 for name in ordered}
    return dict(sorted(shares.items(), key=lambda item: item[1], reverse=True))


def _check(evaluator: Any) -> None:
    """Raise TypeError unless something is an evaluator or None."""
    if isinstance(evaluator, type):
        name = evaluator.__name__
        raise TypeError(f"evaluator must be an instance, got the class {name}; write evaluator={name}().")
    if evaluator is not None and not isinstance(evaluator, BaseImportanceEvaluator):
        raise TypeError(
            f"evaluator must be an object such as hpo.importance.FanovaImportanceEvaluator(), got {evaluator!r} of "
            f"type {type(evaluator).__name__}."
        )


def _varying(study: Readable) -> set[str]:
    """The parameters that could have had another value in some trial."""
    trials = study.get_trials(deepcopy=False)
    return {name for trial in trials for name, distribution in trial.distributions.items() if not distribution.single()}
