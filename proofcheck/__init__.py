"""A proof checker for machine-learning theory papers.

The engine knows nothing of any particular paper.  A paper is a package that offers a
:class:`proofcheck.claims.Paper` under the entry point group ``proofcheck.papers``.
"""
