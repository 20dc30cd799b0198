"""Artifacts in Amazon S3, or any service that speaks its language."""

from __future__ import annotations

from io import BufferedReader
from typing import Any, BinaryIO, cast, final

from hpo.exceptions import ArtifactNotFound

__all__ = ["Boto3ArtifactStore"]

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


@final
class Boto3ArtifactStore:
    """Keeps artifacts in a bucket of S3. Needs the extra `s3`.

    Args:
        bucket_name: The bucket.
        client: Of `boto3.client("s3")`, which also says where the service is; by default that one.
        avoid_buf_copy: For scripts of other libraries; nothing is copied in any case.
    """

    def __init__(self, bucket_name: str, client: Any = None, *, avoid_buf_copy: bool = False) -> None:
        del avoid_buf_copy
        if client is None:
            import boto3

            client = boto3.client("s3")
        self._bucket = bucket_name
        self._client = client

    def open_reader(self, artifact_id: str) -> BinaryIO:
        return cast(BinaryIO, self._asked(self._client.get_object, artifact_id)["Body"])

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        self._client.upload_fileobj(_Lent(cast(Any, content_body)), self._bucket, artifact_id)

    def remove(self, artifact_id: str) -> None:
        self._asked(self._client.head_object, artifact_id)  # to delete what is not there is no error in S3
        self._client.delete_object(Bucket=self._bucket, Key=artifact_id)

    def __repr__(self) -> str:
        return f"Boto3ArtifactStore({self._bucket!r})"

    def _asked(self, ask: Any, artifact_id: str) -> Any:
        from botocore.exceptions import ClientError

        try:
            return ask(Bucket=self._bucket, Key=artifact_id)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise
        raise ArtifactNotFound(f"There is no artifact {artifact_id!r} in the bucket {self._bucket!r}.")


class _Lent(BufferedReader):
    """A file of somebody else's: boto3 closes what it has sent, which is for the owner to do."""

    def close(self) -> None:
        if not self.closed:
            self.detach()
