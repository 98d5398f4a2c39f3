"""Sweeps: a grid of gradient-descent runs, and what is measured on each of them.

Nothing here knows how runs are distributed or stored: `grid` says which runs there are, `measure` makes one of them.
Both deal in plain data, so that runs and rows can travel between processes and machines.
"""

from numerics.sweep.grid import AXES, grid
from numerics.sweep.measure import COLUMNS, measure

__all__ = ["AXES", "COLUMNS", "grid", "measure"]
