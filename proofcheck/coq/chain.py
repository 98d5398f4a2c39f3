"""Certificates as chains of lemmas: one lemma for each sequent, about all sizes, parameters and arrays that occur in it.

    Lemma s_... : forall (d_m : Z) (v_B : R) (a_w : nat -> nat -> R), (1 <= d_m)%Z -> h_... -> ... ->
      forall i, 1 <= i <= d_n -> conclusion

Lemmas say nothing about being defined, since Coq's functions are total; the theorem at the end does (``wholes``).  What
is only a matter of names (assume, weaken, cut) has no lemma of its own.  Nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from proofcheck.coq import grown, script, statements
from proofcheck.coq.equal import equal
from proofcheck.coq.meaning import conj, reasons
from proofcheck.coq.signs import Scope, Signs, Unknown, binder
from proofcheck.coq.statements import indices
from proofcheck.coq.terms import NotExpressible, as_tuple, conditions, identifier
from proofcheck.coq.vocabulary import Support, Vocabulary, digest, support_of
from proofcheck.kernel.terms import Expr, Index, Pow, Rel, add, free_indices, variables
from proofcheck.kernel.text import to_text
from proofcheck.kernel.theorem import Theorem

Refs = Mapping[Rel, str]  # hypotheses and how they are proved


@dataclass
class Lemma:
    """A statement with its proof, and the lemmas that it uses."""

    name: str
    statement: str
    lines: list[str]
    needs: list[str] = field(default_factory=list)
    again: Callable[[], list[str]] | None = None  # another proof, for the case that Coq does not accept the first

    def text(self) -> str:
        """As Coq reads it."""
        return f"Lemma {self.name} : {self.statement}.\nProof.\n{chr(10).join(self.lines)}\nQed.\n"


@dataclass
class Place:
    """Where a step is proved: what is in scope, and the facts that are known there."""

    scope: Scope
    hyps: Refs
    facts: list[tuple[Rel, str]]
    signs: Signs


class Chain:
    """Lemmas for theorems of the kernel, by name, premises first; and the definitions that they are written with."""

    def __init__(self) -> None:
        self.words = Vocabulary()
        self.lemmas: dict[str, Lemma] = {}
        self.names: dict[tuple[frozenset[Rel], Rel], str] = {}
        self.refused: dict[tuple[frozenset[Rel], Rel], str] = {}

    def add(self, theorem: Theorem) -> None:
        """Write the lemmas for a theorem and all that it rests on; raises NotExpressible."""
        for t in rests_on(theorem):
            self._write(t)

    def _write(self, t: Theorem) -> None:
        key = t.hyps, t.concl
        if t.rule in NAMES_ONLY or key in self.names:
            return
        if key in self.refused:
            raise NotExpressible(self.refused[key])
        try:
            if t.rule not in RULES:
                raise NotExpressible("it is not handled")
            self._prove(t, RULES[t.rule])
        except (NotExpressible, Unknown) as error:
            self.refused[key] = f"the rule {t.rule}: {error}"
            raise NotExpressible(self.refused[key]) from None

    def _prove(self, t: Theorem, rule: Rule) -> None:
        needs = support_in(t)
        hyps = ordered(t)
        given = "".join(f"{self.words.hypothesis(h)} -> " for h in hyps)
        statement = f"{bound(needs)}{sizes(needs)}{given}{self.words.closed(t.concl)}"
        refs = {h: f"H{k}" for k, h in enumerate(hyps)}
        used = Uses(self, scope_of(needs))
        told = []
        if rule not in BY_THEMSELVES:
            told = [(p.concl, used.proof(p, refs)) for p in t.premises]
        facts = [(h, refs[h]) for h in hyps] + [(rel, f"P{k}") for k, (rel, _) in enumerate(told)]
        scope = used.scope.within(*free_indices(t.concl))
        name = f"s_{digest(statement)}"
        place, other = (Place(scope, refs, facts, Signs(facts, self.words, second)) for second in (False, True))
        names = [*needs.names(), *(f"D_{n}" for n in sorted(needs.sizes)), *refs.values(),
                 *(n for i in indices(t.concl) for n in (identifier("i", i.name), f"I_{i.name}"))]
        lines = [f"intros {' '.join(names)}."] if names else []
        lines += [f"pose proof {proof} as P{k}." for k, (_, proof) in enumerate(told)]
        made = Lemma(name, statement, [*lines, *rule(self, t, place, used)], list(dict.fromkeys(used.names)))
        if t.rule in EQUATIONS:
            made.again = lambda: [*lines, *rule(self, t, other, used)]
        self.lemmas.setdefault(name, made)
        self.names[t.hyps, t.concl] = name


class Uses:
    """Proof terms for the conclusions of other theorems, and which lemmas they use."""

    def __init__(self, chain: Chain, scope: Scope) -> None:
        self.chain, self.scope, self.names = chain, scope, list[str]()

    def proof(self, t: Theorem, hyps: Refs, values: Mapping[str, str] | None = None) -> str:
        """The closed conclusion, from proofs of the hypotheses, with values for some parameters and arrays."""
        if t.rule == "assume":
            return hyps[t.concl]
        if t.rule == "weaken":
            return self.proof(t.premises[0], hyps, values)
        if t.rule == "cut":
            lemma, premise = t.premises
            return self.proof(premise, {**hyps, lemma.concl: self.proof(lemma, hyps, values)}, values)
        name = self.chain.names[t.hyps, t.concl]
        self.names.append(name)
        needs = support_in(t)
        parts = [name, *self._values(needs, values or {}), *(self.scope.size(n)[1] for n in sorted(needs.sizes)),
                 *(hyps[h] for h in ordered(t))]
        return f"({' '.join(parts)})" if len(parts) > 1 else name

    def _values(self, needs: Support, values: Mapping[str, str]) -> Iterator[str]:
        for n in sorted(needs.sizes):
            yield self.scope.size(n)[0]
        for n in sorted(needs.reals):
            yield values.get(n) or (identifier("v", n) if n in self.scope.reals else "0")
        for n, count in sorted(needs.arrays):
            empty = f"(fun {'_ ' * count}=> 0)" if count else "0"
            yield values.get(f"{n}[]") or (identifier("a", n) if n in self.scope.arrays else empty)


def rests_on(theorem: Theorem) -> list[Theorem]:
    """The theorem and all that it was made from, premises first."""
    found: dict[int, Theorem] = {}
    stack = [(theorem, False)]
    while stack:
        item, ready = stack.pop()
        if ready:
            found.setdefault(id(item), item)
        elif id(item) not in found:
            stack.append((item, True))
            stack += [(p, False) for p in item.premises]
    return list(found.values())


def ordered(t: Theorem) -> list[Rel]:
    """The hypotheses, in a fixed order."""
    return sorted(t.hyps, key=repr)


def support_in(t: Theorem) -> Support:
    """What a sequent is about."""
    return support_of(t.concl).plus(*(support_of(h) for h in t.hyps))


def scope_of(needs: Support) -> Scope:
    """All names of a support."""
    return Scope(needs.sizes, needs.reals, frozenset(n for n, _ in needs.arrays))


def bound(needs: Support) -> str:
    """The quantifiers over sizes, parameters and arrays."""
    return f"forall {needs.binders()}, " if needs.names() else ""


def sizes(needs: Support) -> str:
    """That sizes are at least 1."""
    return "".join(f"(1 <= {identifier('d', n)})%Z -> " for n in sorted(needs.sizes))


# --- the rules: tactics for the conclusion at free indices, with hypotheses H0, ... and closed premises P0, ... ---

Rule = Callable[[Chain, Theorem, Place, Uses], list[str]]
RULES: dict[str, Rule] = {}
NAMES_ONLY = ("assume", "weaken", "cut")
EQUATIONS = ("identity", "combine", "abs_bound")
OPS = {"<=": "le", "<": "lt", "=": "eq"}


def rule(function: Rule) -> Rule:
    """Register under the name of the kernel's rule."""
    RULES[function.__name__.strip("_")] = function
    return function


def premise(t: Theorem, number: int, at: Place) -> str:
    """A premise at the indices in scope."""
    return at.scope.apply(f"P{number}", t.premises[number].concl)


def cast(rel: Rel, proof: str, chain: Chain, *told: Rel) -> str:
    """A proof of a relation that differs in the grouping of terms, once definitions are written out."""
    names = chain.words.names_in(rel.lhs, rel.rhs, *(s for r in told for s in (r.lhs, r.rhs)))
    unfolded = f"unfold {', '.join(names)}; " if names else ""
    return f"(cast_{OPS[rel.op]} _ _ _ _ {proof} ltac:({unfolded}regroup) ltac:({unfolded}regroup))"


@rule
def _relax(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    word = {"<": "Rlt_le _ _", "=": "Req_le _ _", "<=": ""}[t.premises[0].concl.op]
    return [f"exact ({word} {premise(t, 0, at)})."]


@rule
def _specialize(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    return [f"exact {at.scope.apply('P0', t.premises[0].concl, t.data['indices'])}."]


@rule
def _transitive(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    one, two = (OPS[p.concl.op] for p in t.premises)
    return [f"exact (tr_{one}_{two} _ _ _ {premise(t, 0, at)} {premise(t, 1, at)})."]


@rule
def _identity(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    return equal(t.concl.lhs, t.concl.rhs, at.signs, at.scope)


@rule
def _sign(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    return [f"exact {at.signs.prove(t.concl.rhs, 'p' if t.concl.op == '<' else 'n', at.scope)}."]


@rule
def _scalar(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    """From the theorem with conditions that ``script`` proves; those of the hypotheses are shown here."""
    data = t.data
    goal, hyps = data["goal"], data["hyps"]
    names = sorted(set().union(*(variables(r) for r in (goal, *hyps))), key=lambda v: (not v.integer, v.name))
    statement = statements.proved(goal, hyps)
    name = f"scalar_{digest(statement)}"
    if name not in chain.lemmas:
        assured = [(to_text(rel), why) for rel, why in data.get("conditions", ())]
        lines = script.theorem(to_text(goal), [to_text(h) for h in hyps], data["tree"],
                               sorted(v.name for v in names if v.integer), assured)
        chain.lemmas[name] = Lemma(name, statement, lines)
    used.names.append(name)
    values = [part for v in names for part in ((identifier("d", v.name), f"D_{v.name}") if v.integer else
                                               (identifier("v", v.name),))]
    given = [conj([*(why for _, why in reasons(add(h.lhs, h.rhs), at.signs, at.scope)), at.hyps[h]]) for h in hyps]
    told = f"({' '.join([name, *values, *given])})"
    for _ in conditions(as_tuple(add(goal.lhs, goal.rhs))):
        told = f"(proj2 {told})"
    return [f"exact {told}."]


@rule
def _combine(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    goal, factors = t.concl, t.data["factors"]
    loose = frozenset[Index]().union(*map(free_indices, (*factors, *(p.concl for p in t.premises)))) - free_indices(goal)
    at = replace(at, scope=at.scope.within(*loose))
    parts, proof, sign = list[Expr](), "", ""
    words = list[str]()
    for k, (p, factor) in enumerate(zip(t.premises, factors, strict=False)):
        mine, told = _part(p.concl, factor, premise(t, k, at), goal.op == "=", at)
        if not k:
            proof, sign = told, mine
        elif goal.op == "=":
            proof = f"(zero_sum _ _ {proof} {told})"
        else:
            proof, sign = f"(add_{sign}{mine} _ _ {proof} {told})", "p" if "p" in (sign, mine) else "n"
        show = chain.words.show
        words.append(f"{show(factor)} * ({show(p.concl.rhs)} + -1 * {show(p.concl.lhs)})")
        parts.append(factor * (p.concl.rhs - p.concl.lhs))
    whole = " + ".join(words)
    if not parts:
        whole, proof = "0", "(eq_refl 0)" if goal.op == "=" else "(Rle_refl 0)"
    elif goal.op == "<=" and sign == "p":
        proof = f"(lt_nn _ {proof})"
    return [*(line for i in sorted(loose, key=lambda i: i.name) for line in _any(i, used.scope)),
            f"assert (G : 0 {'<' if goal.op == '<' else '<='} {whole}) by exact {proof}." if goal.op != "=" else
            f"assert (G : {whole} = 0) by exact {proof}.",
            f"refine (gap_goal_{OPS[goal.op]} _ _ _ _ G).",
            *equal(goal.rhs - goal.lhs, add(*parts), at.signs, at.scope)]


def _any(index: Index, scope: Scope) -> list[str]:
    """A value for an index of premises that the conclusion does not have."""
    name = identifier("i", index.name)
    dim, why = scope.size(index.dim.name)
    return [f"pose ({name} := 1%nat).",
            f"pose proof (one_in _ {why} : (1 <= {name} <= Z.to_nat {dim})%nat) as I_{index.name}."]


def _part(rel: Rel, factor: Expr, proof: str, zero: bool, at: Place) -> tuple[str, str]:
    """Why a factor times a difference is 0, >= 0 or > 0."""
    if zero:
        return "0", f"(part_eq _ _ _ {proof})"
    if rel.op == "=":
        return "n", f"(part_eq_le _ _ _ {proof})"
    if rel.op == "<":
        with suppress(Unknown):
            return "p", f"(part_lt _ _ _ {at.signs.prove(factor, 'p', at.scope)} {proof})"
        proof = f"(Rlt_le _ _ {proof})"
    return "n", f"(part_le _ _ _ {at.signs.prove(factor, 'n', at.scope)} {proof})"


@rule
def _monotone(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    data, concl = t.data, t.premises[0].concl
    raw, proof = grown.proof(data["template"], data["hole"], concl, at.signs, at.scope)
    told = f"({proof} : {raw})"
    return [f"exact {cast(t.concl, told, chain)}."]


@rule
def _triangle(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    term, parts = t.data["term"], t.data.get("parts", ())
    inner = term.args[0]
    if not hasattr(inner, "args"):
        return ["apply bigsum_abs."]
    proof = "(Rle_refl _)"
    for _ in (parts or inner.args)[1:]:
        proof = f"(triangle_step _ _ _ {proof})"
    if not parts:
        return [f"exact {proof}."]
    show = chain.words.show
    told = f"Rabs ({' + '.join(map(show, parts))}) <= {' + '.join(f'Rabs {show(p)}' for p in parts)}"
    return [f"exact {cast(t.concl, f'({proof} : {told})', chain)}."]


@rule
def _abs_product(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    inner = t.data["term"].args[0]
    if isinstance(inner, Pow):
        power = abs(inner.power.numerator)
        return ["rewrite ?inverse_abs, ?abs_power; reflexivity." if power != 1 or inner.power < 0 else "reflexivity."]
    proof = "eq_refl"
    for _ in inner.args[1:]:
        proof = f"(product_step _ _ _ {proof})"
    return [f"exact {proof}."]


@rule
def _below_abs(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    return ["apply Rle_abs."]


@rule
def _abs_bound(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    term, (one, two) = t.data["term"], (p.concl for p in t.premises)
    uppers = [f"(Rlt_le _ _ {premise(t, k, at)})" if p.concl.op == "<" else f"(Req_le _ _ {premise(t, k, at)})"
              if p.concl.op == "=" else premise(t, k, at) for k, p in enumerate(t.premises)]
    return [f"refine (abs_bounded _ _ _ _ _ _ {uppers[0]} {uppers[1]}).",
            "{", *equal(one.lhs, term, at.signs, at.scope), "}", "{", *equal(two.lhs, -term, at.signs, at.scope), "}"]


def _over_sum(lemma: str, chain: Chain, t: Theorem) -> list[str]:
    f, g, index = (t.data[k] for k in ("f", "g", "index"))
    name, show = identifier("i", index.name), chain.words.show
    first = f"(Z.to_nat {identifier('d', index.dim.name)})"
    proof = f"({lemma} {first} (fun {name} => {show(f)}) (fun {name} => {show(g)}))"
    return [f"exact {cast(t.concl, proof, chain)}."]


@rule
def _cauchy_schwarz(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    return _over_sum("cauchy", chain, t)


@rule
def _hoelder(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    return _over_sum("hoelder", chain, t)


@rule
def _below_peak(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    index = t.data["index"]
    name, where = at.scope.index(index).split(" ", 1)
    body = f"(fun {identifier('i', index.name)} => {chain.words.show(t.data['term'])})"
    return [f"exact (below_bigmax _ {body} {name} {where})."]


@rule
def _peak_bound(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    index, concl = t.data["index"], t.premises[0].concl
    inner = at.scope.within(index).apply("P0", concl)
    inner = f"(Req_le _ _ {inner})" if concl.op == "=" else inner
    return [f"refine (bigmax_bound{'_lt' if concl.op == '<' else ''} _ _ _ {at.scope.size(index.dim.name)[1]} "
            f"({binder(index)} {inner}))."]


@rule
def _below_max(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    return [f"apply Rmax_{'l' if t.data['first'] else 'r'}."]


@rule
def _max_bound(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    told = [f"(Rlt_le _ _ {premise(t, k, at)})" if p.concl.op == "<" else f"(Req_le _ _ {premise(t, k, at)})"
            if p.concl.op == "=" else premise(t, k, at) for k, p in enumerate(t.premises)]
    return [f"exact (Rmax_lub _ _ _ {told[0]} {told[1]})."]


@rule
def _geometric_series(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    ratio = t.data["ratio"]
    return [f"exact (geometric_form _ {at.signs.small(ratio, at.scope)})."]


def _case_split(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    below, above = t.premises
    term = t.data["term"]
    high = term > 0 if (term > 0) in above.hyps else term >= 0
    low = term <= 0
    lemma = "split_cases_lt" if high.op == "<" else "split_cases"
    low_, high_ = (used.proof(p, {**at.hyps, case: "C"}) for p, case in ((below, low), (above, high)))
    return [f"exact ({lemma} {chain.words.show(term)} _ (fun C => {at.scope.apply(low_, t.concl)}) "
            f"(fun C => {at.scope.apply(high_, t.concl)}))."]


def _restate(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    p = t.premises[0]
    hyps = dict(at.hyps)
    for h in p.hyps:
        if h not in hyps:
            hyps[h] = _restated(h, at, chain)
    proof = at.scope.apply(used.proof(p, hyps), p.concl, _renaming(p.concl, t.concl))
    return [f"exact {cast(t.concl, proof, chain, p.concl)}."]


def _renaming(old: Rel, new: Rel) -> dict[Index, Index]:
    return {}


def _restated(wanted: Rel, at: Place, chain: Chain) -> str:
    """A hypothesis from the one that says the same with definitions written out."""
    from proofcheck.kernel.rules import _same, _written_out

    for h, proof in at.hyps.items():
        if _same(_written_out(wanted), _written_out(h)):
            scope = at.scope.within(*free_indices(wanted))
            binders = " ".join(binder(i) for i in indices(wanted))
            return f"(({binders} {cast(wanted, scope.apply(proof, h), chain, h)}) : {chain.words.closed(wanted)})"
    raise Unknown(f"{wanted} among the hypotheses")


def _instantiate(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    parameter, term = t.data["parameter"], t.data["term"]
    return _filled(chain, t, at, used, {parameter.name: chain.words.show(term)}, free_indices(term))


def _instantiate_array(chain: Chain, t: Theorem, at: Place, used: Uses) -> list[str]:
    array, params, term = (t.data[k] for k in ("array", "params", "term"))
    heads = " ".join(identifier("i", p.name) for p in params)
    value = f"(fun {heads} => {chain.words.show(term)})" if heads else chain.words.show(term)
    return _filled(chain, t, at, used, {f"{array.name}[]": value}, free_indices(term) - set(params))


def _filled(chain: Chain, t: Theorem, at: Place, used: Uses, values: Mapping[str, str], loose: frozenset[Index]
            ) -> list[str]:
    """The premise with a term put in; its hypotheses are then among those of the conclusion."""
    from proofcheck.kernel import rules as kernel

    p = t.premises[0]
    hyps = dict[Rel, str]()
    for h in p.hyps:
        if "parameter" in t.data:
            put = _put(kernel, h, t.data["parameter"], t.data["term"])
        else:
            put = _put_array(kernel, h, t.data["array"], t.data["params"], t.data["term"], loose)
        hyps[h] = _put_back(put, h, at, chain, loose)
    proof = at.scope.apply(used.proof(p, hyps, values), p.concl)
    return [f"refine {cast(t.concl, proof, chain)}."]


def _put(kernel: object, h: Rel, parameter: Expr, term: Expr) -> Rel:
    from proofcheck.kernel.terms import substitute, variables

    apart = kernel._renamed_apart(h, free_indices(term)) if parameter in variables(h) else h  # type: ignore[attr-defined]
    return Rel(h.op, substitute(apart.lhs, {parameter: term}), substitute(apart.rhs, {parameter: term}))


def _put_array(kernel: object, h: Rel, array: object, params: object, term: Expr, loose: frozenset[Index]) -> Rel:
    from proofcheck.kernel.terms import arrays

    apart = kernel._renamed_apart(h, loose) if array in arrays(h) else h  # type: ignore[attr-defined]
    return kernel._fill(apart, array, params, term)  # type: ignore[attr-defined, no-any-return]


def _put_back(put: Rel, h: Rel, at: Place, chain: Chain, loose: frozenset[Index]) -> str:
    """A proof of a hypothesis of the premise, with the term put in, at all its own indices."""
    own, new = indices(h), indices(put)
    if put == h:
        return at.hyps[h]
    proof = at.hyps[put]
    # the indices of the hypothesis, perhaps under other names, are bound; those of the term are in scope
    names = {i: i for i in new}
    fresh = _matched(h, put, loose)
    binders = " ".join(binder(fresh.get(i, i)) for i in own)
    scope = at.scope.within(*(fresh.get(i, i) for i in own))
    if not own:
        return cast(put, scope.apply(proof, put, names), chain)
    return f"({binders} {cast(put, scope.apply(proof, put, names), chain)})"


def _matched(h: Rel, put: Rel, loose: frozenset[Index]) -> dict[Index, Index]:
    """How the free indices of a hypothesis are called once it is renamed apart from those of a term."""
    from proofcheck.kernel.terms import fresh

    names: dict[Index, Index] = {}
    for i in sorted(free_indices(h), key=lambda i: i.name):
        if i.name in {t.name for t in loose}:
            names[i] = fresh(i, loose | free_indices(h) | set(names.values()))
    return names


for _function in (_case_split, _restate, _instantiate, _instantiate_array):
    rule(_function)
BY_THEMSELVES = (_case_split, _restate, _instantiate, _instantiate_array)
