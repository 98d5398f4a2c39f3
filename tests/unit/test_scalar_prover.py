"""What the scalar prover, the refuter, the boundary finder and ``decide`` must be able to do."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction

import pytest

from proofcheck.decide import DomainError, decide
from proofcheck.kernel.certificate import certify, replay
from proofcheck.kernel.domain import gap
from proofcheck.kernel.point import refute
from proofcheck.kernel.scalar import Tree
from proofcheck.kernel.terms import Var
from proofcheck.kernel.text import Reader, Signature, TextError
from proofcheck.prove import search
from proofcheck.prove.boundary import boundary
from proofcheck.prove.goals import Goal
from proofcheck.prove.moves import MOVES
from proofcheck.prove.sampling import simplest
from proofcheck.prove.scalar import prove_scalar
from proofcheck.prove.search import NotProved, Search
from proofcheck.refute.scalar import refute_scalar

PAPER = "B >= 1, 0 < R, R < 1/100"
TRUE = [
    # dominating exponentials
    ("8*exp(5*B) + 16*exp(9*B) + 8*exp(7*B) <= exp(10*B)", "B >= 3"),
    ("2*exp(2*B + 2*R) <= exp(3*B)", PAPER),
    ("exp(2*R) - 1 <= R*exp(2*B + R)", PAPER),
    ("4*(exp(4*R) - 1) + 4*(exp(2*R) - 1) <= R*exp(8*B)", PAPER),
    ("R/m*exp(B + R) + R/m*exp(B) <= 3*R/m*exp(2*B)", PAPER + ", m >= 1"),
    # touching points
    ("1 + x <= exp(x)", ""),
    ("x < exp(x)", ""),
    ("1 + x < exp(x)", "x > 0"),
    ("1 + x + 249/500*x**2 <= exp(x)", "abs(x) <= 1/100"),
    ("exp(x) <= 1 + x + x**2", "abs(x) <= 1"),
    ("abs(exp(x) - 1) <= 2*abs(x)", "abs(x) <= 1/10"),
    ("log(x) <= x - 1", "x > 0"),
    ("log(1 + x) <= x", "x > -1"),
    ("x/(1 + x) <= log(1 + x)", "x >= 0"),
    ("x*exp(-x) <= exp(-1)", ""),
    ("cosh(x) <= exp(x**2/2)", ""),
    ("tanh(x) <= x", "x >= 0"),
    ("erfc(t/sqrt(2)) <= exp(-t**2/2)", "t >= 0"),
    # roots
    ("sqrt(1 - x) <= 1 - x/2", "x <= 1"),
    ("sqrt(1 - x) <= 1 - x/2", "abs(x) <= 1/10"),
    ("abs(sqrt(1 + x) - 1) <= abs(x)", "x >= -1"),
    # squares
    ("x*y <= (x**2 + y**2)/2", ""),
    ("x**2 + y**2 + z**2 >= x*y + y*z + z*x", ""),
    ("x*(1 - x) <= 1/4", ""),
    # absolute values, maxima, quotients
    ("Max(x, y) <= abs(x) + abs(y)", ""),
    ("abs(x + y) <= abs(x) + abs(y)", ""),
    ("Min(x, y) <= Max(x, y) + 1", "abs(x) <= 1, y >= 1"),
    ("a/(a + b) <= 1", "a > 0, b > 0"),
    ("x**3 - 3*x + 2 >= 0", "x >= -2"),
]


def rel(text: str, dims: str = ""):
    return Reader(Signature(dims=frozenset(dims.split()))).relation(text)


def rels(text: str, dims: str = ""):
    return Reader(Signature(dims=frozenset(dims.split()))).relations(text)


@pytest.mark.parametrize(("goal", "given"), TRUE)
def test_true_inequalities_are_proved(goal: str, given: str) -> None:
    theorem = prove_scalar(rel(goal), rels(given))
    assert theorem.concl == rel(goal)
    assert theorem.hyps <= set(rels(given))
    assert replay(certify(theorem)).concl == theorem.concl


@pytest.mark.parametrize(("goal", "given", "dims"), [
    ("1/m <= 1", "", "m"),
    ("n/(n + 1) < 1", "", "n"),
    ("(1 - 1/n)*x <= x", "x >= 0", "n"),
    ("eta*m*n*exp(2*B) <= lam*exp(3*B)", "eta == lam/(10*m*n**2), B >= 1, lam > 0", "m n"),
    ("log(2) <= log(2*n/delta)", "0 < delta, delta < 1", "n"),
])
def test_dimensions_count_as_at_least_one(goal: str, given: str, dims: str) -> None:
    assert prove_scalar(rel(goal, dims), rels(given, dims)).concl == rel(goal, dims)


@pytest.mark.parametrize(("goal", "given"), [
    ("x <= x - 1", ""), ("x**2 <= 2", "x >= 0, x <= 3/2"), ("exp(x) <= 10", "x >= 1"),
])
def test_what_is_not_proved_names_the_boxes_left(goal: str, given: str) -> None:
    with pytest.raises(NotProved) as caught:
        prove_scalar(rel(goal), rels(given))
    assert caught.value.boxes


def test_irrelevant_hypotheses_are_left_out() -> None:
    theorem = prove_scalar(rel("eta*m <= 1/10"), rels("eta == lam/(10*m), m >= 1, lam > 0, lam < 1, B >= 7"))
    assert rel("B >= 7") not in theorem.hyps
    assert rel("lam < 1") in theorem.hyps


def test_the_same_tree_in_every_process() -> None:
    code = ("from proofcheck.kernel.text import Reader\nfrom proofcheck.prove.scalar import prove_scalar\n"
            "r = Reader()\n"
            "for g, h in [('1+x+249/500*x**2 <= exp(x)', 'abs(x) <= 1/100'), ('x*y*z <= (x**2*y**2+z**2)/2', ''),"
            " ('exp(2*R)-1 <= R*exp(2*B+R)', 'B>=1, 0<R, R<1/100')]:\n"
            "    print(prove_scalar(r.relation(g), r.relations(h)).data['tree'])")
    runs = {subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                           capture_output=True, text=True).stdout for seed in ("1", "2", "3")}
    assert len(runs) == 1


# the refuter

@pytest.mark.parametrize(("goal", "given"), [
    ("2*exp(2*B) <= exp(3*B)", ""),
    ("R/m*exp(2*B + R) + R/m*exp(4*B + 3*R) <= R/m*exp(4*B + 3*R)", PAPER + ", m >= 1"),
    ("8*exp(5*B) + 16*exp(9*B) + 8*exp(7*B) <= exp(10*B)", "B >= 1"),
    ("eta*m <= 1/11", "eta == lam/(10*m), m > 0, lam < 1, lam > 0"),
    ("x + y <= 1", "x**2 + y**2 <= 1"),
    ("x <= 1000003/1000", "x <= 1000004/1000, x >= 0"),
])
def test_false_inequalities_are_refuted_at_a_certified_point(goal: str, given: str) -> None:
    found = refute_scalar(rel(goal), rels(given))
    assert found is not None
    point, violation = found
    assert refute(rels(given), rel(goal), point, 1024).margin
    assert violation.lhs


def test_counterexamples_are_simple() -> None:
    found = refute_scalar(rel("2*B*exp(3*R) <= 10"), rels("B >= 1, B <= 5.05, 0 < R, R < 1/100"))
    assert found is not None
    assert all(x.denominator <= 1000 for x in found[0].scalars.values())


def test_a_narrow_violation_is_found_on_several_seeds() -> None:
    goal, given = rel("exp(3*x) - 100*x**2 >= -39"), rels("x >= -1, x <= 2")
    assert all(refute_scalar(goal, given, seed=s) is not None for s in range(5))


def test_true_claims_are_not_refuted() -> None:
    assert all(refute_scalar(rel(goal), rels(given), budget=0.2) is None for goal, given in TRUE)


# the boundary

def test_the_boundary_of_lemma_b_1_to_thirty_digits_proved_on_both_sides() -> None:
    goal = rel("8*exp(5*B) + 16*exp(9*B) + 8*exp(7*B) <= exp(10*B)")
    found = boundary(goal, rels("B >= 1"), Var("B"))
    ((low, high),) = found.places
    assert high - low <= Fraction(1, 10**30)
    assert found.decimals()[0][0].startswith("2.77453990556618671541")
    assert found.holds[0].theorem.concl == goal and found.holds[0].low == high
    assert rel(f"B >= {high}") in found.holds[0].theorem.hyps
    assert found.fails[0].theorem.concl == rel("exp(10*B) < 8*exp(5*B) + 16*exp(9*B) + 8*exp(7*B)")
    assert rel(f"B <= {low}") in found.fails[0].theorem.hyps


def test_a_boundary_with_two_places() -> None:
    found = boundary(rel("x**2 <= 2"), (), Var("x"), digits=12)
    assert [d[0][:8] for d in found.decimals()] == ["-1.41421", "1.414213"]
    assert len(found.holds) == 1 and len(found.fails) == 2


def test_a_claim_that_always_holds_has_no_boundary() -> None:
    found = boundary(rel("x <= exp(x)"), (), Var("x"))
    assert found.places == () and len(found.holds) == 1 and not found.fails


def test_a_boundary_needs_a_single_parameter() -> None:
    with pytest.raises(NotProved, match="only"):
        boundary(rel("x <= y"), (), Var("x"))


# decide

def test_decide_gives_a_certificate_a_point_or_boxes() -> None:
    proved = decide("1 + x <= exp(x)")
    assert proved.verdict == "proved" and proved.certificate is not None
    assert replay(proved.certificate).concl == proved.goal
    assert proved.assumed == ("x ranges over all reals",)
    refuted = decide("1 + x < exp(x)")
    assert refuted.verdict == "refuted" and refuted.point is not None and refuted.point.scalars == {"x": 0}
    undecided = decide("cosh(x) <= (sinh(x)/x)**3", "x > 0", budget=0.02)
    assert undecided.verdict == "undecided" and undecided.boxes


def test_decide_equalities() -> None:
    assert decide("(x + 1)**2 == x**2 + 2*x + 1").verdict == "proved"
    assert decide("(x + 1)**2 == x**2 + 2*x + 2").verdict == "refuted"
    assert decide("x/x == 1", "x > 0").verdict == "proved"
    assert decide("x/x == 1").verdict == "undecided"


def test_explanations_are_short() -> None:
    for goal in ("1 + x <= exp(x)", "1 + x < exp(x)", "log(x) <= x"):
        assert decide(goal, budget=0.5).explanation.count(". ") <= 1


@pytest.mark.parametrize("bad", ["x <=", "x + 1", "x <= 1, y <= 2", "f(x) <= 1", "x != 1", "True <= 1", "x <= 'a'", ""])
def test_bad_input_is_refused_in_one_line(bad: str) -> None:
    with pytest.raises(TextError) as caught:
        decide(bad)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("given", ["x >= 2, x < 1", "x > 1, x <= 1", "2 <= 1", "abs(x) <= -1", "x == 1, x >= 2"])
def test_contradictory_hypotheses_are_an_error(given: str) -> None:
    with pytest.raises(DomainError):
        decide("x <= 1", given)


def test_the_simplest_rational_in_an_interval() -> None:
    assert simplest(Fraction(31, 100), Fraction(34, 100)) == Fraction(1, 3)
    assert simplest(Fraction(-7, 10), Fraction(-6, 10)) == Fraction(-2, 3)
    assert simplest(Fraction(-1), Fraction(5)) == 0
    assert simplest(Fraction(5, 2), Fraction(5, 2)) == Fraction(5, 2)


def searched() -> Tree:
    """A search that rests at each of its goals, as on a machine that is busy with something else."""
    def rest(search: Search, goal: Goal, depth: int) -> Iterator[None]:
        time.sleep(0.05)
        yield None

    term, domain = gap(Reader().relation("1 + x + 249/500*x**2 <= exp(x)"), tuple(Reader().relations("abs(x) <= 1/100")))
    return Search((rest, *MOVES)).run(Goal(term, domain, False))


def test_what_else_the_machine_does_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    searched()
    monkeypatch.setattr(search, "PATIENCE", 0.1)  # half a second of work; the rests take longer
    begin = time.monotonic()
    assert searched()
    assert time.monotonic() - begin > 0.5
    monkeypatch.setattr(search, "PATIENCE", 0)
    with pytest.raises(NotProved):
        searched()
