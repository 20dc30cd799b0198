"""What a notebook shows of studies, trials and lists of trials."""

from __future__ import annotations

import copy
import pickle
import re
from html.parser import HTMLParser
from typing import Any

import pytest

import hpo
from hpo.samplers import RandomSampler
from hpo.trial import FrozenTrial, TrialState, create_trial
from hpo.trial.listed import TrialList

EVIL = "<script>alert('x')</script>\"&"


@pytest.fixture(autouse=True)
def _quiet() -> None:
    hpo.logging.set_verbosity(hpo.logging.CRITICAL)


class Seen(HTMLParser):
    """Text, tags that close as they open, and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.tags, self.styles, self.rows = "", list[str](), list[str](), 0
        self.open = list[str]()
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.rows += tag == "tr"
        self.styles += [value or "" for name, value in attrs if name == "style"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def study_of(n: int, name: str = "", **options: Any) -> hpo.Study:
    def objective(trial: hpo.Trial) -> Any:
        x = trial.suggest_float(f"x{name}", 0, 1)
        trial.suggest_categorical(f"kind{name}", ["a", f"b{name}"])
        trial.set_user_attr(f"attribute{name}", name)
        trial.report(x if len(trial.study.directions) == 1 else (x, x), 0)
        if trial.number % 5 == 4:
            raise ValueError(f"message{name}")
        return x if len(trial.study.directions) == 1 else (x, -x)

    study = hpo.create_study(study_name=f"study{name}", sampler=RandomSampler(seed=0), **options)
    study.optimize(objective, n_trials=n, catch=ValueError)
    return study


def html_of(shown: Any) -> str:
    text: str = shown._repr_html_()
    return text


@pytest.mark.parametrize("options", [{}, {"directions": ["minimize", "maximize"]}], ids=str)
@pytest.mark.parametrize("n", [0, 1, 30])
def test_what_the_user_named_becomes_no_markup(n: int, options: dict[str, Any]) -> None:
    plain, evil = study_of(n, **options), study_of(n, EVIL, **options)
    pairs = [(plain, evil), (plain.trials, evil.trials), *zip(plain.trials, evil.trials, strict=True)]
    for harmless, other in pairs:
        assert Seen(html_of(other)).tags == Seen(html_of(harmless)).tags
        assert "<script" not in html_of(other)


def test_colours_are_those_of_the_notebook() -> None:
    study = study_of(12)
    for shown in (study, study.trials, study.trials[0]):
        for style in Seen(html_of(shown)).styles:
            assert not re.search(r"#[0-9a-f]{3}|black|white", style)
            for colour in re.findall(r"(?:^|;)(?:color|background)[^;]*", style):
                assert colour.strip(";") in ("color:inherit", "background:none")


def test_a_study_shows_its_goal_its_counts_and_its_best() -> None:
    study = study_of(12)
    text = Seen(html_of(study)).text
    assert "minimize value: 12 trials: 10 complete, 2 failed" in text
    assert f"Trial {study.best_trial.number} – complete, {study.best_value:.4g}" in text
    assert "On the Pareto front" in Seen(html_of(study_of(12, directions=["minimize", "maximize"]))).text


def test_a_trial_shows_its_parameters_or_its_error() -> None:
    good, bad = study_of(5).trials[0], study_of(5).trials[4]
    assert f"x{good.params['x']:.4g}" in Seen(html_of(good)).text
    assert "1 report" in Seen(html_of(good)).text
    assert "ValueError: message" in Seen(html_of(bad)).text


@pytest.mark.parametrize("n", [0, 1, 20, 21, 1000])
def test_a_list_shows_its_ends_only(n: int) -> None:
    trials = TrialList(create_trial(state=TrialState.PRUNED) for _ in range(n))
    seen = Seen(html_of(trials))
    assert seen.rows == (0 if n == 0 else 1 + n if n <= 20 else 22)
    assert seen.text.startswith(f"{n} trial" if n < 1000 else "1\u202f000 trials")


def test_a_long_list_leaves_its_middle_unread() -> None:
    trials = study_of(200).trials
    html_of(trials)
    assert sum("params" in trial.__dict__ for trial in trials) == 20


def test_trials_are_a_list_like_any_other() -> None:
    trials = study_of(7).trials
    assert isinstance(trials, list)
    assert trials == list(trials)
    assert type(trials[1:3]) is list
    assert repr(trials) == repr(list(trials))
    assert pickle.loads(pickle.dumps(trials)) == copy.deepcopy(trials) == trials
    assert all(isinstance(trial, FrozenTrial) for trial in trials + trials)
