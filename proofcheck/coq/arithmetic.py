"""Equations between polynomials in atoms, proved with variables in place of the atoms."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from proofcheck.coq.atoms import (
    Atom,
    Mono,
    Poly,
    Tree,
    atom_text,
    atoms_of,
    common,
    everything,
    inverses,
    leaves,
    opaque,
    text,
    tree_text,
)
from proofcheck.coq.steps import SAME, Lines


class Arithmetic:
    """Equations under parameters some of which are known to be positive."""

    def __init__(self, positive: frozenset[str]) -> None:
        self.positive = positive
        self.count = 0
        self.origins: dict[Atom, tuple[str, Lines]] = {}  # for a root the term under it, and why that is its polynomial

    def fresh(self, letter: str) -> str:
        """A name that has not been used."""
        self.count += 1
        return f"{letter}{self.count}"

    def arith(self, tree: Tree, poly: Poly) -> Lines:
        """tree = poly, as an equation in variables for the atoms."""
        if tree_text(tree) == text(poly):
            return SAME
        plain = opaque(tree) == poly
        polys = [*leaves(tree), poly]
        found = atoms_of(polys, not plain)
        z: dict[Any, str] = {}
        values: list[str] = []
        facts: list[tuple[str, Lines, str]] = []  # what is given, why, and which variable goes

        def named(what: Any, value: str) -> str:
            z[what] = f"z{len(z)}"
            values.append(value)
            return z[what]

        every = [x for p in polys for m in p for x in everything(m)]
        halves = {a for a, q in every if q.denominator == 2}
        for a in found:
            named(a, atom_text(a))
            if a in halves:
                half = named(("half", a), f"(sqrt {atom_text(a)})")
                facts.append((f"{half} * {half} = {z[a]}", ["apply sqrt_sqrt; apply Rlt_le; spos."], z[a]))
        if not plain:
            facts += [self._relation(a, z) for a in found if a[0] in ("root", "delta") or a[:2] == ("fn", "Abs")]
        exps = [] if plain else [a for a in found if a[0] == "exp"]
        if len(exps) > 1 or any(q != 1 for a, q in every if a in exps):
            facts += self._exponents(exps, z, named)
        nonzero = [z["half", a] if a in halves else text(dict(a[1]), z) if a[0] == "base" else z[a]
                   for a, q in every if q < 0 or a in halves]
        nonzero += [tree_text(t, z) for t in inverses(tree)] + [z[u] for u in z if u[0] == "unit"]
        nonzero = list(dict.fromkeys(nonzero))
        shown = f"{tree_text(tree, z)} = {text(poly, z)}"
        given = [*(f[0] for f in facts), *(f"{t} <> 0" for t in nonzero)]
        used = " ".join(f"F{k}" for k, f in enumerate(facts) if not f[2])
        known = f" [{used}]" if used else ""
        fractions = bool(nonzero) or "/" in shown or any("/" in f[0] for f in facts)
        name = self.fresh("L")
        head = f"forall {' '.join(z.values())} : R, " if z else ""
        lines = [f"assert ({name} : {head}{''.join(f'{g} -> ' for g in given)}{shown}).", "{"]
        variables_ = [*z.values(), *(f"F{k}" for k in range(len(given)))]
        lines += [f"intros {' '.join(variables_)}."] if variables_ else []
        lines += [f"subst {f[2]}." for f in facts if f[2]]
        lines += [f"field{known}; repeat split; nonzero_product." if fractions else f"ring{known}.", "}",
                  f"apply ({' '.join([name, *values])})."]
        proofs = [*(why for _, why, _ in facts), *(["apart_from_0."] for _ in nonzero)]
        return [*lines, *(line for why in proofs for line in ("{", *why, "}"))]

    def _relation(self, a: Atom, z: Mapping[Any, str]) -> tuple[str, Lines, str]:
        """The square of an atom."""
        square = f"{z[a]} * {z[a]}"
        match a:
            case ("root", inner):
                return f"{square} = {text(dict(inner), z)}", self._square(a), ""
            case ("delta", *_):
                return f"{square} = {z[a]}", ["apply delta_twice."], ""
        inner = text(dict(a[2]), z)
        return f"{square} = {inner} * {inner}", ["apply abs_square."], ""

    def _exponents(self, exps: list[Atom], z: dict[Any, str], named: Any) -> list[tuple[str, Lines, str]]:
        """Each exponential as a product of powers of common ones."""
        scales: dict[Mono, list[Fraction]] = {}
        for a in exps:
            for m, c in a[1]:
                scales.setdefault(m, []).append(c)
        units = {m: common(cs) for m, cs in scales.items()}
        for m, c in units.items():
            named(("unit", m), f"(exp {text({m: c})})")
        facts = []
        for a in exps:
            raised = [(m, int(c / units[m])) for m, c in a[1]]

            def shown(name: Any, items: list[tuple[Mono, int]] = raised) -> str:
                parts = [f"({name(m)} ^ {abs(k)})" for m, k in items]
                parts = [f"(/ {p})" if k < 0 else p for p, (_, k) in zip(parts, items, strict=True)]
                return parts[0] if len(parts) == 1 else f"({' * '.join(parts)})"
            facts.append((f"{z[a]} = {shown(lambda m: z['unit', m])}", ["exponents; first [reflexivity | ring | field; "
                          "repeat split; apart_from_0]."], z[a]))
        return facts

    def _square(self, a: Atom) -> Lines:
        told = self.origins.get(a)
        if told is None:
            return ["apply sqrt_sqrt; snn."]
        return ["apply sqrt_sqrt.", f"apply (nonneg_is {told[0]}).", "{", *told[1], "}", "snn."]
