"""Commands about studies as a whole."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from hpo import study as api
from hpo.cli.options import common, format_option, load_study, open_storage, study_option
from hpo.cli.render import render
from hpo.cli.types import ManyValues
from hpo.exceptions import CLIUsageError, DuplicatedStudyError
from hpo.moments import local_time
from hpo.reading.expected import Expected

__all__ = ["create_study", "delete_study", "rename_study", "set_user_attr", "studies", "study", "study_names"]

_DIRECTION = click.Choice(["minimize", "maximize"])


@click.command(cls=ManyValues)
@common()
@click.option("--study-name", metavar="NAME", help="Made up if left out.")
@click.option("--direction", type=_DIRECTION, help="minimize if left out.")
@click.option("--directions", type=_DIRECTION, multiple=True, help="For several objectives: one each.")
@click.option("--seed", type=int, help="Of all random choices; drawn once if left out.")
@click.option("--skip-if-exists", is_flag=True, help="Do nothing if the study exists.")
def create_study(
    storage: str | None,
    study_name: str | None,
    direction: str | None,
    directions: tuple[str, ...],
    seed: int | None,
    skip_if_exists: bool,
) -> None:
    """Make an empty study and print its name."""
    if direction and directions:
        raise CLIUsageError("Give --direction for one objective, or --directions for several.")
    try:
        made = api.create_study(
            storage=open_storage(storage, create=True),
            study_name=study_name,
            direction=direction,
            directions=list(directions) or None,
            seed=seed,
            load_if_exists=skip_if_exists,
        )
    except DuplicatedStudyError:
        raise DuplicatedStudyError(
            f"There is a study named {study_name!r} already; choose another --study-name, or say --skip-if-exists."
        ) from None
    click.echo(made.study_name)


@click.command()
@common()
@click.option("--study-name", metavar="NAME", required=True)
@click.option("--yes", is_flag=True, help="Do not ask, also in a terminal.")
def delete_study(storage: str | None, study_name: str, yes: bool) -> None:
    """Remove a study and all of its trials."""
    opened = open_storage(storage)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Delete {study_name!r} and all of its trials?", abort=True, err=True)
    api.delete_study(study_name=study_name, storage=opened)


@click.command()
@common()
@click.option("--study-name", metavar="NAME", required=True)
@click.option("--new-name", metavar="NAME", required=True)
def rename_study(storage: str | None, study_name: str, new_name: str) -> None:
    """Give a study another name."""
    load_study(storage, study_name).rename(new_name)


@click.command()
@common()
@format_option("table")
def studies(storage: str | None, form: str, flatten: bool) -> None:
    """List the studies with their trials and best values."""
    records: list[dict[str, Any]] = []
    summaries = api.get_all_study_summaries(open_storage(storage))
    goes_on = any(summary.expected is not None for summary in summaries)
    for summary in summaries:
        best = summary.best_trial
        records.append(
            {
                "name": summary.study_name,
                **_directions([direction.name for direction in summary.directions], form, flatten=flatten),
                "n_trials": summary.n_trials,
                "best_value": None if best is None else best.value,
                "datetime_start": summary.datetime_start and summary.datetime_start.isoformat(timespec="seconds"),
                **(_ahead(summary.expected) if goes_on or form in ("json", "yaml") else {}),
                "user_attrs": summary.user_attrs,
            }
        )
    click.echo(render(records, form, flatten=flatten))


def _ahead(expected: Expected | None) -> dict[str, Any]:
    """The columns of what is still to come."""
    end = None if expected is None or expected.end is None else local_time(expected.end)
    return {
        "n_to_go": None if expected is None else expected.trials,
        "expected_end": end and end.isoformat(timespec="seconds"),
    }


def _directions(names: list[str], form: str, *, flatten: bool) -> dict[str, Any]:
    """The column of the directions, or the columns."""
    if flatten:
        return {f"direction_{i}": name for i, name in enumerate(names)}
    return {"direction": ", ".join(names) if form in ("table", "value") else names}


@click.command()
@common()
@format_option("value")
def study_names(storage: str | None, form: str, flatten: bool) -> None:
    """List the studies' names."""
    names = api.get_all_study_names(open_storage(storage))
    click.echo(render([{"name": name} for name in names], form, flatten=flatten))


@click.group()
def study() -> None:
    """Change what is attached to a study."""


@study.command()
@common()
@study_option
@click.option("-k", "--key", required=True)
@click.option("--value", required=True, help="JSON, or else text.")
def set_user_attr(storage: str | None, study_name: str | None, key: str, value: str) -> None:
    """Attach a value to a study under a key."""
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = value
    load_study(storage, study_name).set_user_attr(key, parsed)
