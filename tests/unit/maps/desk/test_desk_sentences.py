"""Sentences as a clerk reads them aloud: each row a situation, its word of certainty, its text."""

from typing import Any

import pytest

from maps.desk.facts.scene import AskedPlace
from tests.cities.desks import (
    BUSES,
    EVENTS,
    HOUR_MS,
    MIN_MS,
    NOW,
    PERMITS,
    Street,
    card,
    kst,
    place,
    spoken,
)

A, B = "S1>S2", "S2>S1"
NAME = "명동입구에서 중앙로입구 방향"
TODAY = "오늘 오후 6시까지 통제할 예정이며"
BY_PERMIT = "굴착 허가 자료 기준으로 현장 확인 전입니다."
HERE = place("section", A)
STRETCH = place("section", A, B, title="중앙로 명동입구~중앙로입구")
LONG = place("section", "S0>S1", A, "S2>S3", "S3>S2", B, "S1>S0", title="중앙로 시청앞~팔호광장")
STOP = place("stop", "S0>S1", A, "S1>S0", B, name="S1", title="명동입구")
ROUTE = place("route", "S0>S1", A, "S2>S3", name="R300", title="300")
WORK = place("work", A, name="2026-굴착-0412", title="하수관 정비")
NOWHERE = place("work", name="2026-굴착-0412", title="하수관 정비")


def crew(at: str, by: str = "crew") -> dict[str, Any]:
    return {"at_ms": kst(at), "by": by}


def at(time: str) -> Street:
    return Street(now_ms=kst(time))


def silent(feed: str, minutes: int) -> Street:
    return Street(silent_ms={feed: NOW - minutes * MIN_MS})


def running(*stops: str) -> Street:
    buses = {
        f"v{n}": {"route_id": "R300", "stop_id": stop, "observed_ms": NOW - n * MIN_MS}
        for n, stop in enumerate(stops)
    }
    return Street(buses=buses)


OPEN = [
    (
        Street().driven(A, buses=6),
        HERE,
        "confirmed",
        (f"{NAME}은 통행할 수 있습니다. 3분 전까지 버스 6대가 지나간 기록으로 확인했습니다."),
    ),
    (
        Street().driven(A, buses=4, ago_min=0.5, kmh=18),
        HERE,
        "confirmed",
        (f"{NAME}은 통행할 수 있습니다. 방금까지 버스 4대가 지나간 기록으로 확인했습니다."),
    ),
    (
        Street().driven(A, buses=2, kmh=9),
        HERE,
        "confirmed",
        (f"{NAME}은 통행할 수 있습니다. 3분 전까지 버스 2대가 지나간 기록으로 확인했습니다."),
    ),
    (
        Street().driven(A, buses=3),
        STRETCH,
        "confirmed",
        (
            "중앙로 명동입구에서 중앙로입구 구간은 통행할 수 있습니다. 3분 전까지 버스 3대가 "
            "2개 구간 중 1개 구간을 지나간 기록으로 확인했습니다."
        ),
    ),
    (
        Street().driven(A, buses=5),
        LONG,  # seen on one of six sections: not confirmed
        "inferred",
        (
            "중앙로 시청앞에서 팔호광장 구간은 통행할 수 있는 것으로 보입니다. 3분 전에 버스 "
            "5대가 지나간 기록으로 추정했습니다."
        ),
    ),
    (
        Street().measured(A),
        HERE,
        "reported",
        (
            f"{NAME}은 통행할 수 있습니다. 교통정보센터가 2분 전에 보낸 속도 기준이며, 버스 통과 "
            "기록은 아직 없습니다."
        ),
    ),
    (
        Street().driven(A, buses=1, ago_min=4),
        HERE,
        "inferred",
        (
            f"{NAME}은 통행할 수 있는 것으로 보입니다. 4분 전에 버스 1대가 지나간 기록으로 "
            "추정했습니다."
        ),
    ),
    (
        Street(),
        HERE,
        "lost",
        (
            f"{NAME}에 알려진 통제는 없습니다. 다만 최근 10분 동안 지나간 버스가 없어 실제 통행 "
            "상태는 확인되지 않습니다."
        ),
    ),
    (
        Street().driven(A, buses=2),
        STOP,
        "inferred",
        (
            "명동입구 정류장 주변 도로는 통행할 수 있는 것으로 보입니다. 3분 전에 버스 2대가 "
            "지나간 기록으로 추정했습니다."
        ),
    ),
    (
        Street().dug(A, closure="none").driven(A, buses=2),
        HERE,
        "confirmed",
        (
            f"{NAME}은 하수관 정비 공사가 진행 중이지만 통행할 수 있습니다. 3분 전까지 버스 "
            "2대가 지나간 기록으로 확인했습니다."
        ),
    ),
    (
        Street().dug(A, phase="finished", ends_ms=kst("2026-11-23 12:00")),
        HERE,
        "inferred",
        (
            f"{NAME}은 통행할 수 있는 것으로 보입니다. 공사 기한이 오늘 낮 12시까지여서 끝난 "
            "것으로 추정하며, 그 뒤 통행 기록은 아직 없습니다."
        ),
    ),
    (
        Street().dug(A, phase="finished", ended=crew("2026-11-23 11:40")),
        HERE,
        "reported",
        (
            f"{NAME}은 통행할 수 있습니다. 현장에서 오늘 오전 11시 40분에 끝났다고 알려 왔으며, "
            "그 뒤 통행 기록은 아직 없습니다."
        ),
    ),
    (
        Street()
        .dug(A, phase="planned", closure="full", starts_ms=kst("2026-11-24 09:00"))
        .driven(A, buses=2),
        HERE,
        "confirmed",
        (
            f"{NAME}은 통행할 수 있습니다. 3분 전까지 버스 2대가 지나간 기록으로 확인했습니다. "
            "내일 오전 9시부터는 하수관 정비 공사로 전면 통제될 예정입니다."
        ),
    ),
]

CLOSED = [
    (
        Street().dug(A).driven(A, buses=6),
        HERE,
        "reported",  # what a bus sees of a lane is nothing
        f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. {TODAY}, {BY_PERMIT}",
    ),
    (
        Street().dug(A),
        HERE,
        "reported",
        f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. {TODAY}, {BY_PERMIT}",
    ),
    (
        Street().dug(A, lanes_closed=None),
        HERE,
        "reported",
        f"{NAME} 일부 차로가 하수관 정비 공사로 통제 중입니다. {TODAY}, {BY_PERMIT}",
    ),
    (
        Street().dug(A, also_closed=["sidewalk"]),
        HERE,
        "reported",
        f"{NAME} 1개 차로와 보도가 하수관 정비 공사로 통제 중입니다. {TODAY}, {BY_PERMIT}",
    ),
    (
        Street().dug(A, closure="full"),
        HERE,
        "reported",
        f"{NAME}이 하수관 정비 공사로 전면 통제 중입니다. {TODAY}, {BY_PERMIT}",
    ),
    (
        Street().dug(A, closure="full").driven(A, buses=3),
        HERE,
        "reported",
        (
            f"{NAME}이 하수관 정비 공사로 전면 통제되는 것으로 통보되었습니다. {TODAY}, 굴착 "
            "허가 자료 기준입니다. 다만 최근 10분 동안 버스 3대가 지나갔고 마지막은 3분 전이라 "
            "현장 확인이 필요합니다."
        ),
    ),
    (
        Street().dug(A, closure="full", started=crew("2026-11-23 09:10")),
        HERE,
        "confirmed",
        (
            f"{NAME}이 하수관 정비 공사로 전면 통제 중입니다. {TODAY}, 현장에서 오늘 오전 9시 "
            "10분에 시작했다고 확인했습니다."
        ),
    ),
    (
        Street().dug(A, closure="full", started=crew("2026-11-23 09:00", by="office")),
        HERE,
        "confirmed",
        (
            f"{NAME}이 하수관 정비 공사로 전면 통제 중입니다. {TODAY}, 담당 부서에서 오늘 오전 "
            "9시에 시작했다고 확인했습니다."
        ),
    ),
    (
        Street().dug(A, closure="full"),
        STRETCH,
        "reported",
        (
            "중앙로 명동입구에서 중앙로입구 구간 중앙로입구 방향이 하수관 정비 공사로 전면 통제 "
            f"중입니다. {TODAY}, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, B, closure="full"),
        LONG,
        "reported",
        (
            f"명동입구~중앙로입구 구간 양방향이 하수관 정비 공사로 전면 통제 중입니다. {TODAY}, "
            f"{BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, B, "S0>S1", closure="full"),
        LONG,
        "reported",
        (
            "중앙로 시청앞에서 팔호광장 구간 6개 구간 중 3개 구간이 하수관 정비 공사로 전면 "
            f"통제 중입니다. {TODAY}, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(B),
        STOP,
        "reported",
        (
            f"중앙로입구에서 명동입구 방향 1개 차로가 하수관 정비 공사로 통제 중입니다. {TODAY}, "
            f"{BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, closure="sidewalk"),
        HERE,
        "reported",
        (
            f"{NAME} 보도가 하수관 정비 공사로 통제 중이며, 통보된 차로 통제는 없습니다. "
            f"{TODAY}, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, closure="bicycle"),
        HERE,
        "reported",
        (
            f"{NAME} 자전거도로가 하수관 정비 공사로 통제 중이며, 통보된 차로 통제는 없습니다. "
            f"{TODAY}, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, closure="bus_stop"),
        STOP,
        "reported",
        (
            f"{NAME} 버스정류장이 하수관 정비 공사로 통제 중이며, 통보된 차로 통제는 없습니다. "
            f"{TODAY}, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, closure="unknown", title="춘천시 도로 굴착(1공구)"),
        HERE,
        "reported",
        (
            f"{NAME}에 춘천시 도로 굴착 공사가 있으나 통제 범위는 통보되지 않았습니다. 오늘 오후 "
            f"6시까지 진행될 예정이며, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, unlisted_ms=NOW - HOUR_MS),
        HERE,
        "inferred",
        (
            f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. {TODAY}, 5분 전에 받은 굴착 "
            "허가 자료 기준이나, 지금은 목록에서 빠져 추정한 것입니다."
        ),
    ),
    (
        Street().struck(A),
        HERE,
        "reported",
        (
            f"{NAME}이 교통사고로 전면 통제 중입니다. 종료 시각은 아직 알 수 없으며, 국가 돌발 "
            "자료 기준으로 현장 확인 전입니다."
        ),
    ),
    (
        Street().struck(A, kind="gathering", closure="partial", ends_ms=kst("2026-11-23 15:30")),
        HERE,
        "reported",
        (
            f"{NAME} 일부 차로가 집회·행사로 통제 중입니다. 오늘 오후 3시 30분까지 통제할 "
            "예정이며, 국가 돌발 자료 기준으로 현장 확인 전입니다."
        ),
    ),
    (
        Street().struck(A, kind="control"),
        HERE,
        "reported",
        (
            f"{NAME}이 전면 통제 중입니다. 종료 시각은 아직 알 수 없으며, 국가 돌발 자료 "
            "기준으로 현장 확인 전입니다."
        ),
    ),
    (
        Street().dug(A, closure="full").dug(B, name="2026-굴착-0500", title="가스관 매설공사"),
        STRETCH,
        "reported",
        (
            "중앙로 명동입구에서 중앙로입구 구간 중앙로입구 방향이 하수관 정비 공사로 전면 통제 "
            f"중입니다. {TODAY}, {BY_PERMIT}"
        ),
    ),
]

UNTIL = [
    (
        Street().dug(A, ends_ms=kst("2026-11-28 00:00")),
        (
            f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. 11월 27일까지 통제할 예정이며, "
            f"{BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, hours="09:00-18:00", ends_ms=kst("2026-11-28 00:00")),
        (f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. 오늘 오후 6시까지이며, {BY_PERMIT}"),
    ),
    (
        at("2026-11-23 23:30").dug(
            A, hours="22:00-05:00", ends_ms=kst("2026-11-28 00:00"), lanes_closed=2
        ),
        (f"{NAME} 2개 차로가 하수관 정비 공사로 통제 중입니다. 내일 오전 5시까지이며, {BY_PERMIT}"),
    ),
    (
        at("2026-11-23 03:00").dug(A, hours="22:00-05:00", ends_ms=kst("2026-11-23 05:00")),
        (
            f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. 오늘 오전 5시까지 통제할 "
            f"예정이며, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, first_ends_ms=kst("2026-11-21 00:00"), ends_ms=kst("2026-11-28 00:00")),
        (
            f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. 11월 20일까지였던 기한이 11월 "
            f"27일까지로 연장되었으며, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(
            A,
            hours="09:00-18:00",
            first_ends_ms=kst("2026-11-21 00:00"),
            ends_ms=kst("2026-11-28 00:00"),
        ),
        (f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. 오늘 오후 6시까지이며, {BY_PERMIT}"),
    ),
    (
        Street().dug(A, dig_ends_ms=kst("2026-11-25 18:00"), ends_ms=kst("2026-12-20 00:00")),
        (
            f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. 11월 25일 오후 6시까지 통제할 "
            f"예정이며, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(
            A,
            phase="overdue",
            ends_ms=kst("2026-11-23 12:00"),
            started=crew("2026-11-22 09:10"),
        ),
        (
            f"{NAME} 1개 차로가 하수관 정비 공사로 통제 중입니다. 예정된 기한인 오늘 낮 12시가 "
            "지났으나 종료 통보가 없으며, 현장에서 어제 오전 9시 10분에 시작했다고 "
            "확인했습니다."
        ),
    ),
]

SILENT = [
    (
        silent(PERMITS, 40).dug(A, closure="full"),
        HERE,
        (
            "굴착 허가 자료가 40분 전에 끊겨 지금 상태는 확인되지 않습니다. 마지막으로 받은 "
            f"자료로는 {NAME}이 하수관 정비 공사로 전면 통제 중이었습니다."
        ),
    ),
    (
        silent(EVENTS, 60).struck(A),
        HERE,
        (
            "국가 돌발 자료가 1시간 전에 끊겨 지금 상태는 확인되지 않습니다. 마지막으로 받은 "
            f"자료로는 {NAME}이 교통사고로 전면 통제 중이었습니다."
        ),
    ),
    (
        silent(PERMITS, 40).dug(A),
        STRETCH,
        (
            "굴착 허가 자료가 40분 전에 끊겨 지금 상태는 확인되지 않습니다. 마지막으로 받은 "
            "자료로는 중앙로 명동입구에서 중앙로입구 구간 중앙로입구 방향 1개 차로가 하수관 "
            "정비 공사로 통제 중이었습니다."
        ),
    ),
    (
        silent(BUSES, 4).driven(A, buses=6, ago_min=5),
        HERE,
        (
            "버스 위치 자료가 4분 전에 끊겨 지금 상태는 확인되지 않습니다. 마지막으로 받은 "
            f"자료로는 {NAME}에 알려진 통제는 없었습니다."
        ),
    ),
    (
        Street(store="lost", clock_ms=NOW - 4 * MIN_MS).driven(A, buses=6),
        HERE,
        (
            "도로 정보가 4분 전에 끊겨 지금 상태는 확인되지 않습니다. 마지막으로 받은 자료로는 "
            f"{NAME}에 알려진 통제는 없었습니다."
        ),
    ),
    (
        Street(clock_ms=NOW - 4 * MIN_MS).dug(A, closure="full", started=crew("2026-11-23 09:10")),
        HERE,
        (
            "도로 정보가 4분 전에 끊겨 지금 상태는 확인되지 않습니다. 마지막으로 받은 자료로는 "
            f"{NAME}이 하수관 정비 공사로 전면 통제 중이었습니다."
        ),
    ),
    (
        Street(store="rebuilding").dug(A),
        HERE,
        (
            "상태를 기록에서 다시 만드는 중이어서 지금 상태는 확인되지 않습니다. 마지막으로 "
            f"받은 자료로는 {NAME} 1개 차로가 하수관 정비 공사로 통제 중이었습니다."
        ),
    ),
    (
        Street(feeds=(PERMITS,)),
        HERE,
        (
            "버스 위치 자료가 들어오지 않아 지금 상태는 확인되지 않습니다. 마지막으로 받은 "
            f"자료로는 {NAME}에 알려진 통제는 없었습니다."
        ),
    ),
]

PERMIT = [
    (
        Street().dug(A).driven(A, buses=3),
        WORK,
        "reported",
        (
            "하수관 정비 공사는 명동입구→중앙로입구 방향에서 진행 중이며, 1개 차로를 통제하고 "
            f"있습니다. {TODAY}, {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(
            A,
            phase="planned",
            starts_ms=kst("2026-11-26 09:00"),
            ends_ms=kst("2026-12-03 00:00"),
        ),
        WORK,
        "reported",
        (
            "하수관 정비 공사는 아직 시작하지 않았으며, 11월 26일 오전 9시부터 12월 2일까지 "
            f"예정되어 있습니다. {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, phase="paused", hours="22:00-05:00", ends_ms=kst("2026-12-03 00:00")),
        WORK,
        "reported",
        (
            "하수관 정비 공사는 현재 작업 시간이 아니어서 통제하지 않습니다. 작업은 12월 "
            f"2일까지 매일 오후 10시부터 다음 날 오전 5시까지 합니다. {BY_PERMIT}"
        ),
    ),
    (
        Street().dug(A, phase="finished", ends_ms=kst("2026-11-20 18:00")),
        WORK,
        "reported",
        f"하수관 정비 공사는 11월 20일 오후 6시로 기한이 끝났습니다. {BY_PERMIT}",
    ),
    (
        Street().dug(A, phase="finished", ended=crew("2026-11-23 11:40")),
        WORK,
        "confirmed",
        ("하수관 정비 공사는 오늘 오전 11시 40분에 끝났습니다. 현장에서 직접 알려 온 내용입니다."),
    ),
    (
        Street().dug(A, phase="cancelled"),
        WORK,
        "reported",
        f"하수관 정비 공사는 취소되었습니다. {BY_PERMIT}",
    ),
    (
        Street().dug(),
        NOWHERE,
        "reported",
        (
            "하수관 정비 공사의 위치를 확인하지 못했습니다. 어느 도로인지는 춘천시 하수과 "
            f"033-250-0000에 확인하시기 바랍니다. {BY_PERMIT}"
        ),
    ),
    (
        silent(PERMITS, 40).dug(A, phase="cancelled"),
        WORK,
        "lost",
        (
            "굴착 허가 자료가 40분 전에 끊겨 지금 상태는 확인되지 않습니다. 마지막으로 받은 "
            "자료로는 하수관 정비 공사는 취소되었습니다."
        ),
    ),
]

ROUTES = [
    (
        running("S0", "S1", "S2"),
        "confirmed",
        ("300번 노선에 알려진 통제는 없습니다. 버스 위치는 방금까지의 기록입니다."),
    ),
    (
        running("S0").dug(A, closure="full"),
        "reported",
        (f"300번 노선 중 {NAME}이 하수관 정비 공사로 전면 통제 중입니다. {TODAY}, {BY_PERMIT}"),
    ),
    (
        Street(),
        "lost",
        (
            "300번 노선에 알려진 통제는 없습니다. 다만 최근 10분 동안 위치가 잡힌 버스가 없어 "
            "실제 운행은 확인되지 않습니다."
        ),
    ),
    (
        silent(BUSES, 4),
        "lost",
        (
            "버스 위치 자료가 4분 전에 끊겨 지금 상태는 확인되지 않습니다. 마지막으로 받은 "
            "자료로는 300번 노선에 알려진 통제는 없었습니다."
        ),
    ),
]

ALL = [
    *OPEN,
    *CLOSED,
    *((street, HERE, "", text) for street, text in UNTIL),
    *((street, here, "lost", text) for street, here, text in SILENT),
    *PERMIT,
    *((street, ROUTE, word, text) for street, word, text in ROUTES),
]


@pytest.mark.parametrize(("street", "here", "word", "text"), ALL)
def test_a_clerk_can_read_it_aloud(street: Street, here: AskedPlace, word: str, text: str) -> None:
    body = card(here, street.scene())
    assert body["sentence_ko"] == text
    assert body["verdict"]["certainty"] == word or not word
    assert body["is_stale"] == ((word == "lost" and "끊겨" in text) or "지금 상태는" in text)


def test_there_are_rows_enough() -> None:
    assert len(ALL) >= 40


def told(street: Street, here: AskedPlace, name: str) -> str:
    return spoken(card(here, street.scene())["clauses"], name)


@pytest.mark.parametrize(
    ("kmh", "text"),
    [
        (32, "소통은 원활하며 시속 32km 정도입니다."),
        (18, "차량이 시속 18km 정도로 서행하고 있습니다."),
        (9, "차량이 시속 9km 정도로 정체되고 있습니다."),
    ],
)
def test_how_the_road_flows_is_a_clause_of_its_own(kmh: float, text: str) -> None:
    assert told(Street().driven(A, buses=6, kmh=kmh), HERE, "traffic") == text
    assert told(Street().measured(A, kmh=kmh), HERE, "traffic") == text
    assert told(Street().dug(A, closure="full").driven(A, buses=6, kmh=kmh), HERE, "traffic") == ""


@pytest.mark.parametrize(
    ("usual_kmh", "text"),
    [
        (None, ""),
        (38, " 평소보다 2.1배 느립니다."),
        (21.7, " 평소와 비슷합니다."),
        (18, " 평소와 비슷합니다."),
        (9, ""),  # faster than usual is no news to a caller
    ],
)
def test_how_it_flows_is_told_against_the_usual(usual_kmh: float | None, text: str) -> None:
    street = Street().driven(A, buses=6, kmh=18)
    street.views[A]["usual_kmh"] = usual_kmh
    assert told(street, HERE, "traffic") == "차량이 시속 18km 정도로 서행하고 있습니다." + text


def test_what_else_is_in_force_is_told_behind_what_closes_the_place() -> None:
    street = Street().dug(A, closure="full").dug(B, name="2026-굴착-0500", title="가스관 매설공사")
    assert told(street, STRETCH, "why") == (
        "하수관 정비(2026-굴착-0412) 때문입니다. 이 밖에 중앙로입구에서 명동입구 방향에 "
        "가스관 매설공사(부분 통제)가 있습니다."
    )


def test_what_a_person_closed_is_told_with_the_reason_that_was_given() -> None:
    street = Street().shut(A)
    assert "상수도 파열로 전면 통제 중입니다" in told(street, HERE, "verdict")
    assert told(street, HERE, "why") == "명동입구→중앙로입구 상수도 파열 때문입니다."
    unsaid = Street().shut(A, reason="")
    assert "재난 상황으로 전면 통제 중입니다" in told(unsaid, HERE, "verdict")


def test_what_keeps_a_road_closed_after_the_named_end_is_told() -> None:
    longer = Street().dug(A, closure="full").shut(A, ends_ms=kst("2026-11-23 20:00"))
    spoken_of = card(HERE, longer.scene())["sentence_ko"]
    assert f"{TODAY}, {BY_PERMIT}" in spoken_of
    assert "그 뒤에도 상수도 파열로 오늘 오후 8시까지 통제가 이어집니다." in spoken_of
    endless = Street().dug(A, closure="full").shut(A, ends_ms=None)
    assert "통제가 이어지며, 종료 시각은 아직 알 수" in told(endless, HERE, "until")


def test_what_ends_before_the_named_end_or_closes_less_adds_nothing_to_it() -> None:
    sooner = Street().dug(A, closure="full").shut(A)  # in 50 minutes
    less = Street().dug(A, closure="full").shut(A, closure="partial", ends_ms=None)
    beside = Street().dug(A, B, closure="full").dug(B, name="2026-굴착-0500", ends_ms=None)
    for street, here in ((sooner, HERE), (less, HERE), (beside, STRETCH)):
        assert "그 뒤에도" not in card(here, street.scene())["sentence_ko"]


def test_a_route_counts_its_own_sections_though_few_of_them_are_drawn() -> None:
    """Most sections lie over standard links, which are drawn in their place."""
    of_route = place("route", "S0>S1", A, "N0>N1", name="R300", title="300")
    street = Street().dug("N0>N1", "S0>S1", closure="full")
    assert "300번 노선 3개 구간 중 2개 구간이" in told(street, of_route, "verdict")


def test_who_works_beside_what_no_work_closed_does_not_answer_for_it() -> None:
    beside = Street().shut(A).dug(A)
    assert "who" not in [clause["name"] for clause in card(HERE, beside.scene())["clauses"]]
    assert told(Street().dug(A), HERE, "who").startswith("춘천시 하수과")


def test_the_buses_of_a_route_are_told_with_the_stops_they_are_near() -> None:
    near = "시청앞, 명동입구, 중앙로입구 정류장 부근에 있습니다."
    assert told(running("S0", "S1", "S2"), ROUTE, "buses") == f"지금 3대가 운행하며 {near}"
    assert told(Street().dug(A), ROUTE, "buses") == "최근 10분 동안 위치가 잡힌 버스는 없습니다."


def test_a_sentence_is_two_short_ones_where_nothing_speaks_against_it() -> None:
    for street, here, word, text in ALL:
        is_warned = "다만 최근" in text or "부터는" in text or here in (WORK, NOWHERE)
        assert text.count("니다.") <= 2 or is_warned, (street, word)
