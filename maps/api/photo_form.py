"""The form that a photo comes in: two parts, in this order, and nothing before or between them.

Read here because a general reader takes what it gets: a preamble or a head of any length. Pure.
"""

from email.message import Message
from email.parser import BytesHeaderParser
from typing import NamedTuple

from maps.http.refusals import RequestRefusedError, bad_parameter

MOST_HEAD = 1024  # bytes of a part's head
MOST_BOUNDARY = 70  # characters: RFC 2046, 5.1.1
_HEADS = BytesHeaderParser()


class FormPart(NamedTuple):
    """A part by its name, with its type and what it holds."""

    name: str
    kind: str
    content: bytes


class PhotoSent(NamedTuple):
    """The report's id as it came, the photo's bytes and their type."""

    report_id: str
    photo: bytes
    kind: str


def read_form(raw: bytes, content_type: str) -> PhotoSent:
    """The two parts; 400 for what is no such form, naming the part that is missing or misplaced."""
    parts = _parts_of(raw, _boundary(content_type))
    if not parts or parts[0].name != "report_id":
        raise bad_parameter("report_id", "", "must.come_first")
    if len(parts) < 2 or parts[1].name != "photo":
        raise bad_parameter("photo", "", "must.follow_report")
    report_id = parts[0].content[:64].decode("ascii", "replace")
    return PhotoSent(report_id, parts[1].content, parts[1].kind)


def _boundary(content_type: str) -> bytes:
    head = Message()
    head["content-type"] = content_type
    found = head.get_boundary("")
    if not found or len(found) > MOST_BOUNDARY or not found.isascii():
        raise _no_form("boundary")
    return b"--" + found.encode()


def _parts_of(raw: bytes, line: bytes) -> list[FormPart]:
    """The first two parts. The body begins with the first boundary."""
    parts: list[FormPart] = []
    at = 0
    if not raw.startswith(line):
        raise _no_form("preamble")
    while len(parts) < 2:
        begin = at + len(line)
        if raw[begin : begin + 2] != b"\r\n":
            return parts  # "--" stands after the last one
        head_end = raw.find(b"\r\n\r\n", begin, begin + MOST_HEAD)
        end = raw.find(b"\r\n" + line, head_end + 2)
        if head_end < 0 or end < 0:
            raise _no_form("part")
        parts.append(_part(raw[begin + 2 : head_end], raw[head_end + 4 : end]))
        at = end + 2
    return parts


def _part(head: bytes, content: bytes) -> FormPart:
    read = _HEADS.parsebytes(head + b"\r\n\r\n")
    name = read.get_param("name", "", header="content-disposition")
    return FormPart(name if isinstance(name, str) else "", read.get_content_type(), content)


def _no_form(reason: str) -> RequestRefusedError:
    return RequestRefusedError(400, "refused.bad_body", reason=reason)
