"""A ledger that somebody changed does not re-check, whatever was changed."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from proofcheck.independent import disagreement
from proofcheck.kernel.certificate import BadCertificate, replay
from proofcheck.kernel.point import Point
from proofcheck.kernel.text import Reader
from proofcheck.ledger import Ledger
from proofcheck.recheck import recheck
from proofcheck.signatures import digest

Path = tuple[Any, ...]
WORDS = {"proved": "refuted", "refuted": "proved", "cited": "proved", "assumed": "proved", "witnessed": "proved",
         "sound": "gap", "gap": "sound", "none": "sound", "false": "typo", "mis-cited": None, "missing-hypothesis": None}


def walk(item: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, item
    pairs = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    for key, value in pairs:
        yield from walk(value, (*path, key))


def changed(ledger: dict[str, Any], path: Path, value: Any, seal: bool = True) -> dict[str, Any]:
    """A copy with one value changed, and a digest that fits it."""
    copied = copy.deepcopy(ledger)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    if seal:
        copied["digest"] = digest(copied)
    return copied


def problems(ledger: dict[str, Any]) -> list[str]:
    return recheck(ledger).problems


def paths(ledger: dict[str, Any], choose: Callable[[Path, Any], bool]) -> list[tuple[Path, Any]]:
    found = [(p, v) for p, v in walk(ledger["claims"], ("claims",)) if choose(p, v)]
    assert found
    return found


def test_the_ledger_as_it_is(toy_ledger: Ledger) -> None:
    report = recheck(toy_ledger.data)
    assert report.problems == []
    assert report.certificates > 10 and report.counterexamples > 8


def test_every_verdict(toy_ledger: Ledger) -> None:
    fields = ("verdict", "derivation", "finding")
    for path, value in paths(toy_ledger.data, lambda p, v: p[-1] in fields and v in WORDS):
        if value != WORDS[value]:
            assert problems(changed(toy_ledger.data, path, WORDS[value])), path


def test_every_finding_that_is_made_up(toy_ledger: Ledger) -> None:
    for path, _ in paths(toy_ledger.data, lambda p, v: p[-1] == "finding" and v is None):
        assert problems(changed(toy_ledger.data, path, "false")), path


def test_every_statement(toy_ledger: Ledger) -> None:
    """A changed statement is no longer what its certificate proves or what its point refutes."""
    for path, text in paths(toy_ledger.data, lambda p, v: p[-2:] == ("statement", "text")):
        owner = toy_ledger.data["claims"][path[1]]
        evidence = owner["evidence"] if len(path) == 4 else None
        if owner["kind"] in ("cited", "hypothesis") or (evidence and not (
                evidence["certificate"] or evidence["counterexample"])):
            continue  # nothing is claimed of it
        assert problems(changed(toy_ledger.data, path, text.replace("<=", "<") + " + 1")), path


def test_every_statement_that_becomes_nonsense(toy_ledger: Ledger) -> None:
    for path, _ in paths(toy_ledger.data, lambda p, v: p[-1] == "text"):
        assert problems(changed(toy_ledger.data, path, "1 <=")), path


def test_every_hypothesis_that_a_certificate_needs(toy_ledger: Ledger) -> None:
    for path, _ in paths(toy_ledger.data, lambda p, v: p[2:] == ("given",) and v):
        record = toy_ledger.data["claims"][path[1]]
        certificate = record["evidence"]["certificate"]
        if certificate is not None:
            assert problems(changed(toy_ledger.data, path, [])), record["id"]


def test_every_removed_certificate_and_point(toy_ledger: Ledger) -> None:
    for path, value in paths(toy_ledger.data, lambda p, v: p[-1] in ("certificate", "counterexample") and v):
        assert problems(changed(toy_ledger.data, path, None)), (path, value)


def test_every_end_and_place_of_a_boundary(toy_ledger: Ledger) -> None:
    for path, value in paths(toy_ledger.data, lambda p, v: p[-1] in ("low", "high") and v is not None):
        assert problems(changed(toy_ledger.data, path, value[:-1] + str((int(value[-1]) + 1) % 10))), path


def test_every_number_of_a_counterexample(toy_ledger: Ledger) -> None:
    """A point that is moved, or balls that are not those of the point."""
    def number(path: Path, value: Any) -> bool:
        return "counterexample" in path and isinstance(value, str) and bool(re.search(r"\d", value))

    for path, value in paths(toy_ledger.data, number):
        wrong = re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), value, count=1)
        assert problems(changed(toy_ledger.data, path, wrong)), (path, value)


def test_every_digit_of_a_certificate(toy_ledger: Ledger) -> None:
    """A changed digit breaks the proof, or (a precision, say) leaves a proof of the very same statement."""
    broken = 0
    for path, value in paths(toy_ledger.data, lambda p, v: "steps" in p[3:] and "certificate" in p and (
            isinstance(v, int) or (isinstance(v, str) and re.search(r"\d", v) is not None))):
        other = value + 1 if isinstance(value, int) else re.sub(
            r"\d", lambda m: str((int(m[0]) + 1) % 10), value, count=1)
        tampered = changed(toy_ledger.data, path, other)
        if problems(tampered):
            broken += 1
        else:
            at = path[:path.index("certificate") + 1]
            before, after = (theorem_at(data, at) for data in (toy_ledger.data, tampered))
            assert before.concl == after.concl and before.hyps == after.hyps, path
    assert broken > 20


def theorem_at(ledger: dict[str, Any], path: Path) -> Any:
    item: Any = ledger
    for key in path:
        item = item[key]
    return replay({**item, "signature": ledger["signatures"][item["signature"]]})


def test_every_change_shows_without_a_new_digest(toy_ledger: Ledger) -> None:
    for path, value in paths(toy_ledger.data, lambda p, v: isinstance(v, (str, int)) and not isinstance(v, bool))[::7]:
        tampered = changed(toy_ledger.data, path, str(value) + "1", seal=False)
        assert tampered["digest"] != digest(tampered), path
    assert problems({**toy_ledger.data, "digest": "0"}) == [
        "the ledger was changed after it was written: its digest does not fit"]


def test_a_changed_definition(toy_ledger: Ledger) -> None:
    """The statements then speak of something else, and their certificates or points do not fit."""
    copied = copy.deepcopy(toy_ledger.data)
    entry = next(a for a in copied["signatures"]["main"]["arrays"] if a[0] == "e")
    entry[2] = "exp(2*u[i])"
    copied["digest"] = digest(copied)
    assert problems(copied)


def test_a_certificate_of_something_else(toy_ledger: Ledger, toy_record: Callable[[str], dict[str, Any]]) -> None:
    data = copy.deepcopy(toy_ledger.data)
    target = next(r for r in data["claims"] if r["id"] == "toy.bound")
    target["evidence"]["certificate"] = copy.deepcopy(toy_record("toy.implicit")["evidence"]["certificate"])
    data["digest"] = digest(data)
    assert any(p.startswith("toy.bound: the certificate does not hold: it proves") for p in problems(data))


def test_a_claim_that_is_left_out_and_one_that_comes_twice(toy_ledger: Ledger) -> None:
    for claims in (toy_ledger.data["claims"][1:], [*toy_ledger.data["claims"], toy_ledger.data["claims"][0]]):
        data = {**toy_ledger.data, "claims": claims}
        data["digest"] = digest(data)
        assert problems(data)


@pytest.mark.parametrize("nonsense", [{}, {"claims": [1]}, {"claims": [{}]}, {"claims": [{"id": "x"}], "signatures": 3}])
def test_nonsense_is_told_not_raised(nonsense: dict[str, Any]) -> None:
    assert problems(nonsense)


def test_a_certificate_that_is_no_certificate() -> None:
    with pytest.raises(BadCertificate):
        replay({"signature": {"dims": [], "indices": {}, "arrays": []}, "steps": [["assume", {}, []]]})


def test_the_second_evaluator_objects_when_the_first_is_fooled(toy_ledger: Ledger,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    """Points that refute nothing, with balls that never say no."""
    monkeypatch.setattr("proofcheck.confirm.recertified", lambda *_: None)
    for path, value in paths(toy_ledger.data, lambda p, v: p[-1] == "scalars" and "B" in v):
        away = changed(toy_ledger.data, path, {**value, "B": "-100"})  # B >= 1 or B > 0 fails, or B <= 2 holds
        assert any("the second evaluator disagrees" in line for line in problems(away)), path


@pytest.mark.parametrize(("text", "scalars", "objects"), [
    ("exp(x) <= 1", {"x": "1"}, False), ("exp(x) <= 1", {"x": "-1"}, True), ("x < 1", {"x": "1"}, False),
    ("log(x) <= 0", {"x": "0"}, True), ("1/x <= 0", {"x": "0"}, True), ("sqrt(x) <= 1", {"x": "-4"}, True),
    ("erf(x)**(10**3) >= 1/2", {"x": "1"}, False), ("1 - erf(x) <= 0", {"x": "20"}, False), ("x <= y", {"x": "1"}, True),
    ("Max(x, 2) <= 1", {"x": "0"}, False), ("geometric(x) <= 1", {"x": "1/2"}, False),
    ("geometric(x) <= 1", {"x": "2"}, True), ("tanh(x) + cosh(x) - sinh(x) + Abs(x) + erfc(x) <= 0", {"x": "1"}, False),
])
def test_the_second_evaluator(text: str, scalars: dict[str, str], objects: bool) -> None:
    point = Point({k: Fraction(v) for k, v in scalars.items()})
    goal = Reader().relation(text.replace("10**3", "1000"))
    assert (disagreement((), goal, point, {}) is not None) == objects


def test_the_rechecker_loads_no_searcher() -> None:
    code = ("import sys, proofcheck.recheck; "
            "print([m for m in sys.modules if m.startswith(('proofcheck.prove', 'proofcheck.refute', 'hypothesis'))])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
