"""Every page shows every kind of study."""

from __future__ import annotations

import json
import re

import pytest

import hpo
from hpo.dashboard.plots import PLOTS, suitable
from hpo.dashboard.site import FOLDER
from hpo.events import Event, SpaceDeclared, StudyCreated, StudyDirection, TrialFinished, TrialStarted, TrialState
from hpo.samplers import RandomSampler
from hpo.space import Space
from hpo.storage import InMemoryStorage
from tests.dashboard.served import address, client_of, identity_of
from tests.visualization.studies import STUDIES, study_named

VARIED = ("mixed", "pruning", "pausing", "named", "reports of two", "four objectives")


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_of_any_kind_has_a_page(name: str) -> None:
    study = study_named(name)
    with client_of(study) as client:
        for part in ("", "/headline"):
            answer = client.get(address(study, part))
            assert answer.status_code == 200, answer.text
            assert str(study.count_trials()) in answer.text
        listed = client.get("/")
        assert address(study) in listed.text
        assert client.get(f"/row/{identity_of(study)}").status_code == 200


@pytest.mark.parametrize("name", VARIED)
def test_a_page_leads_to_the_plots_that_suit_its_study_and_each_of_them_is_drawn(name: str) -> None:
    study = study_named(name)
    plots = [plot.kind for plot in suitable(study)]
    with client_of(study) as client:
        page = client.get(address(study)).text
        assert [kind for kind in PLOTS if f"?plot={kind}" in page] == plots
        for kind in plots:
            assert client.get(address(study, f"?plot={kind}")).status_code == 200
            figure = client.get(address(study, f"/plot/{kind}"))
            assert figure.status_code == 200
            assert {"data", "layout"} <= figure.json().keys()


@pytest.mark.parametrize("query", ["", "?plot=slice&params=lr&params=kind", "?plot=history&target=0"])
def test_figures_are_on_their_way_while_the_browser_still_reads_the_script_that_draws_them(query: str) -> None:
    study = study_named("mixed")
    with client_of(study) as client:
        page = client.get(address(study, query)).text
    ahead = re.findall(r'<link rel="preload" as="fetch" crossorigin href="([^"]+)">', page)
    assert ahead == re.findall(r'data-plot="([^"]+)"', page) != []
    assert page.index("preload") < page.index("plotly-basic.min.js")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.01, "6\u202f000 per minute"),
        (40.0, "1.5 per minute"),
        (150.0, "24 per hour"),
        (7200.0, "12 per day"),
        (1e6, "less than one per day"),
    ],
)
def test_a_study_says_how_many_trials_come_in_a_time_in_which_some_do(seconds: float, words: str) -> None:
    events: list[Event] = []
    for number in range(3):
        events += [
            TrialStarted(seconds * number),
            TrialFinished(number, TrialState.COMPLETE, seconds * (number + 1), (0.0,), Space().digest, {}),
        ]
    storage, identity = InMemoryStorage(), f"every-{seconds:g}-s"
    storage.create(StudyCreated("paced", (StudyDirection.MINIMIZE,), 0, 0.0, identity))
    storage.append(identity, [SpaceDeclared(Space()), *events])
    study = hpo.load_study(study_name="paced", storage=storage)
    with client_of(study) as client:
        assert f"; {words} lately" in client.get(address(study, "/headline")).text


def test_the_small_plotlys_ask_to_be_compiled_at_once() -> None:
    firsts = []
    for size in ("basic", "cartesian"):
        lines = (FOLDER / "static" / f"plotly-{size}.min.js").read_text(encoding="utf-8").splitlines()
        assert lines[0] == "//# allFunctionsCalledOnLoad", "a newer one needs this line before it, too"
        firsts.append(lines[2].replace(f"({size} - minified) ", ""))
    assert firsts[0] == firsts[1], "both are of one version"


def test_a_page_says_what_is_still_to_come_while_a_run_goes_on() -> None:
    study = hpo.create_study(sampler=RandomSampler(), direction="maximize")
    seen: list[bool] = []
    with client_of(study) as client:

        def said() -> list[bool]:
            return [f"about {9 - len(study.history)} trial" in client.get(one).text for one in (address(study), "/")]

        def objective(trial: hpo.Trial) -> float:
            seen.extend(said())
            return trial.suggest_float("x", 0, 1)

        study.optimize(objective, n_trials=9)
        assert seen == [True] * 18
        pages = [client.get(one).text for one in (address(study), "/")]
    assert not [page for page in pages if "to go" in page]
    assert all("better is higher" in page for page in pages)


def test_what_is_chosen_of_a_plot_is_drawn() -> None:
    study, other = study_named("mixed"), study_named("plain")
    with client_of(study, other) as client:
        slices = client.get(address(study, "/plot/slice?params=lr&params=momentum")).text
        assert "lr" in slices
        assert "momentum" in slices
        assert "kind" not in slices
        assert "fANOVA" in client.get(address(study, "/plot/importances?evaluator=fanova")).text
        assert "plain" in client.get(address(study, f"/plot/edf?others={identity_of(other)}")).text


def test_a_figure_is_of_the_trials_that_there_are() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    with client_of(study) as client:
        before = client.get(address(study, "/plot/history")).content
        assert client.get(address(study, "/plot/history")).content == before
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
        after = json.loads(client.get(address(study, "/plot/history")).content)
        assert "4 trials" in json.dumps(after, ensure_ascii=False)


def test_a_study_without_trials_says_that_plots_will_come() -> None:
    study = hpo.create_study(sampler=RandomSampler())
    with client_of(study) as client:
        assert "Plots appear when the first trial has ended" in client.get(address(study)).text


def test_studies_are_searched_and_sorted() -> None:
    storage = hpo.storage.InMemoryStorage()
    for name, n in (("b few", 1), ("A many", 3), ("c none", 0)):
        study = hpo.create_study(study_name=name, storage=storage, sampler=RandomSampler())
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=n)
    with client_of(study) as client:

        def order(query: str) -> list[str]:
            text = client.get(f"/?{query}").text
            return sorted((name for name in ("b few", "A many", "c none") if f">{name}</a>" in text), key=text.index)

        for identity in storage.studies().values():
            client.get(f"/row/{identity}")
        assert order("") == ["c none", "A many", "b few"]
        assert order("sort=name") == ["A many", "b few", "c none"]
        assert order("sort=trials") == ["A many", "b few", "c none"]
        assert order("q=MANY") == ["A many"]


def test_a_deleted_study_is_gone() -> None:
    study = hpo.create_study(study_name="short-lived", sampler=RandomSampler())
    storage = study._log.storage
    with client_of(study) as client:
        assert client.get(address(study)).status_code == 200
        hpo.delete_study(study_name="short-lived", storage=storage)
        answer = client.get(address(study))
        assert answer.status_code == 404
        assert "has been deleted" in answer.text
        assert "short-lived" not in client.get("/").text


@pytest.mark.parametrize("rest", ["", "/trials", "/trials.csv", "/trials.json", "/trials/0"])
def test_names_that_utf_8_cannot_hold_are_shown(rest: str) -> None:
    study = study_named("surrogates")
    assert client_of(study).get(address(study, rest)).status_code == 200
