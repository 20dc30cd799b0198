"""Commands to look at a study: report, plot, importances."""

from __future__ import annotations

import inspect
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hpo import importance
from hpo.cli.options import FILE, common, format_option, load_study, study_option
from hpo.cli.render import render
from hpo.events import TrialState
from hpo.exceptions import CLIUsageError
from hpo.files import replacing, write_text
from hpo.reading.without_best import why_none_is_best

if TYPE_CHECKING:
    from hpo.study import Study

__all__ = ["importances", "plot", "report"]

_EVALUATORS = {
    "ped-anova": importance.PedAnovaImportanceEvaluator,
    "fanova": importance.FanovaImportanceEvaluator,
    "shapley": importance.ShapleyImportanceEvaluator,
}

_OF_SEVERAL = {"hypervolume_history": (2, math.inf, ""), "pareto_front": (2, 3, "hypervolume_history")}
"""Plots of several objectives: of how many at least and at most, and which plot there is of more."""

_OF_ALL_TOGETHER = ("param_importances",)
"""Plots of which one objective may be chosen, and need not be."""


@click.command()
@common()
@study_option
@click.option("-o", "--output", type=FILE, default="report.html", show_default=True)
def report(storage: str | None, study_name: str | None, output: Path) -> None:
    """Write one HTML file about a study, to keep or to mail."""
    load_study(storage, study_name).report(output)
    click.echo(output)


@click.command()
@common()
@study_option
@click.option("--evaluator", type=click.Choice(list(_EVALUATORS)), default="ped-anova", show_default=True)
@click.option("--objective", type=click.IntRange(min=0), help="Which one of several, from 0.")
@format_option("table")
def importances(
    storage: str | None, study_name: str | None, evaluator: str, objective: int | None, form: str, flatten: bool
) -> None:
    """Show how important each parameter was.

    \b
    ped-anova  which parameters decide whether a trial is good
    fanova     which ones the values vary with
    shapley    which ones brought the gain of the best trial
    """
    study = load_study(storage, study_name)
    chosen: Any = _EVALUATORS[evaluator]()
    _check_objective(study, objective)
    found = importance.get_param_importances(study, evaluator=chosen, target=objective)
    if not found:
        is_complete = bool(study.count_trials((TrialState.COMPLETE,)))
        why = "No complete trial has parameters and a finite value yet."
        raise LookupError(f"{study.study_name!r}: {why if is_complete else why_none_is_best(study.history)}")
    if form in ("table", "value"):
        click.echo(render([{"parameter": name, "importance": share} for name, share in found.items()], form))
        return
    click.echo(render(found, form, flatten=flatten))


@click.command()
@click.argument("kind")
@common()
@click.option("--study-name", "names", metavar="NAME", multiple=True, help="May be repeated, for plots of several.")
@click.option("--params", metavar="NAME,…", help="Only these parameters.")
@click.option("--objective", type=click.IntRange(min=0), help="Which one of several, from 0.")
@click.option("-o", "--output", type=FILE, help="KIND.html if left out; or .json.")
def plot(
    storage: str | None,
    kind: str,
    names: tuple[str, ...],
    params: str | None,
    objective: int | None,
    output: Path | None,
) -> None:
    """Draw a plot into an HTML file; `hpo plot list` names all."""
    from hpo import visualization

    kinds = [name.removeprefix("plot_") for name in visualization.__all__ if name.startswith("plot_")]
    name = kind.replace("-", "_").removeprefix("plot_")
    if name == "list":
        click.echo("\n".join(kinds))
        return
    if name not in kinds:
        raise CLIUsageError(f"There is no plot {kind!r}; there are {', '.join(kinds)}.")
    draw = getattr(visualization, f"plot_{name}")
    given = {"params": None if params is None else params.split(","), "target": objective}
    options = {key: value for key, value in given.items() if value is not None}
    for key in options.keys() - inspect.signature(draw).parameters:
        raise CLIUsageError(f"The plot {name} takes no --{'objective' if key == 'target' else key}.")
    if len(names) > 1 and inspect.signature(draw).parameters["study"].annotation == "Readable":
        raise CLIUsageError(f"The plot {name} takes one study, got {len(names)}: {', '.join(names)}.")
    studies = [load_study(storage, one) for one in names or (None,)]
    for study in studies:
        _check_objectives(name, study, objective, is_choice="target" in inspect.signature(draw).parameters)
    figure = draw(studies if len(studies) > 1 else studies[0], **options)
    path = output or Path(f"{name}.html")
    if path.suffix == ".json":
        write_text(path, figure.to_json())
    elif path.suffix in (".html", ".htm"):
        write_text(path, figure.to_html(include_plotlyjs=True))
    else:
        _write_image(figure, path)
    click.echo(path)


def _check_objectives(name: str, study: Study, objective: int | None, *, is_choice: bool) -> None:
    """Raise CLIUsageError unless a plot can be drawn of a study's objectives, or of the one that is chosen."""
    n = len(study.directions)
    least, most, instead = _OF_SEVERAL.get(name, (1, n, ""))
    if not least <= n <= most:
        wanted = "2 or 3 objectives" if most == 3 else "several objectives"
        other = instead if n > most else "optimization_history"
        raise CLIUsageError(f"The plot {name} is of {wanted}, {study.study_name!r} has {n}; see `hpo plot {other}`.")
    if objective is None and is_choice and n > 1 and name not in _OF_ALL_TOGETHER:
        raise CLIUsageError(
            f"{study.study_name!r} has {n} objectives; say which one with --objective, from 0 to {n - 1}."
        )
    _check_objective(study, objective)


def _check_objective(study: Study, objective: int | None) -> None:
    if objective is not None and objective >= len(study.directions):
        raise CLIUsageError(f"--objective must be less than {len(study.directions)}, got {objective}.")


def _write_image(figure: Any, path: Path) -> None:
    try:
        with replacing(path) as place:
            figure.write_image(place)
    except (RuntimeError, ValueError) as error:  # kaleido is missing, or does not know the ending
        reason = " ".join(str(error).split())
        raise CLIUsageError(f"{path} cannot be written; .html and .json need nothing else. {reason}") from None
