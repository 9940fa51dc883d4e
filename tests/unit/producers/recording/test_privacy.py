"""People and secrets stay out of records, dead letters and reports, wherever a source puts them."""

import json
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from producers.feeds import FEEDS
from producers.publishing.poll import Poll
from producers.reading.answers import Answer, Exchange
from producers.reading.privacy import (
    may_take_plates,
    pseudonym,
    recorded_plate,
    refused_body,
    refused_row,
    with_plate_key,
)
from streams.contract.key_file import save
from streams.contract.keys import Purpose, keys_of_settings, rotated
from streams.contract.scrubbing import without_secrets
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS

AT_MS = 1_795_414_390_000  # 2026-11-23 15:13 KST
SETTINGS = Settings(pseudonym_key="k" * 32, its_key="Ab+/=%1 key", tago_key="abc")


def permits(**row: object) -> Answer:
    whole = {
        "PRMISN_NO": "2026-77",
        "CNT_NAM": "급수공사",
        "JYG_LOC": "효자동 12-3",
        "CCS_YMD": "2026-11-20",
        "CCE_YMD": "2026-12-02",
        "LON": 127.73,
        "LAT": 37.88,
        **row,
    }
    body = {"response": {"header": {"resultCode": "00"}, "body": {"items": [whole]}}}
    url = "https://x/getConstructionList?pageNo=1"
    return FEEDS["permits"].parse(
        Exchange("permits", AT_MS, url, 200, json.dumps(body).encode()), SETTINGS
    )


@pytest.mark.parametrize(
    "column",
    [
        "CNT_NAM",
        "JYG_LOC",
        "JYG_PUR",
        "STATUS",
        "DRC",
        "HOURS",
        "CLOSURE",
        "COM_NAM",
        "LINK_ID",
        "TEL_NUM",
    ],
)
@pytest.mark.parametrize("person", ["이몽룡 010-2345-6789", "850315-1234567", "강원70자1234"])
def test_whatever_column_holds_a_person_the_record_does_not(column: str, person: str) -> None:
    answer = permits(**{column: person})
    said = repr(answer.rows) + repr([letter.payload.decode() for letter in answer.refused])
    assert answer.rows
    assert not any(part in said for part in ("2345", "1234567", "70자1234", "몽룡"))


def test_an_incident_is_freed_of_people_in_its_road_and_direction() -> None:
    row = {
        "eventType": "교통사고",
        "startDate": "20261123150000",
        "coordX": 127.71,
        "coordY": 37.87,
        "linkId": "1",
        "roadName": "영서로 010-2345-6789",
        "roadDrcType": "010-2345-6789",
        "lanesBlocked": "1차로 010-2345-6789",
        "message": "이몽룡 차량 강원70자1234",
    }
    body = {"header": {"resultCode": 0}, "body": {"items": [row]}}
    exchange = Exchange("its.events", AT_MS, "https://x", 200, json.dumps(body).encode())
    said = repr(FEEDS["its.events"].parse(exchange, SETTINGS).rows)
    assert "급" not in said
    assert not any(part in said for part in ("2345", "1234'", "몽룡"))


def test_a_dead_letter_keeps_known_columns_and_of_others_their_length() -> None:
    row = {
        "CNT_NAM": "급수공사",
        "신청인 성명": "이몽룡",
        "감리원": "변학도",
        "비고": "성춘향 010-2345-6789",
        "OWNER_NM": "Lee",
        "신청인정보": {"신청인": "이몽룡"},
        "운전자": "이몽룡",
        "vehicleno": "강원70자1234",
    }
    kept = json.loads(refused_row(row, "R012", "row of 이몽룡 010-2345-6789").payload)
    assert kept["CNT_NAM"] == "급수공사"
    assert kept["감리원"] == "(str, 3 characters)"
    assert not any(part in str(kept) for part in ("몽룡", "학도", "춘향", "Lee", "1234"))
    assert "2345" not in refused_row(row, "R012", "row of 010-2345-6789").detail


def test_a_row_that_is_no_object_leaves_only_its_length() -> None:
    assert refused_row("이몽룡 010-2345-6789", "R005", "").payload == b'"(str, 17 characters)"'


@pytest.mark.parametrize(
    "spelt",
    [
        str,
        quote,
        quote_plus,
        lambda s: quote(s, safe=""),
        lambda s: quote(quote(s, safe=""), safe=""),
        lambda s: quote(s, safe="").lower(),
        lambda s: json.dumps(s)[1:-1],
    ],
)
def test_a_secret_is_covered_in_every_spelling(spelt: object) -> None:
    key = 'Ab+/=%1 "key"é'
    words = f"apiKey={spelt(key)}&x=1"  # type: ignore[operator]
    assert without_secrets(words, (key,)) == "apiKey=[secret]&x=1"


def test_what_a_portal_says_reaches_no_report() -> None:
    said = {
        "resultCode": "4005",
        "resultMsg": "apiKey Ab+/=%1 key of 이몽룡 010-2345-6789 is wrong",
    }
    exchange = Exchange(
        "its.speeds", AT_MS, "https://x", 200, json.dumps({"header": said}).encode()
    )
    poll = Poll("its.speeds", SETTINGS)
    letters = poll.add(exchange).letters
    report = poll.report()
    assert report.code == "ITS-4005"
    assert report.detail.startswith("the key is not valid; tried again")
    buried = letters[0].refusal
    assert b"4005" in buried.payload
    assert not any(part in repr(buried) for part in ("Ab+", "2345", "몽룡"))


def test_a_code_that_is_a_sentence_is_not_shown() -> None:
    body = {"header": {"resultCode": "KEY OF 이몽룡", "resultMsg": ""}}
    exchange = Exchange("its.speeds", AT_MS, "https://x", 200, json.dumps(body).encode())
    assert FEEDS["its.speeds"].parse(exchange, SETTINGS).code == "ITS-OTHER"


def test_of_a_broken_list_the_dead_letter_shows_only_its_shape() -> None:
    body = '{"items":[{"신청인":"이몽룡","COM_NAM":"성춘향 상회'.encode()
    payload = refused_body(body, "R013", "", ()).payload.decode()
    assert payload == '{"items":[{"○○○":"○○○","COM_NAM":"○○○ ○○'


def test_a_plate_is_one_bus_on_one_day_only() -> None:
    today = pseudonym("강원70자1234", SETTINGS, AT_MS)
    assert pseudonym("강원７０자 1234", SETTINGS, AT_MS + 3_600_000) == today
    assert pseudonym("강원70자1234", SETTINGS, AT_MS + DAY_MS) != today
    assert pseudonym("강원70자1235", SETTINGS, AT_MS) != today


def test_a_recorded_plate_is_the_same_bus_whatever_key_replays_it() -> None:
    written = recorded_plate("강원70자1234", SETTINGS, AT_MS)
    assert "1234" not in written
    assert pseudonym(written, Settings(), AT_MS) == pseudonym("강원70자1234", SETTINGS, AT_MS)


def test_a_short_key_takes_no_plates() -> None:
    assert not may_take_plates(Settings(pseudonym_key="k" * 31))
    assert may_take_plates(SETTINGS)


def test_a_key_that_is_rotated_at_noon_gives_other_names_from_midnight_on(tmp_path: Path) -> None:
    file, plate = tmp_path / "keys.json", "강원70자1234"
    keys = keys_of_settings("", "k" * 32)
    save(file, keys)
    settings = Settings(keys=str(file))
    assert may_take_plates(settings)
    before = [pseudonym(plate, settings, AT_MS + day * DAY_MS) for day in (0, 1)]
    assert before[0] == pseudonym(plate, SETTINGS, AT_MS)
    save(file, rotated(keys, Purpose.PSEUDONYMS, secret=b"n" * 32, now_ms=AT_MS))
    after = [pseudonym(plate, settings, AT_MS + day * DAY_MS) for day in (0, 1)]
    assert after[0] == before[0]
    assert after[1] != before[1]
    save(file, rotated(keys, Purpose.PSEUDONYMS, secret=b"n" * 32, now_ms=AT_MS, kept_ms=0))
    assert pseudonym(plate, settings, AT_MS) != before[0]


def test_a_key_file_without_one_for_pseudonyms_takes_no_plates(tmp_path: Path) -> None:
    save(tmp_path / "keys.json", keys_of_settings("m" * 32, ""))
    settings = Settings(keys=str(tmp_path / "keys.json"), pseudonym_key="k" * 32)
    assert not may_take_plates(settings)
    assert may_take_plates(with_plate_key(settings, "k" * 32))
