"""Theorem R, the perturbation argument: R1 to R5, each as inequalities between named quantities (repairs lines 858-879).

R1 and R2 bound how a softmax and its Jacobian change along a line, R3 adds this up over a path of length P, R4 is one
step of gradient descent, R5 the potential |e| + (7/8) Phi(P) that confines the path.  What is said of a path of several
steps is said of one step, from what holds at tau to what holds at tau + 1; the induction over tau is in theorem_r_time.
``logit`` and ``move`` are <w_r, x_i> and <V_r, x_i> for one data point, ``prob`` is any probability vector.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.notation import a, d2, eta, i, k, l, m, moved, n, r, s, signs, x, x_in_ball
from lemmas.theorem_r import LINE, ONE, rho
from proofcheck.claims import Claim, Given, Proof
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Diff, Expr, Fn, Index, Rel, Var, children, eq, exp, expr, mul, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity
from proofcheck.prove.scalar import prove_scalar

HOLE = Var("_part")
P, Q, t, h = (Var(name) for name in ("P", "Q", "time", "h"))  # path length, largest probability, time, length of a step
prob, f, move, sgn = (Array(name, (r,)) for name in ("prob", "height", "move", "sgn"))
ALL_SIZES = "all sizes"

adds_up = Given(eq(total(r, prob[r]), 1), "the probabilities add up to 1")
not_negative = Given(prob[r] > 0, "and are positive, as in every softmax")
at_most_Q = Given(prob[r] <= Q, "and at most Q")
plus_minus = Given(eq(abs(sgn[r]), 1), "the signs are -1 or 1")
within_P = Given(abs(move[r]) <= P, "|<V_r, x_i>| <= P for every neuron")


def mean(term: Expr) -> Expr:
    """E_p of a term in r."""
    return total(r, prob[r] * term)


def alone(c: Context, goal: Rel, *given: Given) -> Theorem:
    """A scalar fact from these hypotheses alone."""
    return rules.weaken(prove_scalar(goal, tuple(g.rel for g in given)), hyps=c.hyps)


def positive(c: Context, larger: Theorem) -> Theorem:
    """0 <= b - a from a <= b."""
    return rules.combine(larger, goal=0 <= larger.concl.rhs - larger.concl.lhs, factors=(expr(1),), hyps=c.hyps)


def linked(c: Context, *parts: Theorem, side: tuple[Theorem, ...] = ()) -> Theorem:
    """Chain inequalities whose ends agree up to normal form, from one side of the goal to the other."""

    def same(lhs: Expr, rhs: Expr) -> Theorem:
        return rules.identity(*side, lhs=lhs, rhs=rhs, hyps=c.hyps)

    found = same(c.goal.lhs, parts[0].concl.lhs)
    for part, end in zip(parts, [*(p.concl.lhs for p in parts[1:]), c.goal.rhs], strict=True):
        found = rules.transitive(rules.transitive(found, part), same(part.concl.rhs, end))
    return c.chain(found)


def mono(c: Context, premise: Theorem, template: Expr, *side: Theorem) -> Theorem:
    """The premise put into a template."""
    return rules.monotone(premise, *side, template=template, hole=HOLE, hyps=c.hyps)


# ---------------------------------------------------------------- R1: the Jacobian along a line

variance = Claim("theorem.R/R1.variance", "claim", LINE, "the variance is at most the mean square: E(f - E f)^2 <= E f^2",
                 mean((f[r] - mean(f[r])) ** 2) <= mean(f[r] ** 2), given=(adds_up,), scope=ALL_SIZES)
variance.by = lambda c: rules.combine(rules.sign(term=mean(f[r]) ** 2, hyps=c.hyps), c.given(adds_up.rel), goal=c.goal,
                                      factors=(expr(1), mean(f[r]) ** 2), hyps=c.hyps)
TWO = Point({"m": Fraction(2), "Q": Fraction(1, 2), "P": ONE},
            {"prob": [Fraction(1, 2), Fraction(1, 2)], "height": [ONE, -ONE], "move": [ONE, -ONE], "sgn": [ONE, -ONE]})

spread = Claim("theorem.R/R1.peak", "claim", LINE, "|p (f - E_p f)|^2 <= p_max E_p f^2",
               total(r, (prob[r] * (f[r] - mean(f[r]))) ** 2) <= Q * mean(f[r] ** 2),
               given=(adds_up, not_negative, at_most_Q), scope=ALL_SIZES, uses=("theorem.R/R1.variance",))


def _spread(c: Context) -> Theorem:
    """p^2 <= Q p, and Q times the variance."""
    gap = f[r] - mean(f[r])
    inside = rules.combine(c.given(at_most_Q.rel), c.given(not_negative.rel),
                           goal=(prob[r] * gap) ** 2 <= Q * (prob[r] * gap**2), factors=(prob[r] * gap**2,), hyps=c.hyps)
    summed = mono(c, inside, total(r, HOLE))
    least = rules.transitive(c.given(not_negative.rel), c.given(at_most_Q.rel))
    return linked(c, summed, mono(c, c.theorem("theorem.R/R1.variance"), Q * HOLE, least))


spread.by = _spread
spread.mutant(total(r, (prob[r] * (f[r] - mean(f[r]))) ** 2) <= Q**2 * mean(f[r] ** 2), "refuted", "with p_max^2", hint=TWO)
variance.mutant(2 * mean((f[r] - mean(f[r])) ** 2) <= mean(f[r] ** 2), "refuted", "with the factor 2", hint=TWO)

g = mean(sgn[r])
sign_gap = Claim("theorem.R/R1.signs", "claim", LINE, "(a_r - E_p a)^2 <= (1 + |E_p a|)^2",
                 (sgn[r] - g) ** 2 <= (1 + abs(g)) ** 2,
                 given=(plus_minus,), scope=ALL_SIZES)


def _sign_gap(c: Context) -> Theorem:
    """a^2 = 1 and -a g <= |a| |g| = |g|."""
    square = mono(c, c.given(plus_minus.rel), HOLE**2)
    size = rules.below_abs(term=-(sgn[r] * g), hyps=c.hyps)
    apart = rules.abs_product(term=abs(sgn[r] * g), hyps=c.hyps)
    unit = mono(c, c.given(plus_minus.rel), HOLE * abs(g))
    return rules.combine(square, size, apart, unit, goal=c.goal, factors=(expr(1), expr(2), expr(2), expr(2)), hyps=c.hyps)


sign_gap.by = _sign_gap
sign_gap.mutant((sgn[r] - g) ** 2 <= 1 + g**2, "refuted", "without 2|E_p a|", hint=Point(
    {"m": Fraction(2)}, {"prob": [Fraction(1, 4), Fraction(3, 4)], "sgn": [ONE, -ONE]}))

move_gap = move[r] - mean(move[r])
chi = (sgn[r] - g) * move_gap
r1 = Claim("theorem.R/R1", "lemma", LINE, "|d[(a - E a) p]/ds| <= (1 + |E_p a|) p_max |delta|, with d[(a - E a) p]/ds = "
           "p (chi - E_p chi)",
           total(r, (prob[r] * (chi - mean(chi))) ** 2) <= (1 + abs(g)) ** 2 * Q**2 * total(r, move[r] ** 2),
           given=(adds_up, not_negative, at_most_Q, plus_minus), scope=ALL_SIZES,
           uses=("theorem.R/line", "theorem.R/R1.peak", "theorem.R/R1.signs", "theorem.R/R1.variance"),
           latex=r"\sum_{r}\Bigl(\mathrm{prob}_r\Bigl(\Bigl(\mathrm{sgn}_r-\sum_{r}\mathrm{prob}_r\,\mathrm{sgn}_r\Bigr)"
                 r"\Bigl(\mathrm{move}_r-\sum_{r}\mathrm{prob}_r\,\mathrm{move}_r\Bigr)"
                 r"\brk-\sum_{r}\mathrm{prob}_r\Bigl(\mathrm{sgn}_r-\sum_{r}\mathrm{prob}_r\,\mathrm{sgn}_r\Bigr)\Bigl("
                 r"\mathrm{move}_r-\sum_{r}\mathrm{prob}_r\,\mathrm{move}_r\Bigr)\Bigr)\Bigr)^2 \brk\le "
                 r"\Bigl(1+\Bigl\lvert\sum_{r}\mathrm{prob}_r\,\mathrm{sgn}_r\Bigr\rvert\Bigr)^2Q^2\lVert\mathrm{move}"
                 r"\rVert^2")


def _r1(c: Context) -> Theorem:
    """p_max E chi^2, chi^2 <= (1 + |E a|)^2 (delta - E delta)^2, the variance again, and p <= p_max."""
    first = c.at(c.theorem("theorem.R/R1.peak"), arrays={f: ((r,), chi)})
    least = rules.transitive(c.given(not_negative.rel), c.given(at_most_Q.rel))
    signs_out = mono(c, c.theorem("theorem.R/R1.signs"), Q * mean(HOLE * move_gap**2), least)
    again = c.at(c.theorem("theorem.R/R1.variance"), arrays={f: ((r,), move[r])})
    second = mono(c, again, Q * (1 + abs(g)) ** 2 * HOLE, least)
    third = mono(c, c.given(at_most_Q.rel), Q * (1 + abs(g)) ** 2 * total(r, HOLE * move[r] ** 2), least)
    return linked(c, first, signs_out, second, third)


r1.by = _r1
r1.mutant(total(r, (prob[r] * (chi - mean(chi))) ** 2) <= Q**2 * total(r, move[r] ** 2), "refuted", "without 1 + |E a|",
          hint=Point({"m": Fraction(8), "Q": Fraction(1, 8)}, {
              "prob": [Fraction(1, 8)] * 8, "sgn": [ONE] * 7 + [-ONE], "move": [0] * 7 + [ONE]}))

# ---------------------------------------------------------------- R2: how far a softmax moves

grown = mean(exp(move[r]))
tilted = prob[r] * exp(move[r]) / grown  # theorem.R/softmax: the softmax after the move
MOVED = (adds_up, not_negative, within_P)
upper = Claim("theorem.R/R2.upper", "claim", LINE, "S~ <= e^{2P} S", tilted <= exp(2 * P) * prob[r], given=MOVED,
              scope=ALL_SIZES)
lower = Claim("theorem.R/R2.lower", "claim", LINE, "e^{-2P} S <= S~", exp(-2 * P) * prob[r] <= tilted, given=MOVED,
              scope=ALL_SIZES)


def _grown(c: Context) -> tuple[Theorem, Theorem]:
    """e^-P <= E e^delta <= e^P."""
    low = mono(c, c.bound(exp(-P) <= exp(move[r])), mean(HOLE))
    high = mono(c, c.bound(exp(move[r]) <= exp(P)), mean(HOLE))
    unit = c.given(adds_up.rel)
    return (rules.combine(low, unit, goal=exp(-P) <= grown, factors=(expr(1), -exp(-P)), hyps=c.hyps),
            rules.combine(high, unit, goal=grown <= exp(P), factors=(expr(1), exp(P)), hyps=c.hyps))


def _ratio(top: bool) -> Proof:
    def proof(c: Context) -> Theorem:
        low, high = _grown(c)
        numerator = c.bound(exp(move[r]) <= exp(P)) if top else c.bound(exp(-P) <= exp(move[r]))
        one = mono(c, numerator, prob[r] * HOLE / grown)
        two = mono(c, low if top else high, prob[r] * exp(P if top else -P) / HOLE, low)
        ends = c.identity(exp((2 if top else -2) * P) * prob[r], two.concl.rhs if top else two.concl.lhs)
        if top:
            back = rules.combine(ends, goal=eq(two.concl.rhs, c.goal.rhs), factors=(expr(-1),), hyps=c.hyps)
            return c.chain(one, two, back)
        return c.chain(ends, two, one)

    return proof


upper.by, lower.by = _ratio(True), _ratio(False)
APART = Point({"m": Fraction(2), "P": ONE, "Q": ONE},
              {"prob": [Fraction(1, 1024), Fraction(1023, 1024)], "move": [ONE, -ONE], "sgn": [ONE, -ONE]})
upper.mutant(tilted <= exp(Fraction(19, 10) * P) * prob[r], "refuted", "with 1.9 P", hint=APART)
lower.mutant(exp(-Fraction(19, 10) * P) * prob[r] <= tilted, "refuted", "with 1.9 P", hint=Point(
    APART.scalars, {**APART.arrays, "move": [-ONE, ONE]}))

largest = Claim("theorem.R/R2.rho", "claim", LINE, "m S <= rho e^{2P} within distance P", m * tilted <= rho * exp(2 * P),
                given=(*MOVED, Given(m * prob[r] <= rho, "m S(0) <= rho")), scope=ALL_SIZES, uses=("theorem.R/R2.upper",))


def _largest(c: Context) -> Theorem:
    one = mono(c, c.theorem("theorem.R/R2.upper"), m * HOLE)
    return linked(c, one, mono(c, c.given(m * prob[r] <= rho), HOLE * exp(2 * P)))


largest.by = _largest
largest.mutant(m * tilted <= rho * exp(P), "refuted", "with e^P", hint=Point({"m": Fraction(16), "P": ONE, "rho": ONE}, {
    "prob": [Fraction(1, 16)] * 16, "move": [ONE] + [-ONE] * 15}))

positive_P = Given(P > 0, "P > 0")
tight = 2 * Fn("tanh", (P / 2,))
distance = Claim("theorem.R/R2.distance", "claim", LINE, "|S - S~|_1 <= 2 tanh(P/2)",
                 total(r, abs(tilted - prob[r])) <= tight, given=(*MOVED, positive_P), scope=ALL_SIZES,
                 note="No event and no B. It is at most P, and sharp for two neurons.")


def _distance(c: Context) -> Theorem:
    """|y - E y| lies below its chord on [e^-P, e^P] in y = e^delta; its mean is 2 (e^P - E y)(E y - e^-P)/(e^P - e^-P)."""
    low, high = _grown(c)
    width = alone(c, 0 < exp(P) - exp(-P), positive_P)
    y, gap = exp(move[r]), exp(P) - exp(-P)
    above, below = positive(c, c.bound(y <= exp(P))), positive(c, c.bound(exp(-P) <= y))
    chord = ((exp(P) - y) * (grown - exp(-P)) + (y - exp(-P)) * (exp(P) - grown)) / gap
    one = rules.combine(above, positive(c, low), width, goal=tilted - prob[r] <= prob[r] * chord / grown,
                        factors=(2 * prob[r] / grown * (grown - exp(-P)) / gap,), hyps=c.hyps)
    two = rules.combine(below, positive(c, high), width, goal=-(tilted - prob[r]) <= prob[r] * chord / grown,
                        factors=(2 * prob[r] / grown * (exp(P) - grown) / gap,), hyps=c.hyps)
    summed = mono(c, rules.abs_bound(one, two, term=tilted - prob[r]), total(r, HOLE), width)
    unit = c.given(adds_up.rel)
    square = rules.sign(low, term=(grown - 1) ** 2, hyps=c.hyps)
    bound = 2 * (exp(P) + exp(-P) - 2) / gap
    last = rules.combine(square, unit, low, width, goal=summed.concl.rhs <= bound,
                         factors=(2 / (gap * grown), ((exp(P) + exp(-P)) * grown - 2) / (gap * grown)), hyps=c.hyps)
    return linked(c, summed, last, alone(c, bound <= tight, positive_P), side=(width,))


distance.by = _distance
distance.mutant(total(r, abs(tilted - prob[r])) <= Fraction(99, 100) * tight, "refuted", "with the factor 0.99", hint=Point(
    TWO.scalars, {**TWO.arrays, "prob": [Fraction(275, 1024), Fraction(749, 1024)]}))

center = Given(eq(g, 0), "E_S a = 0, as at initialization (Definition 3.7)")
mean_sign = Claim("theorem.R/R2.mean", "claim", LINE, "|E_{S~} a| <= P", abs(total(r, sgn[r] * tilted)) <= P,
                  given=(*MOVED, plus_minus, center), scope=ALL_SIZES,
                  uses=("theorem.R/R2.distance", "theorem.R/R2.upper", "theorem.R/R2.lower"))


def _mean_sign(c: Context) -> Theorem:
    """E_{S~} a - E_S a is at most |S~ - S|_1, and 2 tanh(P/2) <= P; for P = 0 nothing moves."""
    whole = total(r, sgn[r] * (tilted - prob[r]))
    same = rules.combine(c.given(center.rel), goal=eq(total(r, sgn[r] * tilted), whole), factors=(expr(1),), hyps=c.hyps)
    moved_by = mono(c, same, abs(HOLE))
    parts = rules.triangle(term=abs(whole), hyps=c.hyps)
    apart = mono(c, rules.abs_product(term=abs(sgn[r] * (tilted - prob[r])), hyps=c.hyps), total(r, HOLE))
    unit = mono(c, c.given(plus_minus.rel), total(r, HOLE * abs(tilted - prob[r])))
    far = linked(c, moved_by, parts, apart, unit, c.theorem("theorem.R/R2.distance"), alone(c, tight <= P, positive_P))
    high = rules.combine(c.theorem("theorem.R/R2.upper"), goal=tilted - prob[r] <= (exp(2 * P) - 1) * prob[r],
                         factors=(expr(1),), hyps=c.hyps)
    low = rules.combine(c.theorem("theorem.R/R2.lower"), alone(c, 2 - exp(-2 * P) <= exp(2 * P)),
                        goal=-(tilted - prob[r]) <= (exp(2 * P) - 1) * prob[r], factors=(expr(1), prob[r]), hyps=c.hyps)
    summed = mono(c, rules.abs_bound(high, low, term=tilted - prob[r]), total(r, HOLE))
    added = rules.combine(c.given(adds_up.rel), goal=eq(summed.concl.rhs, exp(2 * P) - 1), factors=(exp(2 * P) - 1,),
                          hyps=c.hyps)
    least = rules.transitive(rules.sign(term=abs(move[r]), hyps=c.hyps), c.given(within_P.rel))
    still = rules.cut(least, prove_scalar(exp(2 * P) - 1 <= P, (P >= 0, P <= 0)))
    near = linked(c, moved_by, parts, apart, unit, summed, c.chain(added, still))
    return rules.case_split(near, far, term=P)


mean_sign.by = _mean_sign
mean_sign.mutant(abs(total(r, sgn[r] * tilted)) <= P / 2, "refuted", "with P/2", hint=TWO)

# ---------------------------------------------------------------- R3: the Jacobian along a path

V = Array("V", (k, r))  # the direction of the line
S_now, F_now = moved.S, moved.F
shift = total(k, V[k, r] * x[k, i])
J_now = m * x[k, i] * S_now[i, r] * (a[l, r] - total(s, a[l, s] * S_now[i, s]))
g_now = total(r, a[l, r] * S_now[i, r])
shift_gap = shift - total(r, S_now[i, r] * shift)
chi_now = (a[l, r] - g_now) * shift_gap
turn = S_now[i, r] * (chi_now - total(r, S_now[i, r] * chi_now))  # of (a - E a) S along V
ell = rho * sqrt(n * d2) * (1 + P) * exp(2 * P)
at_distance = (Given(m * S_now[i, r] <= rho * exp(2 * P), "R2: m S <= rho e^{2P}"),
               Given(abs(g_now) <= P, "R2: |E_S a| <= P"), Given(P >= 0, "P >= 0"), Given(rho > 0, "rho > 0"))
steep = Claim("theorem.R/R3.slope", "claim", LINE, "|dJ/ds|_F <= ell(P) |V|_F, ell(P) = rho sqrt(nd) (1+P) e^{2P}, squared",
              total((l, i), total((k, r), (m * x[k, i] * turn) ** 2)) <= ell**2 * total((k, r), V[k, r] ** 2),
              given=(signs, x_in_ball, *at_distance), scope="all n, m, d1, d2 >= 1",
              uses=("theorem.R/R1", "theorem.R/R2.rho", "theorem.R/R2.mean"))


def _shifts(c: Context) -> Theorem:
    """sum_r <V_r, x_i>^2 <= |V|^2, by Cauchy-Schwarz."""
    cauchy = rules.cauchy_schwarz(index=k, f=V[k, r], g=x[k, i])
    unit = mono(c, c.given(x_in_ball.rel), sqrt(total(k, V[k, r] ** 2)) * HOLE)
    size = c.chain(cauchy, unit, c.identity(unit.concl.rhs, sqrt(total(k, V[k, r] ** 2))))
    squared = mono(c, size, total(r, HOLE**2))
    return c.chain(c.identity(total(r, shift**2), squared.concl.lhs), squared,
                   c.identity(squared.concl.rhs, total((k, r), V[k, r] ** 2)))


def _steep(c: Context) -> Theorem:
    """R1 at every output and data point, with p_max = rho e^{2P}/m and |E a| <= P; |x_i| <= 1."""
    top = rho * exp(2 * P) / m
    most = rules.combine(c.given(at_distance[0].rel), goal=S_now[i, r] <= top, factors=(1 / m,), hyps=c.hyps)
    unit = c.identity(total(r, S_now[i, r]), expr(1))
    above = rules.sign(term=S_now[i, r], hyps=c.hyps)
    found = c.at(c.theorem("theorem.R/R1"), values={Q: top}, arrays={prob: ((r,), S_now[i, r]), sgn: ((r,), a[l, r]),
                                                                     move: ((r,), shift)}, discharge=(most, unit, above))
    near = mono(c, c.given(at_distance[1].rel), (1 + HOLE) ** 2 * top**2 * total(r, shift**2))
    whole = mono(c, _shifts(c), (1 + P) ** 2 * top**2 * HOLE)
    one = c.chain(found, c.identity(found.concl.rhs, near.concl.lhs), near, c.identity(near.concl.rhs, whole.concl.lhs),
                  whole)
    put = mono(c, one, total((l, i), m**2 * total(k, x[k, i] ** 2) * HOLE))
    short = mono(c, c.given(x_in_ball.rel), total((l, i), m**2 * HOLE**2 * one.concl.rhs))
    return linked(c, put, short)


steep.by = _steep
steep.mutant(total((l, i), total((k, r), (m * x[k, i] * turn) ** 2)) <= total((k, r), V[k, r] ** 2) / 4, "refuted",
             "with |V|^2/4", hint=Point(
                 {"n": ONE, "d1": ONE, "d2": ONE, "m": Fraction(4), "P": Fraction(1, 4), "rho": ONE}, {
                     "v": [[0] * 4], "x": [[ONE]], "a": [[ONE, ONE, -ONE, -ONE]], "V": [[ONE, 0, 0, 0]]}))

L0 = rho * sqrt(n * d2)
turned = L0 * ((2 * P + 1) * exp(2 * P) - 1) / 4  # how far J can have turned on a path of length P
primitive = Claim("theorem.R/R3.integral", "identity", LINE, "int_0^P ell = rho sqrt(nd) [(2P+1) e^{2P} - 1]/4",
                  eq(Diff(turned, P), ell), scope="all n, d, P", by=by_identity,
                  note="The fundamental theorem in the form of a derivative; at P = 0 the right side is 0.")
primitive.mutant(eq(Diff(turned, P), 2 * ell), "refuted", "with half the 4")

# ---------------------------------------------------------------- R4: one step

err, lin, rest = (Array(name, (l, i)) for name in ("err", "lin", "rest"))  # e, J V with V = -eta J^T e, what is not linear
E2, G, aa, bb, slope = (Var(name) for name in ("E2", "G", "aa", "bb", "slope"))


def both(term: Expr) -> Expr:
    """The sum over outputs and data points."""
    return total((l, i), term)


def inner_bound(c: Context, first: Expr, second: Expr, over: tuple[Index, ...] = (l, i)) -> Theorem:
    """<p, q> <= |p| |q| over some indices: Cauchy-Schwarz for one after the other."""
    head, *rest = over
    if not rest:
        return _signed(c, rules.cauchy_schwarz(index=head, f=first, g=second, hyps=c.hyps))
    one, two = (sqrt(total(tuple(rest), term**2)) for term in (first, second))
    summed = mono(c, inner_bound(c, first, second, tuple(rest)), total(head, HOLE))
    across = inner_bound(c, one, two, (head,))
    lengths = mul(*(sqrt(total(over, term**2)) for term in (first, second)))
    return c.chain(summed, c.identity(summed.concl.rhs, across.concl.lhs), across, c.identity(across.concl.rhs, lengths))


def _signed(c: Context, known: Theorem) -> Theorem:
    """t <= b from |t| <= b."""
    return c.chain(rules.below_abs(term=children(known.concl.lhs)[0], hyps=c.hyps), known)


eta_positive, G_any, E_any = Given(eta > 0, "eta > 0"), Given(G >= 0, "G = |J^T e|"), Given(E2 >= 0, "E2 = |e|")
ORDERS = (Given(aa >= 0, "a = eta |J|^2"), Given(bb >= 0, "b = eta ell |e|"), Given(slope >= 0, "ell"),
          Given(eq(bb, eta * slope * E2), "b = eta ell |e|"), Given(eta * G**2 <= aa * E2**2, "|J^T e| <= |J| |e|"))
small = Given(aa + bb + aa * bb**2 / 4 <= Fraction(1, 4), "a + b + a b^2/4 <= 1/4")
VECTORS = (Given(eq(both(err[l, i] ** 2), E2**2), "|e| = E2"),
           Given(eq(both(err[l, i] * lin[l, i]), -eta * G**2), "<e, J V> = -eta G^2"),
           Given(both(lin[l, i] ** 2) <= aa * eta * G**2, "|J V|^2 <= a eta G^2"),
           Given(sqrt(both(rest[l, i] ** 2)) <= slope * eta**2 * G**2 / 2, "R3: |F(W+V) - F(W) - J V| <= ell |V|^2/2"))
r4 = Claim("theorem.R/R4", "lemma", LINE, "|e+|^2 <= |e|^2 - (7/4) eta G^2 for V = -eta J^T e, if a + b + a b^2/4 <= 1/4",
           both((err[l, i] + lin[l, i] + rest[l, i]) ** 2) <= E2**2 - Fraction(7, 4) * eta * G**2,
           given=(eta_positive, G_any, E_any, *ORDERS, small, *VECTORS), scope="all n, d2 >= 1",
           latex=r"\lVert\mathrm{err}+\mathrm{lin}+\mathrm{rest}\rVert_F^2 \le E_2^2-\frac{7}{4}\eta G^2")


def _r4(c: Context) -> Theorem:
    """|e + JV|^2 <= |e|^2 - (2 - a) eta G^2 <= |e|^2; the cross term is at most 2 |e| ell |V|^2/2 = b eta G^2."""
    moved_e = err[l, i] + lin[l, i]
    square, cross, size, remainder = (c.given(g.rel) for g in VECTORS)
    a_small = c.given(ORDERS[0].rel)
    linear = rules.combine(square, cross, size, goal=both(moved_e**2) <= E2**2 - (2 - aa) * eta * G**2,
                           factors=(expr(1), expr(2), expr(1)), hyps=c.hyps)
    two = alone(c, 0 <= 2 - aa, ORDERS[0], ORDERS[1], small)
    drop = rules.combine(rules.sign(two, term=(2 - aa) * eta * G**2, hyps=c.hyps), linear, goal=both(moved_e**2) <= E2**2,
                         factors=(expr(1), expr(1)), hyps=c.hyps)
    length = rules.transitive(mono(c, drop, sqrt(HOLE)), alone(c, sqrt(E2**2) <= E2, E_any))
    product = inner_bound(c, moved_e, rest[l, i])
    first = mono(c, length, HOLE * sqrt(both(rest[l, i] ** 2)))
    second = mono(c, remainder, E2 * HOLE)
    cross_2 = c.chain(product, first, second)
    square_2 = mono(c, remainder, HOLE**2)
    order = c.given(ORDERS[3].rel)
    tail = rules.combine(c.given(ORDERS[4].rel), a_small,
                         goal=(slope * eta**2 * G**2 / 2) ** 2 <= aa * (eta * slope * E2) ** 2 * eta * G**2 / 4,
                         factors=(eta**3 * slope**2 * G**2 / 4,), hyps=c.hyps)
    b_again = mono(c, rules.combine(order, goal=eq(eta * slope * E2, bb), factors=(expr(-1),), hyps=c.hyps),
                   aa * HOLE**2 * eta * G**2 / 4)
    return rules.combine(linear, cross_2, square_2, tail, b_again, order, c.given(small.rel), goal=c.goal, hyps=c.hyps,
                         factors=(expr(1), expr(2), expr(1), expr(1), expr(1), -eta * G**2, eta * G**2))


r4.by = _r4

HALT = Point({"n": ONE, "d2": ONE, "eta": ONE, "E2": ONE, "bb": Fraction(0), "slope": Fraction(0), "G": Fraction(1, 4),
              "aa": Fraction(1, 16)}, {"err": [[ONE]], "lin": [[-Fraction(1, 16)]], "rest": [[0]]})
after_step = both((err[l, i] + lin[l, i] + rest[l, i]) ** 2)
r4.mutant(after_step <= E2**2 - 2 * eta * G**2, "refuted", "with 2 for 7/4", hint=HALT)
r4.mutant(after_step <= E2**2 - Fraction(7, 4) * eta * G**2, "refuted", "needs a + b + a b^2/4 <= 1/4", drop=(small.rel,),
          hint=Point({**HALT.scalars, "G": ONE, "aa": ONE}, {**HALT.arrays, "lin": [[-ONE]]}))

# ---------------------------------------------------------------- R4: what its hypotheses say of J and V = -eta J^T e

Jac, Start = Array("Jac", (l, i, k, r)), Array("Jac0", (l, i, k, r))  # J at W(tau), J at W(0)
pull = total((l, i), Jac[l, i, k, r] * err[l, i])  # J^T e
cross = Claim("theorem.R/R4.cross", "identity", LINE, "<e, J V> = -eta |J^T e|^2 for V = -eta J^T e",
              eq(both(err[l, i] * total((k, r), Jac[l, i, k, r] * (-eta * pull))), -eta * total((k, r), pull**2)),
              scope="all sizes, every matrix J", by=by_identity)
cross.mutant(eq(both(err[l, i] * total((k, r), Jac[l, i, k, r] * (-eta * pull))), eta * total((k, r), pull**2)), "refuted",
             "with the opposite sign")

N2 = Var("N2")
grad = Array("grad", (k, r))  # any vector of weights, such as J^T e
image = total((k, r), Jac[l, i, k, r] * grad[k, r])
back = total((l, i), Jac[l, i, k, r] * image)
norm = Claim("theorem.R/R4.norm", "claim", LINE, "|J g|^2 <= |J|^2 |g|^2 from |J^T q|^2 <= |J|^2 |q|^2 at q = J g",
             both(image**2) <= N2 * total((k, r), grad[k, r] ** 2), scope="all sizes, every matrix J",
             given=(Given(N2 > 0, "N2 = |J|^2"),
                    Given(total((k, r), back**2) <= N2 * both(image**2), "|J^T q|^2 <= N2 |q|^2 at q = J g")))


def _norm(c: Context) -> Theorem:
    """|J g|^2 = <g, J^T J g> <= (N2 |g|^2 + |J^T J g|^2/N2)/2, from a square."""
    square = rules.sign(term=total((k, r), (N2 * grad[k, r] - back) ** 2), hyps=c.hyps)
    return rules.combine(square, c.given(norm.given[1].rel), goal=c.goal, factors=(1 / N2, 1 / N2), hyps=c.hyps)


norm.by = _norm
norm.mutant(both(image**2) <= N2 * total((k, r), grad[k, r] ** 2) / 2, "refuted", "with half of it", hint=Point(
    {"n": ONE, "m": ONE, "d1": ONE, "d2": ONE, "N2": ONE}, {"Jac": [[[[ONE]]]], "grad": [[ONE]]}))

# ---------------------------------------------------------------- R5: the least singular value of J

apart = Jac[l, i, k, r] - Start[l, i, k, r]
l3, i3 = Index("l3", d2), Index("i3", n)
frobenius = Claim("theorem.R/R5.frobenius", "claim", LINE, "|D^T e| <= |D|_F |e|",
                  total((k, r), pull**2) <= total((l, i), total((k, r), Jac[l, i, k, r] ** 2)) * both(err[l, i] ** 2),
                  scope="all sizes, every matrix D")


def _frobenius(c: Context) -> Theorem:
    """The difference is half the sum of (D_p e_q - D_q e_p)^2 (Lagrange)."""
    other = Jac[l3, i3, k, r] * err[l, i] - Jac[l, i, k, r] * err[l3, i3]
    squares = rules.sign(term=total((k, r), total((l, i), total((l3, i3), other**2))), hyps=c.hyps)
    return rules.combine(squares, goal=c.goal, factors=(expr(Fraction(1, 2)),), hyps=c.hyps)


frobenius.by = _frobenius
frobenius.mutant(2 * total((k, r), pull**2) <= total((l, i), total((k, r), Jac[l, i, k, r] ** 2)) * both(err[l, i] ** 2),
                 "refuted", "with the factor 2", hint=Point({"n": ONE, "m": ONE, "d1": ONE, "d2": ONE},
                                                            {"Jac": [[[[ONE]]]], "err": [[ONE]]}))

D, s0 = Var("D"), Var("s0")
pull_0 = total((l, i), Start[l, i, k, r] * err[l, i])
turn_e = total((l, i), apart * err[l, i])
pulled, pulled_0, turned_e = (sqrt(total((k, r), term**2)) for term in (pull, pull_0, turn_e))
close = Given(sqrt(total((l, i), total((k, r), apart**2))) <= D, "R3: |J - J(0)|_F <= D")
size_e = Given(sqrt(both(err[l, i] ** 2)) <= E2, "|e| <= E2")
triangle = Claim("theorem.R/R5.below", "claim", LINE, "|J^T e| >= |J(0)^T e| - |J - J(0)|_F |e|",
                 pulled_0 <= pulled + D * E2, given=(close, size_e), scope="all sizes, all matrices",
                 uses=("theorem.R/R5.frobenius",),
                 note="With |J(0)^T e| >= sqrt(m lambda) |e| and |J - J(0)|_F <= sqrt(m lambda) - sigma it gives "
                      "|J^T e| >= sigma |e|, that is lambda_min(H) >= sigma^2/m.")
above = Claim("theorem.R/R5.above", "claim", LINE, "|J^T e| <= |J(0)^T e| + |J - J(0)|_F |e|", pulled <= pulled_0 + D * E2,
              given=(close, size_e), scope="all sizes, all matrices", uses=("theorem.R/R5.frobenius",))


def roots(c: Context, premise: Theorem, low: Expr, high: Expr, *side: Theorem) -> Theorem:
    """low <= high from low^2 <= high^2, where the forms of both, or the theorems in ``side``, show their signs."""
    known = Var("known")
    one, two = (prove_scalar(goal, (known >= 0,)) for goal in (known <= sqrt(known**2), sqrt(known**2) <= known))

    def at(fact: Theorem, term: Expr) -> Theorem:
        sign = rules.sign(*side, term=term, hyps=c.hyps)
        return c.at(fact, values={known: term}, discharge=(rules.relax(sign) if sign.concl.op == "<" else sign,))

    return c.chain(at(one, low), mono(c, premise, sqrt(HOLE)), at(two, high))


def _minkowski(first: Expr, second: Expr, sign: int) -> Proof:
    """|p - d| <= |p| + |d| from <p, d> <= |p||d|, then |d| <= |D|_F |e|."""

    def proof(c: Context) -> Theorem:
        lengths = tuple(sqrt(total((k, r), t**2)) for t in (first, second))
        product = inner_bound(c, sign * first, second, (r, k))
        start = c.goal.lhs
        summed = rules.combine(product, goal=start**2 <= (lengths[0] + lengths[1]) ** 2, factors=(expr(2),), hyps=c.hyps)
        whole = roots(c, summed, start, lengths[0] + lengths[1])
        matrix = c.at(c.theorem("theorem.R/R5.frobenius"), arrays={Jac: ((l, i, k, r), apart)})
        norms = tuple(g.rel.lhs for g in (close, size_e))
        shorter = roots(c, rules.combine(matrix, goal=lengths[1] ** 2 <= (norms[0] * norms[1]) ** 2, factors=(expr(1),),
                                         hyps=c.hyps), lengths[1], norms[0] * norms[1])
        put = mono(c, shorter, lengths[0] + HOLE)
        distance_put = mono(c, c.given(close.rel), lengths[0] + HOLE * norms[1])
        least = rules.transitive(rules.sign(term=norms[0], hyps=c.hyps), c.given(close.rel))
        size_put = mono(c, c.given(size_e.rel), lengths[0] + D * HOLE, least)
        return linked(c, whole, put, distance_put, size_put)

    return proof


triangle.by, above.by = _minkowski(pull, turn_e, -1), _minkowski(pull_0, turn_e, 1)
FLAT = Point({"n": ONE, "m": ONE, "d1": ONE, "d2": ONE, "D": ONE, "E2": ONE},
             {"Jac": [[[[0]]]], "Jac0": [[[[ONE]]]], "err": [[ONE]]})
triangle.mutant(pulled_0 <= pulled + D * E2 / 2, "refuted", "with half of |J - J(0)|", hint=FLAT)
above.mutant(pulled <= pulled_0 + D * E2 / 2, "refuted", "with half of |J - J(0)|", hint=Point(
    FLAT.scalars, {**FLAT.arrays, "Jac": [[[[ONE]]]], "Jac0": [[[[0]]]]}))

R1_R2 = (variance, spread, sign_gap, r1, upper, lower, largest, distance, mean_sign)
R3_R4 = (steep, primitive, r4, cross, norm, frobenius, triangle, above)
claims: tuple[Claim, ...] = R1_R2 + R3_R4
