"""A device with a passkey, as WebAuthn has it: tests change one thing of what it answers."""

import base64
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from streams.contract.account import Passkey

UP, UV, AT = 0x01, 0x04, 0x40  # somebody is there, was verified, a key follows


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Device:
    """It signs for `name` (the host) and says that it did so for pages of `origin`."""

    name: str
    origin: str
    uses: int = 0
    flags: int = UP | UV
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    key_id: bytes = b"a key of a device's "

    @property
    def cose_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32) for each in (numbers.x, numbers.y))
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}))

    @property
    def passkey(self) -> Passkey:
        """As an account has it."""
        return Passkey(b64(self.key_id), b64(self.cose_key), self.uses)

    def _data(self, flags: int) -> bytes:
        return sha256(self.name.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin}
        return json.dumps(said | {"crossOrigin": False}).encode()

    def made(self, challenge: str) -> dict[str, Any]:
        """What it answers to a registration."""
        length = len(self.key_id).to_bytes(2)
        data = self._data(self.flags | AT) + bytes(16) + length + self.key_id + self.cose_key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "attestationObject": b64(attestation),
                "clientDataJSON": b64(self._client("create", challenge)),
            }
        )

    def signed(self, challenge: str) -> dict[str, Any]:
        """What it answers to a login; it counts."""
        self.uses += 1
        data, client = self._data(self.flags), self._client("get", challenge)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "authenticatorData": b64(data),
                "clientDataJSON": b64(client),
                "signature": b64(signature),
            }
        )

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = b64(self.key_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}
