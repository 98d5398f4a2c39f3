"""Real roots of rational polynomials, counted exactly by Sturm's theorem."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_poly

from proofcheck.kernel.normal import NotNormalizable, Rational, normal
from proofcheck.kernel.terms import Expr, Var

MAX_DEGREE = 200


class NotPolynomial(ValueError):
    """The term is not a polynomial in the parameter with rational coefficients."""


def polynomial(term: Expr, var: Var) -> fmpq_poly:
    """The term as a polynomial; raises NotPolynomial."""
    coefficients: dict[int, Rational] = {}
    try:
        poly = normal(term)
    except NotNormalizable as error:
        raise NotPolynomial(str(error)) from None
    for mono, c in poly.items():
        match mono:
            case ():
                degree: Rational = 0
            case ((("var", name), degree),) if name == var.name:
                pass
            case _:
                raise NotPolynomial(f"{term} is not a polynomial in {var}")
        if degree < 0 or degree.denominator != 1 or degree > MAX_DEGREE:
            raise NotPolynomial(f"{term} is not a polynomial in {var} of degree at most {MAX_DEGREE}")
        coefficients[int(degree)] = c
    return fmpq_poly([_rational(Fraction(coefficients.get(k, 0))) for k in range(max(coefficients, default=0) + 1)])


def _rational(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def stays(p: fmpq_poly, lo: Fraction | float, hi: Fraction | float, strict: bool, lo_open: bool, hi_open: bool) -> bool:
    """Whether p >= 0 (or > 0) on the range, whose ends may be infinite."""
    if lo == hi and not isinstance(lo, float):
        return _at(p, lo) > 0 or (not strict and _at(p, lo) == 0)
    if p.degree() < 1:
        return p[0] > 0 or (not strict and p[0] == 0)
    crossing = _square_free(p) if strict else _odd_part(p)
    if roots_between(crossing, lo, hi):
        return False
    closed = [end for end, is_open in ((lo, lo_open), (hi, hi_open)) if isinstance(end, Fraction) and not is_open]
    if strict and not all(_at(p, end) > 0 for end in closed):
        return False
    return _at(p, _inside(p, lo, hi)) > 0


def _at(p: fmpq_poly, x: Fraction | float) -> fmpq:
    return p(_rational(Fraction(x)))


def _inside(p: fmpq_poly, lo: Fraction | float, hi: Fraction | float) -> Fraction:
    """A point inside the range that is no root; one of degree + 1 points is none."""
    for k in range(1, p.degree() + 2):
        if isinstance(lo, Fraction):
            x = lo + (hi - lo) * Fraction(k, p.degree() + 2) if isinstance(hi, Fraction) else lo + k
        else:
            x = hi - k if isinstance(hi, Fraction) else Fraction(k)
        if _at(p, x) != 0:
            return x
    raise NotPolynomial("the zero polynomial")


def _square_free(p: fmpq_poly) -> fmpq_poly:
    """A polynomial with the roots of p, each once."""
    return p // p.gcd(p.derivative())


def _odd_part(p: fmpq_poly) -> fmpq_poly:
    """A polynomial whose roots are those of odd multiplicity of p, each once."""
    odd, rest = fmpq_poly([1]), p
    one = _square_free(rest)  # roots of multiplicity >= 1
    while one.degree() > 0:
        rest = rest // one
        two = _square_free(rest) if rest.degree() > 0 else fmpq_poly([1])  # >= 2
        odd *= one // two
        rest = rest // two
        one = _square_free(rest) if rest.degree() > 0 else fmpq_poly([1])  # >= 3
    return odd


def roots_between(p: fmpq_poly, lo: Fraction | float, hi: Fraction | float) -> int:
    """The number of roots of a square-free p with lo < root < hi."""
    chain = [p, p.derivative()]
    while chain[-1].degree() > 0:
        chain.append(-(chain[-2] % chain[-1]))
    at_end = 0 if isinstance(hi, float) else int(_at(p, hi) == 0)
    return _variations(chain, lo) - _variations(chain, hi) - at_end


def _variations(chain: list[fmpq_poly], x: Fraction | float) -> int:
    """Sign changes along the chain at a point or at an infinite end."""
    signs = [s for q in chain if (s := _sign(q, x))]
    return sum(a != b for a, b in pairwise(signs))


def _sign(q: fmpq_poly, x: Fraction | float) -> int:
    if not isinstance(x, float):
        value = _at(q, x)
    else:
        value = q[q.degree()] * (-1 if x < 0 and q.degree() % 2 else 1) if q.degree() >= 0 else fmpq(0)
    return (value > 0) - (value < 0)
