"""Tests of `hpo.log.checkpoint`."""
