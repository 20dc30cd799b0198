"""Making and loading studies: the one place where the parts of a study are put together, and its defaults chosen."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hpo import logging
from hpo.caution import warn
from hpo.events import StudyCreated, StudyDirection, TrialQueued
from hpo.exceptions import DirectionMismatchError, DuplicatedStudyError, ReadOnlyStorageError
from hpo.numbers import whole
from hpo.protocols import Pruner, Sampler, Storage, is_private, seeding
from hpo.running.retry import RetryPolicy
from hpo.storage import get_storage
from hpo.study.defaults import retry_policy
from hpo.study.editing import check_name
from hpo.study.plugins import checked_pruner, checked_retry, checked_sampler, checked_storage
from hpo.study.study import Study

__all__ = ["create_study", "load_study"]

logger = logging.get_logger(__name__)


def create_study(
    *,
    storage: str | Storage | None = None,
    sampler: Sampler | None = None,
    pruner: Pruner | None = None,
    study_name: str | None = None,
    direction: str | StudyDirection | None = None,
    load_if_exists: bool = False,
    directions: Sequence[str | StudyDirection] | None = None,
    seed: int | None = None,
    retry: RetryPolicy | int | None = None,
    checkpoints: str | Path | None = None,
    warm_start: Sequence[Study | tuple[str | Storage, str]] = (),
) -> Study:
    """A new study.

    Args:
        storage: A URL such as "sqlite:///study.db", a storage, or None for memory.
        sampler: `AutoSampler()` by default.
        pruner: `MedianPruner()` by default.
        study_name: To load it by; made up by default.
        direction: "minimize" (default) or "maximize".
        load_if_exists: Open the study of that name if there is one.
        directions: For several objectives, one each.
        seed: Of all random choices; by default the sampler's, else drawn once. It is stored with the study, so
            that a resumed study goes on exactly as an uninterrupted one.
        retry: Queue failed trials and those of lost workers again, at most that often; or a `RetryPolicy`.
        checkpoints: Directory below which trials have their `checkpoint_dir`, on a file system that all workers see;
            by default `$HPO_CHECKPOINTS`, or `hpo-checkpoints` in the working directory.
        warm_start: Finished studies of similar objectives over the same parameters or some of them, as studies or as
            pairs of a storage and a name. Three configurations are queued: the best of one study, or such good ones of
            several as complement each other, judged by what is expected of each in the other studies.
            What lies outside of a range becomes its nearest value, and choices that are no longer offered are left to
            the sampler. A study that has begun already takes none.

    Raises:
        DuplicatedStudyError: If the name is taken and `load_if_exists` is False.
        DirectionMismatchError: If the stored study has other directions.
        ValueError: If a direction is unknown or both arguments are given, or if an earlier study has other directions,
            or no trial to learn from.

    Example:
        >>> study = hpo.create_study(study_name="svm", storage="sqlite:///study.db", load_if_exists=True)
    """
    wanted = _read_directions(direction, directions)
    _check_plugins(sampler, pruner)
    storage = get_storage(checked_storage(storage))
    retry = retry_policy(checked_retry(retry), storage)
    name = f"no-name-{uuid.uuid4()}" if study_name is None else study_name
    check_name(name)
    queued = _configurations(_sources(warm_start), wanted, storage)
    given = seeding(sampler) if seed is None and sampler is not None else seed
    seed = int.from_bytes(os.urandom(8)) >> 1 if given is None else _read_seed(given)
    header = StudyCreated(name, wanted, seed, time.time(), uuid.uuid4().hex)
    try:
        storage.create(header)
    except (DuplicatedStudyError, ReadOnlyStorageError) as error:
        if isinstance(error, ReadOnlyStorageError) and not (load_if_exists and name in storage.studies()):
            raise
        if not load_if_exists:
            raise DuplicatedStudyError(f"{error} To go on with that study, pass load_if_exists=True.") from None
        study = Study(name, storage, sampler, pruner, retry=retry, checkpoints=checkpoints)
        _warm_start(study.identity, storage, queued)  # where who created it got no farther
        _check_header(study, wanted if direction or directions else None, given)
        logger.info(f"Using an existing study with name '{name}' instead of creating a new one.")
        return study
    _warm_start(header.identity, storage, queued)
    where = "in memory" if is_private(storage) else f"in {type(storage).__name__.removesuffix('Storage')}"
    logger.info(f"A new study created {where} with name: {name}")
    return Study(name, storage, sampler, pruner, retry=retry, checkpoints=checkpoints, identity=header.identity)


def load_study(
    *,
    study_name: str | None = None,
    storage: str | Storage,
    sampler: Sampler | None = None,
    pruner: Pruner | None = None,
    retry: RetryPolicy | int | None = None,
    checkpoints: str | Path | None = None,
) -> Study:
    """The study of a name, to be read or gone on with; give it the sampler and the pruner that it had.

    Args:
        study_name: None if the storage holds exactly one study.
        storage: A URL or a storage.
        sampler, pruner, retry, checkpoints: As for `create_study`; they are not stored.

    Raises:
        UnknownStudyError: If there is no such study.
        ValueError: If no name is given and the storage does not hold exactly one study.

    Example:
        >>> study = hpo.create_study(study_name="mlp", storage="sqlite:///study.db")
        >>> study.optimize(objective, n_trials=10)
        >>> same = hpo.load_study(study_name="mlp", storage="sqlite:///study.db")
        >>> same.optimize(objective, n_trials=10)
        >>> len(same.trials)
        20
    """
    _check_plugins(sampler, pruner)
    storage = get_storage(checked_storage(storage), create=False)
    if study_name is None:
        names = list(storage.studies())
        if len(names) != 1:
            raise ValueError(f"study_name may be left out if the storage holds one study; it holds {names!r}.")
        study_name = names[0]
    return Study(study_name, storage, sampler, pruner, retry=retry, checkpoints=checkpoints)


def _check_plugins(sampler: Sampler | None, pruner: Pruner | None) -> None:
    """Raise TypeError for what is no plug-in, before anything is written."""
    if sampler is not None:
        checked_sampler(sampler)
    if pruner is not None:
        checked_pruner(pruner)


def _read_directions(
    direction: str | StudyDirection | None, directions: Sequence[str | StudyDirection] | None
) -> tuple[StudyDirection, ...]:
    if direction is not None and directions is not None:
        raise ValueError("Give direction or directions, not both.")
    if directions is not None:
        if isinstance(directions, str) or not isinstance(directions, Sequence) or len(directions) == 0:
            raise ValueError(
                'directions must be a list with one entry per objective, such as ["minimize", "maximize"], got '
                f"{directions!r}."
            )
        return tuple(_read_direction(one) for one in directions)
    return (_read_direction("minimize" if direction is None else direction),)


def _read_direction(direction: Any) -> StudyDirection:
    if isinstance(direction, StudyDirection) and direction is not StudyDirection.NOT_SET:
        return direction
    if direction == "minimize" and isinstance(direction, str):
        return StudyDirection.MINIMIZE
    if direction == "maximize" and isinstance(direction, str):
        return StudyDirection.MAXIMIZE
    hint = ""
    if isinstance(direction, str) and direction.lower()[:3] in ("min", "max"):
        hint = f' Write "{direction.lower()[:3]}imize".'
    if isinstance(direction, (list, tuple)):
        hint = f" For several objectives write directions={direction!r}."
    raise ValueError(f'A direction is "minimize" or "maximize", got {direction!r}.{hint}')


def _sources(warm_start: Any) -> list[Study]:
    """The earlier studies.

    Raises:
        TypeError: If one is none.
        UnknownStudyError: If a storage has no study of a name.
    """
    several = isinstance(warm_start, Sequence) and not isinstance(warm_start, str)
    if not several:
        raise TypeError(f"warm_start must be a list of studies, got {warm_start!r}; write warm_start=[…].")
    return [_source(one) for one in warm_start]


def _source(given: Any) -> Study:
    if isinstance(given, Study):
        return given
    if isinstance(given, tuple) and len(given) == 2:
        storage, name = given
        return load_study(study_name=name, storage=storage)
    raise TypeError(
        f"warm_start takes studies, and pairs such as ('sqlite:///study.db', 'name'), got {given!r} of type "
        f"{type(given).__name__} in it."
    )


def _configurations(
    sources: Sequence[Study], directions: Sequence[StudyDirection], storage: Storage
) -> Sequence[TrialQueued]:
    """What a new study in a storage has to try first."""
    if not sources:
        return ()
    from hpo.study.warm_start import configurations

    return configurations(sources, directions, opaque=is_private(storage))


def _warm_start(study: str, storage: Storage, queued: Sequence[TrialQueued]) -> None:
    """Queue trials if nothing has happened yet in the study of an identity."""
    if queued:
        storage.append(study, queued, expect=1)


def _read_seed(given: Any) -> int:
    seed = whole(given, "seed")
    if seed < 0:
        raise ValueError(f"seed must be ≥ 0, got {given!r}.")
    return seed


def _check_header(study: Study, wanted: tuple[StudyDirection, ...] | None, seed: int | None) -> None:
    if wanted is not None and tuple(study.directions) != wanted:
        raise DirectionMismatchError(
            f"The stored study {study.study_name!r} has the directions {[d.name for d in study.directions]}, not "
            f"{[d.name for d in wanted]}. Use another name, or leave the direction out to load it as it is."
        )
    if seed is not None and seed != study.seed:
        warn(f"The stored study {study.study_name!r} keeps its seed {study.seed}; {seed} is ignored.")
