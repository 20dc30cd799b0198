"""The report: one file that needs nothing else, shows what the study holds, and trusts no string in it."""

from __future__ import annotations

import ast
import math
import random
import re
from collections import Counter
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest

import hpo
from hpo.markup import Markup, element, tabular
from hpo.visualization.report import render
from tests.visualization.studies import STUDIES, study_named

EVIL = "<script>alert('x')</script>\"'&"


@pytest.fixture(autouse=True)
def _quiet() -> None:
    hpo.logging.set_verbosity(hpo.logging.CRITICAL)


class Page(HTMLParser):
    """What a browser would see: elements, their addresses, and the text outside of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.rows: list[list[str]] = []
        self.codes: list[str] = []
        self._script = False
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self._script = tag in ("script", "style")
        self._inside = "code" if ("class", "copy") in attrs else "cell" if tag == "td" else ""
        if self._inside == "code":
            self.codes.append("")
        elif tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append("")
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._script = False
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if not self._script:
            self.text += data
        if self._inside == "code":
            self.codes[-1] += data
        elif self._inside == "cell":
            self.rows[-1][-1] += data


@pytest.mark.parametrize("name", STUDIES)
def test_every_kind_of_study_has_a_report(name: str) -> None:
    text = render(study_named(name))
    text.encode()
    page = Page(text)
    assert " ".join(study_named(name).study_name.split()) in page.text
    assert not page.handlers


def study_with(name: str) -> hpo.Study:
    """One with branches, pruned and failed trials, reports and constraints, in which `name` is all over the place."""

    def objective(trial: hpo.Trial) -> float:
        x = trial.suggest_float(f"x{name}", 1e-3, 10, log=True)
        loss = math.log10(x) ** 2
        if trial.suggest_categorical("kind", ["plain", f"odd{name}"]) == "plain":
            loss += trial.suggest_int("n", 1, 9) / 9
        for step in range(3):
            trial.report(loss, step)
        if trial.number % 5 == 4:
            raise hpo.TrialPruned
        if trial.number % 7 == 6:
            raise ValueError(f"message{name}")
        trial.set_constraint(f"c{name}", x - 5)
        trial.set_user_attr(f"a{name}", name)
        return loss

    study = hpo.create_study(study_name=f"study{name}", seed=0)
    study.set_metric_names([f"metric{name}"])
    study.set_user_attr(f"attribute{name}", {"value": name})
    for i in range(30):  # proposals would depend on the parameters' names
        kind = f"odd{name}" if i % 3 else "plain"
        study.enqueue_trial({f"x{name}": 10 ** (i % 11 / 3 - 2.9), "kind": kind, "n": 1 + i % 9})
    study.optimize(objective, n_trials=30, catch=ValueError)
    return study


def test_a_report_is_one_file_that_needs_no_network(tmp_path: Path) -> None:
    path = study_with("").report(tmp_path / "report.html")
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert list(tmp_path.iterdir()) == [path]
    assert all(address.startswith("#") for address in page.addresses)
    assert page.tags["link"] == page.tags["img"] == page.tags["iframe"] == 0
    assert text.count("* plotly.js v") == 1
    assert len(text) < 8e6


def test_no_string_of_the_user_becomes_markup(tmp_path: Path) -> None:
    plain = Page(study_with("").report(tmp_path / "plain.html").read_text(encoding="utf-8"))
    text = study_with(EVIL).report(tmp_path / "evil.html").read_text(encoding="utf-8")
    evil = Page(text)
    assert evil.tags == plain.tags
    assert evil.handlers == []
    assert "<script>alert" not in text
    for shown in ("study", "metric", "attribute", "message"):
        assert f"{shown}{EVIL}" in evil.text


def test_it_shows_what_the_study_holds(tmp_path: Path) -> None:
    study = study_with("")
    page = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8"))
    for said in (
        "minimize metric",
        "30 trials: 20 complete, 6 pruned, 4 failed",
        f"Trial {study.best_trial.number}: metric {study.best_value:.4g}",
        "4 × ValueError: message",
        'raise ValueError(f"message',
        "float, log",
        hpo.__version__,
    ):
        assert said in page.text
    assert page.tags["figure"] >= 6


def test_the_count_of_trials_stands_once(tmp_path: Path) -> None:
    page = Page(study_with("").report(tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.text.count("30 trials") == 1


def test_the_best_trial_can_be_copied_as_python(tmp_path: Path) -> None:
    study = study_with("'\"<b>")
    page = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8"))
    (code,) = page.codes
    assert ast.literal_eval(code) == study.best_params


def test_it_says_where_the_best_trial_was_lucky_and_only_there(tmp_path: Path) -> None:
    noise = random.Random(2)

    def objective(trial: hpo.Trial, width: float) -> float:
        x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
        return x**2 + y**2 + width * noise.gauss(0, 1)

    for width in (0.0, 10.0):
        study = hpo.create_study(seed=0, sampler=hpo.samplers.RandomSampler())
        study.optimize(partial(objective, width=width), n_trials=60)
        sentence = str(study.recommend())
        page = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8"))
        assert (sentence in page.text) == ("is taken for noise" in page.text) == (width > 0)


def test_the_parameters_of_a_front_can_be_copied_as_python(tmp_path: Path) -> None:
    study = hpo.create_study(directions=["minimize", "maximize"], seed=0)
    study.optimize(lambda trial: (trial.suggest_float("x", 0, 1), trial.params["x"]), n_trials=6)
    (code,) = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8")).codes
    assert ast.literal_eval(code) == {trial.number: trial.params for trial in study.best_trials}


@pytest.mark.parametrize("n_values", [1, 2, 30])
def test_trials_of_one_value_share_a_row(tmp_path: Path, n_values: int) -> None:
    study = hpo.create_study(seed=0)
    study.optimize(lambda trial: trial.number % n_values + 0.0 * trial.suggest_float("x", 0, 1), n_trials=30)
    page = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8"))
    rows = [row for row in page.rows if len(row) == 3 + (n_values < 30) and row[0].isdigit()]
    assert [float(row[-2]) for row in rows] == list(range(min(n_values, 10) if n_values > 1 else 0))
    assert ("as good" in page.text) == (n_values < 30)


def test_numbers_have_four_digits(tmp_path: Path) -> None:
    page = Page(study_with("").report(tmp_path / "report.html").read_text(encoding="utf-8"))
    cells = [cell for row in page.rows for cell in row if re.fullmatch(r"-?\d*\.\d+(e.*)?", cell)]
    assert len(cells) > 20
    for cell in cells:
        assert cell == f"{float(cell):.4g}"


@pytest.mark.parametrize("names", [["error", "speed"], None])
def test_no_two_plots_have_one_title(tmp_path: Path, names: list[str] | None) -> None:
    def two(trial: hpo.Trial) -> tuple[float, float]:
        x = trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)
        trial.report((x, -x), 0)
        return x, 1 - x

    study = hpo.create_study(directions=["minimize", "maximize"], seed=0)
    if names is not None:
        study.set_metric_names(names)
    study.optimize(two, n_trials=20)
    text = study.report(tmp_path / "report.html").read_text(encoding="utf-8")
    titles = re.findall(r'"text":"((?:Optimization|Pareto|Slices|Contours|Parallel|Intermediate|Timeline)[^"]*)"', text)
    assert len(titles) == len(set(titles)) == 12
    for name in names or ["Objective 0", "Objective 1"]:
        assert f"Optimization history: {name}" in titles
        assert f"Contours: {name}" in titles
    assert Page(text).text.count("maximize speed" if names else "maximize objective 1") == 1  # the same name in words


def test_the_page_has_a_dark_look_for_browsers_that_ask_for_one(tmp_path: Path) -> None:
    text = study_with("").report(tmp_path / "report.html").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{([^}]*)\}", text[: text.index("</style>")])
    assert text.count("@media screen and (prefers-color-scheme: dark)") == 1
    (names, colours), (same, others) = (
        zip(*re.findall(r"(--\w+): (#\w+)", look), strict=True) for look in (light, dark)
    )
    assert names == same
    assert not set(colours) & set(others)


def test_importances_say_what_measured_them_and_for_what(tmp_path: Path) -> None:
    page = Page(study_with("").report(tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "PED-ANOVA, for metric: how much each parameter decides" in page.text
    assert "for metric, as a forest sees it" in page.text


def test_several_objectives_have_a_front_and_a_history_each(tmp_path: Path) -> None:
    def two(trial: hpo.Trial) -> tuple[float, float]:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        return x, (1 - x) ** 2 + y

    study = hpo.create_study(directions=["minimize", "maximize"], seed=0)
    study.optimize(two, n_trials=20)
    page = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8"))
    n = len(study.best_trials)
    assert f"Pareto front{n} trial{'s' * (n != 1)}" in page.text
    assert page.tags["figure"] >= 7


@pytest.mark.parametrize("n_trials", [0, 1])
def test_a_study_that_has_hardly_begun_gives_a_report_too(tmp_path: Path, n_trials: int) -> None:
    study = hpo.create_study(seed=0)
    if n_trials:
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=n_trials)
    page = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8"))
    assert f"{n_trials} trial" in page.text
    assert ("No trial is complete" in page.text) == (n_trials == 0)


def test_a_study_of_failures_gives_a_report_of_failures(tmp_path: Path) -> None:
    def hopeless(trial: hpo.Trial) -> float:
        trial.suggest_float("x", 0, 1)
        raise RuntimeError(f"reason {trial.number}")

    study = hpo.create_study(seed=0)
    study.optimize(hopeless, n_trials=30, catch=RuntimeError)
    page = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.tags["details"] == 20
    assert "And 10 trials that failed otherwise." in page.text


def test_elements_escape_what_is_no_markup() -> None:
    assert element("p", "a < b", Markup("<b>c</b>"), class_='x"y') == '<p class="x&quot;y">a &lt; b<b>c</b></p>'
    assert "<td" in tabular(["n"], [[1]])
    assert "&lt;i&gt;" in tabular(["<i>"], [["<i>"]])
    assert "<i>" not in tabular(["<i>"], [["<i>"]])
