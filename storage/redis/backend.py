"""What scripts written for Optuna give to `JournalStorage`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, final

from hpo.storage.redis.storage import RedisStorage

__all__ = ["JournalRedisBackend"]


@final
@dataclass(frozen=True)
class JournalRedisBackend:
    """Names a Redis server: `JournalStorage(JournalRedisBackend(url))` is the same as `RedisStorage(url)`.

    Args:
        url, use_cluster, prefix: As for `RedisStorage`.
    """

    url: str = field(repr=False)  # it may hold a password
    use_cluster: bool = False
    prefix: str = ""

    def storage(self, **options: Any) -> RedisStorage:
        """The storage there; `options` are those of `RedisStorage`."""
        return RedisStorage(self.url, self.use_cluster, self.prefix, **options)
