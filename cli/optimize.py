"""The command that runs an objective."""

from __future__ import annotations

import builtins
import math
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from hpo import logging
from hpo.cli.loading import load_object
from hpo.cli.options import common, open_storage
from hpo.cli.plug_ins import plug_in_options, plug_ins
from hpo.events import TrialState
from hpo.exceptions import CLIUsageError, HpoError
from hpo.running.table import TableCallback
from hpo.secrets import redacted
from hpo.study import create_study

__all__ = ["optimize"]

_DIRECTION = click.Choice(["minimize", "maximize"])


@click.command
@click.argument("objective", metavar="FILE.py:FUNCTION")
@common(usual=logging.INFO)
@click.option("--study-name", metavar="NAME", help="Made if it does not exist; by default FILE.FUNCTION.")
@click.option("--direction", "directions", type=_DIRECTION, multiple=True, help="Of a new study; minimize by default.")
@click.option("--seed", type=int, help="Of a new study.")
@plug_in_options
@click.option("--n-trials", type=click.IntRange(min=0), help="How many to run now.")
@click.option("--max-trials", type=click.IntRange(min=0), help="How many the study may have in all, whoever runs them.")
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Start no trial after that.")
@click.option(
    "--n-jobs", type=click.IntRange(min=-1), default=1, show_default=True, help="Threads; -1 for one per core."
)
@click.option("--workers", type=click.IntRange(min=-1), help="Processes of this machine instead; -1 for one per core.")
@click.option("--retry", type=click.IntRange(min=0), help="Run failed trials again, at most so often.")
@click.option("--catch", multiple=True, metavar="ERROR", help="Go on after this error, such as ValueError.")
@click.option("--table", "as_table", is_flag=True, help="A table instead of log lines.")
def optimize(
    objective: str,
    storage: str | None,
    study_name: str | None,
    directions: tuple[str, ...],
    seed: int | None,
    n_trials: int | None,
    max_trials: int | None,
    timeout: float | None,
    n_jobs: int,
    workers: int | None,
    retry: int | None,
    catch: tuple[str, ...],
    as_table: bool,
    **options: Any,
) -> int | None:
    """Run trials of an objective.

    The objective is a function that takes a trial, asks it for parameters and returns a number.

    \b
    Example, with train.py in this folder:
      hpo optimize train.py:objective --n-trials 50 --storage sqlite:///study.db
    Run it again to go on. With --workers 8 eight processes share the work; so do several machines that run it on one
    database.
    """
    if n_trials is None and max_trials is None and timeout is None:
        raise CLIUsageError("Say when to stop: --n-trials 50, --max-trials 500 or --timeout 3600.")
    if workers is not None and n_jobs != 1:
        raise CLIUsageError("--workers is for processes and --n-jobs for threads; say one of them.")
    if 0 in (workers, n_jobs):
        raise CLIUsageError(f"--{'workers' if workers == 0 else 'n-jobs'} must be at least 1, or -1 for one per core.")
    if timeout is not None and math.isnan(timeout):
        raise CLIUsageError("--timeout must be a number of seconds, got nan.")
    sampler, pruner = plug_ins(options)
    function = load_object(objective)
    if not callable(function):
        raise CLIUsageError(f"{objective} is {function!r}; expected a function that takes a trial.")
    caught = tuple(_error(name, sys.modules[function.__module__]) for name in catch)
    opened = open_storage(storage, create=True)
    if as_table:
        logging.set_verbosity(logging.ERROR)
    study = create_study(
        storage=opened,
        study_name=study_name or _name(objective),
        sampler=sampler,
        pruner=pruner,
        directions=list(directions) or None,
        seed=seed,
        retry=retry,
        load_if_exists=True,
    )
    n_failed = study.count_trials([TrialState.FAIL])
    try:
        study.optimize(
            function,
            n_trials=n_trials,
            timeout=timeout,
            n_jobs=n_jobs,
            catch=caught,
            callbacks=[TableCallback()] if as_table else None,
            max_trials=max_trials,
            workers=workers,
        )
    except HpoError:
        raise
    except Exception as error:
        frames = _own_frames(error.__traceback__)
        shown = "".join(traceback.format_exception(type(error), error, frames))
        click.echo(redacted(shown), err=True, nl=False)
        name = type(error).__name__
        if study.count_trials([TrialState.FAIL]) == n_failed:
            raise click.ClickException(
                f"The run ended by {name}, and no trial has failed: it is not the objective's."
            ) from error
        raise click.ClickException(
            f"The objective raised {name}. The trial is kept as failed; to go on after such errors add --catch {name}."
        ) from error
    return None


def _name(objective: str) -> str:
    """What the study of an objective is called: two functions of one file have two studies."""
    where, _, function = objective.rpartition(":")
    module = Path(where).stem if where.endswith(".py") else where
    return f"{module}.{function}"


def _own_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the objective on, without what hpo did before; None if that is all of it."""
    here = str(Path(logging.__file__).parent)
    found = trace
    while found is not None and str(Path(found.tb_frame.f_code.co_filename).absolute()).startswith(here):
        found = found.tb_next
    return found


def _error(name: str, module: Any) -> type[Exception]:
    found = load_object(name) if ":" in name else getattr(module, name, None) or getattr(builtins, name, None)
    if not (isinstance(found, type) and issubclass(found, Exception)):
        raise CLIUsageError(f"--catch: there is no error {name!r}; write it as ValueError or package.module:MyError.")
    return found
