"""Runs inside the regime of a theorem: hypotheses and conclusions as inequalities that balls decide.

Two regimes. "paper" is Theorem 4.2 (line 178) with every constant hidden in its Omega equal to 1, and the bounds of
Appendices C to E that its proof goes through. "repaired" is a theorem with far weaker hypotheses:

    if (A) m lambda >= 7 rho sqrt(nd) ||Y||_F and (B) 0 < eta <= 1/(12 m Lambda), then for all tau
    1. ||F(tau+1) - Y||^2 <= (1 - m eta lambda/2) ||F(tau) - Y||^2,
    2. the path sum_s ||W(s+1) - W(s)||_F <= R* = 1.39 ||Y||_F / sqrt(m lambda),
    3. lambda_min(H(tau)) >= (2/7) lambda,
    4. ||w_r(tau) - w_r(0)|| <= 4 (1 + R*) e^(2 R*) rho sqrt(nd) ||Y||_F / (m lambda).

Here lambda and Lambda are the extreme eigenvalues of H(0), rho = m max S(0), and d counts the outputs. Nothing here
relies on a theorem: both sides of every inequality are computed on the instance.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, final

import numpy as np
from flint import arb

from numerics.arithmetic import Arithmetic, Array, Ball, exact
from numerics.compressed import MOST_DRAWN, SoftmaxNet, axis_points, grid_size, grid_symmetric_net, with_data
from numerics.init import symmetric_net
from numerics.rigorous import StepRecord, working_bits
from numerics.spectrum import enclose_spectrum

C_OF_B = 11
"""The constant C > 10 of Definition 4.1, line 172."""
REPAIRED_SIGMA = 0.1
IDENTITY_TOLERANCE = Fraction(1, 10**60)
FIRST_BITS = 256
MARGIN = 1.05
ATTEMPTS = 12
FIRST_WIDTH = {"paper": 10**6, "repaired": 16}
WRITTEN_OUT, MOST_WRITTEN_OUT = 2**12, 2**15


@dataclass(frozen=True)
class Inequality:
    """left <= right (strictly, if `strict`), where a statement of the paper or of a repair asks for it."""

    id: str
    words: str
    left: arb
    right: arb
    strict: bool = False

    @property
    def holds(self) -> bool | None:
        """True or False where the balls prove it; None where they overlap."""
        if self.left < self.right or (not self.strict and self.left <= self.right):
            return True
        return False if self.left > self.right or (self.strict and self.left >= self.right) else None


@dataclass(frozen=True, eq=False)
class Regime(ABC):
    """A net at W(0) with balls, drawn with `sigma`, and what its theorem asks for and says. Subclasses are final.

    `norms` are the largest ||x_i||^2 and ||y_i||^2 where they are known exactly: balls cannot tell 1 from above 1.

    Raises ValueError unless the net has balls and lambda_min(H(0)) is certainly positive.
    """

    name: ClassVar[str]
    net: SoftmaxNet
    sigma: float
    delta: Fraction = Fraction(1, 20)
    step_size: arb | None = None
    norms: tuple[Fraction, Fraction] | None = None

    def __post_init__(self) -> None:
        if not self.lam > 0:
            raise ValueError(
                f"lambda_min(H(0)) = {self.lam.str(5)} is not certainly > 0, so the theorem says nothing here; "
                "points that are zero or coincide, and outputs with equal signs, make it 0"
            )
        if self.step_size is not None and not self.step_size > 0:
            raise ValueError(f"eta = {self.step_size.str(5)} is not allowed; the step size must be > 0")

    @property
    def ball(self) -> Ball:
        """The arithmetic of the net."""
        if not isinstance(self.net.arithmetic, Ball):
            raise ValueError(f"a net of balls is needed, not {self.net.arithmetic.name}")
        return self.net.arithmetic

    @property
    def nd(self) -> int:
        """n times the number of outputs."""
        return self.net.n * self.net.d2

    @cached_property
    def spectrum(self) -> tuple[arb, arb]:
        """lambda and Lambda, the extreme eigenvalues of H(0)."""
        return enclose_spectrum(self.net.gram_matrix, self.ball)

    @property
    def lam(self) -> arb:
        """lambda = lambda_min(H(0)), line 154."""
        return self.spectrum[0]

    @cached_property
    def rho(self) -> arb:
        """m times the largest softmax entry at W(0)."""
        with self.ball.working():
            rho: arb = self.net.m * self.ball.max(self.net.S)
            return rho

    @cached_property
    def reach(self) -> arb:
        """The largest |<w_r(0), x_i>|."""
        reach: arb = self.ball.max(self.ball.abs(self.net.logits))
        return reach

    @cached_property
    def target(self) -> arb:
        """||Y||_F."""
        with self.ball.working():
            norm: arb = self.ball.sum(self.net.y * self.net.y).sqrt()
            return norm

    @cached_property
    def start(self) -> arb:
        """||F(0) - Y||_F."""
        with self.ball.working():
            norm: arb = (2 * self.net.loss).sqrt()
            return norm

    @property
    @abstractmethod
    def eta(self) -> arb:
        """The step size: the given one, or the one that the theorem names."""

    @property
    def rate(self) -> arb:
        """m eta lambda."""
        with self.ball.working():
            return self.net.m * self.eta * self.lam

    @abstractmethod
    def needed_width(self) -> arb:
        """The least m that the theorem allows on this instance."""

    @abstractmethod
    def _asked(self) -> Iterator[Inequality]:
        """The hypotheses that are the theorem's own."""

    @abstractmethod
    def _said(self, step: StepRecord) -> Iterator[Inequality]:
        """The conclusions for one step."""

    def hypotheses(self) -> tuple[Inequality, ...]:
        """What must hold at W(0)."""
        with self.ball.working():
            points, targets = map(self.ball.number, self.norms or map(self._largest_square, (self.net.x, self.net.y)))
            return (
                Inequality("data", "||x_i||^2 <= 1 for all i", points, arb(1)),
                Inequality("targets", "||y_i||^2 <= 1 for all i", targets, arb(1)),
                Inequality("lambda", "0 < lambda", arb(0), self.lam, strict=True),
                *self._asked(),
            )

    def _largest_square(self, columns: Array) -> arb:
        largest: arb = self.ball.max(self.ball.sum(columns * columns, axis=0))
        return largest

    def conclusions(self, step: StepRecord) -> tuple[Inequality, ...]:
        """What is claimed of this step, and the identity of Lemma E.1 to 60 digits."""
        with self.ball.working():
            shrunk = (1 - self.rate / 2) * step.before
            tolerance = self.ball.number(IDENTITY_TOLERANCE)
            return (
                Inequality("lemma.E.1", "|loss(tau+1) - loss(tau) - C0 - C1 - C2 - C3| <= 10^-60",
                           abs(step.defect), tolerance),
                Inequality("lemma.E.2", "||F(tau+1) - Y||^2 <= (1 - m eta lambda/2) ||F(tau) - Y||^2",
                           step.after, shrunk),
                *self._said(step),
            )


@final
@dataclass(frozen=True, eq=False)
class PaperRegime(Regime):
    """Theorem 4.2, line 178, and the bounds of its proof: Lemma C.2, Appendices D and E."""

    name: ClassVar[str] = "paper"

    @property
    def eta(self) -> arb:
        """0.1 lambda / (m n^2 d^2 e^(16B)); there is no choice."""
        with self.ball.working():
            return self.lam / (10 * self.net.m * self.nd**2 * (16 * self.B).exp())

    def needed_width(self) -> arb:
        """lambda^-2 n^2 d^2 e^(18B) log^2(nd/delta), lines 180 and 1157."""
        with self.ball.working():
            logarithm = self.ball.number(self.nd / self.delta).log()
            return (self.nd * logarithm / self.lam) ** 2 * (18 * self.B).exp()

    @cached_property
    def B(self) -> arb:
        """max(C sigma sqrt(log(nd/delta)), 1) with C = 11, Definition 4.1, line 172."""
        with self.ball.working():
            logarithm = self.ball.number(self.nd / self.delta).log()
            bound: arb = (C_OF_B * self.ball.number(self.sigma) * logarithm.sqrt()).max(arb(1))
            return bound

    @cached_property
    def R(self) -> arb:
        """lambda / (2 n d e^(10B)), line 1161."""
        with self.ball.working():
            return self.lam / (2 * self.nd * (10 * self.B).exp())

    @cached_property
    def D(self) -> arb:
        """4 e^(3B) sqrt(nd) ||F(0) - Y||_F / (m lambda), Definition A.2, line 542."""
        with self.ball.working():
            return 4 * (3 * self.B).exp() * arb(self.nd).sqrt() * self.start / (self.net.m * self.lam)

    def _asked(self) -> Iterator[Inequality]:
        yield Inequality("event", "|<w_r(0), x_i>| <= B for all r and i", self.reach, self.B)
        yield Inequality("width", "lambda^-2 n^2 d^2 e^(18B) log^2(nd/delta) <= m", self.needed_width(), arb(self.net.m))
        yield Inequality("D < R", "D < R = lambda/(2nd e^(10B))", self.D, self.R, strict=True)

    def _said(self, step: StepRecord) -> Iterator[Inequality]:
        rate, m, error = self.rate, self.net.m, step.before
        scale = (m * self.eta * self.nd) ** 2
        yield Inequality("lemma.C.2", "||w_r(tau+1) - w_r(0)|| <= D", step.motion, self.D)
        yield Inequality("lemma.D.1", "||Delta w_r(tau)|| <= e^(3B) sqrt(nd) ||F(tau) - Y||_F", step.pull,
                         (3 * self.B).exp() * (self.nd * error).sqrt())
        yield Inequality("lemma.D.2", "eta ||Delta w_r(tau)|| <= 0.01", self.eta * step.pull, arb(1) / 100)
        yield Inequality("lemma.E.3", "|C0| <= 0.1 m eta lambda ||F - Y||^2", abs(step.C0), rate / 10 * error)
        yield Inequality("lemma.E.4", "C1 <= -1.6 m eta e^T H(tau) e", step.C1, -m * self.eta * step.energy * 8 / 5)
        yield Inequality("claim.E.5", "C1 <= -m eta lambda/2 ||F - Y||^2", step.C1, -rate / 2 * error)
        yield Inequality("claim.E.5", "lambda/2 <= lambda_min(H(tau+1))", self.lam / 2, step.lambda_min)
        yield Inequality("claim.E.6", "C2 <= 2 m eta^2 n^2 d^2 e^(9B) ||F - Y||^2", step.C2,
                         2 * scale / m * (9 * self.B).exp() * error)
        yield Inequality("claim.E.7", "C3 <= eta^2 m^2 n^2 d^2 e^(16B) ||F - Y||^2", step.C3,
                         scale * (16 * self.B).exp() * error)


@final
@dataclass(frozen=True, eq=False)
class RepairedRegime(Regime):
    """Hypotheses (A) and (B) and the four conclusions of the repaired theorem at the head of this module."""

    name: ClassVar[str] = "repaired"

    @property
    def eta(self) -> arb:
        """The given step size, or the largest one allowed, a hair below 1 / (12 m Lambda)."""
        if self.step_size is not None:
            return self.step_size
        with self.ball.working():
            return (1 / (12 * self.net.m * self.spectrum[1])).lower()

    def needed_width(self) -> arb:
        """7 rho sqrt(nd) ||Y||_F / lambda."""
        with self.ball.working():
            return 7 * self.rho * arb(self.nd).sqrt() * self.target / self.lam

    @cached_property
    def path_bound(self) -> arb:
        """R* = 1.39 ||Y||_F / sqrt(m lambda)."""
        with self.ball.working():
            return 139 * self.target / (self.net.m * self.lam).sqrt() / 100

    def _asked(self) -> Iterator[Inequality]:
        yield Inequality("A", "7 rho sqrt(nd) ||Y||_F <= m lambda", self.needed_width() * self.lam, self.net.m * self.lam)
        yield Inequality("B", "eta <= 1/(12 m Lambda)", self.eta, 1 / (12 * self.net.m * self.spectrum[1]))

    def _said(self, step: StepRecord) -> Iterator[Inequality]:
        roam = self.path_bound
        far = 4 * (1 + roam) * (2 * roam).exp() * self.needed_width() / (7 * self.net.m)
        yield Inequality("path", "sum of ||W(s+1) - W(s)||_F for s <= tau, at most R*", step.path, roam)
        yield Inequality("kernel", "2/7 lambda <= lambda_min(H(tau+1))", 2 * self.lam / 7, step.lambda_min)
        yield Inequality("motion", "||w_r(tau+1) - w_r(0)|| <= 4 (1 + R*) e^(2R*) rho sqrt(nd) ||Y||_F/(m lambda)",
                         step.motion, far)


REGIMES: dict[str, type[PaperRegime] | type[RepairedRegime]] = {kind.name: kind for kind in (PaperRegime, RepairedRegime)}


def enter(
    kind: str,
    n: int,
    d: int,
    m: int | None = None,
    sigma: float | None = None,
    delta: Any = "0.05",
    eta: Any = None,
    seed: int = 0,
    steps: int = 10,
    bits: int | None = None,
    data: tuple[Any, Any] | None = None,
) -> Regime:
    """A net with symmetric weights on which every hypothesis of the regime is certified.

    Its data are random, or `data`: x (d, n) and y (d, n). What is not given is chosen: sigma so that the B of Definition
    4.1 is 1 ("paper") or 0.1 ("repaired"), the least m with a margin, the step size of the theorem, bits for `steps`
    steps. The net of "paper", and one of "repaired" with
    thousands of neurons, is on a grid and held by multiplicity (`grid_symmetric_net`).
    Raises ValueError for input that is not allowed and for hypotheses that fail or cannot be certified.
    """
    regime, chance = REGIMES.get(kind), _probability(delta)
    if regime is None:
        raise ValueError(f"regime {kind!r} is not known; allowed: {', '.join(REGIMES)}")
    if regime is PaperRegime and eta is not None:
        raise ValueError("the regime of the paper fixes the step size; do not give one")
    if not isinstance(steps, int) or steps < 0:
        raise ValueError(f"steps = {steps!r} is not allowed; steps must be a whole number >= 0")
    maker = _Maker(regime, n, d, _sigma(regime, n * d, chance, sigma), chance, seed, data)
    rough = maker.made(_width(maker) if m is None else m, Ball(bits or FIRST_BITS), eta)
    if bits is not None:
        return _certified(rough)
    with rough.ball.working():
        enough = working_bits(steps, float((rough.net.m * rough.eta * rough.spectrum[1]).mid()))
    return _certified(maker.made(rough.net.m, Ball(enough), eta))


@final
@dataclass(frozen=True)
class _Maker:
    """Makes nets that differ in their width only."""

    regime: type[PaperRegime] | type[RepairedRegime]
    n: int
    d: int
    sigma: float
    delta: Fraction
    seed: int
    data: tuple[Any, Any] | None

    @cached_property
    def norms(self) -> tuple[Fraction, Fraction] | None:
        """The exact largest squared norms of the given data."""
        if self.data is None:
            return None
        x, y = (max(sum(exact(t) ** 2 for t in column) for column in np.asarray(v, dtype=object).T) for v in self.data)
        return Fraction(x), Fraction(y)

    def made(self, m: int, kind: Ball, eta: Any = None) -> Regime:
        """The regime at width m."""
        step = None if eta is None else kind.number(eta)
        return self.regime(self.net(m, kind), self.sigma, self.delta, step, self.norms)

    def net(self, m: int, kind: Arithmetic) -> SoftmaxNet:
        """The net of width m."""
        plain = m <= max(WRITTEN_OUT, min(MOST_WRITTEN_OUT, grid_size(self.d, self.d, axis_points(self.d, self.d))))
        made = symmetric_net if self.regime is RepairedRegime and plain else grid_symmetric_net
        net = made(self.n, m, self.d, self.d, self.sigma, self.seed, kind)
        return net if self.data is None else with_data(net, *self.data)


def _probability(delta: Any) -> Fraction:
    try:
        chance = exact(delta)
    except ValueError:
        chance = Fraction(0)
    if not 0 < chance < 1:
        raise ValueError(f"delta = {delta} is not allowed; delta must be a number strictly between 0 and 1")
    return chance


def _sigma(regime: type[Regime], nd: int, delta: Fraction, given: float | None) -> float:
    if given is not None:
        return given
    if regime is RepairedRegime:
        return REPAIRED_SIGMA
    return (1 - 1e-12) / (C_OF_B * math.sqrt(math.log(max(nd, 1) / float(delta))))


def _width(maker: _Maker) -> int:
    """An even width at which the theorem applies: lambda, rho and B hardly depend on it, so a few looks suffice."""
    m = FIRST_WIDTH[maker.regime.name]
    for _ in range(ATTEMPTS):
        needed = maker.made(m, Ball(FIRST_BITS)).needed_width().upper()
        if needed <= m:
            return m
        m = 2 * math.ceil(MARGIN * float(needed) / 2)
        if m > MOST_DRAWN:
            break
    raise ValueError(f"no width up to 2^62 was found at which the theorem applies; it asks for about {float(m):.3g}")


def _certified(regime: Regime) -> Regime:
    for hypothesis in regime.hypotheses():
        if not hypothesis.holds:
            word = "is false" if hypothesis.holds is False else "is not certified"
            raise ValueError(
                f"the regime is not met: {hypothesis.words} {word} (left {hypothesis.left.str(6)}, "
                f"right {hypothesis.right.str(6)}, m = {regime.net.m}, needed is about {regime.needed_width().str(4)})"
            )
    return regime
