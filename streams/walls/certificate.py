"""The certificate of one store inside: it signs itself, and its clients trust this one alone."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LASTS = timedelta(days=3650)  # nobody outside sees it; `--renew` makes it anew


def self_signed(name: str, now: datetime) -> tuple[str, str]:
    """Key and certificate (PEM) of a host of this name, good for `localhost` as well.

    Kafka uses it also to know itself (client authentication).
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    hosts = x509.SubjectAlternativeName([x509.DNSName(name), x509.DNSName("localhost")])
    identity = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(hosts, critical=False)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(identity, critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, form, serialization.NoEncryption())
    return private.decode(), made.public_bytes(pem).decode()
