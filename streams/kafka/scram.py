"""Passwords as Kafka keeps them: salted, so that whoever reads the file cannot log in with it.

A line of the file is a user, in the words of `kafka-storage format --add-scram`.
"""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

from streams.contract.errors import SettingsError

ITERATIONS = 8192
_LINE = re.compile(
    r'SCRAM-SHA-512=\[name=([a-z]+),iterations=(\d{1,6}),salt="([^"]+)",saltedpassword="([^"]+)"\]'
)


@dataclass(frozen=True, slots=True)
class ScramUser:
    """A user and what Kafka checks its password with."""

    name: str
    iterations: int
    salt: bytes
    salted: bytes

    def line(self) -> str:
        salt, salted = (base64.b64encode(each).decode() for each in (self.salt, self.salted))
        return (
            f"SCRAM-SHA-512=[name={self.name},iterations={self.iterations},"
            f'salt="{salt}",saltedpassword="{salted}"]'
        )


def scram_user(name: str, password: str) -> ScramUser:
    """A user with a salt of its own."""
    salt = os.urandom(24)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return ScramUser(name, ITERATIONS, salt, salted)


def users_in(lines: Iterable[str]) -> list[ScramUser]:
    """The users of a file; SettingsError names the number of a line that is none."""
    return [_user_in(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]


def _user_in(number: int, line: str) -> ScramUser:
    fault = SettingsError(f"line {number} is no SCRAM user")
    found = _LINE.fullmatch(line)
    if found is None:
        raise fault
    try:
        salt, salted = (base64.b64decode(each, validate=True) for each in found.groups()[2:])
    except binascii.Error:
        raise fault from None
    return ScramUser(found[1], int(found[2]), salt, salted)
