"""Terms as LaTeX: what is printed means the same, and lines break outside of braces only."""

from __future__ import annotations

import math
import random
import re
from fractions import Fraction

import pytest

from proofcheck.kernel.terms import Expr, Fn, Num, Pow, Var, add, exp, mul, neg
from proofcheck.kernel.text import Reader, Signature
from proofcheck.report.formulas import Typesetter, pieces, plain, width

NAMES = {"x": 1.3, "y": 0.7, "lam": 2.1, "B": 1.9}
EXAMPLES = {
    "exp(-(B + R)) <= E_1": r"e^{-(B + R)} \le E_{1}",
    "1*alpha**(-1)*x <= 2": r"\frac{x}{\alpha} \le 2",
    "R*m**(-1)*exp(4*B + 3*R) < lam": r"\frac{R\, e^{4\, B + 3\, R}}{m} < \lambda",
    "x*(-2) == -(1/3)*y": r"x\, (-2) = -\frac{1}{3}\, y",
    "(x + y)**2 <= (x*y)**(1/2)": r"(x + y)^{2} \le \sqrt{x\, y}",
    "(x**(-1))**2 <= Abs(x - y)": r"(\frac{1}{x})^{2} \le \lvert x - y \rvert",
    "d1 + E_next <= Max(x, 1/100)": r"d_{1} + E_{\mathrm{next}} \le \max(x, \frac{1}{100})",
    "2*3*x <= 1": r"2\cdot 3\, x \le 1",
    "Sum(x + 1, (r, 1, m))*x <= Sum(x, (r, 1, m))**2": r"(\sum_{r=1}^{m} (x + 1))\, x \le (\sum_{r=1}^{m} x)^{2}",
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples(text: str) -> None:
    shown = plain(Typesetter().relation(Reader().relation(text)))
    assert re.sub(r"\s+", " ", shown).strip() == EXAMPLES[text]


def test_indices_and_notation() -> None:
    reader = Reader(Signature())
    made = Typesetter({"vS": r"\langle v_{#1},S_{#2}\rangle", "alpha_v": r"\tilde{\alpha}"})
    assert made.name("vS", ["l", "i"]) == r"\langle v_{l},S_{i}\rangle"
    assert made.whole("vS") == r"\langle v_{\cdot},S_{\cdot}\rangle" and made.whole("B_1") == "B_{1}"
    assert made.name("alpha_v", ["i"]) == r"\tilde{\alpha}_{i}"
    assert made.name("E_v", ["i", "r"]) == "E^{(v)}_{i,r}"
    assert made.name("B_1") == "B_{1}" and made.name("S_next") == r"S_{\mathrm{next}}"
    assert made.term(reader.term("alpha_v")) == r"\tilde{\alpha}"


def some_term(rng: random.Random, depth: int) -> Expr:
    """A random term that is defined at NAMES."""
    if depth == 0:
        return Var(rng.choice(sorted(NAMES))) if rng.random() < 0.7 else Num(Fraction(rng.randint(1, 9), rng.randint(1, 4)))
    parts = [some_term(rng, depth - 1) for _ in range(2)]
    match rng.randrange(8):
        case 0 | 1:
            return add(parts[0], parts[1])
        case 2 | 3:
            return mul(parts[0], parts[1])
        case 4:
            return parts[0] / (parts[1] + 10)
        case 5:
            return Pow(Fn("Abs", (parts[0],)) + 1, Fraction(rng.choice(("2", "-1", "1/2", "-1/2", "3"))))
        case 6:
            return neg(parts[0])
    return exp(parts[0] / 1000)


def value(term: Expr) -> float:
    text = repr(term).replace("Abs(", "abs(")
    return float(eval(text, {"exp": math.exp, "abs": abs, **NAMES}))


def read(latex: str) -> float:
    """The value of a formula, read as LaTeX is read by people."""
    text = plain(latex).replace(r"\lambda", "lam ").replace(r"\,", "*").replace(r"\cdot", "*")
    text = text.replace(r"\lvert", "abs(").replace(r"\rvert", ")").replace(r"\exp", "exp")
    text = re.sub(r"(?<![a-z])e\^", "exp", text).replace(r"\sqrt", "sqrt").replace("^", "**")
    while r"\frac" in text:
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
        text = re.sub(r"(exp|sqrt|\*\*)\{([^{}\\]*)\}", r"\1(\2)", text)
    text = text.replace("{", "(").replace("}", ")")
    return float(eval(text, {"exp": math.exp, "sqrt": math.sqrt, "abs": abs, **NAMES}))


@pytest.mark.parametrize("seed", range(200))
def test_a_printed_term_means_the_same(seed: int) -> None:
    term = some_term(random.Random(seed), 4)
    assert read(Typesetter().term(term)) == pytest.approx(value(term), rel=1e-9), Typesetter().term(term)


def test_the_reader_of_this_test_would_see_a_lost_parenthesis() -> None:
    assert read(r"x\, (y + x)") != pytest.approx(read(r"x\, y + x"))


def test_pieces_keep_everything_and_their_braces() -> None:
    term = add(*(mul(Var(f"x_{k}"), exp(Var(f"y_{k}") + 1)) for k in range(9)))
    shown = Typesetter().term(term)
    found = pieces(shown)
    assert len(found) == 9 and all(p.count("{") == p.count("}") for p in found)
    assert "".join(found).replace(" ", "") == plain(shown).replace(" ", "")
    assert width(r"\frac{\alpha}{\mathrm{ab}}\brk ") == 4
