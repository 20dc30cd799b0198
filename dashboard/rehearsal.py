"""A first view that nobody sees, so that the first one that somebody sees does not wait for what it imports."""

from __future__ import annotations

from hpo.dashboard.headline import headline_of
from hpo.dashboard.site import compile_templates
from hpo.dashboard.study import draw_first_view
from hpo.distributions import FloatDistribution
from hpo.events import Event, SpaceDeclared, StudyCreated, StudyDirection, TrialFinished, TrialStarted, TrialState
from hpo.log.ledger import Ledger
from hpo.reading.best import best_values
from hpo.reading.snapshot import Snapshot
from hpo.space import Space

__all__ = ["rehearse"]

_N_TRIALS = 20


def rehearse() -> None:
    """Read all templates, what opens a study, and what draws the first page of a small one."""
    import hpo.pruners.percentile
    import hpo.samplers.auto  # noqa: F401

    compile_templates()
    study = _study()
    headline_of("", study)
    best_values(study, 1)
    draw_first_view("", study)


def _study() -> Snapshot:
    space = Space({"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)})
    events: list[Event] = [StudyCreated("rehearsal", (StudyDirection.MINIMIZE,), 0, 0.0), SpaceDeclared(space)]
    for number in range(_N_TRIALS):
        x, y = number / _N_TRIALS, number * 7 % _N_TRIALS / _N_TRIALS
        events.append(TrialStarted(float(number)))
        end = number + 0.5
        events.append(TrialFinished(number, TrialState.COMPLETE, end, (x + y,), space.digest, {"x": x, "y": y}))
    ledger = Ledger()
    ledger.apply(events)
    return Snapshot(ledger, {})
