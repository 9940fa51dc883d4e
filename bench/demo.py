"""How long `make demo` takes to its first moving picture, from a warm cache.

    python -m bench.demo

Exits 1 when it takes longer than the goal.
"""

import re
import subprocess
import sys

from local.services import free_port

GOAL_S = 20.0


def main() -> int:
    """Start the demo, wait for the moving picture, stop it; 0 when the goal is met."""
    command = [sys.executable, "-m", "local", "demo", "--measure", "--port", str(free_port())]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180).stdout
    found = re.search(r"\[\s*([0-9.]+) s\] the picture moves", said)
    if found is None:
        raise RuntimeError(f"the demo never moved:\n{said}")
    seconds = float(found[1])
    print(f"first moving picture {seconds:6.1f} s   goal <= {GOAL_S:.0f}")
    return int(seconds > GOAL_S)


if __name__ == "__main__":
    sys.exit(main())
