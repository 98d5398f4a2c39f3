"""Where Coq proves the opposite of what the engine says, one of us is wrong; a missing proof is not that.

A theorem that Coq does not accept is looked at once more: for a proved relation a point is sought at which it would fail,
and for a refuted one the point is kept; then Coq is asked for the opposite.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from proofcheck.coq.export import Theorem
from proofcheck.coq.runner import Run, compile_all


def disagreements(theorems: Mapping[str, Theorem], run: Run, folder: Path) -> list[str]:
    """One line for every failed theorem whose opposite Coq proves; ``folder`` gets a folder for these."""
    asked = {name: made for name, t in theorems.items() if run.outcomes[name][0] == "failed" and t.opposite is not None
             and (made := t.opposite()) is not None}
    if not asked:
        return []
    below = folder / "against"
    below.mkdir(exist_ok=True)
    found = compile_all({t.name: t for t in asked.values()}, below, hard=[t.name for t in asked.values()])
    return [f"Coq and the engine disagree about {theorems[name].where[0]}: Coq proves the opposite of {name}"
            for name, t in asked.items() if found.outcomes[t.name][0] == "certified"]
