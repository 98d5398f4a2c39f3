"""Coq re-proves what a ledger proves and refutes: its kernel has the last word, and no line of ours stands behind it.

``terms`` writes terms and their side conditions, ``statements`` literal theorems; ``script`` turns proof trees into
tactics, ``points`` counterexamples; ``export`` collects the theorems of a ledger, ``runner`` compiles them, ``trust`` keeps
the outcome beside the ledger.  A script may be wrong: then Coq refuses it.  A statement may not; read ``statements`` first.
"""
