"""The laws of engines."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from hpo.events import TrialFinished, TrialState
from hpo.exceptions import TrialPaused, TrialPruned
from hpo.protocols import Pruner
from hpo.pruners.percentile import MedianPruner
from hpo.pruners.successive_halving import SuccessiveHalvingPruner
from hpo.running.retry import RetryPolicy
from hpo.samplers.random import RandomSampler
from hpo.samplers.tpe.sampler import TPESampler
from hpo.study import Study, create_study
from hpo.testing.studies import logged, objective, raised
from hpo.trial import FrozenTrial, Trial

__all__ = ["EngineContract"]


class EngineContract:
    """Laws of engines; give the subclass a fixture `engine`: what `optimize(executor=)` takes, for several runs.

    `tmp_path` is that of pytest, a directory that the engine's processes see too.
    """

    def test_a_reproducible_run_leaves_the_log_of_the_calling_thread(self, engine: Any, tmp_path: Path) -> None:
        for pruner in (MedianPruner(n_startup_trials=2), SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)):
            logs = []
            for name, executor in (("here", None), ("there", engine)):
                study = _study(tmp_path / f"{type(pruner).__name__}-{name}.db", pruner=pruner)
                study.optimize(_curve, n_trials=12, catch=ArithmeticError, reproducible=True, executor=executor)
                logs.append(logged(study))
            assert logs[0] == logs[1]

    def test_all_trials_are_told_and_every_choice_can_be_made_again(self, engine: Any, tmp_path: Path) -> None:
        study = _study(tmp_path / "s.db", pruner=MedianPruner(n_startup_trials=2))
        study.optimize(objective, n_trials=8, catch=ArithmeticError, executor=engine)
        study.optimize(_curve, n_trials=8, catch=ArithmeticError, executor=engine)
        assert study.count_trials() == 16
        assert all(trial.state.is_finished() for trial in study.trials)
        assert study.trials[3].error is not None
        assert study.trials[3].error.message == "this trial fails"
        assert all(trial.constraints for trial in study.trials[:8])
        assert study.verify() == []

    def test_functions_without_a_name_and_what_they_hold_go_there(self, engine: Any, tmp_path: Path) -> None:
        study, held = _study(tmp_path / "s.db"), [1.0, 2.0]
        study.optimize(lambda trial: held[trial.suggest_int("i", 0, 1)], n_trials=4, executor=engine)
        assert all(trial.value == held[trial.params["i"]] for trial in study.trials)

    def test_callbacks_are_called_here_in_the_order_of_the_ends(self, engine: Any, tmp_path: Path) -> None:
        study, called = _study(tmp_path / "s.db"), []

        def note(told: Study, trial: FrozenTrial) -> None:
            called.append((threading.current_thread(), told, trial.number))

        study.optimize(_told, n_trials=6, executor=engine, callbacks=note)
        order = [event.number for event in study.events() if isinstance(event, TrialFinished)]
        assert called == [(threading.current_thread(), study, number) for number in order]

    def test_what_a_trial_says_is_kept(self, engine: Any, tmp_path: Path) -> None:
        study = _study(tmp_path / "s.db")
        study.optimize(_told, n_trials=3, executor=engine)
        for trial in study.trials:
            assert trial.user_attrs == {"said": [trial.number, {"x": trial.params["x"]}]}
            assert trial.intermediate_values == {0: trial.value, 4: 2.0}
            assert trial.constraints == {"c": -1.0}

    def test_an_error_ends_the_run_as_itself(self, engine: Any, tmp_path: Path) -> None:
        study = _study(tmp_path / "s.db")
        error = raised(lambda: study.optimize(_failing, executor=engine))
        assert isinstance(error, ZeroDivisionError)
        assert any("_failing" in note for note in error.__notes__)
        assert study.count_trials((TrialState.RUNNING,)) == 0

    def test_an_objective_can_stop_the_run(self, engine: Any, tmp_path: Path) -> None:
        study = _study(tmp_path / "s.db")
        study.optimize(_stopping, executor=engine)
        assert study.count_trials((TrialState.COMPLETE,)) == study.count_trials() >= 4

    def test_failed_trials_are_tried_again_and_budgets_are_kept(self, engine: Any, tmp_path: Path) -> None:
        study = _study(tmp_path / "s.db", retry=RetryPolicy(max_retry=1, failed=True))
        study.optimize(_told_or_failed, max_trials=9, catch=ArithmeticError, executor=engine)
        assert study.count_trials((TrialState.COMPLETE, TrialState.FAIL)) == 9
        assert study.count_trials((TrialState.RUNNING,)) == 0
        failed = study.get_trials(states=(TrialState.FAIL,))
        firsts = [trial.number for trial in failed if "failed_trial" not in trial.system_attrs]
        retried = [trial.system_attrs["failed_trial"] for trial in failed if "failed_trial" in trial.system_attrs]
        assert set(retried) <= set(firsts)
        assert firsts

    def test_trials_that_pause_go_on_where_they_were(self, engine: Any, tmp_path: Path) -> None:
        pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote")
        study = _study(tmp_path / "s.db", pruner=pruner)
        study.optimize(_pausing, n_trials=6, executor=engine)
        assert study.count_trials() == 6
        assert study.count_trials((TrialState.RUNNING,)) == 0
        assert any(len(trial.intermediate_values) > 1 for trial in study.trials)
        assert all(
            list(trial.intermediate_values) == [*range(trial.last_step or 0), trial.last_step] for trial in study.trials
        )
        assert study.verify() == []


def _study(path: Path, **options: Any) -> Study:
    sampler = TPESampler(n_startup_trials=4) if isinstance(options.get("pruner"), Pruner) else RandomSampler()
    return create_study(storage=f"sqlite:///{path}", study_name="contract", seed=0, sampler=sampler, **options)


def _curve(trial: Trial) -> float:
    """Define-by-run, with reports."""
    x = trial.suggest_float("x", 0, 1)
    if trial.suggest_categorical("more", [True, False]):
        x += trial.suggest_float(f"y{trial.number % 2}", 0, 1)
    for step in range(3):
        trial.report(x + 1 / (step + 1), step)
        if trial.should_prune():
            raise TrialPruned
    if trial.number == 7:
        raise ArithmeticError("this trial fails")
    trial.set_user_attr("number", trial.number)
    return x


def _told(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    trial.set_user_attr("said", [trial.number, {"x": x}])
    trial.set_constraint("c", -1.0)
    trial.report(x, 0)
    trial.report(2.0, 4)
    return x


def _told_or_failed(trial: Trial) -> float:
    if trial.number % 3 == 0:
        raise ArithmeticError
    return trial.suggest_float("x", 0, 1)


def _failing(trial: Trial) -> float:
    return 1 / (3 - trial.number)


def _stopping(trial: Trial) -> float:
    if trial.number == 3:
        trial.study.stop()
    return 0.0


def _pausing(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    for step in range(trial.resume_step, 4):
        trial.report(x, step)
        if trial.should_pause():
            raise TrialPaused
    return x
