"""A point that satisfies no hypotheses refutes nothing, however the hypotheses are written."""

from fractions import Fraction

import pytest

from proofcheck.kernel.point import NoCounterexample, Point, refute
from proofcheck.kernel.terms import Array, Index, Rel, Var, eq

B, C, X = Var("B"), Var("C"), Var("X")
m = Var("m", True)
n = Var("n", True)
u = Array("u", (Index("i", n),))
AT = Point({"X": Fraction(1), "n": Fraction(2)}, {"u": [1, 2]})
FALSE = X <= 0


@pytest.mark.parametrize("hyps", [
    (eq(B, 1), eq(B, 2)),
    (eq(B, B + 1),),
    (eq(B, C + 1), eq(C, B + 1)),
    (eq(B, 1 / (X - X)),),
    (eq(B, u[Index("i", n)]),),
    (eq(m, X / 2),),
    (eq(X, 2),),
])
def test_unsatisfied_equations_are_not_skipped(hyps: tuple[Rel, ...]) -> None:
    with pytest.raises(NoCounterexample):
        refute(hyps, FALSE, AT, 128)


def test_a_defining_equation_is_used() -> None:
    assert refute((eq(B, X + 1), eq(C, B + 1)), C <= 2, AT, 128).lhs.startswith("3.0")
