"""The best trials in a report: a card with parameters to copy, and a table of the values reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpo.markup import DIGITS, Markup, element, tabular
from hpo.reading.best import Tied, as_python, best_values
from hpo.reading.recommended import Recommendation, recommendation_of
from hpo.reading.summary import objective_names
from hpo.samplers.gp.sampler import GPSampler
from hpo.visualization.text import duration
from hpo.words import count, shown

if TYPE_CHECKING:
    from hpo.reading.readable import Readable

__all__ = ["best"]

_HINT = "A click selects all of it."
_MOST = 10
_NOISY = 0.05  # share of the variance
_MOST_OTHERS = 4  # numbers of trials that are written out


def best(study: Readable) -> Iterator[Markup]:
    """A card for the best trial, and a table whose rows have different values."""
    found = best_values(study, _MOST)
    if not found:
        yield element("p", "No trial is complete and feasible yet.", class_="note")
        return
    if len(study.directions) == 1:
        table = [_table(study, found)] if len(found) > 1 else []
        yield element("div", _card(study, found[0]), *table, class_="beside")
        if (luck := _luck(study)) is not None:
            yield element("p", str(luck), class_="note")
        return
    n_optimal = len(study.best_trials)
    n_shown = sum(1 + len(tied.others) for tied in found)
    if n_optimal > n_shown:
        yield element("p", f"{n_shown} of the {count(n_optimal)} on the Pareto front.", class_="note")
    yield _table(study, found)
    by_number = "".join(f"{tied.trial.number}: {as_python(tied.trial)},\n" for tied in found)
    code = element("pre", f"{{\n{by_number}}}", class_="copy", title=_HINT)
    yield element("details", element("summary", "Their parameters by trial, as Python"), code)


def _luck(study: Readable) -> Recommendation | None:
    """Which trial to rely on, if values are noisy."""
    try:
        found = recommendation_of(study.history, GPSampler().modelling)
    except ValueError:  # too few trials for a model
        return None
    return found if found.noise >= _NOISY else None


def _card(study: Readable, tied: Tied) -> Markup:
    trial = tied.trial
    (name,) = objective_names(study)
    value = trial.value
    facts = [f"{_others(tied)} as good" if tied.others else ""]
    facts += [f"ran for {duration(trial.duration.total_seconds())}" if trial.duration is not None else ""]
    note = element("p", "; ".join(fact for fact in facts if fact), class_="note")
    parameters = [element("pre", as_python(trial), class_="copy", title=_HINT)] if trial.params else []
    return element(
        "div",
        element("h3", f"Trial {trial.number}: {name} ", element("b", shown(value, DIGITS), title=repr(value))),
        note,
        *parameters,
        class_="card",
    )


def _table(study: Readable, found: list[Tied]) -> Markup:
    names = list(dict.fromkeys(name for tied in found for name in tied.trial.params))
    has_others = any(tied.others for tied in found)
    rows = [
        (
            tied.trial.number,
            *([_others(tied)] if has_others else []),
            *(tied.trial.values or ()),
            *(tied.trial.params.get(name) for name in names),
        )
        for tied in found
    ]
    return tabular(["trial", *(["equal ones"] if has_others else []), *objective_names(study), *names], rows)


def _others(tied: Tied) -> str:
    """The trials of the same value, such as "trials 3, 7 and 5 more"."""
    numbers = [str(number) for number in tied.others]
    if not numbers:
        return ""
    rest = len(numbers) - _MOST_OTHERS
    listed = ", ".join(numbers[:_MOST_OTHERS]) + (f" and {rest} more" if rest > 0 else "")
    return f"trial{'s' * (len(numbers) != 1)} {listed}"
