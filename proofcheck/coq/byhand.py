"""Theorems with proofs by hand: the statement is made from the ledger, the proof lies in the paper's folder ``coq``.

The folder holds ``common.v``, what all proofs use, and files of definitions and lemmas for a mathematician.  A comment

    (* Proves eq.2 by: tactics. *)

says how the literal statement of a claim, a step or a repair of the ledger follows from them.  What is written by hand is
compiled inside a module that is never imported, and the theorem is stated behind it, so that no definition in it can change
what the statement means; words that could act from inside a module are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from proofcheck.confirm import Matter, matters
from proofcheck.coq import statements
from proofcheck.coq.export import Theorem
from proofcheck.coq.terms import NotExpressible

COMMON = "common.v"
PROVES = re.compile(r"\(\* Proves (\S+) by:\s+(.*?)\s*\*\)", re.DOTALL)
REFUSED = re.compile(r"\b(Require|Import|Export|Module|End|Global|Set|Notation|Infix|Scope|Canonical|Coercion|Instance|"
                     r"Arguments)\b")


class BadProof(ValueError):
    """A file of proofs by hand cannot be used; one line says why."""


def theorems(ledger: Mapping[str, Any], folder: Path, keys: Iterable[str] | None = None) -> dict[str, Theorem]:
    """The theorems with proofs in a folder, or those of some claims, by name; raises BadProof."""
    proofs, chosen, found = read(folder), None if keys is None else set(keys), dict[str, Theorem]()
    for record in ledger["claims"]:
        for matter in matters(record, ledger["signatures"]):
            proof = proofs.pop(matter.where, None)
            if proof is not None and (chosen is None or record["id"] in chosen):
                made = _theorem(matter, *proof)
                found.setdefault(made.name, made).where.append(matter.where)
    if proofs:
        raise BadProof(f"proofs by hand of what is not in the ledger: {', '.join(sorted(proofs))}")
    return found


def read(folder: Path) -> dict[str, tuple[str, str]]:
    """For each id that is proved in a folder the text before the proof and its tactics; raises BadProof."""
    found: dict[str, tuple[str, str]] = {}
    common = _text(folder / COMMON) if (folder / COMMON).exists() else ""
    for path in sorted(folder.glob("*.v")):
        text = _text(path)
        for key, tactics in PROVES.findall(text):
            if key in found:
                raise BadProof(f"{path.name}: {key} is proved twice")
            found[key] = (f"{common}\n{text}", tactics)
    return found


def _text(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if words := REFUSED.search(text):
        raise BadProof(f"{path.name}: {words[0]} could change what a statement means")
    return text


def _theorem(matter: Matter, text: str, tactics: str) -> Theorem:
    try:
        made = Theorem("claim", statements.claimed(matter.goal, matter.hyps))
    except NotExpressible as error:
        return Theorem("claim", f"{matter.goal} given {list(matter.hyps)}", reason=str(error))
    module = f"by_hand_{made.name}"
    made.before = (f"Module {module}.\n{text}\nTheorem holds :\n  {made.statement}.\nProof.\n{tactics}\nQed.\n"
                   f"End {module}.\n")
    made.tactics = [f"exact {module}.holds."]
    return made
