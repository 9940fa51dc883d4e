"""Hypothesis tries the same cases each time in CI, others each night by LAWS_EXAMPLES."""

import os

from hypothesis import settings

settings.register_profile("fixed", derandomize=not os.environ.get("LAWS_EXAMPLES"), print_blob=True)
settings.load_profile("fixed")
