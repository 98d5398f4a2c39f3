"""The paper: Cao, Liang, Shi, Song, "Exploring the Frontiers of Softmax" (arXiv:2405.03251), claim by claim.

One module per statement or tight group, in the paper's order and named as the paper names them.  Line numbers
refer to the plain text of the arXiv version; statements are in our own words and formulas.
"""

from __future__ import annotations

from lemmas import (
    certify,
    claim_3_4,
    claim_g_1,
    claims_e_5_to_7,
    def_3_6,
    def_3_7,
    def_4_1,
    def_f_1,
    diffusion,
    eq_1,
    eq_2,
    eq_27,
    facts_a,
    instances,
    lemma_5,
    lemma_a_9,
    lemma_b_1,
    lemma_b_2,
    lemma_c,
    lemma_d,
    lemma_e_1,
    lemma_e_2,
    lemma_e_3,
    lemma_e_4,
    regimes,
    report,
    section_6,
    table_1,
    theorem_r,
    theorem_r_gap,
    theorem_r_induction,
    theorem_r_line,
    theorem_r_linear,
    theorem_r_path,
    theorem_r_softmax,
    theorem_r_steps,
    theorem_r_time,
    thm_4_2,
    thm_f_2,
    thm_f_2_bounds,
    thm_f_2_coupling,
    thm_g_2,
)
from numerics import sweep
from proofcheck.claims import Paper, Sweep

paper = Paper("softmax-ntk", "Exploring the Frontiers of Softmax: Provable Optimization, Applications in Diffusion Model, "
              "and Beyond", "arXiv:2405.03251", instances=instances.default, gd=instances.gd,
              regime=regimes.regime, stored=instances.stored,
              sweep=Sweep(sweep.grid, sweep.measure, sweep.COLUMNS), reporting=report.reporting,
              certifying=certify.certifying)
for module in (eq_1, eq_2, claim_3_4, def_3_6, def_3_7, def_4_1, facts_a, lemma_a_9, lemma_b_1, lemma_b_2, lemma_c,
               lemma_d, lemma_e_1, lemma_e_2, lemma_e_3, lemma_e_4, claims_e_5_to_7, thm_4_2, theorem_r, theorem_r_steps,
               theorem_r_line, theorem_r_path, theorem_r_linear, theorem_r_softmax, theorem_r_induction, theorem_r_time,
               theorem_r_gap, table_1, lemma_5, def_f_1, thm_f_2, thm_f_2_bounds, thm_f_2_coupling, diffusion, section_6,
               claim_g_1, thm_g_2, eq_27):
    paper.add(*module.claims)
paper.check_graph()
