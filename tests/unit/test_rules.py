"""Every rule of the kernel: what it proves, and what it refuses."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from proofcheck.kernel import rules
from proofcheck.kernel.certificate import certify, replay
from proofcheck.kernel.terms import (
    Array,
    Diff,
    Expr,
    Fn,
    Index,
    Peak,
    Pow,
    Rel,
    Sum,
    Var,
    define,
    eq,
    exp,
    expr,
    log,
    mul,
    sqrt,
)
from proofcheck.kernel.theorem import RULES, RuleError, Theorem

m, n = Var("m", True), Var("n", True)
i, j, q = Index("i", m), Index("j", m), Index("q", n)
x, y, z, h = Var("x"), Var("y"), Var("z"), Var("h")
u, v = Array("u", (i,)), Array("v", (i,))
w = Array("w", (i, j))
part = define("part", (i,), x*u[i])
ONE, HALF, EXP = expr(1), Fraction(1, 2), exp(h)
EVAL = ["eval", 64]


def given(rel: Rel) -> Theorem:
    return rules.assume(hyp=rel)


def slope() -> Theorem:
    """|exp(h)| <= exp(1) for 0 <= h <= 1."""
    bound = rules.scalar(goal=exp(h) <= exp(1), hyps=(h <= 1,), tree=["mono", "h", "-", EVAL, EVAL])
    same = rules.identity(lhs=abs(exp(h)), rhs=exp(h))
    return rules.weaken(rules.transitive(same, bound), hyps=(expr(0) <= h,))


def mean_value(steep: Theorem, function: Expr = EXP, hole: Var = h, low: Any = 0, t: Expr = y) -> Theorem:
    return rules.mean_value(steep, given(expr(low) <= x), given(x <= 1), given(expr(0) <= t), given(t <= 1),
                            function=function, hole=hole)


def halved(*steps: Theorem) -> Theorem:
    """x <= z before every step, which halves x; more is in tests/traps/test_induction_traps.py."""
    dim = Var("T", True)
    s, t = Index("s", dim), Index("t", dim)
    return rules.induct(*steps, given(x <= z), invariants=(x <= z,), relations=(eq(y, HALF*x),), link=Array("link", (s, t)),
                        state=((x, y, z, Array("before", (t,)), Array("after", (t,))),), clock=Array("clock", (t,)),
                        earlier=s, time=t)


Case = tuple[str, Callable[[], Theorem], str]

GOOD: list[Case] = [
    ("assume", lambda: given(u[i] <= x), "u[i] <= x |- u[i] <= x"),
    ("weaken", lambda: rules.weaken(given(x <= 1), hyps=(y <= 1,)), "x <= 1, y <= 1 |- x <= 1"),
    ("relax", lambda: rules.relax(given(x < y)), "x < y |- x <= y"),
    ("cut", lambda: rules.cut(rules.relax(given(x < y)), given(x <= y)), "x < y |- x <= y"),
    ("case_split", lambda: rules.case_split(
        rules.sign(term=abs(x), hyps=(x <= 0,)), rules.sign(term=abs(x), hyps=(x >= 0,)), term=x), " |- 0 <= Abs(x)"),
    ("case_split", lambda: rules.case_split(
        rules.sign(term=abs(x), hyps=(x <= 0,)), rules.relax(rules.sign(term=abs(x), hyps=(x > 0,))), term=x),
     " |- 0 <= Abs(x)"),
    ("identity", lambda: rules.identity(lhs=Sum(i, x*u[i]), rhs=x*Sum(j, u[j])),
     " |- Sum(x*u[i], (i, 1, m)) == x*Sum(u[j], (j, 1, m))"),
    ("sign", lambda: rules.sign(term=Sum(i, u[i]**2)), " |- 0 <= Sum(u[i]**2, (i, 1, m))"),
    ("sign", lambda: rules.sign(term=Sum(i, exp(u[i]))), " |- 0 < Sum(exp(u[i]), (i, 1, m))"),
    ("sign", lambda: rules.sign(term=u[j], hyps=(u[i] > 1,)), "1 < u[i] |- 0 < u[j]"),
    ("transitive", lambda: rules.transitive(given(x < y), given(y <= z)), "x < y, y <= z |- x < z"),
    ("transitive", lambda: rules.transitive(given(eq(x, y)), given(eq(y, z))), "x == y, y == z |- x == z"),
    ("combine", lambda: rules.combine(given(x <= y), goal=2*x + 1 <= 2*y + 1, factors=(expr(2),)),
     "x <= y |- 2*x + 1 <= 2*y + 1"),
    ("combine", lambda: rules.combine(given(eq(x, y)), goal=y <= x, factors=(expr(-1),)), "x == y |- y <= x"),
    ("combine", lambda: rules.combine(given(x < y), goal=x*z < y*z, factors=(z,), hyps=(z > 0,)),
     "0 < z, x < y |- x*z < y*z"),
    ("monotone", lambda: rules.monotone(given(x <= y), template=exp(h) + 1, hole=h),
     "x <= y |- exp(x) + 1 <= exp(y) + 1"),
    ("monotone", lambda: rules.monotone(given(x <= y), template=-(h**3), hole=h), "x <= y |- (-1)*y**3 <= (-1)*x**3"),
    ("monotone", lambda: rules.monotone(given(x <= y), template=1/h, hole=h, hyps=(x > 0, y > 0)),
     "0 < x, 0 < y, x <= y |- 1*y**(-1) <= 1*x**(-1)"),
    ("monotone", lambda: rules.monotone(given(u[i] <= v[i]), template=Sum(i, h), hole=h),
     "u[i] <= v[i] |- Sum(u[i], (i, 1, m)) <= Sum(v[i], (i, 1, m))"),
    ("monotone", lambda: rules.monotone(given(u[i] <= v[i]), template=Peak(i, h), hole=h),
     "u[i] <= v[i] |- Peak(u[i], (i, 1, m)) <= Peak(v[i], (i, 1, m))"),
    ("monotone", lambda: rules.monotone(given(x <= y), template=log(h), hole=h, hyps=(x > 0, y > 0)),
     "0 < x, 0 < y, x <= y |- log(x) <= log(y)"),
    ("monotone", lambda: rules.monotone(given(x <= y), template=Fn("erfc", (h,)), hole=h),
     "x <= y |- erfc(y) <= erfc(x)"),
    ("monotone", lambda: rules.monotone(given(x <= y), template=sqrt(h), hole=h, hyps=(x >= 0, y >= 0)),
     "0 <= x, 0 <= y, x <= y |- x**(1/2) <= y**(1/2)"),
    ("monotone", lambda: rules.monotone(given(eq(x, y)), template=h*(h - 1), hole=h),
     "x == y |- x*(x + (-1)) == y*(y + (-1))"),
    ("triangle", lambda: rules.triangle(term=abs(x + y)), " |- Abs(x + y) <= Abs(x) + Abs(y)"),
    ("triangle", lambda: rules.triangle(term=abs(Sum(i, u[i]))),
     " |- Abs(Sum(u[i], (i, 1, m))) <= Sum(Abs(u[i]), (i, 1, m))"),
    ("triangle", lambda: rules.triangle(term=abs(x + y + z), parts=(x + y, z)),
     " |- Abs(x + y + z) <= Abs(x + y) + Abs(z)"),
    ("abs_product", lambda: rules.abs_product(term=abs(x*y)), " |- Abs(x*y) == Abs(x)*Abs(y)"),
    ("abs_product", lambda: rules.abs_product(term=abs(x**3)), " |- Abs(x**3) == Abs(x)**3"),
    ("below_abs", lambda: rules.below_abs(term=u[i]), " |- u[i] <= Abs(u[i])"),
    ("abs_bound", lambda: rules.abs_bound(given(x <= y), given(-x <= y), term=x), "(-1)*x <= y, x <= y |- Abs(x) <= y"),
    ("cauchy_schwarz", lambda: rules.cauchy_schwarz(index=i, f=u[i], g=v[i]),
     " |- Abs(Sum(u[i]*v[i], (i, 1, m))) <= Sum(u[i]**2, (i, 1, m))**(1/2)*Sum(v[i]**2, (i, 1, m))**(1/2)"),
    ("hoelder", lambda: rules.hoelder(index=i, f=u[i], g=v[i]),
     " |- Abs(Sum(u[i]*v[i], (i, 1, m))) <= Peak(Abs(u[i]), (i, 1, m))*Sum(Abs(v[i]), (i, 1, m))"),
    ("below_peak", lambda: rules.below_peak(index=i, term=u[i]), " |- u[i] <= Peak(u[i], (i, 1, m))"),
    ("peak_bound", lambda: rules.peak_bound(given(u[i] < x), index=i), "u[i] < x |- Peak(u[i], (i, 1, m)) < x"),
    ("mean_value", lambda: mean_value(slope()),
     "0 <= x, 0 <= y, x <= 1, y <= 1 |- Abs(exp(x) + (-1)*exp(y)) <= exp(1)*Abs(x + (-1)*y)"),
    ("geometric_series", lambda: rules.geometric_series(ratio=x, hyps=(abs(x) < HALF,)),
     "Abs(x) < 1/2 |- geometric(x) == 1*(1 + (-1)*x)**(-1)"),
    ("scalar", lambda: rules.scalar(goal=x**2 <= 4, hyps=(x >= -2, x <= 2), tree=EVAL), "-2 <= x, x <= 2 |- x**2 <= 4"),
    ("specialize", lambda: rules.specialize(given(w[i, j] <= x), indices={i: j, j: i}), "w[i, j] <= x |- w[j, i] <= x"),
    ("instantiate", lambda: rules.instantiate(rules.below_abs(term=x), parameter=x, term=u[i]), " |- u[i] <= Abs(u[i])"),
    ("instantiate", lambda: rules.instantiate(given(x*u[i] <= 0), parameter=x, term=v[i]),
     "v[i]*u[i1] <= 0 |- v[i]*u[i] <= 0"),
    ("instantiate_array", lambda: rules.instantiate_array(
        rules.below_peak(index=i, term=u[i]), array=u, params=(j,), term=w[j, i]),
     " |- w[i, i] <= Peak(w[i1, i], (i1, 1, m))"),
    ("below_max", lambda: rules.below_max(left=x, right=y, first=False), " |- y <= Max(x, y)"),
    ("max_bound", lambda: rules.max_bound(given(x <= z), given(y < z)), "x <= z, y < z |- Max(x, y) <= z"),
    ("restate", lambda: rules.restate(given(x*u[i] <= 1), hyps=(part[i] <= 1, y <= 1), concl=part[i] <= 1),
     "part[i] <= 1, y <= 1 |- part[i] <= 1"),
    ("induct", lambda: halved(rules.combine(given(eq(y, HALF*x)), given(x <= z), rules.sign(term=z, hyps=(z >= 0,)),
                                            goal=y <= z, factors=(ONE, HALF*ONE, HALF*ONE))),
     "(1 + (-1)*Sum(link[s, t], (s, 1, T)))*(before[t] + (-1)*z) == 0, 0 <= z, after[t] == (1/2)*before[t], "
     "link[s, t]*(before[t] + (-1)*after[s]) == 0, link[s, t]*(clock[t] + (-1)*clock[s] + (-1)) == 0, "
     "z <= z |- before[t] <= z"),
]

BAD: list[tuple[str, Callable[[], Any]]] = [
    ("assume", lambda: rules.assume(hyp=x)),  # type: ignore[arg-type]
    ("assume", lambda: rules.assume(hyp="x <= 0")),  # type: ignore[arg-type]
    ("assume", lambda: rules.assume(given(x <= 0), hyp=x <= 0)),
    ("weaken", lambda: rules.weaken(x <= 0, hyps=())),
    ("weaken", lambda: rules.weaken(given(x <= 0), hyps=(x,))),  # type: ignore[arg-type]
    ("weaken", lambda: rules.weaken(hyps=())),
    ("relax", lambda: rules.relax()),
    ("relax", lambda: rules.relax(x <= 0)),
    ("cut", lambda: rules.cut(given(x <= 0), rules.sign(term=ONE))),
    ("cut", lambda: rules.cut(given(x <= 0), given(x < 0))),
    ("cut", lambda: rules.cut(given(u[i] <= 0), given(u[j] <= 0))),
    ("case_split", lambda: rules.case_split(given(u[i] <= 0), given(u[i] >= 0), term=u[i])),
    ("case_split", lambda: rules.case_split(given(x <= 0), given(x <= 0), term=x)),
    ("case_split", lambda: rules.case_split(given(x <= 0), given(x >= 0), term=x)),
    ("case_split", lambda: rules.case_split(
        rules.relax(rules.sign(term=abs(x), hyps=(x < 0,))), rules.relax(rules.sign(term=abs(x), hyps=(x > 0,))), term=x)),
    ("case_split", lambda: rules.case_split(
        rules.sign(term=abs(x), hyps=(x < 0,)), rules.sign(term=abs(x), hyps=(x > 0,)), term=x)),
    ("case_split", lambda: rules.case_split(
        rules.sign(term=ONE, hyps=(1/x <= 0,)), rules.sign(term=ONE, hyps=(1/x >= 0,)), term=1/x)),
    ("identity", lambda: rules.identity(lhs=x, rhs=y)),
    ("identity", lambda: rules.identity(lhs=x/x, rhs=ONE)),
    ("identity", lambda: rules.identity(lhs=sqrt(x**2), rhs=x)),
    ("identity", lambda: rules.identity(lhs=log(exp(x)*x/x), rhs=log(exp(x)))),
    ("identity", lambda: rules.identity(lhs=Sum(i, u[i]**2), rhs=Sum(i, u[i])**2)),
    ("identity", lambda: rules.identity(lhs=Sum(i, ONE), rhs=Sum(q, ONE))),
    ("identity", lambda: rules.identity(lhs=Pow(x, Fraction(1, 3))**3, rhs=x)),
    ("identity", lambda: rules.identity(lhs=Fn("Max", (x, y)), rhs=x, hyps=(y <= x,))),
    ("sign", lambda: rules.sign(term=x)),
    ("sign", lambda: rules.sign(term=expr(-1))),
    ("sign", lambda: rules.sign(term=Sum(i, u[i]))),
    ("sign", lambda: rules.sign(term=sqrt(x))),
    ("sign", lambda: rules.sign(term=exp(1/x))),
    ("sign", lambda: rules.sign(term=abs(log(x)))),
    ("sign", lambda: rules.sign(term=w[i, j], hyps=(w[i, i] >= 0,))),
    ("sign", lambda: rules.sign(term=Fn("geometric", (x,)), hyps=(x <= HALF,))),
    ("transitive", lambda: rules.transitive(given(x <= y), given(x <= z))),
    ("transitive", lambda: rules.transitive(given(x <= u[i]), given(u[j] <= z))),
    ("transitive", lambda: rules.transitive(given(x <= y))),
    ("combine", lambda: rules.combine(given(x <= y), goal=y <= x, factors=(expr(-1),))),
    ("combine", lambda: rules.combine(given(x <= y), goal=x < y, factors=(ONE,))),
    ("combine", lambda: rules.combine(given(x < y), goal=x*z**2 < y*z**2, factors=(z**2,))),
    ("combine", lambda: rules.combine(given(x <= y), goal=eq(x, y), factors=(ONE,))),
    ("combine", lambda: rules.combine(given(x <= y), goal=x*z <= y*z, factors=(z,))),
    ("combine", lambda: rules.combine(given(x <= y), goal=x <= y + 1, factors=(ONE,))),
    ("combine", lambda: rules.combine(goal=x <= y, factors=(ONE,))),
    ("combine", lambda: rules.combine(given(x <= y), goal=x/z*z <= y/z*z, factors=(ONE,))),
    ("combine", lambda: rules.combine(goal=x/x <= 1, factors=())),
    ("monotone", lambda: rules.monotone(given(x <= y), template=h**2, hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=abs(h), hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=1/h, hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=1/h, hole=h, hyps=(y > 0,))),
    ("monotone", lambda: rules.monotone(given(x <= y), template=sqrt(h), hole=h, hyps=(y >= 0,))),
    ("monotone", lambda: rules.monotone(given(x <= y), template=log(h), hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=z*h, hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=exp(h) - h, hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=h*exp(h), hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=z*h, hole=h, hyps=(h >= 0, z >= 0))),
    ("monotone", lambda: rules.monotone(given(x <= y), template=Fn("geometric", (h,)), hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=Diff(h*x, x), hole=h)),
    ("monotone", lambda: rules.monotone(given(x <= y), template=define("f", (i,), h*u[i])[i], hole=h)),
    ("triangle", lambda: rules.triangle(term=x + y)),
    ("triangle", lambda: rules.triangle(term=abs(x*y))),
    ("triangle", lambda: rules.triangle(term=abs(x + 1/y))),
    ("triangle", lambda: rules.triangle(term=abs(x + y), parts=(x, y, z))),
    ("triangle", lambda: rules.triangle(term=abs(Peak(i, u[i])))),
    ("abs_product", lambda: rules.abs_product(term=abs(x + y))),
    ("abs_product", lambda: rules.abs_product(term=x*y)),
    ("abs_product", lambda: rules.abs_product(term=abs(1/x))),
    ("abs_product", lambda: rules.abs_product(term=abs(Pow(x, HALF)), hyps=(x >= 0,))),
    ("below_abs", lambda: rules.below_abs(term=1/x)),
    ("below_abs", lambda: rules.below_abs(term=log(x))),
    ("below_abs", lambda: rules.below_abs(term=x <= 1)),  # type: ignore[arg-type]
    ("abs_bound", lambda: rules.abs_bound(given(x <= y), given(x <= y), term=x)),
    ("abs_bound", lambda: rules.abs_bound(given(x <= y), given(-x <= z), term=x)),
    ("abs_bound", lambda: rules.abs_bound(given(u[i] <= y), given(-u[j] <= y), term=u[i])),
    ("abs_bound", lambda: rules.abs_bound(given(x <= y), given(-x <= y), term=x*z/z)),
    ("cauchy_schwarz", lambda: rules.cauchy_schwarz(index=i, f=1/u[i], g=v[i])),
    ("cauchy_schwarz", lambda: rules.cauchy_schwarz(index=x, f=u[i], g=v[i])),  # type: ignore[arg-type]
    ("cauchy_schwarz", lambda: rules.cauchy_schwarz(index=i, f=sqrt(u[i]), g=v[i])),
    ("hoelder", lambda: rules.hoelder(index=i, f=log(u[i]), g=v[i])),
    ("hoelder", lambda: rules.hoelder(index=m, f=u[i], g=v[i])),  # type: ignore[arg-type]
    ("hoelder", lambda: rules.hoelder(index=i, f=u[i], g=1/v[i])),
    ("below_peak", lambda: rules.below_peak(index=i, term=1/u[i])),
    ("below_peak", lambda: rules.below_peak(index=x, term=u[i])),  # type: ignore[arg-type]
    ("below_peak", lambda: rules.below_peak(index=i, term=sqrt(u[i]))),
    ("peak_bound", lambda: rules.peak_bound(given(u[i] <= v[i]), index=i)),
    ("peak_bound", lambda: rules.peak_bound(given(u[i] <= v[j]), index=j)),
    ("peak_bound", lambda: rules.peak_bound(given(u[i] <= x), index=x)),  # type: ignore[arg-type]
    ("mean_value", lambda: mean_value(slope(), low=-1)),
    ("mean_value", lambda: mean_value(slope(), function=exp(2*h))),
    ("mean_value", lambda: mean_value(slope(), function=abs(h))),
    ("mean_value", lambda: mean_value(rules.weaken(slope(), hyps=(h <= HALF,)))),
    ("mean_value", lambda: mean_value(slope(), t=h)),
    ("mean_value", lambda: mean_value(rules.relax(rules.identity(lhs=abs(exp(h)), rhs=abs(exp(h)))))),
    ("mean_value", lambda: mean_value(slope(), hole=u[i])),  # type: ignore[arg-type]
    ("mean_value", lambda: mean_value(slope(), hole=m)),
    ("geometric_series", lambda: rules.geometric_series(ratio=x)),
    ("geometric_series", lambda: rules.geometric_series(ratio=x, hyps=(x < 1,))),
    ("geometric_series", lambda: rules.geometric_series(ratio=x, hyps=(abs(x) <= 1,))),
    ("scalar", lambda: rules.scalar(goal=x**2 <= 3, hyps=(x >= -2, x <= 2), tree=EVAL)),
    ("scalar", lambda: rules.scalar(goal=u[i]**2 >= 0, hyps=(), tree=EVAL)),
    ("scalar", lambda: rules.scalar(goal=eq(x, x), hyps=(), tree=EVAL)),
    ("scalar", lambda: rules.scalar(goal=x**2 < 4, hyps=(x >= -2, x <= 2), tree=EVAL)),
    ("scalar", lambda: rules.scalar(goal=1/x**2 >= 0, hyps=(x >= -2,), tree=EVAL)),
    ("scalar", lambda: rules.scalar(goal=x - x >= m - Var("m"), hyps=(), tree=EVAL)),
    ("scalar", lambda: rules.scalar(goal=x**2 <= 4, hyps=(u[i] >= -2, u[i] <= 2), tree=EVAL)),
    ("specialize", lambda: rules.specialize(given(u[i] <= x), indices={i: q})),
    ("specialize", lambda: rules.specialize(given(u[i] <= x), indices={i: x})),  # type: ignore[dict-item]
    ("specialize", lambda: rules.specialize(given(u[i] <= x), indices=[(i, j)])),  # type: ignore[arg-type]
    ("instantiate", lambda: rules.instantiate(given(m <= 5), parameter=m, term=HALF*x)),
    ("instantiate", lambda: rules.instantiate(given(x <= 5), parameter=x, term=1/y)),
    ("instantiate", lambda: rules.instantiate(given(part[i] <= x), parameter=x, term=y)),
    ("instantiate", lambda: rules.instantiate(given(u[i] <= x), parameter=u[i], term=y)),  # type: ignore[arg-type]
    ("instantiate", lambda: rules.instantiate(given(Diff(x*y, x) <= z), parameter=y, term=x)),
    ("instantiate_array", lambda: rules.instantiate_array(given(part[i] <= 0), array=part, params=(i,), term=x)),
    ("instantiate_array", lambda: rules.instantiate_array(given(part[i] <= 0), array=u, params=(i,), term=x)),
    ("instantiate_array", lambda: rules.instantiate_array(given(u[i] <= 0), array=u, params=(q,), term=x)),
    ("instantiate_array", lambda: rules.instantiate_array(given(u[i] <= 0), array=u, params=(), term=x)),
    ("instantiate_array", lambda: rules.instantiate_array(given(u[i] <= 0), array=u, params=(i,), term=1/x)),
    ("instantiate_array", lambda: rules.instantiate_array(
        given(Diff(u[i]*v[i], v[i]) <= 0), array=u, params=(i,), term=v[i])),
    ("below_max", lambda: rules.below_max(left=1/x, right=y, first=False)),
    ("below_max", lambda: rules.below_max(left=x, right=log(y), first=True)),
    ("below_max", lambda: rules.below_max(left=x, right=y <= 0, first=True)),  # type: ignore[arg-type]
    ("max_bound", lambda: rules.max_bound(given(x <= z), given(y <= x))),
    ("max_bound", lambda: rules.max_bound(given(x <= u[i]), given(y <= u[j]))),
    ("max_bound", lambda: rules.max_bound(given(x <= z))),
    ("restate", lambda: rules.restate(given(x <= 1), hyps=(), concl=x <= 1)),
    ("restate", lambda: rules.restate(given(x <= 1), hyps=(x <= 1,), concl=x <= 2)),
    ("restate", lambda: rules.restate(given(x <= 1), given(y <= 1), hyps=(x <= 1,), concl=x <= 1)),
    ("induct", lambda: halved(given(x <= z))),
    ("induct", lambda: halved(given(y <= z))),
    ("induct", lambda: halved()),
]


@pytest.mark.parametrize(("name", "make", "shown"), GOOD, ids=[f"{name}-{k}" for k, (name, *_) in enumerate(GOOD)])
def test_rule_proves(name: str, make: Callable[[], Theorem], shown: str) -> None:
    found = make()
    assert found.rule == name
    assert repr(found) == shown


@pytest.mark.parametrize(("name", "make", "shown"), GOOD, ids=[f"{name}-{k}" for k, (name, *_) in enumerate(GOOD)])
def test_rule_is_replayed(name: str, make: Callable[[], Theorem], shown: str) -> None:
    found = make()
    again = replay(certify(found))
    assert (again.hyps, again.concl, again.rule) == (found.hyps, found.concl, name)


@pytest.mark.parametrize(("name", "make"), BAD, ids=[f"{name}-{k}" for k, (name, _) in enumerate(BAD)])
def test_rule_refuses(name: str, make: Callable[[], Any]) -> None:
    with pytest.raises(RuleError):
        make()


def test_every_rule_is_covered() -> None:
    assert {name for name, *_ in GOOD} == set(RULES)
    assert all(sum(name == other for other, _ in BAD) >= (2 if name == "relax" else 3) for name in RULES)


def test_hypotheses_hold_for_all_values_of_their_indices() -> None:
    """u[i] <= 0 is about every i, so it serves every other index too, and cutting it needs it for every i."""
    for index in (i, j):
        assert rules.sign(term=-u[index], hyps=(u[i] <= 0,)).concl == (expr(0) <= mul(-1, u[index]))
    with pytest.raises(RuleError):
        rules.sign(term=-v[i], hyps=(u[i] <= 0,))
