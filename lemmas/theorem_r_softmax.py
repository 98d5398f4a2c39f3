"""Theorem R, what one step does to the softmax network: R2, R3 and the motion of a neuron (repairs line 877).

``base`` is the softmax at W(0), any positive weights that add up to 1 and balance the signs; ``U`` is W(tau) - W(0), and
``U_next`` the same after a step.  So everything is said of tilted weights base e^{<U_r, x_i>}, with no W(0) in sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lemmas.notation import a, d2, eta, i, k, l, m, n, r, s, signs, x, x_in_ball, y
from lemmas.theorem_r import LINE, ONE, rho
from lemmas.theorem_r_line import change, kappa, reach, remainder, top, turned_so_far
from lemmas.theorem_r_linear import V, at_least, met, same
from lemmas.theorem_r_path import entry, neuron
from lemmas.theorem_r_steps import HOLE, L0, P, h, inner_bound, linked, mono, move, prob, roots, sgn
from lemmas.theorem_r_steps import err as any_err
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Delta, Expr, Index, Var, children, define, eq, exp, expr, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context
from proofcheck.prove.scalar import prove_scalar

SCOPE = "all n, m, d1, d2 >= 1"
base = Array("base", (i, r))
old, new = Array("U", (k, r)), Array("U_next", (k, r))
WEIGHTS = (Given(eq(total(r, base[i, r]), 1), "S(0) adds up to 1"), Given(base[i, r] > 0, "S(0) > 0"),
           Given(m * base[i, r] <= rho, "m S(0) <= rho"),
           Given(eq(total(r, base[i, r] * a[l, r]), 0), "<a_l, S_i(0)> = 0: symmetric initialization"))
NET = (signs, x_in_ball, *WEIGHTS)
within = Given(sqrt(total((k, r), old[k, r] ** 2)) <= P, "|W - W(0)|_F <= P")
rho_positive = Given(rho > 0, "rho > 0")


@dataclass(frozen=True)
class Tilted:
    """The network at W(0) + U: softmax, mean of the signs, error F - Y, Jacobian."""

    soft: Array
    mean: Array
    error: Array
    jacobian: Array


def tilted(weights: Array, suffix: str) -> Tilted:
    """The abbreviations for one displacement."""

    def lifted(neuron: Index) -> Expr:
        return base[i, neuron] * exp(total(k, weights[k, neuron] * x[k, i]))

    soft = define(f"soft{suffix}", (i, r), lifted(r) / total(s, lifted(s)))
    mean = define(f"mean{suffix}", (l, i), total(r, a[l, r] * soft[i, r]))
    error = define(f"error{suffix}", (l, i), m * mean[l, i] - y[l, i])
    jacobian = define(f"jacobian{suffix}", (l, i, k, r), m * x[k, i] * soft[i, r] * (a[l, r] - mean[l, i]))
    return Tilted(soft, mean, error, jacobian)


now, then = tilted(old, "_U"), tilted(new, "_next_U")
begin = define("jacobian_0", (l, i, k, r), m * x[k, i] * base[i, r] * (a[l, r] - total(s, a[l, s] * base[i, s])))


def size(term: Expr, *over: Index) -> Expr:
    """The Euclidean norm over some indices."""
    return sqrt(total(over, term**2))


step = new[k, r] - old[k, r]
stride = size(step, k, r)

# ---------------------------------------------------------------- how far logits move

logit = Claim("theorem.R/net.logit", "claim", LINE, "every logit moves by at most |V|_F",
              abs(total(k, V[k, r] * x[k, i])) <= size(V[k, r], k, r), given=(x_in_ball,), scope=SCOPE)


def _logit(c: Context) -> Theorem:
    """Cauchy-Schwarz, and one column of a matrix is no longer than the whole."""
    cauchy = rules.cauchy_schwarz(index=k, f=V[k, r], g=x[k, i], hyps=c.hyps)
    unit = mono(c, c.given(x_in_ball.rel), size(V[k, r], k) * HOLE)
    others = rules.sign(term=total((s, k), ((1 - Delta(s, r)) * V[k, s]) ** 2), hyps=c.hyps)
    column = rules.combine(others, goal=total(k, V[k, r] ** 2) <= total((k, r), V[k, r] ** 2), factors=(expr(1),),
                           hyps=c.hyps)
    return linked(c, cauchy, unit, mono(c, column, sqrt(HOLE)))


logit.by = _logit
logits = Claim("theorem.R/net.logits", "claim", LINE, "and all of one data point by at most |V|_F together",
               size(total(k, V[k, r] * x[k, i]), r) <= size(V[k, r], k, r), given=(x_in_ball,), scope=SCOPE)


def _logits(c: Context) -> Theorem:
    cauchy = rules.cauchy_schwarz(index=k, f=V[k, r], g=x[k, i], hyps=c.hyps)
    unit = mono(c, c.given(x_in_ball.rel), size(V[k, r], k) * HOLE)
    whole = rules.combine(cauchy, unit, goal=abs(total(k, V[k, r] * x[k, i])) <= size(V[k, r], k),
                          factors=(expr(1), expr(1)), hyps=c.hyps)
    return linked(c, mono(c, whole, sqrt(total(r, HOLE**2))))


logits.by = _logits


def minkowski(key: str, words: str, first: Array, second: Array) -> Claim:
    """|p + q| <= |p| + |q|."""
    over = first.params
    one, two = first[over], second[over]
    lengths = size(one, *over), size(two, *over)
    claim = Claim(key, "claim", LINE, words, size(one + two, *over) <= lengths[0] + lengths[1], scope="all sizes")

    def proof(c: Context) -> Theorem:
        product = inner_bound(c, one, two, over)
        squares = rules.combine(product, goal=c.goal.lhs**2 <= (lengths[0] + lengths[1]) ** 2, factors=(expr(2),),
                                hyps=c.hyps)
        return roots(c, squares, c.goal.lhs, lengths[0] + lengths[1])

    claim.by = proof
    return claim


MATRICES = Array("first_J", (l, i, k, r)), Array("second_J", (l, i, k, r))
WHOLE = Array("first_W", (k, r)), Array("second_W", (k, r))
ONE_NEURON = Array("first_w", (k,)), Array("second_w", (k,))
sum_J = minkowski("theorem.R/net.sum.J", "|J + J'|_F <= |J|_F + |J'|_F", *MATRICES)
sum_W = minkowski("theorem.R/net.sum.W", "|W + W'|_F <= |W|_F + |W'|_F", *WHOLE)
sum_w = minkowski("theorem.R/net.sum.w", "|w_r + w_r'| <= |w_r| + |w_r'|", *ONE_NEURON)

# ---------------------------------------------------------------- R2 at W(0) + U


def moved(c: Context, matrix: Expr, far: Theorem) -> Theorem:
    """Every logit moves by at most what ``far`` says of the matrix: |V|_F <= bound."""
    return rules.transitive(c.at(c.theorem("theorem.R/net.logit"), arrays={V: ((k, r), matrix)}), far)


near_start = total(k, old[k, r] * x[k, i])
PUT = {prob: ((r,), base[i, r]), sgn: ((r,), a[l, r])}
dense = Claim("theorem.R/net.rho", "claim", LINE, "R2: m S <= rho e^{2P} for |W - W(0)| <= P",
              m * now.soft[i, r] <= rho * exp(2 * P), given=(*NET, within), scope=SCOPE,
              uses=("theorem.R/R2.rho", "theorem.R/net.logit"))
mean_small = Claim("theorem.R/net.mean", "claim", LINE, "R2: |F/m| <= P for |W - W(0)| <= P", abs(now.mean[l, i]) <= P,
                   given=(*NET, within), scope=SCOPE, uses=("theorem.R/R2.mean", "theorem.R/net.logit"))


def _at_start(c: Context, key: str) -> Theorem:
    found = c.at(c.theorem(key), arrays={**PUT, move: ((r,), near_start)})
    return linked(c, met(c, found, moved(c, old[k, r], c.given(within.rel))))


dense.by, mean_small.by = (lambda c: _at_start(c, "theorem.R/R2.rho")), (lambda c: _at_start(c, "theorem.R/R2.mean"))
entry_U = m * now.soft[i, r] * (a[l, r] - now.mean[l, i])
entries = Claim("theorem.R/net.entry", "claim", LINE, "m S |a - g| <= rho (1 + P) e^{2P}",
                abs(entry_U) <= rho * (1 + P) * exp(2 * P), given=(*NET, rho_positive, within), scope=SCOPE,
                uses=(dense.id, mean_small.id))


def _entries(c: Context) -> Theorem:
    known, weight = Var("known"), m * now.soft[i, r]
    apart = rules.abs_product(term=abs(weight * (a[l, r] - now.mean[l, i])), hyps=c.hyps)
    plain = met(c, c.at(prove_scalar(abs(known) <= known, (known >= 0,)), values={known: weight}), at_least(c, weight))
    above = mono(c, plain, HOLE * abs(a[l, r] - now.mean[l, i]))
    split = rules.triangle(term=abs(a[l, r] - now.mean[l, i]), hyps=c.hyps)
    gap = rules.combine(split, c.given(signs.rel), c.theorem(mean_small.id), factors=(expr(1),) * 3, hyps=c.hyps,
                        goal=abs(a[l, r] - now.mean[l, i]) <= 1 + P)
    wide = mono(c, gap, weight * HOLE)
    path = rules.transitive(at_least(c, size(old[k, r], k, r)), c.given(within.rel))
    thick = mono(c, c.theorem(dense.id), HOLE * (1 + P), path)
    return linked(c, apart, above, wide, thick)


entries.by = _entries

# ---------------------------------------------------------------- R3 from W(0) + U to W(0) + U_next

straight = total((k, r), now.jacobian[l, i, k, r] * step)
curve = L0 * (1 + (P + stride)) * exp(2 * (P + stride))
GIVEN = (*NET, rho_positive, within)
taylor = Claim("theorem.R/net.taylor", "lemma", LINE, "R3: |F(W+V) - F(W) - J V| <= ell(P + |V|) |V|^2/2",
               size(then.error[l, i] - now.error[l, i] - straight, l, i) <= curve * stride**2 / 2, given=GIVEN, scope=SCOPE,
               uses=("theorem.R/R3.taylor", "theorem.R/R3.rest", "theorem.R/net.logit", "theorem.R/net.logits"))


def _along(c: Context, key: str) -> Theorem:
    """A claim on one softmax along a segment, at the step from U to U_next."""
    path = rules.transitive(at_least(c, size(old[k, r], k, r)), c.given(within.rel))
    jump = rules.relax(same(c, size(step, k, r), stride))
    put = c.at(c.theorem(key), arrays={**PUT, reach: ((r,), near_start), move: ((r,), total(k, step * x[k, i]))},
               values={h: stride})
    together = c.at(c.theorem("theorem.R/net.logits"), arrays={V: ((k, r), step)})
    return met(c, put, path, at_least(c, stride), moved(c, old[k, r], c.given(within.rel)), moved(c, step, jump), together)


def _taylor(c: Context) -> Theorem:
    bent = _along(c, "theorem.R/R3.taylor")
    path = rules.transitive(at_least(c, size(old[k, r], k, r)), c.given(within.rel))
    together = c.at(c.theorem("theorem.R/net.logits"), arrays={V: ((k, r), step)})
    short = mono(c, together, (1 + (P + stride)) * top(P + stride) * HOLE**2 / 2, path)
    most = short.concl.rhs
    small = c.chain(bent, same(c, bent.concl.rhs, short.concl.lhs), short)
    found = c.at(c.theorem("theorem.R/R3.rest"), arrays={remainder: ((l, i), children(bent.concl.lhs)[0])},
                 values={kappa: most})
    squares = met(c, found, small, at_least(c, most, path))
    low, high = c.goal.lhs, c.goal.rhs
    whole = rules.combine(squares, goal=low**2 <= high**2, factors=(expr(1),), hyps=c.hyps)
    return roots(c, whole, low, high, path)


taylor.by = _taylor
lost_more = (L0 * ((2 * (P + stride) + 1) * exp(2 * (P + stride)) - 1) - L0 * ((2 * P + 1) * exp(2 * P) - 1)) / 4
turning = Claim("theorem.R/net.turn", "lemma", LINE, "R3: |J(W+V) - J(W)|_F <= int_P^{P+|V|} ell",
                size(then.jacobian[l, i, k, r] - now.jacobian[l, i, k, r], l, i, k, r) <= lost_more, given=GIVEN,
                scope=SCOPE, uses=("theorem.R/R3.column", "theorem.R/R3.whole", logit.id, logits.id))


def _turning(c: Context) -> Theorem:
    column = _along(c, "theorem.R/R3.column")
    path = rules.transitive(at_least(c, size(old[k, r], k, r)), c.given(within.rel))
    far = turned_so_far(P + stride) - turned_so_far(P)
    rises = prove_scalar(0 <= (2 * (P + h) + 1) * exp(2 * (P + h)) - (2 * P + 1) * exp(2 * P), (P >= 0, h >= 0))
    risen = met(c, c.at(rises, values={h: stride}), path, at_least(c, stride))
    positive = rules.combine(risen, goal=0 <= far, factors=(rho / (4 * m),), hyps=c.hyps)
    turn = (a[l, r] - then.mean[l, i]) * then.soft[i, r] - (a[l, r] - now.mean[l, i]) * now.soft[i, r]
    found = c.at(c.theorem("theorem.R/R3.whole"), arrays={change: ((l, i, r), turn)}, values={kappa: far})
    squares = met(c, found, column, positive)
    low, high = c.goal.lhs, c.goal.rhs
    more = rules.combine(positive, goal=0 <= high, factors=(m * sqrt(n * d2),), hyps=c.hyps)
    whole = rules.combine(squares, goal=low**2 <= high**2, factors=(expr(1),), hyps=c.hyps)
    return roots(c, whole, low, high, more)


turning.by = _turning

# ---------------------------------------------------------------- how far one neuron moves

downhill = -eta * total((l, i), now.jacobian[l, i, k, r] * now.error[l, i])
descent = Given(eq(new[k, r], old[k, r] + downhill), "gradient descent: W+ = W - eta J^T e")
eta_positive = Given(eta > 0, "eta > 0")
error_size = size(now.error[l, i], l, i)
hop = Claim("theorem.R/net.neuron", "claim", LINE, "a step moves a neuron by at most eta rho (1 + P) e^{2P} sqrt(nd) |e|",
            size(step, k) <= eta * rho * (1 + P) * exp(2 * P) * sqrt(n * d2) * error_size,
            given=(*GIVEN, eta_positive, descent), scope=SCOPE, uses=(entries.id, "theorem.R/step.neuron"))


def _hop(c: Context) -> Theorem:
    path = rules.transitive(at_least(c, size(old[k, r], k, r)), c.given(within.rel))
    most = rho * (1 + P) * exp(2 * P)
    found = c.at(c.theorem(neuron.id), arrays={entry: ((l, i, r), entry_U), any_err: ((l, i), now.error[l, i])},
                 values={kappa: most})
    pulled = met(c, found, at_least(c, most, path), c.theorem(entries.id))
    moved_by = rules.combine(c.given(descent.rel), goal=eq(step, downhill), factors=(expr(1),), hyps=c.hyps)
    put = mono(c, moved_by, total(k, HOLE**2))
    low, high = c.goal.lhs, c.goal.rhs
    whole = rules.combine(put, pulled, goal=low**2 <= high**2, factors=(expr(1), eta**2), hyps=c.hyps)
    return roots(c, whole, low, high, path)


hop.by = _hop

# ---------------------------------------------------------------- what would be too much

QUARTER = Fraction(1, 4)
SINGLE = {"n": ONE, "d1": ONE, "d2": ONE}


def segment(moved_to: list[Fraction], start: list[Fraction], path: Fraction, **scalars: Fraction) -> Point:
    """A step from one displacement to another, for x = 1, equal weights, as many signs + as -, and y = 1."""
    neurons = len(start)
    halves = [sign for sign in (ONE, -ONE) for _ in range(neurons // 2)]
    return Point({**SINGLE, "m": Fraction(neurons), "rho": ONE, "P": path, **scalars}, {
        "base": [[1 / Fraction(neurons)] * neurons], "U": [start], "U_next": [moved_to], "x": [[ONE]], "a": [halves],
        "y": [[ONE]]})


def doubled(claim: Claim, *arrays: Array) -> None:
    """|p + q| <= (|p| + |q|)/2 fails for p = q."""

    def ones(depth: int) -> list[Any]:
        return [ones(depth - 1) if depth > 1 else ONE]

    rel = claim.rel
    if rel is not None:
        claim.mutant(2 * rel.lhs <= rel.rhs, "refuted", "with half of the sum", hint=Point(
            {**SINGLE, "m": ONE}, {array.name: ones(len(array.params)) for array in arrays}))


for claim, pair in ((sum_J, MATRICES), (sum_W, WHOLE), (sum_w, ONE_NEURON)):
    doubled(claim, *pair)
ALONE = Point({**SINGLE, "m": Fraction(2)}, {"V": [[ONE, 0]], "x": [[ONE]]})
logit.mutant(2 * abs(total(k, V[k, r] * x[k, i])) <= size(V[k, r], k, r), "refuted", "with half of |V|", hint=ALONE)
logits.mutant(2 * size(total(k, V[k, r] * x[k, i]), r) <= size(V[k, r], k, r), "refuted", "with half of |V|", hint=ALONE)
RAISED = segment([ONE] + [0 * ONE] * 15, [ONE] + [0 * ONE] * 15, ONE)
APART = segment([2 * QUARTER, -2 * QUARTER], [2 * QUARTER, -2 * QUARTER], 3 * QUARTER)
HERE, PUSHED = [0 * ONE] * 4, segment([QUARTER, *[0 * ONE] * 3], [0 * ONE] * 4, QUARTER**2)
dense.mutant(m * now.soft[i, r] <= rho * exp(P / 2), "refuted", "with e^{P/2}", hint=RAISED)
mean_small.mutant(abs(now.mean[l, i]) <= P / 2, "refuted", "with P/2", hint=APART)
entries.mutant(2 * abs(entry_U) <= rho * (1 + P) * exp(2 * P), "refuted", "with half of it",
               hint=segment(HERE, HERE, 0 * ONE))
taylor.mutant(size(then.error[l, i] - now.error[l, i] - straight, l, i) <= curve * stride**2 / 16, "refuted",
              "with an eighth of it", hint=PUSHED)
turning.mutant(4 * size(then.jacobian[l, i, k, r] - now.jacobian[l, i, k, r], l, i, k, r) <= lost_more, "refuted",
               "with a quarter of it", hint=PUSHED)
hop.mutant(2 * size(step, k) <= eta * rho * (1 + P) * exp(2 * P) * sqrt(n * d2) * error_size, "refuted", "with half of it",
           hint=segment([QUARTER, QUARTER, -QUARTER, -QUARTER], HERE, 0 * ONE, eta=QUARTER))

claims: tuple[Claim, ...] = (logit, logits, sum_J, sum_W, sum_w, dense, mean_small, entries, taylor, turning, hop)
