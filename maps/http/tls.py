"""TLS of the map server: a certificate of the city's own, or one of a local authority made here.

In the folder of BOMNAE_TLS stand `cert.pem` (with its chain) and `key.pem`. Where neither does, an
authority is made once (`ca.pem`, to be trusted by the office's browsers) and a certificate of it,
which is made anew a month before it ends. SIGHUP reads the files again; connections that stand,
stay.
"""

import ipaddress
import logging
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from streams.contract.errors import SettingsError

log = logging.getLogger(__name__)
CERT, KEY, CA, CA_KEY = "cert.pem", "key.pem", "ca.pem", "ca-key.pem"
OWN_FOR, CA_FOR, EARLY = timedelta(days=397), timedelta(days=3650), timedelta(days=30)
CA_NAME = "Bomnae local authority"


@dataclass(slots=True)
class Tls:
    """The certificate that is served; `names` are what browsers call this server."""

    folder: Path
    names: tuple[str, ...]
    context: ssl.SSLContext

    @classmethod
    def of(cls, folder: str, names: Iterable[str]) -> "Tls":
        """Read what stands in a folder, or make it. SettingsError names the file that is wrong."""
        made = cls(Path(folder), tuple(dict.fromkeys(names)), _context())
        made.read(datetime.now(UTC))
        return made

    def read(self, now: datetime) -> None:
        """Take the files as they are now; what is made here is made anew when it is due."""
        try:
            self._make_due(now)
            self.context.load_cert_chain(self.folder / CERT, self.folder / KEY)
        except (OSError, ValueError, ssl.SSLError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise SettingsError(f"BOMNAE_TLS: {self.folder}: {reason}") from None
        left = self.ends - now
        if left < EARLY:
            log.warning("certificate ends", extra={"days": left.days, "file": CERT})

    @property
    def ends(self) -> datetime:
        """When the certificate that is served ends."""
        return _read(self.folder / CERT).not_valid_after_utc

    def _make_due(self, now: datetime) -> None:
        has_own = (self.folder / CERT).exists() or (self.folder / KEY).exists()
        has_ca = (self.folder / CA_KEY).exists()
        if has_own and not has_ca:
            return  # the city's own, whatever it is
        if not has_ca:
            self.folder.mkdir(parents=True, exist_ok=True)
            _make_authority(self.folder, now)
        if not has_own or self.ends - now < EARLY or _names_of(self.folder / CERT) != {*self.names}:
            _make_own(self.folder, self.names, now)


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _make_authority(folder: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CA_NAME)])
    made = (
        _builder(name, name, key.public_key(), now, CA_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / CA_KEY, _private(key))
    _write(folder / CA, made.public_bytes(serialization.Encoding.PEM), 0o644)


def _make_own(folder: Path, names: Iterable[str], now: datetime) -> None:
    authority = _read(folder / CA)
    signer = serialization.load_pem_private_key((folder / CA_KEY).read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise ValueError(CA_KEY)  # noqa: TRY004 - a file that is not what it must be
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
    _write(folder / KEY, _private(key))
    chain = [made, authority]
    pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain)
    _write(folder / CERT, pem, 0o644)


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


def _write(path: Path, raw: bytes, mode: int = 0o600) -> None:
    """Write a file whole or not at all; a key for this user alone."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
    new.replace(path)
