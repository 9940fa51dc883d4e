"""TLS of every process that listens: a certificate of the city's own, or one of a local authority
made here.

In the folder of BOMNAE_TLS stand `cert.pem` (with its chain) and `key.pem`. Where neither does, an
authority is made once (`ca.pem`, to be trusted by the office's browsers and by Prometheus) and a
certificate of it, which is made anew a month before it ends, and where its key is not the one that
stands beside it (a process ended between the two). A certificate of somebody else is never
replaced, whatever is wrong with it. Processes may share the folder: one at a time makes or reads,
and a name that one of them goes by stays in it. The files are read again on SIGHUP, and once an
hour, so that what was made anew is served; connections that stand, stay.
"""

import ipaddress
import logging
import signal
import ssl
import threading
from asyncio import sslproto
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from prometheus_client import Gauge

from streams.contract.errors import SettingsError
from streams.contract.private_files import check_private
from streams.contract.settings import Settings
from streams.contract.whole_files import alone, write_whole

log = logging.getLogger(__name__)
CERT, KEY, CA, CA_KEY = "cert.pem", "key.pem", "ca.pem", "ca-key.pem"
AGAIN_S = 3600.0
BUFFER_BYTES = 32 << 10
"""What asyncio keeps for each connection with TLS, from its first byte on; its own is 256 KiB."""
_NO_PEM = "no certificate or key in pem"
OWN_FOR, CA_FOR, EARLY = timedelta(days=397), timedelta(days=3650), timedelta(days=30)
NEVER = datetime.max.replace(tzinfo=UTC)
CA_NAME = "Bomnae local authority"
ENDS = Gauge(
    "bomnae_certificate_ends_seconds", "Unix time at which the certificate served ends", ["file"]
)


@dataclass(slots=True)
class Tls:
    """The certificate that is served until `ends`; `names` are what clients call this process."""

    folder: Path
    names: tuple[str, ...]
    context: ssl.SSLContext
    ends: datetime = NEVER

    @classmethod
    def of(cls, folder: str, names: Iterable[str]) -> "Tls":
        """Read what stands in a folder, or make it. SettingsError names both files of a pair that
        cannot be served.
        """
        sslproto.SSLProtocol.max_size = BUFFER_BYTES
        made = cls(Path(folder), tuple(dict.fromkeys(names)), _context())
        made.read(datetime.now(UTC))
        return made

    def read(self, now: datetime) -> None:
        """Take the files as they are now; what is made here is made anew when it is due."""
        pair = f"{self.folder / CERT} with {self.folder / KEY}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with alone(self.folder):
                self._make_due(now)
                newest = _context()
                # No key is asked a terminal for its password: a reload must not wait for anybody.
                newest.load_cert_chain(self.folder / CERT, self.folder / KEY, password=lambda: b"")
                _say_open(self.folder / KEY)
                self.ends = certificate_ends(self.folder)
        except (OSError, ValueError) as error:
            raise SettingsError(f"BOMNAE_TLS: {pair}: {_reason(error)}") from None
        self._serve(newest)
        ENDS.labels(CERT).set(self.ends.timestamp())
        left = self.ends - now
        if left < timedelta(0):
            log.error("certificate has ended", extra={"ended": self.ends.isoformat(), "file": CERT})
        elif left < EARLY:
            log.warning("certificate ends", extra={"days": left.days, "file": CERT})

    def _serve(self, newest: ssl.SSLContext) -> None:
        """Have each handshake from now on take the newest, whole: one under way keeps what it has.
        The doors hold one context for their whole life, which only passes on to it.
        """

        def take(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            connection.context = newest

        self.context.sni_callback = take

    def read_again(self) -> None:
        """As `read`; files that cannot be read leave the certificate of before."""
        try:
            self.read(datetime.now(UTC))
            log.info("certificate read again", extra={"ends": self.ends.isoformat()})
        except SettingsError as error:
            log.warning("certificate not read", extra={"error": str(error)})

    def keep_current(self) -> None:
        """Read the files again once an hour while the process lives, and at each SIGHUP that nobody
        else takes (`producers run` takes it itself). Called in the main thread.
        """
        signal.signal(signal.SIGHUP, lambda _number, _frame: self.read_again())
        threading.Thread(target=self._each_hour, name="certificate", daemon=True).start()

    def _each_hour(self) -> None:
        waiting = threading.Event()
        while not waiting.wait(AGAIN_S):
            self.read_again()

    def _make_due(self, now: datetime) -> None:
        if _is_given(self.folder):
            return  # the city's own, whatever it is
        if not ((self.folder / CA).exists() and (self.folder / CA_KEY).exists()):
            _make_authority(self.folder, now)
        named = _names_of(self.folder / CERT) if (self.folder / CERT).exists() else set()
        is_due = not named or certificate_ends(self.folder) - now < EARLY
        if is_due or not named.issuperset(self.names) or not _is_pair(self.folder):
            _make_own(self.folder, [*self.names, *sorted(named - {*self.names})], now)


def kept_tls(settings: Settings, *doors: object) -> Tls | None:
    """What a process serves by for its whole life; None where BOMNAE_TLS names no folder, or where
    the process has none of these doors. Called in the main thread.
    """
    if not settings.tls or not any(doors):
        return None
    tls = Tls.of(settings.tls, names_of(settings))
    tls.keep_current()
    return tls


def names_of(settings: Settings) -> tuple[str, ...]:
    """What clients call the doors of these settings: addresses that are listened on (none of
    those that stand for all), localhost, BOMNAE_HOSTS, and the name crews come by.
    """
    doors = [door.host for door in (settings.http, settings.metrics, settings.ingest) if door]
    heard = [host.lower() for host in doors if host not in ("", "0.0.0.0", "::")]  # noqa: S104 - left out
    crews = urlsplit(settings.public_url).hostname or ""
    return tuple(sorted({"localhost", *heard, *settings.hosts, crews} - {""}))


def certificate_ends(folder: Path) -> datetime:
    """When the certificate in a folder ends; raises OSError or ValueError where there is none."""
    return _read(folder / CERT).not_valid_after_utc


def _is_given(folder: Path) -> bool:
    """Whether somebody else's certificate, or half of one, stands there: one that the authority of
    this folder did not sign. A key alone beside this authority is half of what is made here.
    """
    has_certificate = (folder / CERT).exists()
    if not (has_certificate or (folder / KEY).exists()):
        return False
    if not (folder / CA_KEY).exists():
        return True
    if not has_certificate:
        return False
    signer = _signer(folder)
    certificate = _read(folder / CERT)
    digest = certificate.signature_hash_algorithm
    if not isinstance(digest, hashes.SHA256):
        return True
    try:
        signer.public_key().verify(
            certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(digest)
        )
    except InvalidSignature:
        return True
    return False


def _is_pair(folder: Path) -> bool:
    """Whether the key is that of the certificate."""
    try:
        key = serialization.load_pem_private_key((folder / KEY).read_bytes(), None)
    except (OSError, ValueError, TypeError):
        return False
    return key.public_key() == _read(folder / CERT).public_key()


def _reason(error: OSError | ValueError) -> str:
    """What a pair that cannot be served lacks."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or _NO_PEM).replace("_", " ").lower()
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return _NO_PEM


def _say_open(key: Path) -> None:
    """Warn of a key that others may read: who has it can pass for this server."""
    try:
        check_private(key, KEY)
    except SettingsError as error:
        log.warning("key is open to others", extra={"fault": str(error), "file": str(key)})


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _make_authority(folder: Path, now: datetime) -> None:
    """Key and certificate of an authority; a key that stands alone gets the certificate it lacks,
    so what it signed still counts.
    """
    stands = (folder / CA_KEY).exists()
    key = _signer(folder) if stands else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CA_NAME)])
    made = (
        _builder(name, name, key.public_key(), now, CA_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    if not stands:
        write_whole(folder / CA_KEY, _private(key), mode=0o600)
    write_whole(folder / CA, made.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _make_own(folder: Path, names: Iterable[str], now: datetime) -> None:
    authority, signer = _read(folder / CA), _signer(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    listed = list(names)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, listed[0][:64])])
    made = (
        _builder(subject, authority.subject, key.public_key(), now, OWN_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(x) for x in listed]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    write_whole(folder / KEY, _private(key), mode=0o600)
    chain = [made, authority]
    pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain)
    write_whole(folder / CERT, pem, mode=0o644)


def _signer(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The key of the authority made here; ValueError for another file."""
    signer = serialization.load_pem_private_key((folder / CA_KEY).read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise ValueError(CA_KEY)  # noqa: TRY004 - a file that is not what it must be
    return signer


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    """`not_before` lies a day back: clocks of an office differ."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + lasts)
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _names_of(path: Path) -> set[str]:
    found = _read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(each.value) for each in found}


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
