"""A photo as it came from a phone, made anew: upright, small, a plain JPEG and nothing else. Pure.

What is kept are the pixels alone: no EXIF, no place, no thumbnail, no comment, no colour profile,
and nothing that stood before, between or behind them.
"""

import re
from io import BytesIO

from PIL import Image, ImageOps

from maps.http.refusals import RequestRefusedError

MAX_BYTES = 5 << 20
MAX_SIDE = 1600
QUALITY = 80
MAX_PIXELS = {"JPEG": 40_000_000, "MPO": 40_000_000, "PNG": 16_000_000, "WEBP": 16_000_000}
"""What may be decoded, by format: a JPEG is decoded at a fraction of its size, the others whole.
MPO is how phones call a JPEG with a second picture in it."""
KINDS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
}
_OTHER = re.compile(rb"<script|<html|<!doctype|<\?php|%PDF-", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 66_000  # a zip file's end mark stands within so many bytes of its end


def photo_of(raw: bytes, kind: str) -> bytes:
    """The JPEG of a photo whose sender calls it `kind`; raises RequestRefusedError with a code."""
    if not raw:
        raise RequestRefusedError(400, "refused.empty_photo")
    if len(raw) > MAX_BYTES:
        raise too_large()
    if kind not in KINDS:
        raise RequestRefusedError(415, "refused.wrong_type")
    if is_also_something_else(raw):
        raise RequestRefusedError(415, "refused.not_only_a_photo")
    return _encoded(_decoded(raw, KINDS[kind]))


def too_large() -> RequestRefusedError:
    return RequestRefusedError(413, "refused.too_large.photo")


def is_also_something_else(raw: bytes) -> bool:
    """Whether a file also reads as a page, a script, a document or an archive."""
    return _OTHER.search(raw) is not None or _ZIP_END in raw[-_ZIP_TAIL:]


def _decoded(raw: bytes, formats: tuple[str, ...]) -> Image.Image:
    """The picture, upright, no larger than it is kept, with what shines through."""
    try:
        picture = Image.open(BytesIO(raw), formats=[name for name in formats if name != "MPO"])
        _check_size(picture)
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        return ImageOps.exif_transpose(picture).convert("RGBA")
    except RequestRefusedError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many(max(MAX_PIXELS.values())) from None
    except Exception:  # noqa: BLE001  hostile bytes: a decoder raises whatever it stumbles over
        raise RequestRefusedError(415, "refused.not_a_photo") from None


def _check_size(picture: Image.Image) -> None:
    """The size its head states, before a pixel is decoded."""
    width, height = picture.size
    most = MAX_PIXELS[picture.format or ""]
    if width * height > most:
        raise _too_many(most)


def _too_many(most: int) -> RequestRefusedError:
    return RequestRefusedError(413, "refused.too_many_pixels", count=most // 1_000_000)


def _encoded(picture: Image.Image) -> bytes:
    """A JPEG of an RGBA picture's pixels; what shines through is put on white."""
    bare = Image.new("RGB", picture.size, "white")
    bare.paste(picture, mask=picture.getchannel("A"))
    out = BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
