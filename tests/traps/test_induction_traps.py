"""Induction over time: each way to bend the rule would give a false theorem, and each is refused."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from proofcheck.kernel import rules
from proofcheck.kernel.certificate import BadCertificate, certify, replay
from proofcheck.kernel.point import NoCounterexample, Point, refute
from proofcheck.kernel.terms import Array, Diff, Index, Rel, Sum, Var, define, eq, expr, free_indices
from proofcheck.kernel.theorem import RuleError, Theorem

T, m = Var("T", True), Var("m", True)
t, s, e = (Index(name, T) for name in ("t", "s", "e"))
i, j = Index("i", m), Index("j", m)
p, q, p2, q2 = (Var(name) for name in ("p", "q", "p2", "q2"))
link, clock = Array("link", (s, t)), Array("clock", (t,))
before, after, before2, after2 = (Array(name, (t,)) for name in ("before", "after", "before2", "after2"))
heights = Array("heights", (e,))
NIL, ONE = expr(0), expr(1)
STATE = ((p, q, NIL, before, after),)
GROWS = eq(q, p + 1)
ABOVE: Rel = 0 <= p


def given(rel: Rel) -> Theorem:
    return rules.assume(hyp=rel)


def rises(*hyps: Rel) -> Theorem:
    """0 <= p and q = p + 1 give 0 <= q."""
    return rules.combine(given(ABOVE), given(GROWS), rules.sign(term=ONE), goal=0 <= q,
                         factors=(ONE, -ONE, ONE), hyps=hyps)


def over_time(*steps: Theorem, invariants: tuple[Rel, ...] = (ABOVE,), relations: tuple[Rel, ...] = (GROWS,),
              outcome: Theorem | None = None, state: Any = STATE, **changed: Any) -> Theorem:
    """What the steps keep; by default it is the first invariant that is concluded."""
    data = {"link": link, "clock": clock, "earlier": s, "time": t} | changed
    last = given(invariants[0]) if outcome is None else outcome
    return rules.induct(*steps, last, invariants=invariants, relations=relations, state=state, **data)


def ladder(length: int, value: Callable[[int], int]) -> Point:
    """A run of this length whose state after k steps is value(k)."""
    rows = [[int(b == a + 1) for b in range(length)] for a in range(length)]
    return Point({"T": Fraction(length)}, {"link": rows, "clock": list(range(length)),
                                           "before": [value(k) for k in range(length)],
                                           "after": [value(k + 1) for k in range(length)]})


def test_the_rule_says_what_it_should() -> None:
    found = over_time(rises())
    assert found.concl == (0 <= before[t])
    assert sorted(map(repr, found.hyps)) == [
        "(1 + (-1)*Sum(link[s, t], (s, 1, T)))*(before[t] + 0) == 0", "0 <= 0", "after[t] == before[t] + 1",
        "link[s, t]*(before[t] + (-1)*after[s]) == 0",
        "link[s, t]*(clock[t] + (-1)*clock[s] + (-1)) == 0"]


def test_a_real_run_satisfies_the_hypotheses() -> None:
    """They do not contradict each other: a bound that fails on a run is refuted on it."""
    hyps = tuple(over_time(rises()).hyps)
    assert refute(hyps, before[t] <= 3, ladder(6, lambda k: k), 64).at == {"t": 5}
    with pytest.raises(NoCounterexample):
        refute(hyps, 0 <= before[t], ladder(6, lambda k: k), 64)
    with pytest.raises(NoCounterexample, match="hypothesis"):
        refute(hyps, 0 <= before[t], ladder(6, lambda k: -k), 64)


def test_a_step_that_comes_before_itself_is_no_run() -> None:
    """Without the clock, before = after = anything with link = 1 would pass for a run that never started."""
    still = rules.combine(given(p <= 0), given(eq(q, p)), goal=q <= 0, factors=(ONE, ONE))
    found = over_time(still, invariants=(p <= 0,), relations=(eq(q, p),))
    loop = Point({"T": Fraction(1)}, {"link": [[1]], "clock": [0], "before": [7], "after": [7]})
    with pytest.raises(NoCounterexample, match="clock"):
        refute(tuple(found.hyps), found.concl, loop, 64)


def test_what_is_concluded_may_be_about_a_step() -> None:
    """after[t] = before[t] + 1 >= 1."""
    risen = rules.combine(given(ABOVE), given(GROWS), goal=1 <= q, factors=(ONE, -ONE))
    found = over_time(rises(), outcome=risen)
    assert found.concl == (1 <= after[t]) and found.hyps == over_time(rises()).hyps
    assert refute(tuple(found.hyps), 2 <= after[t], ladder(3, lambda k: k), 64).at == {"t": 1}


def test_bound_indices_do_not_capture_time() -> None:
    least: Rel = Sum(t, heights[t] * p) <= 1
    step = rules.monotone(given(eq(q, p)), template=Sum(t, heights[t] * Var("hole")), hole=Var("hole"))
    found = over_time(rules.transitive(step, given(least)), invariants=(least,), relations=(eq(q, p),))
    assert repr(found.concl) == "Sum(heights[t1]*before[t], (t1, 1, T)) <= 1"
    assert free_indices(found.concl) == {t}


def test_arrays_are_states_too() -> None:
    old, new, start = Array("u", (i,)), Array("v", (i,)), Array("u0", (j,))
    series = tuple(Array(name, (i, t)) for name in ("before_u", "after_u"))
    step = rules.transitive(given(eq(new[i], old[i])), given(old[i] <= 5))
    found = over_time(step, invariants=(old[i] <= 5,), relations=(eq(new[i], old[i]),),
                      state=((old, new, start[i], *series),))
    assert repr(found.concl) == "before_u[i, t] <= 5"
    assert (start[i] <= 5) in found.hyps and eq(series[1][i, t], series[0][i, t]) in found.hyps


LOW: Rel = p <= 5
hidden, hidden_step = define("hidden", (), p), define("hidden_step", (), q)


def short_step(hyp: Rel) -> Theorem:
    """p <= 4 and q = p + 1 give q <= 5."""
    return rules.combine(given(hyp), given(GROWS), goal=q <= 5, factors=(ONE, ONE))


def two_parts(**changed: Any) -> Theorem:
    """p <= p2 stays true when both stand still."""
    rest = eq(q, p), eq(q2, p2)
    step = rules.combine(given(p <= p2), given(rest[0]), given(rest[1]), goal=q <= q2, factors=(ONE, ONE, -ONE))
    state = ((p, q, changed.get("start", NIL), before, after), (p2, q2, NIL, before2, after2))
    return over_time(step, invariants=(p <= p2,), relations=rest, state=changed.get("state", state))


def reached() -> Theorem:
    """heights <= q at every time gives that."""
    return rules.specialize(given(heights[t] <= q), indices={t: e})


def reached_by(index: Index) -> Theorem:
    """As above, with the time of the relation free in it."""
    found = rules.specialize(given(heights[index] <= q), indices={index: e})
    return over_time(found, invariants=(heights[e] <= p,), relations=(heights[index] <= q,))


array_old, array_new = Array("u", (i,)), Array("v", (i,))
by_array = tuple(Array(name, (i, t)) for name in ("before_u", "after_u"))


def squared() -> Theorem:
    """The derivative of what is part of the state."""
    slope = eq(q, Diff(p**2, p))
    step = rules.combine(given(ABOVE), given(slope), goal=0 <= q, factors=(expr(2), -ONE))
    return over_time(step, relations=(slope,))


ATTACKS: dict[str, Callable[[], Any]] = {
    "the old state in a hypothesis beside": lambda: over_time(short_step(p <= 4), invariants=(LOW,)),
    "the new state in a hypothesis beside": lambda: over_time(given(q <= 5), invariants=(LOW,)),
    "the old state inside a definition beside": lambda: over_time(
        rules.restate(short_step(p <= 4), hyps=(hidden[()] <= 4, GROWS), concl=q <= 5), invariants=(LOW,)),
    "the new state inside a definition beside": lambda: over_time(
        rules.restate(given(q <= 5), hyps=(hidden_step[()] <= 5,), concl=q <= 5), invariants=(LOW,)),
    "the state inside a definition of a relation": lambda: over_time(
        rules.restate(rises(), hyps=(ABOVE, eq(q, hidden[()] + 1)), concl=0 <= q), relations=(eq(q, hidden[()] + 1),)),
    "the state inside a definition of an invariant": lambda: over_time(
        rules.restate(rises(), hyps=(hidden[()] >= 0, GROWS), concl=0 <= q), invariants=(hidden[()] >= 0,)),
    "time free in a relation": lambda: reached_by(t),
    "the earlier time free in a relation": lambda: reached_by(s),
    "time free in an invariant": lambda: over_time(reached(), invariants=(heights[t] <= p,), relations=(heights[t] <= q,)),
    "one index for both times": lambda: over_time(rises(), earlier=t),
    "a start that is another part of the state": lambda: two_parts(start=p2),
    "a start that is the next state": lambda: two_parts(start=q),
    "a start with a loose index": lambda: over_time(rises(), state=((p, q, array_old[i], before, after),)),
    "an invariant with the next state": lambda: over_time(
        rules.combine(rules.sign(term=ONE), goal=q <= q + 1, factors=(ONE,)), invariants=(q <= p + 1,), relations=()),
    "no step": lambda: over_time(),
    "one step for two invariants": lambda: over_time(rises(), invariants=(ABOVE, LOW)),
    "two steps for one invariant": lambda: over_time(rises(), rises()),
    "steps in the wrong order": lambda: over_time(rises(), rises(), invariants=(ABOVE, LOW)),
    "a step that says something else": lambda: over_time(rules.relax(given(GROWS)), invariants=(LOW,)),
    "a step that stays at the old state": lambda: over_time(given(ABOVE)),
    "a conclusion from the old state beside": lambda: over_time(rises(), outcome=given(p <= 4)),
    "a conclusion from the new state beside": lambda: over_time(rises(), outcome=given(q <= 4)),
    "a conclusion from another relation": lambda: over_time(rises(), outcome=given(eq(q, p + 2))),
    "a conclusion from the next invariant": lambda: over_time(
        rules.weaken(rises(), hyps=(LOW,)), short_step(p <= 4), invariants=(ABOVE, LOW), outcome=given(q <= 5)),
    "a conclusion that hides the state": lambda: over_time(
        rises(), outcome=rules.restate(given(ABOVE), hyps=(ABOVE,), concl=hidden[()] >= 0)),
    "time free in the conclusion": lambda: over_time(
        rules.combine(given(GROWS), given(ABOVE), rules.sign(term=ONE), goal=0 <= q, factors=(-ONE, ONE, ONE)),
        outcome=rules.combine(given(ABOVE), rules.sign(term=heights[t]**2), goal=0 <= p + heights[t]**2,
                              factors=(ONE, ONE))),
    "a part of the state twice": lambda: two_parts(state=((p, q, NIL, before, after), (p, q2, NIL, before2, after2))),
    "the next state is the state": lambda: over_time(given(ABOVE), state=((p, p, NIL, before, after),)),
    "one sequence twice": lambda: over_time(rises(), state=((p, q, NIL, before, before),)),
    "the clock is a sequence": lambda: over_time(rises(), clock=before),
    "a link over something else": lambda: over_time(rises(), link=Array("link", (i, t))),
    "a clock over something else": lambda: over_time(rises(), clock=Array("clock", (i,))),
    "times over two dimensions": lambda: over_time(rises(), earlier=i),
    "a sequence without time": lambda: over_time(rises(), state=((p, q, NIL, Array("before", (i,)), after),)),
    "a sequence of another shape": lambda: over_time(rises(), state=((p, q, NIL, by_array[0], by_array[1]),)),
    "a sequence that is an abbreviation": lambda: over_time(rises(), state=((p, q, NIL, define("b", (t,), NIL), after),)),
    "a state that is a dimension": lambda: over_time(rises(), state=((m, q, NIL, before, after),)),
    "a state that is an abbreviation": lambda: over_time(rises(), state=((hidden, hidden_step, NIL, before, after),)),
    "a state of two shapes": lambda: over_time(rises(), state=((p, array_new, NIL, before, after),)),
    "a derivative with respect to the state": squared,
    "time is an index of the state": lambda: over_time(
        rules.transitive(given(eq(heights[e], clock[e])), given(clock[e] <= 5)), invariants=(clock[e] <= 5,),
        relations=(eq(heights[e], clock[e]),), time=e, clock=Array("hour", (e,)), link=Array("link", (s, e)),
        state=((clock, heights, NIL, Array("b", (t, e)), Array("a", (t, e))),)),
}


@pytest.mark.parametrize("attempt", ATTACKS.values(), ids=ATTACKS)
def test_attack_is_refused(attempt: Callable[[], Any]) -> None:
    with pytest.raises(RuleError, match=r"^induct:"):
        attempt()


def ended(rel: Rel, **data: Any) -> Theorem:
    return rules.restate(given(rel), **data)


RESTATED: dict[str, Callable[[], Any]] = {
    "another relation": lambda: ended(LOW, hyps=(LOW,), concl=p <= 4),
    "another operation": lambda: ended(eq(p, 5), hyps=(eq(p, 5),), concl=LOW),
    "a hypothesis lost": lambda: ended(LOW, hyps=(), concl=LOW),
    "a weaker hypothesis": lambda: ended(LOW, hyps=(p <= 6,), concl=LOW),
    "another definition": lambda: ended(hidden[()] <= 5, hyps=(hidden[()] <= 5,), concl=hidden_step[()] <= 5),
    "another index": lambda: ended(array_old[i] <= 5, hyps=(array_old[i] <= 5,), concl=array_old[j] <= 5),
    "one index for two": lambda: ended(Array("d", (i, j))[i, j] <= 5, hyps=(Array("d", (i, j))[i, i] <= 5,),
                                       concl=Array("d", (i, j))[i, j] <= 5),
    "an index captured by a sum": lambda: ended(
        Sum(i, define("c", (j,), Sum(i, array_old[j]))[i]) <= 5, concl=Sum(i, Sum(i, array_old[i])) <= 5,
        hyps=(Sum(i, define("c", (j,), Sum(i, array_old[j]))[i]) <= 5,)),
}


@pytest.mark.parametrize("attempt", RESTATED.values(), ids=RESTATED)
def test_only_definitions_are_written_out(attempt: Callable[[], Any]) -> None:
    with pytest.raises(RuleError, match=r"^restate:"):
        attempt()


def broken(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    data = certify(over_time(rises()))
    change(data["steps"][-1][1])
    return data


def test_the_certificate_is_replayed() -> None:
    made = over_time(rises())
    again = replay(certify(made))
    assert (again.hyps, again.concl) == (made.hyps, made.concl)


@pytest.mark.parametrize("change", [
    lambda data: data.update(goal={"rel": "1 <= p"}),
    lambda data: data.update(invariants={"tuple": [{"rel": "1 <= p"}]}),
    lambda data: data.update(invariants={"tuple": []}),
    lambda data: data.update(relations={"tuple": [{"rel": "q == p"}]}),
    lambda data: data.update(relations={"tuple": []}),
    lambda data: data.update(earlier=data["time"]),
    lambda data: data.update(state={"tuple": []}),
    lambda data: data.pop("clock"),
])
def test_a_broken_certificate_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    with pytest.raises(BadCertificate):
        replay(broken(change))
