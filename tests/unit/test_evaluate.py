"""Values of terms against formulas written by hand, in every arithmetic."""

import math
import tracemalloc
from fractions import Fraction
from functools import partial

import mpmath
import numpy as np
import pytest
from flint import arb

from proofcheck.evaluate import NoValue, Values, evaluate, excess, holds, slack
from proofcheck.kernel.calculus import derivative
from proofcheck.kernel.point import Evaluator, Point
from proofcheck.kernel.terms import (
    Array,
    Const,
    Delta,
    Diff,
    Fn,
    Index,
    Num,
    Var,
    define,
    eq,
    exp,
    expr,
    free_indices,
    log,
    sqrt,
    sup,
    total,
)

n, m, d1, d2 = (Var(name, True) for name in ("n", "m", "d1", "d2"))
B, R, X = Var("B"), Var("R"), Var("X")
i, j = Index("i", n), Index("j", n)
r, s = Index("r", m), Index("s", m)
k, q = Index("k", d1), Index("q", d1)
l, p = Index("l", d2), Index("p", d2)
w, x, a, u = Array("w", (k, r)), Array("x", (k, i)), Array("a", (l, r)), Array("u", (r,))
G = Array("G", (i, j))
E = define("E", (i, r), exp(total(k, w[k, r] * x[k, i])))
alpha = define("alpha", (i,), total(r, E[i, r]))
S = define("S", (i, r), E[i, r] / alpha[i])
F = define("F", (l, i), m * total(r, a[l, r] * S[i, r]))
V = define("V", (l, r, i), total(s, (a[l, r] - a[l, s]) * S[i, s]))
H = define("H", (l, p, i, j), 1 / m * total((r, k), m * V[l, r, i] * S[i, r] * m * V[p, r, j] * S[j, r]
                                             * x[k, i] * x[k, j]))
slope = m * a[l, r] * S[i, r] * x[k, i] - F[l, i] * S[i, r] * x[k, i]

NUMBERS = {"float64": float, "mpf": mpmath.mpf, "arb": arb}


def arrays_of(M=5, N=3, D=2, L=2, seed=0):
    rng = np.random.default_rng(seed)
    return {"w": rng.standard_normal((D, M)), "x": rng.standard_normal((D, N)), "a": rng.choice([-1.0, 1.0], (L, M)),
            "u": rng.standard_normal(M), "G": rng.standard_normal((N, N))}


def values_of(convert=float, **sizes):
    arrays = arrays_of(**sizes)
    if convert is not float:
        arrays = {name: np.frompyfunc(lambda t: convert(float(t)), 1, 1)(data) for name, data in arrays.items()}
    (D, M), (L, _), (_, N) = arrays["w"].shape, arrays["a"].shape, arrays["x"].shape
    return Values({"n": N, "m": M, "d1": D, "d2": L}, {"B": 2, "R": Fraction(1, 8)}, arrays)


def by_hand(arrays):
    """The same quantities, with NumPy."""
    W, X_, A = arrays["w"], arrays["x"], arrays["a"]
    M = W.shape[1]
    e = np.exp(X_.T @ W)
    soft = e / e.sum(axis=1, keepdims=True)
    v = A[:, :, None] - (A @ soft.T)[:, None, :]
    f = M * A @ soft.T
    h = M * np.einsum("lri,ir,prj,jr,ij->lpij", v, soft, v, soft, X_.T @ X_, optimize=True)
    gradient = M * np.einsum("lri,ir,ki->likr", v, soft, X_)
    return {"E": e, "alpha": e.sum(axis=1), "S": soft, "F": f, "V": v, "H": h, "gradient": gradient}


QUANTITIES = {"E": (E[i, r], (i, r)), "alpha": (alpha[i], (i,)), "S": (S[i, r], (i, r)), "F": (F[l, i], (l, i)),
              "V": (V[l, r, i], (l, r, i)), "H": (H[l, p, i, j], (l, p, i, j)), "gradient": (slope, (l, i, k, r))}


def floats(data):
    return np.array([float(t.mid()) if isinstance(t, arb) else float(t) for t in np.asarray(data).flat]
                    ).reshape(np.shape(data))


@pytest.mark.parametrize("convert", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize("sizes", [{}, {"M": 1, "N": 1, "D": 1, "L": 1}, {"N": 4, "M": 2, "L": 3}])
def test_quantities_of_the_softmax_net(convert, name, sizes):
    term, axes = QUANTITIES[name]
    found = floats(evaluate(term, values_of(convert, **sizes)).along(axes))
    np.testing.assert_allclose(found, by_hand(arrays_of(**sizes))[name], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", QUANTITIES)
def test_balls_agree_with_the_kernel(name):
    term, axes = QUANTITIES[name]
    arrays = {key: np.round(data, 2) for key, data in arrays_of(M=3, N=2).items()}
    exact = {key: np.vectorize(lambda t: Fraction(str(t)), otypes=[object])(data) for key, data in arrays.items()}
    dims = {"n": 2, "m": 3, "d1": 2, "d2": 2}
    judge = Evaluator(Point({key: Fraction(v) for key, v in dims.items()},
                            {key: data.tolist() for key, data in exact.items()}))
    balls = {key: np.frompyfunc(lambda t: arb(t.numerator) / t.denominator, 1, 1)(data) for key, data in exact.items()}
    found = evaluate(term, Values(dims, {}, balls))
    for where in judge.places(frozenset(axes)):
        assert found.at(where).overlaps(judge.value(term, where)), where


def test_high_precision_is_precise():
    with mpmath.workdps(60):
        assert abs(evaluate(total(r, S[i, r]) - 1, values_of(mpmath.mpf)).data).max() < mpmath.mpf(10) ** -58


def test_rationals_are_exact_and_refuse_the_rest():
    fraction = np.array([[Fraction(1, 3), Fraction(2)], [Fraction(-5, 7), Fraction(0)]], dtype=object)
    values = Values({"m": 2, "d1": 2}, {"B": Fraction(9, 4)}, {"w": fraction})
    assert evaluate(total(r, w[k, r]), values).data.tolist() == [Fraction(7, 3), Fraction(-5, 7)]
    assert evaluate(sqrt(B) + 1 / B, values).data.item() == Fraction(3, 2) + Fraction(4, 9)
    assert evaluate(sup(k, abs(w[k, r])), values).data.tolist() == [Fraction(5, 7), Fraction(2)]
    for term in (exp(B), sqrt(B + 1), expr(Const("pi")), 1 / w[k, r]):
        with pytest.raises(NoValue):
            evaluate(term, values)


@pytest.mark.parametrize("term, wanted", [
    (Fn("geometric", (R,)), 8 / 7), (Fn("erf", (R,)), math.erf(0.125)), (Fn("erfc", (B,)), math.erfc(2)),
    (log(B), math.log(2)), (Fn("Max", (B, R)), 2), (Fn("Min", (B, R)), 0.125), (B ** Fraction(-3, 2), 2**-1.5),
    (B**0, 1), (B**-3, 0.125), (Fn("tanh", (R,)), math.tanh(0.125)), (Fn("cosh", (B,)), math.cosh(2)),
    (Fn("sinh", (B,)), math.sinh(2)), (Const("pi") * B, 2 * math.pi), (abs(R - B), 1.875), (m + n * R, 5.375),
    (Fn("Max", (R, B)) ** Fraction(1, 3), 2 ** (1 / 3)), (total((r, s), Num(Fraction(1))), 25),
], ids=str)
@pytest.mark.parametrize("convert", NUMBERS.values(), ids=NUMBERS)
def test_functions(term, wanted, convert):
    assert floats(evaluate(term, values_of(convert)).data) == pytest.approx(wanted, rel=1e-14)


def test_indices():
    values, data = values_of(), arrays_of()
    g = data["G"]
    assert evaluate(G[i, i], values).data.tolist() == np.diag(g).tolist()
    assert (evaluate(G[j, i], values).along((i, j)) == g.T).all()
    assert evaluate(total(i, G[i, i]), values).data == pytest.approx(np.trace(g))
    assert (evaluate(Delta(i, j), values).data == np.eye(3)).all()
    assert evaluate(Delta(i, i), values).data == 1
    np.testing.assert_allclose(evaluate(total(s, Delta(r, s) * S[i, s]), values).along((i, r)), by_hand(data)["S"])
    assert evaluate(total((r, s), Delta(r, s)), values).data == 5
    assert evaluate(total(r, total(r, u[r])), values).data == pytest.approx(5 * data["u"].sum())
    np.testing.assert_allclose(evaluate(H[l, l, i, i], values).along((l, i)),
                               np.einsum("llii->li", by_hand(data)["H"]), rtol=1e-12, atol=1e-15)
    constant = define("one", (i, r), expr(1))
    assert evaluate(total((i, r), constant[i, r]), values).data == 15
    assert evaluate(sup(r, u[r]), values).data == data["u"].max()
    assert evaluate(sup(s, u[r]), values).data.tolist() == data["u"].tolist()


def test_a_bound_index_is_not_the_free_one():
    term = u[r] * total(r, u[r])
    data = arrays_of()["u"]
    np.testing.assert_allclose(evaluate(term, values_of()).data, data * data.sum())
    np.testing.assert_allclose(evaluate(total(s, Delta(r, s) * total(r, u[s] * u[r])), values_of()).data,
                               data * data.sum())


@pytest.mark.parametrize("body, wrt", [(F[l, i], w[k, r]), (S[i, r], w[k, r]), (H[l, l, i, j], w[k, s]),
                                       (exp(R * B) / B, B), (total(r, u[r] ** 3), u[s]), (sup(r, abs(u[r])), u[s]),
                                       (log(alpha[i]), x[k, j]),
                                       (Fn("erf", (B,)) - Fn("erfc", (B * R,)) + Fn("tanh", (B,)), B),
                                       (G[i, i] * G[i, j], G[j, i])], ids=str)
def test_derivatives_by_perturbation(body, wrt):
    found = evaluate(Diff(body, wrt), values_of())
    axes = tuple(sorted(free_indices(body) | free_indices(wrt), key=lambda t: t.name))
    precise = evaluate(Diff(body, wrt), values_of(mpmath.mpf))
    np.testing.assert_allclose(found.along(axes), floats(precise.along(axes)), rtol=1e-11, atol=1e-12)
    if body != sup(r, abs(u[r])):
        symbolic = evaluate(derivative(body, wrt), values_of())
        np.testing.assert_allclose(*np.broadcast_arrays(found.along(axes), symbolic.along(axes)), rtol=1e-11,
                                   atol=1e-12)


def test_second_derivatives_need_high_precision():
    with pytest.raises(NoValue, match="mpf"):
        evaluate(Diff(Diff(F[l, i], w[k, r]), w[q, s]), values_of())
    found = evaluate(Diff(Diff(F[l, i], w[k, r]), w[q, s]), values_of(mpmath.mpf))
    symbolic = evaluate(derivative(derivative(F[l, i], w[k, r]), w[q, s]), values_of())
    axes = (l, i, k, r, q, s)
    np.testing.assert_allclose(floats(found.along(axes)), symbolic.along(axes), rtol=1e-10, atol=1e-12)
    with pytest.raises(NoValue, match="arithmetic arb"):
        evaluate(Diff(F[l, i], w[k, r]), values_of(arb))


def test_large_networks_fit_in_memory():
    sizes = {"M": 4096, "N": 16, "D": 8, "L": 8}
    values, wanted = values_of(**sizes), by_hand(arrays_of(**sizes))
    tracemalloc.start()
    found = evaluate(H[l, p, i, j], values).along((l, p, i, j))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(found, wanted["H"], rtol=1e-9, atol=1e-11)
    assert peak < 200e6


def test_definitions_are_computed_once():
    values = values_of()
    first = evaluate(S[i, r], values)
    assert np.shares_memory(first.data, evaluate(S[j, s], values).data)


def test_slack_points_to_the_worst_place():
    data = np.array([1.0, -3.0, 2.0, 0.5, 0.0])
    values = Values({"m": 5}, {"B": 4.0}, {"u": data})
    found = slack(abs(u[r]) <= B, values)
    assert (found.lhs, found.rhs, found.slack, found.ratio, found.at) == (3, 4, 1, 0.75, {"r": 2})
    assert found.defined
    found = slack(eq(u[r], 0), values)
    assert (found.slack, found.at) == (-3, {"r": 2})
    assert slack(u[r] >= -B, values).ratio == 0.75
    assert slack(expr(1) <= -B, values).ratio == math.inf
    assert slack(expr(0) <= total(r, 0 * u[r]), values).ratio == 1


@pytest.mark.parametrize("convert", NUMBERS.values(), ids=NUMBERS)
def test_holds(convert):
    values = values_of(convert)
    assert holds(abs(V[l, r, i]) <= 2, values)
    assert not holds(abs(V[l, r, i]) <= Fraction(1, 100), values)
    assert holds(eq(total(r, S[i, r]), 1), values, 1e-12)
    assert holds(eq(total(r, S[i, r]) - 1, 0), values, 1e-12)
    assert holds(eq(V[l, r, i], a[l, r] - F[l, i] / m), values, 1e-12)
    assert not holds(eq(V[l, r, i], a[l, r] + F[l, i] / m), values, 1e-12)
    assert not holds(S[i, r] <= R / 100, values)
    assert excess(S[i, r] <= 1, values) < 0 < excess(S[i, r] <= R / 100, values)


def test_strict_and_equal():
    values = Values({}, {"B": 1.0})
    assert holds(B <= 1, values) and not holds(B < 1, values)
    exact = Values({}, {"B": Fraction(1)})
    assert holds(B <= 1, exact) and not holds(B < 1, exact) and holds(eq(B, 1), exact)


def test_overflow_and_undefined_values_are_reported():
    values = Values({"m": 2}, {"B": 1000.0}, {"u": np.array([1.0, -1.0])})
    assert evaluate(exp(B), values).data == math.inf
    assert math.isnan(evaluate(exp(B) / exp(B), values).data)
    assert math.isnan(excess(exp(B) <= exp(B), values)) and math.isnan(excess(eq(exp(B), exp(B)), values))
    for term in (log(u[r]), sqrt(u[r]), Fn("geometric", (B,))):
        found = slack(term <= B, values)
        assert not found.defined and not holds(term <= B, values)
        assert math.isnan(excess(term <= B, values)) and math.isnan(found.ratio)
    assert slack(log(u[r]) <= B, values).at == {"r": 2}
    for convert in (mpmath.mpf, arb):
        other = Values({"m": 2}, {"B": convert(3)}, {"u": np.array([convert(1), convert(-1)], dtype=object)})
        assert not slack(sqrt(u[r]) <= B, other).defined
        assert not holds(sqrt(u[r]) <= B, other) and not holds(eq(log(u[r]), log(u[r])), other, 1e-3)


@pytest.mark.parametrize("make, missing", [
    (lambda: evaluate(B + Var("Z"), values_of()), "parameter Z"),
    (lambda: evaluate(Array("zeta", (r,))[r], values_of()), "array zeta"),
    (lambda: evaluate(Var("M", True) + B, values_of()), "dimension M"),
    (lambda: evaluate(u[r], Values({"m": 3}, {}, {"u": np.zeros(2)})), r"shape \(2,\), not \(3,\)"),
    (lambda: evaluate(Diff(F[l, i], S[i, r]), values_of()), "abbreviation"),
    (partial(lambda t: t.along((r,)), evaluate(expr(1) * S[i, r], values_of())), "depends on"),
])
def test_errors_say_what_is_missing(make, missing):
    with pytest.raises(NoValue, match=missing):
        make()


def test_a_derivative_by_a_parameter_without_a_value() -> None:
    with pytest.raises(NoValue, match="no value of q"):
        evaluate(Diff(B * Var("q"), Var("q")), values_of())
