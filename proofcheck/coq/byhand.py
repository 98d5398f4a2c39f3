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
from proofcheck.coq.runner import FORBIDDEN, Place, Run, changed, compile_all, compile_library, message, run_coq
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
                               requires=(module,))
            except NotExpressible as error:
                made = Theorem("claim", f"{matter.goal} given {list(matter.hyps)}", reason=str(error))
            found.setdefault(made.name, made).where.append(matter.where)
    return found


def certify(files: Collection[Written], ledger: Mapping[str, Any], keys: Collection[str] | None, folder: Path, jobs: int
            ) -> tuple[dict[str, Theorem], Run]:
    """The claims that are proved by hand, and what Coq says to them; the prelude is compiled.  Raises CoqError."""
    found = theorems(files, ledger, keys)
    problems = [p for file in files if found for p in _compiled(file, Place(folder))]
    run = compile_all(found, folder, jobs, prefix="ByHand", ready=True)
    if problems:
        run.outcomes = {n: ("failed", problems[0]) if o[0] == "certified" else o for n, o in run.outcomes.items()}
    run.problems += problems
    return found, run


def _compiled(file: Written, place: Place) -> list[str]:
    """Compile a file of lemmas; what is wrong with it besides."""
    words = sorted(set(FORBIDDEN.findall(file.text)))
    if words:
        return [f"{file.module}.v contains {word}" for word in words]
    compile_library(file.module, file.text, place)
    checked = run_coq("coqchk", file.module, place)
    refused = [f"coqchk refuses {file.module}: {message(checked.stderr)}"] if checked.returncode else []
    return changed(place.folder / f"{file.module}.v", file.text) + refused
