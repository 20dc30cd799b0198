"""The table shows the very trials that a filter describes, page by page, and downloads hold them all."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable

import pytest

import hpo
from hpo.dashboard import table
from hpo.dashboard.table import filter_of, table_of
from hpo.events import TrialState
from hpo.pruners import NopPruner
from hpo.samplers import RandomSampler
from hpo.trial.frozen import FrozenTrial
from tests.dashboard.served import address, client_of
from tests.visualization.studies import STUDIES, study_named


def shown(study: hpo.Study, query: list[tuple[str, str]]) -> list[int]:
    """The numbers of the trials that a filter lets through, in its order."""
    found = table_of(study.snapshot())
    rows, _ = found.rows(filter_of(found, query))
    trials = found.trials(rows)
    assert [trial.number for trial in trials] == found.number[rows].tolist()
    return [trial.number for trial in trials]


@pytest.mark.parametrize("name", STUDIES)
def test_without_a_filter_all_trials_are_there_the_newest_first(name: str) -> None:
    study = study_named(name)
    assert shown(study, []) == [trial.number for trial in reversed(study.trials)]


def value_of(trial: FrozenTrial) -> float:
    return math.nan if trial.values is None else trial.values[0]


CONDITIONS: list[tuple[list[tuple[str, str]], Callable[[FrozenTrial], bool]]] = [
    ([("state", "FAIL")], lambda t: t.state is TrialState.FAIL),
    ([("state", "complete"), ("state", "fail")], lambda t: t.state in (TrialState.COMPLETE, TrialState.FAIL)),
    ([("min.p:lr", "1e-4"), ("max.p:lr", "1e-2")], lambda t: 1e-4 <= t.params["lr"] <= 1e-2),
    ([("max.v:0", "1.5")], lambda t: value_of(t) <= 1.5),
    ([("is.p:kind", "svm"), ("is.p:kind", "true")], lambda t: t.params["kind"] in ("svm", True)),
    ([("is.p:kind", "null")], lambda t: t.params["kind"] is None),
    ([("is.p:kind", "[1, 2]")], lambda t: t.params["kind"] == (1, 2)),
    ([("min.p:width", "0")], lambda t: "width" in t.params),
    ([("feasible", "no")], lambda t: any(value > 0 for value in t.constraints.values())),
    ([("q", "BROKEN")], lambda t: t.error is not None),
    ([("q", "kind=svm"), ("state", "COMPLETE")], lambda t: t.params["kind"] == "svm" and t.error is None),
    ([("min.seconds", "0")], lambda _: True),
]


@pytest.mark.parametrize(("query", "holds"), CONDITIONS, ids=lambda one: str(one) if isinstance(one, list) else "")
def test_a_filter_keeps_what_it_describes(query: list[tuple[str, str]], holds: Callable[[FrozenTrial], bool]) -> None:
    study = study_named("mixed")
    expected = [trial.number for trial in study.trials if holds(trial)]
    assert shown(study, [*query, ("sort", "number")]) == expected
    assert expected


@pytest.mark.parametrize("column", ["v:0", "p:lr", "p:width", "seconds", "start", "violation", "state"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_sorting_puts_trials_without_a_value_last_and_equal_ones_by_number(column: str, sign: str) -> None:
    found = table_of(study_named("mixed").snapshot())
    rows, _ = found.rows(filter_of(found, [("sort", sign + column)]))
    values, _ = found.column(column)
    key = [(math.isnan(v), 0.0 if math.isnan(v) else (-v if sign else v)) for v in values[rows].tolist()]
    pairs = list(zip(key, found.number[rows].tolist(), strict=True))
    assert pairs == sorted(pairs)
    assert len(rows) == len(found)


def test_categories_are_sorted_as_words() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=1))
    study.optimize(lambda trial: len(trial.suggest_categorical("c", ["pear", "apple", "fig"])), n_trials=9)
    kinds = {trial.number: trial.params["c"] for trial in study.trials}
    found = [kinds[number] for number in shown(study, [("sort", "p:c")])]
    assert found == sorted(found)
    assert len(set(found)) == 3


def test_attributes_are_found_by_name_and_by_value() -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=4)
    study.set_trial_user_attr(1, "who", "Ada")
    study.set_trial_user_attr(2, "who", "Grace")
    assert shown(study, [("attr", "who")]) == [2, 1]
    assert shown(study, [("attr", "who=Ada")]) == [1]
    assert shown(study, [("q", "grace")]) == [2]


def test_a_search_that_ends_early_says_so_and_a_download_does_not_end_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "SCANNED", 5)
    study = study_named("plain")
    with client_of(study) as client:
        assert "only the newest" in client.get(address(study, "/trials?q=x%3D")).text
        found = list(csv.DictReader(io.StringIO(client.get(address(study, "/trials.csv?q=x%3D")).text)))
        records = client.get(address(study, "/trials.json?q=x%3D")).json()
    assert len(found) == len(records) == len(study.trials)  # a download looks through all


def test_unfinished_trials_are_filtered_and_sorted_with_the_others() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0), pruner=NopPruner())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    study.enqueue_trial({"x": 0.5})
    running = study.ask({"x": hpo.distributions.FloatDistribution(0, 1)})
    study.enqueue_trial({"x": 2e-9})
    assert running.params == {"x": 0.5}
    assert shown(study, [("max.p:x", "1e-8")]) == [4]
    assert shown(study, [("state", "RUNNING")]) == [3]
    assert shown(study, [("min.p:x", "0.5"), ("max.p:x", "0.5")]) == [3]


def test_what_a_running_trial_was_queued_with_is_found_and_shown_alike() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0), pruner=NopPruner())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1), n_trials=2)
    study.enqueue_trial({"x": 0.5, "y": 0.25})
    study.ask().suggest_float("x", 0, 1)
    assert shown(study, [("min.p:y", "0.25"), ("max.p:y", "0.25")]) == [2]
    with client_of(study) as client:
        (row,) = csv.DictReader(io.StringIO(client.get(address(study, "/trials.csv?state=RUNNING")).text))
        (record,) = client.get(address(study, "/trials.json?state=RUNNING")).json()
        assert 'title="0.25"' in client.get(address(study, "/trials?state=RUNNING")).text
    assert (row["x"], row["y"]) == ("0.5", "0.25")
    assert record["params"] == {"x": 0.5, "y": 0.25}


def test_pages_divide_the_table() -> None:
    study = study_named("mixed")
    seen: list[int] = []
    with client_of(study) as client:
        for number in (1, 2, 3):
            text = client.get(address(study, f"/trials?size=25&page={number}&sort=number")).text
            seen += [int(one) for one in re.findall(r'name="t" value="(\d+)"', text)]
    assert seen == list(range(60))


def test_downloads_hold_every_trial_of_the_filter() -> None:
    study = study_named("mixed")
    with client_of(study) as client:
        answer = client.get(address(study, "/trials.csv?state=COMPLETE&sort=number"))
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        records = json.loads(client.get(address(study, "/trials.json?state=COMPLETE&sort=number")).text)
    complete = study.get_trials(states=(TrialState.COMPLETE,))
    assert [int(row["number"]) for row in rows] == [trial.number for trial in complete]
    assert [float(row["value"]) for row in rows] == [trial.value for trial in complete]
    assert [float(row["lr"]) for row in rows] == [trial.params["lr"] for trial in complete]
    assert [record["params"]["lr"] for record in records] == [trial.params["lr"] for trial in complete]
    assert [record["constraints"] for record in records] == [trial.constraints for trial in complete]


def test_a_download_holds_every_attribute() -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=300)
    for i in range(60):
        study.set_trial_user_attr(i, f"attribute {i}", i)
    with client_of(study) as client:
        rows = list(csv.DictReader(io.StringIO(client.get(address(study, "/trials.csv?sort=-number")).text)))
    assert {row["number"]: row[f"attribute {i}"] for i in range(60) for row in rows if row[f"attribute {i}"]} == {
        str(i): str(i) for i in range(60)
    }


def test_tables_send_no_more_of_a_long_value_than_people_read() -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: len(trial.suggest_categorical("c", ["c" * 20_000])), n_trials=3)
    for trial in study.trials:
        study.set_trial_user_attr(trial.number, "long", "y" * 200_000)
    with client_of(study) as client:
        for rest in ("/trials?cols=a:long&cols=p:c", "/compare?t=0&t=1", ""):
            _, _, tables = client.get(address(study, rest)).text.partition("<table")  # behind the choices to tick
            assert re.search("[cy]{20}", tables), rest
            assert not re.search("[cy]{501}", tables), rest
        assert "y" * 200_000 in client.get(address(study, "/trials/0")).text


def test_a_choice_of_no_letters_is_seen() -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: len(trial.suggest_categorical("a", [""])), n_trials=1)
    study.optimize(lambda trial: len(trial.suggest_categorical("b", [""])), n_trials=1)
    with client_of(study) as client:
        assert client.get(address(study, "/trials")).text.count(">&#34;&#34;</td>") == 2
        assert client.get(address(study, "/compare?t=0&t=1")).text.count(">&#34;&#34;</td>") == 2
        assert client.get(address(study, "/trials/0")).text.count(">&#34;&#34;</td>") == 2  # with its domain


def test_a_download_runs_no_formula_and_holds_no_nan() -> None:
    study = hpo.create_study(sampler=RandomSampler(), study_name='=1+1"\r\n;x')
    study.optimize(lambda trial: [trial.suggest_categorical("c", ["=cmd()"]), math.inf][1], n_trials=1)
    with client_of(study) as client:
        text = client.get(address(study, "/trials.csv")).text
        answer = client.get(address(study, "/trials.json"))
    assert "'=cmd()" in text
    assert json.loads(answer.text, parse_constant=pytest.fail)[0]["values"] == ["inf"]
    assert "\n" not in answer.headers["content-disposition"]
