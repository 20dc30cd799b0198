"""Storages that are served: what becomes of them when servers, connections and clients fail, or do not behave."""

from __future__ import annotations

import gc
import http.client
import inspect
import json
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hpo
from hpo.events import Event, StudyCreated, StudyDirection, StudyRenamed, TrialStarted
from hpo.exceptions import StorageInternalError, UnknownStudyError
from hpo.log.worker import Worker
from hpo.samplers import RandomSampler
from hpo.storage import InMemoryStorage, RDBStorage, RemoteStorage, get_storage, serve
from hpo.storage.remote import StorageServer, client, protocol
from hpo.storage.remote.beside import Beside
from hpo.trial import Trial, TrialState
from tests.storage.servers import free_port, hpo_server
from tests.storage.writers import Writer, check_acknowledged

HEADER = StudyCreated("s", (StudyDirection.MINIMIZE,), 0, 0.0, "s")
STARTS = [TrialStarted(1.0), TrialStarted(2.0)]


@pytest.fixture
def server() -> Iterator[StorageServer]:
    """It serves a study "s" in memory."""
    storage = InMemoryStorage()
    storage.create(HEADER)
    with serve(storage) as server:
        yield server


def objective(trial: Trial) -> float:
    return trial.suggest_float("x", 0, 1)


# ---- servers and connections that fail


def test_workers_outlive_a_server_that_is_killed_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HPO_TOKEN", "secret")
    server = hpo_server(tmp_path, f"sqlite:///{tmp_path}/s.db")
    server.start()
    study = hpo.create_study(study_name="s", storage=server.url, sampler=RandomSampler())
    notes = [tmp_path / f"note-{i}" for i in range(3)]
    writers = [Writer(server.url, note, max_trials=200) for note in notes]
    for _ in range(4):
        for writer in writers:
            writer.wait_for(8)
        server.kill()
        server.start()
    for writer in writers:
        writer.join()
    check_acknowledged(study, notes, at_least=200)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 200
    server.stop()


class Line:
    """What lies between a client and a server: it passes everything on, but for the answers that it is told to lose.

    Args:
        port: The server's.

    Attributes:
        lose: Called in the place of passing on the next answer; None to pass it on.
    """

    def __init__(self, port: int) -> None:
        self.to = port
        self.lose: Callable[[], None] | None = None
        self.n_lost = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http+hpo://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client, suppress(OSError), socket.create_connection(("127.0.0.1", self.to)) as server:
                    self._pass_on(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        while True:
            for one in select.select([client, server], [], [])[0]:
                data = one.recv(2**20)
                if one is server and self.lose is not None:
                    lose, self.lose = self.lose, None
                    self.n_lost += 1
                    lose()
                    return
                if not data:
                    return
                (server if one is client else client).sendall(data)


@pytest.mark.parametrize("is_restarted", [False, True], ids=["the line breaks", "the server ends"])
@pytest.mark.parametrize("inner", ["memory", "sqlite"])
@pytest.mark.parametrize(
    ("call", "answer", "names", "log"),
    [
        (lambda s: s.create(HEADER._replace(name="new", identity="new")), None, ["s", "new"], [HEADER]),
        (lambda s: s.append("s", STARTS), 3, ["s"], [HEADER, *STARTS]),
        (lambda s: s.append("s", STARTS, expect=1), 3, ["s"], [HEADER, *STARTS]),
        (lambda s: s.append_and_read("s", STARTS, 0), (3, [HEADER]), ["s"], [HEADER, *STARTS]),
        (lambda s: s.append("s", STARTS, expect=0), None, ["s"], [HEADER]),
        (lambda s: s.append("s", []), 1, ["s"], [HEADER]),
        (lambda s: s.rename("s", "new"), None, ["new"], [HEADER, StudyRenamed("new")]),
        (lambda s: s.delete("s"), None, [], None),
        (lambda s: list(s.read("s")), [HEADER], ["s"], [HEADER]),
    ],
    ids=["create", "append", "expecting", "reading", "in vain", "nothing", "rename", "delete", "read"],
)
def test_what_was_done_is_not_repeated_where_only_the_answer_was_lost(
    call: Callable[[RemoteStorage], Any],
    answer: object,
    names: list[str],
    log: list[Event] | None,
    inner: str,
    is_restarted: bool,
    tmp_path: Path,
) -> None:
    storage = InMemoryStorage() if inner == "memory" else RDBStorage(f"sqlite:///{tmp_path}/s.db")
    storage.create(HEADER)
    servers = [serve(storage, token="")]
    line = Line(port_of(servers[0]))
    remote = RemoteStorage(line.url)
    line.lose = partial(restart, line, servers, storage) if is_restarted else lambda: None
    assert call(remote) == answer
    assert line.n_lost == 1
    remote.close()
    line.close()
    servers[-1].close()
    assert list(storage.studies()) == names
    if log is not None:
        assert list(storage.read("s")) == log


@pytest.mark.parametrize("unnoticed", [0.0, 1e9])
def test_who_waits_for_a_server_says_so_once(unnoticed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hpo.storage.remote.client._UNNOTICED", unnoticed)
    storage = InMemoryStorage()
    storage.create(HEADER)
    servers = [serve(storage, token="")]
    line = Line(port_of(servers[0]))
    remote = RemoteStorage(line.url)
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())
            if len(said) == 1:
                restart(line, servers, storage)

    monkeypatch.setattr(client.logger, "handlers", [Listener()])
    monkeypatch.setattr(client.logger, "propagate", False)
    line.lose = partial(restart, line, servers, storage) if unnoticed else servers[0].close
    assert remote.append("s", STARTS) == 3
    remote.close()
    line.close()
    servers[-1].close()
    expected = [f"{remote.url} does not answer; it is asked again for up to 300 s.", f"{remote.url} answers again."]
    assert said == ([] if unnoticed else expected)


def restart(line: Line, servers: list[StorageServer], storage: InMemoryStorage | RDBStorage) -> None:
    """Let another server serve a storage in the place of the last one."""
    servers[-1].close()
    servers.append(serve(storage, token=""))
    line.to = port_of(servers[-1])


def port_of(server: StorageServer) -> int:
    return int(server.url.rpartition(":")[2])


def test_a_request_that_comes_again_while_it_is_worked_on_is_done_once(server: StorageServer) -> None:
    body = {"study": "s", "events": protocol.rows_of(STARTS), "since": 1, "key": "same"}
    answers = [asked(server, "append", body | {"again": again}) for again in (False, True, False, True)]
    assert [answer["head"] for _, answer in answers] == [3] * 4
    assert len(RemoteStorage(server.url, server.token).read("s")) == 3


def test_a_server_that_was_never_there_is_an_error_at_once() -> None:
    url = f"http+hpo://127.0.0.1:{free_port()}"
    for open_ in (lambda: RemoteStorage(url), lambda: hpo.load_study(study_name="s", storage=url)):
        with pytest.raises(StorageInternalError, match="cannot be reached: .*refused"):
            open_()


def test_who_is_no_server_of_hpo_is_named() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        client, _ = listener.accept()
        with client:
            client.recv(2**16)
            client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello")

    thread = threading.Thread(target=answer)
    thread.start()
    with pytest.raises(StorageInternalError, match="status 404, and not as a server of hpo does. Is the URL right"):
        RemoteStorage(f"http+hpo://127.0.0.1:{listener.getsockname()[1]}")
    thread.join()
    listener.close()


# ---- who may ask


def test_only_who_has_the_token_may_ask(server: StorageServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HPO_TOKEN", raising=False)
    for token, sentence in ((None, "wants a token"), ("wrong", "another token"), (server.token + "x", "another token")):
        with pytest.raises(StorageInternalError, match=f"{sentence}.*HPO_TOKEN") as caught:
            RemoteStorage(server.url, token)
        assert server.token not in str(caught.value)
    for verb in VERBS:
        assert asked(server, verb, {"study": "s"}, token="wrong")[0] == 401
    file = tmp_path / "token"
    file.write_text(f"{server.token}\n")
    monkeypatch.setenv("HPO_TOKEN_FILE", str(file))
    assert list(get_storage(server.url).studies()) == ["s"]
    monkeypatch.setenv("HPO_TOKEN", "wrong")
    assert list(RemoteStorage(server.url, server.token).studies()) == ["s"]
    with pytest.raises(StorageInternalError, match="another token"):
        get_storage(server.url)


def test_a_token_is_neither_shown_nor_pickled(server: StorageServer) -> None:
    import pickle

    storage = RemoteStorage(server.url, server.token)
    shown = f"{storage!r} {server!r} {storage.url} {hpo.load_study(storage=storage, sampler=RandomSampler())!r}"
    assert server.token not in shown
    assert server.token.encode() not in pickle.dumps(storage)
    for url in (f"http+hpo://{server.token}@127.0.0.1:1", f"http+hpo://127.0.0.1:1/?token={server.token}"):
        with pytest.raises(ValueError, match="must not hold its token") as caught:
            get_storage(url)
        assert server.token not in str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_who_can_be_reached_from_elsewhere_needs_a_token(host: str) -> None:
    with pytest.raises(ValueError, match="needs a token"):
        serve(InMemoryStorage(), host, token="")


@pytest.mark.parametrize("token", ["two words", "tab\t", "é", "line\r\nX: y"])
def test_tokens_that_no_header_holds_are_refused(token: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        serve(InMemoryStorage(), token=token)


@pytest.mark.parametrize("url", ["http+hpo://", "http+hpo://host", "http+hpo://host:x", "http+hpo://host:99999"])
def test_urls_that_name_no_server_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="has a URL such as"):
        get_storage(url)


def test_another_version_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = hpo_server(tmp_path, f"sqlite:///{tmp_path}/s.db")
    server.start()
    monkeypatch.setattr(protocol, "VERSION", 99)
    with pytest.raises(StorageInternalError, match="speaks version 1 .* the client version 99; use the same version"):
        RemoteStorage(server.url)
    server.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # asyncio leaves failed handshakes open
def test_tls_needs_a_certificate_that_the_client_trusts(tmp_path: Path) -> None:
    program = shutil.which("openssl")
    if program is None:
        assert not os.environ.get("CI")
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(make, check=True, capture_output=True)
    with serve(InMemoryStorage(), ssl_certfile=str(certificate), ssl_keyfile=str(key)) as server:
        assert server.url.startswith("https+hpo://")
        storage = RemoteStorage(server.url, server.token, ca_file=str(certificate))
        study = hpo.create_study(storage=storage, sampler=RandomSampler())
        study.optimize(objective, n_trials=3)
        assert len(study.trials) == 3
        with pytest.raises(StorageInternalError, match="certificate.*pass ca_file"):
            RemoteStorage(server.url, server.token)
        with pytest.raises(StorageInternalError, match="cannot be reached"):
            RemoteStorage(server.url.replace("https", "http"), server.token)
        storage.close()
    with pytest.raises(ValueError, match="certificate"):
        serve(InMemoryStorage(), ssl_certfile=str(tmp_path / "none.pem"))
    gc.collect()


# ---- what is asked

VERBS = ["append", "read", "create", "studies", "rename", "delete", "beat", "beats", "hello", "load_checkpoint"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
_ROWS = st.lists(st.lists(_JSON | st.integers(0, 11), min_size=7, max_size=7) | _JSON, max_size=3)
_FIELDS = {
    "study": st.just("s") | _JSON,
    "since": st.integers(-1, 4) | _JSON,
    "limit": st.integers(-1, 4) | _JSON,
    "expect": st.none() | st.integers(0, 3) | _JSON,
    "events": _ROWS | _JSON,
    "header": _ROWS | _JSON,
    "key": st.text(max_size=3) | _JSON,
    "name": st.text(max_size=3) | _JSON,
    "alive": st.lists(st.integers(-1, 9)) | _JSON,
    "ended": st.lists(st.integers(-1, 9)) | _JSON,
    "again": st.booleans() | _JSON,
    "tail": st.booleans() | _JSON,
}
_BODIES = st.fixed_dictionaries({}, optional=_FIELDS) | _JSON | st.binary(max_size=50)


def asked(
    server: StorageServer, verb: str, body: Any, *, token: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """The status and the content of the answer to any request."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=60)
    given = {protocol.VERSION_HEADER: str(protocol.VERSION), "Authorization": f"Bearer {token or server.token}"}
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", protocol.PREFIX + verb, sent, given | (headers or {}))
    answer = connection.getresponse()
    content = answer.read()
    if answer.getheader("content-encoding") == protocol.COMPRESSED:
        content = zlib.decompress(content)
    connection.close()
    if answer.getheader("content-type") == "application/octet-stream":
        return answer.status, content
    return answer.status, json.loads(content)


@pytest.mark.parametrize("inner", ["memory", "sqlite"])
def test_whatever_is_asked_is_answered_by_a_sentence_and_spoils_nothing(
    inner: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    storage = InMemoryStorage() if inner == "memory" else RDBStorage(f"sqlite:///{tmp_path}/s.db")
    running = serve(storage)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.sampled_from([*VERBS, "save_checkpoint", "nothing", "../x"]), _BODIES)
    def ask(verb: str, body: Any) -> None:
        if "s" not in storage.studies():
            storage.create(HEADER._replace(identity=f"s{time.monotonic_ns()}"))
        status, content = asked(running, verb, body)
        assert status == 200 or 400 <= status < 500, content
        if status != 200:
            assert content["error"]
            assert content["message"].endswith((".", "?")), content
            assert "Traceback" not in content["message"]

    with running:
        ask()
        for name, identity in storage.studies().items():
            events = storage.read(identity)
            assert sum(isinstance(event, StudyCreated) for event in events) == 1
            hpo.load_study(study_name=name, storage=storage, sampler=RandomSampler()).optimize(objective, n_trials=1)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    ("verb", "body", "status", "sentence"),
    [
        ("append", {"study": "x", "since": 0, "key": "", "events": []}, 404, "no study with the identity 'x'"),
        ("read", {"study": "s", "since": -1}, 400, "since must be a whole number from 0 on, got -1"),
        ("read", {"study": "s", "since": 10**30}, 400, "since must be a whole number"),
        ("read", {"study": "s\0", "since": 0}, 400, "without NUL"),
        ("read", {"study": ["s"], "since": 0}, 400, "study must be a text"),
        ("read", b"[" * 100_000, 400, "no JSON"),
        ("read", [], 400, "must be a JSON object"),
        ("append", {"study": "s", "since": 0, "key": "", "events": [[0] * 6]}, 400, "A row must be a list of 7"),
        ("append", {"study": "s", "since": 0, "key": "", "events": [[99] + [None] * 6]}, 400, "wrong type or size"),
        (
            "append",
            {"study": "s", "since": 0, "key": "", "events": [[4] + [None] * 6]},
            400,
            "no events of this version",
        ),
        ("append", {"study": "s", "since": 0, "key": "", "events": [[8, 1, 5] + [None] * 4]}, 400, "which writes"),
        ("append", {"study": "s", "since": 0, "key": "", "events": protocol.rows_of([HEADER])}, 400, "has one header"),
        ("create", {"key": "", "header": protocol.rows_of([HEADER])}, 409, "exists already"),
        ("beat", {"study": "s", "alive": [2**40], "ended": []}, 400, "list of trials' numbers"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    verb: str, body: Any, status: int, sentence: str, server: StorageServer
) -> None:
    answer = asked(server, verb, body)
    assert answer[0] == status
    assert sentence in answer[1]["message"]
    assert len(RemoteStorage(server.url, server.token).read("s")) == 1


def test_what_is_too_long_is_refused_by_both_sides() -> None:
    storage = InMemoryStorage()
    storage.create(HEADER)
    long = b" " * 5000
    with serve(storage, limit=4096) as server:
        remote = RemoteStorage(server.url, server.token)
        with pytest.raises(StorageInternalError, match="at most 4096 bytes, and this one has .*larger limit"):
            remote.append("s", STARTS * 100)
        bodies: Sequence[tuple[bytes, dict[str, str]]] = (
            (long, {}),
            (zlib.compress(long), {"Content-Encoding": protocol.COMPRESSED}),
            (zlib.compress(b" " * 10**8), {"Content-Encoding": protocol.COMPRESSED}),
        )
        for body, headers in bodies:
            status, answer = asked(server, "read", body, headers=headers)
            assert status == 413
            assert "longer than the 4096 bytes that this server takes" in answer["message"]
        remote._limit = 10**9  # as if the server had been started again with a lower one
        with pytest.raises(StorageInternalError, match="longer than the 4096 bytes"):
            remote.append("s", STARTS * 500)
        assert remote.append("s", STARTS) == 3
        for body, headers in ((b"no", {"Content-Encoding": protocol.COMPRESSED}), (b"{}", {"Content-Encoding": "br"})):
            assert asked(server, "read", body, headers=headers)[0] == 400
        remote.close()


def test_a_study_with_what_nobody_else_can_see_is_refused() -> None:
    storage = InMemoryStorage()
    study = hpo.create_study(storage=storage, study_name="s", sampler=RandomSampler())
    with pytest.warns(UserWarning, match="nothing that JSON can hold"):
        study.optimize(lambda trial: trial.suggest_categorical("x", [object(), object()]) and 1.0, n_trials=1)
    with serve(storage) as server, pytest.raises(StorageInternalError, match="cannot be served"):
        hpo.load_study(study_name="s", storage=RemoteStorage(server.url, server.token), sampler=RandomSampler())


# ---- workers


def test_a_worker_is_who_asks_and_not_who_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = hpo_server(tmp_path, f"sqlite:///{tmp_path}/s.db")
    server.start()
    study = hpo.create_study(study_name="s", storage=server.url, sampler=RandomSampler())
    program = """
import sys, hpo
study = hpo.load_study(storage=sys.argv[1], sampler=hpo.samplers.RandomSampler())
print(study.ask().number, flush=True)
sys.stdin.readline()
"""
    worker = subprocess.Popen(
        [sys.executable, "-c", program, server.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"0\n"
    (start,) = [event for event in study.events() if isinstance(event, TrialStarted)]
    assert start.worker is not None
    known = Worker.parse(start.worker)
    assert known is not None
    assert known.pid == worker.pid
    worker.kill()
    worker.communicate()
    study.ask()
    lost = study.trials[0]
    assert lost.state is TrialState.FAIL
    assert lost.error is not None
    assert f"worker lost: process {worker.pid}" in lost.error.message
    server.stop()


def test_what_the_serving_process_runs_itself_lives_as_long_as_it_answers() -> None:
    storage = InMemoryStorage()
    study = hpo.create_study(storage=storage, study_name="s", sampler=RandomSampler())
    mine, ended = study.ask(), study.ask()
    beside = Beside(storage)
    first = beside.beats(study._log.identity)
    study.tell(ended, 1.0)
    second = beside.beats(study._log.identity)
    assert set(first) == {mine.number, ended.number}
    assert set(second) == {mine.number}
    assert second[mine.number] != first[mine.number]
    with serve(storage) as server:
        remote = hpo.load_study(storage=RemoteStorage(server.url, server.token), sampler=RandomSampler())
        theirs = remote.ask()
        assert theirs.number not in beside.beats(study._log.identity)


def test_many_clients_share_a_study_with_the_process_that_serves_it() -> None:
    study = hpo.create_study(study_name="s", sampler=RandomSampler(), seed=0)
    with serve(study._log.storage) as server:
        studies = [
            hpo.load_study(storage=RemoteStorage(server.url, server.token), sampler=RandomSampler()) for _ in range(4)
        ]
        threads = [
            threading.Thread(target=one.optimize, args=(objective,), kwargs={"n_trials": 15})
            for one in (study, *studies)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 75
        assert [one.events() for one in studies] == [study.events()] * 4
    assert study.verify() == []


def test_followers_get_events_as_they_come(server: StorageServer) -> None:
    remote, other = (RemoteStorage(server.url, server.token) for _ in range(2))
    batches = remote.follow("s", 0)
    assert list(next(batches)) == [HEADER]
    for events in (STARTS, [TrialStarted(3.0)] * 3000):
        timer = threading.Timer(0.1, other.append, args=("s", events))
        timer.start()
        got: list[Event] = []
        while len(got) < len(events):
            got += next(batches)
        assert got == events
        timer.join()
    assert list(remote.follow("s", 3003, timeout=0.05)) == []
    waiting = threading.Thread(target=lambda: other.delete("s"))
    waiting.start()
    with pytest.raises(UnknownStudyError):
        next(batches)
    waiting.join()


# ---- the process that serves


def test_a_server_leaves_signals_alone_and_ends_when_it_is_told() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before, threads = [signal.getsignal(number) for number in numbers], threading.active_count()
    server = serve(InMemoryStorage())
    remote = RemoteStorage(server.url, server.token)
    assert remote.studies() == {}
    assert [signal.getsignal(number) for number in numbers] == before
    server.close()
    server.close()
    remote.close()
    assert threading.active_count() == threads
    with pytest.raises(StorageInternalError, match="cannot be reached"):
        RemoteStorage(server.url, server.token)


def test_a_port_that_is_taken_is_named(server: StorageServer) -> None:
    with pytest.raises(OSError, match=rf"Cannot listen at 127.0.0.1 port {port_of(server)}"):
        serve(InMemoryStorage(), port=port_of(server))


def test_what_is_missing_is_named() -> None:
    program = """
import sys
sys.modules["uvicorn"] = None
import hpo
try:
    hpo.storage.serve(hpo.storage.InMemoryStorage())
except ImportError as error:
    print(error)
print("starlette" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'hpo-study[server]'" in done.stdout
    assert "uvicorn" in done.stdout


def test_the_parts_are_small() -> None:
    folder = Path(inspect.getfile(protocol)).parent
    for path in folder.glob("*.py"):
        assert len(path.read_text().splitlines()) <= 320, path.name
