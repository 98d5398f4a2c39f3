"""Claims that are proved by hand: files of a paper with lemmas, and a tactic for each claim.

In the folder ``coq`` beside the ledger a file says

    (* claim eq.2 *)
    Ltac proves_eq_2 := ...

and the tactic is to prove the literal statement of the claim, which is made from the ledger as for every other one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofcheck.confirm import matters
from proofcheck.coq import statements
from proofcheck.coq.export import Theorem
from proofcheck.coq.terms import NotExpressible

PROOF = re.compile(r"^\(\* claim (\S+) \*\)\nLtac (\w+) :=", re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """A file: the name of its module, its text, and the tactic of each claim."""

    module: str
    text: str
    tactics: Mapping[str, str]


def written(folder: Path) -> list[Written]:
    """The files of a folder, by name; none if there is no folder."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.v"))}
    return [Written(name.capitalize(), text, dict(PROOF.findall(text))) for name, text in texts.items()]


def theorems(files: Collection[Written], ledger: Mapping[str, Any], keys: Collection[str] | None = None
             ) -> dict[str, Theorem]:
    """The claims of a ledger that have a tactic, by the names of their theorems; ``keys``: only these claims."""
    tactics = {key: (file.module, tactic) for file in files for key, tactic in file.tactics.items()}
    found: dict[str, Theorem] = {}
    for record in ledger["claims"]:
        if keys is not None and record["id"] not in keys:
            continue
        for matter in matters(record, ledger["signatures"]):
            if matter.where not in tactics:
                continue
            module, tactic = tactics[matter.where]
            try:
                made = Theorem("claim", statements.claimed(matter.goal, matter.hyps), [f"{module}.{tactic}."],
                               requires=(module,), note="proved by hand")
            except NotExpressible as error:
                made = Theorem("claim", f"{matter.goal} given {list(matter.hyps)}", reason=str(error))
            found.setdefault(made.name, made).where.append(matter.where)
    return found
