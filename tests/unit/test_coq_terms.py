"""What is written for Coq: terms, conditions of being defined, literal statements, proof trees, points.  Coq is not run."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import coq_trees
import pytest

from proofcheck.coq import points, script, statements
from proofcheck.coq.export import Theorem
from proofcheck.coq.runner import FORBIDDEN, _text, changed, failed_at
from proofcheck.coq.terms import NotExpressible, as_tuple, conditions, coq
from proofcheck.kernel.terms import Array, Diff, Index, Peak, Rel, Sum, Var, eq, exp, log
from proofcheck.kernel.text import Reader, Signature
from proofcheck.second.terms import read

READ = Reader(Signature(dims=frozenset({"m"})))


@pytest.mark.parametrize(("text", "told"), [
    ("exp(x)", "(exp v_x)"), ("log(x)", "(ln v_x)"), ("Abs(x)", "(Rabs v_x)"), ("Max(x, 1)", "(Rmax v_x 1)"),
    ("Min(x, y)", "(Rmin v_x v_y)"), ("sqrt(x)", "(sqrt v_x)"), ("x**(3/2)", "((sqrt v_x) ^ 3)"),
    ("x**(-1/2)", "(/ (sqrt v_x))"), ("x**2", "(v_x ^ 2)"), ("x**(-2)", "(/ (v_x ^ 2))"), ("tanh(x)", "(tanh v_x)"),
    ("pi*x", "(PI * v_x)"), ("x - 2/3", "(v_x + (-2 / 3))"), ("geometric(x)", "(geometric v_x)"), ("m", "(IZR d_m)"),
])
def test_terms(text: str, told: str) -> None:
    assert coq(as_tuple(READ.term(text))) == told


@pytest.mark.parametrize("text", ["erf(x)", "erfc(x)", "x**(1/3)"])
def test_what_coq_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(NotExpressible):
        coq(as_tuple(READ.term(text)))


@pytest.mark.parametrize(("text", "told"), [
    ("1/x", ["(v_x <> 0)"]), ("log(x)", ["(0 < v_x)"]), ("sqrt(x)", ["(0 <= v_x)"]), ("x**(-1/2)", ["(0 < v_x)"]),
    ("geometric(x)", ["(Rabs v_x < 1)"]), ("x/2 + exp(x)", []), ("log(1/x)", ["(0 < (1 * (/ v_x)))", "(v_x <> 0)"]),
])
def test_total_functions_get_their_conditions(text: str, told: list[str]) -> None:
    assert conditions(as_tuple(READ.term(text))) == told


def test_a_statement_is_literal() -> None:
    goal, hyp = READ.relation("1/m <= exp(x)/m"), READ.relation("log(x) > 0")
    assert statements.proved(goal, [hyp]) == (
        "forall d_m : Z, (1 <= d_m)%Z -> forall v_x : R, ((0 < v_x) /\\ (0 < (ln v_x))) -> "
        "(((IZR d_m) <> 0) /\\ ((1 * (/ (IZR d_m))) <= ((exp v_x) * (/ (IZR d_m)))))")


def test_a_derivative_is_that_of_a_function_of_one_number() -> None:
    m = Var("m", True)
    r, s = Index("r", m), Index("s", m)
    w = Array("w", (r,))
    share = Array("S", (r,), 1 / w[r])
    at = "(fun t : R => let a_w := (put a_w i_r t) in "
    lets = "let a_S := fun (i_r : nat) => (1 * (/ (a_w i_r))) in "
    said = statements.claimed(eq(Diff(Sum(s, share[s]), w[r]), 0), [])
    body = "(bigsum (Z.to_nat d_m) (fun i_s => (a_S i_s)))"
    assert f"(ex_derive {at}{lets}{body}) (a_w i_r))" in said and f"(Derive {at}{lets}{body}) (a_w i_r)) = 0" in said
    assert (f"(near {at}{lets}let c_S := fun (i_r : nat) => (((a_w i_r) <> 0)) in "
            "(every (Z.to_nat d_m) (fun i_s => (c_S i_s)))) (a_w i_r))") in said
    x = Var("x")
    assert coq(as_tuple(Diff(Diff(x**2, x), x))) == (
        "(Derive (fun v_x : R => (Derive (fun v_x : R => (v_x ^ 2)) v_x)) v_x)")
    for wrt in (share[r], m):
        with pytest.raises(NotExpressible, match="no free number"):
            as_tuple(Diff(x, wrt))


def refuted() -> tuple[Rel, Rel, dict[str, object]]:
    m = Var("m", True)
    r, s = Index("r", m), Index("s", m)
    w = Array("w", (r,))
    share = Array("S", (r,), exp(w[r]) / Sum(s, exp(w[s])))
    found = {"point": {"scalars": {"m": "2", "x": "log(2)"}, "arrays": {"w": ["0", "1/2"]}}, "at": {"r": 2}, "bits": 128}
    return share[r] + Peak(s, abs(w[s])) <= log(Var("x")), w[r] <= 1, found


def test_a_refutation_is_literal() -> None:
    goal, hyp, found = refuted()
    assert statements.refuted(goal, [hyp]) == (
        "exists d_m : Z, exists v_x : R, exists a_w : nat -> R, let a_S := fun (i_r : nat) => ((exp (a_w i_r)) * "
        "(/ (bigsum (Z.to_nat d_m) (fun i_s => (exp (a_w i_s)))))) in let c_S := fun (i_r : nat) => "
        "(((bigsum (Z.to_nat d_m) (fun i_s => (exp (a_w i_s)))) <> 0)) in ((1 <= d_m)%Z /\\ "
        "(every (Z.to_nat d_m) (fun i_r => (((a_w i_r) <= 1)))) /\\ (exists i_r : nat, (1 <= i_r <= Z.to_nat d_m)%nat /\\ "
        "((c_S i_r) /\\ (0 < v_x) /\\ "
        "(~ (((a_S i_r) + (bigmax (Z.to_nat d_m) (fun i_s => (Rabs (a_w i_s))))) <= (ln v_x))))))")
    assert points.tactics(goal, [hyp], found)[:3] == [
        "exists 2%Z.", "exists (ln 2).", "exists (fun k0 => (entry 0 (0 :: (1 / 2) :: nil) k0))."]


def test_a_parameter_without_a_value_is_computed_or_refused() -> None:
    found = {"point": {"scalars": {"x": "3"}, "arrays": {}}, "at": {}, "bits": 128}
    assert points.values(READ.relation("y <= 1"), [READ.relation("y == x**2")], found) == ["3", "(3 ^ 2)"]
    with pytest.raises(NotExpressible):
        points.values(READ.relation("y <= 1"), [], found)


@pytest.mark.parametrize("kind", coq_trees.TREES)
def test_every_kind_of_node_becomes_tactics(kind: str) -> None:
    goal, hyps, tree = coq_trees.TREES[kind]
    lines = script.theorem(goal, hyps, tree, [])
    assert lines and sum(" ".join(lines).count(c) for c in "{}") % 2 == 0


@pytest.mark.parametrize("tree", [["interior", "x", ["eval", 64]], ["exp", "0", "x", ["eval", 64]]])
def test_nodes_without_a_template_are_not_expressible(tree: list[object]) -> None:
    with pytest.raises(NotExpressible):
        script.theorem("0 <= x", ["0 <= x", "x <= 1"], tree, [])


def test_known_terms_are_numbered_as_the_checker_numbers_them() -> None:
    tree = ["use", [["1", [0], []]], ["eval", 64]]
    assert "exact H1h." in " ".join(script.theorem("x <= y", ["0 <= x", "x <= y"], tree, []))


def test_names_depend_on_statements_alone() -> None:
    assert Theorem("scalar", "0 <= 1", ["lra."]).name == Theorem("scalar", "0 <= 1", ["nra."]).name
    assert Theorem("scalar", "0 <= 1").name != Theorem("scalar", "0 <= 2").name


def test_an_error_is_put_down_to_its_theorem() -> None:
    items = {t.name: t for t in (Theorem("scalar", f"0 <= {k}", ["lra."] * k) for k in (1, 2, 3))}
    text, lines = _text(items)
    for (line, name), end in zip(lines, [*(n for n, _ in lines[1:]), text.count("\n")], strict=True):
        for number in range(line, end):
            assert failed_at(f'File "./B.v", line {number}, characters 0-4:\nError: no', lines) == name
    assert failed_at("", lines) is None


def test_a_file_that_was_changed_or_gives_proofs_away(tmp_path: Path) -> None:
    path = tmp_path / "B.v"
    path.write_text("Theorem a : True. Proof. exact I. Qed.\n")
    assert changed(path, path.read_text()) == []
    assert changed(path, "Theorem a : True.\n") == ["B.v was changed after it was written"]
    for word in ("Axiom", "Admitted", "Parameter", "admit", "Variable"):
        path.write_text(f"{word} a : False.\n")
        assert changed(path, path.read_text()) == [f"B.v contains {word}"]
    assert FORBIDDEN.search("Print Assumptions") is None


def test_names_stay_apart() -> None:
    with pytest.raises(NotExpressible):
        coq(("var", "x%1"))


def test_numbers() -> None:
    assert coq(read("-1/2")) == "(-1 / 2)" and coq(("num", Fraction(-3))) == "(-3)"
