"""The best constant: bracketed by a theorem and a certified counterexample."""

from fractions import Fraction

import pytest

from proofcheck.kernel.point import refute
from proofcheck.kernel.terms import Num, Var, substitute
from proofcheck.kernel.text import Reader, to_text
from proofcheck.prove.search import NotProved
from proofcheck.prove.sharpen import near, sharpen

rel, rels = Reader().relation, Reader().relations
CASES = [
    ("abs(exp(x) - 1 - x) <= c*x**2", "abs(x) <= 1/100", "10000*(exp(1/100) - 101/100)", True, None),
    ("8*exp(5*B) + 16*exp(9*B) + 8*exp(7*B) <= c*exp(10*B)", "B >= 1", "8*exp(-5) + 16*exp(-1) + 8*exp(-3)", True, None),
    ("cosh(x) <= exp(c*x**2)", "", "1/2", True, "1/2"),
    ("2*exp(2*B + 2*R) <= exp(c*B)", "B >= 1, 0 < R, R < 1/100", "202/100 + log(2)", True, None),
    ("c*x <= exp(x)", "x > 0, c >= 1", "exp(1)", False, "exp(1)"),
]


@pytest.mark.parametrize(("goal", "given", "best", "rising", "exact"), CASES)
def test_the_best_constant_is_bracketed(goal: str, given: str, best: str, rising: bool, exact: str | None) -> None:
    found = sharpen(rel(goal), rels(given), "c", budget=4.0)
    truth = near(Reader().term(best))
    assert truth is not None and found.rising is rising
    assert found.digits() >= 15
    assert found.fails is not None and (found.fails.value < truth if rising else found.fails.value > truth)
    if found.holds is not None:
        assert found.theorem is not None and (found.holds >= truth if rising else found.holds <= truth)
        assert found.theorem.concl == rel(goal.replace("c*", f"({found.holds})*"))
    put = {Var("c"): Num(found.fails.value)}
    false = rel(goal)
    false = type(false)(false.op, substitute(false.lhs, put), substitute(false.rhs, put))
    hyps = tuple(h for h in rels(given) if "c" not in to_text(h))
    assert refute(hyps, false, found.fails.point, 1024).margin
    if exact is not None:
        assert found.exact is not None and to_text(found.exact) == exact


@pytest.mark.parametrize(("goal", "given"), [
    ("x <= c", ""), ("x*c <= 1", ""), ("x <= y", ""), ("c**2 <= x", "x >= 1"), ("x + c == 1", ""),
])
def test_no_best_constant(goal: str, given: str) -> None:
    with pytest.raises(NotProved):
        sharpen(rel(goal), rels(given), "c", budget=0.5)


def test_a_bracket_that_is_not_reached_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise NotProved("the prover is asleep")

    import proofcheck.prove.sharpen as module

    direction = module._direction(rel("x <= c*(1 + x**2)"), (), Var("c"), 2.0)
    monkeypatch.setattr(module, "prove_scalar", never)
    monkeypatch.setattr(module, "_direction", lambda *_: direction)
    found = sharpen(rel("x <= c*(1 + x**2)"), (), "c", budget=1.0)
    assert found.holds is None and found.theorem is None and found.exact is None and found.digits() == 0
    assert found.fails is not None and found.fails.value < Fraction(1, 2)
