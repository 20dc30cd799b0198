"""The progress bar of `optimize`."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import IO, Any, final

from hpo.terminal import hide_bar, show_bar

__all__ = ["Progress"]


@final
class Progress:
    """A tqdm bar, in the terminal or the notebook: trials where their number is known, otherwise seconds."""

    def __init__(self, n_trials: int | None, timeout: float | None) -> None:
        from tqdm.auto import tqdm

        self._began = time.monotonic()
        self._timeout = timeout
        self._counts_trials = n_trials is not None or timeout is None
        if n_trials is not None or timeout is None:
            self._bar: Any = tqdm(total=n_trials, unit="trial")
        else:
            layout = "{l_bar}{bar}| {elapsed}/" + tqdm.format_interval(timeout)
            self._bar = tqdm(total=timeout, bar_format=layout)
        show_bar(self._clear)

    def advance(self, best: tuple[int, tuple[float, ...]] | None, *, counts: bool = True) -> None:
        """Count one finished trial, unless it was counted when it paused, and show the best trial and its values."""
        if best is not None:
            number, values = best
            self._bar.set_description(f"Best trial: {number}. Best value: {values[0]:.6g}")
        if self._counts_trials:
            self._bar.update(1 if counts else 0)
        if self._timeout is not None:
            elapsed = min(time.monotonic() - self._began, self._timeout)
            if self._counts_trials:
                shown = self._bar.format_interval
                self._bar.set_postfix_str(f"{shown(elapsed)}/{shown(self._timeout)}")
            else:
                self._bar.update(elapsed - self._bar.n)

    def close(self) -> None:
        hide_bar(self._clear)
        self._bar.close()

    def _clear(self, file: IO[Any]) -> AbstractContextManager[object]:
        mode: AbstractContextManager[object] = self._bar.external_write_mode(file=file)
        return mode
