"""Certificates in squares for polynomials: equality cases are proved, false neighbours are not, nothing else passes."""

import os
import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest

from proofcheck.kernel.certificate import certify, replay
from proofcheck.kernel.domain import gap
from proofcheck.kernel.normal import normal
from proofcheck.kernel.rules import scalar
from proofcheck.kernel.terms import Rel
from proofcheck.kernel.text import Reader
from proofcheck.kernel.theorem import RuleError
from proofcheck.prove.goals import Goal
from proofcheck.prove.moves.polynomial import polynomials
from proofcheck.prove.polynomials import NoForm, Ring
from proofcheck.prove.search import Search
from proofcheck.prove.sos import Block, completed, squares

MOTZKIN = "x**4*y**2 + x**2*y**4 + 1"
SCHUR = "x*(x - y)*(x - z) + y*(y - x)*(y - z) + z*(z - x)*(z - y)"
TRIANGLE = "a > 0, b > 0, c > 0, a < b + c, b < c + a, c < a + b"
TRUE = [  # a true inequality, and a false one beside it
    ("x*y <= (x**2 + y**2)/2", "", "x*y < (x**2 + y**2)/2"),
    ("x*y + y*z + z*x <= x**2 + y**2 + z**2", "", "x*y + y*z + z*x <= 999/1000*(x**2 + y**2 + z**2)"),
    (f"3*x**2*y**2 <= {MOTZKIN}", "", f"3001/1000*x**2*y**2 <= {MOTZKIN}"),
    ("4*x*y*z <= 1 + x**2*y**2 + y**2*z**2 + z**2*x**2", "", "4*x*y*z < 1 + x**2*y**2 + y**2*z**2 + z**2*x**2"),
    (f"0 <= {SCHUR}", "x >= 0, y >= 0, z >= 0", f"0 <= {SCHUR} - x*y*z/100"),
    ("3*(a**3*b + b**3*c + c**3*a) <= (a**2 + b**2 + c**2)**2", "",
     "301/100*(a**3*b + b**3*c + c**3*a) <= (a**2 + b**2 + c**2)**2"),
    ("3*a*b*c <= a**3 + b**3 + c**3", "a >= 0, b >= 0, c >= 0", "3*a*b*c < a**3 + b**3 + c**3"),
    ("3*a*b*c <= a**3 + b**3 + c**3", "a + b + c >= 0", "3*a*b*c <= a**3 + b**3 + c**3 - (a + b + c)**3/1000"),
    ("3/2 <= a/(b + c) + b/(c + a) + c/(a + b)", "a > 0, b > 0, c > 0", "3/2 < a/(b + c) + b/(c + a) + c/(a + b)"),
    ("2/(1 + a*b) <= 1/(1 + a**2) + 1/(1 + b**2)", "a >= 1, b >= 1", "2/(1 + a*b) < 1/(1 + a**2) + 1/(1 + b**2)"),
    ("2*sqrt(2)*x <= x**2 + 2", "", "2*sqrt(2)*x < x**2 + 2"),
    ("sqrt(x + y) <= sqrt(x) + sqrt(y)", "x >= 0, y >= 0", "sqrt(x + y) < sqrt(x) + sqrt(y)"),
    ("2*exp(x)*y <= exp(2*x) + y**2", "", "2*exp(x)*y < exp(2*x) + y**2"),
    ("abs(x) - 1/2 <= x**2/2", "", "abs(x) - 1/2 < x**2/2"),
    ("x < sqrt(1 + x**2)", "", "1/10 + x < sqrt(1 + x**2)"),
    ("x*y <= 1/4", "x >= 0, y >= 0, x + y <= 1", "x*y < 1/4"),
    ("x*y <= 1/2", "x**2 + y**2 == 1", "x*y < 1/2"),
    ("x*y + y*z + z*x - 2*x*y*z <= 7/27", "x >= 0, y >= 0, z >= 0, x + y + z == 1", "x*y + y*z + z*x - 2*x*y*z < 7/27"),
    ("x + y + z - x*y - y*z - z*x <= 1", "0 <= x, x <= 1, 0 <= y, y <= 1, 0 <= z, z <= 1",
     "x + y + z - x*y - y*z - z*x < 1"),
    ("4*exp(x)*y/(exp(x) + y)**2 <= 1", "y > 0", "4*exp(x)*y/(exp(x) + y)**2 < 1"),
    ("x + y <= 3/2", "x**2 + y**2 <= 1", "x + y <= 141/100"),
    ("x + y < 5/2 + x*y/4", "1/10 <= x, x <= 1, y <= 3/2, y >= 1/3", "x + y < 17/8 + x*y/4"),
    ("0 <= a**2*b*(a - b) + b**2*c*(b - c) + c**2*a*(c - a)", TRIANGLE,
     "0 < a**2*b*(a - b) + b**2*c*(b - c) + c**2*a*(c - a)"),
    ("a**2 + b**2 + c**2 < 2*(a*b + b*c + c*a)", TRIANGLE, "a**2 + b**2 + c**2 < 199/100*(a*b + b*c + c*a)"),
    ("8*n**2*exp(13*B) < m*lam**2", "m >= 9*n**2*exp(13*B)/lam**2, lam > 0, n >= 1",
     "10*n**2*exp(13*B) < m*lam**2"),
]


def parts(text: str, given: str) -> tuple[Rel, tuple[Rel, ...], list[Any]]:
    """The goal, the hypotheses and the trees that the move finds."""
    reader = Reader()
    goal, hyps = reader.relation(text), reader.relations(given)
    term, domain = gap(goal, hyps)
    return goal, hyps, list(polynomials(Search(()), Goal(term, domain, goal.op == "<"), 1))


@pytest.mark.parametrize(("text", "given"), [(t, g) for t, g, _ in TRUE])
def test_true_polynomial_inequalities_are_proved_by_this_move_alone(text: str, given: str) -> None:
    goal, hyps, (tree,) = parts(text, given)
    theorem = scalar(goal=goal, hyps=hyps, tree=tree)
    assert replay(certify(theorem)).concl == goal


@pytest.mark.parametrize(("text", "given", "false"), TRUE)
def test_false_neighbours_are_not(text: str, given: str, false: str) -> None:
    assert parts(false, given)[2] == []
    tree = parts(text, given)[2][0]
    with pytest.raises(RuleError):
        scalar(goal=Reader().relation(false), hyps=Reader().relations(given), tree=tree)


def changed(tree: list[Any]) -> list[list[Any]]:
    """The tree with one weight multiplied by 1001/1000, in every possible way."""
    found = []
    for k, part in enumerate(tree):
        if tree[0] == "use" and k == 1:
            found += [[tree[0], [*part[:i], [f"1001/1000*({w})", ks, why], *part[i + 1:]], tree[2]]
                      for i, (w, ks, why) in enumerate(part)]
        elif isinstance(part, list) and part and isinstance(part[0], str):
            found += [[*tree[:k], new, *tree[k + 1:]] for new in changed(part)]
    return found


@pytest.mark.parametrize(("text", "given"), [(TRUE[k][0], TRUE[k][1]) for k in (0, 2, 3, 5, 8, 10, 15, 19)])
def test_a_certificate_with_one_other_coefficient_is_refused(text: str, given: str) -> None:
    goal, hyps, (tree,) = parts(text, given)
    mutants = changed(tree)
    assert mutants
    for mutant in mutants:
        with pytest.raises(RuleError):
            scalar(goal=goal, hyps=hyps, tree=mutant)


@pytest.mark.parametrize(("text", "given"), [
    ("x**2 <= 1", "x <= 1"),  # one parameter: roots are counted instead
    ("log(x) <= y", "x >= 0, y >= 1"),  # a unit that is not defined everywhere
    ("y/x <= y**2 + 1/x**2", ""),  # a divisor that may be negative
    ("x*y*z*u*v*w*t <= 1 + x**2", ""),  # too many units
    ("x**3*y**3 <= x**9*y + 1", ""),  # negative far out
])
def test_other_goals_are_left_alone(text: str, given: str) -> None:
    assert parts(text, given)[2] == []


def test_the_same_tree_in_every_process() -> None:
    code = ("import sys; sys.path.insert(0, sys.argv[1])\nfrom test_polynomial_moves import TRUE, parts\n"
            "for text, given, _ in TRUE: print(parts(text, given)[2])")
    here = os.path.dirname(__file__)
    runs = {subprocess.run([sys.executable, "-c", code, here], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                           capture_output=True, text=True).stdout for seed in ("1", "2")}
    assert len(runs) == 1 and "use" in runs.pop()


def ring(text: str) -> Ring:
    return Ring.of([normal(Reader().term(text))], frozenset())


def test_a_ring_reads_and_writes_terms() -> None:
    whole = ring("x**2*sqrt(x**2 + y) + exp(3*x) + y**(3/2)")
    assert [str(u.term) for u in whole.units] == ["(x**2 + y)**(1/2)", "exp(x)**3", "x", "y**(1/2)"]
    root = whole.read(Reader().term("sqrt(x**2 + y)"))
    assert whole.product(root, root) == whole.read(Reader().term("x**2 + y"))
    assert whole.read(whole.term(whole.product(root, whole.read(Reader().term("y - x"))))) \
        == whole.product(root, whole.read(Reader().term("y - x")))
    with pytest.raises(NoForm):
        whole.read(Reader().term("z"))
    with pytest.raises(NoForm):
        whole.read(Reader().term("1/x"))


def test_the_sum_of_squares_is_exact() -> None:
    plane = ring("x + y")
    target = plane.read(Reader().term("x**2 - 2*x*y + y**2 + 1/3*(x + y - 7)**2"))
    basis = tuple(plane.read(Reader().term(t)) for t in ("1", "x", "y"))
    (found,) = squares(plane, target, [Block(plane.one(), basis)]) or [[]]
    rest = {m: -c for m, c in target.items()}
    for c, q in found:
        assert c > 0
        for m, k in plane.product(q, q).items():
            rest[m] = rest.get(m, Fraction(0)) + c * k
    assert len(found) == 2 and not any(rest.values())
    assert squares(plane, {m: -c for m, c in target.items()}, [Block(plane.one(), basis)]) is None


def test_squares_are_completed_only_where_there_are_some() -> None:
    assert completed([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]]) == [(1, [1, 2])]
    assert completed([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(3)]]) is None
    assert completed([[Fraction(0), Fraction(1)], [Fraction(1), Fraction(3)]]) is None
