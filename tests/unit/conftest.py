"""Hypothesis tries the same cases each time in CI, others each night by LAWS_EXAMPLES."""

import os

from hypothesis import settings

settings.register_profile(
    "fixed",
    derandomize=not os.environ.get("LAWS_EXAMPLES"),
    deadline=None,  # a busy machine is slow, not wrong
    print_blob=True,
)
settings.load_profile("fixed")
