"""A browser shows every page of a running study as a person would look at them: live, and without a complaint.

Needs Debian's packages chromium and chromium-driver; without them it is skipped, but on CI it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import hpo
from hpo.distributions import FloatDistribution
from hpo.pruners import NopPruner, SuccessiveHalvingPruner
from hpo.samplers import RandomSampler
from tests.dashboard.served import identity_of
from tests.visualization import studies as kinds

PROGRAMS = ("chromium", "chromedriver")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
if MISSING and not os.environ.get("CI"):
    pytest.skip(f"needs {' and '.join(MISSING)}", allow_module_level=True)

AXE = Path(__file__).with_name("axe.min.js")
PATIENCE = 20.0  # seconds until something must be there, however busy the machine is
HOSTILE = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"


def _mixed(trial: hpo.Trial) -> float:
    """Conditions, failures, constraints and markup."""
    lr = trial.suggest_float("lr", 1e-6, 1e-1, log=True)
    kind = trial.suggest_categorical("kind", ["svm", HOSTILE, None])
    depth = trial.suggest_int("depth", 1, 9) if kind == "svm" else 0
    trial.set_constraint("small", lr - 0.05)
    trial.set_user_attr(HOSTILE, HOSTILE)
    if trial.number % 7 == 5:
        raise ArithmeticError(HOSTILE)
    return float(lr + depth + len(str(kind)))


def _reporting(trial: hpo.Trial) -> float:
    rate, decay = trial.suggest_float("rate", 0.01, 1.0, log=True), trial.suggest_float("decay", 0, 1)
    for step in range(1, 28):
        trial.report(rate + decay + 1 / step, step)
        if trial.should_prune():
            raise hpo.TrialPruned
    return rate + decay


def _two(trial: hpo.Trial) -> tuple[float, float]:
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    return x, (x - y) ** 2


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, hpo.Study]:
    """Studies of several kinds, one of them with a trial that runs and one that waits."""
    storage = hpo.storage.RDBStorage(f"sqlite:///{tmp_path_factory.mktemp('browser')}/study.db")

    def made(name: str, objective: Any, n: int, pruner: Any = None, **options: Any) -> hpo.Study:
        sampler = RandomSampler(seed=0)
        study = hpo.create_study(
            study_name=name, storage=storage, sampler=sampler, pruner=pruner or NopPruner(), **options
        )
        study.optimize(objective, n_trials=n, catch=ArithmeticError)
        return study

    found = {
        "mixed": made(f"mixed {HOSTILE}", _mixed, 40),
        "reporting": made("reporting", _reporting, 30, SuccessiveHalvingPruner()),
        "two": made("two", _two, 30, directions=["minimize", "minimize"]),
        "empty": made("empty", _two, 0, directions=["minimize", "minimize"]),
    }
    found["reporting"].ask({"rate": FloatDistribution(0.01, 1.0, log=True)}).report(1.5, 1)
    found["reporting"].enqueue_trial({"rate": 0.5})
    return found


@pytest.fixture(scope="module")
def origin(stored: dict[str, hpo.Study]) -> Iterator[str]:
    """Where `hpo dashboard --write` serves them."""
    url = str(stored["mixed"]._log.storage.url)  # type: ignore[attr-defined]
    program = "from hpo.cli.main import main; main()"
    command = [sys.executable, "-c", program, "dashboard", url, "--port", "0", "--write"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line.startswith("The dashboard is at http://127.0.0.1:")
        yield line.split()[-1].rstrip("/")
        server.terminate()
        server.wait(PATIENCE)


@pytest.fixture(scope="module")
def chrome() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options=options, service=service)
    browser.set_page_load_timeout(60)
    yield browser
    browser.quit()


class Person:
    """Looks at pages, and complains about what no page may do."""

    def __init__(self, browser: webdriver.Chrome, origin: str) -> None:
        self.browser = browser
        self.origin = origin

    def open(self, path: str, *, width: int = 1400, scheme: str = "light") -> None:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.browser.get("about:blank")
        self.browser.get_log("browser")  # type: ignore[no-untyped-call]  # of pages before
        self.browser.get(self.origin + path)
        self.settle()

    def settle(self) -> None:
        """Until all plots are drawn, and all parts have come."""
        self.until(
            "return [...document.querySelectorAll('[data-plot]')].every(box => box.drawnBy) && "
            "!document.querySelector('[hx-trigger=revealed], [hx-trigger=load] > .note')"
        )

    def until(self, script: str) -> None:
        WebDriverWait(self.browser, PATIENCE, 0.05).until(lambda browser: browser.execute_script(script))

    def find(self, selector: str) -> Any:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def has_read_of_plotly(self) -> list[str]:
        asked = self.browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
        return sorted(one.rpartition("/")[2].partition("?")[0] for one in asked if "/plotly" in one)

    def has_nothing_to_complain_of(self) -> None:
        path = self.browser.current_url
        log = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        # plotly's surfaces read pixels back, which browsers call slow; whatever a policy forbids is severe
        assert [entry["message"] for entry in log if entry["level"] == "SEVERE"] == [], path
        asked = self.browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
        assert [one for one in asked if not one.startswith(self.origin)] == []
        assert self.browser.execute_script("return window.pwned") is None, path
        wide, room = self.browser.execute_script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= room, f"{path} is {wide} pixels wide, in a window of {room}"

    def finds_it_accessible(self) -> None:
        self.browser.execute_script(AXE.read_text(encoding="utf-8"))
        found = self.browser.execute_async_script(
            "const done = arguments[0];"
            "axe.run({exclude: ['.js-plotly-plot']}).then(found => done(found.violations.map("
            "one => `${one.id}: ${one.nodes.map(node => node.html).join(' | ').slice(0, 600)}`)))"
        )
        assert found == [], self.browser.current_url


@pytest.fixture
def person(chrome: webdriver.Chrome, origin: str) -> Person:
    return Person(chrome, origin)


def pages(stored: dict[str, hpo.Study]) -> list[str]:
    """One page of each kind."""
    mixed, reporting, two, empty = (
        f"/s/{identity_of(stored[name])}" for name in ("mixed", "reporting", "two", "empty")
    )
    return [
        "/",
        mixed,
        two,
        empty,
        f"{mixed}/trials",
        f"{mixed}/trials/5",
        f"{reporting}/trials/3",
        f"{mixed}/failures",
        f"{mixed}/about",
        f"{mixed}/enqueue?like=1",
        f"{reporting}/lab",
        f"{mixed}/compare?t=1&t=5",
        f"/compare?s={identity_of(stored['mixed'])}&s={identity_of(stored['reporting'])}",
    ]


def test_pages_are_quiet_and_accessible_in_light_and_in_the_dark(person: Person, stored: dict[str, hpo.Study]) -> None:
    for i, path in enumerate(pages(stored)):
        for scheme in ("light", "dark") if i % 3 == 1 else ("light",):
            person.open(path, scheme=scheme)
            person.has_nothing_to_complain_of()
            person.finds_it_accessible()


@pytest.mark.parametrize("width", [400, 2560])
def test_pages_fit_every_window(person: Person, stored: dict[str, hpo.Study], width: int) -> None:
    for path in pages(stored)[width > 1000 :: 2]:
        person.open(path, width=width)
        person.has_nothing_to_complain_of()


@pytest.mark.parametrize(
    ("name", "only"), [("mixed", ()), ("reporting", ("reports", "rungs")), ("two", ("front", "volume", "slice"))]
)
def test_every_tab_draws_its_plot(
    person: Person, stored: dict[str, hpo.Study], name: str, only: tuple[str, ...]
) -> None:
    person.open(f"/s/{identity_of(stored[name])}")
    tabs = [str(link.get_attribute("href")) for link in person.browser.find_elements(By.CSS_SELECTOR, ".chips a")]
    chosen = [tab for tab in tabs if not only or tab.partition("plot=")[2] in only]
    assert len(chosen) == len(only) or len(tabs) > 8
    for tab in chosen:
        person.open(tab.removeprefix(person.origin))
        assert person.browser.find_elements(By.CSS_SELECTOR, ".js-plotly-plot .main-svg")
        person.has_nothing_to_complain_of()


@pytest.mark.parametrize(
    ("query", "sizes"),
    [("", ["basic"]), ("?plot=slice", ["basic"]), ("?plot=contour", ["basic", "cartesian"])],
)
def test_the_smallest_plotly_that_draws_a_plot_is_read(
    person: Person, stored: dict[str, hpo.Study], query: str, sizes: list[str]
) -> None:
    person.open(f"/s/{identity_of(stored['mixed'])}{query}")
    assert person.has_read_of_plotly() == [f"plotly-{size}.min.js" for size in sizes]


@pytest.mark.parametrize("name", ["mixed", "reporting", "two"])
def test_the_first_plots_have_room_for_their_labels_so_that_they_are_drawn_once(
    person: Person, stored: dict[str, hpo.Study], name: str
) -> None:
    person.open(f"/s/{identity_of(stored[name])}")
    # plotly.js makes a margin wider, and draws again, where labels need more than the figure says
    said, needed = person.browser.execute_script(
        "const layouts = [...document.querySelectorAll('[data-plot]')].map(box => box._fullLayout);"
        "return [layouts.map(one => one.margin.l), layouts.map(one => one._size.l)]"
    )
    assert len(said) == 2
    assert said == needed


def test_a_trial_that_another_process_tells_appears_by_itself(person: Person, stored: dict[str, hpo.Study]) -> None:
    study = stored["two"]
    person.open(f"/s/{identity_of(study)}")
    person.until("return document.getElementById('live').className === 'live on'")
    person.browser.execute_script("window.isTheSamePage = true")
    before = study.count_trials()
    study.optimize(_two, n_trials=1)
    person.until(f"return document.querySelector('.fact .big').textContent === '{before + 1}'")
    person.until(f"return document.querySelector('.js-plotly-plot').textContent.includes('{before + 1} trials')")
    assert person.browser.execute_script("return window.isTheSamePage")


def test_words_do_not_wait_for_plots_that_are_still_being_drawn(person: Person, stored: dict[str, hpo.Study]) -> None:
    study = stored["two"]
    person.open(f"/s/{identity_of(study)}")
    person.until("return document.getElementById('live').className === 'live on'")
    person.browser.execute_script("window.redraw = () => new Promise(() => {})")  # which never ends
    for _ in range(2):
        before = study.count_trials()
        study.optimize(_two, n_trials=1)
        person.until(f"return document.querySelector('.fact .big').textContent === '{before + 1}'")


def test_a_curve_stays_where_it_is_while_the_words_around_it_change(
    person: Person, stored: dict[str, hpo.Study]
) -> None:
    study = stored["reporting"]
    trial = study.ask()
    trial.report(0.5, 1)
    person.open(f"/s/{identity_of(study)}/trials/{trial.number}")
    person.browser.execute_script("window.curve = document.querySelector('[data-plot]'); window.first = curve.lastText")
    trial.report(0.4, 2)
    person.until("return document.getElementById('trial').textContent.includes('2 reports as numbers')")
    assert person.browser.execute_script(
        "return document.querySelector('[data-plot]') === curve && curve.drawnBy !== null"
    )
    person.until("return curve.lastText !== first")
    study.tell(trial, 0.4)
    person.has_nothing_to_complain_of()


def test_the_table_is_filtered_while_one_types_and_its_address_says_so(
    person: Person, stored: dict[str, hpo.Study]
) -> None:
    study = stored["mixed"]
    person.open(f"/s/{identity_of(study)}/trials")
    person.find("body").send_keys("/")  # the search has the focus then
    person.browser.switch_to.active_element.send_keys("arithmetic")
    n_failed = study.count_trials((hpo.TrialState.FAIL,))
    person.until(f"return document.querySelectorAll('#table tbody tr').length === {n_failed}")
    person.until("return location.search.includes('q=arithmetic')")
    person.browser.refresh()
    person.until(f"return document.querySelectorAll('#table tbody tr').length === {n_failed}")
    person.has_nothing_to_complain_of()
    person.find("#table tbody a").send_keys(Keys.ARROW_DOWN)
    second = "document.querySelectorAll('#table tbody tr')[1]"
    assert person.browser.execute_script(f"return {second}.contains(document.activeElement)")


def test_a_box_over_rulers_filters_the_table(person: Person, stored: dict[str, hpo.Study]) -> None:
    study = stored["reporting"]
    person.open(f"/s/{identity_of(study)}?plot=parallel")
    centre, left, top = person.browser.execute_script(
        "const box = document.querySelector('[data-plot]'), {_fullLayout: all} = box, {xaxis, yaxis} = all;"
        "const at = box.getBoundingClientRect(), x = one => at.left + all._size.l + xaxis.l2p(one);"
        "const y = one => at.top + all._size.t + yaxis.l2p(one);"
        "return [[x(0.75), y(1)], [x(0.5), 0], [0, y(0.6)]]"
    )
    width, height = 2 * (centre[0] - left[0]), 2 * (centre[1] - top[1])
    corner = (round(centre[0] - width / 2), round(centre[1] - height / 2))
    actions = ActionChains(person.browser, duration=50)
    pointer: Any = actions.w3c_actions.pointer_action
    pointer.move_to_location(*corner)
    pointer.pointer_down()
    pointer.move_to_location(round(centre[0]), round(centre[1]))
    pointer.move_to_location(round(corner[0] + width), round(corner[1] + height))
    pointer.pointer_up()
    actions.perform()
    person.until("return document.querySelectorAll('#brushed tbody tr').length > 0")
    found = {int(link.text) for link in person.browser.find_elements(By.CSS_SELECTOR, "#brushed tbody td a")}
    rates = {trial.number: trial.params["rate"] for trial in study.trials if "rate" in trial.params}
    assert {number for number, rate in rates.items() if rate > 0.105} <= found  # the middle of a ruler is 0.1
    assert not [number for number in found if rates.get(number, 1.0) < 0.095]


def test_a_trial_is_queued_and_another_one_run_by_hand(person: Person, stored: dict[str, hpo.Study]) -> None:
    study = stored["mixed"]
    person.open(f"/s/{identity_of(study)}/enqueue")
    person.find("[name='p.lr']").send_keys("0.001")
    Select(person.find("[name='p.kind']")).select_by_index(1)
    person.find("form.entry button.main").click()
    person.until("return location.pathname.endsWith('/trials')")
    (waiting,) = study.get_trials(states=(hpo.TrialState.WAITING,))
    assert waiting.system_attrs["fixed_params"] == {"lr": 0.001, "kind": "svm"}
    person.open(f"/s/{identity_of(study)}/lab")
    person.find("form.entry button.main").click()
    person.until(f"return document.getElementById('trial-{waiting.number}') !== null")
    person.find(f"#trial-{waiting.number} [name='value.0']").send_keys("-7.5", Keys.ENTER)
    person.until(f"return document.getElementById('trial-{waiting.number}') === null")
    assert study.best_trial.number == waiting.number
    assert study.best_value == -7.5
    person.has_nothing_to_complain_of()


def test_a_lost_connection_is_shown_and_mended(person: Person, stored: dict[str, hpo.Study]) -> None:
    person.open(f"/s/{identity_of(stored['reporting'])}")
    person.until("return document.getElementById('live').className === 'live on'")
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    person.browser.execute_cdp_cmd("Network.enable", {})
    # a script cannot cut the line of a stream that is open, so another one is asked for where nobody answers
    person.browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, **network})
    person.browser.execute_script("document.dispatchEvent(new Event('hpo:reconnect'))")
    person.until("return document.getElementById('live').classList.contains('off')")
    person.browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, **network})
    person.until("return document.getElementById('live').className === 'live on'")
    person.browser.get_log("browser")  # type: ignore[no-untyped-call]  # which tells of the connection, rightly


def test_studies_of_every_kind_have_a_quiet_page(person: Person) -> None:
    for name in ("one trial", "all failed", "three objectives"):
        with_dashboard = kinds.study_named(name).dashboard()
        try:
            one = Person(person.browser, with_dashboard.url.rpartition("/s/")[0])
            one.open("/s/" + with_dashboard.url.rpartition("/")[2])
            one.has_nothing_to_complain_of()
            assert ("plotly.min.js" in one.has_read_of_plotly()) is (name == "three objectives")  # a front in space
        finally:
            with_dashboard.stop()


def test_where_many_trials_lie_is_drawn_by_the_one_plotly_that_the_page_names(person: Person) -> None:
    with_dashboard = kinds.big(5000).dashboard()
    try:
        one = Person(person.browser, with_dashboard.url.rpartition("/s/")[0])
        one.open("/s/" + with_dashboard.url.rpartition("/")[2])
        assert one.has_read_of_plotly() == ["plotly-cartesian.min.js"]
        one.has_nothing_to_complain_of()
    finally:
        with_dashboard.stop()


def test_the_newest_study_is_drawn_while_its_list_is_read(person: Person, stored: dict[str, hpo.Study]) -> None:
    storage = stored["two"]._log.storage
    study = hpo.create_study(study_name="newest", storage=storage, sampler=RandomSampler(seed=0))
    study.optimize(_reporting, n_trials=3)
    try:
        person.open("/")
        person.until(
            "return document.querySelector('a[data-ahead]')?.textContent === 'newest'"
            " && performance.getEntriesByType('resource').some(one => one.name.includes('/static/ahead.json'))"
        )
        study.optimize(_reporting, n_trials=1)
        person.find("a[data-ahead]").click()
        person.until("return location.pathname.startsWith('/s/')")
        person.settle()
        assert person.browser.execute_script("return performance.getEntriesByType('navigation')[0].activationStart") > 0
        person.until("return document.querySelector('.fact .big').textContent === '4'")
        person.until("return document.querySelector('.js-plotly-plot').textContent.includes('4 trials')")
        person.has_nothing_to_complain_of()
    finally:
        hpo.delete_study(study_name="newest", storage=storage)
