"""Small proofs, one for each kind of node."""

from __future__ import annotations

from typing import Any

TREES: dict[str, tuple[str, list[str], list[Any]]] = {
    "split": ("x**2 >= 0", ["Abs(x) <= 1"], ["split", "x", "0", ["sturm"], ["sturm"]]),
    "mono": ("x <= exp(x)", ["0 < x"], ["mono", "x", "+", ["eval", 64], ["eval", 64]]),
    "concave": ("exp(x) <= 1 + 2*x", ["0 <= x", "x <= 1"], ["concave", "x", ["eval", 64], ["eval", 64], ["eval", 64]]),
    "scale": ("exp(x) <= exp(x + y)", ["0 <= y"], ["scale", "exp(-x - y)", [], ["eval", 64]]),
    "use": ("x <= y", ["x <= z", "z <= y"], ["use", [["1", [0], []], ["1", [1], []]], ["eval", 64]]),
    "void": ("x <= 0", ["y <= z", "z < y"], ["void", [["1", [0], []], ["1", [1], []]], ["eval", 64]]),
    "lemma": ("0 <= x", ["1 <= x"], ["lemma", "x", False, ["eval", 64], ["use", [["1", [0], []]], ["eval", 64]]]),
    "narrow": ("0 <= x", ["y <= x", "1 <= y"], ["narrow", "x", "lo", "0", False, ["use", [["1", [0], []]], ["eval", 64]],
                                                ["eval", 64]]),
    "case": ("0 <= x**2", [], ["case", "x", ["eval", 64], ["eval", 64]]),
    "abs": ("Abs(x) <= x", ["0 <= x"], ["abs", "x", "+", ["eval", 64], ["eval", 64]]),
    "either": ("Min(x, 1) <= 2", ["x <= 1"], ["either", "Min(x, 1)", ["eval", 64], ["eval", 64]]),
    "squared": ("x <= sqrt(x**2)", ["0 <= y"], ["squared", "x", "sqrt(x**2)", ["eval", 64], ["eval", 64]]),
}
