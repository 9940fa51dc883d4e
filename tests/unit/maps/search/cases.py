"""The questions of `search_cases.csv`, and whether a search answers them right."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from maps.search.entry import SearchHit
from maps.search.finder import Finder
from streams.contract.enums import Phase
from streams.contract.records import Permit
from streams.domain.works.rows import Work, of_permit
from tests.cities.networks import gazetteer_of, network_of

CASES = Path(__file__).with_name("search_cases.csv")
NOTHING = "-"
Json = dict[str, Any]
WORKS = (
    ("굴착-0412", "효자동 노후 상수관로 교체공사(2공구)", "춘천시 효자동 622-4 일원"),
    ("굴착-0418", "석사동 도시가스 공급관 매설공사", "춘천시 석사동 산45-2 ~ 석사동 714외 3필지"),
    ("굴착-0421", "온의동 지중배전선로 신설공사(야간)", "춘천시 온의동 587-2 일원"),
    ("굴착-0399", "스무숲길 하수관로 정비공사(전면통제)", "춘천시 스무숲길 21 ~ 스무숲길 57"),
    ("굴착-0430", "강원대병원 앞 상수도관 파열 긴급복구(전면통제)", "춘천시 백령로 156 앞"),
    ("굴착-0377", "중앙로 지하상가 출입구 주변 포장 보수공사", "춘천시 중앙로 77"),
    ("굴착-0350", "소양로 전선 지중화사업 관로공사", "춘천시 소양로2가 산110-16도 외 8개필지"),
    ("굴착-0388", "공지로 굴착복구 아스콘 덧씌우기공사", "춘천시 공지로 일원(남부시장~효자교)"),
    ("굴착-0435", "거두리 광케이블 인입공사", "춘천시 동내면 거두리 991"),
    ("굴착-0371", "홍천 갈마곡리 송수관로 복선화공사", "강원특별자치도 홍천군 홍천읍 갈마곡리 512"),
    ("점용-0118", "순환대로 만천교차로 구간 방호울타리 교체", "춘천시 동면 만천리 순환대로 상행"),
    ("2026-굴착-1007", "남산면 창촌리 하수관로 정비", "춘천시 남산면 창촌리 667"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the first results that are right, NOTHING where no place may be certain."""

    city: str
    kind: str
    query: str
    expected: tuple[str, ...]
    is_held_out: bool = False

    def is_right(self, results: Sequence[SearchHit]) -> bool:
        """Whether the first result is one of the right ones; for NOTHING, whether none is sure."""
        if self.expected == (NOTHING,):
            return not (results and results[0].is_certain)
        return bool(results) and any(_is(results[0], wanted) for wanted in self.expected)

    def is_misled(self, results: Sequence[SearchHit]) -> bool:
        """Whether a wrong place is shown as certain."""
        return any(row.is_certain for row in results) and not self.is_right(results)


def _is(row: SearchHit, wanted: str) -> bool:
    kind, _, name = wanted.rpartition("=")
    match kind:
        case "":
            return row.title in (name, _turned(name))
        case "road":
            return (row.kind, row.subtitle) == ("section", name)
        case "pole":
            return (row.kind, row.subtitle) == ("stop", name)
        case "work":
            return (row.kind, row.id) == ("work", name)
        case _:
            return row.kind == kind and row.title == name


def _turned(name: str) -> str:
    """A stretch's name from its other end; any other name as it is."""
    start, _, end = name.partition("~")
    road, _, start = start.rpartition(" ")
    return f"{road} {end}~{start}".strip() if end else name


def cases() -> list[Case]:
    """Every case of the file."""
    with CASES.open(encoding="utf-8", newline="") as file:
        return [
            Case(
                row["city"],
                row["kind"],
                row["query"],
                tuple(row["expected"].split("|")),
                is_held_out=row["held"] == "yes",
            )
            for row in csv.DictReader(file)
        ]


def works() -> dict[str, Work]:
    """A dozen works of the picture."""
    return {number: work_of(number, title, place) for number, title, place in WORKS}


def work_of(number: str, title: str, place: str, *links: str) -> Work:
    permit = Permit(number, title, None, None, place=place)
    return replace(of_permit(permit), links=links, phase=Phase.ACTIVE)


def finder_of(city: str) -> Finder:
    """The search of a city with its dozen works."""
    finder = Finder(network_of(city), gazetteer_of(city), "강원특별자치도")
    finder.follow(works())
    return finder


def share_right(finder: Finder, asked: Iterable[Case]) -> float:
    """The share 0..1 of the cases with a place whose first result is right."""
    rights = [
        case.is_right(finder.search(case.query)) for case in asked if case.expected != (NOTHING,)
    ]
    return sum(rights) / max(1, len(rights))


def misled(finder: Finder, asked: Iterable[Case]) -> list[Case]:
    """The cases in which a wrong place is shown as certain."""
    return [case for case in asked if case.is_misled(finder.search(case.query))]
