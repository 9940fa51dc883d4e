"""Secrets that stand in a file: `BOMNAE_X_FILE` names it, for each setting X that is a secret."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from streams.contract.errors import SettingsError

ENDING = "_FILE"
MOST_BYTES = 65_536


def with_files(
    environ: Mapping[str, str], secrets: Iterable[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The environment with what those files hold in place of their names, and what is wrong:
    variable of the secret -> fault.

    `secrets` are the variables that may be given so. The end of the last line is not part of a
    secret; an empty file is a secret that is not set. Both ways at once is a fault, and so is a
    file that cannot be read, of which nothing is shown.
    """
    given, faults = dict(environ), {}
    for variable in secrets:
        path = given.pop(variable + ENDING, None)
        if path is None:
            continue
        if variable in given:
            faults[variable] = f"{variable} and {variable}{ENDING} are both set: one of them"
            continue
        try:
            given[variable] = secret_in(Path(path))
        except SettingsError as error:
            faults[variable] = f"{variable}{ENDING}: {error}"
    return given, faults


def secret_in(path: Path) -> str:
    """The secret in a file; SettingsError names the file that cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode("utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is no text in UTF-8") from None
    if len(raw) > MOST_BYTES:
        raise SettingsError(f"{path}: is longer than {MOST_BYTES} bytes")
    return text.removesuffix("\n").removesuffix("\r")
