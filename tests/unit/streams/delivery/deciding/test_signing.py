"""Signatures: the published vectors, the reference library, and the receiver's own code."""

import base64
import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from streams.contract.errors import SignatureError
from streams.contract.keys import Key, Purpose
from streams.contract.subscription import Subscription
from streams.delivery.deciding.secrets import active_secrets, endpoint_secret
from streams.delivery.deciding.signing import ID, SIGNATURE, TIMESTAMP, sign, verify
from tests.places import ROOT

DOCS = ROOT / "docs"
VECTORS: list[dict[str, Any]] = json.loads((DOCS / "webhook-vectors.json").read_text("utf-8"))
GOOD = [each for each in VECTORS if each["verifies"]]
MASTER = b"an example master key, never used in earnest"
SECRET = endpoint_secret(MASTER, "ep_0123456789abcdef", 1)
KEY = Key(id="webhooks-0", purpose=Purpose.WEBHOOKS, secret=MASTER, made_ms=0)
NAMES = [each["name"] for each in VECTORS]
NOW_S = 1_795_392_001


def block(language: str) -> str:
    """The first code block of a language in the receivers' page."""
    page = (DOCS / "receivers.md").read_text("utf-8")
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_our_own_check_agrees_with_the_vectors(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    try:
        verify(vector["secrets"], vector["headers"], body, now_s=vector["now_s"])
    except SignatureError:
        assert not vector["verifies"]
    else:
        assert vector["verifies"]


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_the_python_of_the_page_agrees_with_the_vectors(vector: dict[str, Any]) -> None:
    page: dict[str, Any] = {}
    exec(block("python"), page)  # noqa: S102 - it is our own page that is tried
    [secret] = vector["secrets"]
    body = vector["body"].encode()
    is_genuine = page["is_genuine"](secret, vector["headers"], body, vector["now_s"])
    assert is_genuine is vector["verifies"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_the_openssl_of_the_page_makes_one_of_the_signatures(tmp_path: Path) -> None:
    for vector in GOOD:
        (tmp_path / "body").write_bytes(vector["body"].encode())
        given = {
            "SECRET": vector["secrets"][0],
            "ID": vector["headers"][ID],
            "TIMESTAMP": vector["headers"][TIMESTAMP],
        }
        bash = shutil.which("bash") or "bash"
        made = subprocess.run(
            [bash, "-c", block("bash")],
            cwd=tmp_path,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
        assert made.stdout.strip() in vector["headers"][SIGNATURE].split()


@pytest.mark.parametrize("vector", GOOD, ids=[each["name"] for each in GOOD])
def test_the_reference_library_makes_one_of_the_signatures(vector: dict[str, Any]) -> None:
    at = datetime.fromtimestamp(int(vector["headers"][TIMESTAMP]), UTC)  # it takes any time for UTC
    made = Webhook(vector["secrets"][0]).sign(vector["headers"][ID], at, vector["body"])
    assert made in vector["headers"][SIGNATURE].split()


@given(st.text(max_size=200), st.text("abcdefghij.0123456789_", min_size=1, max_size=40))
def test_the_reference_library_takes_what_we_sign(body: str, message_id: str) -> None:
    headers = sign([SECRET], message_id, int(time.time()), body.encode())
    Webhook(SECRET).verify(body, headers, json_parse=False)


@given(st.binary(max_size=200))
def test_we_take_what_we_sign_and_nothing_else(body: bytes) -> None:
    headers = sign([SECRET], "alrt_a.1", NOW_S, body)
    assert verify([SECRET], headers, body, now_s=NOW_S) == ("alrt_a.1", NOW_S)
    for wrong in (body + b"x", b"x" + body):
        with pytest.raises(SignatureError):
            verify([SECRET], headers, wrong, now_s=NOW_S)


def test_the_reference_library_refuses_what_another_secret_signed() -> None:
    other = endpoint_secret(MASTER, "ep_0123456789abcdef", 2)
    headers = sign([other], "alrt_a.1", int(time.time()), b"{}")
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(b"{}", headers)
    Webhook(other).verify(b"{}", headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE: "garbage"},
        {SIGNATURE: "v1,"},
        {SIGNATURE: "v1,\x00é"},
        {TIMESTAMP: "soon"},
        {TIMESTAMP: "-1"},
        {TIMESTAMP: "9" * 400},
        {TIMESTAMP: "１７９５３９２００１"},
        {ID: ""},
    ],
)
def test_headers_that_are_none_are_refused_by_name(headers: dict[str, str]) -> None:
    given = sign([SECRET], "alrt_a.1", NOW_S, b"{}") | headers if headers else {}
    with pytest.raises(SignatureError):
        verify([SECRET], given, b"{}", now_s=NOW_S)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_!!", "whsec_" + base64.b64encode(b"x" * 23).decode(), "비밀"]
)
def test_a_secret_that_is_none_signs_nothing_and_is_not_repeated(secret: str) -> None:
    with pytest.raises(SignatureError) as refusal:
        sign([secret], "alrt_a.1", NOW_S, b"{}")
    assert len(secret) < 8 or secret not in str(refusal.value)
    with pytest.raises(SignatureError, match="at least one"):
        sign([], "alrt_a.1", NOW_S, b"{}")


# --- secrets


def endpoint(generation: int, previous_until_ms: int) -> Subscription:
    return Subscription(
        endpoint="ep_0123456789abcdef",
        url="https://crew.example/hook",
        title="현장반",
        secret_generation=generation,
        previous_until_ms=previous_until_ms,
    )


@pytest.mark.parametrize(
    ("generation", "until_ms", "expected"),
    [(1, 0, (1,)), (1, 2000, (1,)), (2, 2000, (2, 1)), (3, 1001, (3, 2)), (2, 1000, (2,))],
)
def test_the_secret_before_signs_too_until_its_time(
    generation: int, until_ms: int, expected: tuple[int, ...]
) -> None:
    found = active_secrets([KEY], endpoint(generation, until_ms), 1000)
    assert found == tuple(endpoint_secret(MASTER, "ep_0123456789abcdef", g) for g in expected)


@given(st.binary(), st.text("a0_", min_size=1), st.integers(1, 9), st.integers(1, 9))
def test_every_endpoint_and_generation_has_a_secret_of_its_own(
    master: bytes, other: str, first: int, second: int
) -> None:
    one, two = endpoint_secret(master, "ep_1", first), endpoint_secret(master, other, second)
    assert (one == two) is (other == "ep_1" and first == second)
    assert len(base64.b64decode(one.removeprefix("whsec_"))) == 32


def test_after_a_rotation_the_secrets_of_both_keys_sign() -> None:
    after = replace(KEY, id="webhooks-1", secret=b"n" * 32)
    found = active_secrets([after, KEY], endpoint(2, 2000), 1000)
    expected = [(after, 2), (KEY, 2), (after, 1), (KEY, 1)]
    assert list(found) == [
        endpoint_secret(key.secret, "ep_0123456789abcdef", each) for key, each in expected
    ]
    headers = sign(found, "alrt_a.1", int(time.time()), b"{}")
    for secret in found:
        Webhook(secret).verify(b"{}", headers)


def test_the_secret_of_the_vectors_is_made_as_secrets_are() -> None:
    """Whoever changes how a secret is made changes every endpoint's: it must not happen unseen."""
    assert VECTORS[0]["secrets"] == [SECRET]
    assert SECRET == "whsec_u5Jg64ozBEZEKJznj18jZUnZ2gLs5NDTy7rziNHVEdI="  # noqa: S105 - example
