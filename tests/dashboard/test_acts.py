"""Each act does to a study what a program would have done."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

import hpo
from hpo.dashboard.alone import Alone
from hpo.dashboard.app import make_app
from hpo.dashboard.security import Guard
from hpo.distributions import FloatDistribution
from hpo.events import TrialState
from hpo.samplers import RandomSampler
from tests.dashboard.served import address, client_of, identity_of


def made(n: int = 3, **options: Any) -> hpo.Study:
    study = hpo.create_study(sampler=RandomSampler(seed=0), **options)
    study.optimize(objective, n_trials=n)
    return study


def objective(trial: hpo.Trial) -> float:
    kind = trial.suggest_categorical("kind", ["a", None, (1, 2)])
    return trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 1, 9) + len(str(kind))


class Writer:
    """Sends forms as a page of the dashboard does, and follows them."""

    def __init__(self, study: hpo.Study, *others: hpo.Study) -> None:
        self.study = study
        self.guard = Guard(write=True)
        self.client: TestClient = client_of(study, *others, guard=self.guard)

    def send(self, rest: str, **form: str) -> Any:
        where = rest if not rest or rest.startswith("!") else address(self.study, rest)
        return self.client.post(where.removeprefix("!"), data={"token": self.guard.token, **form})


def test_a_trial_is_queued_as_the_form_says() -> None:
    study = made()
    writer = Writer(study)
    form = {"p.x": "0.25", "p.n": "", "p.kind": "2", "others": '{"new": [1]}'}
    assert writer.send("/enqueue", **form).status_code == 200
    (waiting,) = study.get_trials(states=(TrialState.WAITING,))
    assert waiting.system_attrs["fixed_params"] == {"x": 0.25, "kind": (1, 2), "new": [1]}


def test_the_form_of_a_trial_like_another_queues_its_parameters() -> None:
    study = made()
    writer = Writer(study)
    text = unescape(writer.client.get(address(study, "/enqueue?like=1")).text)
    trial = study.trials[1]
    assert f'name="p.x" value="{trial.params["x"]!r}"' in text
    assert f'name="p.n" value="{trial.params["n"]!r}"' in text
    index = trial.distributions["kind"].to_internal_repr(trial.params["kind"])
    assert f'<option value="{int(index)}" selected>' in text


@pytest.mark.parametrize(
    "form",
    [
        {"p.x": "2"},
        {"p.x": "nan"},
        {"p.x": "much"},
        {"p.n": "1.5"},
        {"p.n": "1e400"},
        {"p.kind": "3"},
        {"p.kind": "a"},
        {"p.unknown": "1"},
        {"others": "{"},
        {"others": "[1]"},
        {"others": '{"x": 7}'},
        {"others": '{"x": null}'},
        {"others": "[" * 100_000},
    ],
    ids=str,
)
def test_what_a_study_cannot_try_is_refused_in_a_sentence(form: dict[str, str]) -> None:
    study = made()
    answer = Writer(study).send("/enqueue", **form)
    assert answer.status_code == 400
    assert "That did not work" in answer.text
    assert study.count_trials((TrialState.WAITING,)) == 0


def test_a_trial_is_asked_and_told_by_hand() -> None:
    study = made()
    study.enqueue_trial({"x": 0.5})
    writer = Writer(study)
    text = writer.send("/ask").text
    (running,) = study.get_trials(states=(TrialState.RUNNING,))
    assert running.params.keys() == {"kind", "x", "n"}
    assert running.params["x"] == 0.5
    assert f'id="trial-{running.number}"' in text
    assert writer.send(f"/trials/{running.number}/tell", **{"value.0": "-1.5", "from": "lab"}).status_code == 200
    assert study.best_trial.number == running.number
    assert study.best_value == -1.5


def test_a_study_without_trials_is_told_what_to_try() -> None:
    study = made(0)
    writer = Writer(study)
    assert writer.send("/ask").status_code == 400
    assert writer.send("/ask", space='{"t": {"type": "float", "low": "a"}}').status_code == 400
    assert writer.send("/ask", space='{"t": {"type": "float", "low": 20, "high": 90}}').status_code == 200
    assert 20 <= study.trials[0].params["t"] <= 90


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ({"state": "fail"}, TrialState.FAIL),
        ({"state": "pruned"}, TrialState.PRUNED),
        ({"value.0": "3"}, TrialState.COMPLETE),
    ],
)
def test_a_running_trial_is_ended(form: dict[str, str], state: TrialState) -> None:
    study = made()
    trial = study.ask({"x": FloatDistribution(0, 1)})
    assert Writer(study).send(f"/trials/{trial.number}/tell", **form).status_code == 200
    assert study.trials[trial.number].state is state


@pytest.mark.parametrize(
    "form", [{}, {"value.0": "nan"}, {"value.0": "x"}, {"state": "waiting"}, {"state": "complete"}]
)
def test_a_result_that_is_none_is_refused(form: dict[str, str]) -> None:
    study = made()
    trial = study.ask({"x": FloatDistribution(0, 1)})
    assert Writer(study).send(f"/trials/{trial.number}/tell", **form).status_code == 400
    assert study.trials[trial.number].state is TrialState.RUNNING


def test_several_objectives_get_a_value_each() -> None:
    study = hpo.create_study(directions=["minimize", "maximize"], sampler=RandomSampler())
    trial = study.ask({"x": FloatDistribution(0, 1)})
    writer = Writer(study)
    assert writer.send(f"/trials/{trial.number}/tell", **{"value.0": "1"}).status_code == 400
    assert writer.send(f"/trials/{trial.number}/tell", **{"value.0": "1", "value.1": "2"}).status_code == 200
    assert study.trials[0].values == [1.0, 2.0]


def test_a_queued_trial_whose_result_is_known_is_told_without_a_worker() -> None:
    study = made()
    study.enqueue_trial({"x": 0.5})
    study.enqueue_trial({"x": 0.25, "n": 3, "kind": None})
    writer = Writer(study)
    assert "Enter the result" in writer.client.get(address(study, "/trials/4")).text
    assert writer.send("/trials/4/tell", **{"value.0": "-2"}).status_code == 200
    told = study.trials[4]
    assert told.params == {"x": 0.25, "n": 3, "kind": None}
    assert told.value == -2
    assert study.trials[3].state is TrialState.WAITING


@pytest.mark.parametrize("form", [{"value.0": "nan"}, {"value.0": ""}, {"state": "running"}])
def test_a_queued_trial_waits_on_if_its_result_is_none(form: dict[str, str]) -> None:
    study = made()
    study.enqueue_trial({"x": 0.25, "n": 3, "kind": None})
    assert Writer(study).send("/trials/3/tell", **form).status_code == 400
    assert study.trials[3].state is TrialState.WAITING


def test_a_queued_trial_of_which_something_is_open_is_begun_before_it_is_told() -> None:
    study = made()
    study.enqueue_trial({"x": 0.125})
    study.enqueue_trial({"x": 0.5})
    writer = Writer(study)
    refused = writer.send("/trials/4/tell", **{"value.0": "1"})
    assert refused.status_code == 400
    assert "does not fix" in refused.text
    assert writer.send("/ask", number="4").status_code == 200
    assert [trial.state for trial in study.trials[3:]] == [TrialState.WAITING, TrialState.RUNNING]
    assert study.trials[4].params["x"] == 0.5
    assert writer.send("/trials/4/tell", **{"value.0": "1"}).status_code == 200
    assert writer.send("/ask", number="4").status_code == 400


def test_a_trial_that_has_ended_is_not_told_again() -> None:
    study = made()
    answer = Writer(study).send("/trials/0/tell", **{"value.0": "1"})
    assert answer.status_code == 400
    assert "Cannot tell a COMPLETE trial" in answer.text


def test_a_trial_is_deleted() -> None:
    study = made()
    writer = Writer(study)
    assert writer.send("/trials/1/delete").status_code == 200
    assert [trial.number for trial in study.trials] == [0, 2]
    assert writer.send("/trials/1/delete").status_code == 404


def test_notes_and_tags_are_attributes_and_their_html_is_text() -> None:
    study = made()
    writer = Writer(study)
    hostile = "# Title\r\n<script>alert(1)</script> [a](javascript:alert(2)) ![b](http://elsewhere/pixel.png)"
    text = writer.send("/trials/0/note", note=hostile, tags="good, <b>bad</b>, good").text
    assert study.trials[0].user_attrs == {"note": hostile.replace("\r\n", "\n"), "tags": ["good", "<b>bad</b>"]}
    assert "<h1>Title</h1>" in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert '<img src="http' not in text
    assert "<b>bad" not in text
    assert writer.send("/note", note="*for all*", tags="").status_code == 200
    assert study.user_attrs == {"note": "*for all*"}
    assert "<em>for all</em>" in writer.client.get(address(study, "/about")).text


def sent_by(page: str) -> dict[str, str]:
    """What the form of a note sends if nobody touches it."""
    form = page[page.index('/note"') :].partition("</form>")[0]
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    area = re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL)
    assert area is not None
    return {name: unescape(text) for name, text in ({**found, "note": area[1]}).items() if name != "token"}


@pytest.mark.parametrize(("page", "note"), [("/trials/0", "/trials/0/note"), ("/about", "/note")])
def test_a_page_that_is_old_erases_no_note_of_another(page: str, note: str) -> None:
    study = made()
    writer = Writer(study)

    def stored() -> dict[str, Any]:
        return study.trials[0].user_attrs if page != "/about" else study.user_attrs

    old = sent_by(writer.client.get(address(study, page)).text)
    assert writer.send(note, **{**old, "note": "A <wrote>\nthis"}).status_code == 200
    assert writer.send(note, **{**old, "tags": "good"}).status_code == 200
    assert stored() == {"note": "A <wrote>\nthis", "tags": ["good"]}
    refused = writer.send(note, **{**old, "note": "B wrote that", "tags": "bad"})
    assert refused.status_code == 409
    assert stored() == {"note": "A <wrote>\nthis", "tags": ["good"]}
    for text in ("A &lt;wrote&gt;\nthis", "B wrote that", "good", "bad", "nothing was stored"):
        assert text in refused.text
    new = sent_by(writer.client.get(address(study, page)).text)
    assert writer.send(note, **new).status_code == 200
    assert stored() == {"note": "A <wrote>\nthis", "tags": ["good"]}
    assert writer.send(note, **{**new, "note": "", "tags": ""}).status_code == 200
    assert stored() == {"note": "", "tags": []}


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ("{", "The parameters must be written as JSON"),
        ("[1]", "The parameters must be a JSON object"),
        ('{"x": {"type": "float", "low": 2, "high": 1}}', ". Write them such as"),
        ('{"x": {"type": "what", "low": 2, "high": 1}}', ". Write them such as"),
    ],
)
def test_a_space_that_cannot_be_read_is_refused_in_its_own_words(space: str, words: str) -> None:
    text = unescape(Writer(made()).send("/ask", space=space).text)
    assert words in text
    assert ".." not in text.partition("<main")[2]


def test_a_refusal_has_a_title_of_its_own_and_leads_back_to_the_study() -> None:
    study = made()
    writer = Writer(study)
    link = f'<a href="{address(study)}">Back to the study</a>'
    for answer, title in (
        (writer.send("/enqueue", others="{"), "Not like that"),
        (writer.client.get(address(study, "/rename")), "Not like that"),
        (writer.client.post(address(study, "/rename"), data={"name": "x"}), "Not allowed"),
        (writer.client.get(address(study, "/trials/99")), "Not here"),
        (writer.client.get("/s/none/about"), "Not here"),
    ):
        assert answer.status_code >= 400
        assert f"<title>{title} – hpo</title>" in answer.text
        assert (link in answer.text) == (answer.status_code != 403 and address(study) in str(answer.url))


def test_attributes_that_are_no_note_stay_as_they_are() -> None:
    study = made()
    attributes = {"note": 5, "tags": ["a, b", "c" * 100]}
    for key, value in attributes.items():
        study.set_user_attr(key, value)
    writer = Writer(study)
    assert writer.send("/note", **sent_by(writer.client.get(address(study, "/about")).text)).status_code == 200
    assert study.user_attrs == attributes


def test_studies_are_created_renamed_copied_and_deleted() -> None:
    study = made(study_name="one")
    storage = study._log.storage
    writer = Writer(study)
    answer = writer.send("!/create", name="two", directions="minimize, maximize", place=repr(storage))
    assert answer.status_code == 200
    assert hpo.load_study(study_name="two", storage=storage).directions == [
        hpo.study.StudyDirection.MINIMIZE,
        hpo.study.StudyDirection.MAXIMIZE,
    ]
    assert writer.send("/rename", name="first").status_code == 200
    assert study.study_name == "first"
    assert writer.send("/copy", name="second").status_code == 200
    assert len(hpo.load_study(study_name="second", storage=storage).trials) == 3
    assert writer.send("/delete", confirm="one").status_code == 400
    assert writer.send("/delete", confirm="first").status_code == 200
    assert sorted(storage.studies()) == ["second", "two"]
    assert identity_of(study) not in writer.client.get("/").text


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "directions": "minimize"},
        {"name": "taken", "directions": "minimize"},
        {"name": "new", "directions": "sideways"},
        {"name": "new", "directions": ""},
        {"name": "n" * 1000, "directions": "minimize"},
        {"name": "new", "directions": "minimize", "place": "elsewhere"},
    ],
    ids=str,
)
def test_a_study_that_cannot_be_is_refused(form: dict[str, str]) -> None:
    study = made(study_name="taken")
    answer = Writer(study).send("!/create", **{"place": repr(study._log.storage), **form})
    assert answer.status_code in (400, 503)
    assert "Traceback" not in answer.text
    assert list(study._log.storage.studies()) == ["taken"]


def test_a_single_study_has_no_storage_to_make_others_in() -> None:
    study = made()
    guard = Guard(write=True)
    with TestClient(make_app(Alone(study, identity_of(study)), guard), base_url="http://127.0.0.1") as client:
        assert "New study" not in client.get("/").text
        assert "Delete the study" not in client.get(address(study, "/about")).text
        for rest in ("/copy", "/delete"):
            form = {"token": guard.token, "name": "other", "confirm": study.study_name}
            answer = client.post(address(study, rest), data=form)
            assert answer.status_code == 400
            assert "one study and no storage" in answer.text
    assert study.count_trials() == 3


def test_what_is_imported_must_be_a_database() -> None:
    study = made()
    writer = Writer(study)
    assert writer.send("!/import", source="nothing").status_code == 400
    answer = writer.send("!/import", source="sqlite:////nowhere/at/all.db", place=repr(study._log.storage))
    assert answer.status_code == 400
