"""Bytes of an answer into a tree of dicts and lists; what cannot be read raises an unknown
answer, and a row that a parser cannot use is refused while the others go on.

How large an answer may be is judged on its bytes before anything is made of them. Bytes alone do
not bound memory: `{},{},...` of 5 MiB is 1.7 million rows, three hundred megabytes and a minute of
work. So the marks of structure are counted as well, which costs milliseconds.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from producers.reading.answers import NO_ANSWER, NO_FILE_URL, Exchange, Harvest, unknown
from producers.reading.privacy import refused_row
from streams.contract.errors import RecordRefusedError

MIB = 1 << 20
MAX_FILE_BYTES = 64 * MIB
MAX_PAGE_BYTES = 5 * MIB  # a city's links are about 2 MB

ANSWER = {b"{": 50_000, b"[": 500_000, b",": 500_000, b"<": 500_000, b"\n": 500_000}
ROUTE = {mark: most // 10 for mark, most in ANSWER.items()}  # of buses, one route an answer
PROTOBUF = {bytes([tag]): 500_000 for tag in (0x0A, 0x12, 0x22, 0x2A, 0x5A)}  # lists of parts
FILE = {b"{": 200_000, b"[": 4_000_000, b"<": 8_000_000, b"\n": 400_000}
"""How often each mark may stand in it: ten times what the largest city's lists have."""


def check_size(exchange: Exchange, max_bytes: int, marks: Mapping[bytes, int]) -> None:
    """Raise R002 or R015 as an unknown answer for a body no list can have."""
    if exchange.is_file:
        max_bytes, marks = MAX_FILE_BYTES, FILE
    if len(exchange.body) > max_bytes:
        raise unknown("R002", f"more than {max_bytes} bytes")
    for mark, most in marks.items():
        if (found := exchange.body.count(mark)) > most:
            raise unknown("R015", f"{found} times {mark.decode('latin-1')!r}, at most {most}")


MAX_DEPTH = 32
_UNQUOTED_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")


@dataclass(frozen=True, slots=True)
class Body:
    """A readable answer: its tree, and what had to be repaired to read it."""

    tree: Any
    flags: tuple[str, ...] = ()


def read(exchange: Exchange, *, max_bytes: int) -> Body:
    """The tree of a JSON or XML answer; raises UnknownAnswerError with a stable code."""
    return tree_of(words_of(exchange, max_bytes=max_bytes), exchange)


def tree_of(words: str, exchange: Exchange) -> Body:
    """As `read`, of the text of the answer."""
    bare = words.strip("\ufeff \t\r\n")
    flags: tuple[str, ...] = ()
    if not bare:
        raise unknown(_of_status(exchange, "EMPTY-BODY"), "the body is empty")
    if bare.startswith("<"):
        tree = _xml_tree(bare, exchange)
    elif bare[0] in "{[":
        tree, flags = _json_tree(bare, exchange)
    else:
        # `Unauthorized` and `Forbidden` mean the key is not approved, whatever the status
        head = " ".join(bare[:80].split()).lower()
        is_key = head.startswith(("unauthorized", "forbidden")) or exchange.status == 401
        why = "plain text: the key is not approved" if is_key else "plain text instead of data"
        raise unknown(_of_status(exchange, "R001"), why, is_fatal=is_key)
    if _is_deeper(tree, MAX_DEPTH):
        raise unknown("R003", f"nested deeper than {MAX_DEPTH}")
    return Body(tree, flags)


def body_of(exchange: Exchange, *, max_bytes: int) -> bytes:
    """The bytes that came; raises for an answer that did not (NO-ANSWER, NO-FILES), and R002 for
    one that is too large.
    """
    if exchange.status == 0 and exchange.url == NO_FILE_URL:
        raise unknown("NO-FILES", "the folder is missing or holds no permit file")
    if exchange.status == 0:
        raise unknown(NO_ANSWER, "no response within the time-out")
    if len(exchange.body) > max_bytes:
        raise unknown("R002", f"{len(exchange.body)} bytes, at most {max_bytes}")
    return exchange.body


def words_of(exchange: Exchange, *, max_bytes: int) -> str:
    """The text of an answer: UTF-8, else CP949, else R009. Which of them says nothing of its rows:
    a recording keeps the text alone.
    """
    body = body_of(exchange, max_bytes=max_bytes)
    try:
        return body.decode()
    except UnicodeDecodeError:
        pass
    try:
        return body.decode("cp949")
    except UnicodeDecodeError as error:
        raise unknown("R009", f"byte {error.start} is neither UTF-8 nor CP949") from None


def _of_status(exchange: Exchange, code: str) -> str:
    """The HTTP status as the code where it says more than the body does."""
    return code if exchange.status == 200 else f"HTTP-{exchange.status}"


def _json_tree(words: str, exchange: Exchange) -> tuple[Any, tuple[str, ...]]:
    """JSON; `NaN` stays a word, so that only its row suffers; JavaScript notation is repaired."""
    try:
        return json.loads(words, parse_constant=str), ()
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(words) - 1 or error.msg.startswith("Unterminated string")
        repaired = _UNQUOTED_KEY.sub(r'\1"\2":', words) if not is_cut else words
        code, detail = (
            "R013" if is_cut else "R001",
            f"{error.msg.removesuffix(' at')} at character {error.pos}",
        )
    except RecursionError:
        raise unknown("R003", "nested too deep") from None
    except ValueError:
        raise unknown("R008", "a number of more than 4300 digits") from None
    try:
        if repaired != words:
            return json.loads(repaired, parse_constant=str), ("js_notation",)
    except (ValueError, RecursionError):
        pass
    raise unknown(_of_status(exchange, code), detail)


def _xml_tree(words: str, exchange: Exchange) -> Any:
    head = words[:200].lower()
    if "<html" in head or "<!doctype html" in head:
        raise unknown(_of_status(exchange, "HTML"), "an HTML page instead of data")
    try:
        root = ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", words), forbid_dtd=True)
    except DefusedXmlException:
        raise unknown("R001", "XML with a document type or entities") from None
    except (ParseError, ValueError) as error:
        is_cut = "no element found" in str(error) or "unclosed" in str(error)
        raise unknown(_of_status(exchange, "R013" if is_cut else "R001"), str(error)) from None
    if _xml_depth(root) > MAX_DEPTH:
        raise unknown("R003", f"nested deeper than {MAX_DEPTH}")
    return {_local(root): _element(root)}


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _element(element: Element) -> Any:
    """A leaf is its text, or its attributes where it has no text; repeated children become a list,
    as XML to JSON gateways do. What holds leaves alone is a row, and its attributes are cells too.
    """
    if len(element) == 0:
        is_row = element.attrib and not (element.text or "").strip()
        return dict(element.attrib) if is_row else element.text or ""
    is_row = not any(len(child) for child in element)
    found: dict[str, Any] = {}
    for child in element:
        name, value = _local(child), _element(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return {**element.attrib, **found} if is_row and len(found) > 1 else found


def _xml_depth(root: Element) -> int:
    level, depth = [root], 0
    while level:
        level = [child for element in level for child in element]
        depth += 1
    return depth


def _is_deeper(tree: Any, limit: int) -> bool:
    level = [tree]
    for _ in range(limit):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


Row = dict[str, Any]


def take_each(
    rows: Iterable[Any], harvest: Harvest, columns: frozenset[str], take: Callable[[Row], None]
) -> None:
    """Give every row to `take`; one that it refuses, or that is no object, is a refusal."""
    for row in rows:
        if not isinstance(row, dict):
            what = f"row is a {type(row).__name__}, expected an object"
            harvest.refused.append(refused_row(row, "R005", what, columns))
            continue
        try:
            take(row)
        except RecordRefusedError as error:
            harvest.refused.append(refused_row(row, error.code, error.detail, columns))
