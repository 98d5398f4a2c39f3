"""Compiles theorems with Coq: in batches, side by side, all files checked again by ``coqchk``, all axioms named.

A theorem counts only if its file compiles, holds what was written into it, and rests on the axioms of the classical reals
alone: an exit code of 0 is not enough, since a file with an ``Axiom`` compiles too.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from proofcheck.coq.export import Theorem

LIBRARY = "Proofcheck"
HEAD = """From Coq Require Import Reals Lra Lia ZArith List.
From Coquelicot Require Import Coquelicot.
From Proofcheck Require Import Prelude Sums.
Local Open Scope R_scope.
Set Default Timeout 30.
"""  # the timeout is for one tactic, in seconds
AXIOMS = ("Classical_Prop.classic", "ClassicalDedekindReals.sig_forall_dec", "ClassicalDedekindReals.sig_not_dec",
          "FunctionalExtensionality.functional_extensionality_dep")
FORBIDDEN = re.compile(r"\b(Axioms?|Parameters?|Conjecture|Hypothes[ei]s|Variables?|Context|Admitted|admit|Abort|give_up|"
                       r"bypass_check|Unset|Load|Declare|native_compute)\b")
BATCH = 40
CPU_SECONDS = 600  # of one file, for what does not listen to the timeout
MISSING = "coqc is not installed; on Debian: apt-get install coq libcoq-interval libcoq-coquelicot"

Progress = Callable[[int, int], None]


class CoqError(ValueError):
    """Coq cannot be used; one line says why."""


@dataclass
class Run:
    """What Coq says to each theorem, the axioms that all of them rest on, and what went wrong on the way."""

    outcomes: dict[str, tuple[str, str]] = field(default_factory=dict)
    axioms: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def version() -> str:
    """Coq's version; raises CoqError if it or one of its libraries is missing."""
    if shutil.which("coqc") is None or shutil.which("coqchk") is None:
        raise CoqError(MISSING)
    found = subprocess.run(["coqc", "-print-version"], capture_output=True, text=True, check=False).stdout.split()
    where = subprocess.run(["coqc", "-where"], capture_output=True, text=True, check=False).stdout.strip()
    for library in ("Interval", "Coquelicot"):
        if not (Path(where) / "user-contrib" / library).is_dir():
            raise CoqError(f"Coq's library {library} is not installed; on Debian: apt-get install "
                           f"libcoq-{library.lower()}")
    return found[0] if found else "unknown"


def compile_all(theorems: Mapping[str, Theorem], folder: Path, jobs: int = 1, hard: Sequence[str] = (),
                progress: Progress | None = None) -> Run:
    """Compile what has tactics; ``hard`` names theorems that are tried alone, since they may fail.

    Raises CoqError if a library does not compile.
    """
    run = Run({n: ("not-expressible", t.reason) for n, t in theorems.items() if t.reason})
    _libraries(folder)
    todo = [n for n, t in theorems.items() if not t.reason]
    easy = sorted((n for n in todo if n not in set(hard)), key=lambda n: -len(theorems[n].text()))
    count = max(1, -(-len(easy) // BATCH))
    batches = [b for b in (easy[k::count] for k in range(count)) if b] + [[n] for n in todo if n in set(hard)]
    compiled: list[str] = []
    with ThreadPoolExecutor(jobs) as pool:
        waiting: dict[Future[_Compiled], list[str]] = {}
        for k, batch in enumerate(batches):
            waiting[pool.submit(_batch, f"Batch{k}", {n: theorems[n] for n in batch}, folder)] = batch
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                found = future.result()
                run.outcomes.update(found.outcomes)
                run.problems += found.problems
                compiled += found.files
                del waiting[future]
                if progress is not None:
                    progress(len(run.outcomes), len(theorems))
        groups = [sorted(compiled)[k::jobs] for k in range(jobs)]
        refused = [line for lines in pool.map(lambda group: _recheck(group, folder), groups) for line in lines]
    if refused:
        run.outcomes = {n: ("failed", refused[0]) if o[0] == "certified" else o for n, o in run.outcomes.items()}
    run.problems += refused
    run.axioms = _assumptions(sorted(compiled), folder)
    run.problems += [f"the theorems rest on the axiom {a}" for a in run.axioms if a not in AXIOMS]
    return run


@dataclass
class _Compiled:
    name: str
    outcomes: dict[str, tuple[str, str]]
    problems: list[str]
    files: list[str]  # that hold its theorems; none if something is wrong


def _libraries(folder: Path) -> None:
    for name in ("Prelude", "Sums"):
        text = (files("proofcheck.coq") / f"{name.lower()}.v").read_text(encoding="utf-8")
        (folder / f"{name}.v").write_text(text, encoding="utf-8")
        done = _call("coqc", [name], folder)
        if done.returncode:
            raise CoqError(f"{name}.v does not compile: {_message(done.stderr)}")


def _batch(name: str, theorems: Mapping[str, Theorem], folder: Path) -> _Compiled:
    """Compile theorems together; what fails is left out and the rest compiled again."""
    left, outcomes = dict(theorems), dict[str, tuple[str, str]]()
    while left:
        text, lines = _text(left)
        written = folder / f"{name}.v"
        written.write_text(text, encoding="utf-8")
        done = _call("coqc", [name], folder)
        if done.returncode == 0:
            problems = _changed(written, text)
            word = ("failed", problems[0]) if problems else ("certified", "")
            return _Compiled(name, {**outcomes, **dict.fromkeys(left, word)}, problems, [] if problems else [name])
        failed = _at_line(done.stderr, lines)
        if failed is None and len(left) > 1:  # killed: nobody knows where
            return _halves(name, left, folder, outcomes)
        failed = failed or next(iter(left))
        outcomes[failed] = ("failed", _message(done.stderr))
        del left[failed]
    return _Compiled(name, outcomes, [], [])


def _halves(name: str, theorems: Mapping[str, Theorem], folder: Path, outcomes: dict[str, tuple[str, str]]) -> _Compiled:
    items = list(theorems.items())
    first = _batch(f"{name}a", dict(items[: len(items) // 2]), folder)
    second = _batch(f"{name}b", dict(items[len(items) // 2:]), folder)
    return _Compiled(name, {**outcomes, **first.outcomes, **second.outcomes}, [*first.problems, *second.problems],
                     [*first.files, *second.files])


def _text(theorems: Mapping[str, Theorem]) -> tuple[str, list[tuple[int, str]]]:
    """A file, and the line at which each theorem starts."""
    text, lines = HEAD, list[tuple[int, str]]()
    for name, theorem in theorems.items():
        lines.append((text.count("\n") + 1, name))
        text += theorem.text()
    return text + f"Definition all := ({', '.join(theorems)}).\n", lines


def _at_line(message: str, lines: list[tuple[int, str]]) -> str | None:
    """The theorem at which Coq gave up."""
    numbers = [int(n) for n in re.findall(r"line (\d+), characters [\d-]+:\s*\nError", message)]
    started = [name for line, name in lines if numbers and line <= numbers[-1]]
    return started[-1] if started else None


def _message(text: str) -> str:
    """Coq's error in one line."""
    told = " ".join(text.rpartition("Error:")[2].split())
    return told[:160] or "coqc was stopped: it took too long"


def _changed(path: Path, text: str) -> list[str]:
    """Whether a file is still what was written, and says nothing that gives a proof away."""
    found = path.read_text(encoding="utf-8")
    problems = [] if found == text else [f"{path.name} was changed after it was written"]
    return problems + [f"{path.name} contains {word}" for word in sorted(set(FORBIDDEN.findall(found)))]


def _recheck(names: Sequence[str], folder: Path) -> list[str]:
    """Coq's own checker on compiled files, together, since it reads the libraries anew each time."""
    done = _call("coqchk", names, folder) if names else None
    return [f"coqchk refuses the files: {_message(done.stderr)}"] if done is not None and done.returncode else []


def _assumptions(names: Sequence[str], folder: Path) -> list[str]:
    """The axioms that the theorems of some files rest on, all together."""
    if not names:
        return []
    text = "".join(f"From {LIBRARY} Require {n}.\n" for n in names)
    text += f"Definition all := ({', '.join(f'{n}.all' for n in names)}).\nPrint Assumptions all.\n"
    (folder / "All.v").write_text(text, encoding="utf-8")
    done = _call("coqc", ["All"], folder)
    if done.returncode:
        raise CoqError(f"the files do not fit together: {_message(done.stderr)}")
    return sorted(re.findall(r"^([A-Za-z_][\w.']*)\s*(?=:|$)", done.stdout.partition("Axioms:\n")[2], re.MULTILINE))


def _call(program: str, names: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """One of Coq's programs on some files, with a limit on processor time."""
    if program == "coqc":
        options = ["-q", "-w", "none", *(f"{name}.v" for name in names)]
    else:
        options = ["-silent", *(part for name in names for part in ("-norec", f"{LIBRARY}.{name}"))]

    seconds = CPU_SECONDS * len(names)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    return subprocess.run([program, "-Q", ".", LIBRARY, *options], cwd=folder, capture_output=True, text=True,
                          check=False, preexec_fn=limit)
