"""Untrusted searchers for proofs; what they find, the kernel checks."""
