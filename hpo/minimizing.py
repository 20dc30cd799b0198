"""Minimising a function of a vector, in SciPy's manner, with a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hpo.dimensions import Points, read_points
from hpo.numbers import real, whole
from hpo.protocols import Sampler, Storage
from hpo.study import Callback, Study, create_study
from hpo.trial import TrialState, create_trial

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

__all__ = ["minimize"]

_ACQUISITIONS: dict[str, Literal["logei", "pi", "lcb", "gp_hedge"]] = {
    "EI": "logei",
    "PI": "pi",
    "LCB": "lcb",
    "gp_hedge": "gp_hedge",
}


def minimize(
    func: Callable[..., float],
    space: Any,
    args: tuple[Any, ...] = (),
    *,
    n_trials: int = 100,
    timeout: float | None = None,
    x0: Any = None,
    y0: Any = None,
    acq_func: str | None = None,
    n_initial_points: int | None = None,
    callback: Iterable[Callback] | Callback | None = None,
    sampler: Sampler | None = None,
    n_jobs: int = 1,
    storage: str | Storage | None = None,
    study_name: str | None = None,
    seed: int | None = None,
) -> OptimizeResult:
    """Minimise a function that takes long, may be noisy and has no derivatives.

    Args:
        func: Called as `func(x, *args)`, returns a number. Exceptions end the search; NaN only its trial.
        space: What each element of x may be, a list with one of these for each:

            * `(low, high)`, an integer if both are integers, or `(low, high, "log-uniform")`;
            * a list of choices, a `range`, a distribution of `hpo.distributions` or `scipy.stats`, or a dimension of
              scikit-optimize.

            Then x is a list, or an array if all are floats. Of a dict from names to these, x is a dict. SciPy's
            `Bounds` are taken, too.
        args: More arguments of `func`.
        n_trials: How many calls there are to be, with those that a stored study has already.
        timeout: Seconds after which no call begins; None for no limit.
        x0: A point to begin with, or a list of points.
        y0: The values there, if they are known already; they do not count as calls.
        acq_func: "EI", "PI", "LCB" or "gp_hedge", of a Gaussian process; by default `AutoSampler` decides.
        n_initial_points: Spread evenly before there is a model; None for as many as the sampler thinks right.
        callback: One or several of those that `Study.optimize` takes, such as `hpo.NoImprovement(30)`.
        sampler: Instead of `acq_func` and `n_initial_points`.
        n_jobs: Threads. What is tried depends on how many.
        storage, study_name: Where to keep the study, or to go on with the one that is there.
        seed: Of all random choices.

    Returns:
        SciPy's `OptimizeResult` with `x` and `fun`, the best point and its value; `x_iters` and `func_vals`, all points
        and values, in the order of the calls; `nfev`; `space`; `study`; and `models`, a list with the Gaussian process
        of all points, if there are enough for one.

    Raises:
        TypeError, ValueError: If an argument is not what it should be, or no call gave a number.

    Example:
        >>> import hpo
        >>> result = hpo.minimize(lambda x: (x[0] - 2) ** 2 + x[1] ** 2, [(-5.0, 5.0)] * 2, n_trials=30, seed=0)
        >>> result.fun < 0.1
        True
    """
    from scipy.optimize import OptimizeResult as Result

    if not callable(func):
        raise TypeError(f"func must be a function of x that returns a number, got {func!r}.")
    points = read_points(space)
    starts = points.parameters(x0)
    known = _known(y0, starts)
    study = create_study(
        storage=storage,
        study_name=study_name,
        sampler=_sampler(sampler, acq_func, n_initial_points),
        seed=seed,
        load_if_exists=study_name is not None,
    )
    if not study.trials:
        _begin(study, points, starts, known)
    study.optimize(
        lambda trial: func(points.suggest(trial), *args),
        timeout=timeout,
        n_jobs=n_jobs,
        callbacks=callback,
        max_trials=n_trials + len(known),
        reproducible=n_jobs > 1,
        lag=n_jobs if n_jobs > 1 else None,
    )
    best, complete = study.best_trial, study.get_trials(states=(TrialState.COMPLETE,))
    result: OptimizeResult = Result(  # type: ignore[call-arg]
        x=points.suggest(best),
        fun=best.value,
        x_iters=[points.suggest(trial) for trial in complete],
        func_vals=np.array([trial.value for trial in complete]),
        nfev=study.count_trials() - len(known),
        success=True,
        message=f"The best of {len(complete)} points.",
        space=points.space,
        models=_models(study),
        study=study,
    )
    return result


def _sampler(sampler: Sampler | None, acq_func: str | None, n_initial_points: int | None) -> Sampler:
    """What proposes points.

    Raises:
        ValueError: If the arguments contradict each other, or there is no such acquisition function.
    """
    if sampler is not None:
        if acq_func is not None:
            raise ValueError(f"acq_func={acq_func!r} is for a sampler of its own; leave it out, or {sampler!r}.")
        return sampler
    n_startup = None if n_initial_points is None else whole(n_initial_points, "n_initial_points")
    if acq_func is None:
        from hpo.samplers.auto import AutoSampler

        return AutoSampler(n_startup_trials=n_startup)
    if acq_func not in _ACQUISITIONS:
        raise ValueError(f"acq_func must be one of {', '.join(map(repr, _ACQUISITIONS))}, got {acq_func!r}.")
    from hpo.samplers.gp import GPSampler

    return GPSampler(acquisition=_ACQUISITIONS[acq_func], n_startup_trials=n_startup)


def _known(y0: Any, starts: Sequence[dict[str, Any]]) -> list[float]:
    """The values of the points to begin with; none if they are to be tried."""
    if y0 is None:
        return []
    values = [real(value, "y0") for value in np.atleast_1d(y0)]
    if len(values) != len(starts):
        raise ValueError(f"y0 must have a value for each point of x0, got {len(values)} and {len(starts)}.")
    return values


def _begin(study: Study, points: Points, starts: Sequence[dict[str, Any]], known: Sequence[float]) -> None:
    """Add the points to begin with, those with values as they are."""
    if known:
        space = dict(points.space)
        pairs = zip(starts, known, strict=True)
        study.add_trials(create_trial(params=start, distributions=space, value=value) for start, value in pairs)
        return
    for start in starts:
        study.enqueue_trial(start, skip_if_exists=True)


def _models(study: Study) -> list[Any]:
    """The model of all points, if there are enough."""
    from hpo.samplers.gaussian_process import fit

    try:
        return [fit(study)]
    except ValueError:
        return []
