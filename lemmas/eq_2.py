"""Eq. 2: the derivative of the network with respect to one weight vector (lines 76-90).

Proved for symbolic n, m, d1, d2: derivatives of indexed sums give Kronecker deltas.
"""

from __future__ import annotations

from lemmas.eq_1 import SIZES
from lemmas.notation import E, F, S, a, alpha, i, k, l, m, r, s, w, x
from lemmas.notation import picked as at_r
from proofcheck.claims import Claim
from proofcheck.kernel.terms import Diff, eq, total
from proofcheck.prove.context import by_identity

slope = Diff(F[l, i], w[k, r])
first_form = (m * at_r(a[l, s] * E[i, s]) * alpha[i] ** -1 * x[k, i]
              - m * total(s, a[l, s] * E[i, s]) * alpha[i] ** -2 * at_r(E[i, s]) * x[k, i])
second_form = (m * at_r(a[l, s] * S[i, s]) * x[k, i]
               - m * total(s, a[l, s] * S[i, s]) * at_r(S[i, s]) * x[k, i])

eq_2 = Claim("eq.2", "identity", 76, "the gradient of F_l with respect to w_r", eq(slope, second_form), scope=SIZES)
eq_2.step("1", eq(slope, first_form), by_identity, line=76, why="quotient rule", rule="identity")
eq_2.step("2", eq(first_form, second_form), by_identity, line=84, why="in terms of the softmax S", rule="identity")
eq_2.mutant(eq(slope, m * at_r(a[l, s] * S[i, s]) * x[k, i]
               + m * total(s, a[l, s] * S[i, s]) * at_r(S[i, s]) * x[k, i]), "refuted", "plus instead of minus")
eq_2.mutant(eq(slope, at_r(a[l, s] * S[i, s]) * x[k, i]
               - total(s, a[l, s] * S[i, s]) * at_r(S[i, s]) * x[k, i]), "refuted", "without the factor m")
eq_2.mutant(eq(slope, m * at_r(a[l, s] * S[i, s]) * x[k, i]), "refuted", "without the term of the denominator")

claims = (eq_2,)
