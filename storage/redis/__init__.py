"""Logs on a Redis server, which many machines can share."""

from hpo.storage.redis.backend import JournalRedisBackend
from hpo.storage.redis.storage import RedisStorage

__all__ = ["JournalRedisBackend", "RedisStorage"]
