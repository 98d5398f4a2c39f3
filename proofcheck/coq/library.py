"""Compiles chains of lemmas: files that build on each other, in which what fails is left out with all that rests on it.

The lemmas are no theorems of the ledger and their files are never imported by what is, so no definition or notation in
them can change what a theorem says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from proofcheck.coq.chain import Chain, Lemma
from proofcheck.coq.export import Theorem
from proofcheck.coq.runner import (
    HEAD,
    CoqError,
    Place,
    Progress,
    Run,
    changed,
    compile_all,
    compile_library,
    failed_at,
    message,
    prelude,
    run_coq,
)
from proofcheck.coq.signs import Unknown
from proofcheck.coq.terms import NotExpressible
from proofcheck.coq.whole import Whole, wholes

FILE = 50  # lemmas
WORDS = "Words"
START = f"{HEAD}From Proofcheck Require Import Chains.\n"


@dataclass
class Library:
    """The files that lemmas are in, why some are in none, and what went wrong."""

    modules: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def certify_wholes(ledger: Mapping[str, Any], keys: Collection[str] | None, folder: Path, jobs: int,
                   known: Mapping[str, str], progress: Progress | None = None) -> tuple[dict[str, Theorem], Run]:
    """The proved claims of a ledger as single theorems, and what Coq says to them."""
    chain, found = wholes(ledger, keys)
    theorems = {w.theorem.name: w.theorem for w in found}
    library = built(chain, [w.lemma for w in found if w.lemma and w.theorem.name not in known], Place(folder), jobs,
                    progress)
    lost = {w.theorem.name: reason for w in found if (reason := _lost(w, chain, library)) and not w.theorem.reason}
    for w in found:
        if w.lemma in library.modules:
            w.theorem.requires = (library.modules[w.lemma],)
            w.finish(library.modules[w.lemma])
    run = compile_all({n: t for n, t in theorems.items() if n not in lost}, folder, jobs, prefix="Claims", ready=True)
    run.outcomes |= {n: ("failed", known.get(n, reason)) for n, reason in lost.items()}
    if library.problems:
        run.outcomes = {n: ("failed", library.problems[0]) if o[0] == "certified" else o for n, o in run.outcomes.items()}
    run.problems += library.problems
    return theorems, run


def _lost(whole: Whole, chain: Chain, library: Library) -> str:
    """Why a claim has no proof, although it has a chain."""
    if not whole.lemma or whole.lemma in library.modules:
        return ""
    first = next((n for n in _needed(chain, [whole.lemma]) if n in library.failed), "")
    return f"the step {first}: {library.failed[first]}" if first else "its lemmas were not tried"


def built(chain: Chain, wanted: Collection[str], place: Place, jobs: int = 1, progress: Progress | None = None
          ) -> Library:
    """Compile the lemmas that are wanted, and those that they need."""
    library = Library()
    prelude(place)
    compile_library("chains", (files("proofcheck.coq") / "chains.v").read_text(encoding="utf-8"), place)
    (place.folder / f"{WORDS}.v").write_text(START + "".join(chain.words.written.values()), encoding="utf-8")
    done = run_coq("coqc", WORDS, place)
    if done.returncode:
        raise CoqError(f"the definitions of a chain do not compile: {message(done.stderr)}")
    todo = [chain.lemmas[n] for n in _needed(chain, wanted)]
    for number in range(0, len(todo), FILE):
        _file(f"Chain{number // FILE}", todo[number:number + FILE], library, place)
        if progress is not None:
            progress(min(number + FILE, len(todo)), len(todo))
    modules = [WORDS, *dict.fromkeys(library.modules.values())]
    with ThreadPoolExecutor(jobs) as pool:
        for module, checked in zip(modules, pool.map(lambda m: run_coq("coqchk", m, place), modules), strict=True):
            library.problems += [f"coqchk refuses {module}: {message(checked.stderr)}"] if checked.returncode else []
    return library


def _needed(chain: Chain, wanted: Collection[str]) -> list[str]:
    """Some lemmas with all that they rest on, in the order of the chain."""
    found = set[str]()
    stack = list(wanted)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack += chain.lemmas[name].needs
    return [n for n in chain.lemmas if n in found]


def _file(name: str, lemmas: list[Lemma], library: Library, place: Place) -> None:
    """Compile one file; what fails is left out, and the rest is compiled again."""
    left = lemmas
    while True:
        left = [x for x in left if not _hopeless(x, left, library)]
        if not left:
            return
        earlier = sorted({WORDS, *library.modules.values()})
        text, lines = f"{START}From Proofcheck Require Import {' '.join(earlier)}.\n", list[tuple[int, str]]()
        for lemma in left:
            lines.append((text.count("\n") + 1, lemma.name))
            text += lemma.text()
        (place.folder / f"{name}.v").write_text(text, encoding="utf-8")
        done = run_coq("coqc", name, place)
        if done.returncode == 0:
            library.problems += changed(place.folder / f"{name}.v", text)
            library.modules |= {x.name: name for x in left}
            return
        failed = failed_at(done.stderr, lines) or left[0].name
        if not _tried_again(next(x for x in left if x.name == failed)):
            library.failed[failed] = message(done.stderr)


def _tried_again(lemma: Lemma) -> bool:
    """Whether there is another proof of a lemma, which is then its proof."""
    if lemma.again is None:
        return False
    other, lemma.again = lemma.again, None
    try:
        lines = other()
    except (NotExpressible, Unknown):
        return False
    changes, lemma.lines = lines != lemma.lines, lines
    return changes


def _hopeless(lemma: Lemma, left: list[Lemma], library: Library) -> bool:
    """Whether a lemma has failed, or rests on one that is nowhere."""
    if lemma.name in library.failed:
        return True
    here = {x.name for x in left if x.name not in library.failed}
    return not all(n in here or n in library.modules for n in lemma.needs)
