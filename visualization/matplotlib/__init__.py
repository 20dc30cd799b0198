"""The figures of `hpo.visualization` as matplotlib draws them, for print.

Each `plot_…` takes what its namesake takes and returns the Axes it drew on: one, or an array where there are several
panels. `matplotlib.pyplot` owns the figure, so `plt.savefig` and `plt.show` work. Numbers, scales, colours and words
are those of the other figure: it is made first, and then drawn here.

Example:
    >>> axes = hpo.visualization.matplotlib.plot_optimization_history(study)
    >>> axes.figure.savefig("history.pdf")
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ParamSpec

from hpo.absent import absent
from hpo.visualization.contour import plot_contour as _contour
from hpo.visualization.convergence import plot_convergence as _convergence
from hpo.visualization.edf import plot_edf as _edf
from hpo.visualization.hypervolume_history import plot_hypervolume_history as _hypervolume_history
from hpo.visualization.intermediate_values import plot_intermediate_values as _intermediate_values
from hpo.visualization.matrix import plot_matrix as _matrix
from hpo.visualization.optimization_history import plot_optimization_history as _optimization_history
from hpo.visualization.parallel_coordinate import plot_parallel_coordinate as _parallel_coordinate
from hpo.visualization.param_importances import plot_param_importances as _param_importances
from hpo.visualization.pareto_front import plot_pareto_front as _pareto_front
from hpo.visualization.partial_dependence import plot_partial_dependence as _partial_dependence
from hpo.visualization.rank import plot_rank as _rank
from hpo.visualization.rungs import plot_rungs as _rungs
from hpo.visualization.slice import plot_slice as _slice
from hpo.visualization.timeline import plot_timeline as _timeline

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = [
    "is_available",
    "plot_contour",
    "plot_convergence",
    "plot_edf",
    "plot_hypervolume_history",
    "plot_intermediate_values",
    "plot_matrix",
    "plot_optimization_history",
    "plot_parallel_coordinate",
    "plot_param_importances",
    "plot_pareto_front",
    "plot_partial_dependence",
    "plot_rank",
    "plot_rungs",
    "plot_slice",
    "plot_timeline",
]

P = ParamSpec("P")


def __getattr__(name: str) -> Any:
    raise absent(__name__, name)


def is_available() -> bool:
    """Whether matplotlib is installed; `pip install hpo-study[matplotlib]` does that."""
    return find_spec("matplotlib") is not None


def _for_print(plot: Callable[P, go.Figure]) -> Callable[P, Any]:
    """A plot that returns matplotlib's Axes: one, or an array of several."""

    @wraps(plot)
    def draw(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not is_available():
            raise ImportError(
                f"hpo.visualization.matplotlib.{plot.__name__} needs matplotlib: pip install hpo-study[matplotlib]. "
                f"hpo.visualization.{plot.__name__} draws without it."
            )
        from hpo.visualization.matplotlib.drawing import drawn

        return drawn(plot(*args, **kwargs))

    return draw


plot_contour = _for_print(_contour)
plot_convergence = _for_print(_convergence)
plot_edf = _for_print(_edf)
plot_hypervolume_history = _for_print(_hypervolume_history)
plot_intermediate_values = _for_print(_intermediate_values)
plot_matrix = _for_print(_matrix)
plot_optimization_history = _for_print(_optimization_history)
plot_parallel_coordinate = _for_print(_parallel_coordinate)
plot_param_importances = _for_print(_param_importances)
plot_pareto_front = _for_print(_pareto_front)
plot_partial_dependence = _for_print(_partial_dependence)
plot_rank = _for_print(_rank)
plot_rungs = _for_print(_rungs)
plot_slice = _for_print(_slice)
plot_timeline = _for_print(_timeline)
