import os
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from maps.api.photo_image import MAX_BYTES, MAX_SIDE, photo_of
from maps.api.photo_shelf import MOST, Shelf
from maps.http.refusals import RequestRefusedError
from streams.contract.errors import SettingsError
from streams.contract.photo_folders import folder_of

NOW_MS = 1_795_400_000_000
SECRET_WORDS = (b"Exif", b"GPS", b"37.88", b"a comment", b"xmpmeta", b"ICC_PROFILE")


def encoded(picture: Image.Image, kind: str, **more: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def plain(width: int = 40, height: int = 20, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height))


def opened(raw: bytes) -> Image.Image:
    with Image.open(BytesIO(raw)) as picture:
        picture.load()
        return picture


def refused(raw: bytes, kind: str = "image/jpeg") -> tuple[int, str]:
    with pytest.raises(RequestRefusedError) as caught:
        photo_of(raw, kind)
    return caught.value.status, caught.value.code


def test_a_photo_stands_upright_and_says_nothing_but_its_pixels() -> None:
    picture = plain(3200, 1000)
    ImageDraw.Draw(picture).rectangle((0, 0, 1599, 999), fill="red")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter: the left becomes the top
    exif[0x010F] = "37.88 a comment"
    exif.get_ifd(0x8825)[1] = "N"
    raw = encoded(
        picture,
        "JPEG",
        exif=exif,
        comment=b"a comment",
        icc_profile=b"x" * 200,
        xmp=b"<x:xmpmeta/>",
    )
    kept = photo_of(raw, "image/jpeg")
    found = opened(kept)
    assert (found.format, found.size) == ("JPEG", (500, MAX_SIDE))
    top = found.getpixel((250, 100))
    assert isinstance(top, tuple)
    assert top[0] > 200
    assert not any(word in kept for word in SECRET_WORDS)
    assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    ("kind", "type_", "mode"),
    [
        ("JPEG", "image/jpeg", "L"),
        ("JPEG", "image/jpeg", "CMYK"),
        ("PNG", "image/png", "RGBA"),
        ("PNG", "image/png", "P"),
        ("PNG", "image/png", "I;16"),
        ("PNG", "image/png", "1"),
        ("WEBP", "image/webp", "RGBA"),
    ],
)
def test_every_kind_of_photo_becomes_a_plain_jpeg(kind: str, type_: str, mode: str) -> None:
    found = opened(photo_of(encoded(plain(mode=mode), kind), type_))
    assert (found.format, found.mode, found.size) == ("JPEG", "RGB", (40, 20))


def test_what_shines_through_is_put_on_white() -> None:
    raw = encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")
    assert opened(photo_of(raw, "image/png")).getpixel((4, 4)) == (255, 255, 255)


WHOLE = encoded(Image.effect_noise((400, 300), 80).convert("RGB"), "JPEG")


@pytest.mark.parametrize(
    ("raw", "kind", "status", "code"),
    [
        (b"", "image/jpeg", 400, "empty_photo"),
        (WHOLE, "", 415, "wrong_type"),
        (WHOLE, "image/svg+xml", 415, "wrong_type"),
        (WHOLE, "image/png", 415, "not_a_photo"),
        (encoded(plain(), "GIF"), "image/jpeg", 415, "not_a_photo"),
        (encoded(plain(), "BMP"), "image/png", 415, "not_a_photo"),
        (WHOLE[:300], "image/jpeg", 415, "not_a_photo"),
        (WHOLE[: len(WHOLE) // 2], "image/jpeg", 415, "not_a_photo"),
        (b"\xff\xd8\xff" + bytes(500), "image/jpeg", 415, "not_a_photo"),
        (WHOLE + b"<SCRIPT>alert(1)</SCRIPT>", "image/jpeg", 415, "not_only_a_photo"),
        (WHOLE + b"PK\x05\x06" + bytes(18), "image/jpeg", 415, "not_only_a_photo"),
        (b"%PDF-1.7\n" + WHOLE, "image/jpeg", 415, "not_only_a_photo"),
        (bytes(MAX_BYTES + 1), "image/jpeg", 413, "too_large"),
        (encoded(plain(10_000, 10_000, "1"), "PNG"), "image/png", 413, "too_many_pixels"),
        (encoded(plain(10_000, 10_000, "L"), "JPEG"), "image/jpeg", 413, "too_many_pixels"),
        (encoded(plain(16_000, 1001, "1"), "PNG"), "image/png", 413, "too_many_pixels"),
    ],
)
def test_what_is_no_photo_is_refused_by_code(raw: bytes, kind: str, status: int, code: str) -> None:
    assert refused(raw, kind) == (status, code)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_spoilt_bytes_give_a_photo_or_a_refusal_and_never_an_error(seed: int, kind: str) -> None:
    chance = random.Random(seed)
    raw = bytearray(encoded(Image.effect_noise((32, 32), 50), kind))
    for _ in range(chance.randint(1, 12)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    try:
        assert opened(photo_of(bytes(raw), f"image/{kind.lower()}")).format == "JPEG"
    except RequestRefusedError as refusal:
        assert refusal.code in {"not_a_photo", "not_only_a_photo", "too_many_pixels"}  # noqa: PT017


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    yield Shelf(tmp_path)
    assert not list(tmp_path.rglob("*.half"))


def name_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def put(shelf: Shelf, tmp_path: Path, work: str, number: int) -> None:
    shelf.put(work, name_of(number), b"photo %d" % number)
    path = tmp_path / folder_of(work) / f"{name_of(number)}.jpg"
    os.utime(path, ns=(0, number * 1_000_000))


def test_the_same_name_again_keeps_the_first_photo(shelf: Shelf, tmp_path: Path) -> None:
    put(shelf, tmp_path, "W", 1)
    shelf.put("W", name_of(1), b"another")
    assert shelf.read("W", name_of(1)) == b"photo 1"
    assert shelf.read("other work", name_of(1)) is None


def test_of_more_than_twenty_photos_of_a_work_the_oldest_go(shelf: Shelf, tmp_path: Path) -> None:
    for number in range(1, MOST + 4):
        put(shelf, tmp_path, "W", number)
    put(shelf, tmp_path, "V", 1)
    assert shelf.times_ms("W") == [(name_of(n), n) for n in range(MOST + 3, 3, -1)]
    assert len(shelf.names("V")) == 1


def test_a_works_folder_lies_within_the_shelf_whatever_its_number(
    shelf: Shelf, tmp_path: Path
) -> None:
    for work in ("../../etc", "/", "", "한글 \x00", "\ud800"):
        shelf.put(work, name_of(1), b"x")
        assert (tmp_path / folder_of(work)).parent == tmp_path
    assert not list(tmp_path.parent.glob("*.jpg"))


def test_a_shelf_that_is_not_there_has_no_photos(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "none")
    assert (shelf.names("W"), shelf.read("W", name_of(1))) == ([], None)


def test_a_folder_that_cannot_be_written_is_said_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    Shelf(tmp_path / "new" / "folder").prepare()
    assert (tmp_path / "new" / "folder").is_dir()
    with pytest.raises(SettingsError, match="BOMNAE_PHOTOS must be a folder"):
        Shelf(tmp_path / "file").prepare()
