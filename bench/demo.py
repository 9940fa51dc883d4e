"""How long `make demo` takes to its first moving picture, from a warm cache."""

import re
import subprocess
import sys

from bench.results import Figure
from local.services import free_port

GOAL_S = 20.0


def measure() -> list[Figure]:
    """Start the demo, wait for the moving picture, stop it."""
    command = [sys.executable, "-m", "local", "demo", "--measure", "--port", str(free_port())]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180).stdout
    found = re.search(r"\[\s*([0-9.]+) s\] the picture moves", said)
    if found is None:
        raise RuntimeError(f"the demo never moved:\n{said}")
    return [Figure("`make demo` to a moving picture", float(found[1]), "s", GOAL_S)]
