"""Finds the installed papers; a package offers one by an entry point in the group ``proofcheck.papers``."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

from proofcheck.claims import Paper

GROUP = "proofcheck.papers"


class NoPaper(ValueError):
    """The paper asked for is not there; one line says what is."""


@dataclass(frozen=True)
class Source:
    """A paper and where its committed ledger lies, whether or not there is one yet."""

    paper: Paper
    ledger: Path

    @property
    def by_hand(self) -> Path:
        """The folder of proofs for Coq that are written by hand, whether or not there is one."""
        return self.ledger.parent / "coq"


def find(name: str | None = None) -> Source:
    """The paper of this name, or ``module:object``, or the only one installed; raises NoPaper."""
    known = {p.name: p.value for p in entry_points(group=GROUP)}
    if name is not None and name not in known and ":" in name:
        return _load(name)
    if name is None and len(known) == 1:
        name = next(iter(known))
    if name is None or name not in known:
        asked = "no paper was named" if name is None else f"unknown paper {name!r}"
        raise NoPaper(f"{asked}; installed: {', '.join(sorted(known)) or 'none'} (or give module:object)")
    return _load(known[name])


def _load(target: str) -> Source:
    module_name, _, attribute = target.partition(":")
    try:
        module = importlib.import_module(module_name)
        found = getattr(module, attribute)
    except (ImportError, AttributeError) as error:
        raise NoPaper(f"cannot load the paper {target!r}: {error}") from None
    if not isinstance(found, Paper):
        raise NoPaper(f"{target!r} is not a paper but a {type(found).__name__}")
    folder = Path(str(files(module_name))) if hasattr(module, "__path__") else Path(str(module.__file__)).parent
    return Source(found, folder / "ledger.json")
