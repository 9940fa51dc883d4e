"""The form of a photo, and all that is none: each is refused at once, whatever its size."""

import time
import uuid

import pytest

from maps.api.photo_form import MOST_HEAD, read_form
from maps.http.refusals import RequestRefusedError

KIND = "multipart/form-data; boundary=limit"
ID = str(uuid.uuid4())


def part(name: str, content: bytes, *, more: str = "") -> bytes:
    head = f'--limit\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + content + b"\r\n"


PHOTO = part("photo", b"\xff\xd8..", more='; filename="a.jpg"\r\nContent-Type: image/jpeg')


def test_two_parts_in_their_order_are_a_form() -> None:
    raw = part("report_id", ID.encode()) + PHOTO + b"--limit--\r\n"
    assert read_form(raw, KIND) == (ID, b"\xff\xd8..", "image/jpeg")
    quoted = 'multipart/form-data; boundary="limit"'
    assert read_form(raw, quoted) == read_form(raw + b"epilogue", KIND)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"--limit--\r\n",
        b"\r\n" * 2_000_000 + part("report_id", ID.encode()) + PHOTO,
        b"a" * 5_000_000,
        PHOTO + part("report_id", ID.encode()) + b"--limit--",
        part("report_id", ID.encode()) + b"--limit--\r\n",
        part("report_id", ID.encode()) + PHOTO,  # no end
        part("report_id", ID.encode(), more="\r\nX: " + "y" * MOST_HEAD) + PHOTO + b"--limit--",
        b"--limit\r\n" + b"X: y\r\n" * 800_000 + b"\r\n--limit--",
        b"--limit\r\n" * 500_000,
        b"--limit\r\n\xff\xfe\r\n\r\n\r\n--limit--",
    ],
)
def test_what_is_no_form_is_refused_soon(raw: bytes) -> None:
    begun_s = time.process_time()
    with pytest.raises(RequestRefusedError) as refusal:
        read_form(raw, KIND)
    assert refusal.value.status == 400
    assert time.process_time() - begun_s < 0.5


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", f"{KIND}{'x' * 80}", "multipart/form-data; boundary=한"]
)
def test_a_boundary_that_is_none_is_refused(kind: str) -> None:
    with pytest.raises(RequestRefusedError):
        read_form(part("report_id", ID.encode()) + PHOTO, kind)
