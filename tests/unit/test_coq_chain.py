"""Chains of lemmas: every rule of the kernel that they know, and that what is wrong does not pass."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from proofcheck.coq import library, runner, statements, whole
from proofcheck.coq.chain import Chain
from proofcheck.coq.export import Theorem as Exported
from proofcheck.coq.runner import Place
from proofcheck.coq.signs import Scope, Signs, Unknown
from proofcheck.coq.terms import NotExpressible
from proofcheck.kernel import rules as k
from proofcheck.kernel.certificate import certify
from proofcheck.kernel.terms import Array, Diff, Index, Rel, Sum, Var, add, define, eq, exp, expr, sqrt
from proofcheck.kernel.theorem import Theorem

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason=runner.MISSING)
m, n = Var("m", True), Var("n", True)
r, s, i, j = Index("r", m), Index("s", m), Index("i", n), Index("j", n)
x, y, hole = Var("x"), Var("y"), Var("_hole")
a, b = Array("a", (r,)), Array("b", (i, r))
E = define("E", (i, r), exp(b[i, r]))
alpha = define("alpha", (i,), Sum(r, E[i, r]))
S = define("S", (i, r), E[i, r] / alpha[i])


def given(hyp: Rel) -> Theorem:
    return k.assume(hyp=hyp)


def proofs() -> dict[str, Theorem]:
    """A theorem for each rule, some with arrays, abbreviations and bound indices."""
    small, positive = given(a[r] <= x), x > 0
    one = k.scalar(goal=1 + x <= exp(x), hyps=(x >= 0,), tree=["mono", "x", "+", ["eval", 64], ["eval", 64]])
    summed = k.monotone(small, template=Sum(r, hole), hole=hole)
    below = k.below_abs(term=a[r] * b[i, r])
    least = k.sign(term=S[i, r])
    cases = [k.weaken(k.below_abs(term=x * y), hyps=(h,)) for h in (x <= 0, x >= 0)]
    wide = k.instantiate_array(summed, array=a, params=(r,), term=2 * b[i, r])
    return {
        "relax": k.relax(given(x < y)), "weaken": k.weaken(below, hyps=(positive,)), "sign": least,
        "cut": k.cut(k.relax(given(x < y)), k.relax(k.weaken(given(x <= y), hyps=()))),
        "case_split": k.case_split(*cases, term=x), "scalar": one, "sum": summed,
        "identity": k.identity(lhs=(x + y) ** 2 * a[r], rhs=x**2 * a[r] + 2 * x * y * a[r] + a[r] * y**2),
        "one": k.identity(lhs=Sum(r, S[i, r]), rhs=expr(1)),
        "transitive": k.transitive(k.relax(given(x < y)), given(y < a[r])),
        "combine": k.combine(given(x <= y), given(eq(y, a[r])), goal=2 * x + 3 * a[r] <= 2 * y + 3 * y,
                             factors=(expr(2), expr(-3))),
        "monotone": k.monotone(small, template=exp(2 * hole) * (x**2 + 3) + hole**3, hole=hole),
        "inverse": k.monotone(given(x <= y), template=1 / hole, hole=hole, hyps=(positive, y > 0)),
        "triangle": k.triangle(term=abs(add(x, a[r], y * a[r]))), "triangle sum": k.triangle(term=abs(Sum(r, a[r]))),
        "abs_product": k.abs_product(term=abs(x * a[r] * y)), "below_abs": below,
        "loose": k.combine(given(b[i, r] <= y), given(x <= b[i, r]), goal=x <= y, factors=(expr(1), expr(1))),
        "abs_bound": k.abs_bound(given(a[r] <= y), given(-a[r] <= y), term=a[r]),
        "cauchy_schwarz": k.cauchy_schwarz(index=r, f=a[r], g=x * b[i, r]),
        "hoelder": k.hoelder(index=r, f=a[r], g=b[i, r]), "below_peak": k.below_peak(index=r, term=b[i, r]),
        "peak_bound": k.peak_bound(small, index=r), "below_max": k.below_max(left=x, right=y, first=False),
        "max_bound": k.max_bound(given(x <= a[r]), given(y <= a[r])),
        "geometric_series": k.geometric_series(ratio=x, hyps=(positive, x < 1)),
        "specialize": k.specialize(below, indices={r: s, i: j}),
        "instantiate": k.instantiate(below_square(), parameter=x, term=y * a[r]), "instantiate_array": wide,
        "restate": k.restate(given(E[i, r] <= x), concl=exp(b[i, r]) <= x, hyps=(exp(b[i, r]) <= x,)),
        "root": k.monotone(small, template=sqrt(hole), hole=hole, hyps=(a[r] >= 0, x >= 0)),
    }


def below_square() -> Theorem:
    return k.below_abs(term=2 * x + x**2)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, whole.Whole], dict[str, Any]]:
    """What Coq says to the theorem of each rule, and to some claims that are no consequence of their certificates."""
    chain, folder = Chain(), tmp_path_factory.mktemp("coq")
    made = {name: whole.claim(t.concl, sorted(t.hyps, key=repr), certify(t), chain) for name, t in proofs().items()}
    assert {name: w.theorem.reason for name, w in made.items() if w.theorem.reason} == {}
    lemma = chain.lemmas[next(name for name in chain.lemmas if name.startswith("s_"))]
    chain.lemmas["s_wrong"] = type(lemma)("s_wrong", lemma.statement.replace("<=", "<"), lemma.lines, lemma.needs)
    built = library.built(chain, [*(w.lemma for w in made.values()), "s_wrong"], Place(folder))
    theorems = dict[str, Exported]()
    for name, w in made.items():
        if w.lemma in built.modules:
            w.theorem.requires = (built.modules[w.lemma],)
            w.finish(built.modules[w.lemma])
            theorems[name] = w.theorem
    sharper = statements.claimed(S[i, r] > 1, [])
    theorems["sharper"] = Exported("claim", sharper, theorems["sign"].tactics, requires=theorems["sign"].requires)
    run = runner.compile_all({t.name: t for t in theorems.values()}, folder, prefix="Claims", ready=True)
    words = {name: run.outcomes[t.name] for name, t in theorems.items()}
    return made, {"words": words, "built": built, "run": run}


@needs_coq
@pytest.mark.coq
def test_every_rule_is_a_theorem(compiled: tuple[dict[str, whole.Whole], dict[str, Any]]) -> None:
    made, found = compiled
    assert {n: found["built"].failed for n in made if n not in found["words"]} == {}
    assert {n: w for n, w in found["words"].items() if w[0] != "certified" and n != "sharper"} == {}
    assert set(found["run"].axioms) <= set(runner.AXIOMS) and found["run"].problems == found["built"].problems == []


@needs_coq
@pytest.mark.coq
def test_a_wrong_step_and_a_wrong_statement_fail(compiled: tuple[dict[str, whole.Whole], dict[str, Any]]) -> None:
    found = compiled[1]
    assert list(found["built"].failed) == ["s_wrong"] and "s_wrong" not in found["built"].modules
    assert found["words"]["sharper"][0] == "failed"


def test_what_is_not_handled_is_named() -> None:
    slope = k.identity(lhs=Diff(x**2, x), rhs=2 * x)
    made = whole.claim(slope.concl, [], certify(slope), Chain())
    assert "derivative" in made.theorem.reason
    flat = k.weaken(k.relax(k.identity(lhs=abs(expr(2)), rhs=expr(2))), hyps=(hole >= 0, hole <= 1))
    low, high = (tuple(given(rel) for rel in (v >= 0, v <= 1)) for v in (x, y))
    moved = k.mean_value(flat, *low, *high, function=2 * hole, hole=hole)
    told = whole.claim(moved.concl, sorted(moved.hyps, key=repr), certify(moved), Chain()).theorem.reason
    assert told == "the rule mean_value: it is not handled"


def test_no_sign_is_made_up() -> None:
    chain = Chain()
    with pytest.raises(Unknown):
        Signs([], chain.words).prove(a[r], "n", Scope())
    with pytest.raises(NotExpressible):
        chain.words.hypothesis(Diff(x**2, x) <= 1)
