"""A second checker for scalar inequalities, independent of the kernel: the standard library and python-flint only.

It reads goal and hypotheses from their text and walks the tree that the first engine found.  Nothing is shared with the
rest of the project: terms, normal form, derivative, interval arithmetic, root counting and the analysis of signs are
written again, with other orders, other precisions and other methods, so that an error must be made twice to pass.

Read ``terms``, ``normal``, ``intervals``, ``domains``, ``nodes``, ``check``, ``certificates``, ``bounds`` and ``answers``
in this order.
"""

from proofcheck.second.answers import check_answer, digest
from proofcheck.second.certificates import check_step
from proofcheck.second.check import check_point, check_proof
from proofcheck.second.terms import Refused

__all__ = ["Refused", "check_answer", "check_point", "check_proof", "check_step", "digest"]
