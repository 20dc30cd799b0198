"""Changes to a study that come from outside of a run: queued and added trials, deletions, attributes, names."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hpo import logging
from hpo.arrays import JSON
from hpo.caution import warn
from hpo.distributions import BaseDistribution, CategoricalDistribution
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
from hpo.log.log import Log
from hpo.reading.records import events_of
from hpo.running.port import Port
from hpo.space import Space
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


def enqueue_trial(
    log: Log, params: Any, user_attrs: Mapping[str, JSON], known: Callable[[], Sequence[FrozenTrial]] | None
) -> None:
    """Queue a trial with some parameters, unless it is among the `known` trials, if these are given."""
    if not isinstance(params, dict):
        raise TypeError(f"params must be a dict, got {params!r} of type {type(params).__name__}.")
    with log.lock:
        log.sync()
        for name, value in params.items():
            if name in log.ledger.space:
                _check_fixed(name, value, log.ledger.space[name])
        if known is not None and _exists(params, known()):
            logger.info(f"Trial with params {params} already exists. Skipping enqueue.")
            return
        log.append([TrialQueued(params, time.time(), dict(user_attrs))])


def add_trials(log: Log, port: Port, trials: Sequence[FrozenTrial]) -> None:
    """Add trials that ran elsewhere, all or none of them."""
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
        ValueError, DistributionMismatchError: If a trial contradicts itself, or does not fit the study.
    """
    n_objectives = len(log.ledger.directions)
    spaces: dict[Space, Space] = {}
    used: list[Space] = []
    for trial in trials:
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


def delete_trial(log: Log, number: int) -> None:
    """Take a trial out of what is known."""
    with log.lock:
        log.sync()
        check_known(log, number, "delete")
        log.flush()  # whoever ran it is told of its end while there is something to tell
        log.append([TrialDeleted(number)])


def set_trial_attribute(log: Log, port: Port, number: int, key: str, value: JSON) -> None:
    """Set an attribute of a trial that runs or has finished."""
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
    if len(names) != len(log.ledger.directions):
        raise ValueError(f"Expected {len(log.ledger.directions)} names, one per objective, got {names!r}.")
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
        ValueError: If it is too long, or holds what databases cannot write.
    """
    if not isinstance(name, str):
        raise TypeError(f"study_name must be a string, got {name!r}.")
    if len(name) > MAX_NAME:
        raise ValueError(f"A study's name has at most {MAX_NAME} characters, got {len(name)}.")
    if "\0" in name or any("\ud800" <= character <= "\udfff" for character in name):
        raise ValueError(f"A study's name must be text without NUL and lone surrogates, got {name!r}.")


def _exists(params: dict[str, JSON], trials: Sequence[FrozenTrial]) -> bool:
    """Whether a trial was queued or run with exactly these parameters."""
    for trial in trials:
        given = trial.system_attrs.get("fixed_params", trial.params) if not trial.params else trial.params
        if given.keys() == params.keys() and all(_same(given[name], params[name]) for name in params):
            return True
    return False


def _check_fixed(name: str, value: Any, distribution: BaseDistribution) -> None:
    """Raise if a value can never be used for a known parameter; out of range is allowed, ranges may change."""
    try:
        distribution.to_internal_repr(value)
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
