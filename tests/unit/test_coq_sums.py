"""Equations with sums of symbolic size: each kind of step is accepted by Coq, and false equations are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from proofcheck.coq import runner, statements, sums
from proofcheck.coq.export import Theorem, theorems
from proofcheck.coq.terms import NotExpressible
from proofcheck.confirm import Matter
from proofcheck.kernel.certificate import read_signature
from proofcheck.kernel.terms import Rel
from proofcheck.kernel.text import Reader

SIGNATURE = {
    "dims": ["m", "n"], "indices": {"i": "n", "j": "n", "r": "m", "s": "m"},
    "arrays": [["a", ["r"], None], ["b", ["r"], None], ["x", ["i", "r"], None], ["p", ["r"], None],
               ["E", ["r"], "exp(a[r])"], ["S", ["r"], "E[r]*Sum(E[s], (s, 1, m))**(-1)"]],
}
READ = Reader(read_signature(SIGNATURE))
TRUE = {
    "linear": ("Sum(2*a[r] + 3*c*b[r], (r, 1, m))", "3*Sum(b[r], (r, 1, m))*c + 2*Sum(a[r], (r, 1, m))"),
    "constant": ("Sum(c**2, (r, 1, m))", "c*m*c"),
    "zero": ("Sum(a[r] - a[r], (r, 1, m))", "0"),
    "square": ("Sum((a[r] - b[r])**2, (r, 1, m))", "Sum((b[r] - a[r])**2, (r, 1, m))"),
    "swap": ("Sum(Sum(x[i, r]*a[r], (r, 1, m)), (i, 1, n))", "Sum(a[s]*Sum(x[j, s], (j, 1, n)), (s, 1, m))"),
    "product": ("Sum(a[r], (r, 1, m))*Sum(b[s], (s, 1, m))", "Sum(Sum(b[r]*a[s], (r, 1, m)), (s, 1, m))"),
    "power of a sum": ("Sum(a[r], (r, 1, m))**2", "Sum(Sum(a[s]*a[r], (s, 1, m)), (r, 1, m))"),
    "inner square": ("Sum(Sum(x[i, r], (r, 1, m))**2, (i, 1, n))",
                     "Sum(Sum(Sum(x[i, s]*x[i, r], (i, 1, n)), (r, 1, m)), (s, 1, m))"),
    "delta": ("Sum(a[s]*KroneckerDelta(s, r)*b[s], (s, 1, m))", "b[r]*a[r]"),
    "two deltas": ("Sum(Sum(KroneckerDelta(i, j)*x[i, r]*x[j, r], (j, 1, n)), (i, 1, n))", "Sum(x[i, r]**2, (i, 1, n))"),
    "abbreviation": ("S[r]", "exp(a[r])*Sum(exp(a[s]), (s, 1, m))**(-1)"),
    "divisor": ("Sum(S[r], (r, 1, m))", "1"),
    "kept abbreviation": ("Sum(S[r]*b[r] - S[r], (r, 1, m))", "Sum((b[r] - 1)*S[r], (r, 1, m))"),
    "exponentials": ("Sum(exp(a[r] + c)*exp(b[r] - 2*c), (r, 1, m))", "exp(-c)*Sum(exp(b[r])*exp(a[r]), (r, 1, m))"),
    "positive": ("Abs(S[r])", "S[r]"),
    "absolute value": ("Abs(-2*c*Sum(a[r]*b[r], (r, 1, m)))", "2*Abs(c)*Abs(Sum(b[r]*a[r], (r, 1, m)))"),
    "difference": ("Abs(a[r] - b[r])*m", "Abs(2*m*b[r] - 2*a[r]*m)/2"),
    "root": ("sqrt(4*m*Sum((a[r] - b[r])**2, (r, 1, m)))*sqrt(m)", "2*m*sqrt(Sum((b[r] - a[r])**2, (r, 1, m)))"),
    "square of a root": ("Sum(sqrt(Sum(x[i, r]**2, (i, 1, n)))**2, (r, 1, m))", "Sum(Sum(x[i, r]**2, (r, 1, m)), (i, 1, n))"),
    "maximum": ("c + Peak(Abs(a[r] - b[r]), (r, 1, m))", "Peak(Abs(a[s] - b[s]), (s, 1, m)) + c"),
    "common divisor": ("1/Sum(exp(c)*p[r] + p[r], (r, 1, m))*Sum(p[r], (r, 1, m))", "1/(1 + exp(c))"),
    "sign from a hypothesis": ("p[r]/Sum(p[s], (s, 1, m))*Sum(p[s]*exp(c), (s, 1, m))", "exp(c)*p[r]"),
}
FALSE = {"a factor": ("Sum(2*a[r], (r, 1, m))", "Sum(a[r], (r, 1, m))"), "a delta": ("Sum(KroneckerDelta(s, r), (s, 1, m))", "m"),
         "a product": ("Sum(a[r]*b[r], (r, 1, m))", "Sum(a[r], (r, 1, m))*Sum(b[r], (r, 1, m))")}
HYPS = [READ.relation("0 < p[r]"), READ.relation("Sum(a[r], (r, 1, m)) <= 1")]


def relation(pair: tuple[str, str]) -> Rel:
    return Rel("=", READ.term(pair[0]), READ.term(pair[1]))


def theorem(pair: tuple[str, str]) -> Theorem:
    goal = relation(pair)
    hyps = sums.matter(goal, HYPS)
    return Theorem("identity", statements.claimed(goal, hyps), sums.tactics(goal, hyps))


@pytest.mark.parametrize("kind", FALSE)
def test_what_is_not_equal_gets_no_tactics(kind: str) -> None:
    with pytest.raises(NotExpressible, match="not equal"):
        theorem(FALSE[kind])


def test_only_hypotheses_that_show_signs_are_kept() -> None:
    assert sums.matter(relation(TRUE["sign from a hypothesis"]), HYPS) == HYPS[:1]
    assert sums.matter(relation(TRUE["linear"]), HYPS) == []


def test_abbreviations_are_put_in_only_where_needed() -> None:
    assert sums.needed(*(READ.term(t) for t in TRUE["kept abbreviation"]), frozenset()) == set()
    assert sums.needed(*(READ.term(t) for t in TRUE["divisor"]), frozenset()) == {"S"}


def test_identities_over_arrays_are_exported_once() -> None:
    lhs, rhs = TRUE["product"]
    step = ["identity", {"lhs": {"term": lhs}, "rhs": {"term": rhs}, "hyps": {"tuple": [{"rel": "0 < p[r]"}]}}, []]
    matter = Matter("c", relation(TRUE["product"]), (), {"certificate": {"signature": SIGNATURE, "steps": [step, step]}})
    one, two = theorems(matter, {})
    assert one.name == two.name == theorem(TRUE["product"]).name and one.tactics


@pytest.mark.skipif(shutil.which("coqc") is None, reason=runner.MISSING)
@pytest.mark.coq
def test_what_coq_says(tmp_path: Path) -> None:
    right = {kind: theorem(pair) for kind, pair in TRUE.items()}
    wrong = {kind: Theorem("identity", statements.claimed(relation(pair), []), theorem(TRUE[like]).tactics)
             for (kind, pair), like in zip(FALSE.items(), ("linear", "delta", "product"), strict=True)}
    items = {t.name: t for t in (*right.values(), *wrong.values())}
    run = runner.compile_all(items, tmp_path, hard=[t.name for t in wrong.values()])
    assert {kind: run.outcomes[t.name] for kind, t in right.items() if run.outcomes[t.name][0] != "certified"} == {}
    assert {run.outcomes[t.name][0] for t in wrong.values()} == {"failed"} and run.problems == []
