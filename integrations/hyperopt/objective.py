"""What `hyperopt.fmin(fn, space)` runs, as an objective of a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final

from hpo.integrations.hyperopt.reading import Reader, graph_of
from hpo.integrations.hyperopt.results import loss_of
from hpo.trial import FixedTrial, FrozenTrial, Trial

__all__ = ["Objective", "objective", "space_eval"]


@final
@dataclass(frozen=True, eq=False)
class Objective:
    """Calls a function with a point of a space that a trial chooses.

    Args:
        fn: Takes the point and returns a loss, or a dict with "loss" and "status".
        graph: The space.
    """

    fn: Callable[[Any], Any]
    graph: Any

    def __call__(self, trial: Trial | FixedTrial) -> Any:
        return loss_of(self.fn(Reader(trial).value(self.graph)), trial)


def objective(fn: Callable[[Any], Any], space: Any) -> Objective:
    """An objective of a study that minimises, out of what `hyperopt.fmin` takes.

    Parameters are called by their labels. The options of an `hp.choice` are called by their own values or, where they
    are dicts or tuples, by the entry that tells them apart; otherwise by their positions. Of a choice only the branch
    that is taken is asked for.

    Distributions are Hyperopt's, but for three things: the ends of `hp.quniform` are as probable as the values between
    them, the rounded logarithmic ones are never 0, and integers of `hp.randint` that lie close to each other are taken
    to be alike.

    Args:
        fn: Takes a point of the space and returns a loss, or a dict with "loss" and "status". A status "fail" makes the
            trial fail and the run go on; what else a dict holds becomes user attributes of the trial.
        space: Of `hp.uniform`, `hp.choice` and so on, dicts, lists, tuples, and what Hyperopt's `scope` computes.

    Raises:
        ValueError: If a node of the space is not understood, or one label stands for two parameters.

    Example:
        >>> import hpo
        >>> from hyperopt import hp
        >>> space = {"x": hp.uniform("x", -5, 5), "kind": hp.choice("kind", ["a", "b"])}
        >>> study = hpo.create_study(seed=0)
        >>> study.optimize(objective(lambda point: point["x"] ** 2, space), n_trials=5)
    """
    return Objective(fn, graph_of(space))


def space_eval(space: Any, params: Mapping[str, Any] | FrozenTrial) -> Any:
    """The point of a space that has these parameters, as Hyperopt's function of this name says it for its own.

    Args:
        space: As given to `objective`.
        params: A trial, or parameters by their labels, such as `study.best_params`.

    Raises:
        ValueError: If one that the point needs is missing.

    Example:
        >>> from hyperopt import hp
        >>> space_eval([1, hp.uniform("x", -5, 5)], {"x": 0.5})
        (1, 0.5)
    """
    given = params.params if isinstance(params, FrozenTrial) else dict(params)
    return Reader(FixedTrial(given)).value(graph_of(space))
