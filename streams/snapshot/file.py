"""A snapshot's file: frames one behind the other in gzip, the last of them signed (Ed25519).

It is written under another name and gets its own once it stands whole on the disk, so a file with
the right name is never half. Whoever reads one checks all of it first (`checked`), then goes over
it again (`frames_of`); neither holds more of it than a frame.
"""

import fcntl
import gzip
import hashlib
import os
import secrets
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from streams.contract.ed25519 import key_id
from streams.contract.errors import SettingsError, SnapshotError
from streams.contract.whole_files import alone
from streams.snapshot.frames import FORM, Body, End, Frame, Head, Part, part_of

MOST_BYTES = 64 << 20  # of one frame
HALF = ".half"  # how a file ends that is being written
LEVEL = 4  # of gzip: a third of the time of 6 for a tenth more bytes
_MAGIC = b"bomnae snapshot\n"
_LENGTH = 4
_DECODER = msgspec.msgpack.Decoder(Frame)
_encode = msgspec.msgpack.encode


@dataclass(slots=True)
class _Sum:
    """One part: its frames, their bytes, the hash of all."""

    hash: Any = field(default_factory=hashlib.sha256)
    frames: int = 0
    size: int = 0


@dataclass(slots=True)
class _Sums:
    """The parts as their frames come."""

    by_part: dict[str, _Sum] = field(default_factory=dict)

    def add(self, part: str, body: bytes) -> None:
        sum_ = self.by_part.setdefault(part, _Sum())
        sum_.hash.update(_framed(body))
        sum_.frames += 1
        sum_.size += len(body)

    def parts(self) -> list[Part]:
        return [
            Part(name, each.frames, each.size, each.hash.hexdigest())
            for name, each in sorted(self.by_part.items())
        ]


class Checked(NamedTuple):
    """A file that is whole and signed by one of our keys."""

    path: Path
    head: Head
    parts: list[Part]


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(_LENGTH, "big") + body


def signed_text(parts: Iterable[Part]) -> bytes:
    """What the signature is of: every part with its hash, the head among them."""
    return _MAGIC + msgspec.json.encode(list(parts))


class SnapshotWriter:
    """Takes frames; see `writing`."""

    def __init__(self, path: Path, file: Any) -> None:
        self._path, self._file = path, file
        self._sums = _Sums()
        self.bytes = 0  # before they are packed

    def add(self, frame: Body) -> None:
        body = _encode(frame)
        self._sums.add(part_of(frame), body)
        self._put(body)

    def end(self, key: Ed25519PrivateKey) -> None:
        """Sign what has been written; nothing comes after it."""
        parts = self._sums.parts()
        self._put(_encode(End(parts, key_id(key.public_key()), key.sign(signed_text(parts)))))

    def _put(self, body: bytes) -> None:
        with _disk(self._path):
            self._file.write(_framed(body))
        self.bytes += len(body)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """SettingsError for what the disk does not take."""
    try:
        yield
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from None


@contextmanager
def writing(path: Path, key: Ed25519PrivateKey) -> Iterator[SnapshotWriter]:
    """A new snapshot, readable by its owner alone. It stands under its name when the block ends
    without an error; SettingsError where the disk does not take it. What a process left half
    written in the folder is deleted first.
    """
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}{HALF}")
    with _disk(path), alone(path.parent):
        _delete_abandoned(path.parent)
        number = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(number, fcntl.LOCK_EX)  # for as long as it is written
    try:
        with ExitStack() as stack:
            file = os.fdopen(number, "wb")
            stack.callback(_close, file)
            packed = gzip.GzipFile("", "wb", LEVEL, file, mtime=0)
            stack.callback(_close, packed)
            packed.write(_MAGIC)
            writer = SnapshotWriter(path, packed)
            yield writer
            writer.end(key)
            with _disk(path):
                packed.close()
                file.flush()
                os.fsync(file.fileno())
        with _disk(path):
            half.replace(path)
            _sync(path.parent)
    finally:
        half.unlink(missing_ok=True)


def _delete_abandoned(folder: Path) -> None:
    """Delete the halves that nobody writes any more: each writer holds a lock on its own."""
    for half in folder.glob(f".*{HALF}"):
        with suppress(OSError), half.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            half.unlink()


def _close(file: IO[bytes] | gzip.GzipFile) -> None:
    """Close what may not have been written: it is thrown away then."""
    with suppress(OSError):
        file.close()


def _sync(folder: Path) -> None:
    """Have the disk keep a folder's names."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def frames_of(path: Path) -> Iterator[Body]:
    """Every frame before the last, of a file that was checked."""
    for _, frame in _read(path):
        if not isinstance(frame, End):
            yield frame


def head_of(path: Path) -> Head:
    """The head of a file, which is soon read: nothing of the rest is checked. SnapshotError for one
    that does not begin as a snapshot of this form.
    """
    with closing(_read(path)) as frames:
        for _, frame in frames:
            return _begun(path, frame)
    raise SnapshotError(f"{path}: is half a snapshot: its end is missing")


def checked(path: Path, keys: Mapping[str, Ed25519PublicKey]) -> Checked:
    """Read all of a file; SnapshotError for one that is half, changed, of another form, or signed
    by none of the keys.
    """
    head, sums, end = None, _Sums(), None
    for body, frame in _read(path):
        if end is not None:
            raise SnapshotError(f"{path}: goes on after its end")
        if isinstance(frame, End):
            end = frame
            continue
        head = head or _begun(path, frame)
        sums.add(part_of(frame), body)
    if head is None or end is None:
        raise SnapshotError(f"{path}: is half a snapshot: its end is missing")
    _check_parts(path, sums.parts(), end.parts)
    _check_signature(path, end, keys)
    return Checked(path, head, end.parts)


def _check_signature(path: Path, end: End, keys: Mapping[str, Ed25519PublicKey]) -> None:
    key = keys.get(end.key_id)
    if key is None:
        known = ", ".join(sorted(keys)) or "none"
        raise SnapshotError(f"{path}: signed with key {end.key_id}, the known keys are {known}")
    try:
        key.verify(end.signature, signed_text(end.parts))
    except InvalidSignature:
        fault = f"{path}: its signature is not that of key {end.key_id}"
        raise SnapshotError(fault) from None


def _begun(path: Path, frame: Frame) -> Head:
    """The head, which comes first."""
    if not isinstance(frame, Head):
        raise SnapshotError(f"{path}: does not begin with what a snapshot begins with")
    if frame.form != FORM:
        raise SnapshotError(
            f"{path}: is a snapshot of form {frame.form}, this version reads {FORM}: "
            "restore it with the version that made it"
        )
    return frame


def _check_parts(path: Path, found: list[Part], signed: list[Part]) -> None:
    if found == signed:
        return
    here, there = ({part.name: part for part in parts} for parts in (found, signed))
    names = sorted(x for x in here.keys() | there.keys() if here.get(x) != there.get(x))
    raise SnapshotError(f"{path}: was changed: {', '.join(names[:5])} not as it was signed")


def _read(path: Path) -> Generator[tuple[bytes, Frame]]:
    """Every frame and its bytes; SnapshotError for what cannot be read, with why."""
    try:
        with path.open("rb") as file, gzip.GzipFile(fileobj=file) as packed:
            if packed.read(len(_MAGIC)) != _MAGIC:
                raise SnapshotError(f"{path}: is no snapshot")
            while begin := packed.read(_LENGTH):
                body = _body(path, packed, begin)
                yield body, _DECODER.decode(body)
    except EOFError:
        raise SnapshotError(f"{path}: is half a snapshot: it ends in the midst") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SnapshotError(f"{path}: is damaged, or no snapshot: {error}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SnapshotError(f"{path}: is damaged, or of a later version: {error}") from None
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be read: {error.strerror}") from None


def _body(path: Path, packed: BinaryIO | Any, begin: bytes) -> bytes:
    length = int.from_bytes(begin, "big")
    if len(begin) < _LENGTH or length > MOST_BYTES:
        raise SnapshotError(f"{path}: is damaged: a frame of {length} bytes")
    body = bytes(packed.read(length))
    if len(body) < length:
        raise SnapshotError(f"{path}: is half a snapshot: it ends in the midst")
    return body
