"""Linear algebra in one thread.

The matrices of a surrogate are so small that several threads do not pay, and where many workers share a machine
their threads wait for each other. The number of threads belongs to the process, not to us: it is changed by
threadpoolctl where that is installed, and else by the environment (OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

__all__ = ["single_threaded"]


@lru_cache(maxsize=1)
def _controller() -> Any:
    """What knows the libraries that are loaded; None without threadpoolctl."""
    import scipy.linalg.lapack  # noqa: F401  (so that its library is among them)

    try:
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return None
    return ThreadpoolController()


def single_threaded() -> AbstractContextManager[object]:
    """Within this, BLAS uses one thread for what this thread asks of it."""
    controller = _controller()
    if controller is None:
        return nullcontext()
    limit: AbstractContextManager[object] = controller.limit(limits=1, user_api="blas")
    return limit
