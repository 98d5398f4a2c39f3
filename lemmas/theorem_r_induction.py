"""Theorem R, the induction over time: what holds before a step holds after it, so before every step (repairs line 877).

The state is U = W(tau) - W(0) and the length P of the path so far.  Six things are kept: P >= 0, |U|_F <= P,
|J - J(0)|_F <= int_0^P ell, P <= R*, |e| + (7/8) Phi(P) <= |Y|, and |u_r| + c |e| <= c |Y| for every neuron, where
c = 4 (1 + R*) e^{2R*} rho sqrt(nd)/(m lambda).
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.def_3_6 import direction
from lemmas.notation import d2, eta, i, k, l, n, r, y
from lemmas.theorem_r import LINE, ONE, rho, size_Y
from lemmas.theorem_r_linear import V, ahead, at_least, greatest_root, least_root, met, order, same
from lemmas.theorem_r_path import CASES, E3, GAIN, HALT, L0, Case, P_any, eta_positive, gained, lost, rate, start
from lemmas.theorem_r_path import moved as moved_so_far
from lemmas.theorem_r_path import reach as span
from lemmas.theorem_r_softmax import (
    MATRICES,
    NET,
    ONE_NEURON,
    WHOLE,
    begin,
    descent,
    error_size,
    new,
    now,
    old,
    rho_positive,
    size,
    step,
    stride,
    then,
    within,
)
from lemmas.theorem_r_steps import E2, HOLE, Jac, P, Start, mono, s0
from lemmas.theorem_r_steps import err as any_err
from proofcheck.claims import Claim, Given, Proof
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Expr, Rel, Var, eq, exp, expr, sqrt, substitute, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context

SCOPE = "all n, m, d1, d2 >= 1"
P_next = Var("P_next")
WIDTH = rho * sqrt(n * d2)  # L0
HALT_PATH = HALT * size_Y / s0  # R*
turned = Given(size(now.jacobian[l, i, k, r] - begin[l, i, k, r], l, i, k, r) <= lost(P), "|J - J(0)|_F <= int_0^P ell")
kept = Given(error_size + GAIN * gained(P) <= size_Y, "|e| + (7/8) Phi(P) <= |Y|")
SPAN = WIDTH * (1 + HALT_PATH) * exp(2 * HALT_PATH)
near = Given(size(old[k, r], k) + 4 * SPAN / s0**2 * error_size <= 4 * SPAN / s0**2 * size_Y,
             "|w_r - w_r(0)| + c |e| <= c |Y|, c = 4 (1 + R*) e^{2R*} rho sqrt(nd)/(m lambda)")
longer = Given(eq(P_next, P + stride), "the path grows by |W+ - W|_F")
error_next = size(then.error[l, i], l, i)


def at_L0(given: Given) -> Given:
    """The hypothesis with rho sqrt(nd) for L0."""
    mapping: dict[Expr, Expr] = {L0: WIDTH}
    return Given(Rel(given.rel.op, substitute(given.rel.lhs, mapping), substitute(given.rel.rhs, mapping)), given.words)


def at_start(given: Given) -> Given:
    """The hypothesis with J(0) of the network for any matrix."""
    found = rules.instantiate_array(rules.assume(hyp=given.rel), array=Start, params=(l, i, k, r), term=begin[l, i, k, r])
    return Given(found.concl, given.words)


def _lost(path: Expr) -> Expr:
    return substitute(lost(path), {L0: WIDTH})


def _gained(path: Expr) -> Expr:
    return substitute(gained(path), {L0: WIDTH})


INVARIANTS = (P_any, within, at_L0(turned), start, at_L0(kept), near)
RELATIONS = (descent, longer)
ROOTS = (at_start(least_root), at_start(greatest_root))
targets = Given(size(y[l, i], l, i) <= size_Y, "|Y|_F <= size_Y")


def steady(case: Case) -> tuple[Given, ...]:
    """What does not change from step to step."""
    sizes = tuple(at_L0(g) for g in case.given if g.rel != (L0 >= 0))
    return (*NET, rho_positive, *sizes, eta_positive, rate, order, *ROOTS)


# ---------------------------------------------------------------- from tau to tau + 1: what needs no condition on the width

CHANGE = (*NET, rho_positive, *INVARIANTS[:3], *RELATIONS)


def next_path(c: Context, premise: Theorem, template: Expr) -> Theorem:
    """template(P + |V|) -> template(P_next)."""
    back = rules.combine(c.given(longer.rel), goal=eq(P + stride, P_next), factors=(expr(-1),), hyps=c.hyps)
    return c.chain(premise, mono(c, back, template))


def _positive(c: Context) -> Theorem:
    return next_path(c, rules.combine(c.given(P_any.rel), at_least(c, stride), goal=0 <= P + stride,
                                      factors=(expr(1), expr(1)), hyps=c.hyps), HOLE)


def _within(c: Context) -> Theorem:
    """|U + V| <= |U| + |V|."""
    first, second = WHOLE
    parts = c.at(c.theorem("theorem.R/net.sum.W"), arrays={first: ((k, r), old[k, r]), second: ((k, r), step)})
    whole = rules.combine(parts, c.given(within.rel), goal=parts.concl.lhs <= P + stride, factors=(expr(1), expr(1)),
                          hyps=c.hyps)
    return next_path(c, c.chain(same(c, size(new[k, r], k, r), whole.concl.lhs), whole), HOLE)


def _turned(c: Context) -> Theorem:
    """|J+ - J(0)| <= |J+ - J| + |J - J(0)|, and the two integrals add up."""
    first, second = MATRICES
    places = (l, i, k, r)
    gaps = then.jacobian[places] - now.jacobian[places], now.jacobian[places] - begin[places]
    parts = c.at(c.theorem("theorem.R/net.sum.J"), arrays={first: (places, gaps[0]), second: (places, gaps[1])})
    farther = c.theorem("theorem.R/net.turn")
    bound = _lost(P + stride)
    whole = rules.combine(parts, farther, c.given(INVARIANTS[2].rel), goal=parts.concl.lhs <= bound,
                          factors=(expr(1),) * 3, hyps=c.hyps)
    start_gap = size(then.jacobian[places] - begin[places], *places)
    return next_path(c, c.chain(same(c, start_gap, whole.concl.lhs), whole), _lost(HOLE))


CHANGED = (0 <= P_next, size(new[k, r], k, r) <= P_next,
           size(then.jacobian[l, i, k, r] - begin[l, i, k, r], l, i, k, r) <= _lost(P_next), P_next <= HALT * size_Y / s0,
           error_next + GAIN * _gained(P_next) <= size_Y,
           size(new[k, r], k) + 4 * SPAN / s0**2 * error_next <= 4 * SPAN / s0**2 * size_Y)  # the invariants after a step


def kept_claim(name: str, number: int, given: tuple[Given, ...], proof: Proof, *uses: str) -> Claim:
    """An invariant after a step."""
    words = f"at tau + 1: {INVARIANTS[number].words}"
    return Claim(f"theorem.R/kept.{name}", "claim", LINE, words, CHANGED[number], given=given, scope=SCOPE, by=proof,
                 uses=uses)


positive = kept_claim("positive", 0, CHANGE, _positive)
stays_within = kept_claim("within", 1, CHANGE, _within, "theorem.R/net.sum.W")
stays_turned = kept_claim("turned", 2, CHANGE, _turned, "theorem.R/net.sum.J", "theorem.R/net.turn")

# ---------------------------------------------------------------- from tau to tau + 1: the rest, from (A) and (B)

NETWORK = {Jac: ((l, i, k, r), now.jacobian[l, i, k, r]), Start: ((l, i, k, r), begin[l, i, k, r]),
           any_err: ((l, i), now.error[l, i]), ahead: ((l, i), then.error[l, i]), V: ((k, r), step)}


def at_network(c: Context, key: str) -> Theorem:
    """One of the claims on matrices, for the Jacobian of the network and the step from U to U_next."""
    found = c.at(c.theorem(key), arrays=NETWORK, values={L0: WIDTH})
    return met(c, found, at_least(c, WIDTH), c.given(descent.rel), c.theorem("theorem.R/net.taylor"))

pulled_q = total((l, i), now.jacobian[l, i, k, r] * direction[l, i])
LOSS = error_next**2 <= (1 - eta * s0**2 / 2) * error_size**2
STEEP = Fraction(2, 7) * s0**2 * total((l, i), direction[l, i] ** 2) <= total((k, r), pulled_q**2)


def case_claims(case: Case) -> tuple[Claim, ...]:
    """The potential, the path, the loss and the motion of the neurons after a step."""
    name = case.name
    given = (*steady(case), *INVARIANTS, *RELATIONS)
    uses = ("theorem.R/net.taylor",)

    def path(c: Context) -> Theorem:
        return rules.transitive(c.given(longer.rel), at_network(c, f"theorem.R/one.path{name}"))

    def potential(c: Context) -> Theorem:
        found = at_network(c, f"theorem.R/one.potential{name}")
        put = mono(c, c.given(longer.rel), error_next + GAIN * _gained(HOLE))
        return c.chain(put, same(c, put.concl.rhs, found.concl.lhs), found)

    def loss(c: Context) -> Theorem:
        return at_network(c, f"theorem.R/one.loss{name}")

    def neuron(c: Context) -> Theorem:
        """|u_r + v_r| <= |u_r| + |v_r|, |v_r| <= eta SPAN |e|, and |e| falls (theorem.R/step.far)."""
        first, second = ONE_NEURON
        parts = c.at(c.theorem("theorem.R/net.sum.w"), arrays={first: ((k,), old[k, r]), second: ((k,), step)})
        hop = c.theorem("theorem.R/net.neuron")
        one = mono(c, c.given(start.rel), eta * WIDTH * (1 + HOLE) * exp(2 * P) * error_size)
        two = mono(c, c.given(start.rel), eta * WIDTH * (1 + HALT_PATH) * exp(2 * HOLE) * error_size)
        known = met(c, c.at(c.theorem("theorem.R/step.far"), values={
            moved_so_far: size(old[k, r], k), span: SPAN, E2: error_size, E3: error_next}), c.theorem(fall.id),
            c.theorem("theorem.R/path.order"), at_least(c, SPAN), at_least(c, error_size), at_least(c, error_next))
        whole = c.chain(same(c, size(new[k, r], k), parts.concl.lhs), parts)
        found = rules.combine(whole, hop, one, two, known, c.given(near.rel), goal=c.goal, factors=(expr(1),) * 6,
                              hyps=c.hyps)
        return rules.restate(found, concl=c.goal, hyps=c.hyps)  # the free index r has renamed bound ones

    def smallest(c: Context) -> Theorem:
        """|J^T q| >= sigma(P) |q| for every q, and sigma(P) >= sqrt(2/7) s0 up to R*."""
        places = {Jac: NETWORK[Jac], Start: NETWORK[Start], any_err: ((l, i), direction[l, i])}
        slant = met(c, c.at(c.theorem("theorem.R/one.sigma"), arrays=places, values={L0: WIDTH}))
        floor = met(c, c.at(c.theorem(f"theorem.R/path.floor{name}"), values={L0: WIDTH}), at_least(c, WIDTH))
        low = rules.transitive(mono(c, floor, HOLE * size(direction[l, i], l, i)), slant)
        return rules.combine(mono(c, low, HOLE**2), goal=c.goal, factors=(expr(1),), hyps=c.hyps)

    spectrum = Claim(f"theorem.R/kept.lambda{name}", "theorem", LINE, "(3): |J^T q|^2 >= (2/7) m lambda |q|^2",
                     STEEP, given=(*steady(case), *INVARIANTS), scope=SCOPE, by=smallest,
                     uses=("theorem.R/one.sigma", f"theorem.R/path.floor{name}"))
    fall = Claim(f"theorem.R/kept.loss{name}", "theorem", LINE, "(1): |e|^2 falls by the factor 1 - m eta lambda/2",
                 LOSS, given=given, scope=SCOPE, by=loss, uses=(*uses, f"theorem.R/one.loss{name}"))
    loss_kept = kept_claim(f"potential{name}", 4, given, potential, *uses, f"theorem.R/one.potential{name}")
    in_reach = kept_claim(f"path{name}", 3, given, path, *uses, f"theorem.R/one.path{name}")
    close_by = kept_claim(f"neuron{name}", 5, given, neuron, fall.id, "theorem.R/net.sum.w", "theorem.R/net.neuron",
                          "theorem.R/step.far", "theorem.R/path.order")
    most = Fraction(4, 5) * size_Y
    in_reach.mutant(CHANGED[3], "refuted", "needs the potential", drop=(INVARIANTS[4].rel,), hint=moving(Fraction(25, 128)))
    loss_kept.mutant(error_next + GAIN * _gained(P_next) <= most, "refuted", "with 0.8 |Y|", hint=moving())
    fall.mutant(error_next**2 <= (1 - 2 * eta * s0**2) * error_size**2, "refuted", "with the rate 2 m eta lambda",
                hint=moving())
    spectrum.mutant(7 * STEEP.lhs <= STEEP.rhs, "refuted", "with 2 for 2/7", hint=moving())
    close_by.mutant(size(new[k, r], k) + 4 * SPAN / s0**2 * error_next <= 4 * SPAN / s0**2 * most, "refuted", "with 0.8 |Y|",
                    hint=moving())
    return in_reach, loss_kept, fall, spectrum, close_by


def moving(path: Fraction = 0 * ONE, eta_value: Fraction = Fraction(1, 64), target: Fraction = Fraction(1, 4)) -> Point:
    """A step from U = 0 with four neurons, x = 1 and s0 = s1 = 2, of length 2 eta y."""
    move = eta_value * target
    signs_of = [ONE, ONE, -ONE, -ONE]
    sizes = dict.fromkeys(("n", "d1", "d2", "rho"), ONE)
    return Point(sizes | {"m": 4 * ONE, "s0": 2 * ONE, "s1": 2 * ONE, "eta": eta_value, "size_Y": Fraction(9, 32), "P": path,
                          "P_next": path + 2 * move}, {
        "base": [[Fraction(1, 4)] * 4], "U": [[0] * 4], "U_next": [[move * sign for sign in signs_of]], "x": [[ONE]],
        "a": [signs_of], "y": [[target]], "low": [[[[0]]]], "high": [[[[0]]]], "q": [[ONE]]})


positive.mutant(2 * stride <= P_next, "refuted", "with twice the step", hint=moving())
stays_within.mutant(2 * size(new[k, r], k, r) <= P_next, "refuted", "with half of P", hint=moving())
stays_turned.mutant(64 * CHANGED[2].lhs <= CHANGED[2].rhs, "refuted", "with a 64th of it", hint=moving(
    eta_value=ONE, target=ONE))
KEPT = tuple(claim for case in CASES for claim in case_claims(case))
claims: tuple[Claim, ...] = (positive, stays_within, stays_turned, *KEPT)
