"""UTIC imsOpenData: the running incidents of the whole country, in Korean dates and stray marks."""

from producers.simulator import xml
from producers.simulator.answers import XML, PortalAnswer
from producers.simulator.clock import kst
from producers.simulator.day import Day
from producers.simulator.events import Event
from producers.simulator.works import link_named

WORDS = {"1": "사고", "2": "공사", "5": "통제"}
TOWN_CODE = "5111000000"


def incidents(day: Day, at_ms: int) -> PortalAnswer:
    """Every record the police have now; the city's own and one of Seoul."""
    listed = [event for event in day.events_listed(at_ms) if event.utic_type]
    records = [_record(day, event, at_ms) for event in listed] + [_elsewhere(at_ms)]
    return PortalAnswer(200, XML, xml.document("result", {"record": records}))


def _record(day: Day, event: Event, at_ms: int) -> dict[str, str]:
    link = link_named(day.streets, event.where)
    lon, lat = link.geometry[len(link.geometry) // 2]
    word = WORDS.get(event.utic_type, "기타")
    first, last = (day.clock.minute_ms(minute) for minute in event.span_min)
    spot = event.where.replace("*", "").replace(">", "에서 ")
    return {
        "incidentId": f"E{event.key}51110",
        "incidenteTypeCd": event.utic_type,
        "incidenteSubTypeCd": "",
        "incidenteTrafficCd": "",
        "incTrafficCode": "",
        "incidentTitle": f"[{word}] *{link.road_name}, {spot} 방향 {event.detail}".strip(),
        "addressJibun": f"강원특별자치도 춘천시 {link.road_name}",
        "addressNew": "",
        "addressJibunCd": TOWN_CODE,
        "locationDataX": f"{lon:.6f}",
        "locationDataY": f"{lat:.6f}",
        "locationTypeCd": "",
        "linkId": "",
        "roadName": f"*{link.road_name},",
        "lane": event.lanes.removesuffix(" 차단") or "1차로",
        "startDate": korean_date(first),
        "endDate": korean_date(last),
        "controlType": "",
        "updateDate": korean_date(at_ms - at_ms % 60_000),
    }


def _elsewhere(at_ms: int) -> dict[str, str]:
    hour_ms = at_ms - at_ms % 3_600_000
    return {
        "incidentId": "E20260914SEOUL",
        "incidenteTypeCd": "1",
        "incidenteSubTypeCd": "",
        "incidenteTrafficCd": "",
        "incTrafficCode": "",
        "incidentTitle": "[사고] *올림픽대로, 여의하류IC 부근",
        "addressJibun": "서울특별시 영등포구 여의도동",
        "addressNew": "",
        "addressJibunCd": "1156011000",
        "locationDataX": "126.917300",
        "locationDataY": "37.533500",
        "locationTypeCd": "",
        "linkId": "",
        "roadName": "*올림픽대로,",
        "lane": "2차로",
        "startDate": korean_date(hour_ms),
        "endDate": korean_date(hour_ms + 7_200_000),
        "controlType": "",
        "updateDate": korean_date(hour_ms),
    }


def korean_date(at_ms: int) -> str:
    """`2026년 09월 28일  17시 30분`, with the two blanks of the original."""
    moment = kst(at_ms)
    return f"{moment:%Y}년 {moment:%m}월 {moment:%d}일  {moment:%H}시 {moment:%M}분"
