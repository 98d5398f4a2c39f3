"""What lemmas about arrays are written with: abbreviations and hypotheses, each defined once, and what terms depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from proofcheck.coq.statements import indices, relation
from proofcheck.coq.terms import NotExpressible, as_tuple, coq, identifier
from proofcheck.kernel.terms import Array, Diff, Entry, Expr, Peak, Rel, Sum, Var, children
from proofcheck.second.terms import Term


class Support(NamedTuple):
    """The sizes, the real parameters and the arrays without a body (with the numbers of their indices) in a term."""

    sizes: frozenset[str] = frozenset()
    reals: frozenset[str] = frozenset()
    arrays: frozenset[tuple[str, int]] = frozenset()

    def plus(self, *others: Support) -> Support:
        """All together."""
        return Support(self.sizes.union(*(o.sizes for o in others)), self.reals.union(*(o.reals for o in others)),
                       self.arrays.union(*(o.arrays for o in others)))

    def names(self) -> list[str]:
        """The names in Coq, in the order in which they are bound."""
        return [*(identifier("d", n) for n in sorted(self.sizes)), *(identifier("v", n) for n in sorted(self.reals)),
                *(identifier("a", n) for n, _ in sorted(self.arrays))]

    def binders(self) -> str:
        """The same, with types."""
        return " ".join([*(f"({identifier('d', n)} : Z)" for n in sorted(self.sizes)),
                         *(f"({identifier('v', n)} : R)" for n in sorted(self.reals)),
                         *(f"({identifier('a', n)} : {'nat -> ' * count}R)" for n, count in sorted(self.arrays))])


@lru_cache(maxsize=2**16)
def support(term: Expr) -> Support:
    """What a term depends on, definitions included; raises NotExpressible for derivatives, which no rule here knows."""
    if isinstance(term, Diff):
        raise NotExpressible("a derivative")
    found = Support().plus(*(support(c) for c in children(term)))
    match term:
        case Var(name, integer):
            return Support(frozenset((name,))) if integer else Support(reals=frozenset((name,)))
        case Sum(index, _) | Peak(index, _):
            return found.plus(Support(frozenset((index.dim.name,))))
        case Entry(array, _):
            return support(array.body) if array.body is not None else Support(
                arrays=frozenset(((array.name, len(array.params)),)))
    return found


@lru_cache(maxsize=2**14)
def support_of(rel: Rel) -> Support:
    """What a relation depends on, the sizes of its free indices included."""
    ranges = Support(frozenset(i.dim.name for i in indices(rel)))
    return support(rel.lhs).plus(support(rel.rhs), ranges)


def digest(text: str) -> str:
    """Enough of a hash to name what has this text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def closed(rel: Rel, text: str) -> str:
    """The statement for all values of the free indices."""
    ranges = [(identifier("i", i.name), identifier("d", i.dim.name)) for i in indices(rel)]
    return "".join(f"forall {i} : nat, (1 <= {i} <= Z.to_nat {d})%nat -> " for i, d in ranges) + text


@dataclass
class Vocabulary:
    """Definitions by name, in an order in which Coq can read them."""

    written: dict[str, str] = field(default_factory=dict)
    heads: dict[Array, str] = field(default_factory=dict)
    given: dict[Rel, str] = field(default_factory=dict)

    def show(self, term: Expr) -> str:
        """A term in Coq's notation; raises NotExpressible."""
        return self.shown(as_tuple(term), abbreviations(term))

    def shown(self, term: Term, arrays: Iterable[Array]) -> str:
        """The same for a term as a tuple, in which some abbreviations occur."""
        return coq(term, {f"{a.name}[]": self.head(a) for a in arrays})

    def relation(self, rel: Rel) -> str:
        """A relation with free indices."""
        return relation(rel.op, self.show(rel.lhs), self.show(rel.rhs))

    def closed(self, rel: Rel) -> str:
        """A relation for all values of its free indices."""
        return closed(rel, self.relation(rel))

    def head(self, array: Array) -> str:
        """An abbreviation, applied to all that it depends on but not yet to indices."""
        if array not in self.heads:
            if (body := array.body) is None:
                raise NotExpressible(f"{array.name} abbreviates nothing")
            needs = support(body)
            places = "".join(f" ({identifier('i', p.name)} : nat)" for p in array.params)
            text = f"{needs.binders()}{places} : R := {self.show(body)}."
            name = f"A_{array.name}_{digest(text)}"
            self.written[name] = f"Definition {name} {text}\n"
            self.heads[array] = f"({' '.join([name, *needs.names()])})"
        return self.heads[array]

    def hypothesis(self, rel: Rel) -> str:
        """A hypothesis as a proposition with a name, applied to all that it depends on."""
        if rel not in self.given:
            needs = support_of(rel)
            text = f"{needs.binders()} : Prop := {self.closed(rel)}."
            name = f"h_{digest(text)}"
            self.written[name] = f"Definition {name} {text}\n"
            self.given[rel] = f"({' '.join([name, *needs.names()])})"
        return self.given[rel]

    def names_in(self, *terms: Expr) -> list[str]:
        """The names of all abbreviations that occur in terms, in each other, too."""
        return list(dict.fromkeys(self.head(a).strip("()").split()[0] for t in terms for a in everywhere(t)))


@lru_cache(maxsize=2**16)
def abbreviations(term: Expr) -> frozenset[Array]:
    """The abbreviations that occur in a term, but not those inside others."""
    found = frozenset[Array]().union(*(abbreviations(c) for c in children(term)))
    return found | {term.array} if isinstance(term, Entry) and term.array.body is not None else found


def everywhere(term: Expr) -> list[Array]:
    """The abbreviations that occur in a term and in each other, by name."""
    found: dict[Array, None] = {}
    todo = list(abbreviations(term))
    while todo:
        array = todo.pop()
        if array not in found:
            found[array] = None
            todo += abbreviations(array.body) if array.body is not None else ()
    return sorted(found, key=lambda a: a.name)


