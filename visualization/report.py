"""A study as one HTML file that needs nothing else."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from hpo import importance, visualization
from hpo.events import TrialState
from hpo.files import write_text
from hpo.markup import DIGITS, Markup, element, joined, tabular
from hpo.moments import local_time
from hpo.reading.counts import latest
from hpo.reading.summary import counts, goals, objective_names
from hpo.reading.tables import describe
from hpo.visualization.best import best
from hpo.visualization.param_importances import evaluator_name
from hpo.visualization.text import duration
from hpo.words import count, shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["render", "write"]

_MOST_KINDS_OF_FAILURE = 20
_UNKNOWN: Mapping[str, int] = MappingProxyType({})
_LIBRARIES = ("numpy", "scipy", "SQLAlchemy", "plotly")
_CONFIG = {"responsive": True, "displaylogo": False, "showSendToCloud": False}  # what is here stays here
_STYLE = Path(__file__).with_name("report.css")


def write(
    study: Readable,
    path: str | Path,
    *,
    sampler: object = None,
    pruner: object = None,
    proposers: Mapping[str, int] = _UNKNOWN,
    ahead: str = "",
) -> Path:
    """Write the report into a file, which stays as it was if that fails, and return its path; see `render`."""
    target = Path(path)
    page = render(study, sampler=sampler, pruner=pruner, proposers=proposers, ahead=ahead)
    write_text(target, page)
    return target


def render(
    study: Readable,
    *,
    sampler: object = None,
    pruner: object = None,
    proposers: Mapping[str, int] = _UNKNOWN,
    ahead: str = "",
) -> str:
    """The report as text.

    Args:
        study: The study. Hand over a snapshot where others write, so that all sections tell of the same trials.
        sampler, pruner: What the study was opened with, if that is known; a log does not tell.
        proposers: How many trials each sampler proposed, if that is known.
        ahead: What is still to come, in words; empty if that is not known.
    """
    from plotly.offline import get_plotlyjs

    sections = [
        _section("Summary", _summary(study, proposers, ahead)),
        _section("Best trials", best(study)),
        _section("Plots", _plots(study)),
        _section("What mattered", _importance(study)),
        _section("Search space", _space(study)),
        _section("Failures", _failures(study)),
        _section("Attributes", _attributes(study)),
        _section("Environment", _environment(sampler, pruner)),
    ]
    present = [section for section in sections if section]
    titles = [title for title, _ in present]
    links = joined((element("a", title, href=f"#{_anchor(title)}") for title in titles), " ")
    page = element(
        "html",
        element(
            "head",
            Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", f"{study.study_name} – hpo"),
            element("style", Markup(_STYLE.read_text(encoding="utf-8"))),
            element("script", Markup(get_plotlyjs())),
        ),
        element(
            "body",
            element("header", element("h1", study.study_name), element("p", goals(study)), element("nav", links)),
            *(element("section", element("h2", title), body, id=_anchor(title)) for title, body in present),
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}\n"


def _section(title: str, parts: Iterator[Markup]) -> tuple[str, Markup] | None:
    body = joined(parts)
    return (title, body) if body else None


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _summary(study: Readable, proposers: Mapping[str, int], ahead: str) -> Iterator[Markup]:
    history = latest(study.history)
    facts: list[tuple[str, str]] = [("Trials", counts(study))]
    if ahead:
        facts.append(("Still to come", ahead))
    if len(study.directions) > 1:
        facts.append(("Pareto front", count(len(study.best_trials))))
    n_infeasible = int((history.violation > 0).sum())
    if n_infeasible:
        facts.append(("Infeasible", f"{count(n_infeasible)} that break a constraint"))
    if len(history):
        facts.append(("First start", _moment(history.start.min())))
        facts.append(("Last end", _moment(history.end.max())))
        facts.append(("Time in trials", duration(float((history.end - history.start).sum()))))
    if proposers:
        facts.append(("Proposed by", ", ".join(f"{name} ({count(n)})" for name, n in proposers.items())))
    facts.append(("Seed", str(study.seed)))
    yield element("dl", *(element("div", element("dt", name), element("dd", value)) for name, value in facts))


def _plots(study: Readable) -> Iterator[Markup]:
    for title, draw in _drawings(study):
        try:
            figure = draw()
        except (RuntimeError, ValueError) as error:  # of too few trials, say; the rest of the report is worth having
            yield element("figure", element("p", f"{title}: {error}", class_="note"))
            continue
        shown = figure.to_html(full_html=False, include_plotlyjs=False, config=_CONFIG)
        yield element("figure", Markup(shown))


def _drawings(study: Readable) -> Iterator[tuple[str, Callable[[], go.Figure]]]:
    """The plots that suit a study; each is drawn when it is its turn."""
    n_objectives, history = len(study.directions), study.history
    if not len(history):
        return
    if n_objectives == 1:
        yield "Optimization history", lambda: visualization.plot_optimization_history(study)
    elif n_objectives <= 3:
        yield "Pareto front", lambda: visualization.plot_pareto_front(study)
    for i, name in enumerate(objective_names(study)):
        target = None if n_objectives == 1 else i
        if target is not None:
            yield f"History of {name}", partial(visualization.plot_optimization_history, study, target=target)
        if (history.last_step >= 0).any():
            yield f"Reports of {name}", partial(visualization.plot_intermediate_values, study, target=target)
        yield f"Slices of {name}", partial(visualization.plot_slice, study, target=target)
        if len(history.space) > 1:
            yield f"Coordinates of {name}", partial(visualization.plot_parallel_coordinate, study, target=target)
            yield f"Contours of {name}", partial(_contours, study, target)
    if history.space:
        yield "Importances", lambda: visualization.plot_param_importances(study)
    yield "Timeline", lambda: visualization.plot_timeline(study)


def _contours(study: Readable, target: int | None) -> go.Figure:
    """Contours of the two most important parameters."""
    return visualization.plot_contour(study, params=list(importance.get_param_importances(study))[:2], target=target)


def _importance(study: Readable) -> Iterator[Markup]:
    if not study.history.space:
        return
    try:
        found = importance.get_param_importances(study)
    except ValueError as error:
        yield element("p", str(error), class_="note")
        return
    names = objective_names(study)
    several = len(names) > 1
    wanted = f"{' and '.join(names)} together" if several else names[0]
    good = "on the Pareto front" if several else "in the best tenth"
    yield element(
        "p",
        f"{evaluator_name()}, for {wanted}: how much each parameter decides whether a trial is {good}. The shares sum "
        "to 1.",
        class_="note",
    )
    yield tabular(["parameter", "importance"], list(found.items()))
    yield from (element("p", sentence, class_="note") for sentence in importance.disagreements(study))
    if several:
        return
    try:
        gain = importance.explain_gain(study)
    except ValueError:
        return
    yield element(
        "p",
        f"What made trial {gain.number} better than the average trial, for {names[0]}, as a forest sees it: "
        f"{shown(gain.baseline, DIGITS)} became {shown(gain.value, DIGITS)}, of which each parameter brought (Shapley "
        "values):",
        class_="note",
    )
    yield tabular(["parameter", "gain"], list(gain.parameters.items()))


def _space(study: Readable) -> Iterator[Markup]:
    history = latest(study.history)
    if not history.space:
        return
    n_trials = history.active(np.arange(len(history)), history.space).sum(axis=0).tolist()
    rows = [(name, *describe(one), n) for (name, one), n in zip(history.space.items(), n_trials, strict=True)]
    yield tabular(["parameter", "kind", "domain", "trials"], rows)


def _failures(study: Readable) -> Iterator[Markup]:
    failed = study.get_trials(states=(TrialState.FAIL,))
    groups: dict[tuple[str, str], list[FrozenTrial]] = {}
    for trial in failed:
        known = trial.error
        groups.setdefault(("", "no reason was given") if known is None else (known.type, known.message), []).append(
            trial
        )
    largest = sorted(groups.items(), key=lambda item: -len(item[1]))
    for (kind, message), trials in largest[:_MOST_KINDS_OF_FAILURE]:
        numbers = ", ".join(str(trial.number) for trial in trials[:20]) + (", …" if len(trials) > 20 else "")
        head = f"{len(trials)} × {kind}{': ' if kind else ''}{message}"
        first = trials[0]
        trace = first.error.traceback if first.error is not None else ""
        chosen = ", ".join(f"{name}={shown(value, DIGITS)}" for name, value in first.params.items())
        yield element(
            "details",
            element("summary", head),
            element("p", f"Trial{'s' * (len(trials) > 1)} {numbers}. The first had {chosen or 'no parameters'}."),
            *([element("pre", trace)] if trace else []),
        )
    if len(largest) > _MOST_KINDS_OF_FAILURE:
        rest = sum(len(trials) for _, trials in largest[_MOST_KINDS_OF_FAILURE:])
        yield element("p", f"And {count(rest)} that failed otherwise.", class_="note")


def _attributes(study: Readable) -> Iterator[Markup]:
    attributes = study.user_attrs
    if attributes:
        yield tabular(["attribute", "value"], list(attributes.items()))


def _environment(sampler: object, pruner: object) -> Iterator[Markup]:
    rows = [
        ("hpo", _version("hpo-study")),
        ("Python", platform.python_version()),
        *((name, _version(name)) for name in _LIBRARIES),
        ("System", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        *([] if sampler is None else [("Sampler, of the study as it was opened", repr(sampler))]),
        *([] if pruner is None else [("Pruner", repr(pruner))]),
        ("Made at", _moment(time.time())),
        ("By", Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "Python"),
    ]
    yield element("p", "Of the process that wrote this report.", class_="note")
    yield tabular(["what", "version"], rows)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _moment(seconds: float) -> str:
    return f"{local_time(seconds):%Y-%m-%d %H:%M:%S}"
