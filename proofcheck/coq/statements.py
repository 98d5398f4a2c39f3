"""Literal theorems: what a ledger says, with its hypotheses, real and integer parameters and conditions of being defined.

A proved relation becomes

    forall (d_m : Z), (1 <= d_m)%Z -> forall (v_B : R), conditions of h /\\ h -> ... -> conditions of goal /\\ goal

where a dimension is an integer >= 1.  A refuted one becomes

    exists d_m v_B a_w, (1 <= d_m)%Z /\\ conditions of h /\\ h /\\ ... /\\
        exists i, 1 <= i <= d_n /\\ conditions of goal /\\ ~ goal

with the abbreviations as ``let``.  Free indices in a hypothesis run over all their values.  A claim about arrays becomes

    forall d_m v_B a_w, (1 <= d_m)%Z -> (forall i, 1 <= i <= d_n -> conditions of h /\\ h) -> ... ->
        forall i, 1 <= i <= d_n -> conditions of goal /\\ goal
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from proofcheck.coq.terms import abbreviation, as_tuple, conditions, coq, identifier, let
from proofcheck.kernel.terms import Array, Entry, Expr, Index, Rel, Var, free_indices, subterms, variables


def relation(op: str, left: str, right: str) -> str:
    """A relation between two terms."""
    return f"({left} {op} {right})"


def conjunction(parts: Iterable[str]) -> str:
    """All of them; there is at least one."""
    return "(" + " /\\ ".join(parts) + ")"


def defined(rel: Rel, abbreviations: frozenset[str] = frozenset(), negated: bool = False) -> str:
    """A relation, or its negation, with the conditions under which both sides are defined."""
    left, right = as_tuple(rel.lhs), as_tuple(rel.rhs)
    found = conditions(("add", left, right), abbreviations.__contains__)
    told = relation(rel.op, coq(left), coq(right))
    return conjunction([*found, f"(~ {told})" if negated else told])


def proved(goal: Rel, hyps: Sequence[Rel]) -> str:
    """The theorem that a relation between scalars holds under its hypotheses; raises NotExpressible."""
    names = sorted(set().union(*(variables(r) for r in (goal, *hyps))), key=lambda v: (not v.integer, v.name))
    dims = [f"forall {identifier('d', v.name)} : Z, (1 <= {identifier('d', v.name)})%Z -> " for v in names if v.integer]
    reals = [f"forall {identifier('v', v.name)} : R, " for v in names if not v.integer]
    return "".join((*dims, *reals, *(f"{defined(h)} -> " for h in hyps), defined(goal)))


def refuted(goal: Rel, hyps: Sequence[Rel]) -> str:
    """The theorem that at some point all hypotheses hold and the goal fails; raises NotExpressible."""
    rels = (goal, *hyps)
    lets, shorts = abbreviating(arrays_of(rels)[1])
    facts = [f"(1 <= {identifier('d', v.name)})%Z" for v in dimensions(rels)]
    facts += [_over_all(h, defined(h, shorts)) for h in hyps]
    fails = _somewhere(goal, defined(goal, shorts, negated=True))
    return "".join(f"exists {b}, " for b in binders(rels)) + lets + conjunction([*facts, fails])


def upheld(goal: Rel, hyps: Sequence[Rel], values: Sequence[str]) -> str:
    """The opposite at one point, with values for what is bound: the goal holds, or a hypothesis fails."""
    rels = (goal, *hyps)
    lets, shorts = abbreviating(arrays_of(rels)[1])
    bound = "".join(f"let {b} := {v} in " for b, v in zip(binders(rels), values, strict=True))
    ways = [_somewhere(goal, defined(goal, shorts))]
    ways += [defined(h, shorts, negated=True) for h in hyps if not free_indices(h)]
    either = " \\/ ".join(ways)
    return f"{bound}{lets}({either})"


def claimed(goal: Rel, hyps: Sequence[Rel]) -> str:
    """The theorem that a relation holds under its hypotheses, with arrays and sums of every size; raises NotExpressible."""
    rels = (goal, *hyps)
    lets, shorts = abbreviating(arrays_of(rels)[1])
    bound = "".join(f"forall {b}, " for b in binders(rels))
    sizes = "".join(f"(1 <= {identifier('d', v.name)})%Z -> " for v in dimensions(rels))
    given = "".join(f"{_for_all(h, defined(h, shorts))} -> " for h in hyps)
    return f"{bound}{sizes}{lets}{given}{_for_all(goal, defined(goal, shorts))}"


def binders(rels: Sequence[Rel]) -> list[str]:
    """The sizes, the parameters and the arrays that relations are about, with their types."""
    found = [f"{identifier('d', v.name)} : Z" for v in dimensions(rels)]
    found += [f"{identifier('v', v.name)} : R" for v in parameters(rels)]
    return found + [f"{identifier('a', a.name)} : {'nat -> ' * len(a.params)}R" for a in arrays_of(rels)[0]]


def _over_all(hyp: Rel, text: str) -> str:
    for i in indices(hyp):
        text = f"(every (Z.to_nat {identifier('d', i.dim.name)}) (fun {identifier('i', i.name)} => {text}))"
    return text


def _for_all(rel: Rel, text: str) -> str:
    bound = [(identifier("i", i.name), identifier("d", i.dim.name)) for i in indices(rel)]
    return "({}{})".format("".join(f"forall {i} : nat, (1 <= {i} <= Z.to_nat {d})%nat -> " for i, d in bound), text)


def _somewhere(goal: Rel, text: str) -> str:
    for i in indices(goal):
        name = identifier("i", i.name)
        text = f"(exists {name} : nat, (1 <= {name} <= Z.to_nat {identifier('d', i.dim.name)})%nat /\\ {text})"
    return text


def abbreviating(arrays: Iterable[Array]) -> tuple[str, frozenset[str]]:
    """Abbreviations with the conditions under which they are defined, and the names of those that have conditions."""
    text, partial = "", set[str]()
    for short in map(abbreviation, arrays):
        text += let("a", short, coq(short[2]))
        if found := conditions(short[2], partial.__contains__):
            text += let("c", short, conjunction(found))
            partial.add(short[0])
    return text, frozenset(partial)


def partial(rels: Iterable[Rel]) -> frozenset[str]:
    """The names of the abbreviations that are defined under conditions only."""
    return abbreviating(arrays_of(rels)[1])[1]


def indices(rel: Rel) -> list[Index]:
    """The free indices of a relation, by name."""
    return sorted(free_indices(rel), key=lambda i: i.name)


def arrays_of(rels: Iterable[Rel]) -> tuple[list[Array], list[Array]]:
    """The arrays that relations use, directly or in abbreviations: those without a body, and the abbreviations in order."""
    free: dict[str, Array] = {}
    known: dict[str, Array] = {}

    def visit(term: Expr) -> None:
        for t in subterms(term):
            if isinstance(t, Entry) and t.array.name not in {**free, **known}:
                if t.array.body is None:
                    free[t.array.name] = t.array
                else:
                    visit(t.array.body)
                    known[t.array.name] = t.array

    for rel in rels:
        visit(rel.lhs)
        visit(rel.rhs)
    return sorted(free.values(), key=lambda a: a.name), list(known.values())


def everything(rels: Iterable[Rel]) -> list[Expr]:
    """Both sides of all relations, and the bodies of all abbreviations in them."""
    rels = tuple(rels)
    return [side for r in rels for side in (r.lhs, r.rhs)] + [a.body for a in arrays_of(rels)[1] if a.body is not None]


def dimensions(rels: Iterable[Rel]) -> list[Var]:
    """All dimensions: those that occur as numbers, that sums or free indices run over, or that arrays have."""
    rels = tuple(rels)
    free, known = arrays_of(rels)
    found = {v for t in everything(rels) for v in variables(t) if v.integer}
    found |= {i.dim for r in rels for i in free_indices(r)} | {p.dim for a in (*free, *known) for p in a.params}
    found |= {t.index.dim for e in everything(rels) for t in subterms(e) if hasattr(t, "index")}
    return sorted(found, key=lambda v: v.name)


def parameters(rels: Iterable[Rel]) -> list[Var]:
    """All real parameters."""
    return sorted({v for t in everything(rels) for v in variables(t) if not v.integer}, key=lambda v: v.name)
