"""Theorem R, proved: gradient descent from a symmetric initialization, for ever (repairs Theorem 4.2, lines 172-190).

A run of any length: its step tau leads from W[tau] to W_plus[tau] by gradient descent, and from path[tau] to path_plus[tau].
Before it, W[tau] is W(0) or the W_plus of the step before: link[earlier, tau] is 1 for that step and 0 otherwise, and clock
counts the steps.  The conclusions are about every step of every run, and of every longer one.  lam and Lam are any numbers
with lam I <= H(0) <= Lam I, written with square roots of the differences; size_Y is |Y|_F or larger.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lemmas.def_3_6 import balanced, direction
from lemmas.notation import (
    B,
    B_at_least_1,
    H,
    S,
    d2,
    eta,
    event,
    gradient,
    i,
    i as data,
    j,
    k,
    l,
    l1,
    l2,
    lam,
    m,
    n,
    r,
    signs,
    softmax,
    w,
    x_in_ball,
    y,
)
from lemmas.theorem_r import LINE, Lam, condition_A, condition_B, greatest, positive_eta, positive_lam, rho, size_Y, small_step
from lemmas.theorem_r import targets_small, wide
from lemmas.theorem_r_induction import CHANGED, INVARIANTS, RELATIONS, P_next, begin, loss_falls, mapped, steady, targets
from lemmas.theorem_r_linear import at_least, high, i3, i4, l3, l4, low, met, same, squared, unit
from lemmas.theorem_r_path import CASES, HALT, LEAST, Case, s1
from lemmas.theorem_r_softmax import base, new, now, old, size
from lemmas.theorem_r_steps import HOLE, P, mono, roots, s0
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.terms import Array, Expr, Index, Rel, Var, eq, exp, expr, sqrt, total, unfold
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context
from proofcheck.prove.scalar import prove_scalar
