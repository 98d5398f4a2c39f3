"""What a user would pick instead: z3, cvc5, Coq-Interval and SymPy, each asked the same question within the same budget.

Every adapter answers ``proved``, ``refuted``, ``unknown`` or ``unsupported`` (the tool has no such function).  All
but Coq run in a forked child that is killed at the end of the budget; nothing here is imported before it is used.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.problems import Formula, Problem, Relation, names, relations

MEMORY = 4 * 2**30
Ask = Callable[[Problem, float], str]
Term = Any  # of SymPy


class Unsupported(Exception):
    """The tool has no word for a part of the problem."""


@dataclass(frozen=True)
class Answer:
    """proved | refuted | unknown | unsupported, and the seconds it took."""

    verdict: str
    seconds: float


# --- one child per question --------------------------------------------------------------------------------------


def asked(ask: Ask, problem: Problem, budget: float) -> Answer:
    """The answer of one tool, from a child that is killed when the budget is used up."""
    here, there = multiprocessing.get_context("fork").Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_work, args=(there, ask, problem, budget))
    start = perf_counter()
    child.start()
    there.close()
    try:
        verdict = here.recv() if here.poll(budget) else "unknown"
    except EOFError:  # out of memory, or a crash
        verdict = "unknown"
    seconds = min(perf_counter() - start, budget)
    if child.is_alive():
        child.kill()
    child.join()
    return Answer(verdict, seconds)


def _work(out: Connection, ask: Ask, problem: Problem, budget: float) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        out.send(ask(problem, budget))
    except Unsupported:
        out.send("unsupported")
    except Exception:
        out.send("unknown")


def parts(problem: Problem) -> tuple[Relation, list[Relation]]:
    """The goal and the hypotheses."""
    (goal,) = relations(problem.goal)
    return goal, relations(problem.given)


def whole(node: Formula) -> Fraction | None:
    """The rational number that a formula of numbers stands for, or None."""
    match node:
        case ast.Constant(value=int(number)):
            return Fraction(number)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            found = whole(inner)
            return None if found is None else -found
        case ast.BinOp(left=left, op=op, right=right):
            a, b = whole(left), whole(right)
            return None if a is None or b is None else _arithmetic(a, op, b)
    return None


def _arithmetic(a: Fraction, op: ast.operator, b: Fraction) -> Fraction | None:
    match op:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div():
            return a / b if b else None
        case ast.Pow():
            return a ** int(b) if b.denominator == 1 and (a or b >= 0) else None
    return None


# --- proofcheck itself -------------------------------------------------------------------------------------------


def ask_proofcheck(problem: Problem, budget: float) -> str:
    """Decide the problem with this project."""
    from proofcheck.decide import decide

    verdict = decide(problem.goal, problem.given, budget).verdict
    return verdict if verdict in ("proved", "refuted") else "unknown"


# --- z3 and cvc5: is there a point where the hypotheses hold and the goal does not? --------------------------------


@dataclass
class Smt:
    """Writes formulas in SMT-LIB; roots and logarithms become new parameters with their defining equations."""

    exponentials: bool
    made: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    def relation(self, relation: Relation) -> str:
        """One relation."""
        return f"({relation.op} {self.term(relation.lhs)} {self.term(relation.rhs)})"

    def term(self, node: Formula) -> str:
        """One formula."""
        number = whole(node)
        if number is not None:
            return smt_number(number)
        match node:
            case ast.Name(id=("pi" | "E") as name):
                return self.constant(name)
            case ast.Name(id=name):
                return f"v_{name}"
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return f"(- {self.term(inner)})"
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.power(left, right)
            case ast.BinOp(left=left, op=op, right=right):
                sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(op)]
                return f"({sign} {self.term(left)} {self.term(right)})"
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, [self.term(a) for a in args])
        raise Unsupported(ast.unparse(node))

    def constant(self, name: str) -> str:
        """The two famous numbers."""
        if not self.exponentials:
            raise Unsupported(name)
        return "real.pi" if name == "pi" else "(exp 1.0)"

    def power(self, base: Formula, power: Formula) -> str:
        """A power: repeated product, root, or exponential of a logarithm."""
        b, p = self.term(base), whole(power)
        if p is None:
            return self.exp(f"(* {self.term(power)} {self.log(b)})")
        root = b if p.denominator == 1 else self.root(b, p.denominator)
        product = f"(* {' '.join([root] * abs(p.numerator))})" if abs(p.numerator) > 1 else root
        return product if p > 0 else f"(/ 1.0 {product})" if p < 0 else "1.0"

    def fresh(self) -> str:
        """A new parameter."""
        self.made.append(f"w_{len(self.made)}")
        return self.made[-1]

    def root(self, term: str, degree: int) -> str:
        """The root of a number that is >= 0."""
        root = self.fresh()
        self.facts += [f"(>= {root} 0.0)", f"(= (* {' '.join([root] * degree)}) {term})"]
        return root

    def exp(self, term: str) -> str:
        """The exponential, if the solver knows it."""
        if not self.exponentials:
            raise Unsupported("exp")
        return f"(exp {term})"

    def log(self, term: str) -> str:
        """The number whose exponential is the term."""
        found = self.fresh() if self.exponentials else ""
        self.facts.append(f"(= {self.exp(found)} {term})")
        return found

    def call(self, name: str, args: list[str]) -> str:
        """A function of terms."""
        x, y = args[0], args[-1]
        match name:
            case "abs":
                return f"(ite (>= {x} 0.0) {x} (- {x}))"
            case "Max" | "Min":
                return f"(ite ({'>=' if name == 'Max' else '<='} {x} {y}) {x} {y})"
            case "sqrt":
                return self.root(x, 2)
            case "exp":
                return self.exp(x)
            case "log":
                return self.log(x)
            case "sinh" | "cosh":
                return f"(/ ({'-' if name == 'sinh' else '+'} {self.exp(x)} {self.exp(f'(- {x})')}) 2.0)"
            case "tanh":
                u = self.exp(f"(* 2.0 {x})")
                return f"(/ (- {u} 1.0) (+ {u} 1.0))"
        raise Unsupported(name)


def smt_number(number: Fraction) -> str:
    """A rational number in SMT-LIB."""
    size = f"{abs(number.numerator)}.0"
    size = size if number.denominator == 1 else f"(/ {size} {number.denominator}.0)"
    return size if number >= 0 else f"(- {size})"


def smt_script(problem: Problem, exponentials: bool) -> str:
    """The hypotheses and the negated goal."""
    goal, hyps = parts(problem)
    smt = Smt(exponentials)
    claims = [*map(smt.relation, hyps), f"(not {smt.relation(goal)})"]
    parameters = [f"v_{n}" for n in names(goal, *hyps)] + smt.made
    logic = "QF_NRAT" if any(word in c for c in claims + smt.facts for word in ("(exp", "real.pi")) else "QF_NRA"
    lines = [f"(set-logic {logic})", *(f"(declare-const {p} Real)" for p in parameters),
             *(f"(assert {c})" for c in smt.facts + claims)]
    return "\n".join(lines) + "\n"


def ask_z3(problem: Problem, budget: float) -> str:
    """Z3 has no exponential function, so it is asked about algebraic problems only."""
    import z3

    script = smt_script(problem, exponentials=False)
    solver = z3.Solver()
    solver.set("timeout", int(budget * 1000))
    solver.from_string(script)
    return {"unsat": "proved", "sat": "refuted"}.get(str(solver.check()), "unknown")


def ask_cvc5(problem: Problem, budget: float) -> str:
    """The solver cvc5 has exp; log, powers and hyperbolic functions are written with it."""
    import cvc5

    script = smt_script(problem, exponentials=True)
    solver = cvc5.Solver()
    solver.setOption("tlimit-per", str(int(budget * 1000)))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "problem")
    while not (command := parser.nextCommand()).isNull():
        command.invoke(solver, parser.getSymbolManager())
    result = solver.checkSat()
    return "proved" if result.isUnsat() else "refuted" if result.isSat() else "unknown"


# --- SymPy: signs by assumptions, simplification, and the solver for one parameter ---------------------------------


def ask_sympy(problem: Problem, budget: float) -> str:
    """The road a user would take: assumptions, simplify, and solving in one parameter."""
    import sympy

    goal, hyps = parts(problem)
    known = _sympy_symbols(goal, hyps)
    left, right = _sympy_sides(goal, known)
    for hyp in hyps:
        if hyp.op == "=":
            name, rest = _sympy_sides(hyp, known)
            left, right = left.subs(name, rest), right.subs(name, rest)
    relation = left < right if goal.op == "<" else left <= right
    for found in (relation, sympy.simplify(relation), _sympy_sign(sympy.simplify(right - left), goal.op)):
        if found in (sympy.true, sympy.false):
            return "proved" if found == sympy.true else "refuted"
    return _sympy_solve(goal, hyps)


def _sympy_symbols(goal: Relation, hyps: list[Relation]) -> dict[str, Term]:
    import sympy

    positive: set[str] = set()
    nonnegative: set[str] = set()
    for hyp in hyps:
        low = whole(hyp.lhs)
        if low is not None and isinstance(hyp.rhs, ast.Name) and low >= 0:
            (positive if hyp.op == "<" or low > 0 else nonnegative).add(hyp.rhs.id)
    return {n: sympy.Symbol(n, positive=True) if n in positive else sympy.Symbol(n, nonnegative=True)
            if n in nonnegative else sympy.Symbol(n, real=True) for n in names(goal, *hyps)}


def _sympy_sides(relation: Relation, known: dict[str, Term]) -> tuple[Term, Term]:
    import sympy

    words = {**known, "abs": sympy.Abs, "pi": sympy.pi, "E": sympy.E,
             **{f: getattr(sympy, f) for f in ("exp", "log", "sqrt", "sinh", "cosh", "tanh", "erf", "erfc", "Max", "Min")}}

    class Exact(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            return ast.Call(ast.Name("Integer", ast.Load()), [node], [])

    def read(node: Formula) -> Term:
        exact = ast.fix_missing_locations(ast.Expression(Exact().visit(ast.parse(ast.unparse(node), mode="eval").body)))
        return eval(compile(exact, "problem", "eval"), {"Integer": sympy.Integer, **words})

    return read(relation.lhs), read(relation.rhs)


def _sympy_sign(gap: Term, op: str) -> Term:
    import sympy

    good, bad = (gap.is_positive, gap.is_nonpositive) if op == "<" else (gap.is_nonnegative, gap.is_negative)
    return sympy.true if good else sympy.false if bad else None


def _sympy_solve(goal: Relation, hyps: list[Relation]) -> str:
    import sympy

    free = names(goal, *hyps)
    if len(free) != 1:
        return "unknown"
    x = sympy.Symbol(free[0], real=True)
    domain = sympy.S.Reals
    for hyp in hyps:
        domain = domain.intersect(_sympy_set(hyp, x, sympy.S.Reals))
    rest = domain - _sympy_set(goal, x, domain)
    empty = rest.is_empty
    return "unknown" if empty is None else "proved" if empty else "refuted"


def _sympy_set(relation: Relation, x: Term, domain: Term) -> Term:
    import sympy

    left, right = _sympy_sides(relation, {str(x): x})
    claim = left < right if relation.op == "<" else left <= right if relation.op == "<=" else sympy.Eq(left, right)
    if claim in (sympy.true, sympy.false):
        return domain if claim == sympy.true else sympy.S.EmptySet
    return sympy.solve_univariate_inequality(claim, x, relational=False, domain=domain)


# --- Coq-Interval: the hypotheses as ranges, the tactic with and without bisection ---------------------------------

COQ_HEAD = "From Coq Require Import Reals.\nFrom Interval Require Import Tactic.\nOpen Scope R_scope.\n"
COQ_TRIVIAL = "Goal forall x : R, 0 <= x <= 1 -> x <= 2.\nProof. intros. interval. Qed.\n"


def ask_coq(problem: Problem, budget: float) -> Answer:
    """Run coqc on one goal; loading the library is not counted.  The tactic can prove, but not refute."""
    try:
        script = coq_script(problem)
    except Unsupported:
        return Answer("unsupported", 0.0)
    verdict, seconds = _coqc(script, budget + coq_start())
    return Answer("proved" if verdict else "unknown", min(max(seconds - coq_start(), 0.0), budget))


@lru_cache(maxsize=1)
def coq_start() -> float:
    """Seconds that coqc needs for a trivial goal: the best of three."""
    return min(_coqc(COQ_HEAD + COQ_TRIVIAL, 120.0)[1] for _ in range(3))


def _coqc(script: str, limit: float) -> tuple[bool, float]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "goal.v").write_text(script, encoding="utf-8")
        start = perf_counter()
        run = subprocess.Popen(["coqc", "-q", "goal.v"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
        try:
            done = run.wait(timeout=limit) == 0
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            done = False
        return done, perf_counter() - start


def coq_script(problem: Problem) -> str:
    """A goal and attempts at it; strict hypotheses are weakened, which the tactic cannot tell apart."""
    goal, hyps = parts(problem)
    free = names(goal, *hyps)
    claims = [f"({coq_relation(h, weak=True)})" for h in hyps] + [coq_relation(goal)]
    text = " -> ".join(claims)
    if free:
        text = f"forall {' '.join(f'v_{n}' for n in free)} : R, {text}"
    defined = {h.lhs.id for h in hyps if h.op == "=" and isinstance(h.lhs, ast.Name)}
    tactics = coq_tactics(goal, [n for n in free if n not in defined])
    return f"{COQ_HEAD}Goal {text}.\nProof.\nintros; subst.\n{tactics}\nQed.\n"


def coq_tactics(goal: Relation, free: list[str]) -> str:
    """The tactic alone; with bisection, derivatives and Taylor models; the same for the difference; then deeper."""
    split = ", ".join(f"i_bisect v_{n}" for n in free)
    options = [split] if free else ["i_prec 200"]
    options += [f"i_bisect v_{n}, {way} v_{n}" for n in free for way in ("i_autodiff", "i_taylor")]
    options += [f"{split}, i_autodiff v_{free[0]}"] if len(free) > 1 else []
    plain = ["interval", *(f"interval with ({o})" for o in options)]
    minus = f"apply {'Rminus_lt' if goal.op == '<' else 'Rminus_le'}"
    deeper = [f"interval with ({o}, i_depth 30)" for o in options[1:] if free]
    return f"first [ {' | '.join([*plain, *(f'({minus}; {c})' for c in plain[1:]), *deeper])} ]."


def coq_relation(relation: Relation, weak: bool = False) -> str:
    """One relation."""
    op = "<=" if weak and relation.op == "<" else relation.op
    return f"{coq_term(relation.lhs)} {op} {coq_term(relation.rhs)}"


def coq_term(node: Formula) -> str:
    """One formula; integers stay integers, so that 1/3 is a quotient of reals."""
    match node:
        case ast.Constant(value=int(number)):
            return str(number)
        case ast.Name(id="pi"):
            return "PI"
        case ast.Name(id="E"):
            return "(exp 1)"
        case ast.Name(id=name):
            return f"v_{name}"
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"(- {coq_term(inner)})"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _coq_power(coq_term(left), whole(right), coq_term(right))
        case ast.BinOp(left=left, op=op, right=right):
            sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(op)]
            return f"({coq_term(left)} {sign} {coq_term(right)})"
        case ast.Call(func=ast.Name(id=name), args=args):
            return _coq_call(name, [coq_term(a) for a in args])
    raise Unsupported(ast.unparse(node))


def _coq_power(base: str, power: Fraction | None, shown: str) -> str:
    if power is not None and power.denominator <= 2:
        root = base if power.denominator == 1 else f"(sqrt {base})"
        body = f"({root} ^ {abs(power.numerator)})"
        return body if power >= 0 else f"(/ {body})"
    return f"(exp ({shown} * ln {base}))"


def _coq_call(name: str, args: list[str]) -> str:
    x, y = args[0], args[-1]
    match name:
        case "exp" | "sqrt":
            return f"({name} {x})"
        case "log":
            return f"(ln {x})"
        case "abs":
            return f"(Rabs {x})"
        case "Max" | "Min":
            return f"(({x} + {y} {'+' if name == 'Max' else '-'} Rabs ({x} - {y})) / 2)"
        case "sinh" | "cosh":
            return f"((exp {x} {'-' if name == 'sinh' else '+'} exp (- {x})) / 2)"
        case "tanh":
            return f"(1 - 2 / (exp (2 * {x}) + 1))"
    raise Unsupported(name)


# --- the list ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peer:
    """A tool: how to ask it, and how to see whether it is there."""

    name: str
    ask: Callable[[Problem, float], Answer]
    present: Callable[[], bool]


def _module(name: str, ask: Ask) -> Peer:
    def load_and_ask(problem: Problem, budget: float) -> Answer:
        importlib.import_module(name)  # in the parent, once: loading is not counted
        return asked(ask, problem, budget)

    return Peer(name, load_and_ask, lambda: importlib.util.find_spec(name) is not None)


PEERS = {peer.name: peer for peer in (
    _module("z3", ask_z3), _module("cvc5", ask_cvc5), _module("sympy", ask_sympy),
    Peer("coq", ask_coq, lambda: shutil.which("coqc") is not None),
)}
OURS = _module("proofcheck.decide", ask_proofcheck)
