"""What `benchmarks/peers.py` is made of: contenders, cases, the stopwatch and the table."""

import os

# One thread for everybody; it has to be said before numpy is imported.
for _name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ[f"{_name}_NUM_THREADS"] = "1"
