"""Every error that hpo raises by name.

HpoError
├── TrialPruned                 raise it in an objective to stop a trial early
├── TrialPaused                 raise it in an objective to let a trial wait for its promotion
├── TrialFailed                 raise it in an objective to end a trial as failed, and go on with the next one
├── SearchSpaceExhausted        the sampler has nothing left to try
├── DistributionMismatchError   a name changed its kind or scale (also a ValueError)
├── UpdateFinishedTrialError    a finished trial was written to (also a RuntimeError)
├── CLIUsageError               the command line was used wrongly
├── ArtifactNotFound            the store of artifacts has no such file
└── StorageInternalError        the storage could not do what was asked
    ├── DuplicatedStudyError    the name is taken
    ├── UnknownStudyError       there is no such study (also a KeyError)
    ├── DirectionMismatchError  the stored study optimises something else (also a ValueError)
    ├── SchemaVersionError      the database was written by another version of hpo
    ├── NotADatabaseError       the file holds something else
    ├── DamagedJournalError     a line of the journal has changed since it was written
    ├── ReadOnlyStorageError    the database cannot be written to
    └── StorageFullError        no room is left on the disk
"""

__all__ = [
    "ArtifactNotFound",
    "CLIUsageError",
    "DamagedJournalError",
    "DirectionMismatchError",
    "DistributionMismatchError",
    "DuplicatedStudyError",
    "ExperimentalWarning",
    "HpoError",
    "NotADatabaseError",
    "OptunaError",
    "ReadOnlyStorageError",
    "SchemaVersionError",
    "SearchSpaceExhausted",
    "StorageFullError",
    "StorageInternalError",
    "TrialFailed",
    "TrialPaused",
    "TrialPruned",
    "UnknownStudyError",
    "UpdateFinishedTrialError",
]


class HpoError(Exception):
    """Base of all errors of hpo."""


OptunaError = HpoError
"""The name under which scripts written for Optuna catch the base of all errors."""


class ArtifactNotFound(HpoError):
    """A store of artifacts has no such file."""


class TrialFailed(HpoError):
    """Raised by an objective to end its trial as FAIL, for a reason that is no error of the program.

    The run goes on, whatever `catch` names; the reason is kept with the trial.

    Example:
        >>> def objective(trial):
        ...     x = trial.suggest_float("x", -1, 1)
        ...     if x < 0:
        ...         raise TrialFailed("There is no root of a negative number.")
        ...     return x**0.5
    """


class TrialPaused(HpoError):
    """Raised by an objective to let its trial wait, and the worker go on with another one.

    The trial is resumed, by any worker, when the pruner promotes it.

    Example:
        >>> def objective(trial):
        ...     for step in range(trial.resume_step, 27):
        ...         trial.report(1 / (step + 1), step)
        ...         (trial.checkpoint_dir / "step").write_text(str(step))
        ...         if trial.should_pause():
        ...             raise hpo.TrialPaused
        ...     return 1 / 27
    """


class TrialPruned(HpoError):
    """Raised by an objective to end its trial as PRUNED.

    Example:
        >>> def objective(trial):
        ...     for step in range(10):
        ...         trial.report(1 / (step + 1), step)
        ...         if trial.should_prune():
        ...             raise TrialPruned
        ...     return 0.1
    """


class SearchSpaceExhausted(HpoError):
    """Raised by a sampler that has no configuration left; `optimize` then ends in order."""


class DistributionMismatchError(HpoError, ValueError):
    """A parameter name was used with another kind or scale than before."""


class UpdateFinishedTrialError(HpoError, RuntimeError):
    """A trial that has already finished was asked for a parameter or given a value."""


class CLIUsageError(HpoError):
    """The command line was used wrongly."""


class StorageInternalError(HpoError):
    """A storage could not do what was asked; the message says why."""


class DuplicatedStudyError(StorageInternalError):
    """A study of that name exists already."""


class UnknownStudyError(StorageInternalError, KeyError):
    """No study of that name exists."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""  # KeyError would show the repr


class DirectionMismatchError(StorageInternalError, ValueError):
    """The stored study has other directions than those asked for."""


class SchemaVersionError(StorageInternalError):
    """The database has a schema that this version of hpo does not read."""


class NotADatabaseError(StorageInternalError):
    """The file exists and is not a database, or is damaged."""


class DamagedJournalError(StorageInternalError):
    """A journal is not as it was written; the message names the line."""


class ReadOnlyStorageError(StorageInternalError):
    """The storage can be read but not written."""


class StorageFullError(StorageInternalError):
    """There is no room left where the storage writes; nothing that was acknowledged is lost."""


class ExperimentalWarning(Warning):
    """The interface may still change."""
