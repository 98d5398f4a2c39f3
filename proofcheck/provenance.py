"""Where a ledger comes from: code, versions, precision and seeds."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from proofcheck.check import Settings
from proofcheck.evidence import PRECISIONS

PACKAGES = ("sympy", "mpmath", "numpy", "hypothesis", "python-flint")


def provenance(settings: Settings) -> dict[str, Any]:
    """The provenance of a ledger that is made now."""
    commit = _git("rev-parse", "HEAD")
    return {"commit": commit, "dirty": None if commit is None else bool(_git("status", "--porcelain")),
            "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
            "precision": {"counterexamples": f"balls, {' or '.join(map(str, PRECISIONS))} bits",
                          "boundaries": f"{settings.digits} digits", "witnesses": settings.instances},
            "seeds": {"search": settings.seed, "examples": settings.examples}}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git(*args: str) -> str | None:
    """What git says about the folder of this code, if it is a checkout at all."""
    try:
        done = subprocess.run(["git", *args], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=10,
                              check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
