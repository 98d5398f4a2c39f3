"""Theorem R, R3 along one step: Taylor's theorem for the network on the segment from W(tau) to W(tau+1) (repairs line 877).

One output and one data point: ``prob`` is the softmax at W(0), ``reach`` is by how much the logits moved until tau, ``move``
what the step adds, at most P and h.  Along the segment the mean of the signs has a second derivative of at most
M = (1 + P + h) (rho/m) e^{2(P + h)} |move|^2; the mean value rule, used twice, makes M/2 out of it.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.notation import d2, i, k, l, m, n, r, s, x, x_in_ball
from lemmas.theorem_r import LINE, ONE, rho
from lemmas.theorem_r_steps import (
    HOLE,
    P,
    Q,
    adds_up,
    center,
    h,
    linked,
    mono,
    move,
    not_negative,
    plus_minus,
    prob,
    roots,
    sgn,
)
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.calculus import derivative
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Index, Rel, Var, exp, expr, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context
from proofcheck.prove.scalar import prove_scalar

reach = Array("reach", (r,))
t, u = Var("time"), Var("until")


def weight(time: Expr, neuron: Index) -> Expr:
    """prob e^{reach + time move}, up to the normalization."""
    return prob[neuron] * exp(reach[neuron] + time * move[neuron])


def soft(time: Expr) -> Expr:
    """The softmax on the segment."""
    return weight(time, r) / total(s, weight(time, s))


def signs_at(time: Expr) -> Expr:
    """g = F/m on the segment: the mean of the signs."""
    return total(r, sgn[r] * soft(time))


def slope_at(time: Expr) -> Expr:
    """dg/dtime = sum (a - g) p move."""
    return total(r, (sgn[r] - signs_at(time)) * soft(time) * move[r])


def top(far: Expr) -> Expr:
    """rho e^{2 far}/m: the softmax within that distance is at most this."""
    return rho * exp(2 * far) / m


length = total(r, move[r] ** 2)
M = (1 + (P + h)) * top(P + h) * length
GIVEN = (adds_up, not_negative, plus_minus, center, Given(m * prob[r] <= rho, "m S(0) <= rho"), Given(P >= 0, "P >= 0"),
         Given(h >= 0, "h >= 0"), Given(rho > 0, "rho > 0"), Given(abs(reach[r]) <= P, "every logit has moved by at most P"),
         Given(abs(move[r]) <= h, "and in this step by at most h"))
INSIDE: tuple[Rel, ...] = (0 <= t, t <= 1)
SCOPE = "all m, one output and one data point"


chi = (sgn[r] - signs_at(t)) * (move[r] - total(r, soft(t) * move[r]))
turn = soft(t) * (chi - total(r, soft(t) * chi))  # d[(a - g) p]/dt, by theorem.R/line


def _turning(c: Context, distance: Expr, far: Theorem) -> Theorem:
    """|d[(a - g) p]/dt| <= (1 + distance) top |move|, squared: R1 and R2, from |reach + t move| <= distance."""
    def moved_by(key: str) -> Theorem:
        # only afterwards are the hypotheses of this claim added: they speak of ``move``, too
        wider = rules.instantiate(c.theorem(key), parameter=P, term=distance)
        put = rules.instantiate_array(wider, array=move, params=(r,), term=reach[r] + t * move[r])
        return c.at(put, discharge=(far,))

    most = rules.combine(moved_by("theorem.R/R2.rho"), goal=soft(t) <= top(distance), factors=(1 / m,), hyps=c.hyps)
    unit, above = c.identity(total(r, soft(t)), expr(1)), rules.sign(term=soft(t), hyps=c.hyps)
    r1 = rules.instantiate(c.theorem("theorem.R/R1"), parameter=Q, term=top(distance))
    turned = c.at(r1, arrays={prob: ((r,), soft(t))}, discharge=(unit, above, most))
    near = mono(c, moved_by("theorem.R/R2.mean"), (1 + HOLE) ** 2 * top(distance) ** 2 * length)
    return c.chain(turned, c.identity(turned.concl.rhs, near.concl.lhs), near)


def _against(c: Context, vector: Expr, distance: Expr, far: Theorem) -> Theorem:
    """|<vector, d[(a - g) p]/dt>| <= |vector| (1 + distance) top |move|, by Cauchy-Schwarz."""
    squared = _turning(c, distance, far)
    scale = (1 + distance) * top(distance)
    squares = rules.relax(c.identity(sqrt(scale**2 * length) ** 2, (scale * sqrt(length)) ** 2))
    rooted = c.chain(mono(c, squared, sqrt(HOLE)), c.identity(sqrt(squared.concl.rhs), sqrt(scale**2 * length)),
                     roots(c, squares, sqrt(scale**2 * length), scale * sqrt(length)))
    cauchy = rules.cauchy_schwarz(index=r, f=vector, g=turn, hyps=c.hyps)
    put = mono(c, rooted, sqrt(total(r, vector**2)) * HOLE)
    return c.chain(cauchy, c.identity(cauchy.concl.rhs, put.concl.lhs), put)


def _slope(c: Context, function: Expr, vector: Expr) -> Theorem:
    """|d function/dt| = |<vector, d[(a - g) p]/dt>|."""
    return mono(c, c.identity(derivative(function, t), total(r, vector * turn)), abs(HOLE))


def _bent(c: Context) -> Theorem:
    """|g''| = |<move, d[(a - g) p]/dt>| <= M."""
    product = rules.abs_product(term=abs(t * move[r]), hyps=c.hyps)
    late = mono(c, c.given(t <= 1), abs(HOLE) * abs(move[r]))
    far = rules.combine(rules.triangle(term=abs(reach[r] + t * move[r]), hyps=c.hyps), product, late, c.given(GIVEN[8].rel),
                        c.given(GIVEN[9].rel), goal=abs(reach[r] + t * move[r]) <= P + h, factors=(expr(1),) * 5,
                        hyps=c.hyps)
    return linked(c, _slope(c, slope_at(t), move[r]), _against(c, move[r], P + h, far))


bent = Claim("theorem.R/R3.bend", "claim", LINE, "|d^2 g/dt^2| <= M on the segment", abs(derivative(slope_at(t), t)) <= M,
             given=(*GIVEN, Given(INSIDE[0], "0 <= t"), Given(INSIDE[1], "t <= 1")), scope=SCOPE, by=_bent,
             uses=("theorem.R/R1", "theorem.R/R2.rho", "theorem.R/R2.mean"))

UNTIL = (Given(0 <= u, "0 <= until"), Given(u <= 1, "until <= 1"))


def _turned(c: Context) -> Theorem:
    """The mean value rule for g' between 0 and u."""
    found = rules.mean_value(c.theorem("theorem.R/R3.bend"), c.given(UNTIL[0].rel), c.given(UNTIL[1].rel),
                             prove_scalar(expr(0) <= 0, ()), prove_scalar(expr(0) <= 1, ()), function=slope_at(t), hole=t)
    size = rules.weaken(prove_scalar(abs(u) <= u, (UNTIL[0].rel,)), hyps=c.hyps)
    return linked(c, found, mono(c, size, M * HOLE))


def start_slope() -> Expr:
    """g' at the start of the segment."""
    return slope_at(expr(0))


turned = Claim("theorem.R/R3.turn", "claim", LINE, "|g'(u) - g'(0)| <= M u on the segment",
               abs(slope_at(u) - start_slope()) <= M * u, given=(*GIVEN, *UNTIL), scope=SCOPE, by=_turned,
               uses=("theorem.R/R3.bend",))

rise = signs_at(expr(1)) - signs_at(expr(0)) - start_slope()


def _one_sided(c: Context, way: int) -> Theorem:
    """+-(g(1) - g(0) - g'(0)) <= M/2: the slope of +-(g - g'(0) t) - M t^2/2 + M t is between -M and M."""
    bend = rules.instantiate(c.theorem("theorem.R/R3.turn"), parameter=u, term=t)
    inside = (*c.hyps, *INSIDE)
    change = slope_at(t) - start_slope()
    path = way * (signs_at(t) - t * start_slope()) - M * t**2 / 2 + M * t
    least, most = (rules.assume(hyp=rel) for rel in INSIDE)
    size = rules.sign(term=M, hyps=inside)
    bounds = []
    for side in (1, -1):
        known = rules.below_abs(term=side * way * change, hyps=inside)
        same = rules.identity(lhs=abs(side * way * change), rhs=abs(change), hyps=inside)
        room = (expr(0), expr(0)) if side > 0 else (2 * M, expr(0))
        bounds.append(rules.combine(known, same, bend, most, least, size, goal=side * derivative(path, t) <= M,
                                    factors=(expr(1), expr(1), expr(1), *room), hyps=inside))
    slope = rules.abs_bound(bounds[0], bounds[1], term=derivative(path, t))
    ends = (prove_scalar(expr(0) <= 1, ()), prove_scalar(expr(1) <= 1, ()), prove_scalar(expr(0) <= 0, ()),
            prove_scalar(expr(0) <= 1, ()))
    found = rules.mean_value(slope, *ends, function=path, hole=t)
    jump = found.concl.lhs.args[0]  # type: ignore[attr-defined]
    top_jump = rules.transitive(rules.below_abs(term=jump, hyps=c.hyps), found)
    unit = rules.weaken(prove_scalar(abs(expr(1) - 0) <= 1, ()), hyps=c.hyps)
    return rules.combine(top_jump, unit, rules.sign(term=M, hyps=c.hyps), goal=way * rise <= M / 2, factors=(expr(1), M),
                         hyps=c.hyps)


def _taylor(c: Context) -> Theorem:
    return rules.abs_bound(_one_sided(c, 1), _one_sided(c, -1), term=rise)


taylor = Claim("theorem.R/R3.taylor", "lemma", LINE, "|F(W+V) - F(W) - J V| <= ell(P + |V|) |V|^2/2, entry by entry",
               abs(rise) <= M / 2, given=GIVEN, scope=SCOPE, by=_taylor, uses=("theorem.R/R3.turn",),
               note="In R^{nd} it is multiplied by m sqrt(nd): with h = |V| this is the ell of R3.",
               latex=r"\Bigl\lvert\sum_{r}\frac{\mathrm{sgn}_r\,\mathrm{prob}_re^{\mathrm{reach}_r+\mathrm{move}_r}}{"
                     r"\sum_{s}\mathrm{prob}_se^{\mathrm{reach}_s+\mathrm{move}_s}}"
                     r"\brk-\sum_{r}\frac{\mathrm{sgn}_r\,\mathrm{prob}_re^{\mathrm{reach}_r}}{\sum_{s}"
                     r"\mathrm{prob}_se^{\mathrm{reach}_s}}"
                     r"\brk-\sum_{r}\Bigl(\mathrm{sgn}_r-\sum_{r}\frac{\mathrm{sgn}_r\,\mathrm{prob}_re^{"
                     r"\mathrm{reach}_r}}{\sum_{s}\mathrm{prob}_se^{\mathrm{reach}_s}}\Bigr)\frac{\mathrm{prob}_re^{"
                     r"\mathrm{reach}_r}}{\sum_{s}\mathrm{prob}_se^{\mathrm{reach}_s}}\,\mathrm{move}_r\Bigr\rvert "
                     r"\brk\le \frac{\rho}{2m}(1+P+h)e^{2(P+h)}\lVert\mathrm{move}\rVert^2")

# ---------------------------------------------------------------- how far J turns in one step

test = Array("test", (r,))  # any vector over the neurons
short = Given(sqrt(length) <= h, "|move| <= h in R^m: the whole step is h long")
PATH = (*GIVEN, short)
size = sqrt(total(r, test[r] ** 2))


def along(time: Expr) -> Expr:
    """<test, (a - g) p> on the segment."""
    return total(r, test[r] * (sgn[r] - signs_at(time)) * soft(time))


def turned_so_far(path: Expr) -> Expr:
    """(rho/m) int_0^path (1 + s) e^{2s} ds, up to a constant: theorem.R/R3.integral."""
    return rho / m * (2 * path + 1) * exp(2 * path) / 4


def _rate(c: Context) -> Theorem:
    """|d<test, (a - g) p>/dt| <= |test| (1 + P + t h) (rho/m) e^{2(P + t h)} h."""
    product = rules.abs_product(term=abs(t * move[r]), hyps=c.hyps)
    positive = rules.weaken(prove_scalar(abs(t) <= t, (INSIDE[0],)), hyps=c.hyps)
    size_t = mono(c, positive, HOLE * abs(move[r]))
    step = mono(c, c.given(GIVEN[9].rel), t * HOLE)
    far = rules.combine(rules.triangle(term=abs(reach[r] + t * move[r]), hyps=c.hyps), product, size_t, step,
                        c.given(GIVEN[8].rel), goal=abs(reach[r] + t * move[r]) <= P + t * h, factors=(expr(1),) * 5,
                        hyps=c.hyps)
    put = mono(c, c.given(short.rel), size * ((1 + (P + t * h)) * top(P + t * h) * HOLE))
    return linked(c, _slope(c, along(t), test[r]), _against(c, test[r], P + t * h, far), put)


speed = size * (1 + (P + t * h)) * top(P + t * h) * h
turning = Claim("theorem.R/R3.rate", "claim", LINE, "|d<z, (a - g) p>/dt| <= |z| (1 + P + th) (rho/m) e^{2(P + th)} h",
                abs(derivative(along(t), t)) <= speed, given=(*PATH, *bent.given[-2:]), scope=SCOPE, by=_rate,
                uses=("theorem.R/R1", "theorem.R/R2.rho", "theorem.R/R2.mean"))
gone = size * (turned_so_far(P + h) - turned_so_far(P))
path_bound = Claim("theorem.R/R3.path", "claim", LINE,
                   "<z, (a - g) p> changes by at most |z| (rho/m) int_P^{P+h} (1+s) e^{2s} ds",
                   along(expr(1)) - along(expr(0)) <= gone, given=PATH, scope=SCOPE, uses=("theorem.R/R3.rate",))


def _path(c: Context) -> Theorem:
    """The integral minus <z, (a - g) p> has a slope between 0 and 2 top speed, so it does not fall (mean value)."""
    inside = (*c.hyps, *INSIDE)
    end = P + h
    most_speed = size * (1 + end) * top(end) * h
    late = rules.combine(rules.assume(hyp=INSIDE[1]), goal=P + t * h <= end, factors=(h,), hyps=inside)
    one = rules.monotone(late, template=size * (1 + HOLE) * top(P + t * h) * h, hole=HOLE, hyps=inside)
    two = rules.monotone(late, template=size * (1 + end) * top(HOLE) * h, hole=HOLE, hyps=inside)
    function = size * turned_so_far(P + t * h) - along(t) - most_speed * t
    rate = c.theorem("theorem.R/R3.rate")
    change = derivative(along(t), t)
    up = rules.below_abs(term=change, hyps=inside)
    down = rules.below_abs(term=-change, hyps=inside)
    same = rules.identity(lhs=abs(-change), rhs=abs(change), hyps=inside)
    steep = derivative(function, t)
    high = rules.combine(one, two, down, same, rate, goal=steep <= most_speed, hyps=inside,
                         factors=(expr(2), expr(2), expr(1), expr(1), expr(1)))
    low = rules.combine(up, rate, goal=-steep <= most_speed, factors=(expr(1), expr(1)), hyps=inside)
    ends = (prove_scalar(expr(0) <= 1, ()), prove_scalar(expr(1) <= 1, ()), prove_scalar(expr(0) <= 0, ()),
            prove_scalar(expr(0) <= 1, ()))
    found = rules.mean_value(rules.abs_bound(high, low, term=steep), *ends, function=function, hole=t)
    jump = found.concl.lhs.args[0]  # type: ignore[attr-defined]
    back = rules.below_abs(term=-jump, hyps=c.hyps)
    turned_back = rules.identity(lhs=abs(-jump), rhs=abs(jump), hyps=c.hyps)
    unit = rules.weaken(prove_scalar(abs(expr(1) - 0) <= 1, ()), hyps=c.hyps)
    return rules.combine(back, turned_back, found, unit, rules.sign(term=most_speed, hyps=c.hyps), goal=c.goal,
                         factors=(expr(1), expr(1), expr(1), most_speed), hyps=c.hyps)


path_bound.by = _path
columns = (sgn[r] - signs_at(expr(1))) * soft(expr(1)) - (sgn[r] - signs_at(expr(0))) * soft(expr(0))
column = Claim("theorem.R/R3.column", "claim", LINE,
               "(a - g) p turns by at most (rho/m) int_P^{P+h} (1+s) e^{2s} ds in a step",
               total(r, columns**2) <= (turned_so_far(P + h) - turned_so_far(P)) ** 2, given=PATH, scope=SCOPE,
               uses=("theorem.R/R3.path",))


def _column(c: Context) -> Theorem:
    """The test vector is the turn z itself: |z|^2 <= |z| b, and 2 |z| b <= |z|^2 + b^2."""
    square, bound = c.goal.lhs, turned_so_far(P + h) - turned_so_far(P)
    found = c.at(c.theorem("theorem.R/R3.path"), arrays={test: ((r,), columns)})
    same = c.identity(square, found.concl.lhs)
    between = rules.sign(term=(sqrt(square) - bound) ** 2, hyps=c.hyps)
    return rules.combine(same, found, between, goal=c.goal, factors=(expr(2), expr(2), expr(1)), hyps=c.hyps)


column.by = _column

# ---------------------------------------------------------------- from entries to R^{nd}

change, remainder, kappa = Array("change", (l, i, r)), Array("remainder", (l, i)), Var("kappa")
known_size = Given(kappa >= 0, "kappa >= 0")
frobenius = Claim("theorem.R/R3.whole", "claim", LINE, "|J(W+V) - J(W)|_F <= m sqrt(nd) times the largest turn of a column",
                  total((l, i), total((k, r), (m * x[k, i] * change[l, i, r]) ** 2)) <= n * d2 * m**2 * kappa**2,
                  given=(x_in_ball, known_size, Given(total(r, change[l, i, r] ** 2) <= kappa**2, "theorem.R/R3.column")),
                  scope="all n, m, d1, d2 >= 1")


def _frobenius(c: Context) -> Theorem:
    short_x = mono(c, c.given(x_in_ball.rel), total((l, i), m**2 * HOLE**2 * total(r, change[l, i, r] ** 2)))
    return linked(c, short_x, mono(c, c.given(frobenius.given[2].rel), total((l, i), m**2 * HOLE)))


frobenius.by = _frobenius
taylor_all = Claim("theorem.R/R3.rest", "claim", LINE, "|F(W+V) - F(W) - J V| <= m sqrt(nd) times the largest entry",
                   total((l, i), (m * remainder[l, i]) ** 2) <= n * d2 * m**2 * kappa**2, scope="all n, m, d2 >= 1",
                   given=(known_size, Given(abs(remainder[l, i]) <= kappa, "theorem.R/R3.taylor")))


def _taylor_all(c: Context) -> Theorem:
    return linked(c, mono(c, c.given(taylor_all.given[1].rel), total((l, i), m**2 * HOLE**2)))


taylor_all.by = _taylor_all

QUARTER = Fraction(1, 4)
SEGMENT = Point({"m": Fraction(4), "P": Fraction(1, 16), "h": QUARTER, "rho": ONE, "time": Fraction(0), "until": ONE},
                {"prob": [QUARTER] * 4, "reach": [0] * 4, "sgn": [ONE, ONE, -ONE, -ONE], "move": [QUARTER, 0, 0, 0],
                 "test": [ONE, -ONE, 0, 0]})
UNIT = Point({"n": ONE, "m": ONE, "d1": ONE, "d2": ONE, "kappa": ONE},
             {"x": [[ONE]], "change": [[[ONE]]], "remainder": [[ONE]]})
bent.mutant(abs(derivative(slope_at(t), t)) <= M / 8, "refuted", "with an eighth of M", hint=SEGMENT)
turned.mutant(abs(slope_at(u) - start_slope()) <= M * u / 8, "refuted", "with an eighth of M", hint=SEGMENT)
taylor.mutant(abs(rise) <= M / 16, "refuted", "with an eighth of M", hint=SEGMENT)
turning.mutant(abs(derivative(along(t), t)) <= speed / 2, "refuted", "with half of it", hint=SEGMENT)
path_bound.mutant(along(expr(1)) - along(expr(0)) <= gone / 4, "refuted", "with a quarter of it", hint=SEGMENT)
column.mutant(total(r, columns**2) <= (turned_so_far(P + h) - turned_so_far(P)) ** 2 / 16, "refuted", "with a quarter of it",
              hint=SEGMENT)
frobenius.mutant(total((l, i), total((k, r), (m * x[k, i] * change[l, i, r]) ** 2)) <= n * d2 * m**2 * kappa**2 / 2,
                 "refuted", "with half of it", hint=UNIT)
taylor_all.mutant(2 * total((l, i), (m * remainder[l, i]) ** 2) <= n * d2 * m**2 * kappa**2, "refuted", "with the factor 2",
                  hint=UNIT)

claims: tuple[Claim, ...] = (bent, turned, taylor, turning, path_bound, column, frobenius, taylor_all)
