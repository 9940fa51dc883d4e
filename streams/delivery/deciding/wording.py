"""What a message says to people, Korean and English; facts that are missing are left out. Pure."""

import time
import unicodedata
from typing import Any

from streams.contract.enums import AlertEvent
from streams.contract.times import KST_MS
from streams.domain.alerts import Alert
from streams.domain.closure_words import CLOSURE_WORDS, closure_words
from streams.domain.unknown_times import short_words

MAX_TITLE = 120
MAX_PLACE = 40
SHOWN_PLACES = 3
_PHRASES = {  # rule -> what begins, and that it ended
    "closure": (("통제", "통제 해제"), ("closure", "closure over")),
    "overdue": (("공사 기간 초과", "기간 초과 해소"), ("work overdue", "no longer overdue")),
    "unseen": (
        ("착수 확인 안 됨", "착수 확인 안 됨 해소"),
        ("start not seen", "start no longer in doubt"),
    ),
    "slowdown": (
        ("공사 구간 심한 지체", "공사 구간 지체 해소"),
        ("severe slowdown at the work", "slowdown over"),
    ),
    "jam": (("정체 지속", "정체 해소"), ("jam persists", "jam over")),
    "clash": (("공사 간 충돌", "충돌 해소"), ("works clash", "clash resolved")),
    "feed": (("자료 수신 이상", "자료 수신 정상"), ("feed stale or unknown", "feed is back")),
    "reports": (
        ("시민 신고 집중 (미확인)", "시민 신고 종료"),
        ("citizens report (unconfirmed)", "reports over"),
    ),
}
_FEEDS = {
    "tago.positions": ("버스 위치", "Bus positions"),
    "gtfs.positions": ("버스 위치(GTFS)", "Bus positions (GTFS)"),
    "its.speeds": ("교통 속도", "Traffic speeds"),
    "its.events": ("국가 돌발", "National incidents"),
    "utic.incidents": ("경찰 돌발", "Police incidents"),
    "permits": ("굴착 허가", "Excavation permits"),
}
_SEVERITIES = {
    "critical": ("긴급", "critical"),
    "warning": ("주의", "warning"),
    "notice": ("알림", "notice"),
}
_NO_END = {  # what a permit says of its end where it has none that is known
    "unstated": short_words("ends_ms", ()),
    "unreadable": short_words("ends_ms", ("end_unreadable",)),
}
_CHANGED = ("변경", "changed")
_SIMULATED = ("모의", "simulated")


def title_of(alert: Alert) -> str:
    """What an alert is about, one line without control characters, at most 120 characters."""
    said = alert.facts.get("title")
    text = said if isinstance(said, str) and said.strip() else alert.subject
    return one_line(text, MAX_TITLE)


def one_line(text: str, most: int) -> str:
    """A feed's text on one line: controls and marks that turn the writing round become spaces."""
    plain = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    line = " ".join(plain.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def sentences(alert: Alert, *, is_simulated: bool) -> tuple[str, str]:
    """The message in Korean and in English, one line each."""
    return _sentence(alert, 0, is_simulated=is_simulated), _sentence(
        alert, 1, is_simulated=is_simulated
    )


def _sentence(alert: Alert, tongue: int, *, is_simulated: bool) -> str:
    """One line; `tongue` 0 is Korean, 1 English."""
    head = [_SIMULATED[tongue]] if is_simulated else []
    head.append(_SEVERITIES[alert.severity.value][tongue])
    title = title_of(alert)
    parts = [_FEEDS[title][tongue] if title in _FEEDS else title, _phrase(alert, tongue)]
    if alert.word is not AlertEvent.END:
        parts += _particulars(alert.facts, tongue)
    return f"[{'·'.join(head)}] {' · '.join(part for part in parts if part)}"


def _phrase(alert: Alert, tongue: int) -> str:
    known = _PHRASES.get(alert.rule)
    begins, ends = (
        known[tongue] if known else (alert.rule, f"{alert.rule} {('종료', 'over')[tongue]}")
    )
    if alert.word is AlertEvent.END:
        return ends
    return f"{begins} {_CHANGED[tongue]}" if alert.word is AlertEvent.UPDATE else begins


def _particulars(facts: dict[str, Any], tongue: int) -> list[str]:
    closure, ends_ms = facts.get("closure"), facts.get("ends_ms")
    parts: list[str] = []
    if isinstance(closure, str) and closure in CLOSURE_WORDS and closure != "none":
        parts.append(closure_words(closure)[tongue])
    if isinstance(ends_ms, int) and 0 <= ends_ms < 4_102_444_800_000:
        parts.append(f"{_local(ends_ms)}까지" if tongue == 0 else f"until {_local(ends_ms)} KST")
    elif (end := str(facts.get("end"))) in _NO_END:
        parts.append(_NO_END[end][tongue])
    if places := _places(facts, tongue):
        parts.append(places)
    organisation = facts.get("organisation")
    if isinstance(organisation, str) and organisation.strip():
        parts.append(one_line(organisation, MAX_TITLE))
    return parts


def _places(facts: dict[str, Any], tongue: int) -> str:
    """The places of a permit that has several: how many, and the first three by name."""
    rows, count = facts.get("places"), facts.get("place_count")
    if not isinstance(rows, list) or not isinstance(count, int):
        return ""
    names = [str(row["place"]) for row in rows if isinstance(row, dict) and row.get("place")]
    shown = ", ".join(one_line(name, MAX_PLACE) for name in names[:SHOWN_PLACES])
    more = ", …" if count > SHOWN_PLACES else ""
    return f"{count}곳({shown}{more})" if tongue == 0 else f"{count} places ({shown}{more})"


def _local(at_ms: int) -> str:
    """A time in Korea, `11-23 18:00`."""
    return time.strftime("%m-%d %H:%M", time.gmtime((at_ms + KST_MS) // 1000))
