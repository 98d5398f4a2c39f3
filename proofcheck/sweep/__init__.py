"""Sweeps: many runs, spread over processes or a cluster, each measured once, in one table."""

from proofcheck.sweep.executors import locally, on_dask
from proofcheck.sweep.journal import Stopped, SweepError
from proofcheck.sweep.table import suffix_of
from proofcheck.sweep.work import Work

__all__ = ["Stopped", "SweepError", "Work", "locally", "on_dask", "suffix_of"]
