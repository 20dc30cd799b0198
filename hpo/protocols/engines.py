"""What calls functions in other processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Engine"]


@runtime_checkable
class Engine(Protocol):
    """Calls functions in other processes, of this machine or of a cluster; it schedules, hpo decides what runs.

    Functions and arguments are such as `pickle` can write; hpo sends bytes.
    """

    @property
    def slots(self) -> int:
        """How many calls can run at the same time; it is asked again and again, and may change."""
        ...

    @property
    def host(self) -> str:
        """How the calls reach this machine: "127.0.0.1" if they all run on it, where they see its files, too."""
        ...

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Have `fn(*args)` called once. More than `slots` calls are never under way."""
        ...

    def is_loss(self, error: BaseException) -> bool:
        """Whether a call ended with this error because its process is gone, while others go on taking calls.

        Raises:
            Exception: A clearer error, if the engine takes no calls any more.
        """
        ...

    def close(self) -> None:
        """End the calls that are under way, as far as they can be ended, and give back what was taken for the run."""
        ...
