"""How trials are divided into good and bad ones where some violate a constraint."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hpo.history import Fold, History
from hpo.protocols import Sampler
from hpo.samplers import RandomSampler, TPESampler
from hpo.samplers.model.axes import axes_of
from hpo.samplers.tpe import weights
from hpo.samplers.tpe.record import Record
from hpo.samplers.tpe.trials import Trials
from hpo.study import Study, create_study
from hpo.trial import Trial


def studied(limit: float, m: int, n_trials: int = 60) -> Study:
    """Losses that fall where the constraint is violated; feasible is a share 1 - `limit` of the space."""

    def objective(trial: Trial) -> list[float]:
        x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(3)]
        trial.set_constraint("c", limit - x[0])
        return [x[0] + (x[1] - 0.5 * j) ** 2 + x[2] for j in range(m)]

    study = create_study(sampler=RandomSampler(), directions=["minimize"] * m, seed=3)
    study.optimize(objective, n_trials=n_trials)
    return study


def divided(study: Study, n_good: int) -> tuple[Trials, History]:
    history = study.history
    start = Record.empty(65, 192, False, len(study.directions))
    record = history.fold(Fold("test", start, Record.advance))
    known = Trials.of(record, history, history.space, axes_of(history.space), n_good, avoid_failures=False)
    assert known is not None
    return known, history


@pytest.mark.parametrize("m", [1, 2])
def test_good_are_the_best_feasible_ones_and_infeasible_ones_that_are_as_good(m: int) -> None:
    known, history = divided(studied(0.5, m), 6)
    good, bad = set(known.rows[: known.n_good].tolist()), set(known.rows[known.n_good :].tolist())
    losses, feasible = history.losses, history.violation <= 0
    among = [row for row in good if feasible[row]]
    assert len(among) == 6
    assert good | bad == set(range(60))
    assert not good & bad
    if m == 1:
        assert max(losses[among, 0]) <= min(losses[row, 0] for row in bad if feasible[row])
    for row in np.flatnonzero(~feasible):
        assert (row in good) == any((losses[row] <= losses[b]).all() for b in among)
    assert known.feasible.tolist() == feasible[known.rows[: known.n_good]].tolist()


def test_the_least_violating_ones_are_good_as_long_as_none_is_feasible() -> None:
    known, history = divided(studied(1.1, 1), 6)
    assert set(known.rows[:6]) == set(np.argsort(history.violation)[:6])
    assert known.n_good == 6
    assert len(known.fulfilled) == 0, "nothing tells where the constraint holds"


def test_a_part_of_the_trials_is_divided_like_all() -> None:
    known, _ = divided(studied(0.5, 1), 6)
    again = known.where(np.ones(len(known.rows), dtype=np.bool_), lambda n: 6)
    assert again.n_good == known.n_good
    assert set(again.rows[: again.n_good]) == set(known.rows[: known.n_good])
    assert (np.diff(again.rows[again.n_good :]) > 0).all()


@given(
    arrays.arrays(float, st.integers(1, 12), elements=st.floats(1e-6, 1e3)).flatmap(
        lambda w: st.tuples(st.just(w), arrays.arrays(bool, len(w)))
    )
)
def test_caution_leaves_feasible_trials_the_heavier_half(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    w, feasible = drawn
    w = w * len(w) / w.sum()
    limited = weights.cautious(w, feasible)
    assert limited.sum() == pytest.approx(len(w))
    if feasible.any():
        assert limited[~feasible].sum() <= limited[feasible].sum() * (1 + 1e-9)
        assert limited[~feasible].max(initial=0.0) <= limited[feasible].max() * (1 + 1e-9)
        ratio = limited[feasible] / w[feasible]
        assert ratio == pytest.approx(ratio[0]), "feasible ones keep their proportions"


def best(objective: Callable[[Trial], float], sampler: Sampler, seed: int) -> float:
    study = create_study(sampler=sampler, seed=seed)
    study.optimize(objective, n_trials=60)
    return study.best_value


def test_the_best_far_beyond_and_the_best_at_a_constraint_are_both_found() -> None:
    def inside(trial: Trial) -> float:
        x = np.array([trial.suggest_float(f"x{i}", -5, 5) for i in range(3)])
        trial.set_constraint("ball", float(np.linalg.norm(x - 2.0)) - 2.5)
        return float(((x - 1.0) ** 2).sum())

    def beyond(trial: Trial) -> float:
        x = np.array([trial.suggest_float(f"x{i}", -5, 5) for i in range(3)])
        trial.set_constraint("plane", float(x.sum()) + 6.0)
        return float(((x - 1.0) ** 2).sum())  # 27 is the least feasible one

    for objective, least in ((inside, 0.0), (beyond, 27.0)):
        ours, chance = (
            np.mean([best(objective, sampler, seed) - least for seed in range(6)])
            for sampler in (TPESampler(), RandomSampler())
        )
        assert ours < 0.4 * chance
