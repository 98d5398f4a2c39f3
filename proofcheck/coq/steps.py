"""Pieces of tactics from which proofs of equations are put together."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from proofcheck.coq.atoms import Binder, Tree
from proofcheck.coq.terms import identifier

Lines = list[str]
SAME: Lines = ["reflexivity."]


def chain(middle: str, first: Lines, second: Lines) -> Lines:
    """Through a term in the middle."""
    if second == SAME or first == SAME:
        return first if second == SAME else second
    return [f"transitivity ({middle}).", "{", *first, "}", *second]


def congruence(function: str, proofs: Sequence[Lines]) -> Lines:
    """Part by part."""
    if all(p == SAME for p in proofs):
        return SAME
    if len(proofs) == 1:
        return proofs[0]
    return [f"apply (f_equal2 {function}).", "{", *congruence(function, proofs[:-1]), "}", "{", *proofs[-1], "}"]


def under(binders: Sequence[Binder], proof: Lines) -> Lines:
    """Inside sums."""
    if proof == SAME:
        return SAME
    return [*(f"apply bigsum_ext; intros {identifier('i', n)} H_{n}." for n, _ in binders), *proof]


def right(trees: Sequence[Tree]) -> Tree:
    """A product in the order a * (b * (c * ...))."""
    return trees[0] if len(trees) == 1 else ("mul", trees[0], right(trees[1:]))


def congruence_right(proofs: Sequence[Lines]) -> Lines:
    """Part by part, in the order a * (b * (c * ...))."""
    if all(p == SAME for p in proofs):
        return SAME
    if len(proofs) == 1:
        return proofs[0]
    return ["apply (f_equal2 Rmult).", "{", *proofs[0], "}", "{", *congruence_right(proofs[1:]), "}"]


def pull(binders: Sequence[Binder], lemma: str = "bigsum_scal") -> Lines:
    """A factor out of a multiple sum."""
    if not binders:
        return SAME
    if len(binders) == 1:
        return [f"apply {lemma}."]
    name = identifier("i", binders[0][0])
    inner = [f"eapply bigsum_ext; intros {name} _.", *pull(binders[1:], lemma)]
    return ["eapply eq_trans.", "{", *inner, "}", f"apply {lemma}."]


def context(p: Fraction) -> str:
    """What is done to z to raise it to a power."""
    root = "sqrt z" if p.denominator == 2 else "z"
    whole = abs(p.numerator)
    shown = root if whole == 1 else f"({root}) ^ {whole}"
    return shown if p > 0 else f"/ ({shown})"
