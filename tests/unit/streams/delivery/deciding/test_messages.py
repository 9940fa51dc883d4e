"""What a message says, and that it fits."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.contract.enums import OF_ROADS, AlertEvent, RuleName, Severity
from streams.contract.times import DAY_MS
from streams.delivery.deciding.message import (
    MAX_BYTES,
    digest_id,
    digest_of,
    message_of,
    trial_of,
)
from streams.delivery.deciding.wording import one_line, sentence, title_of
from streams.domain.alerts import Alert
from tests.places import ROOT
from tests.texts import both

AT_MS = 1_795_392_000_000  # 2026-11-23 09:00 in Korea, which is 00:00 UTC
CLOSED = Alert(
    id="alrt_k5ixpl3vlw3uwtqiquxd7fqvfy.1",
    episode="alrt_k5ixpl3vlw3uwtqiquxd7fqvfy",
    rule=RuleName.CLOSURE,
    subject="work:2026-굴착-1007",
    word=AlertEvent.BEGIN,
    severity=Severity.CRITICAL,
    began_ms=AT_MS,
    at_ms=AT_MS,
    facts={
        "title": "하수관 정비",
        "closure": "full",
        "links": ["S0>S1"],
        "ends_ms": AT_MS + DAY_MS,
    },
)


def sentences(alert: Alert, *, is_simulated: bool) -> tuple[str, str]:
    return both(sentence(alert, is_simulated=is_simulated))


def body_of(alert: Alert, **given: Any) -> bytes:
    return msgspec.json.encode(message_of(alert, **given))


def test_a_closure_by_hand_is_sent_with_the_reason_that_was_given() -> None:
    row = replace(
        CLOSED, facts={**CLOSED.facts, "title": "명동→육림고개", "reason": "상수도\n파열"}
    )
    ko, en = sentences(row, is_simulated=False)
    assert ko.startswith("[긴급] 명동→육림고개 · 상수도 파열 · 전면 통제 · ")
    assert en.startswith("[critical] 명동→육림고개 · 상수도 파열 · road closed · ")


@pytest.mark.parametrize(
    ("end", "ko", "en"),
    [
        ("unstated", "종료일 미정", "end not stated"),
        ("unreadable", "종료일 미확인", "end not readable"),
    ],
)
def test_a_message_of_a_work_without_an_end_says_so(end: str, ko: str, en: str) -> None:
    facts = {name: value for name, value in CLOSED.facts.items() if name != "ends_ms"}
    korean, english = sentences(replace(CLOSED, facts={**facts, "end": end}), is_simulated=False)
    assert korean.endswith(f"전면 통제 · {ko}")
    assert english.endswith(f"road closed · {en}")
    assert sentences(replace(CLOSED, facts={**facts, "end": []}), is_simulated=False)


def contradicted(**more: Any) -> Alert:
    """Buses drive where a crew reported that it has begun; `more` overrides facts."""
    facts: dict[str, Any] = {"title": "중앙로", "works": ["P1"], "links": ["S0>S1"]}
    facts |= {"kind": "late_start", "through": 3, "round": 0, "asks": "open", **more}
    subject = "discrepancy:late_start:work:P1:1"
    return replace(CLOSED, rule=RuleName.DISCREPANCY, subject=subject, facts=facts)


def test_a_discrepancy_is_called_by_its_kind_with_the_buses_behind_it() -> None:
    korean, english = sentences(contradicted(), is_simulated=False)
    assert "중앙로 · 아직 시작 안 함" in korean
    assert korean.endswith("버스 3대 통과")
    assert english.endswith("3 buses passed")
    over = replace(contradicted(kind="moon"), word=AlertEvent.END)
    assert "불일치 해소" in sentences(over, is_simulated=False)[0]


@pytest.mark.parametrize(
    ("facts", "ko", "taps"),
    [
        ({}, "버스 3대가 지나갔습니다. 지금 열려 있나요?", ["not_yet", "start"]),
        ({"kind": "early_end"}, "버스 3대가 지나갔습니다. 지금 열려 있나요?", ["end", "start"]),
        (
            {"kind": "overrun", "asks": "closed", "round": 2},
            "버스 2대가 우회했습니다. 아직 막혀 있나요?",
            ["not_yet", "end"],
        ),
    ],
)
def test_a_crew_whose_tap_buses_contradict_is_asked_in_the_message(
    facts: dict[str, Any], ko: str, taps: list[str]
) -> None:
    asked = read(body_of(contradicted(**facts), expires_ms=AT_MS))["question"]
    assert (asked["ko"], [answer["tap"] for answer in asked["answers"]]) == (ko, taps)
    assert asked["en"]
    assert asked["answers"][0]["ko"].startswith("네, ")


def test_nobody_is_asked_where_nothing_was_tapped_or_it_is_over() -> None:
    alert = contradicted()
    untapped = {name: value for name, value in alert.facts.items() if name != "asks"}
    for each in (replace(alert, facts=untapped), replace(alert, word=AlertEvent.END), CLOSED):
        assert "question" not in read(body_of(each, expires_ms=AT_MS))


def read(body: bytes) -> dict[str, Any]:
    assert len(body) <= MAX_BYTES
    found: dict[str, Any] = json.loads(body)
    return found


def test_a_message_is_the_alert_and_where_to_look() -> None:
    body = read(
        body_of(
            CLOSED,
            expires_ms=AT_MS + DAY_MS,
            public_url="https://roads.example",
            work_url="https://roads.example/w/1?t=x",
            is_simulated=True,
        )
    )
    assert body == {
        "id": CLOSED.id,
        "type": "closure.begin",
        "episode": CLOSED.episode,
        "rule": "closure",
        "subject": CLOSED.subject,
        "word": "begin",
        "severity": "critical",
        "began_ms": AT_MS,
        "at_ms": AT_MS,
        "expires_ms": AT_MS + DAY_MS,
        "title": "하수관 정비",
        "text_ko": "[모의·긴급] 하수관 정비 · 전면 통제 · 11-24 09:00까지",
        "text_en": "[simulated·critical] 하수관 정비 · road closed · until 11-24 09:00 KST",
        "facts": CLOSED.facts,
        "simulated": True,
        "work_url": "https://roads.example/w/1?t=x",
        "map_url": "https://roads.example/#alert=closure%20work%3A2026-%EA%B5%B4%EC%B0%A9-1007",
    }


@pytest.mark.parametrize(
    ("word", "facts", "korean", "english"),
    [
        (AlertEvent.UPDATE, {"closure": "partial"}, "통제 변경 · 부분 통제", "closure changed"),
        (AlertEvent.END, {"closure": "full", "ends_ms": 1}, "통제 해제", "closure over"),
        (AlertEvent.BEGIN, {"organisation": "하수과"}, "통제 · 하수과", "closure · 하수과"),
        (AlertEvent.BEGIN, {"ends_ms": None, "closure": 7}, "통제", "closure"),
    ],
)
def test_what_is_not_known_is_not_said(
    word: AlertEvent, facts: dict[str, Any], korean: str, english: str
) -> None:
    said = replace(CLOSED, word=word, facts={"title": "관", **facts})
    text_ko, text_en = sentences(said, is_simulated=False)
    assert text_ko == f"[긴급] 관 · {korean}"
    assert text_en.startswith(f"[critical] 관 · {english}")


@pytest.mark.parametrize(
    ("facts", "korean", "english"),
    [
        ({"times_slower": 2.1}, "평소보다 2.1배 느림", "2.1 times slower than usual"),
        ({"times_slower": 3.0}, "평소보다 3배 느림", "3 times slower than usual"),
        ({"judged_by": "level"}, "평소 속도는 아직 모름", "usual speed not known yet"),
    ],
)
def test_a_jam_is_told_against_the_usual(facts: dict[str, Any], korean: str, english: str) -> None:
    jam = replace(CLOSED, rule=RuleName.JAM, facts={"title": "중앙로", "closure": "none", **facts})
    text_ko, text_en = sentences(jam, is_simulated=False)
    assert text_ko == f"[긴급] 중앙로 · 정체 지속 · {korean}"
    assert text_en == f"[critical] 중앙로 · long jam · {english}"


@pytest.mark.parametrize("rule", OF_ROADS)
def test_every_rule_has_words_of_its_own(rule: RuleName) -> None:
    begun = sentences(replace(CLOSED, rule=rule), is_simulated=False)
    ended = sentences(replace(CLOSED, rule=rule, word=AlertEvent.END), is_simulated=False)
    assert rule not in begun[0]
    assert begun[0] != ended[0]
    assert begun[1] != ended[1]


def test_a_feeds_text_stays_on_one_line_and_cannot_turn_the_writing_round() -> None:
    assert one_line("하수관\r\nX-Header: y\u202e\u0000", 80) == "하수관 X-Header: y"
    assert one_line("가" * 200, 120) == "가" * 119 + "…"
    assert title_of(replace(CLOSED, facts={"title": 7})) == CLOSED.subject


def test_without_a_public_address_there_is_nowhere_to_look() -> None:
    assert {"map_url", "work_url"}.isdisjoint(read(body_of(CLOSED, expires_ms=AT_MS)))


def test_facts_that_are_too_long_are_cut_and_named() -> None:
    links = [f"CCB2500011{n:04}>CCB2500012{n:04}" for n in range(2_000)]
    body = read(body_of(replace(CLOSED, facts={**CLOSED.facts, "links": links}), expires_ms=AT_MS))
    assert body["cut"] == ["links"]
    kept = body["facts"]["links"]
    assert len(kept) > 100
    assert kept == links[: len(kept)]
    assert body["facts"]["closure"] == "full"


def test_one_fact_that_is_too_long_leaves_the_others() -> None:
    facts = {"title": "관", "reason": "가" * 6_500, "phase": "active"}
    body = read(body_of(replace(CLOSED, facts=facts), expires_ms=AT_MS))
    assert body["facts"] == {"title": "관", "reason": None, "phase": "active"}
    assert body["cut"] == ["reason"]


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.text(max_size=20),
        st.one_of(st.text(max_size=9_000), st.lists(st.text(max_size=60), max_size=300)),
        max_size=6,
    )
)
def test_whatever_the_facts_are_a_message_fits_and_is_the_same_again(facts: dict[str, Any]) -> None:
    alert = replace(CLOSED, facts={"title": "가" * 10_000, **facts})
    body = body_of(alert, expires_ms=AT_MS, public_url="https://" + "r" * 200, is_simulated=True)
    assert read(body)["id"] == CLOSED.id
    assert body == body_of(
        alert, expires_ms=AT_MS, public_url="https://" + "r" * 200, is_simulated=True
    )


@pytest.mark.parametrize(("count", "left_out"), [(1, 0), (25, 0), (400, None)])
def test_a_digest_fits_keeps_the_newest_and_counts_the_rest(
    count: int, left_out: int | None
) -> None:
    alerts = [
        replace(
            CLOSED,
            id=f"{CLOSED.episode}.{n}",
            facts={"title": "가" * 300, "organisation": "나" * 99},
        )
        for n in range(count)
    ]
    body = read(digest_of(alerts, endpoint="ep_1", at_ms=AT_MS, expires_ms=AT_MS))
    assert body["type"] == "digest"
    assert len(body["alerts"]) + body["left_out"] == count
    assert body["alerts"][-1]["id"] == alerts[-1].id
    assert left_out in (None, body["left_out"])


def test_a_digests_id_follows_from_its_alerts_and_endpoint() -> None:
    ids = ["a.1", "a.2"]
    assert digest_id("ep_1", ids) == digest_id("ep_1", list(ids))
    others = {digest_id("ep_1", ids), digest_id("ep_2", ids), digest_id("ep_1", ids[:1])}
    assert len(others) == 3
    digest = read(digest_of([CLOSED], endpoint="ep_1", at_ms=AT_MS, expires_ms=AT_MS))
    assert digest["id"] == digest_id("ep_1", [CLOSED.id])


def test_a_trial_says_that_it_is_one() -> None:
    assert read(trial_of("test_1", at_ms=AT_MS))["type"] == "test"


def test_the_body_of_the_first_vector_is_the_message_as_it_is_today() -> None:
    vectors = json.loads((ROOT / "docs/webhook-vectors.json").read_text("utf-8"))
    body = body_of(
        CLOSED, expires_ms=AT_MS + DAY_MS, public_url="https://roads.example", is_simulated=True
    )
    assert vectors[0]["body"] == body.decode()


@pytest.mark.parametrize("title", ["named", "rows", "permits"])
def test_a_permit_that_is_titled_like_a_word_of_feeds_keeps_its_title(title: str) -> None:
    alert = replace(CLOSED, facts={**CLOSED.facts, "title": title})
    assert all(f" {title} · " in f" {text}" for text in sentences(alert, is_simulated=False))


def test_a_feed_is_called_by_its_name() -> None:
    alert = replace(CLOSED, rule=RuleName.FEED, subject="feed:permits", facts={"title": "permits"})
    assert "굴착 허가" in sentences(alert, is_simulated=False)[0]


ROUND = {"title": "300", "streets": ["도청로"], "stops": ["명동입구"], "works": [], "cause": ""}


@pytest.mark.parametrize(
    ("facts", "ko", "en"),
    [
        (
            ROUND,
            "[알림] 300번 버스 · 버스 우회 · 도청로로 우회 · 명동입구 무정차 · 사유 기록 없음",
            (
                "[notice] bus 300 · buses go round · by 도청로 · does not serve 명동입구 · "
                "no record explains it"
            ),
        ),
        (
            {**ROUND, "streets": [], "stops": list("가나다라마"), "cause": "work:P1"},
            "[알림] 300번 버스 · 버스 우회 · 가, 나, 다 외 2곳 무정차",
            "[notice] bus 300 · buses go round · does not serve 가, 나, 다 and 2 more",
        ),
    ],
)
def test_a_message_of_a_detour_says_the_way_and_the_stops_left_out(
    facts: dict[str, Any], ko: str, en: str
) -> None:
    alert = replace(CLOSED, rule=RuleName.DETOUR, severity=Severity.NOTICE, facts=facts)
    assert sentences(alert, is_simulated=False) == (ko, en)
