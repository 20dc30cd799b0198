"""What Hyperopt has tried, as trials of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from hpo.caution import warn
from hpo.distributions import BaseDistribution, CategoricalDistribution
from hpo.events import TrialState
from hpo.integrations.hyperopt.reading import Reader, graph_of
from hpo.trial import FrozenTrial, create_trial
from hpo.trial.suggest import Suggestions

__all__ = ["parameters_of", "trials_of"]


@final
class _Assigned(Suggestions):
    """Answers with what Hyperopt had drawn, and keeps what was asked.

    Args:
        assignment: By label; of a choice the position of the option.
    """

    def __init__(self, assignment: Mapping[str, Any]) -> None:
        self._assignment = assignment
        self.params: dict[str, Any] = {}
        self.distributions: dict[str, BaseDistribution] = {}

    def suggest(self, name: str, distribution: BaseDistribution) -> Any:
        if name not in self._assignment:
            raise ValueError(f"The point needs a value for {name!r}, got only {', '.join(sorted(self._assignment))}.")
        drawn = self._assignment[name]
        if isinstance(distribution, CategoricalDistribution):
            value = distribution.choices[int(drawn)]
        else:
            value = distribution.to_external_repr(float(drawn))
            if not distribution.contains(value):
                raise ValueError(f"{name}={value!r} does not lie in {distribution!r}.")
        self.params[name], self.distributions[name] = value, distribution
        return value


def parameters_of(space: Any, assignment: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a study for what Hyperopt calls a point: the result of `fmin`, or of `points_to_evaluate`.

    Args:
        space: As given to `objective`.
        assignment: Values by label; of a choice the position of the option.

    Raises:
        ValueError: If a value is missing, or does not lie in the space.

    Example:
        >>> from hyperopt import hp
        >>> parameters_of({"x": hp.uniform("x", -5, 5), "kind": hp.choice("kind", ["a", "b"])}, {"x": 0.5, "kind": 1})
        {'kind': 'b', 'x': 0.5}
    """
    assigned = _Assigned(assignment)
    Reader(assigned).value(graph_of(space))
    return assigned.params


def trials_of(space: Any, trials: Any) -> list[FrozenTrial]:
    """What a `Trials` object of Hyperopt holds, to go on from there.

    Trials that have not ended are left out, and after a warning those that do not lie in the space.

    Args:
        space: As given to `objective`.
        trials: Of `fmin`.

    Example:
        >>> from hyperopt import Trials, hp
        >>> trials_of(hp.uniform("x", -5, 5), Trials())
        []
    """
    root, found = graph_of(space), []
    for document in trials.trials:
        result = document["result"]
        if result.get("status") not in ("ok", "fail"):
            continue
        assigned = _Assigned({label: drawn[0] for label, drawn in document["misc"]["vals"].items() if drawn})
        try:
            Reader(assigned).value(root)
        except ValueError as error:
            warn(f"Hyperopt's trial {document['tid']} is left out: {error}")
            continue
        is_ok = result["status"] == "ok"
        found.append(
            create_trial(
                state=TrialState.COMPLETE if is_ok else TrialState.FAIL,
                value=float(result["loss"]) if is_ok else None,
                params=assigned.params,
                distributions=assigned.distributions,
                user_attrs={"hyperopt_tid": document["tid"]},
            )
        )
    return found
