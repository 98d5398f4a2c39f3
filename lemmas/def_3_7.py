"""Definition 3.7: symmetric initialization, and why the network starts at zero (lines 158-168).

The m neurons come in p = m/2 pairs with equal first-layer weights u_t and opposite signs b_t, -b_t; a sum over all
neurons is a sum over both members of every pair.
"""

from __future__ import annotations

from lemmas.notation import i, k, l, x
from proofcheck.claims import Claim
from proofcheck.kernel.terms import Array, Expr, Index, Var, define, eq, exp, total
from proofcheck.prove.context import by_identity

p = Var("p", True)
t = Index("t", p)
u = Array("u", (k, t))  # first layer, one column a pair
b = Array("b", (l, t))  # signs of the first member of each pair

pair_exp = define("E_0", (i, t), exp(total(k, u[k, t] * x[k, i])))


def over_pairs(first: Expr, second: Expr) -> Expr:
    """The sum over all neurons, pair by pair."""
    return total(t, first + second)


alpha_0 = define("alpha_0", (i,), over_pairs(pair_exp[i, t], pair_exp[i, t]))
F_0 = define("F_0", (l, i), 2 * p * over_pairs(b[l, t] * pair_exp[i, t], -b[l, t] * pair_exp[i, t]) / alpha_0[i])

SIZES = "all n, d1, d2 >= 1, all even m = 2p"

def_3_7 = Claim("def.3.7", "definition", 158, "the signs of every output add up to zero over the neurons",
                eq(over_pairs(b[l, t], -b[l, t]), 0), scope=SIZES, by=by_identity)
def_3_7.mutant(eq(over_pairs(b[l, t], b[l, t]), 0), "refuted", "not with equal signs in a pair")

zero = Claim("def.3.7/zero", "claim", 168, "F(W(0), x) = 0 for every x, whatever u and b are",
             eq(F_0[l, i], 0), scope=SIZES, by=by_identity, uses=("def.3.7",))
zero.mutant(eq(2 * p * over_pairs(b[l, t] * pair_exp[i, t], b[l, t] * pair_exp[i, t]) / alpha_0[i], 0), "refuted",
            "equal signs in a pair do not cancel")

claims = (def_3_7, zero)
