"""The report of a paper as LaTeX, PDF and one HTML page, from its ledger alone."""
