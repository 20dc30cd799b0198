"""The report: one file that needs nothing else, shows what the study holds, and trusts no string in it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import hpo
from hpo.visualization.markup import Markup, element, tabular

EVIL = "<script>alert('x')</script>\"'&"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    before = hpo.logging.get_verbosity()
    hpo.logging.set_verbosity(hpo.logging.CRITICAL)
    yield
    hpo.logging.set_verbosity(before)


class Page(HTMLParser):
    """What a browser would see: elements, their addresses, and the text outside of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self._script = tag in ("script", "style")
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if not self._script:
            self.text += data


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
        "minimize metric: 30 trials: 20 complete, 6 pruned, 4 failed",
        f"{study.best_value:.6g} in trial {study.best_trial.number}",
        "4 × ValueError: message",
        'raise ValueError(f"message',
        "float, log",
        hpo.__version__,
    ):
        assert said in page.text
    assert page.tags["figure"] >= 6


def test_several_objectives_have_a_front_and_a_history_each(tmp_path: Path) -> None:
    def two(trial: hpo.Trial) -> tuple[float, float]:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        return x, (1 - x) ** 2 + y

    study = hpo.create_study(directions=["minimize", "maximize"], seed=0)
    study.optimize(two, n_trials=20)
    page = Page(study.report(tmp_path / "report.html").read_text(encoding="utf-8"))
    assert f"{len(study.best_trials)} trials" in page.text
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
