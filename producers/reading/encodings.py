"""The text of a file in whatever encoding an office saved it: a byte that is wrong costs a letter,
never the file.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from producers.reading.answers import unknown

LOST = "\ufffd"
"""Stands where bytes could not be read."""
_MAX_LOST_SHARE = 0.05  # of all letters: with more it is no text
_PROBE_BYTES = 4000
_HANGUL, _HANJA = re.compile("[가-힣]"), re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_STRANGE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u0100-\u1fff\ue000-\uf8ff]")


def decoded(body: bytes) -> str:
    """UTF-8, UTF-16 (with or without its mark) or CP949; of a file in two encodings, or with bytes
    that fit neither, each line by itself, with `LOST` for what cannot be read.

    Raises R009 for what is no text at all.
    """
    if (words := _utf16(body)) is not None:
        return words
    for encoding in ("utf-8", "cp949"):
        try:
            words = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in words[:_PROBE_BYTES]:
            break
        return words.removeprefix("\ufeff")
    return _by_line(body)


def _utf16(body: bytes) -> str | None:
    """The text when the bytes are UTF-16: by its mark, else because every second byte is 0 where
    Latin letters, digits and tabs stand. A last odd byte is left out.
    """
    head = body[:_PROBE_BYTES]
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) * 20 < len(head) or min(even, odd) * 10 > max(even, odd):
            return None
        encoding = "utf-16-le" if odd > even else "utf-16-be"
    words = body[: len(body) // 2 * 2].decode(encoding, "replace")
    known = len(_HANGUL.findall(words)) + sum(c.isascii() and c != "\x00" for c in words)
    return words if known * 2 > len(words) else None


def _by_line(body: bytes) -> str:
    lines = [_line(line) for line in body.removeprefix(BOM_UTF8).split(b"\n")]
    words = "\n".join(lines)
    strange = words.count(LOST) + len(_STRANGE.findall(words))
    if strange > min(len(words) / 2, max(10, len(words) * _MAX_LOST_SHARE)):
        raise unknown("R009", f"{strange} of {len(words)} letters are neither UTF-8 nor CP949")
    return words


def _line(line: bytes) -> str:
    """The line in UTF-8 where it gives Korean in that (CP949 never looks like it), else in the
    encoding that gives more Korean and loses less.
    """
    words = line.decode("utf-8", "replace")
    korean, lost = len(_HANGUL.findall(words)), words.count(LOST)
    if not lost or (korean and korean * 2 >= lost):
        return words
    return max(words, line.decode("cp949", "replace"), key=_likelihood)


def _likelihood(words: str) -> int:
    """Korean letters speak for a reading, lost ones and Chinese ones against it."""
    lost, hanja = words.count(LOST), len(_HANJA.findall(words))
    return len(_HANGUL.findall(words)) - 3 * lost - 2 * hanja


def sayable(words: str) -> str:
    """Words that fit a message: the name of a file may be no UTF-8, as one of an old Windows."""
    return words.encode("utf-8", "replace").decode()
