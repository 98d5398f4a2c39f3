"""Counts and findings as a user meets them, and the table of findings in the README."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import HERE, ROOT

import lemmas
from proofcheck.findings import COLUMNS, label, markdown, rows
from proofcheck.ledger import Ledger, load, save

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
TOY = ("--paper", "toy_paper:paper")
BEGIN, END = "<!-- proofcheck list --findings --markdown -->\n", "<!-- end of the findings -->"


@pytest.fixture
def told(cli: Cli, toy_ledger: Ledger, tmp_path: Path) -> Callable[..., str]:
    """``proofcheck list`` on a copy of the toy paper that has a ledger."""
    (tmp_path / "copied_paper.py").write_text((HERE / "toy_paper.py").read_text())
    save(toy_ledger, tmp_path / "ledger.json")

    def run(*options: str) -> str:
        done = cli("list", "--paper", "copied_paper:paper", *options, folders=(tmp_path,))
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_summary_of_a_run_and_of_a_ledger(cli: Cli, told: Callable[..., str]) -> None:
    done = cli("verify", *TOY, "--summary")
    assert done.returncode == 0, done.stderr
    assert done.stdout == told("--summary")
    lines = dict(line.split(": ") for line in done.stdout.splitlines())
    assert lines["claims"] == "1 assumed, 1 cited, 8 proved, 1 refuted, 1 witnessed"
    assert (lines["claims, printed proof"], lines["claims, finding"]) == ("3 gap, 9 none", "1 false, 1 missing-hypothesis")
    assert (lines["steps"], lines["steps, finding"]) == ("3 proved, 2 refuted", "2 false, 1 mis-cited")
    assert json.loads(told("--summary", "--json"))["steps"] == {"proved": 3, "refuted": 2}


def test_summary_as_json(cli: Cli, tmp_path: Path) -> None:
    found = json.loads(cli("verify", *TOY, "toy.gap", "--summary", "--json", "-").stdout)
    assert (found["claims"], found["steps"]) == ({"proved": 1}, {"proved": 2, "refuted": 1})
    done = cli("verify", *TOY, "toy.gap", "--summary", "--json", "counts.json")
    assert done.returncode == 0 and json.loads((tmp_path / "counts.json").read_text()) == found


def test_findings(told: Callable[..., str]) -> None:
    text = told("--findings")
    assert "toy.gap/2 (Toy, line 3): false -- absorbed" in text and "stands: the statement (proved, by the repair)" in text
    data = json.loads(told("--findings", "--json"))
    assert [(r["id"], r["finding"]) for r in data] == [
        ("toy.gap/2", "false"), ("toy.implicit", "missing-hypothesis"), ("toy.cite/1", "mis-cited"), ("toy.false", "false"),
        ("toy.false/1", "false")]
    by_id = {r["id"]: r for r in data}
    assert by_id["toy.cite/1"]["evidence"] == "toy.cited needs B <= 2; not so at B = 3: 3 against 2"
    assert by_id["toy.implicit"]["evidence"].startswith("false without B >= 1: at B = ")
    assert by_id["toy.false"]["what stands"] == "with the right constant (proved)"
    table = told("--findings", "--markdown").splitlines()
    assert len(table) == len(data) + 2 and all(re.fullmatch(r"\| .* \|", line) for line in table)


def test_findings_ask_for_a_ledger(cli: Cli) -> None:
    for options in (("--findings",), ("--summary",), ("--markdown",), ("--summary", "--findings")):
        done = cli("list", *TOY, *options)
        assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1


def test_markdown_keeps_one_line_and_its_columns() -> None:
    row = dict.fromkeys(COLUMNS, "|a| * b~ <c>")
    (_, _, line) = markdown([row]).splitlines()
    assert line.count(" | ") == len(COLUMNS) - 1 and r"\|a\| \* b\~ \<c>" in line


def test_sides_are_told_apart(toy_record: Callable[[str], dict[str, Any]]) -> None:
    record = copy.deepcopy(toy_record("toy.false"))
    record["evidence"]["counterexample"] |= {"lhs": "[0.99999999443 +/- 2e-12]", "rhs": "[0.99999998872 +/- 2e-12]"}
    assert "0.9999999944 against 0.9999999887" in next(rows([record]))["evidence"]


@pytest.mark.parametrize(("key", "kind", "told"), [
    ("lemma.B.1.12", "part", "Lemma B.1 Part 12"), ("lemma.B.1", "lemma", "Lemma B.1"),
    ("thm.4.2", "theorem", "Theorem 4.2"), ("lemma.A.9.t", "claim", "Lemma A.9"), ("eq.13", "identity", "Eq. 13"),
    ("lemma.E.1/order.v0", "claim", "Lemma E.1"), ("cor.4.3", "corollary", "Corollary 4.3"),
    ("lemma.B.1.4.lower", "part", "Lemma B.1 Part 4")])
def test_labels(key: str, kind: str, told: str) -> None:
    assert label({"id": key, "kind": kind}) == told


def test_the_table_in_the_readme_is_the_one_of_the_ledger() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    ledger = load(Path(lemmas.__file__).with_name("ledger.json"))
    assert text.partition(BEGIN)[2].partition(END)[0] == markdown(rows(ledger["claims"])) + "\n"
