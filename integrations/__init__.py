"""Helpers for the loops of machine-learning frameworks. They import none of them."""

from hpo.integrations.reporter import Reporter

__all__ = ["Reporter"]
