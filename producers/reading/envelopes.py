"""The wrapping around rows: data.go.kr, national ITS and Seoul, with their many ways to say no.

Success is a code in the body, never HTTP 200 alone.
"""

import re
from dataclasses import dataclass
from typing import Any

from producers.reading.answers import Exchange, Harvest, unknown
from producers.reading.fields import number, text

GATEWAY_NAMES = {
    "APPLICATION_ERROR": 1,
    "DB_ERROR": 2,
    "NODATA_ERROR": 3,
    "HTTP_ERROR": 4,
    "SERVICETIME_OUT": 5,
    "INVALID_REQUEST_PARAMETER": 10,
    "NO_MANDATORY_REQUEST_PARAMETERS": 11,
    "NO_OPENAPI_SERVICE": 12,
    "SERVICE_ACCESS_DENIED": 20,
    "TEMPORARILY_DISABLE_THE_SERVICEKEY": 21,
    "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS": 22,
    "LIMITED_NUMBER_OF_SERVICE_REQUESTS_PER_SECOND_EXCEEDS": 23,
    "SERVICE_KEY_IS_NOT_REGISTERED": 30,
    "DEADLINE_HAS_EXPIRED": 31,
    "UNREGISTERED_IP": 32,
    "UNSIGNED_CALL": 33,
    "UNKNOWN": 99,
}
REASONS = {
    str(number): name.replace("_", " ").lower() for name, number in GATEWAY_NAMES.items()
} | {
    "4001": "the calls of this key are spent",
    "4005": "the key is not valid",
}
"""Our own words for a code: what a portal writes beside it may hold a key or a person."""
FATAL = frozenset({"10", "11", "12", "20", "30", "31", "32", "33"})
QUOTA = frozenset({"22"})
_SEOUL_CODE = re.compile(r"(?:INFO|ERROR)-\d{3}")
NO_DATA = "3"
MAX_ROWS = 50_000  # of one answer of a portal: whole numbers are rows too, until they are looked at
ITS_FATAL = frozenset({"4005"})
ITS_QUOTA = frozenset({"4001"})


@dataclass(frozen=True, slots=True)
class Portal:
    """How one portal names its codes: `prefix` stands before the code in reports."""

    prefix: str
    fatal: frozenset[str]
    quota: frozenset[str]


TAGO = Portal("TAGO", FATAL, QUOTA)
PERMITS = Portal("PERMITS", FATAL, QUOTA)
ITS = Portal("ITS", ITS_FATAL, ITS_QUOTA)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The rows of a successful answer (possibly none) and how many the source says it has."""

    rows: tuple[Any, ...]
    total: int | None

    @property
    def is_short(self) -> bool:
        """Whether the source has more rows than came."""
        return self.total is not None and len(self.rows) < self.total


EMPTY = Envelope((), 0)


def harvest_of(envelope: Envelope, flags: tuple[str, ...]) -> Harvest:
    """An empty harvest of this answer."""
    return Harvest(
        is_partial=envelope.is_short,
        listed=len(envelope.rows),
        total=envelope.total,
        flags=flags,
    )


def opened(tree: Any, exchange: Exchange, portal: Portal) -> Envelope:
    """The rows of an answer; raises UnknownAnswerError for every refusal, quota and broken
    wrapping.
    """
    if isinstance(tree, list):
        return checked(Envelope(tuple(tree), None), exchange)
    if not isinstance(tree, dict):
        raise unknown("R005", f"answer is a {type(tree).__name__}, expected an object")
    _refuse_gateway_error(tree, exchange, portal)
    if (seoul := _seoul(tree)) is not None:
        return checked(seoul, exchange)
    root = tree.get("response", _operation(tree))
    if not isinstance(root, dict):
        raise unknown("R005", "response is not an object")
    inner = root.get("header")
    header: dict[str, Any] = inner if isinstance(inner, dict) else root
    code = _code(header.get("resultCode"))
    if code == NO_DATA and portal is not ITS:
        return EMPTY
    if code != "0":
        raise _refusal(code, exchange, portal)
    return checked(_rows_of(root), exchange)


def _operation(tree: dict[str, Any]) -> Any:
    """What stands under the operation's name where that is the root, else the tree."""
    inner = next(iter(tree.values()), None) if len(tree) == 1 else None
    is_named = isinstance(inner, dict) and {"header", "body", "resultCode"} & set(inner)
    return inner if is_named else tree


def checked(envelope: Envelope, exchange: Exchange) -> Envelope:
    """The envelope; raises where the status, or a total without a row, speaks against it."""
    if exchange.status != 200:
        raise unknown(f"HTTP-{exchange.status}", "a success in the body of an HTTP error")
    if len(envelope.rows) > MAX_ROWS and not exchange.is_file:
        raise unknown("R015", f"{len(envelope.rows)} rows, at most {MAX_ROWS}")
    if envelope.is_short and not envelope.rows:
        raise unknown("R013", f"no rows, totalCount {envelope.total}")
    return envelope


def _code(value: Any) -> str:
    """One spelling of a code: "00", "0" and 0 are "0"; a gateway name is its number; None is ""."""
    raw = text(value, 80).upper()
    if raw.isascii() and raw.isdecimal():
        return str(int(raw))
    named = GATEWAY_NAMES.get(raw.removesuffix("_ERROR"), GATEWAY_NAMES.get(raw))
    return raw if named is None else str(named)


def _refusal(code: str, exchange: Exchange, portal: Portal) -> Exception:
    """The unknown answer of a code that is not success."""
    if not code:
        shown = "R005" if exchange.status == 200 else f"HTTP-{exchange.status}"
        return unknown(shown, "no resultCode", is_fatal=exchange.status == 401)
    is_code = code.isdecimal() and len(code) <= 5
    shown = f"{portal.prefix}-{int(code):02d}" if is_code else f"{portal.prefix}-OTHER"
    is_quota = code in portal.quota
    is_fatal = code in portal.fatal or (exchange.status == 401 and not is_quota)
    why = REASONS.get(code, "a code that is not known")
    return unknown(shown, why, is_fatal=is_fatal, is_quota=is_quota)


def _refuse_gateway_error(tree: dict[str, Any], exchange: Exchange, portal: Portal) -> None:
    """Raise the gateway's code; it may put the name where the number belongs, or swap its texts."""
    wrapper = tree.get("OpenAPI_ServiceResponse")
    if wrapper is None:
        return
    header = wrapper.get("cmmMsgHeader") if isinstance(wrapper, dict) else None
    header = header if isinstance(header, dict) else {}
    given = [header.get(key) for key in ("returnReasonCode", "returnAuthMsg", "errMsg")]
    codes = [code for code in map(_code, given) if code.isdecimal()]
    raise _refusal(codes[0] if codes else "99", exchange, portal)


def _seoul(tree: dict[str, Any]) -> Envelope | None:
    """The rows of `{"Service":{"list_total_count","RESULT","row"}}`; None for another wrapping."""
    inner = next((v for v in tree.values() if isinstance(v, dict) and "RESULT" in v), tree)
    result = inner.get("RESULT")
    if not isinstance(result, dict):
        return None
    code = text(result.get("CODE") or result.get("code"), 40)
    if code == "INFO-200":
        return EMPTY
    if code != "INFO-000":
        shown = code if _SEOUL_CODE.fullmatch(code) else "OTHER"
        raise unknown(
            f"SEOUL-{shown}", "the portal says no", is_fatal=code in {"INFO-100", "ERROR-500"}
        )
    return Envelope(_listed(inner.get("row")), _count(inner.get("list_total_count")))


def _rows_of(root: dict[str, Any]) -> Envelope:
    """The rows under `body.items.item`, `body.items`, `body.item` or a flat `data`."""
    if isinstance(root.get("data"), list | dict):
        return Envelope(_listed(root["data"]), _count(root.get("totalCount")))
    body = root.get("body")
    if not isinstance(body, dict):
        raise unknown("R005", "a success without a body")
    items = body.get("items", body.get("item"))
    if isinstance(items, dict) and set(items) <= {"item"}:
        items = items.get("item")
    return Envelope(_listed(items), _count(body.get("totalCount")))


def _listed(items: Any) -> tuple[Any, ...]:
    """Rows as a tuple: one row may come bare, none as "", null or {}."""
    if isinstance(items, list):
        return tuple(items)
    return (items,) if isinstance(items, dict) and items else ()


def _count(value: Any) -> int | None:
    found = number(value)
    return None if found is None else int(found)
