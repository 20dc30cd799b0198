"""The command `hpo`: what it prints, what it leaves behind, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import hpo
from hpo.cli.main import EXIT_CODES, hpo_command, main
from hpo.cli.options import located
from hpo.exceptions import CLIUsageError
from hpo.secrets import redacted

OBJECTIVE = """
class Unlucky(Exception):
    pass

def objective(trial):
    x = trial.suggest_float("x", -5, 5)
    if trial.suggest_categorical("kind", ["round", "flat"]) == "flat":
        return x**2 + trial.suggest_int("n", 1, 5)
    return x**2

def two(trial):
    x = trial.suggest_float("x", 0, 1)
    return x, (x - 0.5) ** 2

def failing(trial):
    trial.suggest_float("x", 0, 1)
    raise Unlucky("of all things")

def interrupted(trial):
    raise KeyboardInterrupt
"""


SAMPLER = """
import numpy as np

class Mine:
    def sample(self, space, history, key):
        return np.full(len(space), 0.5)
"""


class Done(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HPO_STORAGE", "sqlite:///study.db")
    monkeypatch.setattr(sys, "path", list(sys.path))
    Path("train.py").write_text(OBJECTIVE, encoding="utf-8")
    Path("broken.py").write_text("import missing_module", encoding="utf-8")

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as exit_:
            main(arguments)
        captured = capsys.readouterr()
        assert isinstance(exit_.value.code, int)
        return Done(exit_.value.code, captured.out, captured.err)

    yield run
    for name in ("train", "broken"):
        sys.modules.pop(name, None)


@pytest.fixture
def filled(command: Command) -> Command:
    assert command("optimize", "train.py:objective", "--n-trials", "12", "--seed", "0", "-q").code == 0
    return command


def opened(name: str | None = None) -> hpo.Study:
    return hpo.load_study(study_name=name, storage="sqlite:///study.db")


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    import click

    for name in group.list_commands(click.Context(group)):
        found = group.get_command(click.Context(group), name)
        yield (*path, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


@pytest.mark.parametrize("path", list(commands(hpo_command)), ids=" ".join)
def test_every_command_explains_itself(command: Command, path: tuple[str, ...]) -> None:
    done = command(*path, "--help")
    assert done.code == 0
    assert done.out.startswith(f"Usage: hpo {' '.join(path)}")
    assert len(done.out.splitlines()) > 6


def test_the_help_shows_each_command_in_one_line_and_the_exit_codes(command: Command) -> None:
    for arguments in ((), ("--help",)):
        done = command(*arguments)
        assert done.code == 0
        assert not [line for line in done.out.splitlines() if line.startswith("  ") and line.endswith("...")]
        assert "found differences" in done.out
    assert all(f"  {code} " in EXIT_CODES for code in (0, 1, 2, 3, 4, 130))
    assert command("--version").out == f"hpo, version {hpo.__version__}\n"


def test_a_run_goes_on_where_the_last_one_stopped(filled: Command) -> None:
    assert filled("optimize", "train.py:objective", "--n-trials", "3", "-q").code == 0
    study = opened("train.objective")
    assert len(study.trials) == 15
    assert study.seed == 0
    assert study.verify() == []


def test_the_objective_may_be_in_a_module(command: Command) -> None:
    done = command(
        "optimize",
        "train:two",
        "--study-name",
        "t",
        "--direction",
        "minimize",
        "--direction",
        "maximize",
        "--n-trials",
        "4",
        "--n-jobs",
        "2",
        "--sampler",
        "tpe",
        "--sampler-kwargs",
        '{"n_startup_trials": 2}',
        "--pruner",
        "NopPruner",
    )
    assert done.code == 0
    assert "Trial 3 finished with values" in done.err
    assert [d.name for d in opened("t").directions] == ["MINIMIZE", "MAXIMIZE"]
    assert len(opened("t").trials) == 4


def test_workers_are_processes(filled: Command) -> None:
    assert filled("optimize", "train.py:objective", "--n-trials", "3", "--workers", "2", "-q").code == 0
    assert len(opened("train.objective").trials) == 15
    failed = filled("optimize", "train.py:failing", "--n-trials", "3", "--workers", "2", "-q")
    assert failed.code == 1
    assert "in failing" in failed.err
    assert "loop.py" not in failed.err
    for wrong in (["--workers", "0"], ["--workers", "-2"], ["--workers", "2", "--n-jobs", "2"]):
        assert filled("optimize", "train.py:objective", "--n-trials", "3", *wrong).code == 2


def test_a_table_takes_the_place_of_log_lines(command: Command) -> None:
    done = command("optimize", "train.py:objective", "--max-trials", "3", "--table")
    assert done.err == ""
    assert "Best: trial" in done.out


def test_an_objective_that_fails_is_shown_from_its_own_code_on(command: Command) -> None:
    done = command("optimize", "train.py:failing", "--n-trials", "3", "-q")
    assert done.code == 1
    assert "--catch Unlucky" in done.err
    assert "train.py" in done.err
    assert "hpo/optimize.py" not in done.err
    assert command("optimize", "train.py:failing", "--n-trials", "3", "-q", "--catch", "Unlucky").code == 0
    assert [t.state.name for t in opened().trials] == ["FAIL"] * 4


def test_an_interruption_has_a_code_of_its_own(command: Command) -> None:
    assert command("optimize", "train.py:interrupted", "--n-trials", "3").code == 130


def test_trials_are_listed_in_every_format(filled: Command) -> None:
    trials = opened().trials
    records = json.loads(filled("trials", "-f", "json").out)
    assert [record["params"] for record in records] == [trial.params for trial in trials]
    assert yaml.safe_load(filled("trials", "-f", "yaml").out) == records
    flat = json.loads(filled("trials", "-f", "json", "--flatten").out)
    assert [record["params_x"] for record in flat] == [trial.params["x"] for trial in trials]
    rows = filled("trials").out.splitlines()
    assert len(rows) == 2 + len(trials)
    assert {"number", "value", "params_x", "params_n"} <= set(rows[0].split())
    values = filled("trials", "-f", "value").out.splitlines()
    assert [line.split("\t")[0] for line in values] == [str(trial.number) for trial in trials]


def test_directions_are_a_list_or_columns(command: Command) -> None:
    command("create-study", "--study-name", "two", "--directions", "minimize", "maximize")
    assert json.loads(command("studies", "-f", "json").out)[0]["direction"] == ["MINIMIZE", "MAXIMIZE"]
    for form, read in (("json", json.loads), ("yaml", yaml.safe_load)):
        flat = read(command("studies", "-f", form, "--flatten").out)[0]
        assert (flat["direction_0"], flat["direction_1"], "direction" in flat) == ("MINIMIZE", "MAXIMIZE", False)
    assert "MINIMIZE, MAXIMIZE" in command("studies").out
    assert command("studies", "--flatten").out.split()[:3] == ["name", "direction_0", "direction_1"]
    assert command("studies", "-f", "value", "--flatten").out.split("\t")[:3] == ["two", "MINIMIZE", "MAXIMIZE"]


def test_a_distribution_that_is_none_is_answered_by_an_example(command: Command) -> None:
    command("create-study", "--study-name", "s")
    done = command("ask", "--search-space", '{"x": 3}')
    assert (done.code, opened().trials) == (2, [])
    assert '--search-space: A distribution is written as {"type": "float", "low": 0, "high": 1}, got 3.' in done.err


def test_a_warning_about_what_was_typed_names_no_line_of_the_program(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        code = f"from hpo.cli.main import main; main({[*arguments, '--storage', f'sqlite:///{tmp_path}/a.db']!r})"
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    run("create-study", "--study-name", "s")
    run("ask")
    done = run("tell", "--trial-number", "0", "--values", "nan")
    assert done.stderr == "Warning: Trial 0 is stored as failed: The value nan is not acceptable.\n"


def test_a_name_that_is_taken_is_answered_in_options_of_the_command(command: Command) -> None:
    assert command("create-study", "--study-name", "a").code == 0
    again = command("create-study", "--study-name", "a")
    assert (again.code, again.out) == (1, "")
    assert again.err == (
        "Error: There is a study named 'a' already; choose another --study-name, or say --skip-if-exists.\n"
    )


def test_the_best_trial_is_shown_or_a_code_says_that_there_is_none(filled: Command) -> None:
    best = opened().best_trial
    assert json.loads(filled("best-trial", "-f", "json").out)["number"] == best.number
    assert [one["number"] for one in json.loads(filled("best-trials", "-f", "json").out)] == [best.number]
    filled("create-study", "--study-name", "empty")
    for name in ("best-trial", "best-trials"):
        done = filled(name, "--study-name", "empty")
        assert (done.code, done.out) == (4, "")
        assert "'empty'" in done.err


def test_the_trial_that_is_expected_to_be_the_best_comes_with_a_sentence_why(filled: Command) -> None:
    expected = opened().recommend()
    done = filled("best-trial", "--expected", "-f", "json")
    assert (json.loads(done.out)["number"], done.err) == (expected.number, f"{expected}\n")
    filled("create-study", "--study-name", "empty")
    done = filled("best-trial", "--expected", "--study-name", "empty")
    assert (done.code, done.out) == (4, "")
    assert "No trials are completed yet" in done.err


def test_studies_are_made_listed_renamed_and_deleted(command: Command) -> None:
    assert command("create-study", "--study-name", "a", "--direction", "maximize", "--seed", "5").out == "a\n"
    assert command("create-study", "--study-name", "a").code == 1
    assert command("create-study", "--study-name", "a", "--skip-if-exists").code == 0
    assert command("create-study", "--study-name", "b", "--directions", "minimize", "maximize").code == 0
    assert opened("a").seed == 5
    assert command("study-names").out.split() == ["a", "b"]
    listed = json.loads(command("studies", "-f", "json").out)
    assert [one["direction"] for one in listed] == [["MAXIMIZE"], ["MINIMIZE", "MAXIMIZE"]]
    assert command("rename-study", "--study-name", "b", "--new-name", "c").code == 0
    assert command("study", "set-user-attr", "--study-name", "c", "-k", "owner", "--value", '["me"]').code == 0
    assert opened("c").user_attrs == {"owner": ["me"]}
    assert command("delete-study", "--study-name", "c").code == 0
    assert command("delete-study", "--study-name", "c").code == 4
    assert command("study-names").out.split() == ["a"]


def test_studies_are_listed_with_what_is_still_to_come(filled: Command) -> None:
    assert "n_to_go" not in filled("studies").out
    (listed,) = json.loads(filled("studies", "-f", "json").out)
    assert (listed["n_to_go"], listed["expected_end"]) == (None, None)
    seen: list[Any] = []

    def objective(trial: hpo.Trial) -> float:
        seen.append(json.loads(filled("studies", "-f", "json").out)[0]["n_to_go"])
        seen.append("n_to_go" in filled("studies").out)
        return 0.0

    study = opened()
    study.sampler = hpo.samplers.RandomSampler()
    study.optimize(objective, n_trials=3)
    assert seen == [3, True, 2, True, 1, True]


def test_ask_and_tell_from_two_processes_that_end_at_once(command: Command) -> None:
    space = {"x": {"type": "float", "low": 0, "high": 1}, "c": {"type": "categorical", "choices": ["a", "b"]}}
    command("create-study", "--study-name", "s", "--directions", "minimize", "maximize")
    program = "from hpo.cli.main import main; main()"
    asked = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", program, "ask", "--search-space", json.dumps(space)],
                env={"HPO_STORAGE": "sqlite:///study.db", "PYTHONPATH": str(Path(hpo.__file__).parents[1])},
                capture_output=True,
                check=True,
                text=True,
            ).stdout
        )
        for _ in range(2)
    ]
    assert [one["number"] for one in asked] == [0, 1]
    running = json.loads(command("trials", "-f", "json").out)
    assert [(one["state"], one["params"]) for one in running] == [("RUNNING", one["params"]) for one in asked]
    assert command("tell", "--trial-number", "0", "--values", "-1.5", "1e3").code == 0
    assert command("tell", "--trial-number", "1", "--state", "fail").code == 0
    assert command("tell", "--trial-number", "1", "--state", "fail").code == 1
    assert command("tell", "--trial-number", "1", "--state", "fail", "--skip-if-finished").code == 0
    first, second = opened().trials
    assert (first.values, first.params) == ([-1.5, 1000.0], asked[0]["params"])
    assert second.state is hpo.TrialState.FAIL
    assert set(json.loads(command("ask").out)["params"]) == {"x", "c"}  # by now the study knows its parameters


def test_two_functions_of_one_file_have_two_studies(command: Command) -> None:
    for function in ("objective", "failing"):
        command("optimize", f"train.py:{function}", "--n-trials", "1", "-q", "--catch", "Exception")
    command("optimize", "train:objective", "--n-trials", "1", "-q")
    assert command("study-names").out.split() == ["train.objective", "train.failing"]
    assert len(opened("train.objective").trials) == 2


def test_ask_begins_a_trial_before_any_parameter_is_known(command: Command) -> None:
    command("create-study", "--study-name", "s")
    assert json.loads(command("ask").out) == {"number": 0, "params": {}}
    assert command("tell", "--trial-number", "0", "--values", "1.5").code == 0
    assert opened().trials[0].value == 1.5


def test_ask_keeps_a_queued_trial_whose_parameters_it_cannot_show(command: Command) -> None:
    command("create-study", "--study-name", "s")
    command("enqueue", "-p", "x=0.5")
    refused = command("ask")
    assert (refused.code, refused.out) == (2, "")
    assert "'x' of the queued trial 0" in refused.err
    space = '{"x": {"type": "float", "low": 0, "high": 1}}'
    assert json.loads(command("ask", "--search-space", space).out) == {"number": 0, "params": {"x": 0.5}}


def test_a_trial_runs_on_when_too_few_values_were_told(command: Command) -> None:
    command("create-study", "--study-name", "s", "--directions", "minimize", "maximize")
    command("ask")
    assert "2 numbers" in command("tell", "--trial-number", "0", "--values", "1").err
    assert command("tell", "--trial-number", "0", "--values", "1", "2").code == 0
    assert opened().trials[0].values == [1.0, 2.0]


def test_values_that_are_not_finite_are_bare_too(command: Command) -> None:
    command("create-study", "--study-name", "s")
    command("ask")
    command("tell", "--trial-number", "0", "--values", "inf")
    assert '"' not in command("trials", "-f", "value").out


@pytest.mark.parametrize("arguments", [["study.log"], ["other", "--storage-class", "JournalFileBackend"]])
def test_a_storage_may_be_the_path_of_a_journal(command: Command, arguments: list[str]) -> None:
    assert command("create-study", "--study-name", "s", "--storage", *arguments).code == 0
    assert command("study-names", "--storage", str(Path(arguments[0]).absolute()), *arguments[1:]).out == "s\n"
    assert hpo.get_all_study_names(f"journal:///{arguments[0]}") == ["s"]


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("sqlite:///study.db", ["RDBStorage"]),
        ("mysql://host/study", ["RDBStorage"]),
        ("journal:///study.log", ["JournalFileBackend", "JournalFileStorage"]),
        ("redis://host", ["JournalRedisBackend", "JournalRedisStorage"]),
        ("http+hpo://host", []),
    ],
)
def test_a_class_of_storage_is_that_of_the_url(url: str, right: list[str]) -> None:
    for name in (
        "RDBStorage",
        "JournalFileBackend",
        "JournalFileStorage",
        "JournalRedisBackend",
        "JournalRedisStorage",
    ):
        if name in right:
            assert located(url, name) == url
            continue
        with pytest.raises(
            CLIUsageError, match=f"which is no {name}; {'write ' + right[0] if right else 'leave it out'}"
        ):
            located(url, name)
    assert located(url) == url


def test_the_environment_of_optuna_is_heeded_and_said(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command("create-study", "--study-name", "s")
    monkeypatch.setenv("OPTUNA_STORAGE", "sqlite:///absent.db")
    assert command("study-names") == Done(0, "s\n", "")
    monkeypatch.delenv("HPO_STORAGE")
    assert command("study-names").code == 4
    monkeypatch.setenv("OPTUNA_STORAGE", "sqlite:///study.db")
    done = command("study-names")
    assert (done.code, done.out) == (0, "s\n")
    assert "OPTUNA_STORAGE" in done.err


def test_messages_go_to_a_file_too(command: Command) -> None:
    command("optimize", "train.py:objective", "--n-trials", "2", "--log-file", "messages")
    assert Path("messages").read_text().count(" finished with value: ") == 2


def test_help_is_a_command_too(command: Command) -> None:
    assert command("help", "storage", "upgrade") == command("storage", "upgrade", "--help")
    assert command("help") == command("--help")


@pytest.mark.parametrize("name", ["trials", "studies", "best-trial", "best-trials", "study-names", "verify", "export"])
def test_reading_leaves_no_file_behind_a_misspelt_name(command: Command, name: str) -> None:
    before = sorted(Path().iterdir())
    for storage in ("sqlite:///absent.db", "absent.log"):
        assert command(name, "--storage", storage).code == 4
    assert command("storage", "import-optuna", "--from", "sqlite:///absent.db").code == 1
    assert sorted(Path().iterdir()) == before


def test_records_have_the_names_that_optuna_gives_them(filled: Command) -> None:
    optuna = {"number", "value", "datetime_start", "datetime_complete", "duration", "params", "state"}
    for name in ("trials", "best-trials"):
        assert optuna <= set(json.loads(filled(name, "-f", "json").out)[0])
    assert optuna <= set(yaml.safe_load(filled("best-trial", "-f", "yaml").out))
    listed = json.loads(filled("studies", "-f", "json").out)[0]
    assert {"name", "direction", "n_trials", "datetime_start", "user_attrs"} <= set(listed)


def test_queued_trials_come_next(filled: Command) -> None:
    assert filled("enqueue", "-p", "x=0.25", "--param", "kind=round", "--user-attrs", '{"who": "me"}').code == 0
    assert filled("enqueue", "--params", '{"x": 0.5}').code == 0
    waiting = json.loads(filled("trials", "--state", "waiting", "-f", "json").out)
    assert [one["params"] for one in waiting] == [{"x": 0.25, "kind": "round"}, {"x": 0.5}]
    filled("optimize", "train.py:objective", "--n-trials", "1", "-q")
    assert opened().trials[12].params == {"x": 0.25, "kind": "round"}


def test_verify_tells_by_its_code(filled: Command) -> None:
    done = filled("verify")
    assert (done.code, done.out) == (0, "")
    assert "12 trials" in done.err
    assert filled("verify", "--sampler", "random").code == 0  # the log names the one that it was
    with closing(sqlite3.connect("study.db")) as connection, connection:
        connection.execute("UPDATE hpo_event SET body = replace(body, '0.', '0.1') WHERE kind = 4")
    other = filled("verify", "--sampler", "random", "-f", "json")
    assert other.code == 3
    assert {"trial", "what", "recorded", "recomputed"} == set(json.loads(other.out)[0])
    assert "--sampler" in other.err


def test_verify_says_what_it_could_not_check(command: Command) -> None:
    Path("mine.py").write_text(SAMPLER, encoding="utf-8")
    assert command("optimize", "train.py:objective", "--n-trials", "3", "--sampler", "mine.py:Mine", "-q").code == 0
    assert "All decisions of 3 trials" in command("verify", "--sampler", "mine.py:Mine").err
    done = command("verify", "--sampler", "random")
    assert done.code == 0
    assert "3 trials were made by <mine.Mine object>, not checked" in done.err
    assert "All decisions that could be checked come out as recorded." in done.err


def test_importances_are_shares(filled: Command) -> None:
    for evaluator in ("ped-anova", "fanova", "shapley"):
        found = json.loads(filled("importances", "--evaluator", evaluator, "-f", "json").out)
        assert set(found) == {"x", "kind", "n"}
        assert sum(found.values()) == pytest.approx(1)
    filled(
        "optimize",
        "train.py:two",
        "--study-name",
        "two",
        "--direction",
        "minimize",
        "--direction",
        "minimize",
        "--n-trials",
        "5",
        "-q",
    )
    assert filled("importances", "--study-name", "two", "--objective", "1").code == 0
    assert filled("importances", "--study-name", "two", "--objective", "2").code == 2


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        ("failing", "No trials are completed yet: of 3 trials, 3 failed"),
        ("infinite", "parameters and a finite value yet"),
    ],
)
def test_importances_of_nothing_are_an_error(command: Command, objective: str, words: str) -> None:
    with Path("train.py").open("a", encoding="utf-8") as file:
        file.write("\ndef infinite(trial):\n    return float('inf') * trial.suggest_float('x', 1, 2)\n")
    command("optimize", f"train.py:{objective}", "--n-trials", "3", "--catch", "Exception", "-q")
    done = command("importances")
    assert (done.code, done.out) == (4, "")
    assert words in done.err


def test_plots_and_reports_are_files_that_need_no_network(filled: Command) -> None:
    kinds = filled("plot", "list").out.split()
    assert "slice" in kinds
    assert filled("plot", "slice", "--params", "x,n").out == "slice.html\n"
    assert "* plotly.js v" in Path("slice.html").read_text(encoding="utf-8")
    assert filled("plot", "plot_optimization_history", "-o", "history.json").code == 0
    assert json.loads(Path("history.json").read_text())["data"]
    filled("optimize", "train.py:objective", "--study-name", "other", "--n-trials", "3", "-q")
    arguments = ("--study-name", "two", "--direction", "minimize", "--direction", "minimize", "--n-trials", "3", "-q")
    filled("optimize", "train.py:two", *arguments)
    assert filled("plot", "slice", "--study-name", "two").code == 2
    assert filled("plot", "slice", "--study-name", "two", "--objective", "1").code == 0
    both = filled("plot", "edf", "--study-name", "train.objective", "--study-name", "other", "-o", "both.json")
    assert both.code == 0
    assert len(json.loads(Path("both.json").read_text())["data"]) == 2
    assert filled("report", "--study-name", "train.objective").out == "report.html\n"
    assert "<title>train" in Path("report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("n_objectives", [1, 2, 4])
@pytest.mark.parametrize("n_trials", [0, 6])
def test_every_plot_is_drawn_or_says_what_to_type(command: Command, n_objectives: int, n_trials: int) -> None:
    study = hpo.create_study(storage="sqlite:///study.db", directions=["minimize"] * n_objectives, study_name="one")
    study.optimize(lambda trial: [trial.suggest_float(f"x{i}", 0, 1) for i in range(4)][:n_objectives], n_trials)
    for kind in command("plot", "list").out.split():
        done = command("plot", kind, "-o", "there.json")
        assert done.code == (2 if done.err else 0), done.err
        assert not any(word in done.err for word in ("plot_", "target", "lambda")), done.err
        if "--objective" in done.err:
            assert command("plot", kind, "--objective", "0", "-o", "there.json").code == 0
        other = re.search(r"`hpo (plot \w+)`", done.err)
        if other is not None:
            options = ("--objective", "0", "-o", "there.json") if n_objectives == 1 else ("-o", "there.json")
            assert command(*other[1].split(), *options).code == 0


def test_a_table_runs_no_formula(command: Command) -> None:
    study = hpo.create_study(storage="sqlite:///study.db")
    study.enqueue_trial({"=x": "=cmd()", "y": -1.5, "z": "-1"}, user_attrs={"@who": "+me", "share": -0.5})

    def objective(trial: hpo.Trial) -> float:
        trial.suggest_categorical("=x", ["=cmd()"])
        trial.suggest_categorical("z", ["-1"])
        return trial.suggest_float("y", -2, 0)

    study.optimize(objective, n_trials=1, callbacks=[hpo.integrations.CSVCallback("trials.csv")])
    for text in (command("export").out, Path("trials.csv").read_text(encoding="utf-8")):
        (row,) = csv.DictReader(io.StringIO(text))
        assert [row["params_=x"], row["params_z"]] == ["'=cmd()", "'-1"]
        assert [float(row["params_y"]), float(row["user_attrs_share"])] == [-1.5, -0.5]
        assert row["user_attrs_@who"] == "'+me"


def test_exports_can_be_read_back(filled: Command) -> None:
    pd = pytest.importorskip("pandas")
    trials = opened().trials
    rows = list(csv.DictReader(io.StringIO(filled("export").out)))
    assert [float(row["value"]) for row in rows] == [trial.value for trial in trials]
    assert filled("export", "-o", "trials.json").code == 0
    assert [one["params"] for one in json.loads(Path("trials.json").read_text())] == [trial.params for trial in trials]
    assert filled("export", "-o", "trials.parquet").code == 0
    assert pd.read_parquet("trials.parquet")["value"].tolist() == [trial.value for trial in trials]


WRITERS = [
    ("report", "-o", "there.html"),
    ("plot", "slice", "-o", "there.html"),
    ("plot", "slice", "-o", "there.json"),
    ("export", "-o", "there.csv"),
    ("export", "-o", "there.json"),
    ("export", "-o", "there.parquet"),
]
"""Commands that write a file."""


@pytest.mark.parametrize("arguments", WRITERS, ids=" ".join)
def test_a_file_that_cannot_be_written_stays_as_it_was(command: Command, arguments: tuple[str, ...]) -> None:
    resource = pytest.importorskip("resource")  # not on Windows
    study = hpo.create_study(storage="journal:///study.log", study_name="study", seed=0)
    study.optimize(lambda trial: sum(trial.suggest_float(f"x{i}", 0, 1) for i in range(30)), n_trials=20)
    path = Path(arguments[-1])
    path.write_text("before")
    there = set(Path().iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # as if the disk were full
    try:
        done = command(*arguments, "--storage", "journal:///study.log")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (done.code, "File too large" in done.err) == (1, True)
    assert path.read_text() == "before"
    assert set(Path().iterdir()) == there
    assert command(*arguments, "--storage", "journal:///study.log").code == 0
    assert path.stat().st_size > 1000


@pytest.mark.parametrize("arguments", [*WRITERS, ("export",), ("export", "-f", "json"), ("trials",)], ids=" ".join)
def test_characters_that_utf_8_cannot_hold_are_written_as_escapes(command: Command, arguments: tuple[str, ...]) -> None:
    study = hpo.create_study(storage="sqlite:///study.db", study_name="study", seed=0)
    trial = study.ask()
    trial.suggest_categorical("file\ud800", ["caf\udce9.csv"])
    trial.suggest_float("x", 0, 1)
    trial.set_user_attr("note", ["\ud801"])
    study.tell(trial, 1.0)
    done = command(*arguments)
    assert done.code == 0, done.err
    if arguments[-1].endswith(".parquet"):
        table = pytest.importorskip("pandas").read_parquet("there.parquet")
        assert table["params_file\\ud800"].tolist() == ["caf\\udce9.csv"]
        return
    text = Path(arguments[-1]).read_text(encoding="utf-8") if arguments[-2:-1] == ("-o",) else done.out
    assert "udce9.csv" in text


def test_studies_of_optuna_are_imported(command: Command) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    optuna.create_study(storage="sqlite:///optuna.db", study_name="old").optimize(
        lambda trial: trial.suggest_float("x", 0, 1), n_trials=3
    )
    done = command(
        "storage", "import-optuna", "--from", "sqlite:///optuna.db", "--to-study-name", "new", "--study-name", "old"
    )
    assert (done.code, done.out) == (0, "new\n")
    assert len(opened("new").trials) == 3
    assert command("storage", "upgrade").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["tials"], 2, "Did you mean 'trials'?"),
        (["trials", "--bogus"], 2, "hpo trials --help"),
        (["trials", "--study-name", "absent"], 4, "'absent'"),
        (["trials", "--storage", "sqlite:///absent.db"], 4, "absent.db"),
        (["trials", "--storage", "study.db"], 1, "sqlite:///study.db"),
        (["trials", "--storage", ""], 2, "HPO_STORAGE"),
        (["optimize", "train.py:objective"], 2, "--n-trials"),
        (["optimize", "train.py:objective", "--n-trials", "1", "--n-jobs", "0"], 2, "--n-jobs must be at least 1"),
        (["optimize", "train.py:objective", "--timeout", "-1"], 2, "--timeout"),
        (["optimize", "train.py:objective", "--timeout", "nan"], 2, "--timeout must be a number of seconds"),
        (["optimize", "train.py", "--n-trials", "1"], 2, "file.py:function"),
        (["optimize", "train.py:nothing", "--n-trials", "1"], 2, "objective"),
        (["optimize", "absent.py:f", "--n-trials", "1"], 2, "'absent.py'"),
        (["optimize", "broken.py:f", "--n-trials", "1"], 1, "broken.py cannot be run: ModuleNotFoundError"),
        (["optimize", "absent:f", "--n-trials", "1"], 2, "absent.py:function"),
        (["optimize", "train.py:__name__", "--n-trials", "1"], 2, "takes a trial"),
        (["optimize", "train.py:objective", "--n-trials", "1", "--sampler", "none"], 2, "RandomSampler"),
        (["optimize", "train.py:objective", "--n-trials", "1", "--sampler-kwargs", "{}{"], 2, "JSON"),
        (["optimize", "train.py:objective", "--n-trials", "1", "--sampler-kwargs", '{"a": 1}'], 2, "needs --sampler"),
        (
            ["optimize", "train.py:objective", "--n-trials", "1", "--pruner", "median", "--pruner-kwargs", '{"a": 1}'],
            2,
            "n_startup_trials",
        ),
        (["optimize", "train.py:objective", "--n-trials", "1", "--catch", "Nothing"], 2, "'Nothing'"),
        (["enqueue"], 2, "--param x=0.5"),
        (["enqueue", "-p", "x"], 2, "NAME=VALUE"),
        (["enqueue", "--params", '{"x": NaN}'], 2, "it has no NaN"),
        (["create-study", "--study-name", " "], 1, "a character that is seen"),
        (["enqueue", "-p", "x=text"], 1, "must be a number"),
        (["enqueue", "-p", "x=0.5", "-p", "x=0.75"], 2, "given twice"),
        (["enqueue", "--params", '{"x": 0.5}', "-p", "x=0.75"], 2, "given twice"),
        (["ask", "--search-space", '{"x": {"type": "float"}}'], 2, "low"),
        (["ask", "--search-space", '{"x": 1}'], 2, "--search-space"),
        (["tell", "--trial-number", "99", "--values", "1"], 1, "99"),
        (["tell", "--trial-number", "99"], 2, "--state fail"),
        (["export", "-o", "trials.xyz"], 2, "parquet"),
        (["export", "-f", "parquet"], 2, "--output"),
        (["plot", "edf", "--params", "x"], 2, "no --params"),
        (["plot", "timeline", "--objective", "0"], 2, "no --objective"),
        (
            ["studies", "--storage-class", "JournalFileBackend"],
            2,
            "no JournalFileBackend; write RDBStorage, or leave it",
        ),
        (["studies", "--storage", "", "--storage-class", "RDBStorage"], 2, "--storage-class says what --storage is"),
        (["plot", "slice", "--objective", "1"], 2, "--objective must be less than 1"),
        (["plot", "slice", "-o", "slice.xyz"], 2, ".html"),
        (["plot", "slice", "--study-name", "a", "--study-name", "b"], 2, "slice takes one study, got 2: a, b"),
        (["plot", "nothing"], 2, "There is no plot 'nothing'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_errors_say_what_to_do(filled: Command, arguments: list[str], code: int, words: str) -> None:
    done = filled(*arguments)
    assert done.code == code
    assert done.out == ""
    assert done.err.startswith("Error: ")
    assert words in done.err


def test_only_errors_of_the_objective_are_blamed_on_it(filled: Command) -> None:
    Path("mine.py").write_text("class Broken:\n    def sample(self, space, history, key):\n        raise KeyError('x')")
    done = filled("optimize", "train.py:objective", "--n-trials", "1", "--sampler", "mine.py:Broken")
    assert done.code == 1
    assert "ended by KeyError, and no trial has failed: it is not the objective's" in done.err
    assert len(opened().trials) == 12
    sys.modules.pop("mine", None)


def test_a_storage_of_several_studies_asks_which(filled: Command) -> None:
    filled("create-study", "--study-name", "other")
    done = filled("trials")
    assert done.code == 2
    assert "'other'" in done.err
    assert "--study-name" in done.err
    filled("create-study", "--storage", "sqlite:///new.db", "--study-name", "x")
    filled("delete-study", "--storage", "sqlite:///new.db", "--study-name", "x")
    assert "hpo create-study" in filled("trials", "--storage", "sqlite:///new.db").err


def test_passwords_are_not_shown(command: Command) -> None:
    url = "postgresql://me:sec%40ret@localhost:1/x"
    for arguments in (["trials"], ["trials", "--debug"], ["create-study"]):
        done = command(*arguments, "--storage", url)
        assert done.code == 1
        assert "sec%40ret" not in done.out + done.err
    assert redacted("at mysql+pymysql://a:b:c@h/d?x=1.") == "at mysql+pymysql://a:***@h/d?x=1."
    assert redacted("postgresql://h/d?user=a&password=b&x=1") == "postgresql://h/d?user=a&password=***&x=1"
    assert redacted("sqlite:///a.db has a:b@c") == "sqlite:///a.db has a:b@c"


def test_importing_the_command_loads_nothing_heavy() -> None:
    program = "import sys, hpo.cli.main; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"numpy", "scipy", "sqlalchemy", "plotly", "pandas", "rich"} & set(done.stdout.split())
