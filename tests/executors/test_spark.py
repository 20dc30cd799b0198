"""Trials on Spark, within this machine's own JVM and on a cluster of this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.executors import Spark
from hpo.samplers import RandomSampler
from hpo.testing import EngineContract
from tests.executors.clusters import check_losses, needed

pyspark = needed("pyspark")
pytestmark = [
    pytest.mark.filterwarnings("default"),  # Spark's own are its affair
    pytest.mark.skipif(shutil.which("java") is None, reason="java is not installed"),
]


@pytest.fixture(scope="module", params=["local[2]", "local-cluster[2,1,512]"])
def context(request: pytest.FixtureRequest) -> Iterator[Any]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    conf = pyspark.SparkConf().setMaster(request.param).setAppName("hpo").set("spark.ui.enabled", "false")
    conf = conf.set("spark.python.worker.reuse", "true").set("spark.executor.memory", "512m")
    context = pyspark.SparkContext(conf=conf)
    context.setLogLevel("OFF")
    yield context
    context.stop()


@pytest.fixture(scope="module")
def engine(context: Any) -> Any:
    return Spark(context)


class TestSpark(EngineContract):
    pass


def test_trials_whose_workers_die_are_lost_and_tried_again(engine: Any, tmp_path: Path) -> None:
    check_losses(engine, tmp_path)


def test_a_study_in_memory_is_served(engine: Any) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=5, executor=engine)
    assert len(study.trials) == 5


def test_a_session_will_do_and_what_is_none_is_refused(context: Any) -> None:
    assert Spark(pyspark.sql.SparkSession(context)).slots == Spark(context).slots == 2
    with pytest.raises(TypeError, match="SparkSession"):
        Spark("spark://host:7077")
