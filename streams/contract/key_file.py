"""Where a process has its keys from: the file of BOMNAE_KEYS, or the single settings.

The file wins: beside it BOMNAE_SECRET and BOMNAE_PSEUDONYM_KEY are not looked at. Each use looks
whether the file is another than before (a `stat`), so a rotation holds without a restart or a
signal.
"""

import logging
import secrets
from functools import lru_cache
from pathlib import Path

from streams.contract.errors import SettingsError
from streams.contract.keys import LEAST_BYTES, NEEDED, Keys, keys_of_settings, read, written
from streams.contract.private_files import check_private
from streams.contract.settings import Settings
from streams.contract.whole_files import write_whole

log = logging.getLogger(__name__)
MOST_FILE_BYTES = 1 << 18
Stamp = tuple[int, ...]  # a file is another when any of these is


class KeyRing:
    """The keys of one process, as they are now."""

    def __init__(self, path: str, secret: str, pseudonym_key: str) -> None:
        self._path = Path(path) if path else None
        self._keys = keys_of_settings(secret, pseudonym_key)
        self._stamp: Stamp | None = None
        self.process = ""  # of `NEEDED`: whose keys a changed file must have
        if self._path is not None:
            if secret or pseudonym_key:
                log.warning("BOMNAE_KEYS is set: BOMNAE_SECRET and BOMNAE_PSEUDONYM_KEY are unused")
            self._stamp = _stamp_of(self._path)
            self._keys = load(self._path)

    def now(self) -> Keys:
        """The keys as the file has them; those of before while it cannot be read, which is said
        once.
        """
        if self._path is None:
            return self._keys
        stamp = _stamp_of(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                read_anew = load(self._path)
                if self.process:
                    _check_fits(read_anew, self.process)
                self._keys = read_anew
                log.info("keys read again", extra={"ids": [each.id for each in self._keys.keys]})
            except SettingsError as error:
                log.warning("keys not read again", extra={"error": str(error)})
        return self._keys


@lru_cache(maxsize=16)
def _ring(path: str, secret: str, pseudonym_key: str) -> KeyRing:
    return KeyRing(path, secret, pseudonym_key)


def keys_now(settings: Settings) -> Keys:
    """The keys of these settings as they are now. Raises SettingsError (exit code 2) where the file
    cannot be read the first time.
    """
    return _ring(settings.keys, settings.secret, settings.pseudonym_key).now()


def check_keys(settings: Settings, process: str) -> None:
    """Raise SettingsError (exit code 2) where the file of BOMNAE_KEYS cannot be read, or is another
    process's part; say which of its keys this one does not need.
    """
    keys = keys_now(settings)
    if not settings.keys:
        return
    _check_fits(keys, process)
    _ring(settings.keys, settings.secret, settings.pseudonym_key).process = process
    if others := sorted({str(each.purpose) for each in keys.keys} - {*NEEDED[process]}):
        log.warning(
            "the key file holds more than is needed here: `keys derive` makes the part",
            extra={"purposes": others},
        )


def _check_fits(keys: Keys, process: str) -> None:
    """Raise SettingsError for another process's part, and for one without what this needs."""
    if keys.made_for not in ("", process):
        raise SettingsError(f"{keys.source}: is the part for {keys.made_for}, not for {process}")
    if lacking := {*NEEDED[process]} - {each.purpose for each in keys.keys}:
        raise SettingsError(f"{keys.source}: has no key for {', '.join(sorted(lacking))}")


def load(path: Path) -> Keys:
    """The keys in a file that nobody else can read (`private_files`); SettingsError names it, and
    the key at fault.
    """
    source = f"BOMNAE_KEYS: {path}"
    try:
        if not path.is_file() and path.exists():
            raise SettingsError(f"{source}: must be a file")
        with path.open("rb") as file:
            check_private(file.fileno(), source)
            text = file.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{source}: {error.strerror}") from None
    if len(text) > MOST_FILE_BYTES:
        raise SettingsError(f"{source}: must be at most {MOST_FILE_BYTES} bytes")
    return read(text, source)


def save(path: Path, keys: Keys) -> None:
    """Write a key file at once or not at all; it keeps its owner. Raises SettingsError."""
    try:
        owner = path.stat() if path.exists() else None
        write_whole(path, written(keys), mode=0o600, owner=owner)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None


def new_key() -> bytes:
    """The bytes of a new key, random."""
    return secrets.token_bytes(LEAST_BYTES)


def _stamp_of(path: Path) -> Stamp | None:
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_ino, known.st_mtime_ns, known.st_size, known.st_mode, known.st_ctime_ns
