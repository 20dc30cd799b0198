"""Studies: creating, asking and telling, queueing and adding, reading, copying, resuming."""

from __future__ import annotations

import copy
import operator
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hpo
from hpo.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.events import Event, SpaceDeclared, TrialStarted
from hpo.exceptions import (
    DirectionMismatchError,
    DistributionMismatchError,
    DuplicatedStudyError,
    SearchSpaceExhausted,
    UnknownStudyError,
)
from hpo.reading.verify import verify
from hpo.space import Space
from hpo.storage import InMemoryStorage
from hpo.study import Study, StudyDirection
from hpo.trial import FrozenTrial, Trial, TrialState, create_trial
from tests.hpo.running.test_loop import conditional, log_without_times, quadratic

Opener = Callable[[], Any]


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Something that `create_study` and `load_study` both take and that holds the same studies."""
    return InMemoryStorage() if request.param == "memory" else f"sqlite:///{tmp_path}/study.db"


def test_an_identity_is_kept_by_a_name_that_changes_and_never_given_again(storage: Any) -> None:
    study = hpo.create_study(storage=storage, study_name="a")
    identity = study.identity
    study.rename("b")
    again = hpo.load_study(storage=storage, study_name="b")
    assert identity == study.identity == again.identity == again.snapshot().identity
    hpo.delete_study(storage=storage, study_name="b")
    assert hpo.create_study(storage=storage, study_name="b", seed=study.seed).identity != identity


class TestCreating:
    def test_names_are_made_up_and_differ(self) -> None:
        one, other = hpo.create_study(), hpo.create_study()
        assert one.study_name.startswith("no-name-")
        assert one.study_name != other.study_name
        assert one.seed != other.seed

    def test_a_name_can_be_used_once(self, storage: Any) -> None:
        hpo.create_study(storage=storage, study_name="s")
        with pytest.raises(DuplicatedStudyError, match="'s' exists already"):
            hpo.create_study(storage=storage, study_name="s")
        assert hpo.create_study(storage=storage, study_name="s", load_if_exists=True).study_name == "s"

    def test_other_directions_than_the_stored_ones_are_an_error(self, storage: Any) -> None:
        hpo.create_study(storage=storage, study_name="s", direction="maximize")
        with pytest.raises(DirectionMismatchError, match="MAXIMIZE"):
            hpo.create_study(storage=storage, study_name="s", direction="minimize", load_if_exists=True)
        loaded = hpo.create_study(storage=storage, study_name="s", load_if_exists=True)
        assert loaded.direction is StudyDirection.MAXIMIZE

    def test_the_seed_is_stored(self, storage: Any) -> None:
        sampler = hpo.samplers.RandomSampler(seed=7)
        assert hpo.create_study(storage=storage, study_name="s", sampler=sampler).seed == 7
        with pytest.warns(UserWarning, match="keeps its seed 7"):
            study = hpo.create_study(storage=storage, study_name="s", load_if_exists=True, seed=8)
        assert study.seed == 7

    @pytest.mark.parametrize(
        "arguments",
        [
            {"direction": "Minimize"},
            {"direction": "max"},
            {"direction": StudyDirection.NOT_SET},
            {"direction": ["minimize"]},
            {"directions": []},
            {"directions": "minimize"},
            {"directions": ["minimize", 3]},
            {"direction": "minimize", "directions": ["minimize"]},
            {"storage": "study.db"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="direction|storage"):
            hpo.create_study(**arguments)

    def test_loading(self, storage: Any) -> None:
        with pytest.raises(UnknownStudyError, match="no study named 's'|There is no file"):
            hpo.load_study(study_name="s", storage=storage)
        with pytest.raises((ValueError, UnknownStudyError), match="holds one study|There is no file"):
            hpo.load_study(storage=storage)
        hpo.create_study(storage=storage, study_name="s")
        assert hpo.load_study(storage=storage).study_name == "s"
        hpo.create_study(storage=storage, study_name="t")
        with pytest.raises(KeyError):
            hpo.load_study(study_name="u", storage=storage)
        with pytest.raises(ValueError, match=r"\['s', 't'\]"):
            hpo.load_study(storage=storage)

    def test_deleting(self, storage: Any) -> None:
        for name in ("s", "t"):
            hpo.create_study(storage=storage, study_name=name).optimize(quadratic, n_trials=2)
        hpo.delete_study(study_name="s", storage=storage)
        assert hpo.get_all_study_names(storage) == ["t"]
        with pytest.raises(UnknownStudyError):
            hpo.delete_study(study_name="s", storage=storage)
        assert not hpo.create_study(storage=storage, study_name="s").trials


class TestAskAndTell:
    def test_a_loop_of_ones_own(self, storage: Any) -> None:
        study = hpo.create_study(storage=storage)
        for _ in range(3):
            trial = study.ask()
            assert study.trials[trial.number].state is TrialState.RUNNING
            told = study.tell(trial, trial.suggest_float("x", 0, 1))
            assert (told.state, told.value) == (TrialState.COMPLETE, trial.params["x"])
        assert [trial.number for trial in study.trials] == [0, 1, 2]

    def test_several_at_once_differ(self) -> None:
        trials = hpo.create_study().ask(n=4)
        assert [trial.number for trial in trials] == [0, 1, 2, 3]
        assert len({trial.suggest_float("x", 0, 1) for trial in trials}) == 4
        with pytest.raises(ValueError, match="n must be"):
            hpo.create_study().ask(n=0)

    def test_fixed_distributions_are_suggested_at_once_in_their_order(self) -> None:
        distributions = {"b": FloatDistribution(0, 1), "a": IntDistribution(1, 9)}
        trial = hpo.create_study().ask(distributions)
        assert list(trial.params) == ["b", "a"]

    def test_another_process_may_tell(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/s.db"
        study = hpo.create_study(study_name="s", storage=url)
        trial = study.ask({"x": FloatDistribution(0, 1)})
        tell = f"import hpo; hpo.load_study(study_name='s', storage={url!r}).tell({trial.number}, 0.5)"
        subprocess.run([sys.executable, "-c", tell], check=True)
        assert study.trials[0].params == trial.params
        assert study.best_value == 0.5

    @pytest.mark.parametrize("values", [None, float("nan"), "1.0", [1.0, 2.0]])
    def test_values_that_cannot_be_used_fail_the_trial(self, values: Any) -> None:
        study = hpo.create_study()
        with pytest.warns(UserWarning, match="stored as failed"):
            assert study.tell(study.ask(), values).state is TrialState.FAIL

    @pytest.mark.parametrize(
        ("values", "state", "message"),
        [
            (None, TrialState.COMPLETE, "COMPLETE"),
            (float("nan"), TrialState.COMPLETE, "COMPLETE"),
            (1.0, TrialState.PRUNED, "takes no values"),
            (1.0, TrialState.FAIL, "takes no values"),
            (None, TrialState.RUNNING, "Cannot tell with state RUNNING"),
            (None, TrialState.WAITING, "Cannot tell with state WAITING"),
        ],
    )
    def test_contradictions_are_refused_and_the_trial_goes_on(
        self, values: Any, state: TrialState, message: str
    ) -> None:
        study = hpo.create_study()
        trial = study.ask()
        with pytest.raises(ValueError, match=message):
            study.tell(trial, values, state)
        assert study.trials[0].state is TrialState.RUNNING

    def test_pruned_takes_the_report_at_the_largest_step(self) -> None:
        study = hpo.create_study()
        trial = study.ask()
        trial.report(3.0, 2)
        trial.report(1.0, 1)
        assert study.tell(trial.number, state=TrialState.PRUNED).value == 3.0

    def test_a_trial_ends_once(self) -> None:
        study = hpo.create_study()
        trial = study.ask()
        study.tell(trial, 1.0)
        with pytest.raises(ValueError, match="Cannot tell a COMPLETE trial"):
            study.tell(trial, 2.0)
        assert study.tell(trial, 2.0, skip_if_finished=True).value == 1.0

    def test_the_first_of_two_tellers_wins(self, storage: Any) -> None:
        study = hpo.create_study(study_name="s", storage=storage)
        other = hpo.load_study(study_name="s", storage=storage)
        trial = study.ask()
        with pytest.warns(UserWarning, match="what it suggested is not known here"):
            other.tell(trial.number, 1.0)
        with pytest.raises(ValueError, match="COMPLETE"):
            study.tell(trial, 2.0)
        assert study.best_value == other.best_value == 1.0

    def test_what_is_no_running_trial_is_refused(self) -> None:
        study = hpo.create_study()
        with pytest.raises(TypeError, match="trial object or trial number"):
            study.tell("0", 1.0)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="not been created"):
            study.tell(0, 1.0)
        study.enqueue_trial({})
        with pytest.raises(ValueError, match="WAITING"):
            study.tell(0, 1.0)
        with pytest.raises(TypeError):
            study.tell(study.trials[0], 1.0)  # type: ignore[arg-type]


class TestQueue:
    def test_queued_trials_come_first_in_their_order(self, storage: Any) -> None:
        study = hpo.create_study(storage=storage)
        study.enqueue_trial({"x": 0.25}, user_attrs={"why": "guess"})
        study.enqueue_trial({"x": 1})
        assert [trial.state for trial in study.trials] == [TrialState.WAITING] * 2
        assert study.trials[0].system_attrs == {"fixed_params": {"x": 0.25}}
        study.optimize(quadratic, n_trials=3)
        assert [trial.params["x"] for trial in study.trials[:2]] == [0.25, 1.0]
        assert study.trials[0].user_attrs == {"why": "guess"}

    def test_only_what_is_given_is_fixed(self) -> None:
        study, other = (hpo.create_study(seed=3) for _ in range(2))
        study.enqueue_trial({"x": 0.5, "never asked for": 1})

        def objective(trial: Trial) -> float:
            return trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)

        with pytest.warns(UserWarning, match="'never asked for'"):
            study.optimize(objective, n_trials=1)
        other.optimize(objective, n_trials=1)
        assert study.trials[0].params == {"x": 0.5, "y": other.trials[0].params["y"]}

    def test_values_are_checked_as_far_as_the_space_is_known(self) -> None:
        study = hpo.create_study()
        study.optimize(conditional, n_trials=20, catch=ZeroDivisionError)
        with pytest.raises(TypeError, match="dict"):
            study.enqueue_trial([("x", 1)])  # type: ignore[arg-type]
        for value in ("large", [1], None):
            with pytest.raises(ValueError, match="'x_a' must be a number"):
                study.enqueue_trial({"x_a": value})
        with pytest.warns(UserWarning, match="does not lie"):
            study.enqueue_trial({"x_a": 7.0})
        with pytest.warns(UserWarning, match="choices"):
            study.enqueue_trial({"kind": "z"})
        with pytest.raises(ValueError, match="choices"), pytest.warns(UserWarning, match="fixed at 7"):
            study.optimize(
                lambda t: t.suggest_float("x_a", 0, 1) + len(t.suggest_categorical("kind", ["a", "b"])), n_trials=2
            )

    def test_numbers_that_are_not_whole_are_told_where_a_whole_one_is_asked_for(self, storage: Any) -> None:
        study = hpo.create_study(storage=storage)
        for n in (2.5, 3.0, 12.5, float("inf")):
            study.enqueue_trial({"n": n})
        with (
            pytest.warns(UserWarning, match="fixed") as said,
            pytest.raises(ValueError, match="at inf, which is not a"),
        ):
            study.optimize(lambda trial: trial.suggest_int("n", 0, 10), n_trials=4)
        assert [trial.params for trial in study.trials] == [{"n": 2}, {"n": 3}, {"n": 12}, {}]
        assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 3 + [TrialState.FAIL]
        words = [str(one.message) for one in said]
        assert len(words) == 3
        assert "'n' was fixed at 2.5, which is no whole number" in words[0]
        assert words[0].endswith("; 2 is used.")
        assert words[1].endswith("; 12 is used.")
        assert "does not lie" in words[2]

    def test_existing_ones_can_be_skipped(self) -> None:
        study = hpo.create_study()
        for _ in range(2):
            study.enqueue_trial({"x": 0.5}, skip_if_exists=True)
        study.enqueue_trial({"x": 1}, skip_if_exists=True)
        study.enqueue_trial({"x": 1.0}, skip_if_exists=True)
        assert len(study.trials) == 3
        study.optimize(quadratic, n_trials=3)
        study.enqueue_trial({"x": 0.5 + 1e-12}, skip_if_exists=True)
        assert len(study.trials) == 3

    @pytest.mark.parametrize("state", ["finished", "half done", "running", "waiting"])
    @pytest.mark.parametrize("sign", [1.0, -1.0])
    def test_one_exists_whose_parameters_are_all_the_same(self, state: str, sign: float) -> None:
        study = hpo.create_study(sampler=hpo.samplers.RandomSampler())
        given: dict[str, Any] = {
            "float": sign * 0.3,
            "int": int(sign) * 2**40,
            "kind": "a",
            "list": [1, 2.5],
            "flag": True,
        }
        other: dict[str, Any] = {"float": 0.31, "int": 2.0**40, "kind": "b", "list": [1, 2], "flag": 1}

        def objective(trial: Trial) -> float:
            trial.suggest_float("float", -1, 1)
            trial.suggest_int("int", -(2**41), 2**41)
            trial.suggest_categorical("kind", ["b", "a"])
            trial.suggest_categorical("list", [[1, 2], [1, 2.5]])
            trial.suggest_categorical("flag", [1, True, 1.0])
            return 0.0

        study.enqueue_trial(given)
        if state == "finished":
            study.optimize(objective, n_trials=1)
        elif state in ("half done", "running"):
            trial = study.ask()
            if state == "half done":
                trial.suggest_int("int", -(2**41), 2**41)
        n = study.count_trials()
        for same in (given, {**given, "float": given["float"] * (1 + 1e-9)}, dict(reversed(given.items()))):
            study.enqueue_trial(same, skip_if_exists=True)
            assert study.count_trials() == n
        for name, value in other.items():
            study.enqueue_trial({**given, name: value}, skip_if_exists=True)
            study.enqueue_trial({key: value for key, value in given.items() if key != name}, skip_if_exists=True)
        assert study.count_trials() == n + 2 * len(other)

    def test_nan_is_the_same_as_nan(self) -> None:
        study = hpo.create_study()
        for _ in range(2):
            study.enqueue_trial({"x": float("nan")}, skip_if_exists=True)
        assert study.count_trials() == 1

    def test_each_is_claimed_by_one_worker(self, storage: Any) -> None:
        hpo.create_study(study_name="s", storage=storage)
        studies = [hpo.load_study(study_name="s", storage=storage) for _ in range(4)]
        for i in range(20):
            studies[0].enqueue_trial({"x": i / 20})
        claimed: list[float] = []

        def objective(trial: Trial) -> float:
            claimed.append(trial.suggest_float("x", 0, 1))
            return 0.0

        def work(study: hpo.Study) -> None:
            study.optimize(objective, n_trials=5)

        threads = [threading.Thread(target=work, args=(study,)) for study in studies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(claimed) == [i / 20 for i in range(20)]


class TestAdding:
    def test_trials_from_elsewhere(self, storage: Any) -> None:
        study = hpo.create_study(storage=storage, direction="maximize")
        study.optimize(quadratic, n_trials=1)
        begun = datetime(2026, 1, 2, 3, 4, 5)
        study.add_trials(
            [
                create_trial(
                    params={"x": 0.5, "c": "b"},
                    distributions={"x": FloatDistribution(-1, 1), "c": CategoricalDistribution(["a", "b"])},
                    value=4.0,
                    user_attrs={"from": "paper"},
                    intermediate_values={0: 1.0, 3: float("nan")},
                    constraints={"c": -1.0},
                ),
                create_trial(state=TrialState.PRUNED, value=1.0),
                create_trial(state=TrialState.FAIL),
                create_trial(state=TrialState.WAITING, system_attrs={"fixed_params": {"x": 0.125}}),
                create_trial(state=TrialState.RUNNING, params={"x": 0.5}, distributions={"x": FloatDistribution(0, 1)}),
            ]
        )
        added = study.trials[1]
        assert added.params == {"x": 0.5, "c": "b"}
        assert (added.value, added.user_attrs, added.constraints) == (4.0, {"from": "paper"}, {"c": -1.0})
        assert list(added.intermediate_values) == [0, 3]
        assert [t.state.name for t in study.trials[1:]] == ["COMPLETE", "PRUNED", "FAIL", "WAITING", "RUNNING"]
        assert study.best_trial.number == 1
        assert study.ask().suggest_float("x", -1, 1) == 0.125
        finished = create_trial(value=0.0)
        finished.datetime_start = finished.datetime_complete = begun
        study.add_trial(finished)
        assert study.trials[-1].datetime_start == begun
        assert study.verify() == []

    def test_of_trials_from_elsewhere_each_space_is_declared_once(self, storage: Any) -> None:
        study = hpo.create_study(storage=storage)
        spaces: list[dict[str, BaseDistribution]]
        spaces = [{"x": FloatDistribution(0, 1)}, {"x": FloatDistribution(0, 2)}, {"n": IntDistribution(0, 1)}]
        trials = [
            create_trial(params=dict.fromkeys(space, 0), distributions=dict(space), value=float(i))
            for i, space in enumerate([*spaces, *copy.deepcopy(spaces), {}])
        ]
        for _ in range(2):
            study.add_trials(trials)
            study.add_trial(
                create_trial(state=TrialState.WAITING, params={"y": 1}, distributions={"y": FloatDistribution(0, 1)})
            )
        assert [event.space for event in study.events() if isinstance(event, SpaceDeclared)] == [*map(Space, spaces)]
        assert [trial.distributions for trial in study.trials[:7]] == [trial.distributions for trial in trials]

    @pytest.mark.parametrize(
        "parts",
        [
            {"params": {"x": 1.0}, "value": 1.0},
            {"params": {"x": 2.0}, "distributions": {"x": FloatDistribution(0, 1)}, "value": 1.0},
            {},
            {"value": float("nan")},
            {"state": TrialState.FAIL, "value": 1.0},
            {"value": 1.0, "values": [1.0]},
        ],
    )
    def test_contradictory_records_are_refused(self, parts: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="names|lie|value"):
            create_trial(**parts)

    def test_what_does_not_fit_the_study_is_refused_as_a_whole(self) -> None:
        study = hpo.create_study()
        study.optimize(quadratic, n_trials=1)
        with pytest.raises(ValueError, match="2 values"):
            study.add_trials([create_trial(value=1.0), create_trial(values=[1.0, 2.0])])
        with pytest.raises(DistributionMismatchError):
            study.add_trial(create_trial(params={"x": 1}, distributions={"x": IntDistribution(0, 1)}, value=0.0))
        assert len(study.trials) == 1


class TestReading:
    def test_without_a_complete_trial_there_is_no_best(self) -> None:
        study = hpo.create_study()
        for attribute in ("best_trial", "best_value", "best_params"):
            with pytest.raises(ValueError, match="No trials are completed yet"):
                getattr(study, attribute)
        assert study.best_trials == []
        trial = study.ask()
        trial.set_constraint("c", 1.0)
        study.tell(trial, 0.0)
        with pytest.raises(ValueError, match="No feasible trials"):
            _ = study.best_trial

    def test_of_equal_trials_the_first_is_the_best(self) -> None:
        study = hpo.create_study(direction="maximize")
        trials = study.ask(n=3)
        for trial, value in zip(reversed(trials), (1.0, 2.0, 2.0), strict=True):
            study.tell(trial, value)
        assert study.best_trial.number == 0

    def test_infinite_values_count(self) -> None:
        study = hpo.create_study()
        for value in (0.0, float("inf"), float("-inf")):
            study.tell(study.ask(), value)
        assert study.best_value == float("-inf")

    def test_several_objectives_have_a_front(self) -> None:
        study = hpo.create_study(directions=["minimize", "maximize"])
        points = [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (1.0, 1.0), (2.0, 3.0)]
        for point in points:
            study.tell(study.ask(), point)
        trial = study.ask()
        trial.set_constraint("c", 1.0)
        study.tell(trial, (-9.0, 9.0))
        assert [trial.number for trial in study.best_trials] == [0, 1, 3, 4]
        for attribute in ("best_trial", "best_value", "best_params", "direction"):
            with pytest.raises(RuntimeError, match="several objectives"):
                getattr(study, attribute)
        with pytest.raises(RuntimeError, match="values"):
            _ = study.trials[0].value

    def test_trials_are_copies(self) -> None:
        study = hpo.create_study()
        trial = study.ask()
        trial.set_user_attr("list", [1])
        study.tell(trial, trial.suggest_float("x", 0, 1))
        copied = study.trials[0]
        copied.params["x"] = 9
        copied.user_attrs["list"].append(2)
        copied.value = 7.0
        assert study.trials[0].user_attrs == {"list": [1]}
        assert study.trials[0].params == trial.params
        assert study.trials[0].value == trial.params["x"]

    def test_states_select(self) -> None:
        study = hpo.create_study(seed=0)
        study.optimize(conditional, n_trials=30, catch=ZeroDivisionError)
        study.add_trial(create_trial(state=TrialState.PAUSED))
        study.ask()
        study.enqueue_trial({})
        assert [t.number for t in study.get_trials()] == [t.number for t in study.trials] == list(range(33))
        for state in TrialState:
            chosen = study.get_trials(deepcopy=False, states=(state,))
            assert len(chosen) == study.count_trials((state,)) > 0
            assert {trial.state for trial in chosen} == {state}

    def test_a_record_reads_as_one_that_was_written_out(self) -> None:
        study = hpo.create_study(seed=0)
        study.optimize(conditional, n_trials=30, catch=ZeroDivisionError)
        for trial in study.trials:
            rebuilt = FrozenTrial(
                number=trial.number,
                state=trial.state,
                value=trial.value,
                datetime_start=trial.datetime_start,
                datetime_complete=trial.datetime_complete,
                params=trial.params,
                distributions=trial.distributions,
                user_attrs=trial.user_attrs,
                system_attrs=trial.system_attrs,
                intermediate_values=trial.intermediate_values,
                error=trial.error,
            )
            assert rebuilt == trial == pickle.loads(pickle.dumps(trial)) == copy.deepcopy(trial)
            assert "FrozenTrial(number=" in repr(trial)
            assert trial.duration is not None

    def test_a_record_can_be_run_again(self) -> None:
        study = hpo.create_study(seed=0)
        study.optimize(quadratic, n_trials=1)
        assert quadratic(study.trials[0]) == study.best_value  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="no parameter 'y'"):
            study.trials[0].suggest_float("y", 0, 1)
        with pytest.warns(UserWarning, match="does not lie"):
            assert study.trials[0].suggest_float("x", 5, 6) == study.trials[0].params["x"]

    def test_a_table(self) -> None:
        study = hpo.create_study()
        trial = study.ask()
        trial.set_user_attr("note", "first")
        study.tell(trial, trial.suggest_float("x", 0, 1))
        study.tell(study.ask(), state=TrialState.FAIL)
        table = study.trials_dataframe()
        assert list(table.columns) == [
            *("number", "value", "datetime_start", "datetime_complete", "duration"),
            *("params_x", "user_attrs_note", "state"),
        ]
        assert table["params_x"][0] == trial.params["x"]
        assert list(table["state"]) == ["COMPLETE", "FAIL"]
        assert pd.isna(table["value"][1])
        both = study.trials_dataframe(attrs=("number", "params"), multi_index=True)
        assert [tuple(column) for column in both.columns] == [("number", ""), ("params", "x")]

    def test_a_table_of_several_objectives(self) -> None:
        study = hpo.create_study(directions=["minimize", "maximize"])
        study.tell(study.ask(), (1.0, 2.0))
        study.tell(study.ask(), state=TrialState.FAIL)
        assert study.trials_dataframe(attrs=("value",)).columns.tolist() == ["values_0", "values_1"]
        study.set_metric_names(["loss", "accuracy"])
        assert set(study.trials_dataframe(attrs=("value",)).columns) == {"values_loss", "values_accuracy"}
        with pytest.raises(ValueError, match="Expected 2 names"):
            study.set_metric_names(["loss"])

    def test_summaries(self, storage: Any) -> None:
        study = hpo.create_study(study_name="s", storage=storage)
        hpo.create_study(study_name="t", storage=storage, directions=["minimize"] * 2)
        study.set_user_attr("a", 1)
        study.optimize(quadratic, n_trials=3)
        first, second = hpo.get_all_study_summaries(storage)
        assert (first.study_name, first.n_trials, first.user_attrs) == ("s", 3, {"a": 1})
        assert first.best_trial == study.best_trial
        assert first.datetime_start == study.trials[0].datetime_start
        assert (second.study_name, second.n_trials, second.best_trial) == ("t", 0, None)
        assert second.datetime_start is None
        assert sorted([second, first]) == [first, second]
        assert first <= second
        for compare in (operator.lt, operator.le):
            with pytest.raises(TypeError):
                compare(first, 1)


def test_attributes_of_a_study(storage: Any) -> None:
    study = hpo.create_study(study_name="s", storage=storage)
    study.set_user_attr("nested", {"a": [1, None, float("inf")]})
    study.set_user_attr("nested", {"b": 2})
    study.user_attrs["nested"]["b"] = 3
    assert hpo.load_study(study_name="s", storage=storage).user_attrs == {"nested": {"b": 2}}


def test_memory_holds_any_object_and_a_database_says_what_it_cannot(tmp_path: Path) -> None:
    thing = object()
    study = hpo.create_study()
    trial = study.ask()
    trial.set_user_attr("thing", thing)
    assert trial.user_attrs["thing"] is thing
    stored = hpo.create_study(storage=f"sqlite:///{tmp_path}/s.db")
    trial = stored.ask()
    with pytest.raises(TypeError, match="JSON cannot hold"):
        trial.set_user_attr("thing", thing)
    with pytest.raises(TypeError, match="JSON can hold"):
        trial.suggest_categorical("f", [thing])
    trial.set_user_attr("numpy", {"a": np.float32(0.5), "b": np.int64(3)})
    stored.tell(trial, 1.0)
    assert stored.trials[0].user_attrs == {"numpy": {"a": 0.5, "b": 3}}


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda study: pickle.loads(pickle.dumps(study))])
def test_studies_can_be_copied_and_pickled(duplicate: Callable[[hpo.Study], hpo.Study]) -> None:
    study = hpo.create_study(seed=0, study_name="s")
    study.optimize(conditional, n_trials=1100, catch=ZeroDivisionError)  # enough to have packed segments
    copied = duplicate(study)
    for one in (study, copied):
        one.optimize(conditional, n_trials=5, catch=ZeroDivisionError)
    assert [trial.params for trial in copied.trials] == [trial.params for trial in study.trials]
    assert len(copied.trials) == 1105


def test_a_copied_study_goes_on_as_the_original(storage: Any, tmp_path: Path) -> None:
    study = hpo.create_study(study_name="s", storage=storage, seed=0)
    study.optimize(conditional, n_trials=15, catch=ZeroDivisionError)
    target = f"sqlite:///{tmp_path}/target.db"
    hpo.copy_study(from_study_name="s", from_storage=storage, to_storage=target)
    hpo.copy_study(from_study_name="s", from_storage=storage, to_storage=target, to_study_name="t")
    with pytest.raises(DuplicatedStudyError):
        hpo.copy_study(from_study_name="s", from_storage=storage, to_storage=target)
    copied = hpo.load_study(study_name="t", storage=target)
    assert copied.trials == study.trials
    for one in (study, copied):
        one.optimize(conditional, n_trials=15, catch=ZeroDivisionError)
    assert [trial.params for trial in copied.trials] == [trial.params for trial in study.trials]


def test_of_trials_that_run_while_a_study_is_copied_only_those_that_anybody_may_tell_go_on_in_the_copy(
    storage: Any, tmp_path: Path
) -> None:
    study = hpo.create_study(study_name="s", storage=storage, seed=0)
    study.ask({"x": FloatDistribution(0, 1)})
    study.ask()
    target = f"sqlite:///{tmp_path}/target.db"
    hpo.copy_study(from_study_name="s", from_storage=storage, to_storage=target)
    copied = hpo.load_study(study_name="s", storage=target)
    copied.optimize(conditional, max_trials=5, catch=ZeroDivisionError)
    assert copied.trials[1].error is not None
    assert copied.trials[1].error.type == "WorkerLost"
    assert copied.tell(0, 1.0).params == study.trials[0].params
    assert len(copied.trials) == 5
    assert copied.count_trials([TrialState.RUNNING]) == 0
    assert study.count_trials([TrialState.RUNNING]) == 2
    assert copied.verify() == []


@pytest.mark.parametrize("cut", [1, 7, 29])
def test_a_resumed_study_has_the_log_of_an_uninterrupted_one(storage: Any, cut: int) -> None:
    whole = hpo.create_study(study_name="s", seed=5)
    whole.optimize(conditional, n_trials=40, catch=ZeroDivisionError)
    hpo.create_study(study_name="s", storage=storage, seed=5).optimize(
        conditional, n_trials=cut, catch=ZeroDivisionError
    )
    resumed = hpo.create_study(study_name="s", storage=storage, load_if_exists=True)
    resumed.optimize(conditional, n_trials=40 - cut, catch=ZeroDivisionError)
    assert log_without_times(resumed) == log_without_times(whole)
    assert resumed.verify() == []


def without_plans(study: Study) -> list[Event]:
    """The log as it was written before it named samplers and pruners."""
    return [event._replace(plan=None) if isinstance(event, TrialStarted) else event for event in study.events()]


class TestVerify:
    def test_another_sampler_is_noticed(self) -> None:
        class Quarter:
            def sample(self, space: Any, history: Any, key: Any) -> Any:
                return np.full(len(space), 0.25)

        study = hpo.create_study(seed=0)
        study.optimize(quadratic, n_trials=3)
        differences = verify(without_plans(study), Quarter(), study.pruner).differences
        assert [(d.number, d.what) for d in differences] == [
            (0, "parameter 'x'"),
            (1, "proposal"),
            (2, "proposal"),
        ]
        assert differences[0].recorded == study.trials[0].params["x"]
        assert differences[0].recomputed == -0.5

    def test_another_pruner_is_noticed(self) -> None:
        study = hpo.create_study(seed=0)
        study.optimize(conditional, n_trials=30, catch=ZeroDivisionError)
        pruned = [trial.number for trial in study.get_trials(states=(TrialState.PRUNED,))]
        assert pruned
        differences = verify(without_plans(study), study.sampler, hpo.pruners.NopPruner()).differences
        assert [difference.number for difference in differences] == pruned


def test_a_sampler_may_leave_choices_open_but_not_change_the_shape() -> None:
    class Open:
        def sample(self, space: Any, history: Any, key: Any) -> Any:
            return np.full(len(space), np.nan)

    class Long:
        def sample(self, space: Any, history: Any, key: Any) -> Any:
            return np.zeros(len(space) + 1)

    open_, random = (
        hpo.create_study(sampler=Open(), seed=0),
        hpo.create_study(sampler=hpo.samplers.RandomSampler(), seed=0),
    )
    for study in (open_, random):
        study.optimize(quadratic, n_trials=5)
    assert [trial.params for trial in open_.trials] == [trial.params for trial in random.trials]
    with pytest.raises(ValueError, match="shape"):
        hpo.create_study(sampler=Long()).optimize(quadratic, n_trials=1)


def test_an_exhausted_sampler_ends_the_run_and_says_so_to_ask() -> None:
    class Once:
        def sample(self, space: Any, history: Any, key: Any) -> Any:
            if len(history):
                raise SearchSpaceExhausted("done")
            return np.full(len(space), 0.5)

    study = hpo.create_study(sampler=Once())
    study.optimize(quadratic, n_trials=10)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE]
    with pytest.raises(SearchSpaceExhausted):
        study.ask()


def test_a_space_may_change_between_trials() -> None:
    study = hpo.create_study(seed=0)
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + len(t.suggest_categorical("c", ["a", "b"])), n_trials=10)
    study.optimize(lambda t: t.suggest_float("x", 0.5, 4) + len(t.suggest_categorical("c", ["b", "cc"])), n_trials=10)
    history = study.history
    x, c = history.over(history.space).T
    values = np.array([trial.params["x"] for trial in study.trials])
    assert np.array_equal(np.isnan(x), values < 0.5)
    assert np.allclose(x[values >= 0.5], (values[values >= 0.5] - 0.5) / 3.5)
    names = [trial.params["c"] for trial in study.trials]
    assert [None if np.isnan(i) else ["b", "cc"][int(i)] for i in c] == [None if n == "a" else n for n in names]
    assert study.verify() == []
