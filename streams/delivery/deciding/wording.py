"""What a message says to people; facts that are missing are left out. Pure."""

import time
import unicodedata
from collections.abc import Iterator
from typing import Any

from streams.contract.enums import AlertEvent, RuleName
from streams.contract.times import KST_MS
from streams.domain.alerts import Alert
from streams.domain.closures import closure_name
from streams.domain.unknown_times import unknown_time
from streams.words.catalogue import Phrase, Value, has_word, joined, name_of, phrase

MAX_TITLE = 120
MAX_PLACE = 40
SHOWN_PLACES = 3
_NO_END = {"unstated": (), "unreadable": ("end_unreadable",)}
"""What a permit says of its end where it has none that is known, and the flag that says it."""


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


def sentence(alert: Alert, *, is_simulated: bool) -> Phrase:
    """The message, one line."""
    head: list[Value] = [phrase("message.simulated")] if is_simulated else []
    if alert.rule is RuleName.REPORT:
        head.append(phrase("message.report.head"))
        return phrase("message.line", head=joined(head, "·"), body=joined(_report(alert), " · "))
    head.append(phrase(f"alert.{alert.severity.value}"))
    title, particulars = title_of(alert), []
    if alert.word is not AlertEvent.END:
        particulars = list(_particulars(alert.facts))
    parts: list[Value] = [_about(alert.rule, title), *_reason(alert.facts)]
    if not _is_said_by_closure(alert):
        parts.append(phrase("message.part", text=_event(alert)))
    return phrase(
        "message.line", head=joined(head, "·"), body=joined([*parts, *particulars], " · ")
    )


def _report(alert: Alert) -> Iterator[Value]:
    """A published report: its kind, its days, how many of them nothing is known of."""
    facts = alert.facts
    days = [str(facts.get(name)) for name in ("first", "last")]
    name = phrase(f"reports.kind.{facts.get('kind')}")
    is_new = alert.word is AlertEvent.BEGIN
    yield phrase("message.report.new" if is_new else "message.report.again", name=name)
    yield " ~ ".join(dict.fromkeys(days))
    if missing := facts.get("missing"):
        yield phrase("message.report.missing", n=len(missing))


def _about(rule: RuleName, title: str) -> Value:
    """What an alert of a rule is about, as people call it."""
    if rule is RuleName.DETOUR:
        return phrase("message.route", no=title)
    return name_of("feed", title) if rule is RuleName.FEED else title


def _is_said_by_closure(alert: Alert) -> bool:
    """Whether the closure's own name says what began."""
    is_begun = alert.rule is RuleName.CLOSURE and alert.word is AlertEvent.BEGIN
    return is_begun and _closure(alert.facts) is not None


def _event(alert: Alert) -> Value:
    begins = _name(alert)
    if alert.word is AlertEvent.END:
        over = f"rule.{alert.rule}.over"
        return phrase(over) if has_word(over) else phrase("message.over", text=begins)
    return phrase("message.changed", text=begins) if alert.word is AlertEvent.UPDATE else begins


def _name(alert: Alert) -> Value:
    """What the rule calls it; a discrepancy by its kind."""
    code = f"discrepancy.{alert.facts.get('kind')}"
    if alert.rule is RuleName.DISCREPANCY and has_word(code):
        return phrase(code)
    return name_of("rule", alert.rule)


def _closure(facts: dict[str, Any]) -> str | None:
    closure = facts.get("closure")
    is_known = isinstance(closure, str) and closure != "none" and has_word(f"closure.{closure}")
    return closure if is_known else None


def _slower(facts: dict[str, Any]) -> Iterator[Value]:
    """How much slower than usual a road is, or that its usual speed is not known."""
    times = facts.get("times_slower")
    if isinstance(times, int | float):
        yield phrase("slower.times", n=f"{times:g}")
    elif facts.get("judged_by") == "level":
        yield phrase("slower.by_level")


def _particulars(facts: dict[str, Any]) -> Iterator[Value]:
    yield from _slower(facts)
    if closure := _closure(facts):
        yield phrase("message.part", text=closure_name(closure))
    ends_ms, end = facts.get("ends_ms"), str(facts.get("end"))
    if isinstance(ends_ms, int) and 0 <= ends_ms < 4_102_444_800_000:
        local_s = (ends_ms + KST_MS) // 1000
        yield phrase("message.until", time=time.strftime("%m-%d %H:%M", time.gmtime(local_s)))
    elif end in _NO_END:
        yield unknown_time("ends_ms", _NO_END[end])
    yield from _places(facts)
    yield from _buses(facts)
    yield from _detour(facts)
    organisation = facts.get("organisation")
    if isinstance(organisation, str) and organisation.strip():
        yield one_line(organisation, MAX_TITLE)


def _reason(facts: dict[str, Any]) -> Iterator[Value]:
    """Why a person closed a road, in that person's words."""
    reason = facts.get("reason")
    if isinstance(reason, str) and reason.strip():
        yield one_line(reason, MAX_TITLE)


def _buses(facts: dict[str, Any]) -> Iterator[Value]:
    """How many buses drove through and went round, of a discrepancy."""
    for name, code in (("through", "message.buses_through"), ("round", "message.buses_round")):
        count = facts.get(name)
        if isinstance(count, int) and count > 0:
            yield phrase(code, n=count)


def _places(facts: dict[str, Any]) -> Iterator[Value]:
    """The places of a permit that has several: how many, and the first three by name."""
    rows, count = facts.get("places"), facts.get("place_count")
    if not isinstance(rows, list) or not isinstance(count, int):
        return
    names = [str(row["place"]) for row in rows if isinstance(row, dict) and row.get("place")]
    shown = ", ".join(one_line(name, MAX_PLACE) for name in names[:SHOWN_PLACES])
    more = ", …" if count > SHOWN_PLACES else ""
    yield phrase("message.places", count=count, names=f"{shown}{more}")


def _detour(facts: dict[str, Any]) -> Iterator[Value]:
    """The way that buses take, the stops they leave out, and that no record explains it."""
    for name in ("streets", "stops"):
        names = facts.get(name)
        if isinstance(names, list) and names:
            yield phrase(f"message.{name}", **{name: _some(list(map(str, names)))})
    if facts.get("cause") == "":
        yield phrase("message.cause.none")


def _some(names: list[str]) -> Value:
    shown = ", ".join(one_line(name, MAX_PLACE) for name in names[:SHOWN_PLACES])
    more = len(names) - SHOWN_PLACES
    return phrase("message.more_stops", names=shown, n=more) if more > 0 else shown
