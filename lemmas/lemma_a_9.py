"""Lemmas A.9 and A.10: the concentration inequalities of Hoeffding and of Hanson and Wright (lines 580-600).

They are other people's theorems, so they are cited.  What is checked is how they are stated: for two fair coin
tosses of size 1 the two sides of Lemma A.9 are elementary functions of t.
"""

from __future__ import annotations

from fractions import Fraction

from proofcheck.claims import Claim, Given
from proofcheck.kernel.terms import Var, exp, expr
from proofcheck.prove.context import by_scalar

t = Var("t")
HALF = Fraction(1, 2)
deviation = Given(t > 0, "t > 0", implicit=True)

hoeffding = Claim("lemma.A.9", "cited", 580, "Hoeffding's inequality", source="Hoeffding 1963",
                  scope="independent bounded variables, t > 0",
                  note="The paper does not say t > 0; for t < 0 the printed bound can be below 1 while the probability "
                       "is 1 (lemma.A.9.t).")

# One variable with values 0 and 1: for t <= 0 the deviation |x - E x| is always at least t, so Pr = 1.
sign_of_t = Claim("lemma.A.9.t", "claim", 588,
                  "for t <= 0 the probability in Lemma A.9 is 1, so the bound 2 exp(-2 t^2) for one variable in [0, 1] "
                  "has to be at least 1", expr(1) <= 2 * exp(-2 * t**2), given=(Given(t <= 0, "t <= 0"),),
                  scope="one variable in [0, 1], t <= 0", printed=False)

# A fair coin in {0, 1}: Pr[|x - 1/2| >= t] is 1 for 0 < t <= 1/2, the worst case of this variable.
coin = Claim("lemma.A.9.coin", "claim", 588, "a fair coin obeys the bound: 1 <= 2 exp(-2 t^2) for 0 < t <= 1/2",
             expr(1) <= 2 * exp(-2 * t**2), given=(Given(t > 0, "t > 0"), Given(t <= HALF, "t <= 1/2")),
             scope="one fair coin", by=by_scalar)

hanson_wright = Claim("lemma.A.10", "cited", 593, "the Hanson-Wright inequality", source="Hanson and Wright 1971; "
                      "Rudelson and Vershynin 2013", scope="independent centred bounded entries, t >= 0",
                      note="c is an absolute constant that the paper never fixes; every use of the lemma inherits it.")

claims = (hoeffding, sign_of_t, coin, hanson_wright)
