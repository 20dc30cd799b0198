"""A figure of `hpo.visualization.matplotlib`, as it comes."""

from __future__ import annotations

import base64
from io import BytesIO

import hpo
from pictures.plots import study

__all__ = ["history"]


def history() -> str:
    """As a PNG, on the white of paper."""
    axes = hpo.visualization.matplotlib.plot_optimization_history(study())
    axes.figure.set_size_inches(6, 3)
    written = BytesIO()
    axes.figure.savefig(written, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})
    data = base64.b64encode(written.getvalue()).decode()
    return f'<img alt="The optimization history, drawn by Matplotlib" src="data:image/png;base64,{data}">'
