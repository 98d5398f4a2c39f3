"""Why terms are defined: the conditions of ``terms.conditions``, each with a proof term."""

from __future__ import annotations

from collections.abc import Sequence

from proofcheck.coq.signs import Scope, Signs, binder
from proofcheck.coq.terms import AND, identifier
from proofcheck.kernel.terms import Entry, Expr, Fn, Num, Peak, Pow, Sum, children, expand

Reasons = list[tuple[str, str]]  # conditions, each with its proof


def both(parts: Sequence[str]) -> str:
    """All of some propositions."""
    return f"({AND.join(parts)})"


def conj(parts: Sequence[str]) -> str:
    """A proof of all, from proofs of each."""
    return parts[0] if len(parts) == 1 else f"(conj {parts[0]} {conj(parts[1:])})"


def reasons(term: Expr, signs: Signs, at: Scope) -> Reasons:
    """The conditions of ``terms.conditions``, in its order, each with a proof; raises Unknown."""
    found = _own(term, signs, at)
    known = {c for c, _ in found}
    for part in children(term):
        if isinstance(term, (Sum, Peak)):
            more = reasons(part, signs, at.within(term.index))
            if more:
                over = f"(Z.to_nat {identifier('d', term.index.dim.name)}) (fun {identifier('i', term.index.name)} => "
                more = [(f"(every {over}{AND.join(c for c, _ in more)}))",
                         f"(every_intro _ _ ({binder(term.index)} {conj([why for _, why in more])}))")]
        else:
            more = reasons(part, signs, at)
        for c, why in more:
            if c not in known:
                known.add(c)
                found.append((c, why))
    return found


def _own(term: Expr, signs: Signs, at: Scope) -> Reasons:
    show = signs.words.show
    match term:
        case Pow(base, power) if power.denominator == 2:
            want, sign = ("p", "<") if power < 0 else ("n", "<=")
            return [(f"(0 {sign} {show(base)})", signs.prove(base, want, at))]
        case Pow(base, power) if power < 0 and (not isinstance(base, Num) or base.value == 0):
            return [(f"({show(base)} <> 0)", signs.prove(base, "x", at))]
        case Fn("log", (inner,)):
            return [(f"(0 < {show(inner)})", signs.prove(inner, "p", at))]
        case Fn("geometric", (inner,)):
            return [(f"(Rabs {show(inner)} < 1)", signs.small(inner, at))]
        case Entry(array, _) if array.body is not None:
            body = reasons(expand(term), signs, at)
            return [(both([c for c, _ in body]), conj([why for _, why in body]))] if body else []
    return []
