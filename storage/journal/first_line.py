"""The first line of a journal, which says what the file is."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from hpo.exceptions import DamagedJournalError, NotADatabaseError, SchemaVersionError
from hpo.storage.journal import files
from hpo.storage.journal.index import damage
from hpo.storage.journal.lines import SEAL, seal, unseal

__all__ = ["is_there", "of_optuna", "write"]

_VERSION = 1  # of the format that this hpo reads and writes
_MAGIC = b'"hpo journal",'
_OPTUNA = b'{"op_code":'  # how Optuna's journals begin
_LINE = seal(_MAGIC + f"{_VERSION}]\n".encode(), 0)


def is_there(file: io.BufferedReader[Any], path: Path) -> bool:
    """Whether the first line is there; False if a crash has cut it short, or the file is new.

    Raises:
        NotADatabaseError, SchemaVersionError, DamagedJournalError: If it is another line.
    """
    file.seek(0)
    line = file.readline(100)
    if line == _LINE:
        return True
    if _LINE.startswith(line):
        return False
    if line[SEAL:].startswith(_MAGIC):
        if (content := unseal(line, 0)) is None:
            raise DamagedJournalError(damage(path, 1))
        raise SchemaVersionError(
            f"{path} is a journal of version {content.removeprefix(_MAGIC).decode()}, and this version of hpo reads "
            f"version {_VERSION}. Upgrade hpo."
        )
    if line.startswith(_OPTUNA):
        raise of_optuna(f"{path} is a journal of Optuna, and nothing was written to it.")
    raise NotADatabaseError(f"{path} is not a journal of hpo. Give another path.")


def of_optuna(what: str) -> NotADatabaseError:
    """The error for a journal of Optuna, which says what to do after saying `what` was found."""
    return NotADatabaseError(
        f"{what} To go on with its studies, have Optuna copy them into a database, by "
        'optuna.copy_study(..., to_storage="sqlite:///optuna.db"), and import that: '
        'hpo.storage.import_optuna("sqlite:///optuna.db", to="journal:///hpo.log").'
    )


def write(file: io.BufferedReader[Any], path: Path) -> None:
    """Write the first line; whoever sees it knows that the file's name is on the disk."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    os.ftruncate(file.fileno(), 0)
    files.write(file.fileno(), _LINE, 0)
