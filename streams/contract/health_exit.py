"""What a health check ends with: an exit code, and on stderr why it is not well."""

import os
import sys
from collections.abc import Callable

from streams.contract.errors import BomnaeError
from streams.contract.settings import Settings


def health_exit(reason_of: Callable[[Settings], str], away: type[Exception]) -> int:
    """0 where there is no reason against, else 1 with the reason.

    What the settings refuse, the system's errors and those of `away` are reasons too.
    """
    try:
        reason = reason_of(Settings.from_env(os.environ))
    except (BomnaeError, OSError, away) as error:
        reason = f"{type(error).__name__}: {error}"
    if reason:
        sys.stderr.write(f"{reason}\n")
    return 1 if reason else 0
