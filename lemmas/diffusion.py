"""Eq. 3 and 4 of Section 6: the forward SDE, its backward SDE, and the one that is implemented (lines 250-275).

Time is measured by G = int_0^t g(s) ds, so that d/dt = g(t) d/dG for every schedule g > 0.  The data distribution p_0 sits
on N points ``atom`` with weights ``mu`` > 0, for every N, so p_t is a mixture of N Gaussians; ``xt`` is the place x(t).
An SDE enters through the equation for its density (Fokker-Planck): the kernel knows derivatives, not Brownian motion.
The paper's d is d2 here.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.facts_a import q
from lemmas.notation import d2, l
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Const, Diff, Expr, Var, define, eq, exp, log, total
from proofcheck.prove.context import by_identity

HALF = Fraction(1, 2)
ONE, TWO = Fraction(1), Fraction(2)

g, G, G_t = Var("g"), Var("G"), Var("G_t")  # g(t), its integral up to t (in Eq. 4: up to T - t), and another such integral
xt = Array("xt", (l,))
atom, mu = Array("atom", (l, q)), Array("mu", (q,))

mu_positive = Given(mu[q] > 0, "the atoms of p_0 have positive weights")


def alpha_at(clock: Expr) -> Expr:
    """The factor exp(-G/2) of x(0) in x(t)."""
    return exp(-clock / 2)


def h_at(clock: Expr) -> Expr:
    """The variance 1 - exp(-G) of x(t) given x(0), in every coordinate."""
    return 1 - exp(-clock)


def bell_at(clock: Expr, name: str) -> Array:
    """p_{t|0}(x | atom_q): the density of N(alpha atom_q, h I)."""
    h = h_at(clock)
    distance = total(l, (xt[l] - alpha_at(clock) * atom[l, q]) ** 2)
    return define(name, (q,), exp(-d2 / 2 * log(2 * Const("pi") * h) - distance / (2 * h)))


def density(bells: Array) -> Expr:
    """p_t(x): the mixture."""
    return total(q, mu[q] * bells[q])


def score(bells: Array) -> Expr:
    """The l-th component of grad log p_t."""
    return Diff(log(density(bells)), xt[l])


def posterior(bells: Array) -> Expr:
    """E[x(0)_l | x(t)], the target F_* of Section 6 (line 296)."""
    return total(q, mu[q] * bells[q] * atom[l, q]) / density(bells)


alpha, h = alpha_at(G), h_at(G)
bell, bell_t = bell_at(G, "bell"), bell_at(G_t, "bell_t")
later = Given(h > 0, "G > 0")
GIVEN = (mu_positive, later)
SCOPE = "every p_0 with finitely many atoms, every dimension d, every schedule g with G(t) > 0"
lone = Point({"G": ONE, "G_t": TWO, "g": ONE, "N": ONE, "d2": ONE}, {"xt": [1], "atom": [[2]], "mu": [1]})

# ---------------------------------------------------------------- Eq. 3

CLOCK = "every schedule g, at every time"
CHAIN_RULE = "d/dt is written g d/dG, which is the chain rule for G = int g."
eq_3 = Claim("eq.3", "identity", 254, "the explicit solution of the forward SDE: x(t) given x(0) is N(alpha x(0), h I)",
             scope=CLOCK, parts=("eq.3/mean", "eq.3/isometry", "eq.3/variance", "eq.3/semigroup", "eq.3/density"),
             note="The kernel has no stochastic integral: what is checked is that mean, variance and density of the printed "
                  "solution obey the equations of the SDE.")
mean = Claim("eq.3/mean", "identity", 256, "the mean alpha x(0) decays at the rate g/2, from 1 at t = 0",
             eq(g * Diff(alpha, G), -g / 2 * alpha), scope=CLOCK, by=by_identity, note=CHAIN_RULE)
mean.mutant(eq(g * Diff(alpha, G), -g * alpha), "refuted", "with the rate g", hint=lone)

inner = exp(G) - 1  # int_0^t exp(int_0^s g) g(s) ds
isometry = Claim("eq.3/isometry", "identity", 257,
                 "the stochastic integral has variance exp(-G) int_0^t exp(G(s)) g(s) ds = 1 - exp(-G), by Ito's isometry",
                 eq(exp(-G) * inner, h), scope=CLOCK, by=by_identity,
                 note="exp(G) - 1 is the integral: it vanishes at G = 0 and its derivative is exp(G) (eq.3/integral).")
isometry.mutant(eq(exp(-G / 2) * inner, h), "refuted", "with alpha in place of its square", hint=lone)
integral = Claim("eq.3/integral", "identity", 257, "d/dt (exp(G) - 1) = exp(G) g", eq(g * Diff(inner, G), exp(G) * g),
                 scope=CLOCK, by=by_identity, note=CHAIN_RULE)
integral.mutant(eq(g * Diff(inner, G), exp(G / 2) * g), "refuted", "with the root of exp(G)", hint=lone)
variance = Claim("eq.3/variance", "identity", 257, "the variance obeys dh/dt = g (1 - h), and h = 1 - alpha^2",
                 eq(g * Diff(1 - alpha**2, G), g * (1 - h)), scope=CLOCK, by=by_identity, note=CHAIN_RULE)
variance.mutant(eq(g * Diff(1 - alpha**2, G), g * (2 - h)), "refuted", "with another limit", hint=lone)

whole = G + G_t
semigroup = Claim("eq.3/semigroup", "identity", 256,
                  "noising up to G and then by G' more is noising up to G + G': the variances add up as they should",
                  eq(alpha_at(G_t) ** 2 * h + h_at(G_t), h_at(whole)), scope=CLOCK, by=by_identity)
semigroup.mutant(eq(h + h_at(G_t), h_at(whole)), "refuted", "variances do not simply add", hint=lone)

b0, b1, clock = Var("beta0"), Var("beta1"), Var("clock")
linear = b0 * clock + b1 * clock**2 / 2
schedule = Claim("eq.3/linear", "identity", 256, "the same in the time t itself, for the schedule g(t) = beta0 + beta1 t",
                 eq(-(b0 + b1 * clock) / 2 * alpha_at(linear), Diff(alpha_at(linear), clock)),
                 scope="the linear schedule, all beta0, beta1, t", by=by_identity)
schedule.mutant(eq(-(b0 + 2 * b1 * clock) / 2 * alpha_at(linear), Diff(alpha_at(linear), clock)), "refuted", "with 2 beta1",
                hint=Point({"beta0": ONE, "beta1": ONE, "clock": ONE}))

rate = g * Diff(density(bell), G)  # dp_t/dt
spreading = total(l, Diff(Diff(density(bell), xt[l]), xt[l]))
forward = Claim("eq.3/density", "identity", 254, "p_t solves the Fokker-Planck equation of Eq. 3",
                eq(rate, g / 2 * total(l, Diff(xt[l] * density(bell), xt[l])) + g / 2 * spreading),
                given=GIVEN, scope=SCOPE, by=by_identity, note=CHAIN_RULE)
forward.mutant(eq(rate, g / 2 * total(l, Diff(xt[l] * density(bell), xt[l])) + g * spreading), "refuted",
               "with twice the noise", hint=lone)
forward.mutant(eq(rate, -g / 2 * total(l, Diff(xt[l] * density(bell), xt[l])) + g / 2 * spreading), "refuted",
               "with the drift outward", hint=lone)

# ---------------------------------------------------------------- Eq. 4


def flow(coefficient: Expr | int) -> Expr:
    """The divergence of (g/2 y + coefficient grad log p_t) p_t."""
    return total(l, Diff((g / 2 * xt[l] + coefficient * score(bell)) * density(bell), xt[l]))


eq_4 = Claim("eq.4", "identity", 262, "p_{T-t} solves the Fokker-Planck equation of the backward SDE",
             eq(-rate, -flow(g) + g / 2 * spreading), given=GIVEN, scope=SCOPE, by=by_identity, uses=("eq.3/density",),
             note="G and g are those at T - t, so d/dt has a minus sign. So y(t) has the law of x(T - t) at every t if it "
                  "has it at t = 0, that is, if q_0 = p_T. The line prints d for dt.")
eq_4.mutant(eq(-rate, -flow(g / 2) + g / 2 * spreading), "refuted", "with half the score", hint=lone)
eq_4.mutant(eq(-rate, -flow(g) - g / 2 * spreading), "refuted", "with the noise run backward, too", hint=lone)
eq_4.mutant(eq(-rate, -flow(g / 2)), "proved", "half the score and no noise: the probability flow", by=by_identity)


def drift(bells: Array) -> Expr:
    """The drift of the backward SDE at T - t, with the score of a given time."""
    return g / 2 * xt[l] + g * score(bells)


other_time = Given(h_at(G_t) > 0, "G(t) > 0")
approx = Claim("eq.4/approx", "definition", 270,
               "with the exact score s(x, t) = grad log p_t(x), the implemented SDE, which takes s(y, t), is Eq. 4",
               eq(drift(bell_t), drift(bell)), given=(*GIVEN, other_time), scope=SCOPE, uses=("eq.4",), hint=lone,
               note="G belongs to T - t and G_t to t. Equality only at t = T/2 or for special p_0. The start N(0, I) is a "
                    "second approximation, of p_T = law of x(T).",
               latex=r"\frac{g}{2}\mathrm{xt}_l+g\frac{\partial}{\partial\mathrm{xt}_l}\log\Bigl(\sum_{q}\mu_q\,"
                     r"\mathrm{bell}^{(t)}_q\Bigr) \brk= "
                     r"\frac{g}{2}\mathrm{xt}_l+g\frac{\partial}{\partial\mathrm{xt}_l}\log\Bigl(\sum_{q}\mu_q\,"
                     r"\mathrm{bell}_q\Bigr)")
approx.repair = Repair("eq.4/approx/repair", "With s(y, T - t), here in the form (alpha F_* - y)/h of sec.6.1/tweedie, the "
                       "two drifts agree.", by=by_identity,
                       rel=eq(g / 2 * xt[l] + g * ((alpha * posterior(bell) - xt[l]) / h), drift(bell)), given=GIVEN)
same_time = Point({**lone.scalars, "G_t": ONE}, lone.arrays)
approx.mutant(eq(drift(bell_t), 2 * drift(bell)), "refuted", "nor is it twice the drift at t = T/2", hint=same_time)

claims = (mean, integral, isometry, variance, semigroup, schedule, forward, eq_3, eq_4, approx)
