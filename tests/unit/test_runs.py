"""Certificates of runs around what a paper certifies: the theorem's standing comes from the ledger, the digest from all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proofcheck import runs
from proofcheck.claims import Attempt, Certifying, Claim, Paper, PaperError
from proofcheck.papers import Source

CERTIFIED = {"run": {"steps": 1, "conclusions": []}, "says": ["One step."]}


def source(folder: Path, verdict: str = "open", word: str = "open", wrong: list[str] | None = None) -> Source:
    """A paper that certifies runs by its claim 't', and its ledger."""
    paper = Paper("p", "p", "p", certifying=Certifying("t", lambda o: Attempt({}, ()), lambda c, p: wrong or [], {}))
    paper.add(Claim("t", "theorem", 1, "it converges"))
    ledger = {"schema": runs_schema(), "digest": "d", "claims": [
        {"id": "t", "title": "it converges", "verdict": verdict, "status": {"with_repairs": {"word": word}}}]}
    path = folder / "ledger.json"
    path.write_text(json.dumps(ledger), encoding="utf-8")
    return Source(paper, path)


def runs_schema() -> Any:
    from proofcheck.ledger import SCHEMA

    return SCHEMA


def found(at: Source, certificate: dict[str, Any]) -> list[str]:
    return runs.problems(at, certificate, lambda done, of: None)


def test_a_theorem_adds_something_only_if_it_stands(tmp_path: Path) -> None:
    assert "for ever" in runs.sealed(source(tmp_path, "proved", "stands"), CERTIFIED)["adds"]
    for verdict, word in (("open", "open"), ("proved", "conditional"), ("proved", "broken"), ("refuted", "false")):
        adds = runs.sealed(source(tmp_path, verdict, word), CERTIFIED)["adds"]
        assert "for ever" not in adds and "says nothing of steps that were not run" in adds
        assert verdict in adds and word in adds


def test_what_was_sealed_is_accepted_and_a_changed_one_is_not(tmp_path: Path) -> None:
    at = source(tmp_path)
    certificate = json.loads(json.dumps(runs.sealed(at, CERTIFIED)))
    assert found(at, certificate) == []
    for key in certificate:
        changed = {**certificate, key: "changed"}
        assert found(at, changed), key
        assert key == "digest" or found(at, {**changed, "digest": runs.digest(changed)}), key


def test_a_forged_standing_is_noticed(tmp_path: Path) -> None:
    forged = runs.sealed(source(tmp_path, "proved", "stands"), CERTIFIED)
    at = source(tmp_path)
    assert [line for line in found(at, forged) if "t is open (status: open) in the ledger" in line]
    told = {**forged, "theorem": runs.standing(at)}
    assert "what the theorem adds is not what its standing in the ledger allows" in found(
        at, {**told, "digest": runs.digest(told)})


def test_what_the_paper_objects_to_is_passed_on(tmp_path: Path) -> None:
    certificate = runs.sealed(source(tmp_path), CERTIFIED)
    assert found(source(tmp_path, wrong=["step 3 is wrong"]), certificate) == ["step 3 is wrong"]


def test_papers_that_certify_nothing_are_told(tmp_path: Path) -> None:
    with pytest.raises(PaperError, match="offers no certificates of runs"):
        runs.standing(Source(Paper("q", "q", "q"), tmp_path / "none.json"))
    at = source(tmp_path)
    at.ledger.write_text(at.ledger.read_text(encoding="utf-8").replace('"t"', '"other"'), encoding="utf-8")
    with pytest.raises(PaperError, match="t is not in the ledger"):
        runs.standing(at)


def test_other_files_are_no_certificates(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    for text in ("[]", "{}", "no JSON", '{"schema": 2}'):
        path.write_text(text, encoding="utf-8")
        assert runs.certificate_in(path) is None
    assert runs.certificate_in(tmp_path / "none.json") is None
    path.write_text(json.dumps(runs.sealed(source(tmp_path), CERTIFIED)), encoding="utf-8")
    assert runs.certificate_in(path) is not None
