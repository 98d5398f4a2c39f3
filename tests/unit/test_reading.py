"""Formulas read back from LaTeX: what the typesetter writes, what people write, and what is refused."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest

import lemmas
from proofcheck.kernel.certificate import signature_data
from proofcheck.kernel.terms import Rel
from proofcheck.kernel.text import Reader, to_text
from proofcheck.ledger import load
from proofcheck.papers import find
from proofcheck.report.content import Texts
from proofcheck.report.formulas import Typesetter
from proofcheck.report.reading import LatexReader, Unreadable, same
from proofcheck.signatures import NAME

NOTATION = lemmas.paper.reporting.notation
MAIN, OURS = ("theorem", "corollary", "lemma", "part"), "theorem.R"


@cache
def ledger() -> dict[str, Any]:
    return load(find("softmax-ntk").ledger)


def texts(record: dict[str, Any]) -> set[str]:
    """Every formula of a claim."""
    found = [i["statement"] for i in (record, *record["steps"], *record["mutants"])]
    found += [g for i in (record, *record["steps"]) for g in i["given"]]
    found += [record["repair"]["statement"], *record["repair"]["given"]] if record["repair"] else []
    return {f["text"] for f in found if f is not None}


def test_every_formula_of_the_ledger_reads_back() -> None:
    """What the report prints, claims, steps, hypotheses, repairs and changed statements, means what was checked."""
    read, typeset = Texts(ledger()), Typesetter(NOTATION)
    done, wrong = 0, []
    for key, text in sorted({(r["signature"], t) for r in ledger()["claims"] for t in texts(r)}):
        rel = read.reader(key).relation(text)
        back = LatexReader(read.reader(key).signature, typeset, NAME.findall(text)).relation(typeset.relation(rel))
        wrong += [] if same(rel, back) else [text]
        done += 1
    assert wrong == [] and done > 1000


@cache
def reader() -> Reader:
    return Texts(ledger()).reader(next(r["signature"] for r in ledger()["claims"] if r["id"] == "lemma.B.1.12"))


def back(latex: str, text: str) -> bool:
    """Whether the LaTeX reads as the text."""
    names = [*NAME.findall(text), "m"]
    return same(LatexReader(reader().signature, Typesetter(NOTATION), names).relation(latex), reader().relation(text))


NORM = "Sum((w[k, r] - v[k, r])**2, (k, 1, d1))**(1/2) <= R"
ALIKE = {
    r"\lVert w_r-v_r\rVert \le R": NORM,
    r"R \ge \lVert v_r-w_r\rVert_2": NORM,
    r"\lvert\langle w_r, x_i+x_j\rangle\rvert\le 2B": "Abs(Sum(w[k, r]*(x[k, i] + x[k, j]), (k, 1, d1))) <= 2*B",
    r"\lVert F-y\rVert_F^2\le nd_2": "Sum(Sum((F[l, i] - y[l, i])**2, (l, 1, d2)), (i, 1, n)) <= n*d2",
    r"\sum_{i,l}(F_{l,i}-y_{l,i})\le 1": "Sum(Sum(F[l, i] - y[l, i], (l, 1, d2)), (i, 1, n)) <= 1",
    r"\frac{R}{m}e^{4B+3R}\le 0.01": "R*exp(4*B + 3*R)/m <= 1/100",
    r"\log^2(nd_2/\delta) < e": "log(n*d2/delta)**2 < exp(1)",
    r"(1-\eta)^{m+1}\le\max(\eta,\frac{1}{2})": "exp((m + 1)*log(1 - eta)) <= Max(eta, 1/2)",
    r"\max_{r}\lvert z_r\rvert=1": "Peak(Abs(z[r]), (r, 1, m)) == 1",
    r"\tilde{S}_{i,r}\,m\le\operatorname{erf}(R)": "S_v[i, r]*m <= erf(R)",
}


@pytest.mark.parametrize("latex", ALIKE)
def test_what_people_write(latex: str) -> None:
    assert back(latex, ALIKE[latex])


DIFFERENT = {
    r"\lVert w_r-v_r\rVert < R": NORM,
    r"\lVert w_r-v_r\rVert^2 \le R": NORM,
    r"\lVert w_r+v_r\rVert \le R": NORM,
    r"R \le \lVert w_r-v_r\rVert": NORM,
    r"\frac{R}{m}e^{4B}+3R\le 1": "R*exp(4*B + 3*R)/m <= 1",
    r"\sum_{r}z_r+1\le 1": "Sum(z[r] + 1, (r, 1, m)) <= 1",
    r"\tilde{S}_{i,r}\le 1": "S_v[i, s]*Sum(z[r], (r, 1, m)) <= 1",
}


@pytest.mark.parametrize("latex", DIFFERENT)
def test_what_means_something_else(latex: str) -> None:
    assert not back(latex, DIFFERENT[latex])


REFUSED = (
    r"\lVert w_r-v_r\rVert", r"w_r \le 1", r"R/mB \le 1", r"\frac{R}{m \le 1", r"R \le 1 \le m", r"\input{x} \le R",
    r"R \le \undefined", r"R \le q", r"\lvert R \le 1", r"\left(R\right) \le 1", r"R & m \le 1", r"R \le 1 % m", r"",
    r"R^2^3 \le 1", r"e^{R}^2 \le 1", r"\tilde{S}^{2}_{i,r} \le 1", r"\frac{R}{m}^2 \le 1", r"1/2R \le 1",
    r"\log R m \le 1", r"\log R^2 \le 1", r"\log R/m \le 1", r"\lVert w-v\rVert \le 1", r"\lVert w_r\rVert_F \le 1",
    r"\| w_r\| \le 1", r"#1 \le R", r"R\cdot -1 \le m", r"S_{r} \le \langle z,x_i\rangle", r"R^{} \le 1",
    r"\sum_{r=0}^{m}z_r\le 1", r"\sum_{r=1}^{R}z_r\le 1",
)


@pytest.mark.parametrize("latex", REFUSED)
def test_what_is_refused(latex: str) -> None:
    with pytest.raises(Unreadable):
        back(latex, "R*m*B*Sum(z[r]*S[i, r]*w[k, r]*x[k, i]*v[k, r], (r, 1, m)) <= 1")


@pytest.mark.parametrize("seed", range(40))
def test_a_changed_symbol_is_seen(seed: int) -> None:
    """Of the formulas that are typeset by hand: with one number or sign changed they are something else."""
    rng = random.Random(seed)
    rel, latex, at = rng.choice([(*one, at) for one in by_hand() for at in changeable(one[1])])
    changed = latex[:at] + ("-" if latex[at] == "+" else str(int(latex[at]) % 9 + 1)) + latex[at + 1:]
    assert read_by_hand(rel, latex) and not read_by_hand(rel, changed), changed


def changeable(latex: str) -> list[int]:
    """Where a number or a sign is, and no index or name."""
    return [k for k, c in enumerate(latex) if c in "123456789+" and latex[k - 1] not in "_l{^"]


@cache
def by_hand() -> list[tuple[Rel, str]]:
    """Every formula typeset by hand, with what it stands beside."""
    return [(i.rel, i.latex) for c in lemmas.paper for i in (c, *c.steps) if i.latex and i.rel is not None]


def read_by_hand(rel: Rel, latex: str) -> bool:
    texts = Texts({"signatures": {"own": signature_data([rel])}})
    try:
        return same(texts.latex("own", to_text(rel), Typesetter(NOTATION)).relation(latex), rel)
    except Unreadable:
        return False


def test_every_formula_typeset_by_hand_is_what_is_checked() -> None:
    assert [latex for rel, latex in by_hand() if not read_by_hand(rel, latex)] == []


def test_main_statements_and_findings_are_typeset_by_hand_and_in_the_ledger() -> None:
    """Of the paper; Theorem R, which is ours, has some."""
    lacking = []
    for record in ledger()["claims"]:
        claim = lemmas.paper[record["id"]]
        for item, source in ((record, claim), *zip(record["steps"], claim.steps, strict=True)):
            main = item is record and record["kind"] in MAIN and not record["id"].startswith(OURS)
            if item["statement"] is not None and (main or item["finding"]) and not source.latex:
                lacking.append(item["id"])
            told = item["statement"] and item["statement"].get("latex")
            assert (told or "") == source.latex, f"{item['id']}: write the ledger again with 'proofcheck verify --json'"
    assert lacking == []
