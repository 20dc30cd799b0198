"""Checkpoints: what a prefix of a log was folded into, kept beside it, so that opening a log costs its tail."""
