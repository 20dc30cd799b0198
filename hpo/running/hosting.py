"""What the processes of an engine call for each trial."""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict

from hpo.running.host import Host
from hpo.running.parcel import Parcel

__all__ = ["run_away"]

_MOST_HOSTS = 4  # that a process keeps, for runs that share its engine; each holds a study

_hosts: OrderedDict[str, Host] = OrderedDict()
_lock = threading.Lock()


def run_away(run: str, parcel: bytes | None, trial: bytes) -> bytes | None:
    """Run a trial here, in a process of an engine.

    Args:
        run: Names the run that it belongs to.
        parcel: The run's pickled `Parcel`; None if this process has probably got it before.
        trial: A pickled `LiveTrial`.

    Returns:
        A pickled `Returned`; None if this process has not got the parcel, so that nothing was done.

    Raises:
        Exception: If the parcel cannot be opened here.
    """
    with _lock:  # of several threads one opens it
        host = _hosts.get(run)
        if host is None:
            if parcel is None:
                return None
            opened: Parcel = pickle.loads(parcel)
            host = _hosts[run] = opened.host()
        _hosts.move_to_end(run)
        while len(_hosts) > _MOST_HOSTS:
            _hosts.popitem(last=False)
    return pickle.dumps(host.run(pickle.loads(trial)), pickle.HIGHEST_PROTOCOL)
