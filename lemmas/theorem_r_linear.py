"""Theorem R, one step of gradient descent with matrices for J(0) and J(tau): R4, R5 and the path together (line 877).

No softmax here: ``Start`` and ``Jac`` are any matrices, J(0) with s0 <= sigma_min and sigma_max <= s1, and J(tau) no further
from it than int_0^P ell; ``err`` is e, ``next_err`` is e after the step by V = -eta J^T e, up to ell(P + |V|) |V|^2/2 what
the matrix J(tau) says.  lambda I <= J(0) J(0)^T/m is written with a square root of the difference, ``low``; so is Lam.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lemmas.notation import d2, eta, i, k, l, n, r
from lemmas.theorem_r import LINE, ONE, size_Y
from lemmas.theorem_r_path import (
    CASES,
    E3,
    GAIN,
    HALT,
    L0,
    LEAST,
    REACH,
    Case,
    P_any,
    eta_positive,
    gained,
    left,
    lost,
    rate,
    s0_positive,
    s1,
    start,
)
from lemmas.theorem_r_steps import (
    E2,
    HOLE,
    N2,
    D,
    G,
    Jac,
    P,
    Start,
    aa,
    apart,
    bb,
    both,
    close,
    err,
    grad,
    image,
    lin,
    mono,
    pull,
    pull_0,
    rest,
    roots,
    s0,
    slope,
)
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Delta, Expr, Index, Rel, Var, eq, exp, expr, sqrt, total
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.context import Context
from proofcheck.prove.scalar import prove_scalar
from proofcheck.prove.search import NotProved

SCOPE = "all sizes, all matrices"
l3, l4, i3, i4 = Index("l3", d2), Index("l4", d2), Index("i3", n), Index("i4", n)
V = Array("V", (k, r))  # the step
ahead = Array("next_err", (l, i))
low, high = (Array(name, (l4, i4, l, i)) for name in ("low", "high"))


def met(c: Context, theorem: Theorem, *lemmas: Theorem) -> Theorem:
    """The theorem, its further hypotheses discharged by lemmas that say the same up to normal form."""
    for hyp in sorted(theorem.hyps - frozenset(c.hyps), key=repr):
        theorem = rules.cut(_fitting(c, hyp, lemmas), theorem)
    return theorem


def _fitting(c: Context, hyp: Rel, lemmas: Sequence[Theorem]) -> Theorem:
    for lemma in sorted(lemmas, key=lambda lemma: lemma.concl != hyp):
        try:
            return lemma if lemma.concl == hyp else rules.combine(lemma, goal=hyp, factors=(expr(1),), hyps=c.hyps)
        except RuleError:
            continue
    raise NotProved(f"nothing here says {hyp}", [])


def same(c: Context, lhs: Expr, rhs: Expr) -> Theorem:
    """lhs = rhs by normal forms."""
    return rules.identity(lhs=lhs, rhs=rhs, hyps=c.hyps)


def at_least(c: Context, term: Expr, *side: Theorem) -> Theorem:
    """0 <= term, by its form."""
    found = rules.sign(*side, term=term, hyps=c.hyps)
    return rules.relax(found) if found.concl.op == "<" else found


# ---------------------------------------------------------------- |J(0)^T q| lies between s0 |q| and s1 |q|

gram = total((k, r), Start[l, i, k, r] * Start[l3, i3, k, r])
unit = Delta(l, l3) * Delta(i, i3)


def squared(root: Array) -> Expr:
    """root^T root."""
    return total((l4, i4), root[l4, i4, l, i] * root[l4, i4, l3, i3])


least_root = Given(eq(gram - s0**2 * unit, squared(low)), "J(0) J(0)^T - s0^2 is psd: it has a root")
greatest_root = Given(eq(s1**2 * unit - gram, squared(high)), "s1^2 - J(0) J(0)^T is psd: it has a root")
size_e, pulled, pulled_0 = sqrt(both(err[l, i] ** 2)), sqrt(total((k, r), pull**2)), sqrt(total((k, r), pull_0**2))
least = Claim("theorem.R/one.least", "claim", LINE, "s0 |q| <= |J(0)^T q|", s0 * size_e <= pulled_0,
              given=(s0_positive, least_root), scope=SCOPE)
s1_positive = Given(s1 > 0, "s1 > 0")
greatest = Claim("theorem.R/one.greatest", "claim", LINE, "|J(0)^T q| <= s1 |q|", pulled_0 <= s1 * size_e,
                 given=(s1_positive, greatest_root), scope=SCOPE)


def _square(c: Context, given: Given, root: Array, goal: Rel) -> Theorem:
    """q^T (...) q is the sum of squares of root q."""
    weighted = mono(c, c.given(given.rel), both(total((l3, i3), err[l, i] * err[l3, i3] * HOLE)))
    squares = rules.sign(term=total((l4, i4), both(root[l4, i4, l, i] * err[l, i]) ** 2), hyps=c.hyps)
    return rules.combine(squares, weighted, goal=goal, factors=(expr(1), expr(-1)), hyps=c.hyps)


def _least(c: Context) -> Theorem:
    return roots(c, _square(c, least_root, low, (s0 * size_e) ** 2 <= pulled_0**2), s0 * size_e, pulled_0)


def _greatest(c: Context) -> Theorem:
    return roots(c, _square(c, greatest_root, high, pulled_0**2 <= (s1 * size_e) ** 2), pulled_0, s1 * size_e)


least.by, greatest.by = _least, _greatest
FLAT = Point({"n": ONE, "m": ONE, "d1": ONE, "d2": ONE, "s0": ONE, "s1": ONE, "D": Fraction(0)},
             {"Jac0": [[[[ONE]]]], "Jac": [[[[ONE]]]], "err": [[ONE]], "low": [[[[0]]]], "high": [[[[0]]]]})
least.mutant(2 * s0 * size_e <= pulled_0, "refuted", "with twice s0", hint=FLAT)
greatest.mutant(pulled_0 <= s1 * size_e / 2, "refuted", "with half of s1", hint=FLAT)

norm = Claim("theorem.R/one.norm", "claim", LINE, "|J^T q|^2 <= (s1 + |J - J(0)|)^2 |q|^2",
             total((k, r), pull**2) <= (s1 + D) ** 2 * both(err[l, i] ** 2), given=(s1_positive, greatest_root, close),
             scope=SCOPE, uses=("theorem.R/R5.above", "theorem.R/one.greatest"))


def _norm(c: Context) -> Theorem:
    above = met(c, c.at(c.theorem("theorem.R/R5.above"), values={E2: size_e}), rules.relax(same(c, size_e, size_e)))
    whole = rules.combine(above, c.theorem("theorem.R/one.greatest"), goal=pulled <= (s1 + D) * size_e,
                          factors=(expr(1), expr(1)), hyps=c.hyps)
    square = mono(c, whole, HOLE**2)
    return rules.combine(square, goal=c.goal, factors=(expr(1),), hyps=c.hyps)


norm.by = _norm
norm.mutant(2 * total((k, r), pull**2) <= (s1 + D) ** 2 * both(err[l, i] ** 2), "refuted", "with the factor 2", hint=FLAT)

# ---------------------------------------------------------------- the step

size_ahead, length = sqrt(both(ahead[l, i] ** 2)), sqrt(total((k, r), V[k, r] ** 2))
descent = Given(eq(V[k, r], -eta * pull), "V = -eta J^T e")
turned = Given(sqrt(both(total((k, r), apart**2))) <= lost(P), "|J - J(0)|_F <= int_0^P ell")
curve = L0 * (1 + (P + length)) * exp(2 * (P + length))  # ell(P + |V|)
linear = total((k, r), Jac[l, i, k, r] * V[k, r])
taylor = Given(sqrt(both((ahead[l, i] - err[l, i] - linear) ** 2)) <= curve * length**2 / 2,
               "R3: |F(W+V) - F(W) - J V| <= ell(P + |V|) |V|^2/2")
order = Given(s0 <= s1, "lambda <= Lam")
kept = Given(size_e + GAIN * gained(P) <= size_Y, "|e| + (7/8) Phi(P) <= |Y|")
walked = Claim("theorem.R/one.length", "claim", LINE, "|V| = eta |J^T e|", eq(length, eta * pulled),
               given=(eta_positive, descent), scope=SCOPE)


def _walked(c: Context) -> Theorem:
    put = mono(c, c.given(descent.rel), sqrt(total((k, r), HOLE**2)))
    return c.chain(put, same(c, put.concl.rhs, eta * pulled))


walked.by = _walked
STILL = Point({**FLAT.scalars, "eta": ONE, "P": Fraction(0), "L0": ONE, "size_Y": ONE},
              {**FLAT.arrays, "V": [[-ONE]], "next_err": [[0]]})
walked.mutant(eq(length, 2 * eta * pulled), "refuted", "with twice eta", hint=STILL)

slant = Claim("theorem.R/one.sigma", "claim", LINE, "|J^T e| >= sigma(P) |e|", left(P) * size_e <= pulled,
              given=(s0_positive, least_root, turned), scope=SCOPE, uses=("theorem.R/R5.below", "theorem.R/one.least"))


def _slant(c: Context) -> Theorem:
    below = met(c, c.at(c.theorem("theorem.R/R5.below"), values={E2: size_e, D: lost(P)}),
                rules.relax(same(c, size_e, size_e)))
    return rules.combine(below, c.theorem("theorem.R/one.least"), goal=c.goal, factors=(expr(1), expr(1)), hyps=c.hyps)


slant.by = _slant
slant.mutant(2 * left(P) * size_e <= pulled, "refuted", "with twice sigma", hint=STILL)

a_term = eta * (s1 + lost(P)) ** 2
b_term = eta * L0 * (1 + (P + eta * pulled)) * exp(2 * (P + eta * pulled)) * size_e
VALUES: dict[Var, Expr] = {E2: size_e, G: pulled, E3: size_ahead, aa: a_term}


FAR, half = Fraction(11, 64), Fraction(1, 2)  # a path just below R*, and a size of L0 that fulfils (A)


def run(L0_value: Fraction, path: Fraction | int, matrix: int) -> Point:
    """One step with J(0) = 1, the number ``matrix`` for J, |Y| = e = 1/8 and eta = 1/16."""
    move = -Fraction(matrix, 128)
    return Point({**FLAT.scalars, "eta": Fraction(1, 16), "P": Fraction(path), "L0": L0_value, "size_Y": Fraction(1, 8)}, {
        **FLAT.arrays, "Jac": [[[[matrix]]]], "err": [[Fraction(1, 8)]], "V": [[move]],
        "next_err": [[Fraction(1, 8) + matrix * move]]})


def one_step(case: Case) -> tuple[Claim, ...]:
    """R4 and the three parts of the induction step for these matrices."""
    name = case.name
    steady = (*case.given, eta_positive, rate, order, least_root, greatest_root)
    given = (*steady, P_any, start, kept, turned, descent, taylor)
    uses = ("theorem.R/one.norm", "theorem.R/one.sigma", "theorem.R/one.length", f"theorem.R/step.error{name}",
            "theorem.R/path.order", f"theorem.R/path.floor{name}", "theorem.R/path.a")
    pieces = Claim(f"theorem.R/one.R4{name}", "claim", LINE, "R4 holds for this step",
                   size_ahead**2 <= size_e**2 - Fraction(7, 4) * eta * pulled**2, given=given, scope=SCOPE,
                   uses=(*uses, "theorem.R/R4", "theorem.R/R4.cross", "theorem.R/R4.norm", f"theorem.R/path.b{name}",
                         "theorem.R/path.jump", "theorem.R/path.quarter"))

    def sizes(c: Context) -> tuple[Theorem, ...]:
        """What the scalar claims ask of a, |e|, |J^T e| and |J - J(0)|."""
        floor = rules.combine(c.theorem(f"theorem.R/path.floor{name}"), goal=lost(P) <= (1 - LEAST) * s0, factors=(expr(1),),
                              hyps=c.hyps)
        risen = prove_scalar(0 <= ((2 * P + 1) * exp(2 * P) - 1) / 4, (P >= 0,))
        any_D = rules.combine(risen, goal=0 <= lost(P), factors=(L0,), hyps=c.hyps)
        wide = rules.transitive(c.given(s0_positive.rel), c.given(order.rel))
        norm_P = met(c, c.at(c.theorem("theorem.R/one.norm"), values={D: lost(P)}), wide)
        bounded = rules.combine(norm_P, goal=eta * pulled**2 <= a_term * size_e**2, factors=(eta,), hyps=c.hyps)
        signs = [at_least(c, term) for term in (size_e, pulled, size_ahead, a_term)]
        rate_s0 = c.theorem("theorem.R/path.order")
        a_small = met(c, c.at(c.theorem("theorem.R/path.a"), values={D: lost(P)}), floor, any_D)
        error = met(c, c.at(c.theorem(f"theorem.R/step.error{name}"), values={E2: size_e}), *signs)
        return wide, norm_P, bounded, *signs, rate_s0, a_small, error, c.theorem("theorem.R/one.sigma")

    def prove_R4(c: Context) -> Theorem:
        known = sizes(c)
        wide, step = known[0], eta * pulled
        jump = met(c, c.at(c.theorem("theorem.R/path.jump"), values=VALUES), *known)
        reach = rules.combine(c.given(start.rel), jump, goal=P + step <= REACH * size_Y / s0, factors=(expr(1), expr(1)),
                              hyps=c.hyps)
        far = at_least(c, P + step)
        b_small = met(c, c.at(c.theorem(f"theorem.R/path.b{name}"), values={P: P + step, E2: size_e}), far, reach, *known)
        b_any = at_least(c, b_term)
        quarter = met(c, c.at(c.theorem("theorem.R/path.quarter"), values={aa: a_term, bb: b_term}), b_any, b_small, *known)
        size = (s1 + lost(P)) ** 2
        at_image = rules.instantiate_array(_norm_at(c, wide), array=err, params=(l, i), term=image)
        pulled_image = c.at(met(c, at_image), arrays={grad: ((k, r), pull)})
        positive = rules.sign(wide, known[1], term=s1 + lost(P), hyps=c.hyps)
        matrix = met(c, c.at(c.theorem("theorem.R/R4.norm"), arrays={grad: ((k, r), pull)}, values={N2: size}),
                     pulled_image, rules.sign(positive, term=size, hyps=c.hyps))
        walk = c.theorem("theorem.R/one.length")
        along = mono(c, c.given(descent.rel), total((k, r), Jac[l, i, k, r] * HOLE))
        straight = rules.combine(matrix, goal=both(along.concl.rhs**2) <= a_term * eta * pulled**2, factors=(eta**2,),
                                 hyps=c.hyps)
        curved = mono(c, walk, L0 * (1 + (P + HOLE)) * exp(2 * (P + HOLE)) * HOLE**2 / 2)
        bent = mono(c, along, sqrt(both((ahead[l, i] - err[l, i] - HOLE) ** 2)))
        shape = c.chain(rules.combine(bent, goal=eq(bent.concl.rhs, bent.concl.lhs), factors=(expr(-1),), hyps=c.hyps),
                        c.given(taylor.rel), curved)
        steepness = L0 * (1 + (P + step)) * exp(2 * (P + step))
        found = c.at(c.theorem("theorem.R/R4"), values={**VALUES, bb: b_term, slope: steepness},
                     arrays={lin: ((l, i), along.concl.rhs), rest: ((l, i), ahead[l, i] - err[l, i] - along.concl.rhs)})
        return met(c, found, quarter, b_any, at_least(c, steepness), same(c, b_term, eta * steepness * size_e), straight,
                   shape, c.theorem("theorem.R/R4.cross"), same(c, both(err[l, i] ** 2), size_e**2), *known)

    def _norm_at(c: Context, wide: Theorem) -> Theorem:
        """The norm for every vector: nothing is said of e."""
        found = rules.instantiate(c.theorem("theorem.R/one.norm"), parameter=D, term=lost(P))
        return rules.cut(wide, found)

    pieces.by = prove_R4
    parts = {"potential": size_ahead + GAIN * gained(P + length) <= size_Y, "path": P + length <= HALT * size_Y / s0,
             "loss": size_ahead**2 <= (1 - eta * s0**2 / 2) * size_e**2}
    words = {"potential": "|e| + (7/8) Phi(P) <= |Y| after the step", "path": "P <= R* after the step",
             "loss": "|e|^2 falls by the factor 1 - m eta lambda/2"}

    def prove_part(part: str) -> Claim:
        claim = Claim(f"theorem.R/one.{part}{name}", "claim", LINE, words[part], parts[part], given=given, scope=SCOPE,
                      uses=(*uses, pieces.id, f"theorem.R/step.{part}{name}"))

        def proof(c: Context) -> Theorem:
            found = met(c, c.at(c.theorem(f"theorem.R/step.{part}{name}"), values=VALUES), c.theorem(pieces.id), *sizes(c))
            walk = c.theorem("theorem.R/one.length")
            put = {"potential": size_ahead + GAIN * gained(P + HOLE), "path": P + HOLE}.get(part)
            return found if put is None else rules.transitive(mono(c, walk, put), found)

        claim.by = proof
        return claim

    potential, path, loss = map(prove_part, parts)
    pieces.mutant(size_ahead**2 <= size_e**2 - 2 * eta * pulled**2, "refuted", "with 2 for 7/4", hint=run(half, 0, 1))
    potential.mutant(size_ahead + GAIN * gained(P + length) <= Fraction(9, 10) * size_Y, "refuted", "with 0.9 |Y|",
                     hint=run(half, 0, 1))
    path.mutant(parts["path"], "refuted", "needs the potential", drop=(kept.rel,), hint=run(half, FAR, 1))
    path.mutant(parts["path"], "refuted", "needs (A)", drop=(case.width.rel,), hint=run(Fraction(100), FAR, 1))
    loss.mutant(size_ahead**2 <= (1 - 2 * eta * s0**2) * size_e**2, "refuted", "with the rate 2 m eta lambda",
                hint=run(half, 0, 1))
    loss.mutant(parts["loss"], "refuted", "needs (A): J may vanish", drop=(case.width.rel,), hint=run(Fraction(100), FAR, 0))
    loss.mutant(parts["loss"], "refuted", f"with 0.3 for {case.big} in (A)", drop=(case.width.rel,),
                hint=run(Fraction(26), FAR, 0))
    return pieces, potential, path, loss


STEPS = tuple(claim for case in CASES for claim in one_step(case))
claims: tuple[Claim, ...] = (least, greatest, norm, walked, slant, *STEPS)
