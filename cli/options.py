"""Options that commands share, and what they stand for."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

from hpo import logging, study
from hpo.exceptions import CLIUsageError
from hpo.protocols import Pruner, Sampler, Storage
from hpo.storage import get_storage
from hpo.study import Study

__all__ = [
    "FILE",
    "common",
    "format_option",
    "load_study",
    "located",
    "open_storage",
    "study_option",
]

FILE = click.Path(dir_okay=False, path_type=Path)
_CLASSES = {
    "RDBStorage": "",
    "JournalFileBackend": "journal:///",
    "JournalFileStorage": "journal:///",
    "JournalRedisBackend": "",
    "JournalRedisStorage": "",
}
"""What the names of Optuna's storages put before the value of --storage to make a URL of it."""

_NAMES = {
    "journal": ["JournalFileBackend", "JournalFileStorage"],
    "redis": ["JournalRedisBackend", "JournalRedisStorage"],
    "rediss": ["JournalRedisBackend", "JournalRedisStorage"],
    "http+hpo": [],
    "https+hpo": [],
}
"""Which of these names a URL has, by its scheme; those of databases, which are many, have RDBStorage."""

F = TypeVar("F", bound=Callable[..., Any])


def common(*, usual: int = logging.WARNING) -> Callable[[F], F]:
    """The options that every command has; `usual` is the level of messages without them."""

    def decorate(command: F) -> F:
        @click.option(
            "--storage",
            envvar="HPO_STORAGE",
            show_envvar=True,
            metavar="URL",
            help="Where the studies are: sqlite:///study.db, or study.log for a journal.",
        )
        @click.option(
            "--storage-class",
            type=click.Choice(list(_CLASSES)),
            help="What --storage is, where that is not plain to see.",
        )
        @click.option("--log-file", type=FILE, help="Write the messages of standard error to this file too.")
        @click.option("-v", "--verbose", is_flag=True, help="Say more on standard error.")
        @click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors there.")
        @click.option("--debug", is_flag=True, help="Show where an error came from.")
        @functools.wraps(command)
        def run(
            *args: Any,
            storage: str | None,
            storage_class: str | None,
            log_file: Path | None,
            verbose: bool,
            quiet: bool,
            debug: bool,
            **kwargs: Any,
        ) -> Any:
            chosen = ((debug, logging.DEBUG), (verbose, logging.INFO), (quiet, logging.ERROR))
            logging.set_verbosity(next((level for is_chosen, level in chosen if is_chosen), usual))
            with nullcontext() if log_file is None else _logging_to(log_file):
                return command(*args, storage=located(storage, storage_class), **kwargs)

        return run  # type: ignore[return-value]

    return decorate


study_option = click.option("--study-name", metavar="NAME", help="May be left out if the storage holds one study.")


def format_option(default: str) -> Callable[[F], F]:
    """The options --format and --flatten of a command."""

    def decorate(command: F) -> F:
        form = click.option(
            "-f",
            "--format",
            "form",
            type=click.Choice(["table", "json", "yaml", "value"]),
            default=default,
            show_default=True,
            help="value: bare values, a line per record, tabs between.",
        )
        flat = click.option("--flatten", is_flag=True, help="One column per parameter, also in JSON and YAML.")
        return form(flat(command))

    return decorate


def located(storage: str | None, storage_class: str | None = None) -> str | None:
    """The URL that --storage means, or the environment; None where neither names one."""
    if not storage:
        storage = None if storage == "" else os.environ.get("OPTUNA_STORAGE")
        if storage is None:
            if storage_class is not None:
                raise CLIUsageError("--storage-class says what --storage is; give that, too.")
            return None
        click.echo("The storage is taken from OPTUNA_STORAGE; HPO_STORAGE would come before it.", err=True)
    if "://" in storage:
        _check_class(storage.partition("://")[0], storage_class)
        return storage
    if storage_class is not None:
        return _CLASSES[storage_class] + storage
    return f"journal:///{storage}" if _is_journal(Path(storage)) else storage


def _check_class(scheme: str, storage_class: str | None) -> None:
    """Raise CLIUsageError if --storage-class is none of the names for what a URL is."""
    if storage_class is None:
        return
    names = _NAMES.get(scheme, ["RDBStorage"])
    if storage_class not in names:
        right = f"write {' or '.join(names)}, or leave it out" if names else "leave it out"
        raise CLIUsageError(f"--storage is a URL of {scheme}://, which is no {storage_class}; {right}.")


def _is_journal(path: Path) -> bool:
    if not path.is_file():
        return path.suffix in (".log", ".journal")
    with path.open("rb") as file:
        return not file.read(16).startswith(b"SQLite format 3")


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """Messages go to a file, too."""
    import logging as standard

    handler = standard.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(standard.Formatter("[%(levelname).1s %(asctime)s] %(message)s"))
    logger = standard.getLogger("hpo")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


def open_storage(url: str | None, *, create: bool = False, leases: bool = True) -> Storage:
    """The storage at the URL that --storage names."""
    if not url:
        raise CLIUsageError(
            "Say where the studies are: --storage sqlite:///study.db, --storage study.log for a journal, or set the "
            "environment variable HPO_STORAGE."
        )
    return get_storage(url, create=create, leases=leases)


def load_study(
    storage: str | Storage | None,
    study_name: str | None,
    sampler: Sampler | None = None,
    pruner: Pruner | None = None,
) -> Study:
    """The study that the options name."""
    opened = open_storage(storage) if storage is None or isinstance(storage, str) else storage
    names = list(opened.studies())
    if study_name is None and len(names) != 1:
        listed = ", ".join(map(repr, names[:10])) + (", …" if len(names) > 10 else "")
        raise CLIUsageError(
            f"The storage holds {len(names)} studies: {listed}. Say which with --study-name."
            if names
            else "The storage holds no study yet; `hpo create-study` makes one, and so does `hpo optimize`."
        )
    return study.load_study(study_name=study_name, storage=opened, sampler=sampler, pruner=pruner)
