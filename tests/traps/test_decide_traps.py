"""Cases on which tools are known to give wrong answers: ours may be undecided, but never wrong."""

import subprocess
import sys
from fractions import Fraction

import mpmath
import pytest
from flint import arb, ctx

from proofcheck.decide import DomainError, decide
from proofcheck.evidence import read_point
from proofcheck.kernel.intervals import Interval, enclose, precision, whole_power
from proofcheck.kernel.point import Evaluator, NoCounterexample, Point, refute
from proofcheck.kernel.rules import scalar
from proofcheck.kernel.terms import Num, Var, exp
from proofcheck.kernel.text import Reader
from proofcheck.kernel.theorem import RuleError

rel, rels = Reader().relation, Reader().relations
X = Var("x")
EVAL = ["eval", 64]


def end(pair: tuple[int, int, int, int]) -> Fraction:
    sign, mantissa, exponent, _ = pair
    return Fraction(-1 if sign else 1) * int(mantissa) * Fraction(2) ** int(exponent)


@pytest.mark.parametrize("hexadecimal", ["-0x1.d8494129df484p+4", "-0x1.53c058edb903ap+5"])
def test_exponentials_that_mpmath_rounds_the_wrong_way(hexadecimal: str) -> None:
    """mpmath issue 1181: the upper end of iv.exp lies below the exponential."""
    x = float.fromhex(hexadecimal)
    with mpmath.workprec(300):
        truth = end(mpmath.exp(mpmath.mpf(x))._mpf_)
    mpmath.iv.prec = 53
    told = end(mpmath.iv.exp(mpmath.iv.mpf(x))._mpi_[1])
    with precision(53):
        ours = enclose(exp(Num(Fraction(x))), {})
    assert ours.lo <= arb(truth.numerator) / arb(truth.denominator) <= ours.hi
    found = decide(f"exp({Fraction(x)}) <= {told}", budget=1.0)
    assert found.verdict == ("proved" if truth <= told else "refuted")


def test_an_identity_that_sympy_calls_false() -> None:
    """sympy issue 29781: the larger eigenvalue of exp(M x), by the quadratic formula, is exp of that of M x."""
    a, b = "exp((5 + sqrt(33))/2*x)", "exp((5 - sqrt(33))/2*x)"
    assert decide(f"({a} + {b} + sqrt(({a} + {b})**2 - 4*exp(5*x)))/2 == {a}", "x > 0", 0.5).verdict != "refuted"


def test_a_ball_around_zero_has_a_square() -> None:
    around = arb(0, 1)
    assert whole_power(around, 2).is_finite() and whole_power(around, 2).contains(1)
    assert decide("x**2 <= 1", "abs(x) <= 1").verdict == "proved"
    assert decide("x**2 < 1", "abs(x) <= 1").verdict == "refuted"


def test_nan_contains_everything_and_proves_nothing() -> None:
    assert arb("nan").contains(0)
    with pytest.raises(NoCounterexample):
        refute((), rel("1/x <= 1"), Point({"x": Fraction(0)}), 128)
    huge = Point({"x": Fraction(10) ** 400})
    for goal in ("exp(exp(x)) <= 0", "exp(exp(x)) - exp(exp(x)) == 1", "exp(exp(x)) <= exp(exp(x)) + 1"):
        with pytest.raises(NoCounterexample):
            refute((), rel(goal), huge, 128)


def test_an_undecided_comparison_is_neither_true_nor_false() -> None:
    with ctx.workprec(64):
        third = arb(1) / 3
        answers = (third < third, third > third, third == third)
        assert not any(answers)  # flint says no three times
        judge = Evaluator(Point({"x": Fraction(1, 3)}))
        assert judge.holds(rel("erf(x) < erf(x + 0*erf(x)) + 1e-60"), {}) is None
    assert bool(None) is False  # so that None must never be tested as if it were a truth value
    with pytest.raises(NoCounterexample):
        refute((), rel("erf(x) < erf(x) + 1e-60"), Point({"x": Fraction(1, 3)}), 64)
    with pytest.raises(NoCounterexample):
        refute(rels("erf(x) < erf(1/3) + 1e-60"), rel("x <= 0"), Point({"x": Fraction(1, 3)}), 64)


def test_a_relation_has_no_truth_value() -> None:
    with pytest.raises(TypeError):
        bool(X <= 1)


@pytest.mark.parametrize(("goal", "given"), [
    ("exp(x) <= 1e308", "x <= 1e400"),
    ("exp(exp(x)) <= exp(x)", "x >= 1000"),
    ("x*exp(-x) <= 0", "x >= 1"),
    ("(exp(x) - exp(x)/2)*exp(-x) <= 1/4", "x >= 0"),
    ("1/x*x <= 1/2", "x >= 1"),
])
def test_overflow_and_zero_times_infinity(goal: str, given: str) -> None:
    assert decide(goal, given, 0.5).verdict != "proved"


def test_infinite_ends_lose_no_value() -> None:
    with precision(64):
        zero, ray = Interval.point(Fraction(0)), Interval(arb(1), float("inf"))
        product = zero * ray
        assert product.lo <= 0 and product.hi == float("inf")
        total = ray + -ray
        assert total.lo == -float("inf") and total.hi == float("inf")
    assert decide("x <= 1e400", "x <= 1e399, x >= -1e399").verdict == "proved"
    assert decide("x <= 1e399", "x <= 1e400, x >= 0").verdict == "refuted"


@pytest.mark.parametrize(("goal", "given"), [
    ("log(x**2) == 2*log(x)", ""), ("sqrt(x**2) == x", ""), ("(x**2)**(1/4) == sqrt(x)", ""),
    ("log(x*y) == log(x) + log(y)", ""),
    ("(x**3)**(1/3) == x", ""), ("exp(log(x)) == x", ""), ("x**(1/3) <= 1 + x**2", ""), ("log(x) <= x", ""),
    ("sqrt(x)*sqrt(y) == sqrt(x*y)", ""),
])
def test_branches_of_logarithms_and_roots(goal: str, given: str) -> None:
    assert decide(goal, given, 0.3).verdict != "proved"


@pytest.mark.parametrize(("goal", "given", "verdict"), [
    ("abs(x)**2 == x**2", "", "proved"), ("log(x**2) == 2*log(x)", "x > 0", "proved"),
    ("sqrt(x**2) == x", "x <= 0", "refuted"), ("log(x*y) == log(x) + log(y)", "x > 0, y > 0", "proved"),
])
def test_branches_where_they_are_certain(goal: str, given: str, verdict: str) -> None:
    assert decide(goal, given, 0.3).verdict == verdict


@pytest.mark.parametrize(("goal", "verdict"), [
    ("0.1 + 0.2 == 0.3", "proved"), ("0.1 + 0.2 <= 0.3", "proved"), ("0.1 == 1/10", "proved"),
    ("0.1 < 0.1000000000000000055511151231257827", "proved"), ("1e23 == 10**23", "proved"),
    ("9007199254740993 == 9007199254740992", "refuted"), ("9007199254740993.0 <= 9007199254740992", "refuted"),
    ("2**53 + 1 > 2**53", "proved"), ("1 + 1e-400 > 1", "proved"), ("1e-400 <= 0", "refuted"),
])
def test_numbers_are_read_exactly(goal: str, verdict: str) -> None:
    assert decide(goal).verdict == verdict


def test_points_are_read_exactly() -> None:
    point = read_point({"scalars": {"x": "0.1", "y": "9007199254740993"}, "arrays": {}})
    assert point.scalars == {"x": Fraction(1, 10), "y": Fraction(9007199254740993)}


@pytest.mark.parametrize(("goal", "given", "verdict"), [
    ("x <= y", "x*z <= y*z, z > 0", "proved"), ("x <= y", "x*z <= y*z", "refuted"),
    ("x <= 1", "x <= y, y <= 1", "proved"), ("x <= 1", "x <= y, y <= 2", "refuted"),
    ("x*y <= 1", "x**2 + y**2 <= 2", "proved"), ("x*y <= 1", "x**2 + y**2 <= 3", "refuted"),
])
def test_every_hypothesis_is_used_or_the_point_satisfies_it(goal: str, given: str, verdict: str) -> None:
    found = decide(goal, given, 2.0)
    assert found.verdict in (verdict, "undecided")
    if found.theorem is not None:
        assert found.theorem.hyps <= set(rels(given))
    if found.point is not None:
        assert refute(rels(given), rel(goal), found.point, 512).margin


@pytest.mark.parametrize("given", [
    "D < R, R < D", "x < y, y < z, z < x", "x*y <= 1/2, x >= 1, y >= 1", "x >= 2, x <= 1", "2 < 1",
])
def test_nothing_follows_from_a_contradiction(given: str) -> None:
    with pytest.raises(DomainError):
        decide("D + R + x + y + z <= 0*D", given, 0.5)


def test_an_integer_is_an_integer_only_where_it_is_said() -> None:
    assert decide("(n - 1)*(n - 2) >= 0").verdict == "refuted"
    found = decide("(n - 1)*(n - 2) >= 0", dims=frozenset({"n"}), budget=0.3)
    assert found.verdict != "refuted"


FALSE = [("x <= 1", "x >= 0", EVAL), ("exp(x) <= 2", "x >= 0", ["mono", "x", "+", EVAL, EVAL]),
         ("x <= -1", "x >= -1, x <= 1", ["scale", "x**2", [], EVAL])]


@pytest.mark.parametrize(("goal", "given", "tree"), FALSE)
def test_a_false_tree_is_refused(goal: str, given: str, tree: list[object]) -> None:
    with pytest.raises(RuleError):
        scalar(goal=rel(goal), hyps=rels(given), tree=tree)


def test_refusals_do_not_depend_on_assert() -> None:
    """``python -O`` drops assert statements: false trees and false points must be refused all the same."""
    program = f"""
from fractions import Fraction
from proofcheck.decide import decide
from proofcheck.kernel.point import Point, refute
from proofcheck.kernel.rules import scalar
from proofcheck.kernel.text import Reader
rel, rels = Reader().relation, Reader().relations
makers = [lambda g=g, h=h, t=t: scalar(goal=rel(g), hyps=rels(h), tree=t) for g, h, t in {FALSE!r}]
makers.append(lambda: refute((), rel("x <= 1"), Point({{"x": Fraction(1)}}), 128))
makers.append(lambda: refute(rels("x <= 0"), rel("x <= 1"), Point({{"x": Fraction(2)}}), 128))
makers.append(lambda: decide("x <= 1", "x >= 2, x <= 1"))
for make in makers:
    try:
        make()
    except ValueError:
        continue
    raise SystemExit("made")
raise SystemExit(0 if __debug__ is False and decide("1 + x < exp(x)").verdict == "refuted" else "wrong")
"""
    done = subprocess.run([sys.executable, "-O", "-c", program], check=False, capture_output=True, text=True,
                          env={"PYTHONPATH": ":".join(filter(None, sys.path))})
    assert done.returncode == 0, done.stderr
