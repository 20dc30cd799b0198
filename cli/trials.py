"""Commands about trials: look at them, queue them, run them by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hpo.cli.options import common, format_option, load_study, open_storage, study_option
from hpo.cli.plug_ins import plug_in_options, plug_ins
from hpo.cli.render import render
from hpo.cli.types import JSONType, ManyValues, strict_json
from hpo.distributions import distribution_from_dict
from hpo.events import TrialState
from hpo.exceptions import CLIUsageError
from hpo.reading.plain import trial_record
from hpo.reading.records import given
from hpo.reading.without_best import why_none_is_best
from hpo.words import count

if TYPE_CHECKING:
    from hpo.study import Study
    from hpo.trial.frozen import FrozenTrial

__all__ = ["ask", "best_trial", "best_trials", "enqueue", "tell", "trials"]

_STATES = {state.name.lower(): state for state in TrialState}
_ENDS = ["complete", "pruned", "fail"]
_EXAMPLE = '{"x": {"type": "float", "low": 0, "high": 1}}'


@click.command()
@common()
@study_option
@click.option("--state", type=click.Choice(list(_STATES)), multiple=True, help="Only these; may be repeated.")
@format_option("table")
def trials(storage: str | None, study_name: str | None, state: tuple[str, ...], form: str, flatten: bool) -> None:
    """List the trials of a study."""
    study = load_study(storage, study_name)
    wanted = [_STATES[name] for name in state] or None
    records = [trial_record(trial, len(study.directions)) for trial in study.get_trials(states=wanted)]
    click.echo(render(records, form, flatten=flatten))


@click.command()
@common()
@study_option
@click.option("--expected", is_flag=True, help="The one that a model expects to be the best, if values are noisy.")
@format_option("table")
def best_trial(storage: str | None, study_name: str | None, expected: bool, form: str, flatten: bool) -> None:
    """Show the best trial of a study with one objective."""
    study = load_study(storage, study_name)
    if len(study.directions) > 1:
        raise CLIUsageError(f"{study.study_name!r} has several objectives; see `hpo best-trials`.")
    try:
        best = _expected(study) if expected else study.best_trial
    except ValueError as error:
        raise LookupError(f"{study.study_name!r}: {error}") from None
    click.echo(render(trial_record(best, 1), form, flatten=flatten))


def _expected(study: Study) -> FrozenTrial:
    """The trial to rely on, and why it is said to be."""
    found = study.recommend()
    click.echo(str(found), err=True)
    return study.trials[found.number]


@click.command()
@common()
@study_option
@format_option("table")
def best_trials(storage: str | None, study_name: str | None, form: str, flatten: bool) -> None:
    """Show the Pareto front of a study with several objectives."""
    study = load_study(storage, study_name)
    best = study.best_trials
    if not best:
        raise LookupError(f"{study.study_name!r}: {why_none_is_best(study.history)}")
    click.echo(render([trial_record(trial, len(study.directions)) for trial in best], form, flatten=flatten))


@click.command()
@common()
@study_option
@click.option("--params", type=JSONType(), metavar="JSON", help="Values by name, such as '{\"x\": 0.5}'.")
@click.option("-p", "--param", "pairs", multiple=True, metavar="NAME=VALUE", help="One of them; may be repeated.")
@click.option("--user-attrs", type=JSONType(), metavar="JSON", help="Attached to the trial.")
@click.option("--skip-if-exists", is_flag=True, help="Do nothing if a trial has these parameters.")
def enqueue(
    storage: str | None,
    study_name: str | None,
    params: dict[str, Any] | None,
    pairs: tuple[str, ...],
    user_attrs: dict[str, Any] | None,
    skip_if_exists: bool,
) -> None:
    """Have parameters tried next; those left out are sampled."""
    values = dict(params or {})
    for name, value in map(_pair, pairs):
        if name in values:
            raise CLIUsageError(f"{name!r} is given twice, as {values[name]!r} and as {value!r}: leave one out.")
        values[name] = value
    if not values:
        raise CLIUsageError("Say which parameters to try: --param x=0.5, or --params '{\"x\": 0.5}'.")
    load_study(storage, study_name).enqueue_trial(values, user_attrs=user_attrs, skip_if_exists=skip_if_exists)


@click.command()
@common()
@study_option
@plug_in_options
@click.option(
    "--search-space",
    type=JSONType(),
    metavar="JSON",
    help=f"Distributions by name, such as '{_EXAMPLE}'; by default all parameters that the study knows.",
)
@format_option("json")
def ask(
    storage: str | None,
    study_name: str | None,
    search_space: dict[str, Any] | None,
    form: str,
    flatten: bool,
    **options: Any,
) -> None:
    """Begin a trial and print its parameters; `hpo tell` ends it."""
    opened = open_storage(storage, leases=False)  # this process ends before the trial does
    study = load_study(opened, study_name, *plug_ins(options))
    try:
        space = {name: distribution_from_dict(one) for name, one in (search_space or {}).items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise CLIUsageError(f"--search-space: {error}") from None
    space = space or dict(study.history.space)
    queued = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))[:1]
    unknown = [name for trial in queued for name in given(trial) if name not in space]
    if unknown:
        raise CLIUsageError(
            f"Nothing is known yet of {', '.join(map(repr, unknown))} of the queued trial {queued[0].number}; describe "
            f"all parameters: --search-space '{_EXAMPLE}'."
        )
    trial = study.ask(space)
    click.echo(render({"number": trial.number, "params": trial.params}, form, flatten=flatten))


@click.command(cls=ManyValues)
@common()
@study_option
@click.option("--trial-number", type=int, required=True)
@click.option("--values", type=float, multiple=True, help="One per objective.")
@click.option("--state", type=click.Choice(_ENDS), help="complete if there are values.")
@click.option("--skip-if-finished", is_flag=True, help="Do nothing if the trial has ended.")
def tell(
    storage: str | None,
    study_name: str | None,
    trial_number: int,
    values: tuple[float, ...],
    state: str | None,
    skip_if_finished: bool,
) -> None:
    """End a trial that `hpo ask` began."""
    if not values and state is None:
        raise CLIUsageError("Say how the trial ended: --values 0.5, or --state fail.")
    study = load_study(storage, study_name)
    n_objectives = len(study.directions)
    if values and len(values) != n_objectives:
        raise CLIUsageError(f"--values takes {count(n_objectives, 'number')}, one per objective, got {len(values)}.")
    study.tell(
        trial_number,
        list(values) or None,
        None if state is None else _STATES[state],
        skip_if_finished=skip_if_finished,
    )


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise CLIUsageError(f"Expected NAME=VALUE, got {text!r}.")
    try:
        return name, strict_json(value)
    except ValueError:
        return name, value
