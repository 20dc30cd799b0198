"""Artifacts in S3, as a local server speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hpo.artifacts import ArtifactStore, Boto3ArtifactStore
from tests.hpo.artifacts.laws import StoreLaws
from tests.integrations.libraries import library

boto3 = library("boto3")
moto = library("moto.server")
pytestmark = pytest.mark.filterwarnings("ignore:::botocore", "ignore:::moto", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    server = moto.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    server.stop()


class TestBoto3(StoreLaws):
    @pytest.fixture
    def make_store(self, client: Any, request: pytest.FixtureRequest) -> ArtifactStore:
        bucket = f"bucket-{abs(hash(request.node.name))}"
        client.create_bucket(Bucket=bucket)
        return Boto3ArtifactStore(bucket, client)
