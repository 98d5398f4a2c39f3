"""Estimated and certified eigenvalues."""

from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb, fmpq

from numerics import Ball, eigenvalues, enclose_lambda_min, enclose_spectrum, exceeds, lambda_max, lambda_min, symmetric_net

KNOWN = [[2, 1], [1, 2]]  # eigenvalues 1 and 3
TINY = Fraction(1, 10**40)


def test_the_certificate_is_sharp():
    assert exceeds(KNOWN, 1 - TINY)
    assert not exceeds(KNOWN, 1)
    assert not exceeds(KNOWN, 1 + TINY)


def test_indefinite_matrices_with_positive_diagonal_are_not_certified():
    assert not exceeds([[1, 2], [2, 1]], 0)
    assert exceeds([[1, 2], [2, 1]], Fraction(-11, 10))


def test_wide_balls_are_certified_only_if_all_their_matrices_are():
    wide = Ball().array(KNOWN)
    wide[0, 0] = arb(2, 0.5)
    assert exceeds(wide, 0)
    wide[0, 0] = arb(2, 1.6)
    assert not exceeds(wide, 0)


def test_enclosure_of_a_known_eigenvalue():
    enclosed = enclose_lambda_min(np.array(KNOWN))
    assert enclosed.contains(1)
    assert enclosed.rad() < 1e-20


def test_enclosure_of_an_irrational_eigenvalue():
    enclosed = enclose_lambda_min([[1, 1], [1, 2]])
    with Ball().working():
        golden = (3 - arb(5).sqrt()) / 2
        assert enclosed.overlaps(golden)
        assert enclosed.rad() < arb(2) ** -80


def test_enclosure_of_a_singular_matrix():
    enclosed = enclose_lambda_min([[1, 1], [1, 1]])
    assert enclosed.contains(0)
    assert enclosed.rad() < 1e-20


def test_enclosure_of_zero_and_of_one_entry():
    assert enclose_lambda_min([[0, 0], [0, 0]]).contains(0)
    tenth = enclose_lambda_min([["0.1"]])
    with Ball(400).working():
        assert tenth.contains(arb(fmpq(1, 10)))


def test_enclosure_of_hopelessly_wide_balls():
    with pytest.raises(ArithmeticError, match="could be certified"):
        enclose_lambda_min([[arb(1, 1e6), 0], [0, 1]])


def test_kernel_of_a_net():
    net = symmetric_net(3, 30, 3, 2, seed=0)
    enclosed = enclose_lambda_min(net.to(Ball(200)).gram_matrix)
    assert enclosed > 0
    assert abs(float(enclosed.mid()) - lambda_min(net)) < 1e-12
    assert lambda_max(net) >= np.trace(net.gram_matrix) / 6
    assert np.allclose(eigenvalues(net.to(Ball())), eigenvalues(net), atol=1e-12)


def test_kernel_is_singular_when_outputs_copy_each_other():
    net = symmetric_net(2, 4, 3, 1, seed=0)
    twin = type(net)(net.w, net.x, np.repeat(net.a, 2, axis=0), np.repeat(net.y, 2, axis=0))
    enclosed = enclose_lambda_min(twin.to(Ball()).gram_matrix)
    assert enclosed.contains(0)
    assert enclosed.rad() < 1e-20


def test_global_precision_is_restored():
    before = flint.ctx.prec
    enclose_lambda_min(KNOWN, Ball(400))
    assert flint.ctx.prec == before


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2, 3], [4, 5, 6]], r"square matrix is needed, not shape \(2, 3\)"),
        ([1, 2], "square matrix is needed"),
        ([[1, 2], [3, 4]], "symmetric matrix is needed"),
        ([[float("nan")]], "not a finite exact number"),
    ],
)
def test_bad_matrices(matrix, message):
    for check in (lambda: exceeds(matrix, 0), lambda: enclose_lambda_min(matrix)):
        with pytest.raises(ValueError, match=message):
            check()


@pytest.mark.parametrize("copies", [1, 2, 4])
def test_repeated_eigenvalues_are_enclosed_sharply(copies):
    ball = Ball(300)
    matrix = np.kron(np.array(KNOWN), np.eye(copies, dtype=int))
    least, largest = enclose_spectrum(matrix, ball)
    assert least.contains(1)
    assert largest.contains(3)
    assert max(least.rad(), largest.rad()) < arb(2) ** -250
    assert enclose_lambda_min(np.eye(3, dtype=int), ball).contains(1)


def test_the_fallback_agrees_where_isolation_works(monkeypatch):
    matrix, ball = symmetric_net(2, 30, 2, 2, seed=0).to(Ball(300)).gram_matrix, Ball(300)
    isolated = enclose_spectrum(matrix, ball)
    monkeypatch.setattr("numerics.spectrum._isolated", lambda entries: [])
    for one, two in zip(isolated, enclose_spectrum(matrix, ball), strict=True):
        assert one.overlaps(two)
        assert two.rad() < arb(2) ** -200
