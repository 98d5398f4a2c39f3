"""A tiny sweep: squares. Workers import it, so it is a module of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofcheck.claims import Paper, Sweep

COLUMNS = {"x": int, "status": str, "reason": str, "square": float}


def grid(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(spec.get("x"), list):
        raise ValueError("x must be a list")
    return [{"x": x} for x in sorted(spec["x"])]


def measure(run: Mapping[str, Any]) -> dict[str, Any]:
    if run["x"] < 0:
        raise ArithmeticError("below\nzero")
    return {"x": run["x"], "status": "ok", "reason": None, "square": run["x"] ** 2 / 3}


def deadly(folder: Path, deaths: int, run: Mapping[str, Any]) -> dict[str, Any]:
    """Kills its own process the first times it meets x = 1."""
    before = len(list(folder.glob("died*")))
    if run["x"] == 1 and before < deaths:
        (folder / f"died{before}").touch()
        os.kill(os.getpid(), 9)
    return measure(run)


paper = Paper("squares", "", "", sweep=Sweep(grid, measure, COLUMNS))
