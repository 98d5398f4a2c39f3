"""Untrusted searchers for counterexamples; only the kernel says whether one is."""
