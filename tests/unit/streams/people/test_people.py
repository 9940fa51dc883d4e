"""What names a person is covered in whatever spelling; what does not stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import people
from streams.people.numbers import has_check_digit

W = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
MOBILES = [
    "010-2345-6789",
    "01023456789",
    "010 2345 6789",
    "010.2345.6789",
    "010_2345_6789",
    "010~2345~6789",
    "010–2345–6789",
    "010—2345—6789",
    "(010)2345-6789",
    "010) 2345-6789",
    "０１０-２３４５-６７８９",
    "０１０－２３４５－６７８９",
    "+82-10-2345-6789",
    "+82 10 2345 6789",
    "82-10-2345-6789",
    "+821023456789",
    "010/2345/6789",
    "010 - 2345 - 6789",
    "0 1 0 2 3 4 5 6 7 8 9",
    "공일공-2345-6789",
    "공일공 이삼사오 육칠팔구",
    "영일영-2345-6789",
    "011-234-5678",
    "016-234-5678",
    "0507-2345-6789",
    "010\u00ad2345\u200b6789",
    "010·2345·6789",
    "٠١٠-٢٣٤٥-٦٧٨٩",
]
RESIDENTS = [
    "850315-1234567",
    "8503151234567",
    "850315 - 1234567",
    "850315–1234567",
    "８５０３１５-１２３４５６７",
    "850315-5234567",
    "000101-3234567",
    "850315-1******",
    "850315 1234567",
    "850315.1234567",
]
PLATES = [
    "강원70자1234",
    "강원 70 자 1234",
    "70자1234",
    "123가4567",
    "서울 71사 9188",
    "강원７０자１２３４",
]
OTHERS = [
    "kim.ms@naver.com",
    "kim @ daum.net",
    "농협 351-0910-2014-13",
    "국민은행 123456-04-123456",
    "11-90-910215-15",
    "생년월일 1985.03.15",
    "033-255-1234",
    "031)755-1234",
    "070-8765-4321",
]


@pytest.mark.parametrize("written", [*MOBILES, *RESIDENTS, *PLATES, *OTHERS])
@pytest.mark.parametrize("text", ["{} 급수공사", "효자동 12-3 급수 {}", "({}) 배관", "{}"])
def test_a_persons_number_is_covered_in_any_spelling(written: str, text: str) -> None:
    said = people.without_people(text.format(written))
    assert not any(part in said for part in ("2345", "1234", "4567", "0910", "kim", "9102", "8765"))
    assert "급수" in said or "급수" not in text


@pytest.mark.parametrize("written", [*MOBILES, *PLATES, "850315-1234567", "kim@daum.net"])
def test_an_identifier_is_freed_of_the_same_numbers(written: str) -> None:
    assert written not in people.without_persons_numbers(f"2026-{written}")
    assert people.is_persons(f"2026-{written}")


@pytest.mark.parametrize(
    "text",
    [
        "김민수 씨 댁 앞 급수공사",
        "박서준님 주택 급수",
        "남궁민수 대표",
        "대표 이영희",
        "담당: 최지훈",
        "문의: 정수빈",
        "효자동 62-4 101동 1502호 강하늘",
        "운전자 오세훈",
        "한지민 단독주택 신축",
        "유재석 외 2명",
        "홍길동",
        "이몽룡 010-2345-6789",
        "010-2345-6789 이몽룡",
        "성춘향(010-2345-6789)",
        "신청인 서강준",
    ],
)
def test_a_name_is_covered_where_its_neighbours_say_that_it_is_one(text: str) -> None:
    assert "[name]" in people.without_people(text)


ORDINARY = [
    "효자동 622-4 일원 상수도관 정비공사",
    "후석로 20길 1234, 2026-굴착-0412",
    "석사동 주택 급수공사",
    "조운동 주택 신축",
    "도시가스 인입 배관공사(퇴계동 1234-5)",
    "강원대학교 정문 앞 도로굴착",
    "팔호광장→육림고개 1차로",
    "2026-09-01 ~ 2026-10-31",
    "작업시간 07:20~08:20",
    "전면통제, 09:00~14:00",
    "국도46호선 상행 123.4k",
    "율문리 935-93",
    "온의동 501-3번지 외 2필지",
    "강원특별자치도 춘천시 신북읍 율문리 935-93",
    "우두동 주택가 이면도로",
    "전기공사 주택가",
    "후평동 한신아파트 101동 앞",
    "소양로 2가 12-3",
    "춘천시 2가 1234번지",
    "공지로 350번길",
    "정보통신관로 매설(KT) 3공 120m",
    "신동면 정족리 123-4",
    "2차로 중 2차로 차단",
    "남산면 강촌리 주택",
    "주택 100호",
    "2630193301, 2630193302",
    "CCB250001192",
    "127.7361, 37.8812",
    "1588-1234",
    "20261127190741",
    "1795773393000",
    "",
    "①구간 ㎡",
    "중앙로 12 하수관로 정비",
    "진행방향 전체차로",
    "한전 지중화 (배전) 2026-2",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_the_words_of_a_work_stay(text: str) -> None:
    assert people.without_people(text) == text
    assert people.without_persons_numbers(text) == text


@pytest.mark.parametrize(
    "number",
    ["2026-굴착-0412", "2026-도로-1", "제2026-123호", "도로과-1234", "2411051234567", "S15"],
)
def test_a_permits_number_is_no_persons(number: str) -> None:
    assert not people.is_persons(number)


def test_a_permits_number_of_a_name_is_a_persons() -> None:
    assert people.is_persons("2026-이몽룡")
    assert people.is_persons("2026-홍길동")  # every form's example, and no 동 of a town


@pytest.mark.parametrize(
    "name",
    [
        "이몽룡",
        "김칠",
        "남궁민수",
        "John Smith",
        "KIM MINSU",
        "홍 길 영",
        "성춘향님",
        "이몽룡 외 3명",
        "성춘향(010-2345-6789)",
        "대표 이몽룡",
        "탁재영",
        "변학도 과장",
        "개인사용자",
        "홍*동",
        "김○○",
        "김OO",
        "박 민수",
        "황보관",
        "독고 탁",
    ],
)
def test_a_person_is_no_organisation(name: str) -> None:
    assert people.organisation(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "(주)삼천리",
        "㈜대한",
        "KT안양지사",
        "춘천시청",
        "한국전력공사",
        "삼천리",
        "도로과",
        "하수과",
        "공원과",
        "건설국",
        "LG U+",
        "상하수도사업본부",
        "수도시설과",
        "지에스건설(인동)",
        "퇴계동행정복지센터",
        "도로시설팀",
        "춘천교육지원청",
        "(유)한빛",
        "K-water",
        "새봄내토목기술",
        "신북읍사무소",
        "우리전기",
        "도시재생과",
        "교통과",
    ],
)
def test_an_organisation_or_an_office_is_kept(name: str) -> None:
    assert people.organisation(name) == name


def test_of_a_telephone_column_the_offices_numbers_are_kept() -> None:
    kept = {
        "033-250-3441": "033-250-3441",
        "033)250-3114": "033)250-3114",
        "1588-1234": "1588-1234",
        "033-250-1007/010-2345-0007": "033-250-1007",
        "02-123-4567~8": "02-123-4567~8",
        "0507-2345-0005": "",
        "+82-10-2345-0004": "",
        "010 2345 0002": "",
        "전화": "",
        "공일공-2345-6789": "",
    }
    assert {written: people.office_phone(written) for written in kept} == kept


def test_the_check_digit_is_that_of_the_resident_number() -> None:
    digits = [has_check_digit(f"850315123456{last}") for last in range(10)]
    assert digits.count(True) == 2  # a resident's and a foreigner's
    assert has_check_digit("8503151234567") is digits[7]
    total = sum(a * b for a, b in zip((8, 5, 0, 3, 1, 5, 1, 2, 3, 4, 5, 6), W, strict=True))
    assert has_check_digit(f"850315123456{(11 - total % 11) % 10}")


@given(st.text(max_size=60))
def test_covering_twice_changes_nothing(text: str) -> None:
    once = people.without_people(text)
    assert people.without_people(once) == once


@pytest.mark.parametrize(
    "written",
    ["(주)봄내건설 이몽룡", "도로과(이몽룡)", "도로과 (이몽룡)", "봄내토건(주) / 이몽룡"],
)
def test_a_name_behind_an_office_is_covered_and_the_office_stays(written: str) -> None:
    kept = people.organisation(written)
    assert "이몽룡" not in kept
    assert kept.startswith(written[:3])


@pytest.mark.parametrize(
    "office",
    [
        "춘천시 도로과",
        "(주)봄내건설 강원지사",
        "한국전력공사 강원도",
        "춘천시 상하수도사업본부 하수과",
        "(주) 유성정",
    ],
)
def test_the_second_word_of_an_office_is_no_person(office: str) -> None:
    assert people.organisation(office) == office


@pytest.mark.parametrize("number", ["석사동-2026-12", "2026-신사동-3"])
def test_a_permits_number_of_a_quarter_is_no_persons(number: str) -> None:
    assert not people.is_persons(number)


@pytest.mark.parametrize(
    "written",
    [
        "+1 650-253-0000",
        "8 2-2-1234-5678",
        "82)2-2123-4567",
        "문의 (031) 250-4114",
        "070-4123-4567",
    ],
)
def test_a_telephone_that_no_mobile_is_counts_in_a_text(written: str) -> None:
    assert people.without_people(written) != written
