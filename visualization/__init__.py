"""Figures of studies: numbers computed apart from the drawing."""

__all__: list[str] = []
