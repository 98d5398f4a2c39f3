"""Powers, roots, absolute values and exponentials of polynomials, as polynomials."""

from __future__ import annotations

from fractions import Fraction

from proofcheck.coq.arithmetic import Arithmetic
from proofcheck.coq.atoms import (
    Atom,
    Mono,
    Poly,
    Tree,
    as_base,
    atom,
    collect,
    key,
    multiply,
    ordered,
    power,
    scaled,
    single,
    square_part,
    text,
    times,
    tree_text,
)
from proofcheck.coq.steps import SAME, Lines, chain, congruence
from proofcheck.coq.terms import NotExpressible


class Functions(Arithmetic):
    """What becomes of a polynomial in a function, with the proof."""

    def is_positive(self, a: Atom) -> bool:
        """Whether an atom is positive by its form."""
        match a[0]:
            case "exp" | "dim" | "pi":
                return True
            case "var":
                return a[1] in self.positive
            case "sum":
                return self.all_positive({a[2]: Fraction(1)})
            case "base" | "root":
                return self.all_positive(dict(a[1]))
        return False

    def all_positive(self, poly: Poly) -> bool:
        """Whether a polynomial is positive because all that is in it is."""
        return bool(poly) and all(c > 0 and all(self.is_positive(a) for a, _ in m) for m, c in poly.items())

    def content(self, poly: Poly) -> tuple[Mono, Atom, Fraction]:
        """The positive factors that all monomials share, what is left as a base, and its size."""
        shared = [a for a in sorted({a for m in poly for a, _ in m}, key=repr) if self.is_positive(a)]
        least = {a: min(dict(m).get(a, Fraction(0)) for m in poly) for a in shared}
        content = ordered(least)
        left = collect((m, c * k) for o, k in poly.items()
                       for m, c in times(o, tuple((a, -p) for a, p in content)).items())
        base, size = as_base(left)
        return content, base, size

    def inverse(self, poly: Poly, whole: int) -> Poly:
        """The polynomial to the power -whole."""
        if not poly:
            raise NotExpressible("a divisor that is 0")
        if len(poly) == 1:
            ((mono, c),) = poly.items()
            return {m: x / c**whole for m, x in times((), tuple((a, -p * whole) for a, p in mono)).items()}
        content, base, size = self.content(poly)
        outside = times((), tuple((a, -p * whole) for a, p in content))
        return scaled(multiply(outside, atom(base, -whole)), 1 / size**whole)

    def root(self, poly: Poly) -> tuple[Poly, Poly, Lines]:
        """sqrt(poly) = k * sqrt(rest), rest empty for 1: k, rest and a proof."""
        if not poly:
            return {}, {}, ["apply sqrt_0."]
        if len(poly) == 1:
            ((mono, c),) = poly.items()
            outside = ordered({a: p / 2 for a, p in mono if self.is_positive(a) and p.denominator == 1})
            rest = tuple(f for f in mono if not (self.is_positive(f[0]) and f[1].denominator == 1))
        else:
            content, base, c = self.content(poly)
            outside, rest = ordered({a: p / 2 for a, p in content}), ()
            left = dict(base[1])
        out, inside = square_part(c) if c > 0 else (Fraction(1), c)
        k = {m: out * x for m, x in times((), outside).items()}
        left = {rest: inside} if len(poly) == 1 else scaled(left, inside)
        if left == {(): Fraction(1)}:
            tree: Tree = ("mul", ("poly", k), ("poly", k))
            return k, {}, ["apply sqrt_is; [snn|].", "symmetry.", *self.arith(tree, poly)]
        if k == {(): Fraction(1)}:
            return k, left, SAME
        tree = ("mul", ("mul", ("poly", k), ("poly", k)), ("poly", left))
        rest_ = atom(("root", key(left)))
        whole = multiply(k, rest_)
        return k, left, [f"transitivity ({text(k)} * sqrt {text(left)}).", "{", "apply sqrt_times; [snn|].", "symmetry.",
                         *self.arith(tree, poly), "}", *self.arith(("mul", ("poly", k), ("poly", rest_)), whole)]

    def function(self, name: str, parts: list[tuple[Poly, Lines]]) -> tuple[Poly, Lines]:
        """A function of polynomials that come with their proofs."""
        polys, proofs = [p for p, _ in parts], [why for _, why in parts]
        if len(parts) > 1:
            head = {"Max": "Rmax", "Min": "Rmin"}.get(name)
            if head is None:
                raise NotExpressible(f"the function {name}")
            return atom(("fn", name, *map(key, polys))), congruence(head, proofs)
        (poly,), (why,) = polys, proofs
        first = why if why == SAME else ["apply f_equal.", *why]
        if name == "exp":
            if not poly:
                return {(): Fraction(1)}, chain("exp 0", first, ["apply exp_0."])
            return atom(("exp", key(poly))), first
        if name == "Abs":
            found, second = self.absolute(poly)
            return found, chain(f"Rabs {text(poly)}", first, second)
        return atom(("fn", name, key(poly))), first

    def absolute(self, poly: Poly) -> tuple[Poly, Lines]:
        """The absolute value."""
        if not poly:
            return {}, ["apply Rabs_R0."]
        if self.all_positive(poly):
            return poly, ["apply Rabs_pos_eq; apply Rlt_le; spos."]
        if len(poly) == 1:
            return self._absolute_product(*next(iter(poly.items())))
        content, base, size = self.content(poly)
        inside = dict(base[1])
        sign = 1 if key(inside)[0][1] > 0 else -1
        inside = scaled(inside, Fraction(sign))
        k = {content: size}
        z = atom(("fn", "Abs", key(inside)))
        found = multiply(k, z)
        side = ("mul", ("poly", k), ("poly", inside))
        tree = side if sign > 0 else ("mul", ("poly", {(): Fraction(-1)}), side)
        if k == {(): Fraction(1)} and sign > 0:
            return found, SAME
        return found, [f"transitivity ({text(k)} * Rabs {text(inside)}).", "{", "apply abs_times; [snn|].",
                       "left." if sign > 0 else "right.", "symmetry.", *self.arith(tree, poly), "}",
                       *self.arith(("mul", ("poly", k), ("poly", z)), found)]

    def _absolute_product(self, mono: Mono, c: Fraction) -> tuple[Poly, Lines]:
        """|c x y**2 ...| factor by factor."""
        trees: list[Poly] = []
        proofs: list[Lines] = []
        if c != 1 or not mono:
            trees.append({(): abs(c)})
            proofs.append([f"apply abs_is; [lra|{'left' if c > 0 else 'right'}; lra]."])
        for a, p in mono:
            smooth = p.denominator != 1 or p % 2 == 0 or self.is_positive(a) or a[:2] == ("fn", "Abs") or a[0] == "root"
            if smooth:
                trees.append({((a, p),): Fraction(1)})
                proofs.append(["apply Rabs_pos_eq; snn."])
            else:
                inner = dict(a[1]) if a[0] == "base" else atom(a)
                trees.append({((("fn", "Abs", key(inner)), p),): Fraction(1)})
                whole = abs(p.numerator)
                proofs.append([*["apply abs_inv."] * (p < 0), *["apply abs_pow."] * (whole > 1), "reflexivity."])
        found: Poly = {(): Fraction(1)}
        for t in trees:
            found = multiply(found, t)
        lines = proofs[0]
        for proof in proofs[1:]:
            lines = ["apply abs_mul.", "{", *lines, "}", "{", *proof, "}"]
        tree = ("mul", *(("poly", t) for t in trees))
        return found, chain(tree_text(tree), lines, self.arith(tree, found))


def raised(poly: Poly, p: Fraction) -> Poly:
    """A power of an atom, or of what it has become."""
    if p == 1:
        return poly
    mono = single(poly) if list(poly.values()) == [1] else None
    if mono is not None:
        return times((), tuple((a, q * p) for a, q in mono))
    if p > 0 and p.denominator == 1:
        return power(poly, int(p))
    raise NotExpressible("a power that changes under other names")
