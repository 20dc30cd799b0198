"""Laws that every sampler, pruner, storage and engine keeps, as tests for your own ones.

Example:
    >>> import pytest
    >>> class TestMySampler(SamplerContract):
    ...     @pytest.fixture
    ...     def sampler(self):
    ...         return MySampler()
"""

from __future__ import annotations

from hpo.testing.engines import EngineContract
from hpo.testing.pruners import PrunerContract
from hpo.testing.samplers import SamplerContract
from hpo.testing.storages.contract import StorageContract
from hpo.testing.threads import ThreadContract

__all__ = ["EngineContract", "PrunerContract", "SamplerContract", "StorageContract", "ThreadContract"]
