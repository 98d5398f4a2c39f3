"""Whole claims as single theorems: the literal statement of ``statements.claimed``, by a chain of lemmas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofcheck.confirm import matters
from proofcheck.coq import export, statements
from proofcheck.coq.chain import Chain, Lemma, Uses, bound, ordered, rests_on, scope_of, sizes, support_in
from proofcheck.coq.meaning import both, conj, reasons
from proofcheck.coq.signs import Scope, Signs, Unknown, binder
from proofcheck.coq.statements import binders, dimensions, indices
from proofcheck.coq.terms import NotExpressible, as_tuple, conditions, identifier
from proofcheck.coq.vocabulary import closed, digest
from proofcheck.kernel.certificate import Certificate, replay
from proofcheck.kernel.terms import Rel, add, free_indices
from proofcheck.kernel.theorem import Theorem


@dataclass
class Whole:
    """A claim as a theorem; unless there is a reason against it, the lemma that it follows from, and how."""

    theorem: export.Theorem
    lemma: str = ""
    arguments: str = ""

    def finish(self, module: str) -> None:
        """Write the proof, once it is known which file the lemma is in."""
        self.theorem.tactics[-1] = f"exact ({module}.{self.lemma} {self.arguments})."


def wholes(ledger: Mapping[str, Any], keys: Iterable[str] | None) -> tuple[Chain, list[Whole]]:
    """The proved claims of a ledger, and the chain of lemmas that they all rest on."""
    chosen, chain, found = None if keys is None else set(keys), Chain(), list[Whole]()
    for record in ledger["claims"]:
        if chosen is not None and record["id"] not in chosen:
            continue
        for matter in matters(record, ledger["signatures"]):
            certificate = matter.evidence.get("certificate")
            if certificate is not None and matter.where == record["id"]:
                meaning = certificate["signature"]
                if isinstance(meaning, str):
                    certificate = {**certificate, "signature": ledger["signatures"][meaning]}
                found.append(claim(matter.goal, matter.hyps, certificate, chain))
                found[-1].theorem.where.append(matter.where)
    return chain, found


def claim(goal: Rel, hyps: Sequence[Rel], certificate: Certificate, chain: Chain) -> Whole:
    """The claim as one theorem, from a certificate of it; the reason if there is none."""
    try:
        made = Whole(export.Theorem("claim", statements.claimed(goal, hyps)))
    except NotExpressible as error:
        return Whole(export.Theorem("claim", f"{goal} given {list(hyps)}", reason=str(error)))
    theorem = replay(certificate)
    try:
        chain.add(theorem)
        made.lemma = _with_conditions(theorem, chain)
        made.theorem.tactics, made.arguments = _tactics(goal, hyps, theorem)
    except (NotExpressible, Unknown) as error:
        made.theorem.reason = str(error)
    return made


def _with_conditions(t: Theorem, chain: Chain) -> str:
    """The lemma that says, beside a conclusion, that it is defined."""
    needs, hyps, words = support_in(t), ordered(t), chain.words
    refs = {h: f"H{k}" for k, h in enumerate(hyps)}
    used = Uses(chain, scope_of(needs))
    scope = used.scope.within(*free_indices(t.concl))
    term = add(t.concl.lhs, t.concl.rhs)
    try:
        found = reasons(term, Signs(list(refs.items()), words), scope)
    except Unknown:
        facts = list(refs.items())
        facts += [(s.concl, used.proof(s, refs)) for s in rests_on(t) if s.hyps <= t.hyps and s.concl not in refs
                  and (s.rule in ("assume", "weaken", "cut") or (s.hyps, s.concl) in chain.names)]
        found = reasons(term, Signs(facts, words), scope)
    given = "".join(f"{words.hypothesis(h)} -> " for h in hyps)
    text = closed(t.concl, both([c for c, _ in found] + [words.relation(t.concl)]))
    statement = f"{bound(needs)}{sizes(needs)}{given}{text}"
    names = [*needs.names(), *(f"D_{n}" for n in sorted(needs.sizes)), *refs.values(),
             *(n for i in indices(t.concl) for n in (identifier("i", i.name), f"I_{i.name}"))]
    told = scope.apply(used.proof(t, refs), t.concl)
    lines = [f"intros {' '.join(names)}."] if names else []
    lines.append(f"exact {conj([*(why for _, why in found), told])}.")
    name = f"w_{digest(statement)}"
    chain.lemmas.setdefault(name, Lemma(name, statement, lines, list(dict.fromkeys(used.names))))
    return name


def _tactics(goal: Rel, hyps: Sequence[Rel], t: Theorem) -> tuple[list[str], str]:
    """The literal statement from the lemma with conditions: all tactics but the last, and the lemma's arguments."""
    rels = (goal, *hyps)
    shorts = statements.partial(rels)
    names = [b.split(" ")[0] for b in binders(rels)] + [f"D_{v.name}" for v in dimensions(rels)]
    needs = support_in(t)
    scope = Scope(frozenset(v.name for v in dimensions(rels)))
    refs = dict[Rel, str]()
    for k, h in enumerate(hyps):
        told = scope.within(*free_indices(h)).apply(f"G{k}", h)
        for _ in conditions(("add", as_tuple(h.lhs), as_tuple(h.rhs)), shorts.__contains__):
            told = f"(proj2 {told})"
        refs.setdefault(h, f"({' '.join(map(binder, indices(h)))} {told})" if indices(h) else told)
    lines = [f"intros {' '.join(names)}."] if names else []
    lines.append("abbreviations.")
    lines += [f"intros {' '.join(f'G{k}' for k in range(len(hyps)))}."] if hyps else []
    return [*lines, ""], " ".join([*needs.names(), *(f"D_{n}" for n in sorted(needs.sizes)), *(refs[h] for h in ordered(t))])
