"""Ways in which a false theorem could be made: each was tried, and each has to be refused."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from proofcheck.kernel import normal as forms
from proofcheck.kernel import rules
from proofcheck.kernel.certificate import BadCertificate, certify, replay
from proofcheck.kernel.domain import Rejected
from proofcheck.kernel.intervals import Interval, enclose, precision
from proofcheck.kernel.normal import is_zero
from proofcheck.kernel.scalar import check
from proofcheck.kernel.signs import match
from proofcheck.kernel.terms import (
    Array,
    Const,
    Delta,
    Diff,
    Entry,
    Expr,
    Fn,
    Index,
    Mul,
    Num,
    Peak,
    Pow,
    Rel,
    Sum,
    Var,
    define,
    eq,
    exp,
    expr,
    free_indices,
    mul,
    sqrt,
)
from proofcheck.kernel.text import Reader
from proofcheck.kernel.theorem import RULES, RuleError, Theorem, rule

m, n = Var("m", True), Var("n", True)
i, j, k, r, s, t, u = (Index(name, m) for name in "ijkrstu")
in_n = Index("q", n)
x, y, h = Var("x"), Var("y"), Var("h")
a, b = Array("a", (i,)), Array("b", (i,))
c, d = Array("c", (i, j)), Array("d", (i, j))
Attack = Callable[[], Any]
ATTACKS: list[Attack] = []


def attack(function: Attack) -> Attack:
    """A false statement, or a term without a meaning, that must not come about."""
    ATTACKS.append(function)
    return function


# hypotheses and classes that answer differently when asked twice

@attack
def hypotheses_that_can_be_read_once() -> Any:
    return rules.sign(term=x - 5, hyps=iter([eq(x, 6)]))


class Forgetful(tuple[Any, ...]):
    """A tuple that is empty from the second look on."""

    def __iter__(self) -> Iterator[Any]:
        found, self.seen = (() if hasattr(self, "seen") else (eq(x, 6),)), True
        return iter(found)


@attack
def hypotheses_that_forget() -> Any:
    return rules.sign(term=x - 5, hyps=Forgetful())


@attack
def hypotheses_that_are_no_relations() -> Any:
    return rules.weaken(rules.sign(term=expr(1)), hyps="abc")


@attack
def subclass_of_theorem() -> Any:
    class Fake(Theorem):
        hyps = frozenset()  # type: ignore[assignment]
        concl = expr(1) <= 0  # type: ignore[assignment]

        def __init__(self) -> None:
            pass

    return rules.relax(Fake())


@attack
def hollow_theorem() -> Any:
    return rules.relax(object.__new__(Theorem))


@attack
def foreign_term() -> Any:
    class Secret(Expr):
        """Depends on i and does not say so."""

        def _key(self) -> tuple[object, ...]:
            return ()

    return Sum(i, Secret())


@attack
def foreign_rule() -> Any:
    return rule(lambda: (frozenset(), expr(1) <= 0))()


@attack
def rule_with_a_known_name() -> Any:
    def relax() -> Any:
        return frozenset(), expr(1) <= 0

    relax.__module__ = rules.__name__
    return rule(relax)()


# terms without a meaning

@attack
def delta_over_two_dimensions() -> Any:
    return rules.identity(lhs=Sum(in_n, Delta(i, in_n)), rhs=expr(1))


@attack
def definition_with_a_loose_index() -> Any:
    loose = Array("loose", (), a[i])
    return rules.peak_bound(rules.identity(lhs=a[i], rhs=loose[()]), index=i)


@attack
def definition_with_a_parameter_twice() -> Any:
    return Array("f", (i, i), a[i])


@attack
def entry_over_another_dimension() -> Any:
    return Entry(a, (in_n,))


@attack
def index_over_a_real_number() -> Any:
    return rules.identity(lhs=Sum(Index("p", Var("q")), expr(1)), rhs=Var("q", True))


@attack
def index_with_an_internal_name() -> Any:
    p = Index("%1", m)
    return rules.identity(lhs=Sum(i, c[p, i]), rhs=Sum(i, c[i, i]))


@attack
def index_with_a_canonical_name() -> Any:
    return Index("#0.0", m)


@attack
def constant_of_unknown_value() -> Any:
    return rules.sign(term=Const("minus_one"))


@attack
def parameter_called_pi() -> Any:
    return rules.assume(hyp=Var("pi") <= 3)


@attack
def name_that_reads_like_a_term() -> Any:
    return rules.assume(hyp=Var("x + 1") <= 3)


@attack
def float_as_number() -> Any:
    return Num(0.1)  # type: ignore[arg-type]


@attack
def float_as_power() -> Any:
    return Pow(x, 0.5)  # type: ignore[arg-type]


@attack
def relation_between_numbers() -> Any:
    return Rel("<=", 1, 0)  # type: ignore[arg-type]


# names that mean two things

@attack
def two_arrays_of_one_name() -> Any:
    other = Array("a", (j,))
    found = rules.identity(lhs=a[k], rhs=other[k])
    found = rules.instantiate_array(found, array=a, params=(i,), term=expr(0))
    return rules.instantiate_array(found, array=other, params=(j,), term=expr(1))


@attack
def dimension_and_parameter_of_one_name() -> Any:
    return rules.identity(lhs=sqrt(Var("m")**2), rhs=Var("m"), hyps=(m > 0,))


# derivatives

@attack
def term_put_into_a_derivative() -> Any:
    return rules.instantiate(rules.identity(lhs=Diff(x*y, x), rhs=y), parameter=y, term=x)


@attack
def array_put_into_a_derivative() -> Any:
    found = rules.identity(lhs=Diff(a[i]*b[i], a[i]), rhs=b[i])
    return rules.instantiate_array(found, array=b, params=(j,), term=a[j])


@attack
def equality_used_inside_a_derivative() -> Any:
    return rules.monotone(rules.assume(hyp=eq(y, x)), template=Diff(h*x, x), hole=h)


@attack
def equation_used_inside_a_derivative() -> Any:
    return rules.scalar(goal=Diff(x*y, x) >= 2*x, hyps=(eq(y, x), x >= 1), tree=["eval", 64])


@attack
def derivative_at_a_kink() -> Any:
    return rules.below_abs(term=Diff(abs(x), x))


@attack
def derivative_at_the_end_of_a_root() -> Any:
    return rules.below_abs(term=Diff(sqrt(x), x), hyps=(x >= 0,))


# the mean value theorem

@attack
def interval_that_moves_with_the_hole() -> Any:
    low, high, far = 2*x, expr(10), (eq(x, -100),)
    slope = rules.scalar(goal=abs(exp(x)) <= 1, hyps=(x <= 0,), tree=["mono", "x", "-", ["eval", 64], ["eval", 64]])
    nonpositive = rules.combine(rules.assume(hyp=low <= x), goal=x <= 0, factors=(expr(1),))
    slope = rules.weaken(rules.cut(nonpositive, slope), hyps=(x <= high,))
    side = []
    for value in (expr(5), expr(6)):
        side.append(rules.combine(rules.assume(hyp=far[0]), rules.sign(term=value + 200), goal=low <= value,
                                  factors=(expr(2), expr(1))))
        side.append(rules.combine(rules.sign(term=high - value), goal=value <= high, factors=(expr(1),)))
    return rules.mean_value(slope, *side, function=exp(x), hole=x)


@attack
def hole_inside_a_definition() -> Any:
    same = define("same", (), x)
    slope = rules.relax(rules.identity(lhs=abs(expr(0)), rhs=expr(0)))
    side = []
    for value in (expr(1), expr(2)):
        side += [rules.sign(term=value), rules.combine(rules.sign(term=3 - value), goal=value <= 3, factors=(expr(1),))]
    return rules.mean_value(slope, *side, function=same[()] - x, hole=x)


@attack
def side_hypothesis_that_fixes_the_hole() -> Any:
    slope = rules.relax(rules.identity(lhs=abs(expr(0)), rhs=expr(0)))
    side = []
    for value in (expr(0), expr(1)):
        side += [rules.weaken(rules.sign(term=value), hyps=(eq(x, 1),)),
                 rules.combine(rules.sign(term=1 - value), goal=value <= 1, factors=(expr(1),))]
    return rules.mean_value(slope, *side, function=x/x, hole=x)


@attack
def hole_that_is_an_entry() -> Any:
    return rules.monotone(rules.assume(hyp=x <= y), template=a[i], hole=a[i])  # type: ignore[arg-type]


# the scalar prover

@attack
def kink_that_looks_concave() -> Any:
    shifted = sqrt((x - y)**2)
    return rules.scalar(goal=shifted >= Fraction(1), hyps=(x >= -1, x <= 1, y >= 0, y <= 0),
                        tree=["concave", "x", ["eval", 64], ["eval", 64], ["eval", 64]])


@attack
def sign_of_another_nested_sum() -> Any:
    fact = Peak(i, Sum(i, a[i])) < 0
    return rules.sign(term=mul(-1, Peak(j, Sum(k, a[j]))), hyps=(fact,))


@pytest.mark.parametrize("attempt", ATTACKS, ids=lambda f: f.__name__)
def test_attack_is_refused(attempt: Attack) -> None:
    with pytest.raises((ValueError, TypeError)):
        attempt()


def test_fresh_names_stay_apart_when_hypotheses_are_renamed() -> None:
    many = tuple(Index(f"p{q}" if q else "p", m) for q in range(11))
    wide, pair = Array("wide", many), Array("pair", many[:2])
    found = rules.instantiate(rules.assume(hyp=x*wide[many] <= 0), parameter=x, term=pair[many[:2]])
    (hyp,) = found.hyps
    assert len(free_indices(hyp)) == 13


def test_match_respects_the_innermost_binder() -> None:
    assert match(Peak(i, Sum(i, a[i])), Peak(j, Sum(k, a[k]))) is not None
    assert match(Peak(i, Sum(i, a[i])), Peak(j, Sum(k, a[j]))) is None
    assert match(c[i, j], c[k, k]) is not None
    assert match(c[i, i], c[j, k]) is None
    assert match(Sum(i, c[i, j]), Sum(i, c[i, i])) is None


def test_normal_forms_cannot_be_spoiled_by_a_caller() -> None:
    one = x + 1
    forms.normal(one, frozenset()).clear()
    assert not is_zero(one)


def test_a_divisor_that_vanishes_after_merging_indices_proves_nothing() -> None:
    assert not is_zero(Delta(i, j)/(a[i] - a[j]) + 5)


def test_bound_names_follow_the_height_when_an_inner_sum_vanishes() -> None:
    def wrapped(inner: Expr) -> Expr:
        vanishing = Sum(i, d[i, s]*d[s, i]**-1) - Sum(i, d[i, t]*d[t, i]**-1)
        return Sum(u, Sum(s, Delta(s, t)*Peak(r, inner + vanishing)))

    assert not is_zero(wrapped(c[r, u]) - wrapped(c[r, r]))
    assert not is_zero(wrapped(c[r, u]) - wrapped(c[u, r]))
    ((mono, _),) = forms.normal(wrapped(c[r, u])).items()
    names = [atom[1] for atom, _ in mono if atom[0] == "sum"]
    inner_names = [atom[1] for total, _ in mono if total[0] == "sum" for atom, _ in total[2] if atom[0] == "peak"]
    assert names and inner_names and not set(names[0]) & set(inner_names[0])


def test_huge_exponents_are_refused_at_once() -> None:
    with pytest.raises(RuleError):
        rules.identity(lhs=Pow(expr(2), Fraction(10**12)), rhs=expr(0))


def test_power_zero_at_infinity() -> None:
    with precision(64):
        found = enclose(Pow(x, Fraction(0)), {x: Interval(float("inf"), float("inf"))})
    assert found.lo == 1 and found.hi == 1


@pytest.mark.parametrize("tree", [["eval", -5], ["eval", float("nan")], ["eval", float("inf")], ["eval"], [], "eval", None,
                                  ["split", "x", "1/0", ["eval", 64], ["eval", 64]], ["mono", "q", "+", [], []],
                                  ["scale", "-1", ["eval", 64]], ["scale", "__import__('os')", ["eval", 64]],
                                  ["square", [["-1", "x"]], ["eval", 64]], ["mean", True]])
def test_nonsense_trees_are_rejected(tree: Any) -> None:
    with pytest.raises(Rejected):
        check(Reader().relation("x <= 0"), Reader().relations("x >= 1, x <= 2"), tree)


def certificate(step: list[Any], arrays: list[Any] = [], **indices: str) -> dict[str, Any]:  # noqa: B006
    return {"signature": {"dims": ["m", "n"], "indices": indices, "arrays": arrays}, "steps": [step]}


@pytest.mark.parametrize("data", [
    certificate(["identity", {"lhs": {"term": "Sum(KroneckerDelta(i, q), (q, 1, n))"}, "rhs": {"term": "1"}}, []], i="m"),
    certificate(["identity", {"lhs": {"term": "a[i]"}, "rhs": {"term": "loose[()]"}}, []],
                [["a", ["i"], None], ["loose", [], "a[i]"]], i="m"),
    certificate(["assume", {"hyp": {"rel": "1 <= 0"}}, [0]]),
    certificate(["assume", {"hyp": {"plain": "1 <= 0"}}, []]),
    certificate(["no_rule", {}, []]),
    certificate(["__class__", {}, []]),
    certificate(["sign", {"term": {"term": "1/0 + 1e99999999999"}}, []]),
    certificate(["sign", {"term": {"term": "(" * 3000 + "1" + ")" * 3000}}, []]),
    certificate(["sign", {"term": {"term": "1"}, "hyps": {"plain": ["1 <= 0"]}}, []]),
    certificate(["sign", {"term": {"term": "a[i]"}}, []], [["a", ["i"], None], ["a", ["i"], "1"]], i="m"),
    certificate(["scalar", {"goal": {"rel": "1 <= 2"}, "hyps": {"tuple": []}, "tree": {"plain": ["eval", 10**400]}}, [7]]),
    certificate(["weaken", {"hyps": {"plain": "abc"}}, [-1]]),
    {"signature": {}, "steps": []}, {"steps": []}, {}, [], None, "certificate",
])
def test_crafted_certificates_are_refused(data: Any) -> None:
    with pytest.raises(BadCertificate):
        replay(data)


def test_a_certificate_gives_exactly_its_theorem() -> None:
    made = rules.combine(rules.assume(hyp=x <= y), goal=x + 1 <= y + 1, factors=(expr(1),))
    data = certify(made)
    assert replay(data).concl == made.concl and replay(data).hyps == made.hyps
    data["steps"][-1][1]["goal"] = {"rel": "x + 1 <= y"}
    with pytest.raises(BadCertificate):
        replay(data)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps], ids=["copy", "deepcopy", "pickle"])
def test_theorems_are_neither_copied_nor_pickled(copied: Callable[[Any], Any]) -> None:
    with pytest.raises(RuleError):
        copied(rules.assume(hyp=x <= 0))


def test_theorems_cannot_be_made_or_changed_by_hand() -> None:
    with pytest.raises(RuleError):
        Theorem(object(), frozenset(), expr(1) <= 0, "assume", {}, ())
    found = rules.assume(hyp=x <= 0)
    for name in ("_concl", "concl", "_hyps", "anything"):
        with pytest.raises((RuleError, AttributeError)):
            setattr(found, name, expr(1) <= 0)


def test_what_a_theorem_was_made_from_cannot_be_changed_afterwards() -> None:
    tree: list[Any] = ["eval", 64]
    found = rules.scalar(goal=expr(1) <= 2, hyps=(), tree=tree)
    tree[0] = "spoiled"
    found.data["tree"].append("spoiled")
    found.data.clear()
    assert found.data["tree"] == ["eval", 64] and replay(certify(found)).concl == found.concl


def test_every_rule_comes_from_the_kernel() -> None:
    assert all(f.__module__ == rules.__name__ and getattr(rules, name) is f for name, f in RULES.items())


def test_refusals_do_not_depend_on_assert() -> None:
    """``python -O`` drops assert statements; the kernel must not notice."""
    program = ("from proofcheck.kernel import rules\n"
               "from proofcheck.kernel.terms import Var, Num, Mul\n"
               "x = Var('x')\n"
               "for make in (lambda: rules.sign(term=x), lambda: rules.identity(lhs=x/x, rhs=x - x + 1),\n"
               "             lambda: Mul((x,)), lambda: Num(0.5)):\n"
               "    try:\n"
               "        make()\n"
               "    except ValueError:\n"
               "        continue\n"
               "    raise SystemExit('made')\n")
    subprocess.run([sys.executable, "-O", "-c", program], check=True, env={"PYTHONPATH": ":".join(filter(None, sys.path))})


def test_products_and_functions_take_terms_only() -> None:
    for make in (lambda: Mul((x, 1)), lambda: Fn("exp", (1,)), lambda: Fn("sin", (x,)), lambda: Diff(x, x + 1)):  # type: ignore[arg-type]
        with pytest.raises(ValueError):
            make()
