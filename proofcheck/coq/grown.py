"""Monotone templates: from a <= b to template(a) <= template(b) or the reverse, or from a = b to an equation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from proofcheck.coq.signs import Scope, Signs, Unknown, binder
from proofcheck.coq.terms import FUNCTIONS, as_tuple, coq
from proofcheck.coq.vocabulary import abbreviations
from proofcheck.kernel.rules import plug
from proofcheck.kernel.terms import Add, Expr, Fn, Mul, Peak, Pow, Rel, Sum, Var, mul, variables


def proof(template: Expr, hole: Var, concl: Rel, signs: Signs, at: Scope) -> tuple[str, str]:
    """What the premise P0 says of the template, with each side put in as it is, and a proof term."""
    grown = _Grown(hole, concl, signs)
    raw = {f"{a.name}[]": signs.words.head(a) for a in abbreviations(template)}
    low, high = (coq(as_tuple(template), {**raw, hole.name: signs.words.show(s)}) for s in (concl.lhs, concl.rhs))
    if concl.op == "=":
        return f"{low} = {high}", grown.equal(template, at)
    way, told = grown.below(template, at)
    return (f"{low} <= {high}" if way >= 0 else f"{high} <= {low}"), told


@dataclass
class _Grown:
    hole: Var
    concl: Rel
    signs: Signs

    def premise(self, at: Scope) -> str:
        return at.apply("P0", self.concl)

    def equal(self, term: Expr, at: Scope) -> str:
        """A proof that the term is the same for both sides."""
        if term == self.hole:
            return self.premise(at)
        if self.hole not in variables(term):
            return "eq_refl"
        match term:
            case Add(args) | Mul(args):
                found = self.equal(args[0], at)
                for a in args[1:]:
                    found = f"(f_equal2 {'Rplus' if isinstance(term, Add) else 'Rmult'} {found} {self.equal(a, at)})"
                return found
            case Sum(index, body) | Peak(index, body):
                lemma = f"big{'sum' if isinstance(term, Sum) else 'max'}_ext"
                return f"({lemma} _ _ _ ({binder(index)} {self.equal(body, at.within(index))}))"
            case Fn(name, (left, right)):
                return f"(f_equal2 {FUNCTIONS[name]} {self.equal(left, at)} {self.equal(right, at)})"
            case Fn(name, (inner,)):
                return f"(f_equal {FUNCTIONS[name]} {self.equal(inner, at)})"
            case Pow(base, power):
                shown = coq(("pow", ("var", "x"), power), {"x": "x"})
                return f"(f_equal (fun x : R => {shown}) {self.equal(base, at)})"
        raise Unknown(f"{term} in a template")

    def small(self, term: Expr, way: int) -> Expr:
        """The smaller of the two values of a term."""
        return plug(term, self.hole, self.concl.lhs if way > 0 else self.concl.rhs)

    def large(self, term: Expr, way: int) -> Expr:
        """The larger of the two values of a term."""
        return self.small(term, -way)

    def below(self, term: Expr, at: Scope) -> tuple[int, str]:
        """+1 and a proof of term(a) <= term(b), or -1 and one of the reverse; 0 if nothing changes."""
        if term == self.hole:
            told = self.premise(at)
            return 1, f"(Rlt_le _ _ {told})" if self.concl.op == "<" else told
        if self.hole not in variables(term):
            return 0, "(Rle_refl _)"
        match term:
            case Add(args):
                return self._all("up_add", [self.below(a, at) for a in args])
            case Fn("Max" | "Min" as name, args):
                return self._all(f"up_{name.lower()}", [self.below(a, at) for a in args])
            case Sum(index, body) | Peak(index, body):
                way, told = self.below(body, at.within(index))
                return way, f"(big{'sum' if isinstance(term, Sum) else 'max'}_le _ _ _ ({binder(index)} {told}))"
            case Fn("exp" | "sinh" | "tanh" as name, (inner,)):
                way, told = self.below(inner, at)
                return way, f"(up_{name} _ _ {told})"
            case Fn("log" | "Abs" | "cosh" as name, (inner,)):
                way, told = self.below(inner, at)
                least = self.signs.prove(self.small(inner, way), "p" if name == "log" else "n", at)
                return way, f"(up_{name.lower()} _ _ {least} {told})"
            case Fn("geometric", (inner,)):
                way, told = self.below(inner, at)
                ends = " ".join(self.signs.small(f(inner, way), at) for f in (self.small, self.large))
                return way, f"(up_geometric _ _ {ends} {told})"
            case Mul(args):
                return self._product(args, at)
            case Pow(base, power):
                way, told = self.below(base, at)
                return self._power(base, power, way, told, at)
        raise Unknown(f"{term} in a template")

    def _all(self, lemma: str, parts: list[tuple[int, str]]) -> tuple[int, str]:
        found = parts[0][1]
        for _, told in parts[1:]:
            found = f"({lemma} _ _ _ _ {found} {told})"
        return next((way for way, _ in parts if way), 0), found

    def _product(self, args: tuple[Expr, ...], at: Scope) -> tuple[int, str]:
        moving = next(k for k, a in enumerate(args) if self.hole in variables(a))
        way, told = self.below(args[moving], at)
        before = [mul(*args[:moving])] if moving else []
        for k, other in enumerate([*before, *args[moving + 1:]]):
            sign, why = self._sign(other, at)
            told = f"({'up' if sign == 'n' else 'down'}_mul_{'l' if before and not k else 'r'} _ _ _ {why} {told})"
            way = way if sign == "n" else -way
        return way, told

    def _sign(self, term: Expr, at: Scope) -> tuple[str, str]:
        for want in "nz":
            try:
                return want, self.signs.prove(term, want, at)
            except Unknown:
                continue
        raise Unknown(f"the sign of {term} is not known")

    def _power(self, base: Expr, power: Fraction, way: int, told: str, at: Scope) -> tuple[int, str]:
        if power < 0:
            inner = Pow(base, -power)
            grows, told = self._power(base, -power, way, told, at)
            least = self.signs.prove(self.small(inner, grows), "p", at)
            return -grows, f"(down_inv _ _ {least} {told})"
        times = power.numerator
        if power.denominator == 2:
            told = f"(up_sqrt _ _ {told})"
            return way, told if times == 1 else f"(up_pow {times} _ _ (sqrt_pos _) {told})"
        if times == 1:
            return way, told
        try:
            return way, f"(up_pow {times} _ _ {self.signs.prove(self.small(base, way), 'n', at)} {told})"
        except Unknown:
            if times % 2 == 0:
                raise
            return way, f"(up_odd {times // 2} _ _ {told})"
