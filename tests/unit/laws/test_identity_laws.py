"""Whatever digs come, go and are written anew, in one list or several: a dig keeps its work."""

import csv
import io
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from producers.publishing.poll import Poll
from producers.reading.answers import Exchange
from streams.contract import wire
from streams.contract.records import PermitBatch
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from streams.domain.stages.works import WorksStage
from streams.domain.works import Work
from streams.domain.works.identity import text_key
from tests.cities.fakes import Folded, street
from tests.unit.laws.profile import tried

FIRST_MS = 1_795_400_000_000  # 2026-11-23
CM_DEG = 1e-7
HEADER = ("허가번호", "공사명", "굴착위치", "시공사", "시작일", "종료일", "경도", "위도")


@dataclass(frozen=True)
class Dig:
    """A dig as the city knows it; `department` is the file it is listed in."""

    number: str
    title: str
    place: str
    office: str
    department: str
    lon: float
    lat: float


DIGS = (
    Dig("2026-31", "가 관로 매설", "중앙로 1", "봄내건설", "water", 127.73, 37.88),
    Dig("2026-31", "나 관로 매설", "후석로 7", "봄내건설", "water", 127.736, 37.8761),
    Dig("2026-31", "다 관로 매설", "석사로 15", "봄내건설", "water", 127.75, 37.86),
    Dig("2026-31", "다 관로 매설", "석사로 170", "봄내건설", "water", 127.7523, 37.8632),
    Dig("2026-31", "도시가스관 이설", "퇴계로 30", "소양에너지", "gas", 127.7212, 37.8645),
    Dig("2026-31", "도시가스관 이설", "남춘로 2", "소양에너지", "gas", 127.7301, 37.8634),
    Dig("7", "통신관로", "공지로 100", "", "telecom", 127.744, 37.871),
    Dig("", "배수관 교체", "효자동 12-1", "봄내건설", "water", 127.7321, 37.8712),
    Dig("", "배수관 교체", "효자동 12-1", "봄내건설", "water", 127.7349, 37.8743),
    Dig("", "배수관 교체", "효자동 121", "봄내건설", "water", 127.7361, 37.8722),
    Dig("-", "맨홀 정비", "온의동 5", "소양에너지", "gas", 127.7165, 37.8672),
)
PLACES = ("{}", " {}", "춘천시 {}", "강원특별자치도 춘천시 {}번지 일원", "{}, 일원", "{} 일대")
EDITIONS = ("{}.csv", "{}_0902.csv", "{} (2).csv", "{}_최종.csv")


@st.composite
def written(draw: st.DrawFn, dig: Dig) -> tuple[str, ...]:
    """The row of a dig as somebody may write it on a day."""
    begin, end = draw(st.integers(1, 9)), draw(st.integers(10, 28))
    lon = dig.lon + CM_DEG * draw(st.integers(-1, 1))
    lat = dig.lat + CM_DEG * draw(st.integers(-1, 1))
    place = draw(st.sampled_from(PLACES)).format(dig.place)
    title = draw(st.sampled_from(("{}", " {} ", "{}.", "[{}]"))).format(dig.title)
    office = (
        draw(st.sampled_from(("{}", "(주){}", "㈜ {}"))).format(dig.office) if dig.office else ""
    )
    dates = f"2026-11-{begin:02}", f"2026-12-{end:02}"
    return (dig.number, title, place, office, *dates, f"{lon:.7f}", f"{lat:.7f}")


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Dig], list[tuple[str, bytes]]]:
    """The digs of a day, and the files that list them, rows in any order."""
    digs = draw(st.lists(st.sampled_from(DIGS), unique=True, min_size=1))
    files = []
    for department in draw(st.permutations(sorted({dig.department for dig in digs}))):
        rows = [draw(written(dig)) for dig in digs if dig.department == department]
        edition = draw(st.sampled_from(EDITIONS)).format(department)
        out = io.StringIO()
        csv.writer(out).writerows([HEADER, *draw(st.permutations(rows))])
        files.append((edition, out.getvalue().encode()))
    return digs, files


def ids_of(folded: Folded, at_ms: int) -> dict[Dig, str]:
    """The work of each dig that the answer of this moment listed."""
    found: dict[Dig, str] = {}
    for work in folded.state["works"].values():
        assert isinstance(work, Work)
        if work.seen_ms != at_ms:
            continue
        [dig] = [dig for dig in DIGS if is_of(work, dig)]
        assert dig not in found, "one dig is two works"
        found[dig] = work.permit_id
    return found


def is_of(work: Work, dig: Dig) -> bool:
    assert work.lon is not None
    is_there = abs(work.lon - dig.lon) < 1e-5
    return is_there and text_key(work.place) == text_key(dig.place)


def fold_day(folded: Folded, files: list[tuple[str, bytes]], at_ms: int) -> None:
    poll = Poll("permits", Settings())
    for name, body in files:
        poll.add(Exchange("permits", at_ms, f"file:{name}", 200, body))
    for topic, _, payload in poll.end().messages:
        message = wire.decode(payload)
        if topic == "permits" and isinstance(message, PermitBatch):
            folded.take(message)


@tried(60)
@given(st.lists(days(), min_size=2, max_size=6))
def test_a_dig_keeps_its_work_while_others_come_and_go(
    log: list[tuple[list[Dig], list[tuple[str, bytes]]]],
) -> None:
    folded = Folded(WorksStage(street(), partitions=1), topic="permits")
    known: dict[Dig, str] = {}
    for day, (digs, files) in enumerate(log):
        at_ms = FIRST_MS + day * DAY_MS // 24
        fold_day(folded, files, at_ms)
        now = ids_of(folded, at_ms)
        assert set(now) == set(digs)
        for dig, work_id in now.items():
            assert known.setdefault(dig, work_id) == work_id
        assert len(set(known.values())) == len(known), "two digs are one work"


@tried(25)
@given(st.data())
def test_the_order_of_rows_and_files_leaves_no_trace_in_the_ids(data: st.DataObject) -> None:
    digs, files = data.draw(days())
    again = data.draw(st.permutations(files))
    ids = []
    for order in (files, again):
        folded = Folded(WorksStage(street(), partitions=1), topic="permits")
        fold_day(folded, list(order), FIRST_MS)
        ids.append(ids_of(folded, FIRST_MS))
    assert ids[0] == ids[1]
    assert set(ids[0]) == set(digs)
