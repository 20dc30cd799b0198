"""The version of hpo."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
