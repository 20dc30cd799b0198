"""Commands about storages."""

from __future__ import annotations

from contextlib import suppress

import click

from hpo.cli.options import common, open_storage
from hpo.exceptions import CLIUsageError, SchemaVersionError
from hpo.storage import import_optuna as copy_from_optuna

__all__ = ["import_optuna", "storage", "upgrade"]


@click.group()
def storage() -> None:
    """Upgrade a storage, or fill it with studies of Optuna."""


@storage.command()
@common()
def upgrade(storage: str | None) -> None:
    """Bring a database's tables to this version of hpo.

    Make a copy first.
    """
    if not storage:
        open_storage(storage)
    assert storage is not None
    if storage.startswith("journal://"):
        raise CLIUsageError("A journal needs no upgrade.")
    from hpo.storage import RDBStorage

    with suppress(SchemaVersionError):
        open_storage(storage)  # or an error that says what it is instead
    RDBStorage.upgrade(storage)


@storage.command()
@common()
@click.option("--from", "source", required=True, metavar="URL", help="Optuna's database; it is only read.")
@click.option("--study-name", metavar="NAME", help="All studies if left out.")
@click.option("--to-study-name", metavar="NAME", help="What the study is called here.")
@click.option("--seed", type=int, help="Of all random choices from here on.")
def import_optuna(
    storage: str | None, source: str, study_name: str | None, to_study_name: str | None, seed: int | None
) -> None:
    """Copy studies from Optuna's database; print their names."""
    if not storage:
        open_storage(storage)
    assert storage is not None
    for name in copy_from_optuna(source, study_name, to=storage, to_study_name=to_study_name, seed=seed):
        click.echo(name)
