"""A tiny paper with one of everything: a false step, a repair, a false claim, an implicit hypothesis, a wrong citation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from proofcheck.claims import Citation, Claim, Given, Instance, Paper, Repair
from proofcheck.evaluate import Values
from proofcheck.kernel.terms import Array, Index, Var, define, eq, exp, total
from proofcheck.prove.context import by_identity, by_scalar

n = Var("n", True)
i, j = Index("i", n), Index("j", n)
u, v = Array("u", (i,)), Array("v", (i,))
B, C = Var("B"), Var("C")
e = define("e", (i,), exp(u[i]))
B_at_least_1 = Given(B >= 1, "B >= 1")
bounded = Given(abs(u[i]) <= B, "|u_i| <= B for all i")


def sums() -> Claim:
    """An identity for all sizes."""
    claim = Claim("toy.sum", "identity", 1, "sums add up", eq(total(i, e[i] * (u[i] + v[i])),
                  total(i, e[i] * u[i]) + total(i, e[i] * v[i])), by=by_identity, scope="all n")
    claim.mutant(eq(total(i, u[i] + v[i]), total(i, u[i]) - total(i, v[i])), "refuted", "minus instead of plus")
    return claim


def entries() -> Claim:
    """A bound with arrays."""
    claim = Claim("toy.bound", "fact", 2, "exp of a bounded entry", e[i] <= exp(B), given=(B_at_least_1, bounded),
                  by=lambda c: c.bound(), scope="all n, B >= 1")
    claim.mutant(e[i] <= exp(B / 2), "refuted", "with half the exponent")
    claim.mutant(e[i] <= exp(B), "refuted", "needs |u_i| <= B", drop=(bounded.rel,))
    claim.mutant(e[i] <= exp(B) + 1, "proved", "a weaker bound")
    return claim


def gap() -> Claim:
    """A true statement with a false printed step, and a repair."""
    claim = Claim("toy.gap", "lemma", 3, "a true bound with a false proof", 2 * exp(B) <= exp(2 * B),
                  given=(B_at_least_1,), uses=("toy.bound",), scope="B >= 1")
    claim.step("1", 2 * exp(B) <= exp(B) + exp(B), by_scalar, why="2 = 1 + 1")
    claim.step("2", exp(B) + exp(B) <= exp(B), by_scalar, why="absorbed", typo="an exponent is missing")
    claim.step("3", exp(B) <= exp(2 * B), by_scalar, why="B >= 0")
    claim.repair = Repair("toy.gap/repair", "log 2 <= B", by_scalar)
    claim.mutant(3 * exp(B) <= exp(2 * B), "refuted", "with 3")
    return claim


def implicit() -> Claim:
    """A statement that needs a hypothesis that is not printed."""
    claim = Claim("toy.implicit", "claim", 4, "an inverse", 1 / B <= B,
                  given=(Given(B > 0, "B > 0"), Given(B >= 1, "B >= 1", implicit=True)), by=by_scalar)
    claim.mutant(2 / B <= B, "refuted", "with 2")
    return claim


def citing() -> Claim:
    """A true step for a false reason."""
    claim = Claim("toy.cite", "lemma", 5, "a wrong citation", B <= B**2, given=(B_at_least_1,), uses=("toy.implicit",))
    claim.step("1", B <= B**2, None, why="by a fact that asks for B <= 2", instead=by_scalar,
               citation=Citation("toy.cited", B <= 2, "B <= 2"))
    claim.mutant(2 * B <= B**2, "refuted", "with 2")
    return claim


def false() -> Claim:
    """A false claim, with a step whose failure has a boundary."""
    claim = Claim("toy.false", "claim", 6, "a false bound", exp(B) <= 1 + 2 * B, given=(B_at_least_1,), printed=True)
    claim.step("1", exp(B) <= 1 + 2 * B, by_scalar, why="convexity", boundary="B")
    claim.repair = Repair("toy.false/repair", "with the right constant", by_scalar, rel=exp(B) <= 1 + 4 * B,
                          given=(B_at_least_1, Given(B <= 2, "B <= 2")))
    return claim


def others() -> tuple[Claim, ...]:
    """Claims without a proof of their own."""
    return (
        Claim("toy.cited", "cited", 7, "somebody else's", B <= 2 * B, given=(Given(B <= 2, "B <= 2"),)),
        Claim("toy.assumed", "hypothesis", 8, "an assumption", total(i, u[i] ** 2) > 0),
        Claim("toy.parts", "lemma", 9, "both bounds", parts=("toy.bound", "toy.gap")),
        Claim("toy.same", "lemma", 10, "the first once more", same_as="toy.sum"),
        Claim("toy.seen", "claim", 11, "a true statement without a proof", total(i, e[i]) >= n + total(i, u[i]),
              uses=("toy.cited",), evidence=lambda: {"tries": 3, "share": Fraction(1, 3)}),
        Claim("toy.chain", "claim", 12, "a chain", total(i, e[i]) <= n * exp(B), given=(B_at_least_1, bounded),
              by=lambda c: c.bound(None, c.theorem("toy.bound")), uses=("toy.bound",)),
    )


def instances(setting: str) -> Iterator[Instance]:
    """Two random configurations; one of them does not meet |u_i| <= B."""
    rng = np.random.default_rng(1)
    for size, bound, scale in ((3, 4.0, 1.0), (5, 1.0, 3.0)):
        data = rng.normal(size=(2, size)) * scale
        yield Instance(f"n = {size}, B = {bound}", "float64",
                       Values({"n": size}, {"B": bound}, {"u": data[0], "v": data[1]}))


def gd(options: Mapping[str, Any]) -> Iterator[Instance]:
    """A run whose entries grow until they leave the hypotheses."""
    if options["net"] != "softmax":
        raise ValueError(f"--net {options['net']}: allowed is softmax")
    for step in range(options["steps"] + 1):
        data = np.linspace(-1.0, 1.0, options["n"]) * step / 2
        yield Instance(f"toy run, step {step}", "float64", Values({"n": options["n"]}, {"B": 1.0}, {"u": data, "v": data}))


def make() -> Paper:
    """A fresh paper."""
    made = Paper("toy", "A toy paper", "nowhere", instances, gd)
    made.add(sums(), entries(), gap(), implicit(), citing(), false(), *others())
    return made


paper = make()
