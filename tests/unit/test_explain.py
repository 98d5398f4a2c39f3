"""Explanations: every kind of node in words, and the words speak of the goals that the kernel checks."""

from typing import Any

import pytest

from proofcheck import explain as words
from proofcheck.decide import decide
from proofcheck.kernel import scalar
from proofcheck.kernel.domain import gap
from proofcheck.kernel.rules import scalar as rule
from proofcheck.kernel.text import Reader, Signature
from proofcheck.wording import pretty

EVAL = ["eval", 64]
KINDS = [
    ("eval", "x <= 2", "x <= 1, x >= 0", EVAL, "Interval arithmetic over the whole domain gives at least 1"),
    ("mean", "x - x**2 <= 1", "0 <= x, x <= 1/10", ["mean", 64], "mean value form around the middle of x in [0, 1/10]"),
    ("sturm", "2*x <= x**2 + 1", "", ["sturm"], "counting its real roots exactly"),
    ("split", "x**2 <= 1", "-1 <= x, x <= 1", ["split", "x", "0", EVAL, EVAL], "The parts x <= 0 and x >= 0"),
    ("integer", "n <= 3", "n <= 3", ["integer", "n", 1, EVAL, EVAL], "so n <= 1 or n >= 2"),
    ("case", "0 <= x**2 + 1", "", ["case", "x", EVAL, EVAL], "Either x >= 0 or x < 0"),
    ("mono", "1 <= exp(x) + y", "x >= 0, y >= 0", ["mono", "x", "+", EVAL, ["mono", "y", "+", EVAL, EVAL]],
     "grows with x and y, so the corner x = 0, y = 0 decides, where it is 0"),
    ("mono", "exp(-x) <= 1", "x >= 0", ["mono", "x", "+", EVAL, EVAL], "grows with x, so x = 0 decides"),
    ("interior", "0 <= x", "x >= 0", ["interior", "x", EVAL], "look between the ends of x"),
    ("concave", "0 <= 1 - x**2", "-1 <= x, x <= 1", ["concave", "x", EVAL, EVAL, EVAL],
     "is concave in x, so x = -1 and x = 1 decide"),
    ("scale", "2*exp(x) <= exp(2*x)", "x >= 1", ["scale", "exp(-2*x)", [], EVAL], "Dividing by exp(2*x) leaves"),
    ("use", "2*x <= x**2 + 1", "", ["use", [["(x - 1)**2", [], []]], EVAL], "is the sum of (x - 1)**2"),
    ("use", "x <= y + 1", "x <= y", ["use", [["1", [0], []]], EVAL], "leaves 1 >= 0"),
    ("void", "x <= 5", "x <= y, y < x", ["void", [["1", [0], []], ["1", [1], []]], EVAL], "No point of the domain is left"),
    ("lemma", "0 <= x + 1", "x >= 0", ["lemma", "x", False, EVAL, EVAL], "First, x >= 0"),
    ("narrow", "1 <= x", "x >= 0, y >= 1, y <= x",
     ["narrow", "x", "lo", "1", False, ["use", [["1", [0], []]], EVAL], EVAL], "The hypotheses give x >= 1"),
    ("change", "y <= x", "y <= x, y >= 0",
     ["change", "x", "t", "y + t", "x - y", ["0", False, ["use", [["1", [0], []]], EVAL]], ["", False, []],
      EVAL],
     "With x = y + t and t >= 0 it reads t >= 0"),
    ("log", "exp(x) <= exp(2*x)", "x >= 0", ["log", "exp(x)", "exp(2*x)", EVAL, EVAL, EVAL], "their logarithms are"),
    ("exp", "log(x) <= log(2*x)", "x >= 1", ["exp", "log(x)", "log(2*x)", EVAL], "The exponentials of log(x) and"),
    ("squared", "x <= sqrt(x**2 + 1)", "", ["squared", "x", "sqrt(x**2 + 1)", EVAL, EVAL], "its square is compared with"),
    ("rewrite", "1/(x + 1) <= 1", "x >= 0", ["rewrite", "x/(x + 1)", EVAL], "clearing denominators shows that"),
    ("exponentials", "0 <= cosh(x)", "", ["exponentials", EVAL], "With sinh, cosh and tanh written by exp"),
    ("abs", "abs(x) <= x", "x >= 0", ["abs", "x", "+", EVAL, EVAL], "Here x >= 0, which resolves its absolute value"),
    ("max", "Max(x, 0) <= x", "x >= 0", ["max", "Max", "x", "0", EVAL, EVAL], "Here x is the larger one of x and 0"),
    ("either", "0 <= 1 + abs(x)*0 + Min(x, y)", "x >= 0, y >= 0", ["either", "Min(x, y)", EVAL, EVAL],
     "The value of Min(x, y) is x or y"),
]


def theorem(goal: str, given: str, tree: list[Any]):
    reader = Reader(Signature(dims=frozenset({"n"})))
    return rule(goal=reader.relation(goal), hyps=reader.relations(given), tree=tree)


@pytest.mark.parametrize(("kind", "goal", "given", "tree", "phrase"), KINDS)
def test_every_kind_of_node_in_words(kind: str, goal: str, given: str, tree: list[Any], phrase: str) -> None:
    assert tree[0] == kind
    assert phrase.lower() in words.explain(theorem(goal, given, tree)).lower()


def test_no_kind_is_left_out() -> None:
    assert {kind for kind, *_ in KINDS} == set(words.STEPS) == set(scalar.CHECKS) == set(words.WORDS)


def walked(state: words.State) -> list[tuple[Any, ...]]:
    """Every goal of a tree, as the explanation sees them."""
    step = words.step_of(state)
    found = [seen(state.term, state.domain, state.strict, state.tree)]
    return found + [line for s in (*step.then, *step.aside) for line in walked(s)]


def seen(term: Any, domain: Any, strict: bool, tree: list[Any]) -> tuple[Any, ...]:
    return (tree[0], repr(term), sorted((v.name, r) for v, r in domain.box.items()), repr(domain.given), strict)


def agree(proof: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[tuple[Any, ...]] = []
    inner = scalar._check

    def watch(term: Any, domain: Any, strict: bool, tree: list[Any]) -> None:
        checked.append(seen(term, domain, strict, tree))
        inner(term, domain, strict, tree)

    data = proof.data
    term, domain = gap(data["goal"], tuple(data["hyps"]))
    monkeypatch.setattr(scalar, "_check", watch)
    scalar.check(data["goal"], tuple(data["hyps"]), data["tree"])
    monkeypatch.setattr(scalar, "_check", inner)
    told = walked(words.State(term, domain, data["goal"].op == "<", data["tree"]))
    assert sorted(map(repr, told)) == sorted(map(repr, checked))


@pytest.mark.parametrize(("kind", "goal", "given", "tree", "phrase"), KINDS)
def test_the_walk_sees_what_the_kernel_checks(kind: str, goal: str, given: str, tree: list[Any], phrase: str,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    agree(theorem(goal, given, tree), monkeypatch)


@pytest.mark.parametrize(("goal", "given"), [
    ("2*exp(2*B+2*R) <= exp(3*B)", "B >= 2*R + log(2), R > 0, R < 1/100"),
    ("exp(B+D)*D <= exp(B+R)*R", "D >= 0, D < R, R < 1/100, B >= 1"),
    ("abs(exp(x) - 1 - x) <= x**2", "abs(x) <= 1/10"),
    ("x**2 <= exp(x)", "x >= 0"),
])
def test_whole_proofs(goal: str, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = decide(goal, given)
    assert found.verdict == "proved" and found.theorem is not None
    agree(found.theorem, monkeypatch)
    assert found.explanation.count(". ") <= 1


def test_the_rest_of_a_long_proof_is_counted() -> None:
    tree = ["split", "x", "1/2", EVAL, ["split", "x", "3/4", ["mono", "x", "-", EVAL, EVAL], ["mono", "x", "-", EVAL, EVAL]]]
    text = words.explain(theorem("x <= 2", "0 <= x, x <= 1", tree))
    assert text.endswith("and 7 more steps: 4 interval evaluations, 2 monotonicity arguments, 1 cut.")


def test_a_name_is_never_capitalised() -> None:
    for _, goal, given, tree, _ in KINDS:
        assert not words.explain(theorem(goal, given, tree)).startswith(("X", "N ", "Exp", "Log"))


@pytest.mark.parametrize(("exact", "read"), [
    ("1 + (-2)*exp((-1)*B + 2*R)", "1 - 2*exp(-B + 2*R)"), ("(-1/2)*x*y", "-1/2*x*y"), ("(2)**(1/2)*x", "sqrt(2)*x"),
    ("x**(1/2)", "sqrt(x)"), ("1*log(2)", "log(2)"), ("11*x", "11*x"), ("x**1*y", "x**1*y"), ("R*m**(-1)", "R/m"),
])
def test_pretty(exact: str, read: str) -> None:
    assert pretty(exact) == read
