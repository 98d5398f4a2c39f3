"""Random small inequalities whose truth is known by construction: no answer may be wrong, and most must be decided.

``PROOFCHECK_FUZZ=50`` makes the run fifty times as long (20,000 inequalities).  Truth is built in: a known inequality
with a margin of known sign, at a place where it is tight, in new variables, scaled, added to another one, or disguised.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest

from proofcheck.decide import decide

COUNT = 400 * int(os.environ.get("PROOFCHECK_FUZZ", "1"))
BLOCKS = 8
SEED = 20261123
BUDGET = 0.15
DECIDED = 0.9


@dataclass(frozen=True)
class Problem:
    """lhs <= rhs for all x, y with the hypotheses; equality holds somewhere if the margin is 0."""

    lhs: str
    rhs: str
    given: str
    truth: bool


def rational(rng: random.Random, top: int = 9, bottom: int = 4) -> Fraction:
    return Fraction(rng.randint(1, top), rng.randint(1, bottom))


def line(rng: random.Random) -> str:
    """An affine function that takes every real value."""
    slope = rational(rng) * rng.choice((1, -1))
    return f"(({slope})*x + ({rng.choice((0, rational(rng)))}))"


def exp_tangent(rng: random.Random) -> tuple[str, str, str]:
    p, u = rng.randint(-3, 3), line(rng)
    return f"exp({p})*(1 + {u} - ({p}))", f"exp({u})", ""


def log_tangent(rng: random.Random) -> tuple[str, str, str]:
    b = rational(rng)
    return "log(x)", f"({b})*x - 1 - log({b})", "x > 0"


def square(rng: random.Random) -> tuple[str, str, str]:
    u, p = line(rng), rational(rng)
    return f"({2 * p})*{u}", f"{u}**2 + ({p * p})", ""


def two_squares(rng: random.Random) -> tuple[str, str, str]:
    a, b = rational(rng), rational(rng)
    return f"({2 * a * b})*x*y", f"({a * a})*x**2 + ({b * b})*y**2", ""


def root_tangent(rng: random.Random) -> tuple[str, str, str]:
    p = rng.randint(1, 5)
    return "sqrt(x)", f"({p})/2 + x/({2 * p})", "x >= 0"


def decay(rng: random.Random) -> tuple[str, str, str]:
    b = rational(rng)
    return f"x*exp(-x/({b}))", f"({b})*exp(-1)", "x >= 0"


def exponentials(rng: random.Random) -> tuple[str, str, str]:
    a, b, c = (rational(rng) for _ in range(3))
    return f"({a})*exp(({b})*x) + ({c})", f"({a + c})*exp(({b + 1})*x)", "x >= 0"


def absolute(rng: random.Random) -> tuple[str, str, str]:
    p, a = rational(rng), rational(rng)
    return f"({a})*(x - ({p}))", f"({a})*abs(x - ({p}))", ""


def hyperbolic(rng: random.Random) -> tuple[str, str, str]:
    return rng.choice([("tanh(x)", "x", "x >= 0"), ("x", "sinh(x)", "x >= 0"), ("1", "cosh(x)", ""),
                       ("erf(x)", "2*x/sqrt(pi)", "x >= 0"), ("erfc(x)", "exp(-x**2)", "x >= 0")])


def cubic(rng: random.Random) -> tuple[str, str, str]:
    p = rational(rng, 5, 2)
    return f"({3 * p * p})*x", f"x**3 + ({2 * p**3})", "x >= 0"


def reciprocal(rng: random.Random) -> tuple[str, str, str]:
    p = rational(rng)
    return f"({2 * p})", f"x + ({p * p})/x", "x > 0"


def power(rng: random.Random) -> tuple[str, str, str]:
    k = rng.randint(2, 6)
    return f"1 + ({k})*x", f"(1 + x)**{k}", "x >= -1"


TIGHT: list[Callable[[random.Random], tuple[str, str, str]]] = [
    exp_tangent, log_tangent, square, two_squares, root_tangent, decay, exponentials, absolute, hyperbolic, cubic,
    reciprocal, power]


def disguised(problem: Problem, rng: random.Random) -> Problem:
    """The same truth in other clothes."""
    a = rational(rng)
    match rng.randrange(5):
        case 0:
            return problem
        case 1:  # a positive factor
            return replace(problem, lhs=f"({a})*({problem.lhs})", rhs=f"({a})*({problem.rhs})")
        case 2:  # the same term on both sides
            extra = rng.choice(("x", "exp(x)", "x**2", "y"))
            return replace(problem, lhs=f"{problem.lhs} + ({a})*{extra}", rhs=f"({a})*{extra} + {problem.rhs}")
        case 3:  # a positive factor that varies
            return replace(problem, lhs=f"({problem.lhs})*exp(x/({a}))", rhs=f"({problem.rhs})*exp(x/({a}))")
        case _:  # a parameter that only scales
            given = f"{problem.given}, m >= 1" if problem.given else "m >= 1"
            return Problem(f"({problem.lhs})/m", f"({problem.rhs})/m", given, problem.truth)


def drawn(rng: random.Random) -> Problem:
    """A tight inequality, with a margin that keeps or breaks it."""
    lhs, rhs, given = rng.choice(TIGHT)(rng)
    margin = rng.choice((Fraction(0), Fraction(1, rng.choice((1, 10, 1000))), Fraction(-1, rng.choice((1, 10, 1000)))))
    return disguised(Problem(lhs, f"{rhs} + ({margin})" if margin else rhs, given, margin >= 0), rng)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_random_inequalities(block: int) -> None:
    rng, decided, count = random.Random(SEED + block), 0, COUNT // BLOCKS
    for _ in range(count):
        problem = drawn(rng)
        found = decide(f"{problem.lhs} <= {problem.rhs}", problem.given, BUDGET)
        right = "proved" if problem.truth else "refuted"
        assert found.verdict in (right, "undecided"), (problem, found.explanation)
        decided += found.verdict == right
    assert decided >= DECIDED * count
