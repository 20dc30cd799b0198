"""Whole logs as hypothesis draws them, valid and invalid, and all that can be seen of what they fold into."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.events import (
    AttributeSet,
    Event,
    RunLimits,
    SpaceDeclared,
    StudyCreated,
    StudyDirection,
    TrialDeleted,
    TrialError,
    TrialFinished,
    TrialProposed,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.history import History
from hpo.log.ledger import Ledger
from hpo.space import Space

__all__ = ["SPACES", "facts", "header", "knowledge", "logs", "replay"]

SPACES = (
    Space({"x": FloatDistribution(0, 1)}),
    Space({"x": FloatDistribution(-1, 9), "n": IntDistribution(1, 5)}),
    Space({"c": CategoricalDistribution(["a", 1, True, None]), "x": FloatDistribution(0, 1)}),
    Space({"x": CategoricalDistribution([0.5, "a"])}),  # the name of a number, from a worker that did not know
)
VALUES: dict[str, list[Any]] = {"n": [1, 2, 5], "c": ["a", 1, True, None]}

number = st.integers(-1, 7)
time = st.integers(0, 100).map(float)
value = st.sampled_from([-1.0, 0.0, 0.5, 2.0, float("inf")])
attributes = st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=1)
workers = st.none() | st.sampled_from(["a/1//", "a/2//"])
runs = st.none() | st.builds(
    RunLimits,
    st.none() | st.integers(0, 9),
    st.none() | time,
    st.lists(st.tuples(st.integers(0, 9), st.just((TrialState.COMPLETE, TrialState.FAIL))), max_size=1).map(tuple),
)


def header(*directions: StudyDirection, seed: int = 0) -> StudyCreated:
    return StudyCreated("study", directions or (StudyDirection.MINIMIZE,), seed, 0.0, "identity")


@st.composite
def _finished(draw: st.DrawFn, n_objectives: int) -> TrialFinished:
    space = draw(st.sampled_from((Space(), *SPACES)))
    categorical = space == SPACES[3]
    parameters = {
        name: draw(st.sampled_from(VALUES.get(name, [0.5, "a"] if categorical else [0.0, 0.25, 0.5, 1.0])))
        for name in space
    }
    state = draw(st.sampled_from([TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.PAUSED]))
    values = draw(st.tuples(*[value] * n_objectives)) if state is TrialState.COMPLETE else None
    return TrialFinished(
        draw(number),
        state,
        draw(time),
        values,
        space.digest if space else "",
        parameters,
        draw(st.dictionaries(st.sampled_from("gh"), st.sampled_from([-1.0, 0.0, 2.5]), max_size=2)),
        draw(attributes),
        draw(attributes),
        TrialError("ValueError", "broken") if state is TrialState.FAIL else None,
        draw(st.booleans() | st.none()),
    )


def _events(n_objectives: int) -> st.SearchStrategy[Event]:
    report = value if n_objectives == 1 else st.tuples(*[value] * n_objectives)
    return st.one_of(
        st.builds(TrialStarted, time, st.none(), st.booleans(), workers, st.none(), runs),
        st.builds(TrialStarted, time, number, st.booleans()),
        st.builds(TrialStarted, time, number, st.booleans()),
        st.builds(
            TrialQueued,
            st.dictionaries(st.just("x"), st.just(0.5), max_size=1),
            time,
            attributes,
            attributes,
            st.dictionaries(st.integers(0, 3), report, max_size=2),
            st.none() | number,
        ),
        st.builds(TrialDeleted, number),
        st.builds(TrialProposed, number, st.lists(st.sampled_from([0.0, 0.5]), max_size=3).map(tuple)),
        st.builds(TrialReported, number, st.integers(0, 3), report | value, time, st.booleans() | st.none()),
        _finished(n_objectives),
        _finished(n_objectives),
        st.builds(AttributeSet, st.sampled_from("ab"), st.integers(0, 3), st.none() | number, st.booleans()),
    )


@st.composite
def logs(draw: st.DrawFn, max_size: int = 40) -> list[Event]:
    """Events in any order, after the header and the spaces; in half of the logs most have an effect."""
    directions = draw(
        st.lists(st.sampled_from([StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE]), min_size=1, max_size=2)
    )
    n_least = draw(st.sampled_from([0, max_size // 2]))
    events = draw(st.lists(_events(len(directions)), min_size=n_least, max_size=max_size))
    told = _with_effect(events) if draw(st.booleans()) else events
    return [header(*directions), *map(SpaceDeclared, SPACES), *told]


def _with_effect(events: list[Event]) -> list[Event]:
    """The events, each with the number of a trial that it can happen to, if there is one."""
    ledger, told = Ledger(), list[Event]()
    ledger.apply([header()])
    event: Any
    for event in events:
        for name in ("number", "claims", "retries"):
            number = getattr(event, name, None)
            states = _HAPPENS_TO.get(type(event), tuple(TrialState))
            candidates = [one for one in ledger.numbers if ledger.state(one) in states]
            if number is not None and candidates:
                event = event._replace(**{name: candidates[number % len(candidates)]})
        ledger.apply([event])
        told.append(event)
    return told


_HAPPENS_TO: dict[type, tuple[TrialState, ...]] = {
    TrialStarted: (TrialState.WAITING, TrialState.PAUSED),
    TrialProposed: (TrialState.RUNNING,),
    TrialReported: (TrialState.RUNNING,),
    TrialFinished: (TrialState.RUNNING,),
    TrialQueued: (TrialState.FAIL,),
}


def replay(events: list[Event]) -> Ledger:
    ledger = Ledger()
    ledger.apply(events)
    return ledger


def knowledge(history: History) -> dict[str, Any]:
    """All that a sampler or pruner can see."""
    return {
        "numbers": history.number.tolist(),
        "states": history.state.tolist(),
        "paused": history.paused.tolist(),
        "losses": repr(history.losses.tolist()),
        "violation": history.violation.tolist(),
        "last_step": history.last_step.tolist(),
        "times": (history.start.tolist(), history.end.tolist()),
        "raw": {name: repr((history.raw(name)[0].tolist(), history.raw(name)[1])) for name in "xnc"},
        "reports": [column.tolist() for column in history.reports()],
        "running": history.running.tolist(),
        "over": [repr(history.over(space).tolist()) for space in (*SPACES, history.space)],
        "pending": [repr(history.pending(space).tolist()) for space in (*SPACES, history.space)],
        "losses_at": [repr(history.losses_at(step).tolist()) for step in range(4)],
        "space": history.space,
    }


def facts(ledger: Ledger) -> dict[str, Any]:
    """All that follows from a log."""
    numbers = ledger.numbers
    return {
        "n_trials": ledger.n_trials,
        "position": ledger.position,
        "states": {number: ledger.state(number) for number in numbers},
        "counts": {state: ledger.count(state) for state in TrialState},
        "finished": [ledger.finished(number) for number in numbers if ledger.has_row(number)],
        "waiting": dict(ledger.waiting),
        "best": (ledger.best, ledger.best_feasible),
        "attributes": (dict(ledger.user_attrs), dict(ledger.system_attrs)),
        "reports": {n: dict(t.reports.items()) for n, t in ledger.running.items()},
        "known": {n: (t.known(), t.space, t.user_attrs, t.system_attrs) for n, t in ledger.running.items()},
        "runs": ledger.runs(),
        "knowledge": knowledge(ledger.history()),
    }
