"""The ways to reduce a scalar goal to easier ones, cheap ones first.  Each yields trees, or None where it failed."""

from proofcheck.prove.moves.coupled import changes, ranges
from proofcheck.prove.moves.cuts import cuts
from proofcheck.prove.moves.kinks import kinks
from proofcheck.prove.moves.numeric import numeric
from proofcheck.prove.moves.polynomial import polynomials
from proofcheck.prove.moves.rewriting import denominators, general_powers, rewriting
from proofcheck.prove.moves.scaling import content_out, dominating
from proofcheck.prove.moves.slopes import slopes
from proofcheck.prove.moves.substitutions import substitutions
from proofcheck.prove.search import Move

MOVES: tuple[Move, ...] = (numeric, ranges, kinks, general_powers, content_out, dominating, denominators, polynomials,
                          changes, slopes, rewriting, substitutions, cuts)
