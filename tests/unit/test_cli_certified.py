"""How runs in a regime, and runs of other networks, are told: every verdict can occur."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from pathlib import Path
from subprocess import run

import pytest
from flint import arb

from lemmas import instances
from lemmas import paper as softmax_ntk
from numerics import symmetric_net
from proofcheck.claims import Certified, CertifiedStep, Checked, Paper
from proofcheck.cli import certified, gd, main
from proofcheck.cli.common import BadInput

CERTIFIED = Checked("a", "a <= b", arb(1), arb(2), True)
FALSE = Checked("b", "b <= a", arb(2), arb(1), False)
OPEN = Checked("c", "c <= c", arb(1, 0.5), arb(1, 0.5), None)


def told(capsys: pytest.CaptureFixture[str], hypotheses: list[Checked], *steps: list[Checked]) -> tuple[int, str]:
    found = Certified({"m": "1"}, hypotheses, (CertifiedStep(f"step {k}", {"C0": arb(k, 0.5)}, checks)
                                               for k, checks in enumerate(steps)), len(steps))
    paper = Paper("toy", "", "", regime=lambda options: found)
    return certified.run(Namespace(json=None), paper, {}), capsys.readouterr().out


def test_all_certified(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = told(capsys, [CERTIFIED], [CERTIFIED], [CERTIFIED])
    assert code == 0
    assert "2 of 2" in out
    assert "0 is in 1 of the balls" in out


@pytest.mark.parametrize(("bad", "words"), [(FALSE, "1 of 2, 1 FALSE"), (OPEN, "1 of 2, 1 open")])
def test_a_claim_that_is_not_certified_once(capsys: pytest.CaptureFixture[str], bad: Checked, words: str) -> None:
    good = Checked(bad.id, bad.words, arb(1), arb(2), True)
    code, out = told(capsys, [CERTIFIED], [good], [bad])
    assert code == 1
    assert words in out
    assert "step 1" in out


@pytest.mark.parametrize("bad", [FALSE, OPEN])
def test_a_hypothesis_that_is_not_certified(capsys: pytest.CaptureFixture[str], bad: Checked) -> None:
    code, out = told(capsys, [bad], [CERTIFIED])
    assert code == 1
    assert certified.WORDS[bad.holds] in out


def test_a_claim_that_is_made_at_one_step_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, [], [CERTIFIED], [])[0] == 1


def test_a_paper_without_regimes() -> None:
    with pytest.raises(BadInput, match="offers no runs in a regime"):
        certified.run(Namespace(json=None), Paper("toy", "", ""), {})


def test_other_networks_are_traced_and_not_measured(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(instances, "start_net", lambda net, n, d, m, sigma, seed, kind, points=None: symmetric_net(
        n, m, d, d, sigma, seed, kind))
    assert main(["gd", "--net", "relu", "--n", "2", "--m", "8", "--steps", "3", "--json", str(tmp_path / "out.json")]) == 0
    assert "No bound was measured" in capsys.readouterr().out
    data = json.loads((tmp_path / "out.json").read_text())
    assert data["bounds"] == []
    assert [set(s["trace"]) for s in data["states"]] == [{"loss", "motion", "lambda_min(H), estimated"}] * 4
    states, rows = gd.measured(softmax_ntk, {**gd.COMMON, **gd.PLAIN, "m": 8, "steps": 1})
    assert rows and len(states) == 2


def test_large_runs_are_measured_only_when_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(instances, "MEASURED", 15)
    bounds = {}
    for name, asked in (("unasked", []), ("all", ["--bounds", "all"]), ("none", ["--bounds", "none"])):
        out = tmp_path / f"{name}.json"
        assert main(["gd", "--n", "2", "--d", "1", "--m", "8", "--steps", "1", *asked, "--json", str(out)]) == 0
        found = json.loads(out.read_text())
        bounds[name] = len(found["bounds"])
        traces = [s["trace"]["loss"] for s in found["states"]]
        assert len(traces) == 2 and float(traces[1]) < float(traces[0])
    assert bounds["unasked"] == bounds["none"] == 0 and bounds["all"] > 50


MEMORY = """
import sys
from pathlib import Path
from proofcheck.cli import main
assert main(["gd", "--n", "2", "--d", "1", "--m", "10000000", "--steps", "2", "--json", "-"]) == 0
(most,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(most.split()[1], file=sys.stderr)
"""  # not ru_maxrss: that of a new process is at least what its parent had


def test_ten_million_neurons_in_less_than_a_gigabyte() -> None:
    done = run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True,
               env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    losses = [float(s["trace"]["loss"]) for s in json.loads(done.stdout)["states"]]
    assert losses == sorted(losses, reverse=True) and len(set(losses)) == 3
    assert int(done.stderr.split()[-1]) * 1024 < 10**9
