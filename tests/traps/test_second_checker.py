"""The second checker accepts what is true, refuses what is false, and shares nothing with the first engine."""

from __future__ import annotations

import ast
import copy
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath
import pytest
from flint import arb, ctx, fmpq_poly
from traps.test_scalar_traps import GOOD, HAND_MADE, mutants

import proofcheck.second
from proofcheck.cli.decide import data, edge_data, edges, sealed
from proofcheck.decide import decide
from proofcheck.kernel.text import Reader
from proofcheck.ledger import Ledger
from proofcheck.prove.scalar import prove_scalar
from proofcheck.recheck import recheck
from proofcheck.second import Refused, check_answer, check_point, check_proof, digest
from proofcheck.second.domains import Range, keeps_sign
from proofcheck.second.intervals import Interval, enclose
from proofcheck.second.normal import normal
from proofcheck.second.terms import read, require, slope

FOLDER = Path(proofcheck.second.__file__).parent
E = ["eval", 64]
KNOWN = ["use", [["1", [0], []]], E]
OPEN = ["", False, []]


# --- trees -------------------------------------------------------------------------------------------------------

TRUE = [
    ("0 <= x", "x >= 0", "", E),
    ("x*(1 - x) <= 1/2", "x >= 0, x <= 1/2", "", ["mean", 64]),
    ("0 <= (x - 1)**2*(x + 3)", "x >= -3", "", ["sturm"]),
    ("0 < (x - 1)**2*(x + 3)", "x > -3, x < 1", "", ["sturm"]),
    ("0 <= abs(x)", "x >= -1", "", ["split", "x", "0", ["abs", "x", "-", E, E], ["abs", "x", "+", E, E]]),
    ("0 <= (n - 1)*(n - 2)", "", "n", ["integer", "n", 1, ["sturm"], ["sturm"]]),
    ("0 <= abs(x)", "", "", ["case", "x", ["abs", "x", "+", KNOWN, KNOWN], ["abs", "x", "-", KNOWN, KNOWN]]),
    ("1 + x <= exp(x)", "x >= 0", "", ["mono", "x", "+", E, E]),
    ("0 <= x", "x >= 0", "", ["interior", "x", ["scale", "1/x", [], E]]),
    ("0 <= x*(1 - x)", "x >= 0, x <= 1", "", ["concave", "x", E, E, E]),
    ("1 <= x", "x >= 2, x <= 3", "", ["scale", "1/x", E, E]),
    ("y <= 2*x", "x >= 0, y <= x", "", KNOWN),
    ("y < 2*x", "x >= 0, y < x", "", KNOWN),
    ("1 <= x", "y <= x, x <= y - 1", "", ["void", [["1", [0], []], ["1", [1], []]], E]),
    ("0 <= x + y", "x >= 0, y >= 0", "", ["lemma", "x", False, E, KNOWN]),
    ("0 <= x", "x >= y, y >= 0", "", ["narrow", "x", "lo", "0", False, KNOWN, E]),
    ("2*x**(1/2) <= x + 1", "x > 0", "",
     ["change", "x", "t", "t**2", "x**(1/2)", ["0", True, ["scale", "x**(-1/2)", [], E]], OPEN, ["sturm"]]),
    ("exp(x) <= exp(y)", "x <= y", "",
     ["log", "exp(x)", "exp(y)", ["scale", "exp(-x)", [], E], ["scale", "exp(-y)", [], E], KNOWN]),
    ("log(x) <= log(y)", "x >= 1, y >= x", "", ["exp", "log(x)", "log(y)", KNOWN]),
    ("x**(1/2) <= y", "x >= 0, x <= y**2, y >= 0", "", ["squared", "x**(1/2)", "y", E, KNOWN]),
    ("sinh(x) <= cosh(x)", "", "", ["exponentials", E]),
    ("1/(x + 1) <= 1 - x/(x + 2)", "x >= 0", "", ["rewrite", "x/((x + 1)*(x + 2))", E]),
    ("Max(x, 2) <= 3", "x >= 0, x <= 1", "", ["max", "Max", "2", "x", E, E]),
    ("abs(x) <= 1", "x >= -1, x <= 1", "", ["either", "abs(x)", E, E]),
    ("(x + 1)**2 == x**2 + 2*x + 1", "", "", None),
    ("x*m <= 2", "m >= 1, x = 2/m", "m", E),
]


@pytest.mark.parametrize(("goal", "given", "dims", "tree"), TRUE)
def test_true_trees_are_accepted(goal: str, given: str, dims: str, tree: Any) -> None:
    check_proof(goal, [given], tree, dims.split())


@pytest.mark.parametrize(("goal", "given", "tree"), HAND_MADE)
def test_false_trees_are_refused(goal: str, given: str, tree: Any) -> None:
    with pytest.raises(Refused):
        check_proof(goal, [given], tree)


FALSE = [
    # what is shown at integers only says nothing about slopes, bends and inner points
    ("0 <= n**3/3 - 3*n**2/2 + 2*n - 5/6", "", "n", ["mono", "n", "+", ["integer", "n", 1, ["sturm"], ["sturm"]], E]),
    ("2 <= n", "n <= 2", "n", ["interior", "n", ["integer", "n", 1, ["scale", "n - 1", [], E], E]]),
    # a name that stood for an integer
    ("0 <= (x - 1)*(x - 2)", "x >= 1, x <= 2, n <= 5", "n",
     ["mono", "n", "+", E, ["change", "x", "n", "n", "x", ["1", False, E], ["2", False, E],
                            ["integer", "n", 1, ["sturm"], ["sturm"]]]]),
    # a lemma that is undefined where it matters
    ("1 <= x", "x**2 <= 0", "", ["lemma", "1/x**2", False, E, ["void", [["1", [0, 1], []]], E]]),
    # the wrong half, integers that are none, strict where it is not
    ("0 <= n - 2", "", "n", ["integer", "n", 1, ["sturm"], ["sturm"]]),
    ("0 <= (x - 1)*(x - 2)", "x >= 1", "", ["integer", "x", 1, ["sturm"], ["sturm"]]),
    ("y < 2*x", "x >= 0, y <= x", "", KNOWN),
    ("0 < x", "x >= 0", "", ["interior", "x", ["scale", "1/x", [], E]]),
    ("x <= y", "y <= 0", "", ["squared", "x", "y", E, E]),
    ("2*x**(1/2) < x + 1", "x > 0", "",
     ["change", "x", "t", "t**2", "x**(1/2)", ["0", True, ["scale", "x**(-1/2)", [], E]], OPEN, ["sturm"]]),
    ("exp(x) <= exp(y)", "x <= y + 1", "",
     ["log", "exp(x)", "exp(y)", ["scale", "exp(-x)", [], E], ["scale", "exp(-y)", [], E], KNOWN]),
    ("cosh(x) <= sinh(x)", "", "", ["exponentials", E]),
    ("1/(x + 1) <= 1 - x/(x + 1)", "x >= 0", "", ["rewrite", "x/((x + 1)*(x + 2))", E]),
    ("x*y <= x", "x >= 0", "", ["rewrite", "(x - x*y)/(x - x)*(x - x)", E]),
    ("(x + 1)**2 == x**2 + x + 1", "", "", None),
    ("x == y", "x <= y", "", None),
    # undefined goals
    ("x/x <= 1", "", "", E), ("log(x) - log(x) <= 0", "x <= 1", "", E), ("x**(1/2)*x**(1/2) <= x", "", "", E),
]


@pytest.mark.parametrize(("goal", "given", "dims", "tree"), FALSE)
def test_more_false_trees_are_refused(goal: str, given: str, dims: str, tree: Any) -> None:
    with pytest.raises(Refused):
        check_proof(goal, [given], tree, dims.split())


@pytest.mark.parametrize(("goal", "given", "dims", "tree"), TRUE)
def test_other_trees_and_smaller_domains_do_not_slip_through(goal: str, given: str, dims: str, tree: Any) -> None:
    """The reverse, made strict, is false somewhere in each of these domains that has a point."""
    if "y - 1" in given:
        return  # the empty domain
    sides = goal.replace("==", "<=").replace("<=", "<").split("<")
    with pytest.raises(Refused):
        check_proof(f"{sides[1]} < {sides[0]} - 1/1000", [given], tree, dims.split())


@pytest.mark.parametrize("tree", [[], ["eval"], ["eval", "64"], ["use", [["1", ["0"], []]], E], [[]], None, "eval", 3,
                                  {"eval": 64}, ["mono", "x", "+", E], ["split", "x", "nan", E, E], ["eval", 10**9],
                                  ["split", "x", "1/0", E, E], ["case", "x.real", E, E], ["scale", "__import__", [], E]])
def test_nonsense_is_refused(tree: Any) -> None:
    with pytest.raises(Refused):
        check_proof("x <= 1/2", ["x >= 0, x <= 1"], tree)


@pytest.mark.parametrize(("goal", "given", "false"), GOOD)
def test_found_trees_prove_their_goal_and_not_its_false_neighbour(goal: str, given: str, false: str) -> None:
    tree = prove_scalar(Reader().relation(goal), Reader().relations(given)).data["tree"]
    check_proof(goal, [given], tree)
    with pytest.raises(Refused):
        check_proof(false, [given], tree)
    for changed in mutants(copy.deepcopy(tree)):
        with pytest.raises(Refused):
            check_proof(goal, [given], changed)


# --- points ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("goal", "given", "point", "dims"), [
    ("exp(x) <= 1", "", {"x": "1"}, ""), ("1 < x", "x = Max(y, 1)", {"y": "1/2"}, ""), ("x < 1", "", {"x": "1"}, ""),
    ("m*x <= 1", "x > 0", {"m": "2", "x": "1"}, "m"), ("exp(log(3)) < 3", "", {}, ""),
    ("x == y", "", {"x": "0", "y": "1/9"}, ""),
])
def test_points_that_refute(goal: str, given: str, point: dict[str, str], dims: str) -> None:
    check_point(goal, [given], point, dims.split())


@pytest.mark.parametrize(("goal", "given", "point", "dims"), [
    ("exp(x) <= 1", "", {"x": "0"}, ""), ("exp(x) <= 1", "x <= 0", {"x": "1"}, ""), ("log(x) <= 1", "", {"x": "0"}, ""),
    ("1/x <= 1", "", {"x": "0"}, ""), ("x <= 1", "", {"y": "2"}, ""), ("m*x <= 1", "", {"m": "1/2", "x": "9"}, "m"),
    ("x**(1/2) <= -1", "", {"x": "-1"}, ""), ("x <= y", "y = 1/z", {"x": "1", "z": "0"}, ""),
    ("1 + x <= exp(x)", "", {"x": "0"}, ""),
])
def test_points_that_do_not(goal: str, given: str, point: dict[str, str], dims: str) -> None:
    with pytest.raises(Refused):
        check_point(goal, [given], point, dims.split())


# --- its own arithmetic ------------------------------------------------------------------------------------------

LIBRARY = {n: getattr(mpmath, n) for n in ("exp", "log", "sinh", "cosh", "tanh", "erf", "erfc")}
LIBRARY |= {"abs": abs, "Max": max, "Min": min, "sqrt": mpmath.sqrt}


def random_text(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return rng.choice(("x", "y", "x", "y", "3/7", "2", "1/10"))
    a, b = random_text(rng, depth - 1), random_text(rng, rng.randint(0, depth - 1))
    kind = rng.randrange(9)
    if kind < 4:
        return f"({a} {'+-**'[kind]} {b})"
    return (f"({a})/(1 + ({b})**2)", f"sqrt(1 + ({a})**2)", f"{rng.choice(('erf', 'tanh', 'abs', 'erfc'))}({a})",
            f"exp(-abs({a}))", f"{rng.choice(('Max', 'Min'))}({a}, {b})")[kind - 4]


def samples(seed: int) -> Iterator[tuple[str, dict[str, tuple[Fraction, Fraction]], dict[str, Fraction]]]:
    rng = random.Random(seed)
    for _ in range(300):
        ends = {n: sorted(Fraction(rng.randint(-40, 40), rng.choice((1, 3, 10))) for _ in range(2)) for n in "xy"}
        at = {n: lo + (hi - lo) * Fraction(rng.randint(0, 8), 8) for n, (lo, hi) in ends.items()}
        yield random_text(rng, rng.randint(1, 4)), {n: (e[0], e[1]) for n, e in ends.items()}, at


def value(text: str, at: dict[str, Fraction]) -> Any:
    """By mpmath, from the text, in which every number becomes one of mpmath's."""
    with mpmath.workdps(60):
        numbers = {n: mpmath.mpf(q.numerator) / q.denominator for n, q in at.items()}
        return eval(re.sub(r"(\d+)", r"mpf(\1)", text), {**LIBRARY, **numbers, "mpf": mpmath.mpf})


def test_values_lie_in_the_enclosures() -> None:
    for text, box, at in samples(1):
        with ctx.workprec(80):
            ends = {n: Interval(Interval.around(lo).lo, Interval.around(hi).hi) for n, (lo, hi) in box.items()}
            found = enclose(read(text), ends)
            exact = arb(mpmath.nstr(value(text, at), 55)) + arb(0, 1e-40)
        assert not (exact < found.lo or exact > found.hi), text


def test_normal_forms_keep_the_value() -> None:
    for text, _, at in samples(2):
        points = {n: Interval.around(q) for n, q in at.items()}
        positive = frozenset(n for n, q in at.items() if q > 0)
        with ctx.workprec(400):
            raw, tidied = enclose(read(text), points), enclose(normal(positive).tidy(read(text)), points)
        assert not (raw.hi < tidied.lo or tidied.hi < raw.lo), text


def test_derivatives_are_difference_quotients() -> None:
    for text, _, at in samples(3):
        if "abs" in text or "M" in text:
            continue
        h = Fraction(1, 10**20)
        quotient = (value(text, {**at, "x": at["x"] + h}) - value(text, {**at, "x": at["x"] - h})) / 2 * 10**20
        with ctx.workprec(300):
            low, high = enclose(slope(read(text), "x"), {n: Interval.around(q) for n, q in at.items()})
        near = arb(mpmath.nstr(quotient, 40))
        assert abs(near - low) < 1e-8 * (1 + abs(near)) and abs(near - high) < 1e-8 * (1 + abs(near)), text


@pytest.mark.parametrize(("text", "ends", "low", "high"), [
    ("x*exp(-x)", "inf", "-inf", "inf"), ("x - x*1", "inf", "-inf", "inf"), ("exp(-x)", "inf", "0", "0"),
    ("1/x", "inf", "0", "0"), ("erf(x)", "inf", "1", "1"), ("exp(x)", "-inf", "0", "0"), ("cosh(x)", "-inf", "inf", "inf"),
])
def test_limits_at_infinite_points(text: str, ends: str, low: str, high: str) -> None:
    found = enclose(read(text), {"x": Interval.around(float(ends))})
    assert (float(found.lo.mid()), float(found.hi.mid())) == (float(low), float(high))


def test_a_limit_from_an_unknown_side_is_refused() -> None:
    for text in ("1/(1/x)", "log(1/x)", "1/(y - exp(-x))"):
        with pytest.raises(Refused):
            enclose(read(text), {"x": Interval.around(float("inf")), "y": Interval(arb(-1), arb(0))})


def test_roots_are_counted() -> None:
    rng = random.Random(4)
    for _ in range(300):
        roots = [(Fraction(rng.randint(-6, 6), rng.randint(1, 3)), rng.randint(1, 3)) for _ in range(rng.randint(0, 4))]
        lead, lo, hi = rng.choice((1, -2)), *sorted(Fraction(rng.randint(-7, 7), 2) for _ in range(2))
        strict, lo_open, hi_open = (rng.random() < 0.5 for _ in range(3))
        text = "*".join([str(lead), f"(x**2 - x + {rng.randint(1, 3)})", *(f"(x - ({r}))**{k}" for r, k in roots)])
        if lo == hi:
            continue
        spots = sorted({lo, hi, *(r for r, _ in roots if lo < r < hi)})
        tests = [(a + b) / 2 for a, b in pairwise(spots)]
        tests += [s for s in spots if not (s == lo and lo_open) and not (s == hi and hi_open)]

        def at(x: Fraction, roots: list[tuple[Fraction, int]] = roots, lead: int = lead) -> Fraction:
            found = Fraction(lead)
            for r, k in roots:
                found *= (x - r) ** k
            return found

        truth = all(at(x) > 0 if strict else at(x) >= 0 for x in tests)
        assert keeps_sign(normal().of(read(text)), "x", Range(lo, hi, lo_open, hi_open), strict) == truth, (text, lo, hi)


def test_roots_on_rays() -> None:
    p = normal().of(read("(x - 1000)*(x + 1/1000)"))
    inf = float("inf")
    for r, truth in ((Range(Fraction(1000), inf), True), (Range(Fraction(999), inf), False), (Range(-inf, inf), False),
                     (Range(-inf, Fraction(-1, 1000)), True), (Range(-inf, Fraction(0)), False)):
        assert keeps_sign(p, "x", r, False) == truth
    assert fmpq_poly([1]).degree() == 0


@pytest.mark.parametrize("text", ["0.1 - 1/10", "1e-30*10**30 - 1", "9007199254740993 - 9007199254740992 - 1",
                                  "x**2/x - x", "exp(x)*exp(-x) - 1", "sqrt(8) - 2*sqrt(2)", "E - exp(1)",
                                  "log(6) - log(2) - log(3)"])
def test_exact_zeros(text: str) -> None:
    assert normal().vanishes(read(text))


@pytest.mark.parametrize("text", ["0.1 - 1/10 + 1e-30", "sqrt(x**2) - x", "abs(x) - x", "log(x**2) - 2*log(x)",
                                  "x**(1/3) - x"])
def test_what_is_not_zero(text: str) -> None:
    assert not normal().vanishes(read(text))


# --- answers -----------------------------------------------------------------------------------------------------


def answers() -> list[dict[str, Any]]:
    asked = (("exp(x) <= 2 + x", "x >= -1, x <= 1"), ("R + 2*exp(R/7) <= 2", "0 < R, R < 1/10"),
             ("(x + 1)**2 == x**2 + 2*x + 1", ""))
    return [sealed(data(decide(goal, given, 0.5))) for goal, given in asked]


@pytest.fixture(scope="module")
def written() -> list[dict[str, Any]]:
    return answers()


def test_answers_as_they_are(written: list[dict[str, Any]]) -> None:
    assert [a["verdict"] for a in written] == ["proved", "refuted", "proved"]
    assert [check_answer(a) for a in written] == [[], [], []]


def test_every_digit(written: list[dict[str, Any]]) -> None:
    count = 0
    for answer in written:
        text = json.dumps(answer)
        for k, digit in enumerate(text):
            if digit in "0123456789":
                count += 1
                try:
                    changed = json.loads(text[:k] + str((int(digit) + 1) % 10) + text[k + 1:])
                except json.JSONDecodeError:
                    continue  # such as a number with a leading 0, or an escape
                assert check_answer(changed), text[max(0, k - 40):k + 10]
    assert count > 200


def resealed(answer: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    changed = copy.deepcopy(answer)
    change(changed)
    return {**changed, "digest": digest(changed)}


@pytest.mark.parametrize(("number", "change"), [
    (0, lambda a: a.update(verdict="refuted")), (0, lambda a: a.update(verdict="undecided")),
    (0, lambda a: a.update(given=[])),
    (0, lambda a: a.update(statement="exp(x) <= 1 + x")), (0, lambda a: a.update(certificate=None)),
    (0, lambda a: a["certificate"]["steps"][0][1]["hyps"]["tuple"].append({"rel": "x <= 0"})),
    (0, lambda a: a["certificate"]["signature"]["dims"].append("x")), (0, lambda a: a["certificate"]["steps"].clear()),
    (1, lambda a: a.update(verdict="proved")), (1, lambda a: a["counterexample"].update(lhs="3.5")),
    (1, lambda a: a["counterexample"].update(margin="-1")),
    (1, lambda a: a["counterexample"]["point"]["scalars"].update(R="1/5")),
    (2, lambda a: a.update(statement="(x + 1)**2 == x**2 + x + 1")),
])
def test_changes_that_bring_a_new_digest(written: list[dict[str, Any]], number: int, change: Any) -> None:
    assert check_answer(resealed(written[number], change))


def test_nonsense_answers() -> None:
    for nonsense in ({}, {"verdict": "proved"}, {"verdict": 3, "certificate": [], "counterexample": None}):
        assert check_answer(nonsense)


@pytest.mark.parametrize(("goal", "given", "var"), [
    ("2*exp(2*B + 2*R) <= exp(3*B)", "R > 0, R < 1/100", "B"), ("exp(2*B + 2*R) <= exp(3*B)/2", "B >= 1, 0<R<1/100", "B"),
    ("m*x**2 <= 2*m", "x >= 0, m >= 1", "x")])
def test_boundaries(goal: str, given: str, var: str) -> None:
    found = decide(goal, given, 0.5)
    answer = sealed({**data(found), "boundary": edge_data(edges(found, var))})
    assert check_answer(answer) == [] and answer["boundary"]["holds"] and answer["boundary"]["fails"]
    for change in (lambda a: a["boundary"].update(holds=a["boundary"]["fails"], fails=a["boundary"]["holds"]),
                   lambda a: a["boundary"]["holds"][0].update(where=f"all {var} allowed"),
                   lambda a: a["boundary"]["changes_between"][0].__setitem__(0, "0.1"),
                   lambda a: a["boundary"].update(holds=[]), lambda a: a["boundary"].update(without=a["given"])):
        assert check_answer(resealed(answer, change))


@pytest.mark.parametrize(("goal", "given", "var"), [
    ("2*exp(2*B + 2*R) <= exp(3*B)", "R > 0, R < 1/100", "B"), ("x**2 == 2", "", "x"), ("x**2 <= 2", "", "x")])
def test_exact_boundaries(goal: str, given: str, var: str) -> None:
    found = decide(goal, given, 0.5)
    answer = sealed({**data(found), "boundary": edge_data(edges(found, var))})
    exact = answer["boundary"]["exact"]
    assert check_answer(answer) == [] and len(exact["pieces"]) >= 2
    for change in (lambda e: e["pieces"][0].update(holds=not e["pieces"][0]["holds"]),
                   lambda e: e["pieces"][0].update(certificates=e["pieces"][1]["certificates"]),
                   lambda e: e["pieces"][0].update(certificates=[]), lambda e: e["pieces"].pop(),
                   lambda e: e["pieces"][0].update(where=[]), lambda e: e["ends"].__setitem__(0, "log(3)"),
                   lambda e: e["ranges"].append({"end": e["ends"][0], "low": "0", "high": "1", "certificates": []}),
                   lambda e: e["pieces"].append(e["pieces"][0])):
        assert check_answer(resealed(answer, lambda a, change=change: change(a["boundary"]["exact"])))  # type: ignore[misc]


@pytest.mark.parametrize(("goal", "given", "name"), [
    ("1 + x <= exp(c*x)", "x >= 0", "c"), ("c*exp(-x) <= 1 + x", "x >= 0", "c"), ("x <= c", "x <= log(2)", "c")])
def test_best_constants(goal: str, given: str, name: str, cli: Any) -> None:
    answer = json.loads(cli("decide", goal, "--given", given, "--sharpen", name, "--json").stdout)
    told = answer["sharpen"]
    assert check_answer(answer) == [] and told["fails"] and (told["holds"] or told["exact"])
    kind, other = ("holds", {"grows": "falls", "falls": "grows"}) if told["holds"] else ("exact", {})
    for change in (lambda s: s[kind].update(value=s["fails"]["value"]), lambda s: s["fails"].update(value=s[kind]["value"]),
                   lambda s: s.update(digits=16), lambda s: s.update(weaker_as_it=other.get(s["weaker_as_it"], "no way")),
                   lambda s: s["fails"].update(margin="-1"), lambda s: s.update(direction=s[kind]["certificate"])):
        assert check_answer(resealed(answer, lambda a, change=change: change(a["sharpen"])))  # type: ignore[misc]


def test_the_command(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(cli("decide", "1 + x <= exp(x)", "--json").stdout)
    done = cli("recheck", "answer.json")
    assert done.returncode == 0 and "1 answers: 1 proofs and 0 counterexamples checked" in done.stdout
    answer = json.loads((tmp_path / "answer.json").read_text())
    (tmp_path / "answers.json").write_text(json.dumps([answer, {**answer, "statement": "1 + x < exp(x)"}]))
    done = cli("recheck", "answers.json")
    assert done.returncode == 1 and "does not hold: answer 2: the answer was changed" in done.stdout


def test_a_ledger(toy_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    report = recheck(toy_ledger.data)
    assert report.problems == [] and report.scalar_steps > 0 and report.scalar_points > 0
    monkeypatch.setattr("proofcheck.second.check.prove", lambda *_: require(False, "no"))
    assert any("the second checker refuses: no" in line for line in recheck(toy_ledger.data).problems)


# --- independence ------------------------------------------------------------------------------------------------


def test_it_imports_nothing_from_the_rest() -> None:
    allowed = {*sys.stdlib_module_names, "flint"}
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            found = [a.name for a in node.names] if isinstance(node, ast.Import) else (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [])
            assert all(n.split(".")[0] in allowed or n.startswith("proofcheck.second") for n in found), (path, found)
            assert not isinstance(node, ast.ImportFrom) or node.level == 0


def test_it_is_small() -> None:
    lines = {p.name: len(p.read_text().splitlines()) for p in FOLDER.glob("*.py")}
    assert max(lines.values()) < 250 and sum(lines.values()) < 1350
