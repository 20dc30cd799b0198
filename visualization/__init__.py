"""Figures of studies: numbers computed apart from the drawing.

Each `plot_…` takes a study and returns a `plotly.graph_objects.Figure`. A study without anything to draw gives a
figure that says so; a question that makes no sense is a ValueError that says what to ask instead.
"""

import importlib
from typing import TYPE_CHECKING, Any

from hpo.absent import absent
from hpo.visualization.contour import plot_contour
from hpo.visualization.convergence import plot_convergence
from hpo.visualization.edf import plot_edf
from hpo.visualization.hypervolume_history import plot_hypervolume_history
from hpo.visualization.intermediate_values import plot_intermediate_values
from hpo.visualization.matrix import plot_matrix
from hpo.visualization.optimization_history import plot_optimization_history
from hpo.visualization.parallel_coordinate import plot_parallel_coordinate
from hpo.visualization.param_importances import plot_param_importances
from hpo.visualization.pareto_front import plot_pareto_front
from hpo.visualization.partial_dependence import plot_partial_dependence
from hpo.visualization.rank import plot_rank
from hpo.visualization.rungs import plot_rungs
from hpo.visualization.slice import plot_slice
from hpo.visualization.timeline import plot_timeline

if TYPE_CHECKING:
    from hpo.visualization import matplotlib

__all__ = [
    "is_available",
    "matplotlib",
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


def __getattr__(name: str) -> Any:
    if name == "matplotlib":  # the module is loaded when it is first used
        return importlib.import_module("hpo.visualization.matplotlib")
    raise absent(__name__, name)


def is_available() -> bool:
    """True: plotly is always installed. For scripts that ask, as they have to elsewhere."""
    return True
