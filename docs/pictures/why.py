"""The pictures of "Why it is like this": real studies, run when the site is built."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

import hpo
from hpo.protocols import LeasePolicy
from pictures.svg import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILLION, canvas, inline

if TYPE_CHECKING:
    from hpo.events import Event

__all__ = ["asks", "knowledge", "leases", "log", "resume"]

_COLOURS = {
    "StudyCreated": GREY, "PlanDeclared": GREY, "SpaceDeclared": GREY, "TrialStarted": BLUE, "TrialProposed": PURPLE,
    "TrialReported": ORANGE, "TrialFinished": GREEN,
}  # fmt: skip
_WORDS = {"TrialStarted": "begins", "TrialProposed": "proposal", "TrialReported": "report", "TrialFinished": "result"}


def log() -> str:
    """Two workers write into one log; what the third trial knows is what stands before its beginning."""
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(), seed=0)
    first, second = study.ask(), study.ask()
    for trial in (first, second):
        trial.report(trial.suggest_float("x", 0, 1), 0)
    study.tell(first, 0.3)
    third = study.ask()
    study.tell(second, 0.7)
    study.tell(third, third.suggest_float("x", 0, 1))
    events = study.events()
    known = next(
        i for i, event in enumerate(events) if type(event).__name__ == "TrialStarted" and _number(event, i, events) == 2
    )

    figure, axes = canvas(8.0, 1.75)
    for i, event in enumerate(events):
        kind, number = type(event).__name__, _number(event, i, events)
        axes.barh(0, 0.86, left=i - 0.43, height=0.8, color=_COLOURS[kind], alpha=0.9 if number is not None else 0.45)
        if number is not None:
            axes.text(i, 0, str(number), ha="center", va="center", fontsize=11, fontweight="bold")
    axes.annotate("", (-0.5, -0.75), (known - 0.5, -0.75), arrowprops={"arrowstyle": "<->", "color": GREY})
    axes.text(
        (known - 1) / 2,
        -1.0,
        "what trial 2 knows, now and whenever it is asked again",
        ha="center",
        va="top",
        fontsize=9.5,
    )
    for kind, word in _WORDS.items():
        axes.bar(0, 0, color=_COLOURS[kind], label=f"{word}" if kind != "TrialStarted" else "a trial begins")
    axes.bar(0, 0, color=GREY, alpha=0.45, label="of the study")
    axes.legend(
        frameon=False, ncols=5, loc="lower left", bbox_to_anchor=(0, 1.0), handlelength=1.0, fontsize=9, borderpad=0
    )
    axes.set(xlim=(-0.7, len(events) - 0.3), ylim=(-1.35, 0.5), yticks=[], xticks=[])
    axes.spines[:].set_visible(False)
    return inline(figure, "A log as a row of events; the first ones are what trial 2 knows")


def _number(event: Event, position: int, events: list[Event]) -> int | None:
    """The trial that an event is of."""
    if type(event).__name__ == "TrialStarted":
        return sum(type(one).__name__ == "TrialStarted" for one in events[:position])
    number: int | None = getattr(event, "number", None)
    return number


def resume() -> str:
    """Three programs: one runs 24 trials, one stops after 9 and goes on, one of another library would begin again."""

    def objective(trial: hpo.Trial) -> float:
        x, y = trial.suggest_float("x", -2, 2), trial.suggest_float("y", -2, 2)
        return (1 - x) ** 2 + 5 * (y - x**2) ** 2

    def run(storage: hpo.storage.InMemoryStorage, *parts: int) -> list[float]:
        for n in parts:  # each opens the study anew, as a new process does
            study = hpo.create_study(
                study_name="s", storage=storage, sampler=hpo.samplers.TPESampler(), seed=4, load_if_exists=True
            )
            study.optimize(objective, n_trials=n)
        return [trial.params["x"] for trial in study.trials]

    whole = run(hpo.storage.InMemoryStorage(), 24)
    parted = run(hpo.storage.InMemoryStorage(), 9, 15)
    figure, axes = canvas(7.2, 2.8)
    axes.plot(whole, "o", ms=11, mfc="none", mec=BLUE, mew=1.6, label="one run of 24 trials")
    axes.plot(parted[:9], "o", ms=5, color=ORANGE, label="9 trials, then the program ends …")
    axes.plot(range(9, 24), parted[9:], "o", ms=5, color=VERMILLION, label="… and another one goes on")
    axes.axvline(8.5, color=GREY, lw=1, ls=":")
    axes.set(xlabel="trial", ylabel="proposed x")
    axes.legend(
        frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0), fontsize=9, handletextpad=0.2, borderpad=0
    )
    assert whole == parted
    return inline(figure, "The proposals of an interrupted study are those of an uninterrupted one")


def knowledge() -> str:
    """Which results each trial knew, for four threads as they come and with `reproducible=True`."""
    figure, both = canvas(7.2, 3.6, ncols=2, sharey=True)
    for axes, reproducible in zip(both, (False, True), strict=True):
        known = _known(reproducible=reproducible)
        axes.imshow(np.where(known, 1.0, np.nan), cmap=_one_colour(GREEN if reproducible else BLUE), aspect="equal")
        axes.plot([-0.5, len(known) - 0.5], [-0.5, len(known) - 0.5], color=GREY, lw=0.8)
        axes.set_title("reproducible=True" if reproducible else "as results come", fontsize=10)
        axes.set(xlabel="the result of trial …", xticks=range(0, 24, 4), yticks=range(0, 24, 4))
    both[0].set_ylabel("… was known to trial")
    return inline(
        figure, "Which results each of 24 trials knew: a ragged edge for threads, a straight one if reproducible"
    )


def _known(*, reproducible: bool) -> np.ndarray:
    durations = np.random.default_rng(1).exponential(0.02, 24)

    def objective(trial: hpo.Trial) -> float:
        time.sleep(durations[trial.number])
        return trial.suggest_float("x", 0, 1)

    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(), seed=0)
    study.optimize(objective, n_trials=24, n_jobs=4, reproducible=reproducible, lag=4 if reproducible else None)
    known, ended, begun = np.zeros((24, 24), dtype=bool), [], 0
    for event in study.events():
        kind = type(event).__name__
        if kind == "TrialStarted":
            known[begun, ended] = True
            begun += 1
        if kind == "TrialFinished":
            ended.append(event.number)
    return known


def _one_colour(colour: str) -> object:
    from matplotlib.colors import ListedColormap

    return ListedColormap([colour])


def leases() -> str:
    """A worker dies, its lease runs out, and another worker fails its trial and tries it again."""
    policy = LeasePolicy()
    died, every, after = 52.0, policy.renew_every, policy.lost_after
    last = died // every * every
    found = last + after
    figure, axes = canvas(7.6, 2.5)
    axes.barh(1, died, height=0.42, color=BLUE)
    axes.text(died / 2, 1, "worker A runs trial 7", ha="center", va="center", fontsize=10)
    axes.plot(died, 1, "X", ms=11, color=VERMILLION)
    axes.text(died + 2.5, 1.2, "killed", va="center", fontsize=9.5)
    axes.barh(1, found - last, left=last, height=0.1, color=GREY, alpha=0.6)
    axes.text(
        (died + found) / 2 + 3,
        0.83,
        f"its lease: {after:.0f} s without a sign of life",
        ha="center",
        va="top",
        fontsize=9,
    )
    axes.plot(np.arange(every, died, every), np.full(int(died // every), 1.36), "|", ms=8, color=GREEN, mew=2)
    axes.text(every, 1.5, f"a sign of life every {every:.0f} s", va="bottom", fontsize=9)
    axes.barh(0, found, height=0.42, color=ORANGE, alpha=0.55)
    axes.text(found / 2, 0, "worker B runs trials 8, 9, 10 …", ha="center", va="center", fontsize=10)
    axes.axvline(found, color=GREY, lw=1, ls=":")
    axes.barh(0, 40, left=found, height=0.42, color=BLUE)
    axes.text(found + 20, 0, "and trial 7 again", ha="center", va="center", fontsize=10)
    axes.text(found + 2, 1, '7 fails: "worker lost"\n(with retry=1 it is queued)', va="center", fontsize=9.5)
    axes.set(xlim=(0, found + 46), ylim=(-0.4, 1.9), yticks=[], xlabel="seconds")
    axes.spines["left"].set_visible(False)
    return inline(figure, "The lease of a killed worker's trial expires, and another worker takes the trial over")


def asks() -> str:
    """Seconds of processor time for an ask with ten parameters, by how many trials there are."""
    samplers = {
        "RandomSampler": (hpo.samplers.RandomSampler(), 1000, GREY),
        "TPESampler": (hpo.samplers.TPESampler(), 1000, BLUE),
        "CmaEsSampler": (hpo.samplers.CmaEsSampler(), 1000, GREEN),
        "GPSampler": (hpo.samplers.GPSampler(), 120, VERMILLION),
    }
    figure, axes = canvas(7.2, 3.2)
    for name, (sampler, n_trials, colour) in samplers.items():
        seconds = _seconds_per_ask(sampler, n_trials)
        width = 20
        middle = [np.median(seconds[i : i + width]) for i in range(0, n_trials, width)]
        axes.loglog(np.arange(width / 2, n_trials, width), np.multiply(middle, 1e3), color=colour, lw=2, label=name)
    axes.set(xlabel="trials in the study", ylabel="milliseconds for the next one", xlim=(10, 1000))
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    axes.grid(color=GREY, alpha=0.25)
    return inline(figure, "The time of an ask by the number of trials, for four samplers")


def _seconds_per_ask(sampler: object, n_trials: int) -> list[float]:
    study = hpo.create_study(sampler=sampler, seed=0)
    seconds = []
    for _ in range(n_trials):
        begin = time.process_time()
        trial = study.ask()
        x = [trial.suggest_float(f"x{i}", -5, 5) for i in range(10)]
        seconds.append(time.process_time() - begin)
        study.tell(trial, sum(value**2 for value in x))
    return seconds
