"""From a user's data to a certificate: Theorem R's hypotheses in balls, a run whose every step is checked, a second look."""
