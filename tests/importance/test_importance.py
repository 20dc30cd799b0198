"""Importances: laws of all evaluators, exact values of their parts, and agreement with Optuna on the same trials."""

from __future__ import annotations

import itertools
import math
import re
import sys
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpo
from hpo.arrays import Array
from hpo.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.importance import (
    BaseImportanceEvaluator,
    FanovaImportanceEvaluator,
    MeanDecreaseImpurityImportanceEvaluator,
    PedAnovaImportanceEvaluator,
    ShapleyImportanceEvaluator,
    disagreements,
    explain_gain,
    get_param_importances,
)
from hpo.importance.density import on_choices, on_grid
from hpo.importance.fanova import main_effects
from hpo.importance.forest import Tree, best_split, extra_trees, grow_tree
from hpo.importance.gain import attribute
from hpo.importance.observations import observe
from hpo.samplers import RandomSampler, TPESampler
from tests.growing import Growing, prefixes

EVALUATORS: list[BaseImportanceEvaluator] = [
    PedAnovaImportanceEvaluator(),
    FanovaImportanceEvaluator(n_trees=16),
    ShapleyImportanceEvaluator(n_trees=16),
    MeanDecreaseImpurityImportanceEvaluator(n_trees=16),
]
each_evaluator = pytest.mark.parametrize("evaluator", EVALUATORS, ids=lambda evaluator: type(evaluator).__name__)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    hpo.logging.set_verbosity(hpo.logging.ERROR)


def run(objective: Callable[[hpo.Trial], Any], n_trials: int, **options: Any) -> hpo.Study:
    study = hpo.create_study(sampler=RandomSampler(), seed=0, **options)
    study.optimize(objective, n_trials=n_trials)
    return study


def weighted(trial: hpo.Trial) -> float:
    much, little = trial.suggest_float("much", 1e-3, 1e3, log=True), trial.suggest_int("little", 0, 9)
    trial.suggest_float("nothing", 0, 1)
    kind = trial.suggest_categorical("kind", ["good", "bad", "worse"])
    spread: float = math.log10(much) ** 2
    return spread + (little - 4) ** 2 / 50 + {"good": 0.0, "bad": 2.0, "worse": 4.0}[kind]


def branching(trial: hpo.Trial) -> float:
    if trial.suggest_categorical("model", ["tree", "kernel"]) == "tree":
        return 0.5 + trial.suggest_int("depth", 1, 20) / 20
    return math.log10(trial.suggest_float("width", 1e-2, 1e2, log=True)) ** 2 / 4


def much(trial: hpo.FrozenTrial) -> float:
    value: float = trial.params["much"]
    return value


@each_evaluator
def test_what_matters_most_comes_first_and_all_sum_to_one(evaluator: BaseImportanceEvaluator) -> None:
    found = get_param_importances(run(weighted, 300), evaluator=evaluator)
    assert next(iter(found)) == "much"
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found["nothing"] < 0.05 < found["kind"] < found["much"]
    assert sum(found.values()) == pytest.approx(1)


@each_evaluator
def test_maximising_the_negative_is_the_same(evaluator: BaseImportanceEvaluator) -> None:
    study, negated = run(weighted, 60), run(lambda t: -weighted(t), 60, direction="maximize")
    assert get_param_importances(study, evaluator=evaluator) == get_param_importances(negated, evaluator=evaluator)


@each_evaluator
def test_asking_twice_gives_the_same(evaluator: BaseImportanceEvaluator) -> None:
    study = run(weighted, 60)
    assert get_param_importances(study, evaluator=evaluator) == get_param_importances(study, evaluator=evaluator)


@each_evaluator
@pytest.mark.parametrize("target", [None, much], ids=["values", "target"])
def test_a_study_that_grows_meanwhile_is_seen_in_one_state(evaluator: BaseImportanceEvaluator, target: Any) -> None:
    states = prefixes(run(weighted, 40), 100, 9)
    found = get_param_importances(Growing(states), evaluator=evaluator, target=target)
    assert found in [get_param_importances(state, evaluator=evaluator, target=target) for state in states]


def test_a_trial_that_is_deleted_meanwhile_does_not_count() -> None:
    before, after = run(weighted, 40), run(weighted, 40)
    after.delete_trial(5)
    seen, _ = observe(Growing([before, after]), None, much)
    assert seen.history.number.tolist() == after.history.number.tolist()


@pytest.mark.parametrize("evaluator", EVALUATORS[:3], ids=lambda evaluator: type(evaluator).__name__)
def test_branches_are_looked_at_where_they_are_taken(evaluator: BaseImportanceEvaluator) -> None:
    found = get_param_importances(run(branching, 300), evaluator=evaluator, normalize=False)
    assert set(found) == {"model", "depth", "width"}
    assert found["model"] > found["depth"]
    assert found["width"] > found["depth"]  # all good trials are kernels


@each_evaluator
def test_a_target_chooses_one_of_several_objectives(evaluator: BaseImportanceEvaluator) -> None:
    def two(trial: hpo.Trial) -> tuple[float, float]:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        return (x - 0.3) ** 2, (y - 0.3) ** 2

    study = run(two, 100, directions=["minimize", "minimize"])
    first = get_param_importances(study, evaluator=evaluator, target=lambda t: t.values[0] if t.values else math.inf)
    second = get_param_importances(study, evaluator=evaluator, target=lambda t: t.values[1] if t.values else math.inf)
    assert next(iter(first)) == "x"
    assert next(iter(second)) == "y"


def test_the_pareto_front_needs_both() -> None:
    def two(trial: hpo.Trial) -> tuple[float, float]:
        x, y, z = (trial.suggest_float(name, 0, 1) for name in "xyz")
        return (x - 0.3) ** 2 + z / 100, (y - 0.3) ** 2 + z / 100

    study = run(two, 200, directions=["minimize", "minimize"])
    found = get_param_importances(study)
    assert min(found["x"], found["y"]) > 2 * found["z"]
    with pytest.raises(ValueError, match="target=lambda"):
        get_param_importances(study, evaluator=FanovaImportanceEvaluator())


@each_evaluator
def test_constant_values_make_all_parameters_equal(evaluator: BaseImportanceEvaluator) -> None:
    def constant(trial: hpo.Trial) -> float:
        trial.suggest_float("x", 0, 1), trial.suggest_categorical("c", ["a", "b"])
        return 1.0

    study = run(constant, 20)
    assert get_param_importances(study, evaluator=evaluator) == {"x": 0.5, "c": 0.5}
    assert get_param_importances(study, evaluator=evaluator, normalize=False) == {"x": 0.0, "c": 0.0}


@each_evaluator
def test_one_parameter_and_one_value_are_allowed(evaluator: BaseImportanceEvaluator) -> None:
    assert get_param_importances(run(lambda t: t.suggest_float("x", 0, 1), 2), evaluator=evaluator) == {"x": 1.0}
    single = run(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 3, 3), 30)
    assert get_param_importances(single, evaluator=evaluator) == {"x": 1.0, "n": 0.0}


@each_evaluator
def test_infinite_failed_and_pruned_trials_do_not_count(evaluator: BaseImportanceEvaluator) -> None:
    def fragile(trial: hpo.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        y = trial.suggest_float("y", 0, 1)
        if trial.number % 4 == 1:
            return math.inf
        if trial.number % 4 == 2:
            raise hpo.TrialPruned
        return float("nan") if trial.number % 4 == 3 else x + y / 10

    study = run(fragile, 80)
    plain = hpo.create_study(seed=0)
    plain.add_trials([t for t in study.get_trials(states=(hpo.TrialState.COMPLETE,)) if t.value != math.inf])
    assert get_param_importances(study, evaluator=evaluator) == get_param_importances(plain, evaluator=evaluator)


OUTSIDE: dict[str, tuple[BaseDistribution, Any]] = {
    "float": (FloatDistribution(0, 1), 1.5),
    "far": (FloatDistribution(0, 1), -1e300),
    "log float": (FloatDistribution(1e-3, 1, log=True), 10.0),
    "off a step": (FloatDistribution(0, 1, step=0.25), 0.3),
    "int": (IntDistribution(1, 9), 50),
    "log int": (IntDistribution(1, 100, log=True), 500),
}
"""Domains, and values that do not lie in them."""


@each_evaluator
@pytest.mark.parametrize("options", [{}, {"normalize": False}], ids=["shares", "sizes"])
@pytest.mark.parametrize("kind", OUTSIDE)
def test_a_queued_value_outside_of_its_range_does_not_count(
    evaluator: BaseImportanceEvaluator, kind: str, options: dict[str, Any]
) -> None:
    distribution, value = OUTSIDE[kind]

    def place(trial: hpo.Trial) -> float:
        x, y = trial.suggest("x", distribution), trial.suggest_float("y", 0, 1)
        return -99.0 if x == value else y + float(distribution.encode(np.array([x]))[0])

    study = run(place, 20)
    before = get_param_importances(study, evaluator=evaluator, **options)
    with pytest.warns(UserWarning, match="does not lie in"):
        study.enqueue_trial({"x": value})
    with pytest.warns(UserWarning, match="does not lie in"):
        study.optimize(place, n_trials=1)
    assert study.best_trial.number == 20
    after = get_param_importances(study, evaluator=evaluator, **options)
    assert after.keys() == before.keys()
    assert all(math.isfinite(size) and size >= 0 for size in after.values())
    assert explain_gain(study).number != 20


def penalised(penalty: float, *, after: bool) -> Callable[[hpo.Trial], float]:
    """Some trials end in a penalty, before or after they have asked for parameters."""

    def objective(trial: hpo.Trial) -> float:
        fails = trial.number % 5 == 0
        if fails and not after:
            return penalty
        loss = -trial.suggest_float("x", 0, 1) - trial.suggest_float("y", 0, 1)
        return penalty if fails else loss

    return objective


@each_evaluator
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("penalty", [1e155, 1e200, 1e308, sys.float_info.max])
def test_penalties_of_any_size_leave_numbers(evaluator: BaseImportanceEvaluator, penalty: float, after: bool) -> None:
    study = run(penalised(penalty, after=after), 30)
    found = get_param_importances(study, evaluator=evaluator)
    assert set(found) == {"x", "y"}
    assert sum(found.values()) == pytest.approx(1)
    gain = explain_gain(study)
    assert gain.value == study.best_value
    assert math.isfinite(gain.baseline)
    assert all(map(math.isfinite, gain.parameters.values()))
    assert 0.0 < gain.total <= penalty


@each_evaluator
def test_the_size_of_a_penalty_before_any_parameter_does_not_matter(evaluator: BaseImportanceEvaluator) -> None:
    studies = [run(penalised(penalty, after=False), 30) for penalty in (1.0, sys.float_info.max)]
    small, large = (get_param_importances(study, evaluator=evaluator) for study in studies)
    assert small == large
    assert explain_gain(studies[0]) == explain_gain(studies[1])


def test_a_gain_between_the_ends_of_what_floats_hold_is_as_large_as_they_can_be() -> None:
    most = sys.float_info.max
    study = run(lambda trial: most if trial.suggest_float("x", 0, 1) > 0.5 else -most, 20)
    worst = next(trial.number for trial in study.trials if trial.value == most)
    assert explain_gain(study, baseline=worst).parameters == {"x": most}


@each_evaluator
@pytest.mark.parametrize("n_trials", [0, 1])
def test_too_few_trials_are_one_clear_error(evaluator: BaseImportanceEvaluator, n_trials: int) -> None:
    study = run(weighted, n_trials) if n_trials else hpo.create_study()
    with pytest.raises(ValueError, match=f"at least two complete trials .* has {n_trials}"):
        evaluator.evaluate(study)


@each_evaluator
def test_params_are_chosen_and_checked(evaluator: BaseImportanceEvaluator) -> None:
    study = run(weighted, 30)
    assert get_param_importances(study, evaluator=evaluator, params=[]) == {}
    assert set(get_param_importances(study, evaluator=evaluator, params=["kind", "much"])) == {"kind", "much"}
    with pytest.raises(ValueError, match="'missing'"):
        get_param_importances(study, evaluator=evaluator, params=["missing"])
    with pytest.raises(TypeError, match="list of parameters' names"):
        get_param_importances(study, evaluator=evaluator, params="much")


def two_losses(trial: hpo.Trial) -> tuple[float, float]:
    return weighted(trial), -trial.params["much"]


@each_evaluator
def test_an_objective_is_chosen_by_its_index(evaluator: BaseImportanceEvaluator) -> None:
    study = run(two_losses, 40, directions=["minimize", "maximize"])
    for index, function in ((0, lambda trial: trial.values[0]), (1, lambda trial: -trial.values[1])):
        found = get_param_importances(study, evaluator=evaluator, target=index)
        assert found == get_param_importances(study, evaluator=evaluator, target=function)
        assert found == get_param_importances(study, evaluator=evaluator, target=index - 2)
    one = run(weighted, 40)
    assert get_param_importances(one, evaluator=evaluator, target=0) == get_param_importances(one, evaluator=evaluator)


def test_a_gain_in_an_objective_is_told_in_its_unit() -> None:
    study = run(two_losses, 40, directions=["minimize", "maximize"])
    gain = explain_gain(study, target=1)
    assert gain.value == max(trial.values[1] for trial in study.trials if trial.values)
    assert gain == explain_gain(study, target=-1)
    assert gain.total > 0


@each_evaluator
@pytest.mark.parametrize("target", [2, -3, "a", 0.0, True, [0]])
def test_what_is_neither_a_function_nor_an_objective_is_refused(
    evaluator: BaseImportanceEvaluator, target: Any
) -> None:
    study = run(two_losses, 10, directions=["minimize", "maximize"])
    words = re.escape(f"target must be {'the index of one of 2 objectives' if type(target) is int else 'a function'}")
    for ask in (
        lambda: get_param_importances(study, evaluator=evaluator, target=target),
        lambda: evaluator.evaluate(study, target=target),
        lambda: explain_gain(study, target=target),
    ):
        with pytest.raises(ValueError, match=f"{words}.*got {re.escape(repr(target))}"):
            ask()


@each_evaluator
@pytest.mark.parametrize("told", [math.nan, math.inf])
def test_a_target_that_is_never_finite_is_told(evaluator: BaseImportanceEvaluator, told: float) -> None:
    with pytest.warns(UserWarning, match="target gave no finite number for any of 10 complete trials"):
        assert get_param_importances(run(weighted, 10), evaluator=evaluator, target=lambda trial: told) == {}


@each_evaluator
def test_a_target_is_a_number(evaluator: BaseImportanceEvaluator) -> None:
    with pytest.raises(ValueError, match="target must return a number, got None for trial 0"):
        get_param_importances(run(weighted, 10), evaluator=evaluator, target=lambda trial: None)  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(
    ("given", "advice"),
    [("fanova", "an object such as hpo.importance.FanovaImportanceEvaluator()"), (3, "got 3 of type int")],
)
def test_what_is_no_evaluator_is_refused(given: Any, advice: str) -> None:
    with pytest.raises(TypeError, match=re.escape(advice)):
        get_param_importances(run(weighted, 10), evaluator=given)


@each_evaluator
def test_the_class_of_an_evaluator_is_answered_by_an_instance(evaluator: BaseImportanceEvaluator) -> None:
    kind: Any = type(evaluator)
    with pytest.raises(TypeError, match=rf"write evaluator={kind.__name__}\(\)"):
        get_param_importances(run(weighted, 10), evaluator=kind)


@pytest.mark.parametrize(
    "evaluator",
    [FanovaImportanceEvaluator(), MeanDecreaseImpurityImportanceEvaluator()],
    ids=lambda one: type(one).__name__,
)
def test_shares_are_the_same_in_every_unit(evaluator: BaseImportanceEvaluator) -> None:
    study = run(weighted, 30)
    factors = [2.0**exponent for exponent in (0, -300, 300, 1000)]
    targets: list[Any] = [lambda trial, factor=factor: factor * trial.value for factor in factors]
    shares = [get_param_importances(study, evaluator=evaluator, target=target) for target in targets]
    assert all(share == shares[0] for share in shares)


@pytest.mark.parametrize("quantiles", [(0.0, 1.0), (0.5, 0.5), (0.5, 1.1)])
def test_quantiles_are_checked(quantiles: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="target_quantile < region_quantile"):
        PedAnovaImportanceEvaluator(target_quantile=quantiles[0], region_quantile=quantiles[1])


@pytest.mark.parametrize("option", ["n_trees", "max_samples", "min_samples_leaf"])
def test_the_forest_s_options_are_checked(option: str) -> None:
    with pytest.raises(ValueError, match=option):
        FanovaImportanceEvaluator(**{option: 0})


def with_optuna(study: hpo.Study, **options: Any) -> dict[str, float]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    theirs = optuna.create_study()
    for trial in study.trials:
        distributions = {
            name: optuna.distributions.json_to_distribution(hpo.distributions.distribution_to_json(distribution))
            for name, distribution in trial.distributions.items()
        }
        assert trial.value is not None
        theirs.add_trial(optuna.trial.create_trial(value=trial.value, params=trial.params, distributions=distributions))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: dict[str, float] = optuna.importance.get_param_importances(
            theirs, evaluator=optuna.importance.PedAnovaImportanceEvaluator(**options)
        )
    return found


@pytest.mark.parametrize("objective", [weighted, branching])
@pytest.mark.parametrize(
    "options", [{}, {"target_quantile": 0.2, "region_quantile": 0.5}, {"evaluate_on_local": False}]
)
def test_ped_anova_agrees_with_optuna_s(objective: Callable[[hpo.Trial], float], options: dict[str, Any]) -> None:
    evaluator = PedAnovaImportanceEvaluator(**options, weigh_chance=False)
    for sampler in (RandomSampler(), TPESampler()):
        study = hpo.create_study(sampler=sampler, seed=0)
        study.optimize(objective, n_trials=300)
        found = get_param_importances(study, evaluator=evaluator)
        assert found == pytest.approx(with_optuna(study, **options), abs=0.03)  # less than between seeds


def test_infeasible_trials_are_not_the_good_ones() -> None:
    def tempting(trial: hpo.Trial) -> float:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        trial.set_constraint("x is large", 0.5 - x)
        return x / 1000 + (y - 0.5) ** 2

    seen, _ = observe(run(tempting, 100), None, None)
    good = seen.best(10)
    assert good.sum() == 10
    assert (seen.violation[good] == 0).all()


def test_a_range_that_every_trial_chooses_anew_still_shows_its_importance() -> None:
    def moving(trial: hpo.Trial) -> float:
        total = trial.suggest_float("total", 1, 2)
        part = trial.suggest_float("part", 0, total)
        return (part / total - 0.2) ** 2 + trial.suggest_float("other", 0, 1) / 100

    assert next(iter(get_param_importances(run(moving, 200)))) == "part"


def test_choices_that_are_added_one_by_one_are_told_apart() -> None:
    def growing(trial: hpo.Trial) -> float:
        known = [f"kind {i}" for i in range(3 + trial.number // 15)]
        return float(known.index(trial.suggest_categorical("kind", known)))

    study = run(growing, 60)
    seen, _ = observe(study, None, None)
    (regime,) = seen.regimes("kind")
    assert isinstance(regime.distribution, CategoricalDistribution)
    chosen = [regime.distribution.choices[int(code)] for code in regime.coded]
    assert chosen == [trial.params["kind"] for trial in study.trials]
    assert len(set(chosen)) == len(regime.distribution.choices) == 6


def test_densities_are_symmetric_and_sum_to_one() -> None:
    counts = np.array([0, 3, 9, 3, 0])
    density = on_grid(counts)
    assert density.sum() == pytest.approx(1)
    assert density == pytest.approx(density[::-1])
    assert density.argmax() == 2
    choices = on_choices(np.array([4, 0, 1]))
    assert choices.sum() == pytest.approx(1)
    assert choices[0] > choices[2] > choices[1] > 0


def test_main_effects_of_known_boxes_are_exact() -> None:
    quarters = Tree(
        low=np.array([[0, 0], [0, 0.5], [0.5, 0], [0.5, 0.5]]),
        high=np.array([[0.5, 0.5], [0.5, 1], [1, 0.5], [1, 1]]),
        value=np.array([0.0, 1.0, 2.0, 3.0]),  # 2·[u ≥ ½] + [v ≥ ½]: variances 1 and ¼
    )
    assert main_effects(quarters) == pytest.approx([0.8, 0.2])
    pure_interaction = Tree(quarters.low, quarters.high, np.array([1.0, 0.0, 0.0, 1.0]))
    assert main_effects(pure_interaction) == pytest.approx([0.0, 0.0])


def test_fanova_recovers_known_variance_shares() -> None:
    def linear(trial: hpo.Trial) -> float:
        u, v, _ = (trial.suggest_float(name, 0, 1) for name in "uvw")
        return float(2 * u + v + 0.5 * (trial.suggest_categorical("c", ["x", "y", "z"]) == "y"))

    # Var 2u = 1/3, Var v = 1/12, Var of the choice = (1/4)(2/9) = 1/18
    total = 1 / 3 + 1 / 12 + 1 / 18
    found = get_param_importances(run(linear, 500), evaluator=FanovaImportanceEvaluator(n_trees=32), normalize=False)
    truth = {"u": 1 / 3 / total, "v": 1 / 12 / total, "c": 1 / 18 / total, "w": 0.0}
    assert found == pytest.approx(truth, abs=0.04)
    assert sum(found.values()) < 1  # what is missing is the forest's interactions


def brute_force(tree: Tree, point: Array, baseline: Array) -> list[float]:
    """Shapley values by the definition: over all orders."""
    d = len(point)
    shares = np.zeros(d)
    for order in itertools.permutations(range(d)):
        x = baseline.copy()
        for column in order:
            before = tree.predict(x[None])[0]
            x[column] = point[column]
            shares[column] += float(tree.predict(x[None])[0]) - float(before)
    return [float(share) for share in shares / math.factorial(d)]


def test_attributions_are_the_shapley_values() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(200, 4))
    tree = grow_tree(x, np.sin(5 * x[:, 0]) * x[:, 1] + x[:, 2] ** 2, partial(best_split, min_samples_leaf=3))
    point, baselines = rng.uniform(size=4), rng.uniform(size=(3, 4))
    expected = np.mean([brute_force(tree, point, baseline) for baseline in baselines], axis=0)
    assert attribute(tree, point, baselines) == pytest.approx(expected)


def test_a_tree_fills_the_cube_and_remembers_its_sample() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(size=(50, 3)), rng.normal(size=50)
    for tree in (
        grow_tree(x, y, partial(best_split, min_samples_leaf=1)),
        *extra_trees(x, y, rng, n_trees=2, max_samples=50),
    ):
        fills_the_cube(tree, x, y)


def fills_the_cube(tree: Tree, x: Array, y: Array) -> None:
    assert (tree.high - tree.low).prod(axis=1).sum() == pytest.approx(1)
    assert tree.predict(x) == pytest.approx(y)
    assert tree.predict(np.ones((1, 3))).shape == (1,)


def test_the_gain_is_shared_out_completely() -> None:
    study = run(weighted, 200)
    assert explain_gain(study).value == pytest.approx(study.best_value)
    gain = explain_gain(study, baseline={"much": 500.0, "little": 4, "nothing": 0.5, "kind": "worse"})
    assert gain.number == study.best_trial.number
    assert gain.total == pytest.approx(gain.baseline - gain.value)
    assert next(iter(gain.parameters)) == "much"
    assert gain.parameters["kind"] == pytest.approx(4.0, abs=1.0)
    assert abs(gain.parameters["nothing"]) < 0.3
    assert "much" in str(gain).splitlines()[1]


def test_a_trial_that_is_the_baseline_has_gained_nothing() -> None:
    study = run(weighted, 60)
    gain = explain_gain(study, baseline=7, trial=7)
    assert set(gain.parameters.values()) == {0.0}
    assert explain_gain(study, baseline=7).baseline == pytest.approx(study.trials[7].value)


def test_gains_are_positive_for_the_better_also_when_maximising() -> None:
    gain = explain_gain(run(lambda t: t.suggest_float("x", 0, 1), 50, direction="maximize"))
    assert gain.total > 0.2
    assert gain.value > gain.baseline


def test_unknown_baselines_and_trials_are_refused() -> None:
    study = run(weighted, 10)
    with pytest.raises(ValueError, match="'typo'"):
        explain_gain(study, baseline={"typo": 1})
    with pytest.raises(ValueError, match="little=99"):
        explain_gain(study, baseline={"little": 99})
    with pytest.raises(ValueError, match="number 99"):
        explain_gain(study, trial=99)


def test_regimes_partition_the_trials() -> None:
    study = hpo.create_study(seed=0)
    wide, narrow = FloatDistribution(0, 10), FloatDistribution(0, 1)
    for i in range(60):
        distribution = narrow if i < 30 else wide
        study.add_trial(hpo.create_trial(params={"x": 0.5}, distributions={"x": distribution}, value=float(i)))
    study.add_trial(
        hpo.create_trial(
            params={"n": 1, "c": "a"},
            distributions={"n": IntDistribution(1, 3), "c": CategoricalDistribution(["a"])},
            value=0.0,
        )
    )
    seen, names = observe(study, None, None)
    assert names == ["x", "n", "c"]
    regimes = {regime.distribution: regime for regime in seen.regimes("x")}
    assert set(regimes) == {wide, narrow, None}
    assert np.sum([regime.rows for regime in regimes.values()], axis=0).tolist() == [1] * 61
    assert set(regimes[wide].coded[regimes[wide].rows]) == {0.05}
    assert set(regimes[narrow].coded[regimes[narrow].rows]) == {0.5}


def plateau(trial: hpo.Trial) -> float:
    """Nearly a third of the trials are equally good, by one parameter alone."""
    x = trial.suggest_float("x", 0, 1)
    trial.suggest_float("u", 0, 1), trial.suggest_int("v", 0, 20), trial.suggest_categorical("c", list("abcd"))
    return max(0.0, round(x - 0.3, 2))


def valley(trial: hpo.Trial) -> float:
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    trial.suggest_float("u", 0, 1), trial.suggest_categorical("c", list("abcd"))
    return (x - 0.3) ** 2 + 0.2 * (y - 0.6) ** 2


@pytest.mark.parametrize("objective", [plateau, valley])
def test_what_decides_nothing_has_nearly_nothing_also_among_few_trials(objective: Callable[[hpo.Trial], float]) -> None:
    """What chance does is weighed: by the formula alone it is up to three tenths for one unused parameter."""
    shares = []
    for seed in range(12):
        study = hpo.create_study(sampler=RandomSampler(), seed=seed)
        study.optimize(objective, n_trials=50)
        found = get_param_importances(study)
        shares.append(sum(share for name, share in found.items() if name in "uvc"))
    assert np.mean(shares) < 0.04
    assert max(shares) < 0.2


def test_trials_that_are_equally_good_are_good_together() -> None:
    study = run(plateau, 100)
    seen, _ = observe(study, None, None)
    assert seen.best(10).sum() == sum(trial.value == 0.0 for trial in study.trials) > 10


@pytest.mark.parametrize("n_trials", [3, 5])
def test_a_forest_of_too_few_trials_says_so(n_trials: int) -> None:
    with pytest.warns(UserWarning, match=f"{n_trials} trials are too few for fANOVA .* run at least 6"):
        get_param_importances(run(weighted, n_trials), evaluator=FanovaImportanceEvaluator())


@each_evaluator
def test_without_anything_to_compare_all_are_equal(evaluator: BaseImportanceEvaluator) -> None:
    assert get_param_importances(run(weighted, 0), evaluator=evaluator) == {}
    found = get_param_importances(run(weighted, 1), evaluator=evaluator)
    assert found == dict.fromkeys(["much", "little", "nothing", "kind"], 0.25)


def test_a_depth_bounds_what_a_forest_tells() -> None:
    study = run(weighted, 100)
    for made in (FanovaImportanceEvaluator, MeanDecreaseImpurityImportanceEvaluator):
        shallow = get_param_importances(study, evaluator=made(n_trees=8, max_depth=1), normalize=False)
        assert next(iter(shallow)) == "much"
        assert sum(share > 0 for share in shallow.values()) < 3
        with pytest.raises(ValueError, match="max_depth must be"):
            made(max_depth=0)


def test_evaluators_that_disagree_are_explained() -> None:
    def pipeline(trial: hpo.Trial) -> float:
        if trial.suggest_categorical("model", ["svm", "tree"], weights=[9, 1]) == "tree":
            return 3.0 + trial.suggest_int("depth", 1, 9) / 100
        return abs(math.log10(trial.suggest_float("C", 1e-3, 1e3, log=True)) - 1) / 10

    sentences = disagreements(run(pipeline, 150))
    assert any(
        s.startswith("model: ") and "share one value of it" in s and "over the whole space" in s for s in sentences
    )
    assert any(s.startswith("C: ") and "trials have it" in s for s in sentences)
    assert disagreements(run(lambda t: t.suggest_float("x", 0, 1), 30)) == []
    assert disagreements(run(pipeline, 5)) == []


def test_before_two_trials_lie_within_moved_ranges_nobody_disagrees() -> None:
    study = run(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1), 30)
    study.optimize(lambda trial: trial.suggest_float("x", 5, 6) + trial.suggest_float("y", 5, 6), 1)
    assert disagreements(study) == []


@pytest.mark.filterwarnings("ignore:3 trials are too few")
@pytest.mark.parametrize("evaluator", EVALUATORS, ids=repr)
@pytest.mark.parametrize("n_trials", [1, 3])
def test_what_has_one_value_only_has_no_share(evaluator: BaseImportanceEvaluator, n_trials: int) -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 5) + trial.suggest_float("y", 1, 1), n_trials)
    assert get_param_importances(study, evaluator=evaluator) == {"x": 1.0, "y": 0.0}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=12))
def test_the_best_n_are_those_that_no_more_than_n_surpass(pairs: list[tuple[int, int]]) -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    for value, violation in [*pairs, (4, 2)]:  # as one trial alone is too few
        trial = study.ask({"x": FloatDistribution(0, 1)})
        trial.set_constraint("c", float(violation))
        study.tell(trial, float(value))
    seen, _ = observe(study, None, None)
    told = [(violation, value) for value, violation in [*pairs, (4, 2)]]
    order = sorted(told)
    for n in range(1, len(told) + 1):
        assert seen.best(n).tolist() == [one <= order[n - 1] for one in told]
