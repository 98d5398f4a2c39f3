"""Equations between scalar terms: tactics that show that a term equals its normal form.

Every function of a term is first replaced by its normal form (exponents over common exponentials, logarithms of products
as sums, roots and absolute values with their factors in front); what is left is an equation between fractions of
polynomials in the remaining functions, which ``field`` decides with the squares of the roots.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

from proofcheck.coq.terms import coq
from proofcheck.second.domains import Domain
from proofcheck.second.normal import Mono, as_term
from proofcheck.second.terms import Term, factors, minus, num, parts, put, rebuilt

HALF = Fraction(1, 2)
DEPTH = 6
Names = Mapping[str, str]


class Equations:
    """Tactics for one domain and one naming of its parameters."""

    def __init__(self, dom: Domain, names: Names, depth: int = 0) -> None:
        self.dom, self.names, self.depth = dom, names, depth
        self.count = 0

    def show(self, term: Term) -> str:
        """The term over the names."""
        return coq(term, self.names)

    def solve(self, *terms: Term) -> str:
        """A tactic for any equation whose functions all occur in the terms; two terms are the two sides."""
        if self.depth > DEPTH:
            return "fail"
        nodes = self._nodes(terms)
        scales = {} if len(terms) == 2 and self._same(*terms) else self._scales(nodes)
        return self._replaced(nodes, scales)

    def derivative(self, *terms: Term) -> str:
        """The same where one side is what ``auto_derive`` makes; its exponents are seldom others."""
        nodes = self._nodes(terms)
        whole, split = self._replaced(nodes, {}), self._replaced(nodes, self._scales(nodes))
        return whole if whole == split else f"first [{whole} | {split}]"

    def _nodes(self, terms: Iterable[Term]) -> list[Term]:
        """The functions in some terms, and those that come out when an absolute value or a root is resolved."""
        nodes = dict.fromkeys(f for t in terms for f in outermost(t))
        inner = [f for n in nodes if n[:2] != ("fn", "exp") for f in outermost(tidy(n, self.dom))]
        return list(nodes | dict.fromkeys(inner))

    def _same(self, left: Term, right: Term) -> bool:
        """Whether two terms are equal with exponentials as parameters of their own."""
        atoms: dict[Term, Term] = {}

        def opaque(term: Term) -> Term:
            if term[:2] == ("fn", "exp"):
                return atoms.setdefault(tidy(term, self.dom), ("var", f"exp{len(atoms)}"))
            return rebuilt(term, opaque)
        return self.dom.form.vanishes(minus(opaque(left), opaque(right)))

    def _replaced(self, nodes: list[Term], scales: Mapping[Mono, Fraction]) -> str:
        """Functions are replaced by their forms; what is left is an equation between fractions."""
        steps, rewrites, atoms = [], [], dict[Term, None]()
        for node in nodes:
            form = self.form(node, scales)
            atoms.update(dict.fromkeys(outermost(form)))
            if form != node:
                name = self._fresh("E")
                steps.append(f"assert ({name} : {self.show(node)} = {self.show(form)}) by ({self._why(node, form)})")
                rewrites.append((-len(self.show(node)), f"rewrite ?{name}"))  # what contains others goes first
        plain = "first [reflexivity | ring | field; nonzero"
        squares = [(self._fresh("S"), *fact) for fact in filter(None, map(self._square, atoms))]
        if squares:
            facts = "; ".join(f"assert ({name} : {told}) by ({why})" for name, told, why in squares)
            known = " ".join(name for name, _, _ in squares)
            plain += (f" | {facts}; first [ring [{known}] | field [{known}]; nonzero | lra | "
                      f"field_simplify_eq; [first [lra | nra] | nonzero]]")
        return "; ".join([*steps, *(r for _, r in sorted(rewrites)), f"{plain}]"])

    def _fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.depth}_{self.count}"

    def _deeper(self) -> Equations:
        return Equations(self.dom, self.names, self.depth + 1)

    def form(self, node: Term, scales: Mapping[Mono, Fraction]) -> Term:
        """The normal form of a function; an exponential over the common exponentials."""
        if node[:2] != ("fn", "exp") or not scales:
            return tidy(node, self.dom)
        exponent = self.dom.form.of(node[2])
        found: list[Term] = []
        for mono, c in sorted(exponent.items(), key=repr):
            base = self._exponential(mono, scales[mono])
            times = c / scales[mono]
            found += [base if times == 1 else ("pow", base, times)]
        return num(1) if not found else found[0] if len(found) == 1 else ("mul", *found)

    def _exponential(self, mono: Mono, scale: Fraction) -> Term:
        """exp(scale*mono); exp(log(p)) is p and exp(log(p)/2) its root."""
        log = _log(mono)
        if log is not None:
            return log if scale == 1 else ("pow", log, HALF)
        return ("fn", "exp", as_term({mono: scale}))

    def _scales(self, nodes: Iterable[Term]) -> dict[Mono, Fraction]:
        """For each monomial in an exponent the rational of which all its coefficients are whole multiples."""
        found: dict[Mono, list[Fraction]] = {}
        for node in nodes:
            if node[:2] == ("fn", "exp"):
                for mono, c in self.dom.form.of(node[2]).items():
                    found.setdefault(mono, []).append(c)
        return {mono: _common(cs) if _log(mono) is None else (Fraction(1) if all(c.denominator == 1 for c in cs) else HALF)
                for mono, cs in found.items()}

    def _why(self, node: Term, form: Term) -> str:
        """Why a function is its form."""
        if node[0] == form[0] and node[1:] != form[1:] and (node[0] == "pow" or node[1] == form[1] == "log"):
            return f"apply f_equal; {self._deeper().solve(parts(node)[0], parts(form)[0])}"
        match node:
            case ("fn", "exp", inner):
                return self._exp(inner, form)
            case ("fn", "log", inner):
                return f"apply ln_is; {self._deeper().solve(inner, ('fn', 'exp', form))}"
            case ("pow", inner, _):
                return self._root(inner, form)
            case ("fn", "Abs", inner):
                return self._abs(inner, form)
            case ("fn", "Max" | "Min" as name, left, right):
                swap = "Rmax_comm" if name == "Max" else "Rmin_comm"
                same = f"f_equal; {self._deeper().solve(left, right, form)}"
                return f"first [{same} | rewrite {swap}; {same}]"
            case ("fn", _, inner):
                return f"apply f_equal; {self._deeper().solve(inner, form)}"
        return "fail"

    def _exp(self, inner: Term, form: Term) -> str:
        """One exponent on both sides, once powers of p = exp(log(p)) are written as exponentials."""
        if form == num(1):
            return f"transitivity (exp 0); [apply f_equal; {self._deeper().solve(inner)} | apply exp_0]"
        written, exponents, logs = list[Term](), list[Term](), False
        for factor in factors(form):
            base, times = factor[1:] if factor[0] == "pow" and factor[2] != HALF else (factor, Fraction(1))
            exponent = base[2] if base[:2] == ("fn", "exp") else _half_log(base)
            logs |= base[:2] != ("fn", "exp")
            exponents.append(("mul", num(times), exponent))
            written.append(("pow", ("fn", "exp", exponent), times))
        same = f"exponents; {self._deeper().solve(inner, *exponents)}"
        if not logs:
            return same
        told = written[0] if len(written) == 1 else ("mul", *written)
        return f"transitivity {self.show(told)}; [{same} | rewrite ?exp_half_ln, ?exp_ln by pos; reflexivity]"

    def _root(self, inner: Term, form: Term) -> str:
        """A root as a multiple of another one, or as a product that is >= 0."""
        kept = [t for t in factors(form) if t[0] == "pow" and t[2] == HALF and t[1][0] == "add"]
        if len(kept) != 1:
            return f"apply sqrt_is; [nn | {self._deeper().solve(inner, form)}]"
        factor = product([t for t in factors(form) if t is not kept[0]])
        told = f"{self.show(factor)} * {self.show(kept[0])}"
        return (f"transitivity ({told}); [apply sqrt_times; [nn | {self._deeper().solve(inner, factor, kept[0][1])}] | "
                f"ring]")

    def _abs(self, inner: Term, form: Term) -> str:
        kept = [t for t in factors(form) if t[:2] == ("fn", "Abs")]
        if len(kept) != 1:
            sides = f"left; {self._deeper().solve(inner, form)} | right; {self._deeper().solve(inner, form)}"
            return f"apply abs_is; [nn | first [{sides}]]"
        factor = product([t for t in factors(form) if t is not kept[0]])
        z = kept[0][2]
        return (f"transitivity ({self.show(factor)} * Rabs {self.show(z)}); [apply abs_times; [nn | "
                f"first [left; {self._deeper().solve(inner, factor, z)} | right; {self._deeper().solve(inner, factor, z)}]]"
                f" | ring]")

    def _square(self, atom: Term) -> tuple[str, str] | None:
        """What the square of a root or an absolute value is."""
        match atom:
            case ("pow", inner, _):
                return f"sqrt {self.show(inner)} * sqrt {self.show(inner)} = {self.show(inner)}", "apply sqrt_sqrt; nn"
            case ("fn", "Abs", inner):
                shown = self.show(inner)
                return f"Rabs {shown} * Rabs {shown} = {shown} * {shown}", "apply abs_square"
        return None


def outermost(term: Term) -> list[Term]:
    """The functions and square roots in a term that are not inside another one; a root to another power counts as itself."""
    match term:
        case ("pow", base, q) if q.denominator > 1:
            return [("pow", base, HALF)]
        case ("fn", *_):
            return [term]
    return [f for t in parts(term) for f in outermost(t)]


def _log(mono: Mono) -> Term | None:
    """What a monomial is the logarithm of."""
    if len(mono) == 1 and mono[0][1] == 1 and mono[0][0][:2] == ("fn", "log"):
        return mono[0][0][2]  # type: ignore[no-any-return]
    return None


def _half_log(base: Term) -> Term:
    """The logarithm of p, or of its square root."""
    return ("mul", num(HALF), ("fn", "log", base[1])) if base[0] == "pow" and base[2] == HALF else ("fn", "log", base)


def _common(values: Iterable[Fraction]) -> Fraction:
    """The largest rational of which all are whole multiples, with the sign of most."""
    items = list(values)
    below = lcm(*(v.denominator for v in items))
    size = Fraction(reduce(gcd, (int(v * below) for v in items)), below)
    return size if 2 * sum(v > 0 for v in items) >= len(items) else -size


def product(items: list[Term]) -> Term:
    """The product of some factors."""
    return num(1) if not items else items[0] if len(items) == 1 else ("mul", *items)


def tidy(term: Term, dom: Domain) -> Term:
    """The normal form, in which the root of x**2 is x for a parameter x that may be 0 but not negative."""
    found = dom.form.tidy(term)
    for name, side in dom.box.items():
        root = ("pow", ("pow", ("var", name), Fraction(2)), HALF)
        if side.lo == 0 and root in outermost(found):
            found = dom.form.tidy(put(found, root, ("var", name)))
    return found
