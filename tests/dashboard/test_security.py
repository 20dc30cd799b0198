"""Nobody gets in, changes anything or runs anything who should not."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import hpo
from hpo.artifacts import ArtifactMeta
from hpo.dashboard.app import ROUTES
from hpo.dashboard.plots import PLOTS
from hpo.dashboard.security import HEADERS, Guard
from hpo.samplers import RandomSampler
from tests.dashboard.served import address, client_of, identity_of
from tests.visualization.studies import study_named

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"`&{{7*7}}${7*7}</script><!--"


def made(n: int = 2, **options: Any) -> hpo.Study:
    study = hpo.create_study(sampler=RandomSampler(seed=0), **options)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=n)
    return study


def paths(study: hpo.Study, method: str) -> list[str]:
    """The address of every page that takes a method, of things that exist."""
    found = []
    for route in ROUTES:
        if method in (route.methods or ()):
            path = route.path.replace("{identity}", identity_of(study)).replace("{number}", "0")
            found.append(path.replace("{kind}", "history"))
    return [path for path in found if path != "/login"]


def test_every_page_is_walked() -> None:
    study = made()
    assert len(paths(study, "GET")) + len(paths(study, "POST")) == len(ROUTES) - 1


# ---- reading only


def test_no_address_writes_unless_the_dashboard_may(monkeypatch: pytest.MonkeyPatch) -> None:
    study = made()
    trial = study.ask()
    guard = Guard()
    before = study.events()
    names = dict(study._log.storage.studies())
    form = {"token": guard.token, "name": "new", "confirm": study.study_name, "state": "fail", "note": "n", "tags": "t"}
    with client_of(study, guard=guard) as client:
        for path in [*paths(study, "POST"), address(study, f"/trials/{trial.number}/tell")]:
            answer = client.post(path, data=form)
            assert answer.status_code == 403, path
            assert "--write" in answer.text
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "POST"):
            for path in (*paths(study, "GET"), *paths(study, "POST"), "/static/style.css", "/nowhere"):
                assert client.request(method, path, data=form).status_code in (403, 404, 405)
        for path in paths(study, "GET"):
            if not path.endswith("/events"):
                client.get(path, params=form)
        assert '<form method="post"' not in client.get(address(study, "/about")).text
    assert study.events() == before
    assert study._log.storage.studies() == names


def test_a_form_needs_the_token_of_the_page() -> None:
    study = made()
    guard = Guard(write=True)
    before = study.events()
    with client_of(study, guard=guard) as client:
        for path in paths(study, "POST"):
            for form in ({}, {"token": ""}, {"token": "x" * 32}, {"token": guard.session}):
                assert client.post(path, data={"name": "new", **form}).status_code == 403
        for path in paths(study, "POST"):
            answer = client.post(path, json={"token": guard.token})
            assert answer.status_code == 415
    assert study.events() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
    ],
    ids=str,
)
def test_a_form_of_another_server_does_nothing(headers: dict[str, str]) -> None:
    study = made()
    guard = Guard(write=True)
    before = study.events()
    with client_of(study, guard=guard) as client:
        for path in paths(study, "POST"):
            assert client.post(path, data={"token": guard.token}, headers=headers).status_code == 403
    assert study.events() == before


def test_a_form_of_this_server_is_taken() -> None:
    study = made()
    guard = Guard(write=True)
    headers = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8080"}
    with client_of(study, guard=guard) as client:
        form = {"token": guard.token, "p.x": "0.5"}
        assert client.post(address(study, "/enqueue"), data=form, headers=headers).status_code == 200
    assert study.count_trials() == 3


# ---- names


LOCAL = ("localhost:8080", "127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "127.8.8.8", "LOCALHOST.")
STRANGE = ("evil.example", "127.0.0.1.evil.example:8080", "localhost.evil.example", "", "[", "0x7f.1", "a@127.0.0.1:x")


@pytest.mark.parametrize("host", LOCAL)
def test_a_server_of_this_machine_goes_by_its_own_names(host: str) -> None:
    assert Guard().knows(host)


@pytest.mark.parametrize("host", [*STRANGE, "192.168.1.4:8080", "8.8.8.8"])
def test_a_rebound_name_reaches_no_page(host: str) -> None:
    study = made()
    with client_of(study) as client:
        for path in (*paths(study, "GET"), "/static/style.css"):
            answer = client.get(path, headers={"host": host})
            assert answer.status_code == 421, path
            assert study.study_name not in answer.text


def test_a_server_of_the_network_is_reached_by_its_address_but_by_no_strange_name() -> None:
    guard = Guard("0.0.0.0", password="secret")
    assert all(guard.knows(host) for host in (*LOCAL, "192.168.1.4:8080", "[fe80::1]:80"))
    assert not any(guard.knows(host) for host in STRANGE)
    assert Guard("lab.example", password="x").knows("lab.example:8080")


# ---- the password


def stranger(study: hpo.Study) -> tuple[TestClient, Guard]:
    guard = Guard("0.0.0.0", write=True, password="correct horse")
    return client_of(study, guard=guard, follow_redirects=False), guard


def test_without_the_password_no_page_tells_anything() -> None:
    study = made(study_name="confidential")
    client, guard = stranger(study)
    before = study.events()
    with client:
        for path in paths(study, "GET"):
            answer = client.get(path)
            assert answer.status_code == 401, path
            assert "confidential" not in answer.text
            assert guard.token not in answer.text.replace('name="token"', "") or "login" in answer.text
        for path in paths(study, "POST"):
            assert client.post(path, data={"token": guard.token, "name": "x"}).status_code == 401
        for cookie in ("", "x", guard.token, "correct horse"):
            client.cookies.set("hpo-dashboard-8080", cookie)
            assert client.get("/").status_code == 401
    assert study.events() == before


def test_the_address_that_is_printed_lets_in_and_forgets_the_password() -> None:
    study = made(study_name="confidential")
    client, guard = stranger(study)
    with client:
        answer = client.get("/?token=correct+horse&sort=name")
        assert answer.status_code == 200
        assert 'content="0; url=/?sort=name"' in answer.text
        assert "correct" not in answer.text
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "confidential" in client.get("/").text
        assert guard.session not in client.get("/").text


def test_the_password_is_entered_and_guessed_once_a_second() -> None:
    study = made(study_name="confidential")
    client, _ = stranger(study)
    with client:
        assert client.post("/login", data={"password": "wrong"}).status_code == 401
        for _ in range(5):
            assert client.post("/login", data={"password": "correct horse"}).status_code == 429
            assert client.get("/?token=correct+horse").status_code == 429
    client, _ = stranger(study)
    with client:
        assert client.post("/login", data={"password": "correct horse"}).status_code == 200
        assert "confidential" in client.get("/").text


# ---- what pages hold


def test_every_answer_forbids_what_no_page_needs() -> None:
    study = made()
    with client_of(study) as client:
        answers = [client.get(path) for path in paths(study, "GET") if not path.endswith("/events")]
        answers += [client.get("/nowhere"), client.get("/static/page.js"), client.get("/", headers={"host": "evil"})]
        for answer in answers:
            for name, value in HEADERS.items():
                assert answer.headers[name] == value
    policy = dict(part.strip().partition(" ")[::2] for part in HEADERS["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"


class Elements(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


def hostile_study() -> hpo.Study:
    """A study that holds markup wherever a user can put some."""

    def objective(trial: hpo.Trial) -> float:
        x = trial.suggest_float(HOSTILE, 0, 1)
        kind = trial.suggest_categorical("kind" + HOSTILE, [HOSTILE, "b" + HOSTILE])
        trial.set_user_attr(HOSTILE, {HOSTILE: HOSTILE})
        trial.set_user_attr("note", HOSTILE)
        trial.set_user_attr("tags", [HOSTILE])
        trial.set_user_attr(*ArtifactMeta(HOSTILE, HOSTILE, HOSTILE, HOSTILE).as_attribute())
        trial.set_constraint(HOSTILE, x - 0.9)
        trial.report(x, 1)
        trial.report(x, 2)
        if trial.number % 5 == 4:
            raise ValueError(HOSTILE)
        return x + len(kind)

    study = hpo.create_study(study_name=HOSTILE, sampler=RandomSampler(seed=0))
    study.set_metric_names([HOSTILE])
    study.optimize(objective, n_trials=15, catch=Exception)
    study.set_user_attr(HOSTILE, HOSTILE)
    study.set_user_attr("note", HOSTILE)
    study.set_user_attr("tags", [HOSTILE])
    study.set_user_attr(*ArtifactMeta(HOSTILE, HOSTILE, "image/png").as_attribute())
    study.enqueue_trial({HOSTILE: 0.5}, user_attrs={HOSTILE: HOSTILE})
    return study


def test_what_a_study_holds_is_text_on_every_page() -> None:
    study = hostile_study()
    pages = [
        *paths(study, "GET"),
        address(study, "/trials/4"),
        address(study, "/trials/15"),
        address(study, "?plot=slice"),
    ]
    with client_of(study, guard=Guard(write=True)) as client:
        for path in pages:
            if path.endswith(("/events", ".json", ".csv")) or "/plot/" in path:
                continue
            text = client.get(path).text
            assert "alert(1)" in text or path.endswith(("/origin", "/compare")) or "/artifacts/" in path
            for part in ("<script>alert", "<img src=x", "onerror=alert(2)>"):
                assert part not in text, (path, part)
            elements = Elements(text)
            assert all(attributes.get("src", "").startswith("/static/") for attributes in elements.of("script"))
            assert all(attributes.get("src", "").startswith("/static/") for attributes in elements.of("img"))
            assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]


def test_what_a_study_holds_is_text_in_every_plot() -> None:
    study = hostile_study()
    with client_of(study) as client:
        for kind in PLOTS:
            answer = client.get(address(study, f"/plot/{kind}"))
            if answer.status_code == 200:
                assert answer.headers["content-type"] == "application/json"
                assert not list(markup(answer.json())), kind


def markup(value: Any) -> list[str]:
    """Texts of a figure in which plotly would find elements of its own or of the study."""
    if isinstance(value, str):
        plain = re.sub(r"</?(b|i|br|sub|sup|extra)/?>", "", value)
        return [value] if re.search(r"<[a-zA-Z/!]", plain) else []
    if isinstance(value, dict):
        shown = (part for key, part in value.items() if key != "meta")  # which names columns, and is drawn nowhere
        return [one for part in shown for one in markup(part)]
    return [one for part in value for one in markup(part)] if isinstance(value, list) else []


def test_no_page_tells_a_password_of_the_storage(tmp_path: Any) -> None:
    from hpo.dashboard.app import make_app
    from hpo.secrets import redacted
    from hpo.study.desk import StudyDesk

    study = made()
    url = "postgresql://me:hunter2@db.example/studies?password=hunter2"
    desk = StudyDesk(lambda: {redacted(url): study._log.storage})
    guard = Guard(write=True)
    with TestClient(make_app(desk, guard), base_url="http://127.0.0.1") as client:
        assert "hunter2" not in client.get("/").text
        form = {"token": guard.token, "place": redacted(url), "source": "postgresql://me:hunter2@127.0.0.1:1/none"}
        answer = client.post("/import", data=form)
        assert answer.status_code == 400
        assert "hunter2" not in answer.text


# ---- whatever is asked


WILD = st.one_of(
    st.sampled_from(["", "0", "-1", "1e999", "nan", "9" * 30, "٣", "\x00", "%", "../..", HOSTILE, "a" * 3000, "null"]),
    st.text(max_size=12),
    st.integers().map(str),
    st.floats().map(str),
)
WORDS = (
    "page size sort q state attr cols feasible min.p:lr max.v:0 min.v:7 is.p:kind is.p:lr min.number target params",
    "evaluator others plot like t s since why name place source directions confirm note tags p.lr p.kind space",
    "value.0 from number",
)
NAMES = st.one_of(st.sampled_from([name for words in WORDS for name in words.split()]), st.text(max_size=8))
QUERY = st.lists(st.tuples(NAMES, WILD), max_size=5)


@pytest.fixture(scope="module")
def mixed() -> hpo.Study:
    study = hpo.create_study(sampler=RandomSampler(seed=0), study_name="fuzzed")
    study.add_trials(study_named("mixed").trials)
    return study


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), query=QUERY)
def test_whatever_is_asked_is_answered_in_a_sentence(mixed: hpo.Study, data: st.DataObject, query: Any) -> None:
    guard = Guard(write=True)
    route = data.draw(st.sampled_from([route for route in ROUTES if not route.path.endswith(("/events", "/delete"))]))
    path = route.path
    for field, known in (
        ("identity", identity_of(mixed)),
        ("number", "3"),
        ("kind", "slice"),
        ("name", "style.css"),
        ("artifact", "1"),
    ):
        if f"{{{field}}}" in path:
            value = data.draw(st.one_of(st.just(known), WILD.filter(lambda text: text not in ("", ".", ".."))))
            path = path.replace(f"{{{field}}}", quoted(value))
    with client_of(mixed, guard=guard) as client:
        if "POST" in (route.methods or ()):
            form = {name: value for name, value in query if name != "token"}
            answer = client.post(path, data={**form, "token": guard.token})
        else:
            answer = client.get(path, params=query)
    assert answer.status_code < 500, (path, query, answer.text)
    if answer.status_code >= 400:
        told = unescape(re.sub(r"<head>.*</head>", "", answer.text, flags=re.DOTALL))
        assert re.search(r"[A-Z'][^<>]{10,}[.)!}]", told), told
        assert "Traceback (most recent" not in told


def quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="", errors="replace")


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"token=%ff%fe&name=%00", b"&".join([b"a=1"] * 3000), b"a=" + b"x" * 1_100_000, b"=&=&;"]
)
def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    study = made()
    guard = Guard(write=True)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with client_of(study, guard=guard) as client:
        for path in (*paths(study, "POST"), "/login"):
            assert 400 <= client.post(path, content=body, headers=headers).status_code < 500


def test_a_page_that_breaks_says_so_without_telling_how(capsys: pytest.CaptureFixture[str]) -> None:
    study = made()

    def broken() -> Any:
        raise RuntimeError("at postgresql://me:hunter2@db/x")

    study.snapshot = broken  # type: ignore[method-assign]
    with client_of(study) as client:
        answer = client.get(address(study))
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "hunter2" not in told
