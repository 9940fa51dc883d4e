"""What every command has in common: settings, logs, one prefix for its errors, its exit codes."""

import logging
import os
import sys
from collections.abc import Callable

from streams.contract.errors import BomnaeError
from streams.contract.logs import set_up_logs
from streams.contract.scrubbing import without_secrets
from streams.contract.settings import Settings
from streams.people import without_people

log = logging.getLogger(__name__)
OK, FAILED, USAGE = 0, 1, 2
EXIT_CODES = "0 done, or stopped by a signal; 1 failed; 2 wrong usage, settings or files"


def run(command: Callable[[Settings], int], *failures: type[Exception]) -> int:
    """Run a command with the settings of the environment; its exit code.

    What ended it is said on stderr: an error of Bomnae, and those of `failures`, in a line; any
    other is a bug, of which the log has the traceback as well. Secrets and people are covered.
    """
    settings = None
    try:
        settings = Settings.from_env(os.environ)
        set_up_logs(settings)
        return command(settings)
    except KeyboardInterrupt:
        return OK
    except Exception as error:
        if not isinstance(error, (BomnaeError, *failures)):
            log.exception("crashed")
        complain(said_of(error), settings)
        return exit_code(error)


def health(reason_of: Callable[[Settings], str], *away: type[Exception]) -> int:
    """A health check's exit code: 0 where there is no reason against, 1 with the reason on stderr,
    2 for settings that are wrong.

    The system's errors, Bomnae's and those of `away` are reasons too.
    """

    def check(settings: Settings) -> int:
        try:
            reason = reason_of(settings)
        except Exception as error:
            if not isinstance(error, (BomnaeError, OSError, *away)):
                raise
            reason = said_of(error)
        complain(reason, settings)
        return FAILED if reason else OK

    return run(check)


def exit_code(reason: Exception | None) -> int:
    """The process's exit code for what ended it: 0 for nothing, 1 for a bug."""
    if reason is None:
        return OK
    return reason.exit_code if isinstance(reason, BomnaeError) else FAILED


def said_of(error: Exception) -> str:
    """What is said of an error: Bomnae's own words, or another's class and words."""
    return str(error) if isinstance(error, BomnaeError) else f"{type(error).__name__}: {error}"


def complain(text: str, settings: Settings | None) -> None:
    """Say on stderr what is wrong, each line with whose it is, without a secret or a person."""
    covered = without_people(without_secrets(text, settings.secrets() if settings else ()))
    sys.stderr.writelines(f"bomnae: {line}\n" for line in covered.splitlines())
    sys.stderr.flush()
