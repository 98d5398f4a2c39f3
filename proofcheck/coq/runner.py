"""Compiles theorems with Coq: in batches, side by side, each file checked again by ``coqchk``, all axioms named.

A theorem counts only if its file compiles, holds what was written into it, and rests on the axioms of the classical reals
alone: an exit code of 0 is not enough, since a file with an ``Axiom`` compiles too.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from threading import Event

from proofcheck.coq.export import Theorem

LIBRARY = "Proofcheck"
HEAD = """From Coq Require Import Reals Lra Lia ZArith List.
From Coquelicot Require Import Coquelicot.
From Proofcheck Require Import Prelude Sums.
Local Open Scope R_scope.
Set Default Timeout 60.
"""  # the timeout is for one tactic, in seconds
AXIOMS = ("Classical_Prop.classic", "ClassicalDedekindReals.sig_forall_dec", "ClassicalDedekindReals.sig_not_dec",
          "FunctionalExtensionality.functional_extensionality_dep")
FORBIDDEN = re.compile(r"\b(Axioms?|Parameters?|Conjecture|Hypothes[ei]s|Variables?|Context|Admitted|admit|Abort|give_up|"
                       r"bypass_check|Unset|Load|Declare|native_compute)\b")
BATCH = 60
CPU_SECONDS = 600  # of one file, for what does not listen to the timeout
PATIENCE = 0.2  # seconds until a running program is told to end
MISSING = "coqc is not installed; on Debian: apt-get install coq libcoq-interval libcoq-coquelicot"

Progress = Callable[[int, int], None]


class CoqError(ValueError):
    """Coq cannot be used; one line says why."""


class Stopped(Exception):
    """The user wants no more."""


@dataclass
class Place:
    """A folder with files of Coq, and whether work there is to end."""

    folder: Path
    stopped: Event = field(default_factory=Event)


@dataclass
class Run:
    """What Coq says to each theorem, the axioms that all of them rest on, and what went wrong on the way."""

    outcomes: dict[str, tuple[str, str]] = field(default_factory=dict)
    axioms: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    interrupted: bool = False

    def add(self, batch: _Checked | Run) -> None:
        """Add what came of a batch, or of another run."""
        self.outcomes.update(batch.outcomes)
        self.problems += batch.problems
        self.axioms = sorted({*self.axioms, *batch.axioms})


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
                progress: Progress | None = None, prefix: str = "Batch", ready: bool = False) -> Run:
    """Compile what has tactics; ``hard`` names theorems that are tried alone, since they may fail.

    ``prefix`` names the files, and ``ready`` says that the prelude is compiled.  Ctrl-C keeps what is finished.  Raises
    CoqError if the prelude does not compile.
    """
    run, place = Run({n: ("not-expressible", t.reason) for n, t in theorems.items() if t.reason}), Place(folder)
    if not ready:
        prelude(place)
    batches = [{n: theorems[n] for n in batch} for batch in _batches(theorems, frozenset(hard))]
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(_batch, f"{prefix}{k}", batch, place) for k, batch in enumerate(batches)}
        try:
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in finished:
                    run.add(future.result())
                if progress is not None:
                    progress(len(run.outcomes), len(theorems))
        except KeyboardInterrupt:
            run.interrupted = True
            place.stopped.set()
            pool.shutdown(cancel_futures=True)
    return run


def _batches(theorems: Mapping[str, Theorem], hard: frozenset[str]) -> list[list[str]]:
    """Batches of about the same length, long theorems first."""
    todo = [n for n, t in theorems.items() if not t.reason]
    easy = sorted((n for n in todo if n not in hard), key=lambda n: -len(theorems[n].text()))
    count = -(-len(easy) // BATCH)
    return [easy[k::count] for k in range(count)] + [[n] for n in todo if n in hard]


@dataclass
class _Checked:
    """What came of a batch."""

    outcomes: dict[str, tuple[str, str]]
    problems: list[str]
    axioms: list[str]


def prelude(place: Place) -> None:
    """Compile what every theorem is written and proved with; raises CoqError."""
    for name in ("prelude", "sums"):
        compile_library(name, (files("proofcheck.coq") / f"{name}.v").read_text(encoding="utf-8"), place)


def compile_library(name: str, text: str, place: Place) -> None:
    """Compile a file that others rest on; raises CoqError."""
    module = name.capitalize()
    (place.folder / f"{module}.v").write_text(text, encoding="utf-8")
    done = run_coq("coqc", module, place)
    if done.returncode:
        raise CoqError(f"{name}.v does not compile: {message(done.stderr)}")


def _batch(name: str, theorems: Mapping[str, Theorem], place: Place) -> _Checked:
    """Compile theorems together; what fails is left out and the rest compiled again."""
    left, outcomes = dict(theorems), dict[str, tuple[str, str]]()
    while left:
        text, lines = _text(left)
        (place.folder / f"{name}.v").write_text(text, encoding="utf-8")
        done = run_coq("coqc", name, place)
        if done.returncode == 0:
            return _checked(name, text, left, outcomes, place)
        failed = failed_at(done.stderr, lines)
        if failed is None and len(left) > 1:  # killed: nobody knows where
            return _halves(name, left, outcomes, place)
        failed = failed or next(iter(left))
        outcomes[failed] = ("failed", message(done.stderr))
        del left[failed]
    return _Checked(outcomes, [], [])


def _halves(name: str, theorems: Mapping[str, Theorem], outcomes: dict[str, tuple[str, str]], place: Place) -> _Checked:
    items = list(theorems.items())
    first = _batch(f"{name}a", dict(items[: len(items) // 2]), place)
    second = _batch(f"{name}b", dict(items[len(items) // 2:]), place)
    return _Checked({**outcomes, **first.outcomes, **second.outcomes}, first.problems + second.problems,
                    first.axioms + second.axioms)


def _checked(name: str, text: str, theorems: Mapping[str, Theorem], outcomes: dict[str, tuple[str, str]],
             place: Place) -> _Checked:
    """A file that compiles: is it what was written, does Coq's own checker accept it, and what does it rest on?"""
    problems, axioms = changed(place.folder / f"{name}.v", text), list[str]()
    if not problems:
        checked = run_coq("coqchk", name, place)
        problems += [f"coqchk refuses {name}: {message(checked.stderr)}"] if checked.returncode else []
        axioms = _assumptions(name, place)
        problems += [f"{name} rests on the axiom {a}" for a in axioms if a not in AXIOMS]
    word = ("failed", problems[0]) if problems else ("certified", "")
    return _Checked({**outcomes, **dict.fromkeys(theorems, word)}, problems, axioms)


def _text(theorems: Mapping[str, Theorem]) -> tuple[str, list[tuple[int, str]]]:
    """A file, and the line at which each theorem starts."""
    needs = sorted({m for t in theorems.values() for m in t.requires})
    text, lines = HEAD + "".join(f"From {LIBRARY} Require {m}.\n" for m in needs), list[tuple[int, str]]()
    for name, theorem in theorems.items():
        lines.append((text.count("\n") + 1, name))
        text += theorem.text()
    return text + f"Definition all := ({', '.join(theorems)}).\n", lines


def failed_at(message: str, lines: list[tuple[int, str]]) -> str | None:
    """The theorem at which Coq gave up."""
    numbers = [int(n) for n in re.findall(r"line (\d+), characters [\d-]+:\s*\nError", message)]
    started = [name for line, name in lines if numbers and line <= numbers[-1]]
    return started[-1] if started else None


def message(text: str) -> str:
    """Coq's error in one line."""
    told = " ".join(text.rpartition("Error:")[2].split())
    return told[:160] or "coqc was stopped: it took too long"


def changed(path: Path, text: str) -> list[str]:
    """Whether a file is still what was written, and says nothing that gives a proof away."""
    found = path.read_text(encoding="utf-8")
    problems = [] if found == text else [f"{path.name} was changed after it was written"]
    return problems + [f"{path.name} contains {word}" for word in sorted(set(FORBIDDEN.findall(found)))]


def _assumptions(name: str, place: Place) -> list[str]:
    """The axioms that the theorems of a file rest on, all together."""
    text = f"From {LIBRARY} Require {name}.\nPrint Assumptions {name}.all.\n"
    (place.folder / f"Axioms{name}.v").write_text(text, encoding="utf-8")
    done = run_coq("coqc", f"Axioms{name}", place)
    if done.returncode:
        return [f"(not told: {message(done.stderr)})"]
    return re.findall(r"^([A-Za-z_][\w.']*)\s*(?=:|$)", done.stdout.partition("Axioms:\n")[2], re.MULTILINE)


def run_coq(program: str, name: str, place: Place) -> subprocess.CompletedProcess[str]:
    """One of Coq's programs on a file, with a limit on processor time; raises Stopped."""
    options = ["-q", "-w", "none", f"{name}.v"]
    if program == "coqchk":  # without the virtual machine it takes minutes
        options = ["-silent", "-bytecode-compiler", "yes", "-norec", f"{LIBRARY}.{name}"]
    with subprocess.Popen([program, "-Q", ".", LIBRARY, *options], cwd=place.folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=_limit) as process:
        while True:
            try:
                out, err = process.communicate(timeout=PATIENCE)
                return subprocess.CompletedProcess(process.args, process.returncode, out, err)
            except subprocess.TimeoutExpired:
                if place.stopped.is_set():
                    process.kill()
                    raise Stopped from None
            except KeyboardInterrupt:  # the program runs in a session of its own and does not hear of it
                process.kill()
                raise


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
