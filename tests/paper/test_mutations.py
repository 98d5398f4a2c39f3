"""A changed sign, exponent or constant in a lemma module does not go unnoticed.

Two kinds of automatic mutations, both seeded.  In the source of the modules: whatever changes a statement or a
definition is a difference to the committed ledger.  In the terms of statements: the proof that works for the printed
relation does not work for the changed one, unless the change made it weaker.
"""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Iterator
from fractions import Fraction
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import lemmas
from proofcheck.check import relations_of
from proofcheck.claims import Claim, Paper, Proof
from proofcheck.kernel.certificate import signature_data
from proofcheck.kernel.terms import Add, Expr, Mul, Num, Pow, Rel, children, rebuild
from proofcheck.kernel.text import to_text
from proofcheck.kernel.theorem import RuleError
from proofcheck.ledger import compare_meaning, load
from proofcheck.prove.context import Prover
from proofcheck.prove.search import NotProved

pytestmark = pytest.mark.slow

FOLDER = Path(lemmas.__file__).parent
LEDGER = FOLDER / "ledger.json"
SKIPPED = {"__init__", "instances", "regimes", "report"}
SEED, SOURCE_MUTATIONS, TERM_MUTATIONS, LEAST = 20240503, 100, 60, 30


# mutations of the source


class Mutator(ast.NodeTransformer):
    """Changes the node of a given number: a constant, or + and - swapped."""

    def __init__(self, target: int) -> None:
        self.target, self.count, self.done = target, -1, ""

    def _hit(self) -> bool:
        self.count += 1
        return self.count == self.target

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if type(node.value) is not int or not self._hit():
            return node
        self.done = f"line {node.lineno}: {node.value} -> {node.value + 1}"
        return ast.copy_location(ast.Constant(node.value + 1), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, (ast.Add, ast.Sub)) and self._hit():
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            self.done = f"line {node.lineno}: {ast.unparse(node)} with the other sign"
            return self.generic_visit(ast.copy_location(ast.BinOp(node.left, other, node.right), node))  # type: ignore[return-value]
        return self.generic_visit(node)  # type: ignore[return-value]


def mutated(source: str, target: int) -> tuple[ast.Module, str]:
    mutator = Mutator(target)
    tree = mutator.visit(ast.parse(source))
    return ast.fix_missing_locations(tree), mutator.done


class Replaced(MetaPathFinder, Loader):
    """Imports one module from a changed tree."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def paper_with(name: str, tree: ast.Module) -> Paper:
    """The paper, imported afresh with one module changed; other imports are left as they are."""
    kept = {k: v for k, v in sys.modules.items() if k == "lemmas" or k.startswith("lemmas.")}
    finder = Replaced(f"lemmas.{name}", FOLDER / f"{name}.py", tree)
    for key in kept:
        del sys.modules[key]
    sys.meta_path.insert(0, finder)
    try:
        import lemmas as changed

        return changed.paper
    finally:
        sys.meta_path.remove(finder)
        for key in [k for k in sys.modules if k == "lemmas" or k.startswith("lemmas.")]:
            del sys.modules[key]
        sys.modules.update(kept)


def statements(paper: Paper) -> dict[str, Any]:
    """Every statement, hypothesis and definition, as the ledger tells them."""
    return {c.id: (_told(c), signature_data(relations_of(c))) for c in paper}


def _told(claim: Claim) -> Any:
    def text(rel: Rel | None) -> str | None:
        return None if rel is None else to_text(rel)

    repair = claim.repair
    return (claim.line, text(claim.rel), [text(h) for h in claim.hyps],
            [(s.id, s.line, text(s.rel), [text(g.rel) for g in s.given], s.citation and text(s.citation.needs))
             for s in claim.steps],
            repair and text(claim.rel if repair.rel is None else repair.rel),
            [(text(m.rel), m.expected, [text(h) for h in m.drop]) for m in claim.mutants])


def ledger_statements(ledger: dict[str, Any]) -> dict[str, Any]:
    def text(item: Any) -> str | None:
        return None if item is None else item["text"]

    return {r["id"]: (
        (r["paper_line"], text(r["statement"]), [g["text"] for g in r["given"]],
         [(s["id"], s["paper_line"], text(s["statement"]), [g["text"] for g in s["given"]],
           s["citation"] and text(s["citation"]["needs"])) for s in r["steps"]],
         r["repair"] and text(r["repair"]["statement"]),
         [(text(m["statement"]), m["expected"], [h["text"] for h in m["dropped"]]) for m in r["mutants"]]),
        ledger["signatures"][r["signature"]]) for r in ledger["claims"]}


def differences(ledger: dict[str, Any], paper: Paper) -> list[str]:
    """What ``pytest`` would complain about without proving anything."""
    known = ledger_statements(ledger)
    found = []
    for key, (told, signature) in statements(paper).items():
        if key not in known:
            found.append(f"{key} is new")
            continue
        found += [] if known[key][0] == told else [f"{key}: {told} is not {known[key][0]}"]
        found += compare_meaning(key, known[key][1], signature)
    return found


def source_mutations() -> Iterator[tuple[str, int]]:
    modules = sorted(p.stem for p in FOLDER.glob("*.py") if p.stem not in SKIPPED)
    chooser = random.Random(SEED)
    sources = {name: (FOLDER / f"{name}.py").read_text(encoding="utf-8") for name in modules}
    sizes = {}
    for name, source in sources.items():
        counter = Mutator(-2)
        counter.visit(ast.parse(source))
        sizes[name] = counter.count + 1
    places = [(name, k) for name in modules for k in range(sizes[name])]
    yield from sorted(chooser.sample(places, min(SOURCE_MUTATIONS, len(places))))


@pytest.fixture(scope="module")
def ledger() -> dict[str, Any]:
    if not LEDGER.exists():
        pytest.fail("there is no committed ledger; write it with 'proofcheck verify --json lemmas/ledger.json'")
    return load(LEDGER)


def test_the_unchanged_modules_agree_with_the_ledger(ledger: dict[str, Any]) -> None:
    assert differences(ledger, lemmas.paper) == []
    untouched = ast.parse((FOLDER / "eq_1.py").read_text(encoding="utf-8"))
    assert differences(ledger, paper_with("eq_1", untouched)) == []


def test_changes_in_the_source_are_noticed(ledger: dict[str, Any]) -> None:
    """Every mutation that reaches a statement differs from the ledger; at least 30 do."""
    original = statements(lemmas.paper)
    noticed, missed = [], []
    for name, place in source_mutations():
        tree, what = mutated((FOLDER / f"{name}.py").read_text(encoding="utf-8"), place)
        try:
            paper = paper_with(name, tree)
        except Exception:  # a module that cannot be imported fails every test
            noticed.append(what)
            continue
        if differences(ledger, paper):
            noticed.append(what)
        elif statements(paper) != original:
            missed.append(f"{name}.py, {what}")
    assert not missed
    assert len(noticed) >= LEAST, f"only {len(noticed)} mutations reach a statement"


# mutations of the terms


def variants(term: Expr) -> Iterator[Expr]:
    """Every way to change one constant, one exponent or one sign."""
    match term:
        case Num(value):
            yield Num(value + 1)
        case Pow(base, power) if base != Num(Fraction(-1)):
            yield Pow(base, power + 1)
        case Add(args):
            for k in range(1, len(args)):
                yield Add((*args[:k], _negated(args[k]), *args[k + 1:]))
    for k, child in enumerate(children(term)):
        for other in variants(child):
            parts = children(term)
            yield rebuild(term, (*parts[:k], other, *parts[k + 1:]))


def _negated(term: Expr) -> Expr:
    if isinstance(term, Mul) and term.args[0] == Num(Fraction(-1)):
        return term.args[1] if len(term.args) == 2 else Mul(term.args[1:])
    return -term


def changes(rel: Rel) -> Iterator[Rel]:
    yield from (Rel(rel.op, lhs, rel.rhs) for lhs in variants(rel.lhs))
    yield from (Rel(rel.op, rel.lhs, rhs) for rhs in variants(rel.rhs))


def provable() -> list[tuple[str, Rel, tuple[Rel, ...], Proof]]:
    """The statements and steps with a proof of their own."""
    found: list[tuple[str, Rel, tuple[Rel, ...], Proof]] = []
    for claim in lemmas.paper:
        if claim.rel is not None and claim.by is not None and not claim.steps:
            found.append((claim.id, claim.rel, claim.hyps, claim.by))
        found += [(s.id, s.rel, (*claim.hyps, *(g.rel for g in s.given)), s.by) for s in claim.steps if s.by is not None]
    return found


def test_changed_statements_lose_their_proofs() -> None:
    """A changed identity has no proof; a changed bound has one only if the kernel proves the changed bound as well."""
    prover, chooser = Prover(lemmas.paper), random.Random(SEED)
    pool = [(key, rel, other, hyps, proof) for key, rel, hyps, proof in provable() for other in changes(rel) if other != rel]
    lost, kept = [], []
    for key, rel, other, hyps, proof in chooser.sample(pool, min(TERM_MUTATIONS, len(pool))):
        try:
            theorem = prover.run(proof, other, hyps)
        except (NotProved, RuleError):
            lost.append(f"{key}: {other}")
        else:
            assert theorem.concl == other != rel and theorem.hyps <= frozenset(hyps)
            assert rel.op != "=", f"{key}: {other} is proved, but so is {rel}"
            kept.append(f"{key}: {other}")
    assert len(lost) >= LEAST, f"still proved: {kept}"
