"""Lemmas A.9 and A.10: the concentration inequalities of Hoeffding and of Hanson and Wright (lines 580-600).

They are other people's theorems, so they are cited, not proved.  What is checked is how they are stated: exact tail
probabilities of small sums stand beside the printed bounds, and Lemma A.9 is read for t <= 0, which it does not exclude.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import exp as real_exp
from math import inf
from math import log as real_log
from typing import Any

import numpy as np

from numerics import rademacher_quadratic_tail, two_point_tail
from proofcheck.claims import Claim, Given
from proofcheck.kernel.terms import Var, exp, expr
from proofcheck.prove.context import by_scalar

t = Var("t")
HALF = Fraction(1, 2)
SEED = 0


def _two_point_sums() -> Iterator[tuple[list[int], list[int], Fraction]]:
    """Sums of 1 to 12 two-point variables of different sizes, with deviations t > 0."""
    rng = np.random.default_rng(SEED)
    for count in range(1, 13):
        low = [-int(s) for s in rng.integers(0, 4, count)]
        high = [int(s) for s in rng.integers(1, 4, count)]
        for part in (1, 2, 4, 8):
            yield low, high, Fraction(sum(high) - sum(low), 2 * part)


def hoeffding_numbers() -> dict[str, Any]:
    """The worst ratio of the exact tail to the printed bound, over all sums above."""
    worst, cases = 0.0, 0
    for low, high, deviation in _two_point_sums():
        width = sum((h - g) ** 2 for g, h in zip(low, high, strict=True))
        bound = 2 * real_exp(-2 * float(deviation) ** 2 / width)
        worst, cases = max(worst, float(two_point_tail(low, high, deviation)) / bound), cases + 1
    return {"exact_tails": cases, "worst_ratio_to_bound": f"{worst:.6g}", "seed": SEED}


def hanson_wright_numbers() -> dict[str, Any]:
    """The largest absolute constant c that exact tails of Rademacher quadratic forms leave room for."""
    rng = np.random.default_rng(SEED)
    room, cases = inf, 0
    for count in (2, 4, 6, 8, 10):
        matrix = rng.integers(-3, 4, (count, count))
        frobenius, spectral = (float(np.linalg.norm(matrix, kind)) for kind in ("fro", 2))
        for part in (HALF, 1, 2):
            level = Fraction(int(frobenius)) * part
            tail, reach = float(rademacher_quadratic_tail(matrix.tolist(), level)), float(level)
            exponent = min(reach**2 / frobenius**2, reach / spectral)
            if 0 < tail and exponent > 0:
                room, cases = min(room, -real_log(tail / 2) / exponent), cases + 1
    return {"exact_tails": cases, "c_at_most": f"{room:.6g}", "seed": SEED}


hoeffding = Claim("lemma.A.9", "cited", 580, "Hoeffding's inequality", source="Hoeffding 1963",
                  scope="independent bounded variables, t > 0", evidence=hoeffding_numbers,
                  note="The paper does not say t > 0; it is false at t = -1 (lemma.A.9.t).")

sign_of_t = Claim("lemma.A.9.t", "claim", 588,
                  "Lemma A.9 at t <= 0, where the probability is 1: for one variable in [0, 1] it says "
                  "1 <= 2 exp(-2 t^2)", expr(1) <= 2 * exp(-2 * t**2), given=(Given(t <= 0, "t <= 0"),),
                  scope="one variable in [0, 1], t <= 0", latex=r"1 \le 2e^{-2t^2}")

sign_of_t.mutant(expr(1) <= exp(-2 * t**2), "refuted", "without the factor 2")

coin = Claim("lemma.A.9.coin", "claim", 588,
             "Lemma A.9 for one fair coin in {0, 1} and 0 < t <= 1/2, where the probability is 1, too",
             expr(1) <= 2 * exp(-2 * t**2), given=(Given(t > 0, "t > 0"), Given(t <= HALF, "t <= 1/2")),
             scope="one fair coin", by=by_scalar)
coin.mutant(expr(1) <= exp(-2 * t**2), "refuted", "without the factor 2")

hanson_wright = Claim("lemma.A.10", "cited", 593, "the Hanson-Wright inequality",
                      source="Hanson and Wright 1971; Rudelson and Vershynin 2013", evidence=hanson_wright_numbers,
                      scope="independent centred bounded entries, t >= 0",
                      note="c is an absolute constant that the paper never fixes; every use of the lemma inherits it.")

claims = (hoeffding, sign_of_t, coin, hanson_wright)
