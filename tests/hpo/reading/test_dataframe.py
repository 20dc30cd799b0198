"""The table of trials has the columns and cells that Optuna's has, whatever the study."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import optuna
import pandas as pd
import pytest

import hpo
from hpo.reading.dataframe import _ATTRIBUTES


@dataclass(frozen=True)
class Spec:
    state: str
    params: dict[str, Any] = field(default_factory=dict)
    user_attrs: dict[str, Any] = field(default_factory=dict)
    system_attrs: dict[str, Any] = field(default_factory=dict)
    reports: dict[int, float] = field(default_factory=dict)


STUDIES: dict[str, list[Spec]] = {
    "empty": [],
    "plain": [Spec("COMPLETE", {"x": 1.0, "n": 2, "c": "a"}), Spec("COMPLETE", {"x": 2.0, "n": 3, "c": "b"})],
    "states": [
        Spec("COMPLETE", {"x": 1.0}, {"u": 1}),
        Spec("PRUNED", {"x": 1.5, "n": 2}, reports={0: 1.0, 3: 2.0}),
        Spec("PRUNED"),
        Spec("FAIL", {"c": "a"}, {"z": "q", "a": [1, 2]}),
        Spec("WAITING", system_attrs={"fixed_params": {"x": 1.0}}),
    ],
    "failed": [Spec("FAIL")],
    "attributes": [
        Spec("COMPLETE", {"b": 1, "a": 1.0}, {"10": 1, "9": 2, "z": None}, {"k": {"d": 1}}, {1: 2.0, 10: 3.0, 2: 1.0}),
        Spec("COMPLETE", {"a": 1.0}, {"y": True}),
    ],
    "waiting": [Spec("WAITING", system_attrs={"fixed_params": {"x": 1.0}})],
}
ATTRIBUTES: list[tuple[str, ...] | None] = [
    None,
    ("value",),
    ("values",),
    ("number", "state"),
    ("params", "number"),
    ("values", "intermediate_values", "number"),
    ("last_step", "duration", "datetime_start"),
    ("user_attrs", "value", "system_attrs"),
]


def distribution(module: ModuleType, value: Any) -> Any:
    if isinstance(value, str):
        return module.distributions.CategoricalDistribution(["a", "b"])
    kind = module.distributions.IntDistribution if isinstance(value, int) else module.distributions.FloatDistribution
    return kind(0, 10)


def trial(module: ModuleType, number: int, spec: Spec, n_objectives: int) -> Any:
    state = module.trial.TrialState[spec.state]
    reports = spec.reports if n_objectives == 1 else {}
    pruned = [reports[max(reports)]] if reports and spec.state == "PRUNED" else None
    made = module.trial.create_trial(
        state=state,
        values=[float(number + i) for i in range(n_objectives)] if spec.state == "COMPLETE" else pruned,
        params=spec.params,
        distributions={name: distribution(module, value) for name, value in spec.params.items()},
        user_attrs=spec.user_attrs,
        system_attrs=spec.system_attrs,
        intermediate_values=reports,
    )
    begin = datetime(2024, 1, 1) + timedelta(seconds=number)
    made.datetime_start = None if spec.state == "WAITING" else begin
    made.datetime_complete = begin + timedelta(seconds=1 + number) if state.is_finished() else None
    return made


def table(
    module: ModuleType,
    specs: list[Spec],
    n_objectives: int,
    names: list[str] | None,
    attrs: tuple[str, ...] | None,
    multi_index: bool,
) -> pd.DataFrame:
    module.logging.set_verbosity(module.logging.ERROR)
    study = module.create_study(directions=["minimize"] * n_objectives)
    if names:
        study.set_metric_names(names)
    study.add_trials([trial(module, number, spec, n_objectives) for number, spec in enumerate(specs)])
    frame: pd.DataFrame = study.trials_dataframe(multi_index=multi_index, **({"attrs": attrs} if attrs else {}))
    return frame


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("multi_index", [False, True])
@pytest.mark.parametrize("attrs", ATTRIBUTES, ids=str)
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("n_objectives", [1, 2, 11])
@pytest.mark.parametrize("study", STUDIES)
def test_it_is_the_table_that_optuna_makes(
    study: str, n_objectives: int, named: bool, attrs: tuple[str, ...] | None, multi_index: bool
) -> None:
    names = [f"m{n_objectives - i}" for i in range(n_objectives)] if named else None
    ours = table(hpo, STUDIES[study], n_objectives, names, attrs, multi_index)
    theirs = table(optuna, STUDIES[study], n_objectives, names, attrs, multi_index)
    pd.testing.assert_frame_equal(ours, theirs)


def test_each_column_comes_once_in_the_order_of_the_objectives() -> None:
    specs = STUDIES["plain"]
    frame = table(hpo, specs, 12, None, ("value", "values", "number", "number"), True)
    columns: list[Any] = frame.columns.tolist()
    assert columns == [*(("values", i) for i in range(12)), ("number", "")]
    named = table(hpo, specs, 2, ["zeal", "accuracy"], ("value",), False)
    assert list(named.columns) == ["values_zeal", "values_accuracy"]


@pytest.mark.parametrize("attribute", _ATTRIBUTES)
def test_every_attribute_that_can_be_a_column_is_one(attribute: str) -> None:
    study = hpo.create_study()
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    assert len(study.trials_dataframe(attrs=("number", attribute))) == 2


@pytest.mark.parametrize("multi_index", [False, True])
def test_text_that_utf_8_cannot_hold_is_escaped(multi_index: bool) -> None:
    study = hpo.create_study()
    study.set_metric_names(["loss\ud800"])
    study.optimize(lambda trial: len(trial.suggest_categorical("file\ud801", ["\udce9"])), n_trials=1)
    frame = study.trials_dataframe(multi_index=multi_index)
    column: Any = ("params", "file\\ud801") if multi_index else "params_file\\ud801"
    assert frame[column].tolist() == ["\\udce9"]
    frame.to_csv().encode()


@pytest.mark.parametrize("n_trials", [0, 1])
@pytest.mark.parametrize(
    ("attrs", "error", "advice"),
    [
        ("number", TypeError, r"write attrs=\('number',\)"),
        (None, TypeError, "a tuple of names of columns, got None"),
        ((), ValueError, "must name a column at least"),
        (("number", "foo"), ValueError, "no attribute 'foo'; attrs may name number, state, value, .*, error"),
        (("number", 1), ValueError, "no attribute 1; attrs may name"),
    ],
)
def test_columns_are_named_in_a_tuple(n_trials: int, attrs: Any, error: type[Exception], advice: str) -> None:
    study = hpo.create_study()
    study.optimize(lambda trial: 1.0, n_trials=n_trials)
    with pytest.raises(error, match=advice):
        study.trials_dataframe(attrs=attrs)
