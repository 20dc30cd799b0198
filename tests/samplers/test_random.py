"""Random search draws from the prior, each parameter on its own."""

from __future__ import annotations

from hypothesis import given

import hpo
from hpo.key import Key
from hpo.samplers import RandomSampler
from hpo.space import Space
from tests.logs import header, replay
from tests.strategies import spaces


@given(spaces)
def test_the_answer_is_the_draw_of_the_space(space: Space) -> None:
    key = Key(1, 2)
    assert RandomSampler().sample(space, replay([header()]).history(), key).tolist() == space.uniform(key).tolist()


def test_a_new_parameter_does_not_shift_the_others() -> None:
    def run(*names: str) -> list[dict[str, float]]:
        study = hpo.create_study(sampler=RandomSampler(seed=1))
        study.optimize(lambda trial: sum(trial.suggest_float(name, 0, 1) for name in names), n_trials=10)
        return [trial.params for trial in study.trials]

    assert [{"x": p["x"], "y": p["y"]} for p in run("x", "z", "y")] == run("x", "y")


def test_the_sampler_s_seed_is_the_study_s() -> None:
    assert hpo.create_study(sampler=RandomSampler(seed=5)).seed == 5
    assert hpo.create_study(sampler=RandomSampler(seed=5), seed=6).seed == 6
