"""``proofcheck show ID``: everything about one claim or one step."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from proofcheck.claims import Paper, uses_of
from proofcheck.cli.common import add_paper, against, committed, console, point_line, pretty, resolve, step_ids, unknown
from proofcheck.cli.verify import boundary_lines, explained, special_lines, whole
from proofcheck.coq import trust
from proofcheck.ledger import verify
from proofcheck.papers import Source, find
from proofcheck.signatures import abbreviations

FULL = 100_000


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("show", help="statement, steps, evidence, repair, what it uses and who uses it")
    parser.add_argument("id", metavar="ID", help="the id of a claim or a step")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show a claim or a step, from the committed ledger if it is there."""
    source = find(args.paper)
    owner = {**{c.id: c.id for c in source.paper}, **step_ids(source.paper)}
    if args.id not in owner:
        raise unknown(args.id, owner)
    known, signature, origin = looked_up(source, owner[args.id])
    record = known[owner[args.id]]
    item = record if record["id"] == args.id else next(s for s in record["steps"] if s["id"] == args.id)
    out = console()
    coq = trust.beside(source.ledger)
    lines = claim_lines(record, source.paper, known) if item is record else step_lines(item, record, known)
    for line in (*lines, *trust.level(item["id"], item["evidence"], coq), *defined(item, signature), f"\n{origin}"):
        out.print(line, soft_wrap=True)
    return 0


def looked_up(source: Source, key: str) -> tuple[Mapping[str, dict[str, Any]], Mapping[str, Any], str]:
    """The records of a claim and of others, the claim's signature, and where they come from."""
    ledger = committed(source)
    origin = f"(from the committed ledger {source.ledger.name}; 'proofcheck verify {key}' checks it again)"
    if ledger is None or key not in {r["id"] for r in ledger["claims"]}:
        ledger, origin = verify(source.paper, resolve(source.paper, [key])).data, "(checked just now)"
    known = {r["id"]: r for r in ledger["claims"]}
    return known, ledger["signatures"][known[key]["signature"]], origin


def claim_lines(record: dict[str, Any], paper: Paper, known: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Everything about a claim."""
    yield f"{record['id']} ({record['kind']}, line {record['paper_line']}): {record['title']}"
    if record["statement"] is not None:
        yield f"\n  {pretty(record['statement']['text'])}"
    if record["members"]:
        yield f"\n  the conjunction of {', '.join(record['members'])}"
    yield from given_lines(record["given"])
    if record["scope"]:
        yield f"scope: {record['scope']}"
    finding = record["finding"] or "none"
    yield f"\nverdict: {record['verdict']}    printed proof: {record['derivation']}    finding: {finding}"
    yield from status_lines(record["status"], known)
    yield from evidence_lines(record)
    if record["note"]:
        yield f"note: {record['note']}"
    if record["steps"]:
        yield "\nprinted steps:"
    for step in record["steps"]:
        yield f"  {step['id']}: {step['verdict']}{', ' + step['finding'] if step['finding'] else ''} -- {step['why']}"
        yield f"      {pretty(step['statement']['text'])}"
        yield from (f"  {line}" for line in explained(step))
    yield from repair_lines(record["repair"])
    yield from mutant_lines(record["mutants"])
    users = [c.id for c in paper if record["id"] in uses_of(c)]
    yield f"\nuses: {', '.join(record['uses']) or 'nothing'}"
    yield f"used by: {', '.join(users) or 'nothing'}"
    if record["rests_on"]:
        yield f"not proved here, but used: {', '.join(record['rests_on'])}"


STATUS = {
    "stands": "the proof stands, with all that it uses", "conditional": "the proof stands on conditions",
    "broken": "the proof is broken, which does not make the claim false", "false": "the claim is false",
}


def status_lines(status: Mapping[str, Any], known: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """What the printed proof and the repaired one rest on, all the way down."""
    printed, repaired = status["as_printed"], status["with_repairs"]
    other = "for the repaired statement, " if printed["word"] == "false" != repaired["word"] else ""
    for name, told in (("as printed: ", printed), (f"with repairs: {other}", repaired)):
        yield name + STATUS.get(told["word"], told["word"])
        for words, keys in (("broken by", told["broken_by"]), ("rests on", told["rests_on"])):
            if keys:
                yield f"    {words} {', '.join(f'{k} ({_standing(k, known)})' for k in keys)}"
        if told["unstated"]:
            yield f"    needs, though the paper does not say so: {'; '.join(told['unstated'])}"
        if told["repairs"]:
            yield f"    by the repairs {', '.join(told['repairs'])}"


def _standing(key: str, known: Mapping[str, dict[str, Any]]) -> str:
    """What is known of a claim, a step or a repair, in a word."""
    for record in known.values():
        if key == record["id"]:
            return "its printed proof does not give it" if record["verdict"] == "proved" else str(record["verdict"])
        if record["repair"] is not None and key == record["repair"]["id"]:
            return "proved, but it says something else"
        for step in record["steps"]:
            if key == step["id"]:
                return str(step["finding"] or step["verdict"])
    return "not checked"


def step_lines(step: dict[str, Any], record: dict[str, Any], known: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Everything about a step."""
    yield f"{step['id']} (a printed step of {record['id']}, line {step['paper_line']}): {step['why']}"
    yield f"\n  {pretty(step['statement']['text'])}"
    yield from given_lines([*record["given"], *step["given"]])
    yield f"\nverdict: {step['verdict']}    finding: {step['finding'] or 'none'}"
    yield from evidence_lines(step)
    if step["note"]:
        yield f"note: {step['note']}"
    if step["typo"]:
        yield f"remark: {step['typo']}"
    if step["citation"] is not None:
        citation = step["citation"]
        yield (f"cites {citation['of']}, which needs {citation['words']}: {pretty(citation['needs']['text'])} -- "
               f"{citation['verdict']}")
        yield from counterexample_lines(citation["evidence"].get("counterexample"))
    yield f"uses: {', '.join(step['uses']) or 'nothing'}"
    for claim in whole(record, known):
        yield f"\nthe statement {claim['id']}: {claim['verdict']}, printed proof: {claim['derivation']}"
        if claim["statement"] is not None:
            yield f"  {pretty(claim['statement']['text'])}"
        yield from repair_lines(claim["repair"])


def given_lines(given: list[dict[str, Any]]) -> Iterator[str]:
    """The hypotheses."""
    if given:
        yield "\nhypotheses:"
    for g in given:
        implicit = "  [implicit: the paper does not state it here]" if g["implicit"] else ""
        yield f"  {pretty(g['text'])}    {g['words']}{implicit}"


def evidence_lines(item: dict[str, Any]) -> Iterator[str]:
    """What the verdict rests on."""
    evidence = item["evidence"]
    if evidence["certificate"] is not None:
        rules = [step[0] for step in evidence["certificate"]["steps"]]
        used = ", ".join(f"{rules.count(name)} {name}" for name in sorted(set(rules)))
        yield f"certificate ({evidence['method']}): {len(rules)} rules of the kernel: {used}"
    yield from counterexample_lines(evidence["counterexample"])
    for missing in evidence.get("missing", ()):
        yield f"without {pretty(missing['given']['text'])} it is false:"
        yield from counterexample_lines(missing["counterexample"])
    if evidence.get("crosscheck"):
        found = evidence["crosscheck"]
        yield f"cross-check at {found['sizes']}: SymPy {_agrees(found['sympy'])}, flint {_agrees(found['flint'])}"
    yield from special_lines(evidence.get("only"), item["finding"])
    yield from boundary_lines(evidence.get("boundary"))
    if evidence.get("numbers"):
        yield f"numbers: {json.dumps(evidence['numbers'], ensure_ascii=False)}"
    if item["witness"] is not None:
        found = item["witness"]
        more = f" ({found['precision']}; {found['reproduce']})" if "precision" in found else ""
        yield f"witness: {found['runs']} runs, {found['violations']} violations, worst slack {found['worst_slack']}{more}"


def _agrees(word: bool) -> str:
    return "agrees" if word else "CONTRADICTS"


def counterexample_lines(point: dict[str, Any] | None) -> Iterator[str]:
    """A certified point, in full."""
    if point is not None:
        yield f"  fails at {point_line(point, FULL)}"
        yield f"  there:   {against(point)}"
        yield f"  left - right = {point['margin']} (certified with balls, {point['bits']} bits)"


def repair_lines(repair: dict[str, Any] | None) -> Iterator[str]:
    """The repair."""
    if repair is not None:
        yield f"\nrepair {repair['id']}: {repair['verdict']}"
        yield f"  {repair['why']}"
        if repair["statement"] is not None:
            yield f"  {pretty(repair['statement']['text'])}"
        yield from (f"    given {pretty(g['text'])}" for g in repair["given"])


def mutant_lines(mutants: list[dict[str, Any]]) -> Iterator[str]:
    """Changed statements and what the checker says of them."""
    if mutants:
        yield "\nchanged statements that the checker must tell apart:"
    for m in mutants:
        yield f"  {m['verdict']} (expected: {m['expected']}): {m['words']}: {pretty(m['statement']['text'])}"
        if m["evidence"]["counterexample"] is not None:
            yield f"      at {point_line(m['evidence']['counterexample'])}"


def defined(item: dict[str, Any], signature: Mapping[str, Any]) -> Iterator[str]:
    """What the abbreviations in a statement stand for."""
    found = list(abbreviations("" if item["statement"] is None else item["statement"]["text"], signature))
    if found:
        yield "\nabbreviations:"
    for name, params, body in found:
        yield f"  {name}[{', '.join(params)}] := {pretty(re.sub(' +', ' ', body))}"
