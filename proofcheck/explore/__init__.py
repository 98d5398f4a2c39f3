"""The explorer: where in parameter space a claim fails, as a map, and what the kernel says of a point of it.

``fields``, ``subjects``, ``state``, ``plane`` and ``card`` know nothing of a page; ``page`` and ``server`` show what they
say.
"""

HOST, PORT = "127.0.0.1", 5006  # on this machine only; the first port that is tried
ADDRESS = f"http://{HOST}:{PORT}/"
