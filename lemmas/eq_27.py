"""Eq. 27 of Appendix H.1: what the tensor trick carries over from the softmax net to self-attention (lines 1807-1811).

One head with tokens X in R^{d x n'}: the logit of query j and token i is <W^K X_i, W^Q X_j>, and the answer to query j is
the softmax mean of the values W^V X_i.  ``WK``, ``WQ``, ``WV`` are the three matrices, ``L1`` is the length n'.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.notation import d2
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Diff, Expr, Index, Var, define, eq, exp, expr, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity

ONE = Fraction(1)
tokens, rows, columns = Var("L1", True), Var("p1", True), Var("p2", True)
i, i2, j = Index("i", tokens), Index("i2", tokens), Index("j", tokens)
b, c, e, e2 = Index("b", d2), Index("c", d2), Index("e", d2), Index("e2", d2)
row, column = Index("row", rows), Index("column", columns)

SIZES = "all n', d, all matrices"
X = Array("X", (b, i))
WK, WQ, WV = Array("WK", (c, b)), Array("WQ", (c, b)), Array("WV", (c, b))
P, Q = Array("P_left", (row, b)), Array("Q_right", (i, column))

# ---------------------------------------------------------------- the trick

kronecker = define("kron", (row, column, b, i), Q[i, column] * P[row, b])  # Q^T (x) P, pairs for vec's index
trick = Claim("eq.27/vec", "identity", 1811, "the tensor trick: vec(P X Q) = (Q^T (x) P) vec(X)",
              eq(total(i, total(b, P[row, b] * X[b, i]) * Q[i, column]),
                 total((b, i), kronecker[row, column, b, i] * X[b, i])), scope="matrices of all sizes", by=by_identity)
trick.mutant(eq(total(i, total(b, P[row, b] * X[b, i]) * Q[i, column]), total((b, i), P[row, b] * X[b, i])), "refuted",
             "without Q", hint=Point({"L1": ONE, "d2": ONE, "p1": ONE, "p2": ONE},
                                     {"P_left": [[1]], "Q_right": [[2]], "X": [[1]]}))

logit = define("logit", (i, j), total(c, total(b, WK[c, b] * X[b, i]) * total(e, WQ[c, e] * X[e, j])))
joint = define("joint", (b, e), total(c, WK[c, b] * WQ[c, e]))  # W = (W^K)^T W^Q
pair = define("pair", (i, j, b, e), X[b, i] * X[e, j])  # row (i, j) of X (x) X
linear = Claim("eq.27/logit", "identity", 1811, "the logits are linear in W = (W^K)^T W^Q: <X_i (x) X_j, vec(W)>",
               eq(logit[i, j], total((b, e), pair[i, j, b, e] * joint[b, e])), scope=SIZES, by=by_identity,
               uses=("eq.27/vec",))
tiny = Point({"L1": ONE, "d2": ONE}, {"X": [[2]], "WK": [[1]], "WQ": [[3]], "WV": [[1]], "W": [[1]]})
linear.mutant(eq(logit[i, j], total((b, e), pair[i, j, b, e] * WK[b, e])), "refuted", "with W^K alone", hint=tiny)

# ---------------------------------------------------------------- attention as a softmax of one vector

W = Array("W", (b, e))
score = define("score", (i, j), total((b, e), pair[i, j, b, e] * W[b, e]))
mass = define("mass", (j,), total(i, exp(score[i, j])))
value = define("value", (c, i), total(b, WV[c, b] * X[b, i]))
answer = define("answer", (c, j), total(i, value[c, i] * exp(score[i, j])) / mass[j])

eq_27 = Claim("eq.27", "claim", 1809,
              "with W in place of (W^K, W^Q) the answer is Eq. 1 without the factor m, with the n' tokens as neurons: "
              "exponents <X_i, W X_j> and signs W^V X_i",
              eq(answer[c, j], total(i, total(b, WV[c, b] * X[b, i]) * exp(total(b, X[b, i] * total(e, W[b, e] * X[e, j]))))
                 / total(i, exp(total(b, X[b, i] * total(e, W[b, e] * X[e, j]))))), scope=SIZES, by=by_identity,
              uses=("eq.27/logit",),
              note="The paper does not define F. What carries over: the derivative of a softmax and the normal form of its "
                   "logits. What does not: see eq.27/shared, eq.27/start and eq.27/stuck.")
eq_27.mutant(eq(answer[c, j], tokens * answer[c, j]), "refuted", "with the factor m = n' of Eq. 1",
             hint=Point({"L1": Fraction(2), "d2": ONE}, {"X": [[1, 2]], "WV": [[1]], "W": [[1]]}))

soft = define("soft", (i, j), exp(score[i, j]) / mass[j])
slope = total(i, value[c, i] * soft[i, j] * (X[b, i] - total(i2, X[b, i2] * soft[i2, j]))) * X[e, j]
shared = Claim("eq.27/shared", "identity", 1811,
               "the gradient in W: all tokens move together, where Eq. 2 has a weight vector for each neuron",
               eq(Diff(answer[c, j], W[b, e]), slope), scope=SIZES, by=by_identity, uses=("eq.27",),
               note="So there are d^2 weights however long the sequence is, and width cannot make the kernel constant.")
shared.mutant(eq(Diff(answer[c, j], W[b, e]), total(i, value[c, i] * soft[i, j] * X[b, i]) * X[e, j]), "refuted",
              "without the centring", hint=Point({"L1": ONE, "d2": ONE}, {"X": [[1]], "WV": [[1]], "W": [[1]]}))

flat = Given(eq(W[b, e], 0), "W = 0, as for W^K = 0 or W^Q = 0")
uniform = Claim("eq.27/start", "claim", 1811, "at W = 0 the answer is the mean of the values, and not 0 as F(0) is",
                eq(answer[c, j], total(i, value[c, i]) / tokens), given=(flat,), scope=SIZES,
                note="Definition 3.7 makes F(0) = 0 by opposite signs in pairs; tokens do not come in such pairs.")


def _uniform(s: Context) -> Theorem:
    """All exponentials are 1."""
    hole = Var("_weight")
    exponent = total((b, e), pair[i, j, b, e] * hole)
    put = total(i, value[c, i] * exp(exponent)) / total(i, exp(exponent))
    zero = rules.monotone(s.given(flat.rel), template=put, hole=hole, hyps=s.hyps)
    return rules.combine(zero, goal=s.goal, factors=(expr(1),), hyps=s.hyps)


uniform.by = _uniform
uniform.mutant(eq(answer[c, j], 0), "refuted", "it is not 0",
               hint=Point({"L1": ONE, "d2": ONE}, {"X": [[1]], "WV": [[1]], "W": [[0]]}))
uniform.mutant(eq(answer[c, j], total(i, value[c, i]) / tokens), "refuted", "not for other W", drop=(flat.rel,),
               hint=Point({"L1": Fraction(2), "d2": ONE}, {"X": [[1, 2]], "WV": [[1]], "W": [[1]]}))

no_key = Given(eq(WK[c, b], 0), "W^K = 0")
place = WQ[e2, e]


def in_query(keys: Expr) -> Expr:
    """d logit_{i,j} / d W^Q_{e2,e}, from the keys' row e2 of W^K."""
    return keys * X[e, j]


stuck = Claim("eq.27/stuck", "claim", 1811,
              "at W^K = 0 the logits have gradient 0 in W^Q, whereas in W = (W^K)^T W^Q they have X_i (x) X_j",
              eq(total(b, WK[e2, b] * X[b, i]) * X[e, j], 0), given=(no_key,), scope=SIZES,
              uses=("eq.27/query", "eq.27/trained"),
              note="So W^K = W^Q = 0 is a stationary point of attention, but not of the softmax that the trick makes of it, "
                   "which is trained in W (eq.27/trained): values carry over, gradient descent does not.")
query = Claim("eq.27/query", "identity", 1811, "the gradient of a logit in W^Q is (W^K X_i) X_j^T",
              eq(Diff(logit[i, j], place), total(b, WK[e2, b] * X[b, i]) * X[e, j]), scope=SIZES, by=by_identity)
query.mutant(eq(Diff(logit[i, j], place), total(b, WQ[e2, b] * X[b, i]) * X[e, j]), "refuted", "with W^Q", hint=tiny)


def _stuck(s: Context) -> Theorem:
    hole = Var("_key")
    zero = rules.monotone(s.at(s.given(no_key.rel), {c: e2}), template=total(b, hole * X[b, i]) * X[e, j], hole=hole,
                          hyps=s.hyps)
    return rules.combine(zero, goal=s.goal, factors=(expr(1),), hyps=s.hyps)


stuck.by = _stuck
stuck.mutant(eq(total(b, WK[e2, b] * X[b, i]) * X[e, j], 0), "refuted", "not for other W^K", drop=(no_key.rel,), hint=tiny)

trained = Claim("eq.27/trained", "identity", 1811, "the gradient of a logit in W is X_i X_j^T, whatever W is",
                eq(Diff(score[i, j], W[b, e]), X[b, i] * X[e, j]), scope=SIZES, by=by_identity)
trained.mutant(eq(Diff(score[i, j], W[b, e]), X[e, i] * X[b, j]), "refuted", "with the tokens exchanged",
               hint=Point({"L1": Fraction(2), "d2": Fraction(2)}, {"X": [[1, 0], [0, 1]], "W": [[0, 0], [0, 0]]}))

conjecture = Claim("eq.27/conjecture", "remark", 1811, "training W and W^V in turn converges as Theorem 4.2 says for Eq. 1",
                   note="The paper's conjecture. Not written as a formula: it names no loss, no step size and no width, and "
                        "eq.27/shared and eq.27/start show that two premises of Theorem 4.2 are gone.")

claims = (trick, linear, eq_27, shared, uniform, query, trained, stuck, conjecture)
