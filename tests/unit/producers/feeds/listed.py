"""A permit as a portal lists it, and lists read as the producer reads them."""

import json
from typing import Any

from producers.feeds.permits import rows as permits
from producers.reading.answers import Answer, Exchange
from streams.contract.records import Permit
from streams.contract.settings import Settings
from tests.places import SHARED

DATA = SHARED / "data/permits"
AT_MS = 1_795_414_391_934
AT_DAY = "2026-11-23"  # of AT_MS
SEP_1_MS = 1_788_188_400_000  # 2026-09-01 00:00 KST
API = "https://x/getConstructionList?pageNo=1"
ROW: dict[str, Any] = {
    "PRMISN_NO": "2026-굴착-0412",
    "CNT_NAM": "상수도관 교체",
    "JYG_LOC": "춘천시 석사동 1",
    "COM_NAM": "춘천시청",
    "CCS_YMD": "2026-09-01",
    "CCE_YMD": "2026-09-30",
}


def parsed(body: bytes, url: str = API, settings: Settings | None = None) -> Answer:
    exchange = Exchange(permits.NAME, AT_MS, url, 200, body)
    return permits.parse_permits(exchange, settings or Settings())


def api(*rows: dict[str, Any]) -> Answer:
    body = {"items": list(rows), "totalCount": len(rows)}
    whole = {"response": {"header": {"resultCode": "00"}, "body": body}}
    return parsed(json.dumps(whole).encode())


def drop(words: str, encoding: str = "utf-8") -> Answer:
    return parsed(words.encode(encoding), "file:list.csv")


def permits_of(answer: Answer) -> list[Permit]:
    return [row for row in answer.rows if isinstance(row, Permit)]


def one(**changed: Any) -> Permit:
    [row] = permits_of(api({**ROW, **changed}))
    return row
