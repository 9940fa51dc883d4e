"""How hard the laws are tried: the same cases each time in CI, others each night by LAWS_EXAMPLES.

LAWS_EXAMPLES=2000 python -m pytest tests/unit/laws
"""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("LAWS_EXAMPLES", "0"))


def tried(in_ci: int, *, steps: int = 50) -> settings:
    """So many examples in CI, derandomised; a number of one's own choice at night, at random.

    A failure prints the blob that reproduces it.
    """
    return settings(
        max_examples=EXAMPLES or in_ci,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        print_blob=True,
        stateful_step_count=steps,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
