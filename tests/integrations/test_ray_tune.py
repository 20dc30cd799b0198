"""Ray Tune with a study as its searcher."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.distributions import FloatDistribution
from hpo.samplers import GridSampler, RandomSampler
from hpo.trial import Trial, TrialState
from tests.executors.clusters import needed

ray = needed("ray")
tune = needed("ray.tune")
pytestmark = pytest.mark.filterwarnings("default")  # Ray's own are its affair


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def create(folder: Path, **options: Any) -> hpo.Study:
    options = {"sampler": RandomSampler(), "seed": 0, "study_name": "s", **options}
    return hpo.create_study(storage=f"sqlite:///{folder}/s.db", **options)


def fit(study: hpo.Study, space: Any, train: Any, folder: Path, n: int, **options: Any) -> Any:
    from hpo.integrations import StudySearch

    config = tune.TuneConfig(num_samples=n, search_alg=StudySearch(study, space, options["metric"]), **options)
    run = tune.RunConfig(storage_path=str(folder), name="run", verbose=0)
    return tune.Tuner(train, tune_config=config, run_config=run).fit()


def branches(trial: Trial) -> dict[str, Any]:
    """A space that depends on what was suggested, and a constant."""
    if trial.suggest_categorical("kind", ["a", "b"]) == "a":
        trial.suggest_float("x", 0, 1)
    else:
        trial.suggest_int("n", 1, 9)
    return {"constant": 7}


def train(config: dict[str, Any]) -> None:
    for step in range(3):
        tune.report({"loss": config.get("x", config.get("n", 0)) + step, "seen": config["constant"]})
    if config.get("n", 0) > 5:
        raise RuntimeError("too many")


def test_every_trial_of_rays_is_one_of_the_studys(tmp_path: Path) -> None:
    study = create(tmp_path)
    results = fit(study, branches, train, tmp_path, 12, metric="loss", mode="min")
    assert len(study.trials) == 12
    told = [(r.config.get("x", r.config.get("n")), r.metrics["loss"]) for r in results if r.error is None]
    done = study.get_trials(states=(TrialState.COMPLETE,))
    assert sorted(told) == sorted((trial.params.get("x", trial.params.get("n")), trial.value) for trial in done)
    assert study.count_trials((TrialState.FAIL,)) == sum(result.error is not None for result in results) > 0
    assert all(len(trial.intermediate_values) == 3 for trial in done)
    assert all(result.config["constant"] == 7 for result in results)
    assert study.verify() == []


def test_a_search_that_is_exhausted_ends(tmp_path: Path) -> None:
    grid = GridSampler({"x": [0.0, 0.5, 1.0]})
    study = create(tmp_path, sampler=grid, direction="maximize")
    space = {"x": FloatDistribution(0, 1)}
    results = fit(study, space, lambda config: {"score": config["x"]}, tmp_path, 20, metric="score", mode="max")
    assert sorted(result.config["x"] for result in results) == [0.0, 0.5, 1.0]
    assert study.best_value == 1.0


def test_a_searcher_that_is_restored_tells_of_the_trials_that_ran(tmp_path: Path) -> None:
    from hpo.integrations import StudySearch

    study = create(tmp_path)
    search = StudySearch(study, branches, "loss")
    for name in ("one", "two"):
        search.suggest(name)
    search.save(str(tmp_path / "state"))
    again = hpo.load_study(storage=f"sqlite:///{tmp_path}/s.db", study_name="s", sampler=RandomSampler())
    other = StudySearch(again, branches, "loss")
    other.restore(str(tmp_path / "state"))
    other.on_trial_result("one", {"loss": 1.0, "training_iteration": 1})
    other.on_trial_complete("one", {"loss": 0.5})
    other.on_trial_complete("two", error=True)
    other.on_trial_complete("unknown", {"loss": 0.5})
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.FAIL]
    assert study.trials[0].value == 0.5


def test_what_does_not_fit_the_study_is_said(tmp_path: Path) -> None:
    from hpo.integrations import StudySearch

    study = create(tmp_path)
    with pytest.raises(ValueError, match="The study has 1 objectives"):
        StudySearch(study, branches, ["loss", "time"])
    search = StudySearch(study, branches, "loss")
    with pytest.raises(ValueError, match="The study has 'loss' and 'min', and Ray 'loss' and 'max'"):
        search.set_search_properties("loss", "max", {"batch": 1})
    with pytest.raises(ValueError, match="say them to StudySearch"):
        search.set_search_properties("loss", "min", {"x": tune.uniform(0, 1)})
