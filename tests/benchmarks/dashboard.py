"""What the dashboard costs beside optuna-dashboard, in a browser: both show studies of the same trials.

    python -m tests.benchmarks.dashboard [--sizes 1000,100000,1000000] [--peer-up-to 10000] [--folder DIR]

Needs the extra `benchmark`, chromium and chromedriver. For each size it says

* seen     seconds until the browser shows the first words of that view
* first    seconds until the first view of the study is complete, with charts that answer to the pointer, if somebody
           has looked at the list of studies for a second before; most of it is the browser reading plotly.js, of which
           the first view needs the small one that plotly calls basic
* again    the same, for the second time
* click    seconds from a click on the newest study in the list, looked at for two seconds, until its view is complete
* weight   megabytes that the first view loads besides plotly.js (of the peer: besides its bundle, which holds it)
* update   seconds from a tell in this process until the page shows it, median of five with a pause before each; the
           peer asks every ten
* redrawn  the same, until the history of the best value is drawn anew, too
* memory   megabytes of the server
* cpu      seconds of processor time that the server has spent until then, which other programs change less

The peer gets no more trials than it can bear; its own list of limits says 10 000.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.support.ui import WebDriverWait

import hpo
from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.events import Event, SpaceDeclared, StudyCreated, StudyDirection, TrialFinished, TrialStarted, TrialState
from hpo.samplers import RandomSampler
from hpo.space import Space

BEGIN = 1.76e9  # seconds since 1970, when the first trial began
LOOK = 1.0  # seconds for which somebody looks at the list of studies
LOOK_UP = 2.0  # seconds that it takes to find a study in it
PATIENCE = 180.0  # seconds after which a dashboard is given up
DRAWN = (
    "const plots = [...document.querySelectorAll('[data-plot]')];"
    "return plots.length > 0 && plots.every(box => box.drawnBy)"
)
SEEN = "return performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
WATCH = (
    "window.isRedrawn = false;"
    "document.querySelector('[data-plot]')?.addEventListener('drawn', () => { isRedrawn = true }, { once: true })"
)
REDRAWN = "return isRedrawn || document.querySelector('[data-plot]') === null"
WEIGHT = (
    "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
    ".filter(one => !/plotly|bundle.js/.test(one.name)).reduce((sum, one) => sum + one.decodedBodySize, 0)"
)


def rows(n: int) -> Iterator[tuple[dict[str, Any], float]]:
    """Parameters and value of each trial."""
    u = np.random.default_rng(0).random((n, 5))
    for a, b, c, d, e in u.tolist():
        lr, layers = 10.0 ** (5 * a - 5), 1 + int(8 * c)
        params = {"lr": lr, "momentum": b, "layers": layers, "kind": "abc"[int(3 * d)], "dropout": e / 2}
        yield params, (5 * a - 3) ** 2 + (b - 0.3) ** 2 + abs(layers - 4) / 8 + e / 10


def objective(trial: Any) -> float:
    """Of the trials that are added while somebody looks."""
    value: float = trial.suggest_float("lr", 1e-5, 1, log=True)
    return value


def our_study(path: Path, n: int) -> None:
    """A study of these trials, written as a log."""
    storage = hpo.storage.RDBStorage(f"sqlite:///{path}", heartbeat_interval=None)
    if storage.studies():
        return
    choices = CategoricalDistribution(["a", "b", "c"])
    space = Space(
        {
            "lr": FloatDistribution(1e-5, 1, log=True),
            "momentum": FloatDistribution(0, 1),
            "layers": IntDistribution(1, 8),
            "kind": choices,
            "dropout": FloatDistribution(0, 0.5),
        }
    )
    identity = uuid.uuid4().hex
    storage.create(StudyCreated("benchmark", (StudyDirection.MINIMIZE,), 1, BEGIN, identity))
    events: list[Event] = [SpaceDeclared(space)]
    for number, (params, value) in enumerate(rows(n)):
        start = BEGIN + 2.0 * number
        events.append(TrialStarted(start))
        events.append(TrialFinished(number, TrialState.COMPLETE, start + 1.5, (value,), space.digest, params))
        if len(events) > 20_000 or number == n - 1:
            storage.append(identity, events)
            events = []


def their_study(path: Path, n: int) -> None:
    """The same study in Optuna's tables; one trial through its interface, the others as that one was written."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if path.exists():
        return
    study = optuna.create_study(study_name="benchmark", storage=f"sqlite:///{path}")
    d = optuna.distributions
    domains: dict[str, Any] = {
        "lr": d.FloatDistribution(1e-5, 1, log=True),
        "momentum": d.FloatDistribution(0, 1),
        "layers": d.IntDistribution(1, 8),
        "kind": d.CategoricalDistribution(["a", "b", "c"]),
        "dropout": d.FloatDistribution(0, 0.5),
    }
    texts = {name: d.distribution_to_json(domain) for name, domain in domains.items()}
    trials, parameters, values = [], [], []
    for number, (params, value) in enumerate(rows(n)):
        start, end = (time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(BEGIN + 2.0 * number + k)) for k in (0.0, 1.5))
        trials.append((number + 1, number, 1, "COMPLETE", f"{start}.000000", f"{end}.000000"))
        values.append((number + 1, 0, value, "FINITE"))
        parameters += [
            (number + 1, name, domains[name].to_internal_repr(one), texts[name]) for name, one in params.items()
        ]
    del study
    with sqlite3.connect(path) as db:
        columns = "trial_id, number, study_id, state, datetime_start, datetime_complete"
        db.executemany(f"INSERT INTO trials ({columns}) VALUES (?, ?, ?, ?, ?, ?)", trials)
        columns = "trial_id, objective, value, value_type"
        db.executemany(f"INSERT INTO trial_values ({columns}) VALUES (?, ?, ?, ?)", values)
        columns = "trial_id, param_name, param_value, distribution_json"
        db.executemany(f"INSERT INTO trial_params ({columns}) VALUES (?, ?, ?, ?)", parameters)


@contextmanager
def served(command: list[str], url: str) -> Iterator[int]:
    """A server in a process of its own, which answers."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        import urllib.request

        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        try:
            yield process.pid
        finally:
            process.terminate()


@contextmanager
def chrome() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1400,1000"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    browser.set_page_load_timeout(PATIENCE)
    try:
        yield browser
    finally:
        browser.quit()


def until(browser: webdriver.Chrome, script: str) -> None:
    """Wait until a script says yes."""
    WebDriverWait(browser, PATIENCE, 0.02).until(lambda one: one.execute_script(script))


def view(browser: webdriver.Chrome, url: str, is_complete: str) -> float:
    """Seconds until a page is complete, as a script says."""
    browser.get("about:blank")
    begin = time.perf_counter()
    browser.get(url)
    until(browser, is_complete)
    return time.perf_counter() - begin


def memory(pid: int) -> float:
    """Megabytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def processor(pid: int) -> float:
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(
    name: str,
    n: int,
    command: list[str],
    root: str,
    page: str,
    complete: str,
    tell: Callable[[], object],
    shown: Callable[[int], str],
) -> None:
    """Print the line of one dashboard."""
    with served(command, root) as pid, chrome() as browser:
        browser.get(root)
        time.sleep(LOOK)
        first = view(browser, page, complete)
        weight = browser.execute_script(WEIGHT) / 1e6
        seen = browser.execute_script(SEEN)
        again = view(browser, page, complete)
        cpu = processor(pid)
        browser.get(root)
        time.sleep(LOOK_UP)
        link = browser.find_element("css selector", f"a[href='{urlsplit(page).path}']")
        begin = time.perf_counter()
        link.click()
        until(browser, f"if (location.href !== '{page}') return false; {complete}")
        click = time.perf_counter() - begin
        updates, redrawn = [], []
        for k in range(1, 6):
            time.sleep(LOOK)
            browser.execute_script(WATCH)
            begin = time.perf_counter()
            tell()
            until(browser, shown(n + k))
            updates.append(time.perf_counter() - begin)
            until(browser, REDRAWN)
            redrawn.append(time.perf_counter() - begin)
        print(
            f"{name:17}{n:>9}{seen:>9.2f}{first:>9.2f}{again:>9.2f}{click:>9.2f}{weight:>9.2f}"
            f"{statistics.median(updates):>9.2f}{statistics.median(redrawn):>9.2f}"
            f"{memory(pid):>9.0f}{cpu:>9.2f}",
            flush=True,
        )


def ours(folder: Path, n: int, port: int) -> None:
    path = folder / f"hpo-{n}.db"
    our_study(path, n)
    url = f"sqlite:///{path}"
    study = hpo.load_study(storage=url, sampler=RandomSampler())
    begun = study.count_trials()
    root = f"http://127.0.0.1:{port}"
    program = "from hpo.cli.main import main; main()"
    measured(
        "hpo",
        begun,
        [sys.executable, "-c", program, "dashboard", url, "--port", str(port)],
        root,
        f"{root}/s/{study._log.identity}",
        DRAWN,
        lambda: study.optimize(objective, n_trials=1),
        lambda k: f"return document.querySelector('.fact .big').textContent.replace(/\\D/g, '') === '{k}'",
    )


def theirs(folder: Path, n: int, port: int) -> None:
    import optuna

    path = folder / f"optuna-{n}.db"
    their_study(path, n)
    url = f"sqlite:///{path}"
    study = optuna.load_study(study_name="benchmark", storage=url, sampler=optuna.samplers.RandomSampler())
    begun = len(study.trials)
    root = f"http://127.0.0.1:{port}"
    count = (
        "Math.max(...[...document.querySelectorAll('.js-plotly-plot')].flatMap(p => p.data.map(t => t.x?.length ?? 0)))"
    )
    measured(
        "optuna-dashboard",
        begun,
        [str(Path(sys.executable).with_name("optuna-dashboard")), url, "--port", str(port)],
        root,
        f"{root}/dashboard/studies/1",
        f"return {count} >= {begun}",
        lambda: study.optimize(objective, n_trials=1),
        lambda k: f"return {count} >= {k}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--peer-up-to", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hpo-dashboard-benchmark")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    print(
        f"{'':17}{'trials':>9}{'seen':>9}{'first':>9}{'again':>9}{'click':>9}{'weight':>9}{'update':>9}{'redrawn':>9}{'memory':>9}{'cpu':>9}"
    )
    for i, n in enumerate(int(size) for size in given.sizes.split(",")):
        ours(given.folder, n, 8900 + 2 * i)
        if n <= given.peer_up_to:
            try:
                theirs(given.folder, n, 8901 + 2 * i)
            except TimeoutException:
                print(f"optuna-dashboard {n:>9}  is not complete, or does not show a new trial, after {PATIENCE:g} s")


if __name__ == "__main__":
    main()
