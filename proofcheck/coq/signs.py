"""Signs as proof terms: why a term is positive, not negative and so on, by its form and by what facts say.

A want is one of p (0 < t), n (0 <= t), m (t < 0), z (t <= 0), x (t <> 0); the lemmas of ``chains.v`` are named by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction

from proofcheck.coq.statements import indices
from proofcheck.coq.terms import identifier
from proofcheck.coq.vocabulary import Vocabulary, support_of
from proofcheck.kernel.signs import Facts, match, structural
from proofcheck.kernel.terms import (
    Add,
    Const,
    Delta,
    Entry,
    Expr,
    Fn,
    Index,
    Mul,
    Num,
    Peak,
    Pow,
    Rel,
    Sum,
    Var,
    arrays,
    expand,
    free_indices,
    mul,
    rename,
)

SETS = {"p": frozenset((1,)), "n": frozenset((0, 1)), "m": frozenset((-1,)), "z": frozenset((-1, 0)),
        "x": frozenset((-1, 1))}
ENDS = {"p": "pos", "n": "nn", "z": "np"}
WEAKER = {"n": "p", "z": "m"}


class Unknown(ValueError):
    """No proof of a sign is found; the message says of what."""


@dataclass(frozen=True)
class Scope:
    """The names that stand for something where a proof term is written."""

    sizes: frozenset[str] = frozenset()
    reals: frozenset[str] = frozenset()
    arrays: frozenset[str] = frozenset()
    indices: frozenset[Index] = frozenset()

    def within(self, *more: Index) -> Scope:
        """Under binders."""
        return replace(self, indices=self.indices | frozenset(more))

    def size(self, name: str) -> tuple[str, str]:
        """A size, and why it is at least 1."""
        if name in self.sizes:
            return identifier("d", name), f"D_{name}"
        return "1%Z", "(Z.le_refl 1)"

    def index(self, i: Index) -> str:
        """An index, and why it is one."""
        if i in self.indices:
            return f"{identifier('i', i.name)} I_{i.name}"
        return f"1%nat (one_in _ {self.size(i.dim.name)[1]})"

    def apply(self, proof: str, rel: Rel, names: Mapping[Index, Index] | None = None) -> str:
        """A closed relation at the indices in scope, renamed."""
        chosen = [(names or {}).get(i, i) for i in indices(rel)]
        return f"({' '.join([proof, *map(self.index, chosen)])})" if chosen else proof


def binder(index: Index) -> str:
    """An index and its range, as a function takes them."""
    name, dim = identifier("i", index.name), identifier("d", index.dim.name)
    return f"fun ({name} : nat) (I_{index.name} : (1 <= {name} <= Z.to_nat {dim})%nat) =>"


class Signs:
    """What some facts, each with its proof, say about signs."""

    def __init__(self, facts: Sequence[tuple[Rel, str]], words: Vocabulary, second: bool = False) -> None:
        self.facts, self.words = facts, words
        self.second = second  # whether equations are proved in the second way
        self.known = Facts(rel for rel, _ in facts)

    def prove(self, term: Expr, want: str, at: Scope) -> str:
        """A proof term; raises Unknown."""
        ways: tuple[Callable[[Expr, str, Scope], str], ...] = (self._stated, self._by_form, self._weaker, self._computed)
        for way in ways:
            with suppress(Unknown):
                return way(term, want, at)
        raise Unknown(f"the sign of {term} is not known to be {want}")

    def best(self, term: Expr, at: Scope) -> tuple[str, str]:
        """The strongest sign that can be proved, with its proof; raises Unknown."""
        found = self.known.sign(term)
        for want in "pmnz":
            if found <= SETS[want]:
                with suppress(Unknown):
                    return want, self.prove(term, want, at)
        raise Unknown(f"the sign of {term} is not known")

    def _fits(self, term: Expr, want: str) -> bool:
        return self.known.sign(term) <= SETS[want]

    def _need(self, condition: object, term: Expr) -> None:
        if not condition:
            raise Unknown(f"the sign of {term} is not known")

    def _weaker(self, term: Expr, want: str, at: Scope) -> str:
        if want == "x":
            for sharp, rule in (("p", "pos_nonzero"), ("m", "neg_nonzero")):
                if self._fits(term, sharp):
                    return f"({rule} _ {self.prove(term, sharp, at)})"
        self._need(want in WEAKER and self._fits(term, WEAKER[want]), term)
        return f"({'lt_nn' if want == 'n' else 'lt_np'} _ {self.prove(term, WEAKER[want], at)})"

    # --- what is stated ---

    def _stated(self, term: Expr, want: str, at: Scope) -> str:
        self._need(want != "x", term)
        for rel, proof in self.facts:
            sides = [(rel.lhs, rel.rhs, want in "pn"), (rel.rhs, rel.lhs, want in "mz")]  # the other, the side itself
            for (other, side, fits), turned in zip(sides, (False, True), strict=True):
                if fits or rel.op == "=":
                    with suppress(Unknown):
                        return self._from(rel, proof, other, side, term, want, at, turned)
        raise Unknown(str(term))

    def _from(self, rel: Rel, proof: str, other: Expr, side: Expr, term: Expr, want: str, at: Scope, turned: bool) -> str:
        least = structural(other)
        need = {"p": "n", "m": "z"}.get(want, want) if rel.op == "<" else want
        self._need(least <= SETS[need], term)
        names = match(side, term)
        if names is None:
            raise Unknown(str(term))
        missing = free_indices(rel) - set(names)
        self._need(not missing & free_indices(other), term)
        told = at.apply(proof, rel, names)
        if isinstance(other, Num) and other.value == 0 and rel.op != "=" and (rel.op == "<") == (want in "pm"):
            return told
        why = Signs((), self.words).prove(rename(other, names), need, at)
        word = {"<=": "le", "<": "lt", "=": "eq"}[rel.op]
        return f"(fact_{word}_{want}{'_back' if turned and rel.op == '=' else ''} _ _ {told} {why})"

    # --- by form ---

    def _by_form(self, term: Expr, want: str, at: Scope) -> str:
        self._need(self._fits(term, want) or want in "nz", term)
        match term:
            case Num(value) if self._fits(term, want):
                return f"({'pos' if value > 0 else 'neg'}_nonzero _ ltac:(lra))" if want == "x" else "ltac:(lra)"
            case Const() if want in "pnx":
                return {"p": "PI_RGT_0", "n": "(lt_nn _ PI_RGT_0)", "x": "PI_neq0"}[want]
            case Var(name, True) if want == "p":
                return f"(size_pos _ {at.size(name)[1]})"
            case Delta(_, _) if want == "n":
                return "(delta_nn _ _)"
            case Entry(array, _) if array.body is not None:
                return self.prove(expand(term), want, at)
            case Sum(index, body) | Peak(index, body) if want in ("pnz" if isinstance(term, Sum) else "pn"):
                inner = f"({binder(index)} {self.prove(body, want, at.within(index))})"
                lemma = f"big{'sum' if isinstance(term, Sum) else 'max'}_{ENDS[want]} _ _"
                return f"({lemma} {at.size(index.dim.name)[1]} {inner})" if want == "p" else f"({lemma} {inner})"
            case Add(args) if want != "x":
                return self._sum(args, want, at)
            case Mul(args):
                return self._product(args, want, at)
            case Pow(base, power):
                return self._power(base, power, want, at)
            case Fn(name, args):
                return self._function(name, args, want, at)
        raise Unknown(str(term))

    def _sum(self, args: tuple[Expr, ...], want: str, at: Scope) -> str:
        if want in "nz":
            found = self.prove(args[0], want, at)
            for a in args[1:]:
                found = f"(add_{want}{want} _ _ {found} {self.prove(a, want, at)})"
            return found
        weak = {"p": "n", "m": "z"}[want]
        sharp = next((k for k, a in enumerate(args) if self._fits(a, want)), None)
        self._need(sharp is not None, args[0])
        found, sign = "", ""
        for k, a in enumerate(args):
            mine = want if k == sharp else weak
            told = self.prove(a, mine, at)
            found = f"(add_{sign}{mine} _ _ {found} {told})" if k else told
            sign = want if want in (sign, mine) else weak
        return found

    def _product(self, args: tuple[Expr, ...], want: str, at: Scope) -> str:
        counts = Counter(args)
        if len(counts) < len(args):  # x * x, whatever the sign of x
            powers = mul(*(Pow(a, Fraction(k)) if k > 1 else a for a, k in counts.items()))
            return self._through(powers, want, at)
        if want == "x":
            found = self.prove(args[0], want, at)
            for a in args[1:]:
                found = f"(mul_nonzero _ _ {found} {self.prove(a, want, at)})"
            return found
        sharp = want in "pm"
        sign, found = self._factor(args[0], sharp, at)
        for a in args[1:]:
            mine, told = self._factor(a, sharp, at)
            found = f"(mul_{sign}{mine} _ _ {found} {told})"
            sign = ("p" if sharp else "n") if sign == mine else ("m" if sharp else "z")
        self._need(sign == want, args[0])
        return found

    def _through(self, term: Expr, want: str, at: Scope) -> str:
        """By the sign of an equal polynomial."""
        told, shown = self.prove(term, want, at), self.words.show(term)
        if want == "x":
            return f"(not_zero {shown} _ {told} ltac:(ring))"
        ends = f"0 {shown} _ _ {told} eq_refl ltac:(ring)" if want in "pn" else f"{shown} 0 _ _ {told} ltac:(ring) eq_refl"
        return f"(cast_{'lt' if want in 'pm' else 'le'} {ends})"

    def _factor(self, term: Expr, sharp: bool, at: Scope) -> tuple[str, str]:
        for want in "pm" if sharp else "nz":
            if self._fits(term, want):
                return want, self.prove(term, want, at)
        raise Unknown(str(term))

    def _power(self, base: Expr, power: Fraction, want: str, at: Scope) -> str:
        times, rooted = abs(power.numerator), power.denominator == 2
        if power < 0:
            inner = Pow(base, -power)
            if want in "pm":
                return f"({'Rinv_0_lt_compat' if want == 'p' else 'inv_mm'} _ {self.prove(inner, want, at)})"
            if want == "x":
                return f"(Rinv_neq_0_compat _ {self.prove(inner, want, at)})"
            self._need(want == "n", base)
            return f"(inv_nn _ {self.prove(inner, want, at)})"
        if times == 0:
            self._need(want in "pnx", base)
            return "ltac:(simpl; lra)"
        if rooted and times == 1:
            if want == "n":
                return "(sqrt_pos _)"
            self._need(want == "p", base)
            return f"(sqrt_lt_R0 _ {self.prove(base, want, at)})"
        if times == 1:
            return self.prove(base, want, at)
        root = Pow(base, Fraction(1, 2)) if rooted else base
        if want == "x":
            return f"(pow_nonzero _ _ {self.prove(root, want, at)})"
        if times % 2 == 0 and want in "pn":
            return f"(even_nn _ {times // 2})" if want == "n" else f"(even_pos _ {times // 2} {self.prove(root, 'x', at)})"
        if want in "pn":
            return f"({'pow_lt' if want == 'p' else 'pow_le'} _ {times} {self.prove(root, want, at)})"
        self._need(times % 2 == 1, base)
        return f"(odd_{want}{want} _ {times // 2} {self.prove(root, want, at)})"

    def _function(self, name: str, args: tuple[Expr, ...], want: str, at: Scope) -> str:
        if name in ("exp", "cosh") and want == "p":
            return f"({name}_pos _)"
        if name == "geometric" and want == "p":
            return f"(geometric_pos _ {self.small(args[0], at)})"
        if name == "Abs" and want == "n":
            return "(Rabs_pos _)"
        if name == "Abs" and want == "p":
            return f"(abs_pos _ {self.prove(args[0], 'x', at)})"
        if name in ("sinh", "tanh") and want in "pn":
            return f"({name}_{'pos' if want == 'p' else 'nn'} _ {self.prove(args[0], want, at)})"
        word = {"p": "pos", "n": "nn"}.get(want)
        if name == "Min" and word:
            return f"(min_{word} _ _ {self.prove(args[0], want, at)} {self.prove(args[1], want, at)})"
        if name == "Max" and word:
            for side, a in zip(("left", "right"), args, strict=True):
                with suppress(Unknown):
                    return f"(max_{side}_{word} _ _ {self.prove(a, want, at)})"
        raise Unknown(f"{name}({', '.join(map(str, args))})")

    def small(self, term: Expr, at: Scope) -> str:
        """|term| < 1."""
        ends = [f"(cast_lt 0 {self.words.show(end)} _ _ {self.prove(end, 'p', at)} eq_refl ltac:(regroup))"
                for end in (1 - term, 1 + term)]
        return f"(small_abs _ {' '.join(ends)})"

    # --- by computing ---

    def _computed(self, term: Expr, want: str, at: Scope) -> str:
        """What the facts about scalars say together."""
        self._need(not arrays(term) and isinstance(term, (Add, Fn, Mul)) and self._fits(term, want) and want != "x", term)
        facts = [(rel, proof) for rel, proof in self.facts if not arrays(rel) and not free_indices(rel)
                 and support_of(rel).reals | support_of(rel).sizes]
        posed = [f"pose proof ({proof} : {self.words.relation(rel)})" for rel, proof in facts]
        posed += [f"pose proof (abs_{end}{'_lt' if rel.op == '<' else ''} _ _ {proof})" for rel, proof in facts
                  for end in ("low", "high") if isinstance(rel.lhs, Fn) and rel.lhs.name == "Abs" and rel.op != "="]
        posed += [f"pose proof (size_one _ D_{n})" for n in sorted(at.sizes)]
        names = self.words.names_in(term)
        unfolded = [f"unfold {', '.join(names)}"] if names else []
        sizes = [f"generalize dependent (IZR {identifier('d', n)}); intros" for n in sorted(at.sizes)]
        return f"ltac:({'; '.join([*posed, *unfolded, *sizes, 'computed'])})"
