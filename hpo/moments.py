"""Moments of a log, as the calendar has them."""

from __future__ import annotations

from datetime import datetime

__all__ = ["local_time"]


def local_time(seconds: float) -> datetime:
    """The local time at some seconds since 1970; before the first year and after the last one, the end of the calendar.

    A log holds what others have written, and `datetime.max` itself is rounded to a time in the year 10000.

    Example:
        >>> local_time(1e12), local_time(-1e12)
        (datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), datetime.datetime(1, 1, 1, 0, 0))
    """
    try:
        return datetime.fromtimestamp(seconds)
    except (OverflowError, OSError, ValueError):
        return datetime.min if seconds < 0 else datetime.max
