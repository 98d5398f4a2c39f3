"""Whole claims as single theorems: the literal statement of ``statements.claimed``, by a chain of lemmas."""

from __future__ import annotations

from collections.abc import Sequence

from proofcheck.coq import export, statements
from proofcheck.coq.chain import Chain, Lemma, Uses, bound, ordered, scope_of, sizes, support_in
from proofcheck.coq.meaning import both, conj, reasons
from proofcheck.coq.signs import Scope, Signs, Unknown, binder
from proofcheck.coq.statements import arrays_of, binders, dimensions, indices
from proofcheck.coq.terms import NotExpressible, as_tuple, conditions, identifier
from proofcheck.coq.vocabulary import closed, digest
from proofcheck.kernel.terms import Rel, add, free_indices
from proofcheck.kernel.theorem import Theorem


def claim(goal: Rel, hyps: Sequence[Rel], theorem: Theorem, steps: Sequence[Theorem], chain: Chain, module: str
          ) -> export.Theorem:
    """The claim as one theorem, from a theorem of the kernel that says it; the reason if there is none."""
    try:
        statement = statements.claimed(goal, hyps)
    except NotExpressible as error:
        return export.Theorem("claim", f"{goal} given {list(hyps)}", reason=str(error))
    made = export.Theorem("claim", statement)
    try:
        chain.add(theorem)
        name = _with_conditions(theorem, steps, chain)
        made.tactics = _tactics(goal, hyps, theorem, f"{module}.{name}")
    except (NotExpressible, Unknown) as error:
        made.reason = str(error)
    return made


def _with_conditions(t: Theorem, steps: Sequence[Theorem], chain: Chain) -> str:
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
        facts += [(s.concl, used.proof(s, refs)) for s in steps if s.hyps <= t.hyps and s.concl not in refs
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


def _tactics(goal: Rel, hyps: Sequence[Rel], t: Theorem, name: str) -> list[str]:
    """The literal statement from the lemma with conditions."""
    rels = (goal, *hyps)
    shorts = statements.abbreviating(arrays_of(rels)[1])[1]
    names = [b.split(" ")[0] for b in binders(rels)] + [f"D_{v.name}" for v in dimensions(rels)]
    needs = support_in(t)
    scope = Scope(frozenset(v.name for v in dimensions(rels)), frozenset(), frozenset())
    refs = dict[Rel, str]()
    for k, h in enumerate(hyps):
        count = len(conditions(("add", as_tuple(h.lhs), as_tuple(h.rhs)), shorts.__contains__))
        told = scope.within(*free_indices(h)).apply(f"G{k}", h)
        for _ in range(count):
            told = f"(proj2 {told})"
        refs.setdefault(h, f"({' '.join(map(binder, indices(h)))} {told})" if indices(h) else told)
    parts = [name, *needs.names(), *(f"D_{n}" for n in sorted(needs.sizes)), *(refs[h] for h in ordered(t))]
    lines = [f"intros {' '.join(names)}."] if names else []
    lines.append("abbreviations.")
    if hyps:
        lines.append(f"intros {' '.join(f'G{k}' for k in range(len(hyps)))}.")
    return [*lines, f"exact ({' '.join(parts)})."]
