"""The table of `TableCallback`, the summaries, and the plain tables that they are made of."""

from __future__ import annotations

import io
import math

import pytest

import hpo
from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
)
from hpo.reading.tables import describe, table
from hpo.words import shown


@pytest.fixture(autouse=True)
def _quiet() -> None:
    hpo.logging.set_verbosity(hpo.logging.CRITICAL)


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def eventful(trial: hpo.Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    trial.set_constraint("memory", x - 0.9)
    if trial.number == 2:
        trial.report(x, 0)
        raise hpo.TrialPruned
    if trial.number == 3:
        raise ZeroDivisionError("by nothing")
    return x + (trial.suggest_int("layers", 1, 4) if trial.number >= 5 else 0)


def printed(file: io.StringIO, n_trials: int = 8) -> tuple[list[str], hpo.Study]:
    study = hpo.create_study(study_name="events", seed=0)
    study.optimize(eventful, n_trials=n_trials, catch=ZeroDivisionError, callbacks=[hpo.TableCallback(file)])
    return file.getvalue().splitlines(), study


def test_every_trial_has_a_line_that_says_what_became_of_it() -> None:
    lines, study = printed(io.StringIO())
    rows = {
        line.split()[0].rstrip("*"): line.split()
        for line in lines
        if line.split()[:1] and line[:6].strip("* ").isdigit()
    }
    assert list(rows) == [str(number) for number in range(8)]
    assert rows["2"][1] == "pruned"
    assert rows["3"][1] == "failed"
    assert rows["3"][-3:] == ["ZeroDivisionError:", "by", "nothing"]
    value = study.trials[4].value
    assert value is not None
    assert float(rows["4"][1]) == pytest.approx(value, rel=1e-5)


def test_a_table_says_where_it_is_printed() -> None:
    assert repr(hpo.TableCallback()) == "TableCallback()"
    file = io.StringIO()
    assert repr(hpo.TableCallback(file)) == f"TableCallback({file!r})"


def test_the_head_comes_again_with_a_new_parameter() -> None:
    lines, _ = printed(io.StringIO())
    heads = [line.split() for line in lines if line.lstrip().startswith("trial")]
    assert heads == [["trial", "value", "violation", "x"], ["trial", "value", "violation", "x", "layers"]]


def test_stars_mark_the_improvements_and_the_summary_the_best() -> None:
    lines, study = printed(io.StringIO())
    best, expected = math.inf, []
    for trial in study.trials:
        done = trial.state is hpo.TrialState.COMPLETE and trial.constraints["memory"] <= 0
        if done and trial.value is not None and trial.value < best:
            best = trial.value
            expected.append(trial.number)
    starred = [int(line.split()[0].rstrip("*")) for line in lines if line.split() and line.split()[0].endswith("*")]
    assert starred == expected
    assert f"Best: trial {study.best_trial.number} with" in lines[-1]
    assert "8 trials: 6 complete, 1 pruned, 1 failed" in "\n".join(lines)


def test_violations_are_shown() -> None:
    def violating(trial: hpo.Trial) -> float:
        trial.set_constraint("c", 0.25)
        trial.set_constraint("d", 0.5)
        return 1.0

    file = io.StringIO()
    hpo.create_study().optimize(violating, n_trials=1, callbacks=[hpo.TableCallback(file)])
    assert "0.75" in file.getvalue().splitlines()[2]
    assert "*" not in file.getvalue()
    assert "Best" not in file.getvalue()


def test_several_objectives_have_a_column_each() -> None:
    def two(trial: hpo.Trial) -> tuple[float, float]:
        x = trial.suggest_float("x", 0, 1)
        return x, 1 - x

    file = io.StringIO()
    study = hpo.create_study(directions=["minimize", "maximize"], seed=0)
    study.set_metric_names(["latency", "accuracy"])
    study.optimize(two, n_trials=5, callbacks=[hpo.TableCallback(file)])
    lines = file.getvalue().splitlines()
    assert lines[0].split() == ["trial", "latency", "accuracy", "x"]
    assert lines[-1] == f"Pareto front: {len(study.best_trials)} trials"


def test_terminals_get_colours_and_files_do_not() -> None:
    terminal, file = Terminal(), io.StringIO()
    printed(terminal)
    printed(file)
    assert "\x1b[" in terminal.getvalue()
    assert "\x1b[" not in file.getvalue()


def test_a_table_can_be_used_again_and_by_threads() -> None:
    file = io.StringIO()
    callback = hpo.TableCallback(file)
    study = hpo.create_study(seed=0)
    for _ in range(2):
        study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=10, n_jobs=4, callbacks=[callback])
    assert file.getvalue().count("trial  ") == 2
    assert file.getvalue().count("Best: ") == 2


def test_an_empty_run_prints_nothing() -> None:
    file = io.StringIO()
    hpo.create_study().optimize(lambda t: 0.0, n_trials=0, callbacks=[hpo.TableCallback(file)])
    assert file.getvalue() == ""


def test_the_space_is_summed_up() -> None:
    study = hpo.create_study(study_name="events", seed=0)
    assert "not known" in study.search_space_summary()
    study.optimize(eventful, n_trials=8, catch=ZeroDivisionError)
    lines = study.search_space_summary().splitlines()
    assert lines[0] == "Search space of 'events': 2 parameters in 8 finished trials"
    assert lines[4].split() == ["x", "float", "0", "…", "1", "8"]
    assert lines[5].split() == ["layers", "int", "1", "…", "4", "3"]
    assert repr(study.search_space_summary()) == str(study.search_space_summary())


def test_results_are_summed_up_best_first() -> None:
    study = hpo.create_study(study_name="events", direction="maximize", seed=0)
    assert study.results_summary().startswith("Study 'events', maximize value: 0 trials\n\nNo trials are completed yet")
    study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=20)
    lines = study.results_summary(n=3).splitlines()
    assert lines[0].endswith("20 trials: 20 complete")
    values = [float(line.split()[1]) for line in lines[6:]]
    assert values == pytest.approx(sorted((t.value or 0 for t in study.trials), reverse=True)[:3], rel=1e-5)
    assert int(lines[6].split()[0]) == study.best_trial.number
    with pytest.raises(ValueError, match="n must be ≥ 1"):
        study.results_summary(0)


def test_a_front_is_summed_up() -> None:
    study = hpo.create_study(directions=["minimize", "minimize"], seed=0)
    study.optimize(lambda t: ((x := t.suggest_float("x", 0, 1)), 1 - x), n_trials=4)
    assert "The 4 Pareto optimal:" in study.results_summary()


@pytest.mark.parametrize(
    ("distribution", "expected"),
    [
        (FloatDistribution(0, 1), ("float", "0 … 1")),
        (FloatDistribution(1e-5, 0.1, log=True), ("float, log", "1e-05 … 0.1")),
        (IntDistribution(0, 10, step=5), ("int", "0 … 10 in steps of 5")),
        (NormalDistribution(1, 2, low=0), ("normal", "0 … ∞ around 1 ± 2")),
        (NormalDistribution(1, 2, log=True), ("lognormal", "0 … ∞ around 1 ± 2 in log")),
        (NormalDistribution(1, 2, log=True, step=0.5), ("lognormal", "0.5 … ∞ in steps of 0.5 around 1 ± 2 in log")),
        (NormalDistribution(9, 2, integer=True), ("normal int", "-∞ … ∞ around 9 ± 2")),
        (NormalDistribution(9, 2, log=True, integer=True), ("lognormal int", "1 … ∞ around 9 ± 2 in log")),
        (CategoricalDistribution(["a", None, 2]), ("categorical", "a, None, 2")),
        (CategoricalDistribution(["a", "b"], weights=[1, 3], ordered=True), ("ordered", "a, b (weights 1, 3)")),
    ],
    ids=str,
)
def test_domains_are_described(distribution: BaseDistribution, expected: tuple[str, str]) -> None:
    assert describe(distribution) == expected


def test_values_are_shown_on_one_line() -> None:
    assert shown("two\nlines\x1b[31m") == "two lines [31m"
    assert len(shown("x" * 1000)) == 40
    assert shown({"a": [1, 2]}) == '{"a": [1, 2]}'
    lines = table(["n", "name"], [[1, "a"], [20, "bc"]]).splitlines()
    assert [line.split() for line in lines] == [["n", "name"], ["---", "------"], ["1", "a"], ["20", "bc"]]
    assert [line.index(text) for line, text in zip(lines[2:], ("a", "bc"), strict=True)] == [lines[0].index("name")] * 2
    assert lines[2].index("1") == lines[3].index("0")  # numbers end in one place
    assert table(["n"], []).splitlines()[0].strip() == "n"
