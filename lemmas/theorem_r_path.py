"""Theorem R, the path: one step of the induction that keeps gradient descent within R* of the start (repairs line 877).

Everything here is scalar: s0^2 = m lambda, L0 = rho sqrt(nd), |Y| and, at time tau, |e|, the length P of the path so far,
G = |J^T e| and the next |e|.  sigma(P) = s0 - int_0^P ell is a lower bound of the least singular value of J, Phi its
integral; |e| + (7/8) Phi(P) never grows, and Phi is above (8/7) |Y| between R* = 1.39 |Y|/s0 and 1.53 |Y|/s0, further than
which no single step goes.  Two cases: (A) with 7 rho, and (A) with 5 exp(2B) on the event with B >= 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lemmas.def_3_6 import form
from lemmas.notation import d2, eta, i, k, l, lam, m, n, r, x, x_in_ball
from lemmas.theorem_r import LINE, ONE, energy, rho, size_Y, vector
from lemmas.theorem_r_steps import E2, HOLE, D, G, P, aa, bb, h, linked, mono, roots, s0
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Diff, Expr, Index, Rel, Var, eq, exp, expr, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity
from proofcheck.prove.scalar import prove_scalar

L0, X, p, E3, s1, sig = (Var(name) for name in ("L0", "X", "p", "E3", "s1", "sigma_P"))
HALT, REACH, JUMP = Fraction(139, 100), Fraction(153, 100), Fraction(14, 100)  # of |Y|/s0: R*, as far as looked, one step
LEAST = sqrt(expr(Fraction(2, 7)))  # of s0: what is left of the least singular value
GAIN = Fraction(7, 8)
SCOPE = "all parameters"


def lost(path: Expr) -> Expr:
    """int_0^P ell = |J - J(0)|_F at most (theorem.R/R3.integral)."""
    return L0 * ((2 * path + 1) * exp(2 * path) - 1) / 4


def left(path: Expr) -> Expr:
    """sigma(P)."""
    return s0 - lost(path)


def gained(path: Expr) -> Expr:
    """Phi(P), the integral of sigma."""
    return s0 * path - L0 * path * (exp(2 * path) - 1) / 4


potential = Claim("theorem.R/path.Phi", "identity", LINE, "Phi' = sigma, for Phi(P) = s0 P - L0 P (e^{2P} - 1)/4",
                  eq(Diff(gained(P), P), left(P)), scope=SCOPE, by=by_identity,
                  note="The fundamental theorem in the form of a derivative; Phi(0) = 0.")
potential.mutant(eq(Diff(gained(P), P), s0 - L0 * (1 + P) * exp(2 * P)), "refuted", "with ell for its integral")

s0_positive, Y_positive = Given(s0 > 0, "s0 = sqrt(m lambda) > 0"), Given(size_Y > 0, "Y is not 0")
L0_any, P_any = Given(L0 >= 0, "L0 = rho sqrt(nd)"), Given(P >= 0, "P >= 0")
start = Given(P <= HALT * size_Y / s0, "P <= R* = 1.39 |Y|/s0")

size = Claim("theorem.R/path.size", "claim", LINE, "|Y| <= rho sqrt(nd), as rho >= 1", size_Y <= rho * sqrt(n * d2),
             scope=SCOPE, given=(Given(size_Y <= sqrt(n), "|y_i| <= 1"), Given(rho >= 1, "theorem.R/rho.least")))


def _size(c: Context) -> Theorem:
    more = mono(c, c.given(size.given[1].rel), HOLE * sqrt(n * d2))
    return c.chain(c.given(size.given[0].rel), prove_scalar(sqrt(n) <= sqrt(n * d2), ()),
                   c.identity(sqrt(n * d2), more.concl.lhs), more)


size.by = _size
size.mutant(size_Y <= rho * sqrt(n * d2) / 2, "refuted", "with half of it", hint=Point(
    {"n": ONE, "d2": ONE, "rho": ONE, "size_Y": ONE}))


@dataclass(frozen=True)
class Case:
    """(A) in the form ``big`` L0 |Y| <= s0^2, from which |Y| <= ``ratio`` s0 follows with |Y| <= L0/``share``."""

    name: str
    big: int
    share: Expr
    ratio: Fraction

    @property
    def width(self) -> Given:
        """Condition (A)."""
        return Given(self.big * L0 * size_Y <= s0**2, f"(A): m lambda >= {self.big} rho sqrt(nd) |Y|")

    @property
    def close(self) -> Given:
        """What theorem.R/path.ratio gives."""
        return Given(size_Y <= self.ratio * s0, "|Y|/s0 is small, from (A)")

    @property
    def given(self) -> tuple[Given, ...]:
        """The hypotheses on the sizes."""
        return (s0_positive, Y_positive, L0_any, self.width, self.close)


def least_L0(c: Context, case: Case) -> Theorem:
    """L0 <= s0^2/(big |Y|)."""
    return rules.combine(c.given(case.width.rel), goal=L0 <= s0**2 / (case.big * size_Y),
                         factors=(1 / (case.big * size_Y),), hyps=c.hyps)


def in_ratio(c: Context, case: Case, goal: Rel, *hyps: Rel) -> Theorem:
    """A scalar fact in X for 0 < X <= ratio (and p), at X = |Y|/s0 (and p = P s0/|Y|)."""
    fact = prove_scalar(goal, (X > 0, X <= case.ratio, *hyps))
    small = rules.combine(c.given(case.close.rel), goal=size_Y / s0 <= case.ratio, factors=(1 / s0,), hyps=c.hyps)
    positive = rules.sign(term=size_Y / s0, hyps=c.hyps)
    return c.at(fact, values={X: size_Y / s0}, discharge=(small, positive))


def ratio_claim(case: Case) -> Claim:
    """|Y| <= ratio s0 from (A)."""
    given = (s0_positive, Y_positive, case.width, Given(case.share * size_Y <= L0, "|Y| is at most L0, or exp(-2) L0"))
    claim = Claim(f"theorem.R/path.ratio{case.name}", "claim", LINE, f"(A) makes |Y|/sqrt(m lambda) at most {case.ratio}",
                  size_Y <= case.ratio * s0, given=given, scope=SCOPE)

    def proof(c: Context) -> Theorem:
        product = rules.combine(c.given(given[3].rel), c.given(case.width.rel),
                                goal=case.big * case.share * size_Y**2 <= s0**2, factors=(case.big * size_Y, expr(1)),
                                hyps=c.hyps)
        number = rules.weaken(prove_scalar(1 / (case.big * case.share) <= case.ratio**2, ()), hyps=c.hyps)
        square = rules.combine(product, number, goal=size_Y**2 <= (case.ratio * s0) ** 2,
                               factors=(1 / (case.big * case.share), s0**2), hyps=c.hyps)
        return roots(c, square, size_Y, case.ratio * s0)

    claim.by = proof
    claim.mutant(size_Y <= case.ratio * s0, "refuted", "needs (A)", drop=(case.width.rel,),
                 hint=Point({"s0": ONE, "size_Y": ONE, "L0": Fraction(8)}))
    return claim


def floor_claim(case: Case) -> Claim:
    """sigma(P) >= sqrt(2/7) s0 up to R*."""
    claim = Claim(f"theorem.R/path.floor{case.name}", "claim", LINE, "sigma(P)^2 >= (2/7) m lambda for P <= R*",
                  LEAST * s0 <= left(P), given=(*case.given, P_any, start), scope=SCOPE)

    def proof(c: Context) -> Theorem:
        top = HALT * size_Y / s0
        one = mono(c, c.given(start.rel), L0 * ((2 * HOLE + 1) * exp(2 * P) - 1) / 4)
        two = mono(c, c.given(start.rel), L0 * ((2 * top + 1) * exp(2 * HOLE) - 1) / 4)
        known = in_ratio(c, case, ((2 * HALT * X + 1) * exp(2 * HALT * X) - 1) / (4 * case.big) <= (1 - LEAST) * X)
        rise = (2 * top + 1) * exp(2 * top) - 1
        grows = rules.instantiate(prove_scalar(0 <= (2 * X + 1) * exp(2 * X) - 1, (X >= 0,)), parameter=X, term=top,
                                  hyps=c.hyps)
        risen = rules.cut(rules.relax(rules.sign(term=top, hyps=c.hyps)), grows)
        three = rules.combine(least_L0(c, case), risen, goal=lost(top) <= s0**2 / (case.big * size_Y) * rise / 4,
                              factors=(rise / 4,), hyps=c.hyps)
        return rules.combine(one, two, three, known, goal=c.goal, hyps=c.hyps,
                             factors=(expr(1), expr(1), expr(1), s0**2 / size_Y))

    claim.by = proof
    low = LEAST * s0 <= left(P)
    claim.mutant(low, "refuted", "needs (A)", drop=(case.width.rel,), hint=Point(
        {"s0": ONE, "size_Y": Fraction(1, 10), "L0": Fraction(100), "P": Fraction(1, 10)}))
    if case.big == 7:
        claim.mutant(low, "refuted", "with 0.3 for 7 in (A)", drop=(case.width.rel, case.close.rel), hint=Point(
            {"s0": ONE, "size_Y": Fraction(3, 2), "L0": Fraction(2), "P": Fraction(2)}))
        claim.mutant(Fraction(55, 100) * s0 <= left(P), "refuted", "with 0.55 for sqrt(2/7) = 0.5345", hint=Point(
            {"s0": ONE, "size_Y": Fraction(3779, 10000), "L0": Fraction(378, 1000), "P": Fraction(525, 1000)}))
    return claim


def beyond_claim(case: Case) -> Claim:
    """Phi(P) > (8/7) |Y| between R* and 1.53 |Y|/s0."""
    given = (*case.given, Given(P >= HALT * size_Y / s0, "P >= R*"), Given(P <= REACH * size_Y / s0, "P <= 1.53 |Y|/s0"))
    claim = Claim(f"theorem.R/path.beyond{case.name}", "claim", LINE, "(7/8) Phi(P) > |Y| just beyond R*",
                  Fraction(8, 7) * size_Y < gained(P), given=given, scope=SCOPE)

    def proof(c: Context) -> Theorem:
        scaled = p * X * (exp(2 * p * X) - 1) / (4 * case.big)
        known = in_ratio(c, case, Fraction(8, 7) * X**2 < p * X**2 - scaled, p >= HALT, p <= REACH)
        low, high = (rules.combine(c.given(g.rel), goal=goal, factors=(s0 / size_Y,), hyps=c.hyps) for g, goal in zip(
            given[-2:], (HALT <= P * s0 / size_Y, P * s0 / size_Y <= REACH), strict=True))
        put = c.at(known, values={p: P * s0 / size_Y}, discharge=(low, high))
        path = rules.transitive(rules.relax(rules.sign(term=HALT * size_Y / s0, hyps=c.hyps)), c.given(given[-2].rel))
        unit = rules.cut(path, prove_scalar(0 <= P * (exp(2 * P) - 1) / 4, (P >= 0,)))
        lower = rules.combine(least_L0(c, case), unit, factors=(P * (exp(2 * P) - 1) / 4,), hyps=c.hyps,
                              goal=L0 * P * (exp(2 * P) - 1) / 4 <= s0**2 / (case.big * size_Y) * P * (exp(2 * P) - 1) / 4)
        return rules.combine(put, lower, goal=c.goal, factors=(s0**2 / size_Y, expr(1)), hyps=c.hyps)

    claim.by = proof
    claim.mutant(Fraction(8, 7) * size_Y < gained(P), "refuted", "needs (A)", drop=(case.width.rel,), hint=Point(
        {"s0": ONE, "size_Y": Fraction(1, 10), "L0": Fraction(100), "P": Fraction(14, 100)}))
    claim.mutant(Fraction(5, 4) * size_Y < gained(P), "refuted", "with 5/4 for 8/7: 1.39 is nearly as small as it can be",
                 hint=Point({"s0": ONE, "size_Y": case.ratio, "L0": 1 / (case.big * case.ratio), "P": HALT * case.ratio}))
    return claim


SEVEN, FIVE = Case("", 7, expr(1), Fraction(378, 1000)), Case(".event", 5, exp(2), Fraction(1646, 10000))

CASES = (SEVEN, FIVE)

# ---------------------------------------------------------------- (B): a and b are small, and a step is short

eta_positive = Given(eta > 0, "eta > 0")
rate = Given(12 * eta * s1**2 <= 1, "(B): eta <= 1/(12 m Lam), s1 = sqrt(m Lam)")
rate_0 = Given(12 * eta * s0**2 <= 1, "(B) and lambda <= Lam")
order = Claim("theorem.R/path.order", "claim", LINE, "m lambda <= m Lam, so (B) is one for s0, too", rate_0.rel,
              given=(s0_positive, eta_positive, rate, Given(s0 <= s1, "lambda <= Lam")), scope=SCOPE)


def _order(c: Context) -> Theorem:
    larger = mono(c, c.given(s0 <= s1), 12 * eta * HOLE**2)
    return rules.transitive(larger, c.given(rate.rel))


order.by = _order
order.mutant(24 * eta * s0**2 <= 1, "refuted", "with twice (B)", hint=Point({"s0": ONE, "s1": ONE, "eta": Fraction(1, 12)}))

first = Claim("theorem.R/path.a", "claim", LINE, "a = eta |J|^2 <= 0.18, from (B) and |J| <= |J(0)| + (1 - sqrt(2/7)) s0",
              eta * (s1 + D) ** 2 <= Fraction(18, 100), scope=SCOPE,
              given=(s0_positive, eta_positive, rate, Given(s0 <= s1, "lambda <= Lam"), Given(D >= 0, "D >= 0"),
                     Given(D <= (1 - LEAST) * s0, "|J - J(0)| <= s0 - sigma (theorem.R/path.floor)")))


def _first(c: Context) -> Theorem:
    """(2 - sqrt(2/7))^2/12 <= 0.18."""
    share = rules.sign(prove_scalar(0 < 1 - LEAST, ()), term=1 - LEAST, hyps=c.hyps)
    least = rules.transitive(c.given(D >= 0), c.given(D <= (1 - LEAST) * s0))
    farther = rules.combine(c.given(s0 <= s1), share, goal=(1 - LEAST) * s0 <= (1 - LEAST) * s1, factors=(1 - LEAST,),
                            hyps=c.hyps)
    top = rules.transitive(c.given(D <= (1 - LEAST) * s0), farther)
    positive_s1 = rules.transitive(c.given(s0_positive.rel), c.given(s0 <= s1))
    put = mono(c, top, eta * (s1 + HOLE) ** 2, positive_s1, least)
    number = prove_scalar((2 - LEAST) ** 2 / 12 <= Fraction(18, 100), ())
    return rules.combine(put, c.given(rate.rel), number, goal=c.goal, hyps=c.hyps,
                         factors=(expr(1), (2 - LEAST) ** 2 / 12, expr(1)))


first.by = _first
first.mutant(eta * (s1 + D) ** 2 <= Fraction(17, 100), "refuted", "with 0.17", hint=Point(
    {"s0": ONE, "s1": ONE, "eta": Fraction(1, 12), "D": Fraction(46, 100)}))
first.mutant(eta * (s1 + D) ** 2 <= Fraction(18, 100), "refuted", "with 3 for 1/12 in (B)", drop=(rate.rel,), hint=Point(
    {"s0": ONE, "s1": ONE, "eta": Fraction(3), "D": Fraction(46, 100)}))

e_below_Y, e_any = Given(E2 <= size_Y, "|e| <= |Y|"), Given(E2 >= 0, "|e|")


def second_claim(case: Case) -> Claim:
    """b = eta ell(P) |e| <= 0.06 up to 1.53 |Y|/s0."""
    term = eta * L0 * (1 + P) * exp(2 * P) * E2
    claim = Claim(f"theorem.R/path.b{case.name}", "claim", LINE, "b = eta ell |e| <= 0.06, one step beyond R* too",
                  term <= Fraction(6, 100), scope=SCOPE, given=(*case.given, eta_positive, rate_0, P_any, Given(
                      P <= REACH * size_Y / s0, "P <= 1.53 |Y|/s0"), e_any, e_below_Y))

    def proof(c: Context) -> Theorem:
        far = rules.combine(c.given(P <= REACH * size_Y / s0), c.given(case.close.rel), goal=P <= REACH * case.ratio,
                            factors=(expr(1), REACH / s0), hyps=c.hyps)
        growth = (1 + P) * exp(2 * P) / (12 * case.big)
        number = rules.cut(far, prove_scalar(growth <= Fraction(6, 100), (P >= 0, P <= REACH * case.ratio)))
        put = mono(c, c.given(e_below_Y.rel), eta * L0 * (1 + P) * exp(2 * P) * HOLE)
        wide = rules.combine(c.given(case.width.rel), goal=put.concl.rhs <= eta * s0**2 * 12 * growth,
                             factors=(eta * 12 * growth,), hyps=c.hyps)
        short = rules.combine(c.given(rate_0.rel), number, goal=eta * s0**2 * 12 * growth <= Fraction(6, 100),
                              factors=(growth, expr(1)), hyps=c.hyps)
        return c.chain(put, wide, short)

    claim.by = proof
    claim.mutant(term <= Fraction(6, 100), "refuted", "needs (A)", drop=(case.width.rel,), hint=Point(
        {"s0": ONE, "size_Y": Fraction(1, 10), "L0": Fraction(100), "P": Fraction(1, 10), "eta": Fraction(1, 12),
         "E2": Fraction(1, 10)}))
    return claim


numbers = Claim("theorem.R/path.quarter", "claim", LINE, "a <= 0.18 and b <= 0.06 give a + b + a b^2/4 <= 1/4: R4 applies",
                aa + bb + aa * bb**2 / 4 <= Fraction(1, 4), scope=SCOPE, by=lambda c: c.scalar(),
                given=(Given(aa >= 0, "a >= 0"), Given(bb >= 0, "b >= 0"), Given(aa <= Fraction(18, 100), "a <= 0.18"),
                       Given(bb <= Fraction(6, 100), "b <= 0.06")))
numbers.mutant(aa + bb + aa * bb**2 / 4 <= Fraction(24, 100), "refuted", "with 0.24", hint=Point(
    {"aa": Fraction(18, 100), "bb": Fraction(6, 100)}))

G_any = Given(G >= 0, "G = |J^T e|")
bounded_G = Given(eta * G**2 <= aa * E2**2, "G <= |J| |e|, a = eta |J|^2")
a_small = Given(aa <= Fraction(18, 100), "a <= 0.18")
jump = Claim("theorem.R/path.jump", "claim", LINE, "a step is at most 0.14 |Y|/s0 long, so P + |V| <= 1.53 |Y|/s0",
             eta * G <= JUMP * size_Y / s0, scope=SCOPE,
             given=(s0_positive, Y_positive, eta_positive, rate_0, G_any, bounded_G, a_small, e_any, e_below_Y))


def _jump(c: Context) -> Theorem:
    """(eta G s0)^2 <= (1/12) 0.18 |Y|^2."""
    square = mono(c, c.given(e_below_Y.rel), HOLE**2)
    room = rules.sign(term=size_Y**2, hyps=c.hyps)
    product = rules.combine(c.given(rate_0.rel), c.given(bounded_G.rel), c.given(a_small.rel), square, room,
                            goal=(eta * G * s0) ** 2 <= (JUMP * size_Y) ** 2, hyps=c.hyps,
                            factors=(eta * G**2 / 12, expr(Fraction(1, 12)), E2**2 / 12, expr(Fraction(18, 1200)),
                                     expr(JUMP**2 - Fraction(18, 1200))))
    return rules.combine(roots(c, product, eta * G * s0, JUMP * size_Y), goal=c.goal, factors=(1 / s0,), hyps=c.hyps)


jump.by = _jump
jump.mutant(eta * G <= size_Y / (10 * s0), "refuted", "with 0.1 |Y|/s0", hint=Point(
    {"s0": ONE, "size_Y": ONE, "eta": Fraction(1, 12), "G": Fraction(144, 100), "aa": Fraction(18, 100), "E2": ONE}))

# ---------------------------------------------------------------- the potential |e| + (7/8) Phi(P)

stretch = Claim("theorem.R/path.stretch", "claim", LINE, "Phi(P + h) <= Phi(P) + h sigma(P): sigma decreases",
                gained(P + h) <= gained(P) + h * left(P), given=(L0_any, P_any, Given(h >= 0, "h >= 0")), scope=SCOPE)


def _stretch(c: Context) -> Theorem:
    """(P+h)(e^{2(P+h)} - 1) - P(e^{2P} - 1) >= h((2P+1)e^{2P} - 1), times L0/4."""
    known = prove_scalar(h * ((2 * P + 1) * exp(2 * P) - 1) <= (P + h) * (exp(2 * (P + h)) - 1) - P * (exp(2 * P) - 1),
                         (P >= 0, h >= 0))
    return rules.combine(known, goal=c.goal, factors=(L0 / 4,), hyps=c.hyps)


stretch.by = _stretch
stretch.mutant(gained(P + h) <= gained(P) + h * left(P + h), "refuted", "with sigma(P + h)", hint=Point(
    {"s0": ONE, "L0": ONE, "P": Fraction(0), "h": ONE}))

one_step = Given(E3**2 <= E2**2 - Fraction(7, 4) * eta * G**2, "R4: |e+|^2 <= |e|^2 - (7/4) eta G^2")
next_any = Given(E3 >= 0, "|e+|")
sig_any, below_G = Given(sig >= 0, "sigma >= 0"), Given(sig * E2 <= G, "G >= sigma |e| (theorem.R/R5.below)")
slow = Given(eta * sig**2 <= 1, "from (B), as sigma <= sqrt(m lambda)")
LOSS = (eta_positive, G_any, e_any, next_any, one_step)
loss = Claim("theorem.R/path.loss", "claim", LINE, "|e| falls by at least (7/8) |V| sigma, |V| = eta G",
             E3 + GAIN * eta * G * sig <= E2, given=(*LOSS, sig_any, slow, below_G), scope=SCOPE)


def _loss(c: Context) -> Theorem:
    """|e+|^2 <= |e|^2 - (7/4) |V| sigma |e| <= (|e| - (7/8) |V| sigma)^2; eta sigma^2 <= 1 makes |e| >= (7/8) |V| sigma."""
    fall = eta * G * sig
    linear = rules.combine(c.given(one_step.rel), c.given(below_G.rel), goal=E3**2 <= E2**2 - 2 * GAIN * fall * E2,
                           factors=(expr(1), 2 * GAIN * eta * G), hyps=c.hyps)
    rest = E2 - GAIN * fall
    square = rules.sign(term=(GAIN * fall) ** 2, hyps=c.hyps)
    whole = rules.combine(linear, square, goal=E3**2 <= rest**2, factors=(expr(1), expr(1)), hyps=c.hyps)
    kept_squares = (rules.sign(term=t**2, hyps=c.hyps) for t in (E2, E3))
    smaller = rules.combine(c.given(one_step.rel), c.given(slow.rel), *kept_squares, goal=(GAIN * fall) ** 2 <= E2**2,
                            factors=(expr(GAIN / 2), GAIN**2 * eta * G**2, expr(1 - GAIN / 2), expr(GAIN / 2)), hyps=c.hyps)
    positive = rules.combine(roots(c, smaller, GAIN * fall, E2), goal=0 <= rest, factors=(expr(1),), hyps=c.hyps)
    return rules.combine(roots(c, whole, E3, rest, positive), goal=c.goal, factors=(expr(1),), hyps=c.hyps)


loss.by = _loss
loss.mutant(E3 + eta * G * sig <= E2, "refuted", "with 1 for 7/8", hint=Point(
    {"eta": Fraction(1, 8), "G": ONE, "E2": ONE, "E3": Fraction(883, 1000), "sigma_P": ONE}))

sigma_any = Given(left(P) >= 0, "sigma(P) >= 0")
slow_0 = Given(eta * s0**2 <= 1, "from (B)")
sigma_G = Given(left(P) * E2 <= G, "G >= sigma(P) |e| (theorem.R/R5.below)")
step = Claim("theorem.R/path.potential", "claim", LINE, "|e| + (7/8) Phi(P) does not grow in a step",
             E3 + GAIN * gained(P + eta * G) <= E2 + GAIN * gained(P), scope=SCOPE,
             given=(*LOSS, L0_any, P_any, sigma_any, slow_0, sigma_G), uses=(loss.id, stretch.id))


def _step(c: Context) -> Theorem:
    risen = prove_scalar(0 <= ((2 * P + 1) * exp(2 * P) - 1) / 4, (P >= 0,))
    smaller = rules.combine(risen, goal=left(P) <= s0, factors=(L0,), hyps=c.hyps)
    slower = rules.transitive(mono(c, smaller, eta * HOLE**2), c.given(slow_0.rel))
    fall = c.at(c.theorem("theorem.R/path.loss"), values={sig: left(P)}, discharge=(slower,))
    length = rules.sign(term=eta * G, hyps=c.hyps)
    gain = c.at(c.theorem("theorem.R/path.stretch"), values={h: eta * G}, discharge=(length,))
    return rules.combine(fall, gain, goal=c.goal, factors=(expr(1), expr(GAIN)), hyps=c.hyps)


step.by = _step
step.mutant(E3 + gained(P + eta * G) <= E2 + gained(P), "refuted", "with 1 for 7/8", hint=Point(
    {"eta": Fraction(1, 8), "G": ONE, "E2": ONE, "E3": Fraction(883, 1000), "s0": ONE, "L0": Fraction(0),
     "P": Fraction(0)}))

# ---------------------------------------------------------------- one step of the induction

kept = Given(E2 + GAIN * gained(P) <= size_Y, "at tau: |e| + (7/8) Phi(P) <= |Y|")


def induction(case: Case) -> tuple[Claim, ...]:
    """What holds at tau holds at tau + 1, and the loss falls by the factor 1 - m eta lambda/2."""
    at_tau = (*case.given, eta_positive, rate_0, P_any, start, e_any, kept, G_any, sigma_G, bounded_G, a_small,
              next_any, one_step)
    floor = f"theorem.R/path.floor{case.name}"
    error = Claim(f"theorem.R/step.error{case.name}", "claim", LINE, "|e| <= |Y|, as Phi(P) >= 0 up to R*", E2 <= size_Y,
                  given=(*case.given, P_any, start, kept), scope=SCOPE, uses=(floor,))
    invariant = Claim(f"theorem.R/step.potential{case.name}", "lemma", LINE,
                      "induction step: |e| + (7/8) Phi(P) <= |Y| at tau + 1", E3 + GAIN * gained(P + eta * G) <= size_Y,
                      given=at_tau, scope=SCOPE, uses=("theorem.R/path.potential", floor),
                      latex=r"E_3+\frac{7}{8}\Bigl(s_0(P+\eta G)"
                            r"-\frac{L_0}{4}(P+\eta G)(e^{2(P+\eta G)}-1)\Bigr) \le \lVert Y\rVert_F")
    confined = Claim(f"theorem.R/step.path{case.name}", "theorem", LINE, "induction step (2): P <= R* at tau + 1",
                     P + eta * G <= HALT * size_Y / s0, given=at_tau, scope=SCOPE,
                     uses=(invariant.id, error.id, "theorem.R/path.jump", f"theorem.R/path.beyond{case.name}", floor),
                     latex=r"P+\eta G \le \frac{1.39\lVert Y\rVert_F}{s_0}")
    contracts = Claim(f"theorem.R/step.loss{case.name}", "theorem", LINE,
                      "induction step (1): |e|^2 falls by the factor 1 - m eta lambda/2",
                      E3**2 <= (1 - eta * s0**2 / 2) * E2**2, given=at_tau, scope=SCOPE, uses=(floor,),
                      latex=r"E_3^2 \le \Bigl(1-\frac{\eta s_0^2}{2}\Bigr)E_2^2")

    def positive_sigma(c: Context) -> Theorem:
        return rules.transitive(rules.relax(rules.sign(term=LEAST * s0, hyps=c.hyps)), c.theorem(floor))

    def prove_error(c: Context) -> Theorem:
        """Phi(P) = P sigma(P) + L0 P^2 e^{2P}/2."""
        curved = rules.sign(term=L0 * P**2 * exp(2 * P) / 2, hyps=c.hyps)
        grows = rules.combine(positive_sigma(c), curved, goal=0 <= gained(P), factors=(P, expr(1)), hyps=c.hyps)
        return rules.combine(c.given(kept.rel), grows, goal=c.goal, factors=(expr(1), expr(GAIN)), hyps=c.hyps)

    def prove_invariant(c: Context) -> Theorem:
        slower = rules.combine(c.given(rate_0.rel), prove_scalar(expr(0) <= 1, ()), goal=slow_0.rel, hyps=c.hyps,
                               factors=(expr(Fraction(1, 12)), expr(Fraction(11, 12))))
        grows = c.at(c.theorem("theorem.R/path.potential"), discharge=(positive_sigma(c), slower))
        return rules.transitive(grows, c.given(kept.rel))

    def prove_confined(c: Context) -> Theorem:
        """Were P + |V| beyond R*, Phi(P + |V|) would be above (8/7) |Y|, which the potential forbids."""
        end = P + eta * G
        short = c.at(c.theorem("theorem.R/path.jump"), discharge=(c.theorem(error.id),))
        reach = rules.combine(c.given(start.rel), short, goal=end <= REACH * size_Y / s0, factors=(expr(1), expr(1)),
                              hyps=c.hyps)
        term = end - HALT * size_Y / s0
        far, near = rules.assume(hyp=term >= 0), rules.assume(hyp=term <= 0)
        over = rules.combine(far, goal=HALT * size_Y / s0 <= end, factors=(expr(1),), hyps=c.hyps)
        beyond = c.at(c.theorem(f"theorem.R/path.beyond{case.name}"), values={P: end}, discharge=(over, reach))
        limit = rules.combine(c.theorem(invariant.id), c.given(next_any.rel), goal=gained(end) <= Fraction(8, 7) * size_Y,
                              factors=(expr(Fraction(8, 7)), expr(Fraction(8, 7))), hyps=c.hyps)
        excess = gained(end) - Fraction(8, 7) * size_Y
        positive = rules.combine(beyond, goal=0 < excess, factors=(expr(1),), hyps=c.hyps)
        absurd = rules.combine(limit, far, positive, goal=c.goal, factors=(term / excess,), hyps=c.hyps)
        plain = rules.combine(near, goal=c.goal, factors=(expr(1),), hyps=c.hyps)
        return rules.case_split(plain, absurd, term=term)

    def prove_contracts(c: Context) -> Theorem:
        """G^2 >= (2/7) s0^2 |e|^2, and (7/4)(2/7) = 1/2."""
        put = mono(c, c.theorem(floor), HOLE * E2)
        square = mono(c, rules.transitive(put, c.given(sigma_G.rel)), HOLE**2)
        return rules.combine(c.given(one_step.rel), square, goal=c.goal, factors=(expr(1), Fraction(7, 4) * eta),
                             hyps=c.hyps)

    error.by, invariant.by, confined.by, contracts.by = prove_error, prove_invariant, prove_confined, prove_contracts
    tenth, begin = Fraction(1, 10), {"s0": ONE, "L0": Fraction(3, 10), "eta": Fraction(1, 12), "aa": Fraction(18, 100)}
    run = begin | {"size_Y": tenth, "E2": tenth, "G": tenth, "E3": Fraction(924, 10000), "P": Fraction(0)}
    invariant.mutant(E3 + GAIN * gained(P + eta * G) <= Fraction(9, 10) * size_Y, "refuted", "with 0.9 |Y|", hint=Point(run))
    contracts.mutant(E3**2 <= (1 - 2 * eta * s0**2) * E2**2, "refuted", "with the rate 2 m eta lambda", hint=Point(run))
    bound = P + eta * G <= HALT * size_Y / s0
    confined.mutant(bound, "refuted", "needs the potential", drop=(kept.rel,),
                    hint=Point(run | {"P": HALT * tenth}))
    confined.mutant(bound, "refuted", "needs P <= R* at tau: far out Phi is small again", drop=(start.rel,),
                    hint=Point(run | {"P": Fraction(10), "G": Fraction(0), "E3": tenth}))
    error.mutant(E2 <= size_Y, "refuted", "needs P <= R*", drop=(start.rel,), hint=Point(
        {"s0": ONE, "size_Y": tenth, "L0": ONE, "P": Fraction(2), "E2": ONE}))
    return error, invariant, confined, contracts


STEPS = tuple(claim for case in CASES for claim in induction(case))

# ---------------------------------------------------------------- what follows: lambda_min(H), and how far a neuron goes

vector_size, pulled = sqrt(total((l, i), vector[l, i] ** 2)), sqrt(energy)
smallest = Claim("theorem.R/step.lambda", "theorem", LINE, "conclusion (3): lambda_min(H(tau)) >= (2/7) lambda",
                 Fraction(2, 7) * lam * total((l, i), vector[l, i] ** 2) <= form, scope="all sizes, every vector q",
                 given=(s0_positive, Given(eq(s0**2, m * lam), "s0 = sqrt(m lambda)"),
                        Given(LEAST * s0 * vector_size <= pulled,
                              "|J^T q| >= sigma(P) |q| (theorem.R/R5.below, theorem.R/path.floor)")),
                 uses=("theorem.R/energy", "theorem.R/R5.below", "theorem.R/path.floor"),
                 latex=r"\frac{2}{7}\lambda\lVert q\rVert_F^2 \le \sum_{l_1,l_2,i,j}q_{l_1,i}q_{l_2,j}H_{l_1,l_2,i,j}")


def _smallest(c: Context) -> Theorem:
    """q^T H q = |J^T q|^2/m."""
    square = mono(c, c.given(smallest.given[2].rel), HOLE**2)
    same = c.theorem("theorem.R/energy")
    chosen = c.given(smallest.given[1].rel)
    return rules.combine(square, same, chosen, goal=c.goal, hyps=c.hyps, factors=(
        1 / m, -1 / m, -Fraction(2, 7) * total((l, i), vector[l, i] ** 2) / m))


smallest.by = _smallest
smallest.mutant(Fraction(2, 7) * lam * total((l, i), vector[l, i] ** 2) <= form, "refuted", "needs sigma",
                drop=(smallest.given[2].rel,), hint=Point(
    {"n": ONE, "m": ONE, "d1": ONE, "d2": ONE, "s0": ONE, "lam": ONE},
    {"w": [[0]], "x": [[ONE]], "a": [[ONE]], "q": [[ONE]]}))

entry, err, kappa = Array("entry", (l, i, r)), Array("err", (l, i)), Var("kappa")
l3, i3 = Index("l3", d2), Index("i3", n)
pull = total(k, total((l, i), x[k, i] * entry[l, i, r] * err[l, i]) ** 2)
neuron = Claim("theorem.R/step.neuron", "claim", LINE, "one step moves a neuron by at most eta kappa sqrt(nd) |e|",
               pull <= n * d2 * kappa**2 * total((l, i), err[l, i] ** 2), scope="all sizes", given=(
                   x_in_ball, Given(kappa >= 0, "kappa = rho (1 + P) e^{2P}"), Given(
                       abs(entry[l, i, r]) <= kappa, "m S_{i,r} |a - g| <= kappa (theorem.R/R2.rho, theorem.R/R2.mean)")),
               uses=("theorem.R/R2.rho", "theorem.R/R2.mean"))


def _neuron(c: Context) -> Theorem:
    """Lagrange's identity for (sum_{l,i} x entry e)^2, then |entry| <= kappa and |x_i| <= 1."""
    other = x[k, i3] * entry[l3, i3, r] * err[l, i] - x[k, i] * entry[l, i, r] * err[l3, i3]
    squares = rules.sign(term=total(k, total((l, i), total((l3, i3), other**2))), hyps=c.hyps)
    size_e = total((l, i), err[l, i] ** 2)
    apart = total((l, i), entry[l, i, r] ** 2 * total(k, x[k, i] ** 2)) * size_e
    product = rules.combine(squares, goal=pull <= apart, factors=(expr(Fraction(1, 2)),), hyps=c.hyps)
    short = mono(c, c.given(x_in_ball.rel), total((l, i), entry[l, i, r] ** 2 * HOLE**2) * size_e)
    bounded = mono(c, c.given(neuron.given[2].rel), total((l, i), HOLE**2) * size_e)
    return linked(c, product, short, bounded)


neuron.by = _neuron
neuron.mutant(2 * pull <= n * d2 * kappa**2 * total((l, i), err[l, i] ** 2), "refuted", "with the factor 2", hint=Point(
    {"n": ONE, "m": ONE, "d1": ONE, "d2": ONE, "kappa": ONE}, {"x": [[ONE]], "entry": [[[ONE]]], "err": [[ONE]]}))

moved, reach = Var("moved"), Var("span")
falls = Given(E3**2 <= (1 - eta * s0**2 / 2) * E2**2, "conclusion (1)")
far = Claim("theorem.R/step.far", "theorem", LINE,
            "induction step (4): D_r + (4 kappa sqrt(nd)/(m lambda)) |e| does not grow, so that D_r is at most "
            "4 kappa sqrt(nd) |Y|/(m lambda)",
            moved + eta * reach * E2 + 4 * reach / s0**2 * E3 <= moved + 4 * reach / s0**2 * E2, scope=SCOPE,
            given=(s0_positive, eta_positive, rate_0, Given(reach >= 0, "kappa sqrt(nd)"), e_any, next_any, falls),
            uses=("theorem.R/step.neuron", "theorem.R/step.loss"),
            latex=r"\mathrm{moved}+\eta\,\mathrm{span}\,E_2+\frac{4\,\mathrm{span}}{s_0^2}E_3 \le "
                  r"\mathrm{moved}+\frac{4\,\mathrm{span}}{s_0^2}E_2")


def _far(c: Context) -> Theorem:
    """sqrt(1 - z/2) <= 1 - z/4 for z = m eta lambda."""
    rest = 1 - eta * s0**2 / 4
    positive = rules.combine(c.given(rate_0.rel), prove_scalar(expr(0) <= 1, ()), goal=0 <= rest,
                             factors=(expr(Fraction(1, 48)), expr(Fraction(47, 48))), hyps=c.hyps)
    square = rules.sign(term=(eta * s0**2 * E2 / 4) ** 2, hyps=c.hyps)
    below = rules.combine(c.given(falls.rel), square, goal=E3**2 <= (rest * E2) ** 2, factors=(expr(1), expr(1)),
                          hyps=c.hyps)
    return rules.combine(roots(c, below, E3, rest * E2, positive), goal=c.goal, factors=(4 * reach / s0**2,), hyps=c.hyps)


far.by = _far
far.mutant(moved + eta * reach * E2 + 3 * reach / s0**2 * E3 <= moved + 3 * reach / s0**2 * E2, "refuted", "with 3 for 4",
           hint=Point({"s0": ONE, "eta": Fraction(1, 12), "span": ONE, "moved": Fraction(0), "E2": ONE,
                       "E3": Fraction(9789, 10000)}))

claims: tuple[Claim, ...] = (potential, size, *(make(case) for case in CASES for make in (
    ratio_claim, floor_claim, beyond_claim, second_claim)), order, first, numbers, jump, stretch, loss, step, *STEPS,
    smallest, neuron, far)
