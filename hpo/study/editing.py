"""Changes to a study that come from outside of a run: queued and added trials, deletions, attributes, names."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hpo import logging
from hpo.arrays import JSON, IntArray
from hpo.caution import warn
from hpo.checks import whole_number
from hpo.distributions import BaseDistribution, CategoricalDistribution
from hpo.distributions.arguments import LARGEST_INT
from hpo.events import (
    METRIC_NAMES,
    AttributeSet,
    Event,
    SpaceDeclared,
    TrialDeleted,
    TrialQueued,
    TrialState,
    fits,
)
from hpo.history import History
from hpo.log.log import Log
from hpo.log.text import check_levels
from hpo.reading.records import events_of, given, records_of
from hpo.running.port import Port
from hpo.space import Space
from hpo.study.origin import origin
from hpo.trial.frozen import FrozenTrial, check_trial

__all__ = [
    "MAX_NAME",
    "add_trials",
    "check_known",
    "check_name",
    "delete_trial",
    "enqueue_trial",
    "rename",
    "set_metric_names",
    "set_trial_attribute",
]

MAX_NAME = 512
"""Characters that a study's name may have."""

logger = logging.get_logger(__name__)


def enqueue_trial(log: Log, params: Any, user_attrs: Any, known: Callable[..., Sequence[FrozenTrial]] | None) -> None:
    """Queue a trial with some parameters, unless it is among the trials that `known` gets, by their `states`."""
    _check_named("params", params)
    _check_named("user_attrs", user_attrs)
    with log.lock:
        log.sync()
        for name, value in params.items():
            if name in log.ledger.space:
                _check_fixed(name, value, log.ledger.space[name])
        if known is not None and _exists(params, log.ledger.history(), known):
            logger.info(f"Trial with params {params} already exists. Skipping enqueue.")
            return
        for value in (*params.values(), *user_attrs.values()):
            check_levels(value)
        log.append([TrialQueued(dict(params), time.time(), dict(user_attrs))])


def add_trials(log: Log, port: Port, given: Any) -> None:
    """Add trials that ran elsewhere, all or none of them."""
    if not isinstance(given, Iterable):
        raise TypeError(f"trials must be a list of trials, got {given!r} of type {type(given).__name__}.")
    trials = list(given)
    spaces = _checked(log, port, trials)
    finished = [trial.state not in (TrialState.WAITING, TrialState.RUNNING) for trial in trials]
    needed = dict.fromkeys(itertools.compress(spaces, finished))
    with log.lock:
        outcomes = None
        while outcomes is None:
            log.sync()
            known = log.ledger.spaces
            events: list[Event] = [SpaceDeclared(space) for space in needed if space and space.digest not in known]
            for number, (trial, space) in enumerate(zip(trials, spaces, strict=True), log.ledger.n_trials):
                events += events_of(trial, number, space)
            outcomes = log.append(events, expect=log.ledger.position)


def _checked(log: Log, port: Port, trials: Sequence[FrozenTrial]) -> list[Space]:
    """The space of each trial, equal ones as one object, which is checked and digested once.

    Raises:
        TypeError: If one is no record of a trial.
        ValueError, DistributionMismatchError: If a trial contradicts itself, or does not fit the study.
    """
    n_objectives = len(log.ledger.directions)
    spaces: dict[Space, Space] = {}
    used: list[Space] = []
    for trial in trials:
        _check_record(trial)
        check_trial(trial)
        if trial.values is not None and len(trial.values) != n_objectives:
            raise ValueError(f"The trial has {len(trial.values)} values and the study {n_objectives} objectives.")
        for step, value in trial.intermediate_values.items():
            report = tuple(value) if isinstance(value, Sequence) else value
            if not fits(report, n_objectives):
                raise ValueError(
                    f"The trial reports {value!r} at step {step}; the study has {n_objectives} objectives."
                )
        space = Space(trial.distributions)
        if space not in spaces:
            spaces[space] = space
            for name, distribution in space.items():
                port.check(name, distribution)
        used.append(spaces[space])
    return used


def _check_record(trial: Any) -> None:
    if isinstance(trial, FrozenTrial):
        return
    if origin(trial):
        raise TypeError(
            f"Trial {trial.number} is one of Optuna's; copy its study with hpo.storage.import_optuna(url, to=…), or "
            "make trials with hpo.create_trial."
        )
    raise TypeError(
        f"A trial to add must be one of study.trials or made by hpo.create_trial, got {trial!r} of type "
        f"{type(trial).__name__}."
    )


def delete_trial(log: Log, number: int) -> None:
    """Take a trial out of what is known."""
    number = whole_number(number, "number")
    with log.lock:
        log.sync()
        check_known(log, number, "delete")
        log.flush()  # whoever ran it is told of its end while there is something to tell
        log.append([TrialDeleted(number)])


def set_trial_attribute(log: Log, port: Port, number: int, key: str, value: JSON) -> None:
    """Set an attribute of a trial that runs or has finished."""
    number = whole_number(number, "number")
    with log.lock:
        log.sync()
        check_known(log, number, "change")
        stored = port.stored(value)
        live = port.participant.live.get(number)
        if live is not None:
            live.user_attrs[key] = stored
            return
        if number in log.ledger.waiting:
            raise ValueError(f"Trial {number} is waiting; it can be changed once it runs.")
        log.append([AttributeSet(key, stored, number)])


def set_metric_names(log: Log, names: Sequence[str]) -> None:
    """Name the objectives."""
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"metric_names must be a list of strings, one per objective, got {names!r}.")
    if len(names) != len(log.ledger.directions):
        raise ValueError(f"Expected {len(log.ledger.directions)} names, one per objective, got {names!r}.")
    if len(set(names)) < len(names):
        raise ValueError(f"Each objective needs a name of its own, got {names!r}.")
    with log.lock:
        log.append([AttributeSet(METRIC_NAMES, list(names), system=True)])


def rename(log: Log, name: str) -> None:
    """Give a study another name."""
    check_name(name)
    with log.lock:
        log.rename(name)


def check_known(log: Log, number: int, doing: str) -> None:
    """Raise ValueError if there is no trial of that number, or no longer."""
    if not log.ledger.is_known(number):
        why = "it has been deleted" if 0 <= number < log.ledger.n_trials else "it has not been created"
        raise ValueError(f"Cannot {doing} trial with number {number} since {why}.")


def check_name(name: Any) -> None:
    """Raise if a study cannot have a name.

    Raises:
        TypeError: If it is no string.
        ValueError: If it is blank or too long, or holds what databases cannot write.
    """
    if not isinstance(name, str):
        raise TypeError(f"study_name must be a string, got {name!r}.")
    if not name.strip():
        raise ValueError(f"A study's name must have a character that is seen, got {name!r}.")
    if len(name) > MAX_NAME:
        raise ValueError(f"A study's name has at most {MAX_NAME} characters, got {len(name)}.")
    if "\0" in name or any("\ud800" <= character <= "\udfff" for character in name):
        raise ValueError(f"A study's name must be text without NUL and lone surrogates, got {name!r}.")


def _check_named(argument: str, given: Any) -> None:
    """Raise TypeError unless an argument is a dict whose keys are strings."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{argument} must be a dict, got {given!r} of type {type(given).__name__}.")
    for name in given:
        if not isinstance(name, str):
            raise TypeError(f"{argument} must have strings as its keys, got {name!r} of type {type(name).__name__}.")


def _exists(params: dict[str, JSON], history: History, known: Callable[..., Sequence[FrozenTrial]]) -> bool:
    """Whether a trial was queued or run with exactly these parameters."""
    unfinished = known(states=(TrialState.WAITING, TrialState.RUNNING))
    finished = records_of(history, _perhaps(params, history))
    return any(_has(trial, params) for trial in itertools.chain(unfinished, finished))


def _has(trial: FrozenTrial, params: dict[str, JSON]) -> bool:
    known = given(trial)
    return known.keys() == params.keys() and all(_same(known[name], params[name]) for name in params)


def _perhaps(params: dict[str, JSON], history: History) -> IntArray:
    """Rows of all trials that have these parameters, and of few others, as records cost more than columns."""
    index, spaces = history.spaces
    alike = [i for i, space in enumerate(spaces) if set(space.names) == params.keys()]
    mask = np.isin(index, alike) & ((history.state != TrialState.PAUSED) | history.paused)
    for name, value in params.items():
        raw, choices = history.raw(name)
        same = np.isnan(raw)  # of these it is not the column that knows the value
        if choices is not None:
            same |= np.isin(raw, [i for i, choice in enumerate(choices) if _same(choice, value)])
        elif isinstance(value, float):
            same |= np.isclose(raw, value, atol=0.0)
        elif isinstance(value, int) and abs(value) <= LARGEST_INT:
            same |= raw == value
        mask &= same
    return np.flatnonzero(mask)


def _check_fixed(name: str, value: Any, distribution: BaseDistribution) -> None:
    """Raise if a value can never be used for a known parameter; out of range is allowed, ranges may change."""
    text = isinstance(value, str) and not isinstance(distribution, CategoricalDistribution)  # "0.5" is no number
    try:
        distribution.to_internal_repr(None if text else value)
    except ValueError as error:
        if isinstance(distribution, CategoricalDistribution):
            warn(f"{name!r}: {error} It will be an error unless the choices change.")
            return
        raise ValueError(f"{name!r} must be a number as in {distribution!r}, got {value!r}.") from None
    if not distribution.contains(value):
        warn(f"{name}={value!r} does not lie in {distribution!r}, where it was last suggested.")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other, atol=0.0, equal_nan=True))
    return type(one) is type(other) and one == other
