"""Exponentials and pairs of doubles against mpmath at 60 digits, and the fast Gram matrix against the plain one."""

import mpmath
import numpy as np
import pytest

from numerics import NETWORKS, DoubleDouble, Mp, Net, best_gram_matrix, network, parse_precision, symmetric_network
from numerics import fast_gram as fast_gram_module
from numerics.doubledouble import LOWEST_PAIR, _add_product, exp_pairs, join, split, sum_lanes
from numerics.fast_gram import gram_matrix
from numerics.kernels import HIGHEST, LOWEST, exp_array

MP = mpmath.mp.clone()
MP.dps = 60

RANGES = {
    "ordinary": (-20, 20),
    "near zero": (-1e-5, 1e-5),
    "tiny": (-1e-300, 1e-300),
    "all of the range": (LOWEST_PAIR, HIGHEST),
    "bottom": (LOWEST_PAIR, LOWEST_PAIR + 1),
    "top": (HIGHEST - 1, HIGHEST),
}
every_range = pytest.mark.parametrize("limits", RANGES.values(), ids=RANGES.keys())
EXTREMES = [0.0, -0.0, 5e-324, -5e-324, 1.0, -1.0, HIGHEST, LOWEST_PAIR, 0.34657359027997264, -0.34657359027997264]


def points(limits, count=1500):
    rng = np.random.default_rng(0)
    low, high = limits
    halfway = (np.arange(low, high + 1) + 0.5) * np.log(2)  # between two powers of two
    return np.concatenate([rng.uniform(low, high, count), halfway[(halfway > low) & (halfway < high)], EXTREMES])


def errors(high, low, exact):
    return [abs((MP.mpf(h) + MP.mpf(l)) / e - 1) for h, l, e in zip(high, low, exact, strict=True)]


@every_range
def test_exp64_to_one_ulp(limits):
    x = points(limits)
    y = np.empty_like(x)
    exp_array(x, y)
    worst = max(errors(y, 0 * y, [MP.exp(MP.mpf(value)) for value in x]))
    assert worst < 2.0**-52
    assert worst > 0  # a double cannot be exact


def test_exp64_outside_its_range():
    x = np.array([-1e300, -np.inf, LOWEST, 1e300, np.inf, np.nan])
    y = np.empty_like(x)
    exp_array(x, y)
    assert y[0] == y[1] == y[2] > 0
    assert y[3] == y[4] == np.exp(HIGHEST)
    assert np.isnan(y[5])


@every_range
def test_exp_of_pairs_to_2_to_the_minus_104(limits):
    """Measured: at most 2.3e-32 = 2^-105.1, at the ends of the range."""
    high = points(limits)
    low = high * np.random.default_rng(1).uniform(-1, 1, high.size) * 2.0**-53
    high, low = high + low, low - ((high + low) - high)
    yh, yl = np.empty_like(high), np.empty_like(high)
    exp_pairs(high, low, yh, yl)
    exact = [MP.exp(MP.mpf(h) + MP.mpf(l)) for h, l in zip(high, low, strict=True)]
    assert max(errors(yh, yl, exact)) < 2.0**-104
    assert (np.abs(yl) <= np.spacing(yh)).all()


def test_exp_of_pairs_needs_its_low_parts():
    high = points((-20, 20))
    yh, yl = np.empty_like(high), np.empty_like(high)
    exp_pairs(high, 1e-18 * high, yh, yl)
    assert max(errors(yh, yl, [MP.exp(MP.mpf(h)) for h in high])) > 1e-19


def test_exp_of_pairs_outside_its_range():
    x = np.array([-1e300, LOWEST_PAIR, np.nan])
    yh, yl = np.empty_like(x), np.empty_like(x)
    exp_pairs(x, 0 * x, yh, yl)
    assert (yh[0], yl[0]) == (yh[1], yl[1])
    assert np.isnan(yh[2])


def test_products_and_sums_of_pairs():
    rng = np.random.default_rng(2)
    numbers = [Mp(32).array(rng.standard_normal(200) * 10.0 ** rng.integers(-20, 20, 200)) for _ in range(2)]
    a, b = (values + values[::-1] / 2**54 for values in numbers)
    (ah, al), (bh, bl) = split(a), split(b)
    f = (float(bh[0]), float(bl[0]))
    oh, ol = ah.copy(), al.copy()
    _add_product(oh, ol, *f, bh, bl)
    for h, l, x, xl, y, yl in zip(oh, ol, ah, al, bh, bl, strict=True):
        product = (MP.mpf(f[0]) + MP.mpf(f[1])) * (MP.mpf(y) + MP.mpf(yl))
        exact = MP.mpf(x) + MP.mpf(xl) + product
        assert abs(MP.mpf(h) + MP.mpf(l) - exact) <= 2.0**-102 * (abs(product) + abs(exact))


def test_sums_of_pairs_that_cancel():
    values = Mp(32).array(["1e20", "1e-10", "-1e20", "3e-10"])
    total = join(sum_lanes(split(values)[:, None, :]))[0]
    assert abs(total - Mp(32).number("4e-10")) < 1e-11 * 4e-10 + 1e20 * 2.0**-104


def test_pairs_keep_32_digits():
    values = DoubleDouble().array(["0.1", "-3e-50", "1e100", "0"])
    back = join(split(values))
    assert all(abs(v - w) <= 2.0**-105 * abs(v) for v, w in zip(values, back, strict=True))


def test_double_double_by_name():
    assert parse_precision("dd") == DoubleDouble()
    assert parse_precision("30") == Mp(30)
    assert DoubleDouble().name == "double-double"
    with pytest.raises(ValueError, match="allowed: float64, dd, a number of digits"):
        parse_precision("double")


GRAMS = {  # n, m, d1, d2
    "one output": (5, 40, 2, 1),
    "few": (6, 64, 3, 3),
    "eight": (4, 600, 2, 8),
    "nine": (3, 50, 2, 9),
    "many": (2, 300, 2, 21),
}


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("shape", GRAMS.values(), ids=GRAMS.keys())
def test_gram_by_patterns(kind, shape, monkeypatch):
    monkeypatch.setattr(fast_gram_module, "CHUNK", 16)
    n, m, d1, d2 = shape
    net = symmetric_network(kind, n, m, d1, d2, sigma=0.3, seed=1)
    net = net.at(net.w + 0.1 * np.random.default_rng(0).standard_normal(net.w.shape))
    fast = gram_matrix(net)
    assert np.abs(fast - net.gram_matrix).max() <= 1e-13 * np.abs(net.gram_matrix).max()
    assert np.abs(fast - fast.T).max() <= 1e-15 * np.abs(fast).max()


def test_gram_of_signs_without_pairs_and_of_odd_m():
    rng = np.random.default_rng(0)
    for kind in NETWORKS:
        w, x, a = rng.standard_normal((2, 301)), rng.standard_normal((2, 4)), rng.choice([-1, 1], (3, 301))
        net = network(kind, w, x, a, np.ones((3, 4)))
        assert np.abs(gram_matrix(net) - net.gram_matrix).max() <= 1e-13 * np.abs(net.gram_matrix).max()


@pytest.mark.parametrize("sigma", [30, 3000])
def test_gram_where_one_neuron_takes_all(sigma):
    """The mean signs are close to 1 and the sums would cancel: the closed form answers."""
    start = symmetric_network("softmax", 3, 40, 2, 2, seed=0)
    net = start.at(sigma * np.random.default_rng(1).standard_normal((2, 40)))
    assert np.abs(net.mean_sign).max() > 0.9
    assert np.array_equal(gram_matrix(net), net.gram_matrix)


def test_gram_of_other_signs_and_other_arithmetics():
    rng = np.random.default_rng(0)
    net = Net(rng.standard_normal((2, 30)), rng.standard_normal((2, 4)), rng.standard_normal((3, 30)), np.ones((3, 4)))
    assert gram_matrix(net) is net.gram_matrix
    many = net.to(Mp(30))
    assert best_gram_matrix(many) is many.gram_matrix


def test_large_nets_take_the_fast_road(monkeypatch):
    net = symmetric_network("softmax", 4, 10000, 2, 2)
    fast = best_gram_matrix(net)
    assert np.array_equal(fast, gram_matrix(net))
    assert not np.array_equal(fast, net.gram_matrix)
