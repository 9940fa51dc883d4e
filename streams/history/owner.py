"""Whose history a folder has: the archive says so beside the rows, and whoever makes something of
them looks. The folder of another city is refused, before anything of one passes for the other's.
"""

from contextlib import suppress
from pathlib import Path

import msgspec

from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.contract.whole_files import write_whole

FILE = "city.json"


class Owner(msgspec.Struct, frozen=True):
    """A city; there are two of some names, in other provinces."""

    city: str
    province: str


_OWNER = msgspec.json.Decoder(Owner)


def claim(folder: Path, settings: Settings) -> None:
    """Say whose it is where nobody has, on a full disk at the next start; SettingsError as
    `check_owner`.
    """
    check_owner(folder, settings)
    if _owner_of(folder) is None:
        raw = msgspec.json.encode(Owner(settings.city, settings.province))
        with suppress(OSError):
            write_whole(folder / FILE, raw, mode=0o640)


def check_owner(folder: Path, settings: Settings) -> None:
    """SettingsError where it is another city's, or nobody can say whose; what nobody has claimed
    is anybody's.
    """
    owner = _owner_of(folder)
    if owner not in (None, Owner(settings.city, settings.province)):
        raise SettingsError(
            f"BOMNAE_HISTORY {folder}: the history of another city than BOMNAE_CITY and "
            f"BOMNAE_PROVINCE say, as {FILE} there has it"
        )


def _owner_of(folder: Path) -> Owner | None:
    """None where nobody has claimed it; SettingsError where the file does not say whose it is."""
    path = folder / FILE
    try:
        return _OWNER.decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        fault = error.strerror or type(error).__name__
    except (msgspec.MsgspecError, UnicodeDecodeError):
        fault = "damaged"
    raise SettingsError(
        f"BOMNAE_HISTORY: {path} cannot be read ({fault}), so nobody knows whose history it is: "
        "make it readable; where it is this city's own take the file away, the archive makes it"
    )
