"""The studies of a storage: their names and summaries, copying and deleting them."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress

from hpo.events import StudyCreated, StudyRenamed, TrialFinished, TrialState
from hpo.exceptions import UnknownStudyError
from hpo.log.log import PAGE, Log, identity_of
from hpo.moments import local_time
from hpo.protocols import Storage
from hpo.reading.records import record_of
from hpo.reading.snapshot import Snapshot
from hpo.running.outcome import Outcome
from hpo.storage import get_storage
from hpo.study.plugins import checked_storage
from hpo.study.summary import StudySummary

__all__ = ["copy_study", "delete_study", "get_all_study_names", "get_all_study_summaries"]


def delete_study(*, study_name: str, storage: str | Storage) -> None:
    """Remove a study and all of its trials.

    Raises:
        UnknownStudyError: If there is no such study.

    Example:
        >>> study = hpo.create_study(study_name="old", storage="sqlite:///study.db")
        >>> hpo.delete_study(study_name="old", storage="sqlite:///study.db")
    """
    storage = get_storage(checked_storage(storage), create=False)
    storage.delete(identity_of(study_name, storage))


def copy_study(
    *,
    from_study_name: str,
    from_storage: str | Storage,
    to_storage: str | Storage,
    to_study_name: str | None = None,
) -> None:
    """Copy a study with all of its trials, attributes and history, so that the copy goes on as the original would.

    Trials that run meanwhile fail in the copy, as who runs them tells the original. Those that `ask` was given
    distributions for wait in both for somebody to tell.

    Raises:
        UnknownStudyError: If there is no such study.
        DuplicatedStudyError: If the target has a study of that name.

    Example:
        >>> study = hpo.create_study(study_name="svm", storage="sqlite:///study.db")
        >>> hpo.copy_study(from_study_name="svm", from_storage="sqlite:///study.db", to_storage="sqlite:///copy.db")
        >>> hpo.get_all_study_names("sqlite:///copy.db")
        ['svm']
    """
    source = get_storage(checked_storage(from_storage, "from_storage"), create=False)
    original, copy = identity_of(from_study_name, source), uuid.uuid4().hex
    target = get_storage(checked_storage(to_storage, "to_storage"))
    name = from_study_name if to_study_name is None else to_study_name
    (header,) = source.read(original, 0, limit=1)
    assert isinstance(header, StudyCreated)
    target.create(header._replace(name=name, identity=copy))
    position = 1
    try:
        while events := source.read(original, position, limit=PAGE):
            target.append(copy, [StudyRenamed(name) if isinstance(e, StudyRenamed) else e for e in events])
            position += len(events)
        _give_up_running(Log(copy, target))
    except BaseException:
        target.delete(copy)  # rather no copy than half of one
        raise


def _give_up_running(copied: Log) -> None:
    """Fail the trials that nobody will tell."""
    with copied.lock:
        copied.sync()
        running = [trial for trial in copied.ledger.running.values() if not trial.is_by_hand]
        if running:
            error = Outcome.of_loss("the study was copied while it ran").error
            failed, now = TrialState.FAIL, time.time()
            copied.append([TrialFinished(one.number, failed, max(now, one.time), error=error) for one in running])


def get_all_study_names(storage: str | Storage) -> list[str]:
    """The names of all studies in a storage, in the order of their creation; none where there is no storage yet.

    Example:
        >>> storage = hpo.storage.InMemoryStorage()
        >>> study = hpo.create_study(study_name="svm", storage=storage)
        >>> hpo.get_all_study_names(storage)
        ['svm']
    """
    opened = _opened(storage)
    return [] if opened is None else list(opened.studies())


def get_all_study_summaries(storage: str | Storage, include_best_trial: bool = True) -> list[StudySummary]:
    """A summary of each study in a storage, in the order of their creation; none where there is no storage yet.

    Args:
        storage: A URL or a storage.
        include_best_trial: Also read the best trial of each.

    Example:
        >>> storage = hpo.storage.InMemoryStorage()
        >>> study = hpo.create_study(study_name="svm", storage=storage)
        >>> [(one.study_name, one.n_trials) for one in hpo.get_all_study_summaries(storage)]
        [('svm', 0)]
    """
    opened = _opened(storage)
    if opened is None:
        return []
    summaries = []
    for identity in opened.studies().values():
        with suppress(UnknownStudyError):  # it has been deleted meanwhile
            summaries.append(_summary(Log(identity, opened), include_best_trial))
    return summaries


def _opened(storage: str | Storage) -> Storage | None:
    """A storage, without making one; None where there is none."""
    try:
        return get_storage(checked_storage(storage), create=False)
    except UnknownStudyError:
        return None


def _summary(log: Log, include_best_trial: bool) -> StudySummary:
    from hpo.reading.expected import expected

    log.open()
    ledger = log.ledger
    best = ledger.best_feasible
    starts = [trial.time for trial in ledger.running.values()]
    starts += ledger.columns.start(ledger.columns.size).tolist()
    return StudySummary(
        log.name,
        list(ledger.directions),
        record_of(ledger, {}, best) if include_best_trial and best is not None else None,
        ledger.user_attrs,
        ledger.system_attrs,
        len(ledger.numbers),
        local_time(min(starts)) if starts else None,
        ledger.header.time,
        expected(Snapshot(ledger, {}), time.time()),
    )
