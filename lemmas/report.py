"""What the report of this paper shows besides the ledger: its notation, its main results, and pictures of runs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from numerics import Ball, PaperRegime, RepairedRegime, enter, recorded_descent, symmetric_net
from numerics.regime import C_OF_B
from proofcheck.claims import Curve, Picture, Reporting

NOTATION = {
    "E_v": r"\tilde{E}", "alpha_v": r"\tilde{\alpha}", "S_v": r"\tilde{S}", "F_v": r"\tilde{F}", "H_v": r"\tilde{H}",
    "e_v": r"\tilde{e}", "vS": r"\langle v_{#1,#2},S_{#3}\rangle", "vS_v": r"\langle v_{#1,#2},\tilde{S}_{#3}\rangle",
    "E_next": r"E^{+}", "alpha_next": r"\alpha^{+}", "S_next": r"S^{+}", "F_next": r"F^{+}", "w_next": r"w^{+}",
    "E_v_next": r"\tilde{E}^{+}", "alpha_v_next": r"\tilde{\alpha}^{+}", "loss_next": r"\mathrm{loss}^{+}",
    "v0": r"v_{0,#1,#2}", "v1": r"v_{1,#1,#2}", "v2": r"v_{2,#1,#2}", "Lam": r"\Lambda", "size_Y": r"\lVert Y\rVert_{F}",
    "F_tau": r"F_{#1,#2}(#3)", "F_plus": r"F_{#1,#2}(#3+1)", "H_tau": r"H_{#1,#2,#3,#4}(#5)",
    "H_plus": r"H_{#1,#2,#3,#4}(#5+1)", "W_plus": r"W_{#1,#2}(#3+1)", "path": r"\mathrm{path}(#1)",
    "path_plus": r"\mathrm{path}(#1+1)",
    "dw": r"\Delta w", "dw_v": r"\Delta\tilde{w}", "Delta_w": r"\overline{\Delta w}",
}
RUN = {"n": 4, "d": 2, "m": 512, "sigma": 1.0, "seed": 0, "steps": 20, "eta": None, "net": "softmax", "precision": "float64"}
STEPS, SEED, BITS = 40, 0, 128
DELTA = 0.05
OUTPUTS, WIDTH, MOST = 8, 512, 6


def pictures() -> Iterator[Picture]:
    """Loss against rates on a run inside the repaired regime; the widths that both regimes ask for."""
    yield loss()
    yield widths()


def loss() -> Picture:
    """The loss of one run whose hypotheses are certified, and what two rates allow."""
    entered = enter("repaired", 2, 2, seed=SEED, steps=STEPS)
    measured = [float(step.before) for step in recorded_descent(entered.net, entered.eta, STEPS, None)]
    rate, taus = float(entered.rate), list(range(len(measured)))
    caption = (f"Loss of a run in balls with n = d = 2, m = {entered.net.m}, m eta lambda = {rate:.3g} (seed {SEED}) beside "
               "the rate of Lemma E.2 for one step and the weaker one of Lemma C.3 for all steps. It is one run.")
    bounds = [[(1 - rate / k) ** tau * measured[0] for tau in taus] for k in (2, 4)]
    return Picture("loss", caption, "step", r"$\|F(\tau)-Y\|^2$", (
        Curve("measured", taus, measured), Curve(r"$(1-m\eta\lambda/2)^\tau$", taus, bounds[0], "lemma.E.2"),
        Curve(r"$(1-m\eta\lambda/4)^\tau$", taus, bounds[1], "lemma.C.3")), log="y")


def widths() -> Picture:
    """The least width that the printed theorem and its repair ask for, on the same nets."""
    sizes = list(range(1, MOST + 1))
    asked: list[list[float]] = [[], []]
    for n in sizes:
        sigma = (1 - 1e-12) / (C_OF_B * math.sqrt(math.log(n * OUTPUTS / DELTA)))
        net = symmetric_net(n, WIDTH, OUTPUTS, OUTPUTS, sigma, SEED, Ball(BITS))
        for found, regime in zip(asked, (PaperRegime, RepairedRegime), strict=True):
            found.append(float(regime(net, sigma).needed_width()))
    caption = ("Neurons that Theorem 4.2 asks for as printed (every hidden constant 1, B = 1) and in the repaired form, for "
               f"random data with d = {OUTPUTS} (seed {SEED}, lambda and softmax measured on a net with {WIDTH} neurons). "
               "The curves compare requirements; they say nothing about what holds below them.")
    return Picture("widths", caption, "data points n", "required width m", (
        Curve("as printed", sizes, asked[0], "thm.4.2"), Curve("repaired", sizes, asked[1], "theorem.R")), log="y")


reporting = Reporting(NOTATION, ("thm.4.2", "theorem.R", "thm.6.6"), pictures, RUN)
