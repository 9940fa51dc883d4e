"""A crew's taps and photos through Kafka, the worker and Redis back to its phone and the desk."""

import json
import uuid
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from local.services import Process
from local.stack import Stack
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.enums import Closure, PollOutcome, Reporter, SiteStatus
from streams.contract.photo_folders import folder_of
from streams.contract.records import FeedReport, Permit, PermitBatch, SiteReport
from streams.contract.times import now_ms
from tests.cities import worlds
from tests.pages import crew
from tests.pages.crew import MASTER
from tests.services.asking import send

Json = dict[str, Any]
HOUR_MS = 3_600_000
WORK = "2026/굴착 1007"
PATH = f"/api/v1/works/{quote(WORK, safe='')}"
DESK = f"/api/v1/desk/photos/{quote(WORK, safe='')}"


token_of = partial(crew.token_of, WORK)


def tap(base: str, word: str, path: str = PATH, **more: Any) -> tuple[int, Json]:
    """Status and answer of a tap; the headers of `more` begin with a capital."""
    headers = {k: v for k, v in more.items() if k[0].isupper()}
    body = {"word": word, "token": token_of(), "report_id": str(uuid.uuid4())}
    body |= {k: v for k, v in more.items() if not k[0].isupper()}
    raw = json.dumps(body).encode()
    said = {"Content_Type": "application/json", **headers}
    status, _, answer = send(base, "POST", f"{path}/reports", raw, **said)
    return status, json.loads(answer)


def look(base: str, report: str = "") -> Json:
    query = f"?report={report}" if report else ""
    bearer = f"Bearer {token_of()}"
    status, _, answer = send(base, "GET", f"{PATH}/reports{query}", Authorization=bearer)
    found: Json = json.loads(answer)
    assert status == 200, found
    return found


def waited(base: str, is_so: Callable[[Json], bool], report: str = "") -> Json:
    return wait_until(lambda: look(base, report), "the work as its crew sees it", is_so)


def became(base: str, report: str) -> Json:
    """What became of a tap, once that is known."""
    found = waited(base, lambda body: body["report"]["outcome"] != "waiting", report)
    return dict(found["report"])


def photo(
    base: str, raw: bytes, *, name: str = "", kind: str = "image/jpeg", **headers: str
) -> tuple[int, Json]:
    """Status and answer of a photo sent as a browser sends a form."""
    name = name or str(uuid.uuid4())
    edge = "----edge"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="report_id"\r\n\r\n{name}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="x"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    body = head.encode() + raw + f"\r\n--{edge}--\r\n".encode()
    said = {"Content_Type": f"multipart/form-data; boundary={edge}", **headers}
    said.setdefault("Authorization", f"Bearer {token_of()}")
    status, _, answer = send(base, "POST", f"{PATH}/photos", body, **said)
    return status, json.loads(answer)


def jpeg(width: int = 64, height: int = 32) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "JPEG")
    return out.getvalue()


def permit(**more: Any) -> Permit:
    given = {"starts_ms": now_ms() - HOUR_MS, "ends_ms": now_ms() + 3 * HOUR_MS, **more}
    return Permit(WORK, "하수관 정비", closure=Closure.FULL, link_ids=("S3>S4",), **given)


@pytest.fixture
def site(city: Stack) -> str:
    """A running city with one work that its feed lists, and a map that knows it."""
    city.env |= {
        "BOMNAE_SECRET": MASTER,
        "BOMNAE_PHOTOS": str(city.folder / "photos"),
        "BOMNAE_PUBLIC_URL": "https://crews.example",
    }
    city.start_worker()
    city.python("clock", "producers", "clock")
    batch = PermitBatch("permits", now_ms(), is_complete=True, rows=(permit(),))
    heard = FeedReport("permits", PollOutcome.DATA, now_ms(), poll_ms=600_000)
    log = [(topics.PERMITS, 0, wire.encode(batch)), (topics.FEED_REPORTS, 0, wire.encode(heard))]
    links = [wire.encode(crew.link_of(work)) for work in (WORK, "gone")]
    log += [(topics.CREW_LINKS, 0, link) for link in links]
    worlds.publish(city, log)
    base = city.start_map()
    bearer = f"Bearer {token_of()}"

    def is_open() -> bool:
        return send(base, "GET", f"{PATH}/page", Authorization=bearer)[0] == 200

    wait_until(is_open, "the work's page")
    wait_until(lambda: not look(base)["site"]["is_late"], "a clock")
    return base


def test_taps_move_the_work_and_what_became_of_each_is_read_back(site: str) -> None:
    before = look(site)["site"]
    assert (before["phase"], before["said"]) == ("active", None)
    start = str(uuid.uuid4())
    status, body = tap(site, "start", report_id=start)
    assert (status, body["report"]["outcome"]) == (202, "waiting")
    assert became(site, start)["outcome"] == "taken"
    said = waited(site, lambda body: bool(body["site"]["said"]))["site"]["said"]
    assert (said["word"], said["by"]) == ("start", "crew")
    assert tap(site, "start", report_id=start)[0] == 200  # sent again on a bad line

    too_short = str(uuid.uuid4())
    assert tap(site, "extend", report_id=too_short, until_ms=now_ms() + HOUR_MS)[0] == 202
    refused = became(site, too_short)
    assert (refused["outcome"], refused["code"]) == ("refused", "W007")
    assert "늦은 시각" in refused["ko"]
    assert tap(site, "extend", report_id=too_short, until_ms=now_ms() + HOUR_MS)[0] == 409

    until_ms = now_ms() + 5 * HOUR_MS
    tap(site, "extend", until_ms=until_ms)
    waited(site, lambda body: body["site"]["ends_ms"] == until_ms)
    end = str(uuid.uuid4())
    tap(site, "end", report_id=end)
    assert became(site, end)["outcome"] == "taken"
    assert waited(site, lambda body: body["site"]["phase"] == "finished")
    late = str(uuid.uuid4())
    tap(site, "start", report_id=late)
    assert became(site, late)["code"] == "W004"
    tap(site, "not_yet")  # undone by another word
    waited(site, lambda body: body["site"]["phase"] == "active")


def test_a_tap_confirms_what_the_permit_only_reported(site: str) -> None:
    def certainty() -> str:
        path = f"/api/v1/answer?id=work:{quote(WORK)}"
        [row] = json.loads(send(site, "GET", path)[2])["card"]["works"]
        return str(row["certainty"])

    assert (certainty(), look(site)["site"]["public"]["certainty"]) == ("reported", "reported")
    tap(site, "start")
    waited(site, lambda body: body["site"]["public"]["certainty"] == "confirmed")
    assert certainty() == "confirmed"


def test_whoever_holds_no_link_that_counts_changes_nothing(site: str, city: Stack) -> None:
    forged = token_of(key=b"another")
    secret_token = token_of()
    refusals: list[tuple[Json, int, str]] = [
        ({"token": ""}, 403, "no_token"),
        ({"token": forged}, 403, "bad_token"),
        ({"token": crew.token_of("another work")}, 403, "bad_token"),
        ({"token": token_of(in_s=-5)}, 403, "expired_token"),
        ({"token": token_of(in_s=15 * 86_400)}, 403, "bad_token"),
        ({"token": token_of(link="B" * 22)}, 503, "link_not_listed"),
        ({"Origin": "https://evil.example"}, 403, "other_origin"),
        ({"Sec_Fetch_Site": "cross-site"}, 403, "other_origin"),
        ({"Content_Type": "text/plain"}, 415, "not_json"),
        ({"report_id": "1"}, 400, "bad_parameter"),
        ({"report_id": str(uuid.uuid4()).upper()}, 400, "bad_parameter"),
        ({"word": "cancel"}, 400, "bad_body"),
        ({"word": "extend"}, 400, "bad_parameter"),
        ({"until_ms": now_ms() + HOUR_MS}, 400, "bad_parameter"),
        ({"word": "extend", "until_ms": now_ms() - 1}, 400, "bad_parameter"),
        ({"word": "extend", "until_ms": now_ms() + 8 * 24 * HOUR_MS}, 400, "bad_parameter"),
        ({"by": "office"}, 400, "bad_body"),
        ({"until_ms": "soon"}, 400, "bad_body"),
    ]
    for more, status, code in refusals:
        found = tap(site, more.pop("word", "start"), **{"token": secret_token, **more})
        assert (found[0], found[1]["error"]["code"]) == (status, code), more
        assert " / " in found[1]["error"]["message"]
    gone = f"/api/v1/works/{quote('gone')}"
    assert tap(site, "start", gone, token=crew.token_of("gone"))[0] == 404
    for path in (f"{PATH}/reports", f"{PATH}/photos"):
        assert send(site, "GET", path)[0] == 403
        assert send(site, "GET", path, Authorization=f"Bearer {forged}")[0] == 403
        assert send(site, "GET", f"{path}?t={secret_token}")[0] == 403  # not by the address
    assert look(site)["site"]["said"] is None
    logged = city.processes["maps"].log.read_text(encoding="utf-8")
    assert secret_token not in logged
    assert MASTER not in logged


def test_a_link_ends_with_its_work_and_a_day_for_second_thoughts(site: str, city: Stack) -> None:
    cancel = SiteReport("office-1", WORK, SiteStatus.CANCEL, Reporter.OFFICE, now_ms())
    worlds.publish(city, [(topics.PERMITS, 0, wire.encode(cancel))])

    def is_over() -> bool:  # a tap would undo it
        status, _, raw = send(site, "GET", f"{PATH}/page", Authorization=f"Bearer {token_of()}")
        return status == 403 and json.loads(raw)["error"]["code"] == "work_over"

    wait_until(is_over, "a cancelled work's link to end")
    status, body = tap(site, "not_yet")
    assert (status, body["error"]["code"]) == (403, "work_over")


def test_a_broker_that_is_away_is_said_and_the_tap_sent_again_counts_once(
    site: str, own_broker: Process
) -> None:
    own_broker.stop()
    status, body = tap(site, "start")
    assert (status, body["error"]["code"]) == (503, "log_away")
    assert send(site, "GET", "/livez")[0] == 200


def test_a_photo_is_kept_bare_and_shown_to_crew_and_desk_alone(site: str, city: Stack) -> None:
    name = str(uuid.uuid4())
    assert photo(site, jpeg(), name=name) == (201, {"photo": name})
    assert photo(site, jpeg(8, 8), name=name)[0] == 201  # sent again: the first stays
    [path] = (city.folder / "photos" / folder_of(WORK)).iterdir()
    with Image.open(path) as kept:
        assert kept.size == (64, 32)
    bearer = f"Bearer {token_of()}"
    listed = json.loads(send(site, "GET", f"{PATH}/photos", Authorization=bearer)[2])
    assert [row["id"] for row in listed["photos"]] == [name]
    for address, token in ((f"{PATH}/photos/{name}.jpg", bearer), (f"{DESK}/{name}.jpg", "")):
        status, said, raw = send(
            site, "GET", address, Authorization=token, Sec_Fetch_Site="same-origin"
        )
        assert (status, raw) == (200, path.read_bytes())
        assert (said["Content-Type"], said["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert said["Cache-Control"] == "no-store"
    assert json.loads(send(site, "GET", DESK)[2])["photos"] == listed["photos"]
    assert send(site, "GET", DESK, Sec_Fetch_Site="cross-site")[0] == 403
    assert send(site, "GET", f"{PATH}/photos/{name}.jpg")[0] == 403
    for other in (str(uuid.uuid4()), "x"):
        assert send(site, "GET", f"{DESK}/{other}.jpg")[0] == 404
    for odd in ("..%2F..%2Fetc", "..%252F..%252Fetc", "x/../../../works/y", "./x", "x//y", "x%5Cy"):
        assert send(site, "GET", f"{DESK}/{odd}.jpg")[0] == 400, odd
    answer = json.loads(send(site, "GET", f"/api/v1/answer?id=work:{quote(WORK)}")[2])
    assert [row["id"] for row in answer["card"]["works"][0]["photos"]] == [name]


def test_what_is_no_photo_is_refused_with_a_code_and_leaves_nothing(site: str, city: Stack) -> None:
    whole = jpeg(1000, 1000)
    forged = f"Bearer {token_of(key=b'other')}"
    refusals: list[tuple[bytes, Json, int, str]] = [
        (b"", {}, 400, "empty_photo"),
        (b"<html>", {}, 415, "not_only_a_photo"),
        (b"GIF89a" + bytes(64), {}, 415, "not_a_photo"),
        (whole, {"kind": "image/gif"}, 415, "wrong_type"),
        (whole, {"kind": "image/png"}, 415, "not_a_photo"),
        (whole[: len(whole) // 2], {}, 415, "not_a_photo"),
        (whole + b"<script>alert(1)</script>", {}, 415, "not_only_a_photo"),
        (whole + b"PK\x05\x06" + bytes(18), {}, 415, "not_only_a_photo"),
        (bytes(5 << 20) + b"x", {}, 413, "too_large"),
        (whole, {"name": "../../x"}, 400, "bad_parameter"),
        (whole, {"Authorization": forged}, 403, "bad_token"),
        (whole, {"Origin": "https://evil.example"}, 403, "other_origin"),
        (whole, {"Content_Type": "image/jpeg"}, 415, "not_a_form"),
    ]
    for raw, more, status, code in refusals:
        found = photo(site, raw, **more)
        assert (found[0], found[1]["error"]["code"]) == (status, code)
    assert not (city.folder / "photos" / folder_of(WORK)).exists()
