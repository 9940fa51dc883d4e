"""Crews' links where people log in: made, listed, ended, and kept so by the log alone."""

import json
import os
import re
import signal
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from PIL import Image

from local.stack import Stack
from local.waiting import wait_until
from maps.api.photo_shelf import MOST, Shelf
from streams.contract import topics, wire
from streams.contract.enums import Closure, PollOutcome
from streams.contract.records import FeedReport, Permit, PermitBatch
from streams.contract.times import HOUR_MS, now_ms
from tests.cities import worlds
from tests.halting import halt
from tests.receivers import ENV, Receiver, alert, put, subscription
from tests.services.asking import send
from tests.services.test_login import Browser, City

TITLE = "하수관 정비"
WORK, OTHER = "2026/굴착 1007", "2026/굴착 1008"
ENDPOINT = "ep_0000000a"
CREWS = "https://crews.example"


def api(path: str, work: str = WORK) -> str:
    return f"/api/v1/works/{quote(work, safe='')}/{path}"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory, kafka_kind: str, receiver: Receiver
) -> Iterator[City]:
    """Two works at a street, a worker, a dispatcher with one endpoint, and a map with logins."""
    folder = tmp_path_factory.mktemp("crews")
    env = {**ENV, "BOMNAE_LOGIN": "local", "BOMNAE_PUBLIC_URL": CREWS}
    env["BOMNAE_PHOTOS"] = str(folder / "photos")
    with Stack(folder, kafka=kafka_kind, env=env) as stack:
        worlds.lay(stack)
        stack.start_worker()
        now = now_ms()
        rows = tuple(
            Permit(work, TITLE, now - HOUR_MS, now + 3 * HOUR_MS, closure=Closure.FULL)
            for work in (WORK, OTHER)
        )
        batch = PermitBatch("permits", now, is_complete=True, rows=rows)
        heard = FeedReport("permits", PollOutcome.DATA, now, poll_ms=600_000)
        endpoint = subscription(ENDPOINT, receiver.url(ENDPOINT))
        worlds.publish(stack, [(topics.PERMITS, 0, wire.encode(batch))])
        worlds.publish(stack, [(topics.FEED_REPORTS, 0, wire.encode(heard))])
        worlds.publish(stack, [(topics.SUBSCRIPTIONS, 0, wire.encode(endpoint))])
        worlds.publish(stack, worlds.tick(now))
        worlds.wait_drained(stack, now)
        yield City(stack)


@pytest.fixture(scope="module")
def manager(city: City) -> Browser:
    return city.account("boss", "manager")


def page(city: City, token: str, work: str = WORK) -> tuple[int, str]:
    """Status of a work's page by a token, and its text or the refusal's code."""
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    status, _, raw = send(city.base, "GET", api("page", work), **bearer)
    text = raw.decode()
    found = re.search(r'"code":"([^"]+)"', text)
    return status, found[1] if found else text


def made(manager: Browser, holder: str, work: str = WORK) -> tuple[str, str]:
    """The id and the token of a new link."""
    status, body = manager.ask("POST", api("crew-links", work), {"holder": holder})
    assert status in (201, 202), body  # 202: on a busy machine it counts a while later
    wait_until(
        lambda: rows(manager, work), "the link listed", lambda seen: body["link"]["link"] in seen
    )
    url = urlsplit(body["url"])
    assert (f"{url.scheme}://{url.netloc}", unquote(url.path)) == (CREWS, f"/w/{work}")
    assert (url.query, body["link"]["holder"]) == ("", holder)
    assert body["qr"].startswith("data:image/svg+xml")
    return body["link"]["link"], url.fragment.removeprefix("t=")


def rows(manager: Browser, work: str = WORK) -> dict[str, Any]:
    status, body = manager.ask("GET", api("crew-links", work))
    assert status == 200, body
    return {row["link"]: row for row in body["links"]}


def ended(manager: Browser, link: str, work: str = WORK) -> None:
    """End a link, and wait until it is."""
    assert manager.ask("DELETE", api(f"crew-links/{link}", work))[0] in (202, 204)
    wait_until(
        lambda: rows(manager, work)[link]["ended_ms"],
        "the link's end",
        lambda seen: seen is not None,
    )


def tapped(city: City, token: str) -> int:
    """Status of a tap on WORK."""
    body = {"word": "start", "token": token, "report_id": str(uuid.uuid4())}
    return int(city.browser().ask("POST", api("reports"), body)[0])


def test_the_page_without_a_link_says_nothing_of_the_work(city: City) -> None:
    found = []
    for work in (WORK, "none"):
        status, headers, raw = send(city.base, "GET", f"/w/{quote(work, safe='')}")
        assert (status, headers["Referrer-Policy"]) == (200, "no-referrer")
        found.append(raw.decode().replace(quote(work, safe=""), "X").replace(quote(work), "X"))
    assert found[0] == found[1]
    assert "현장 링크로 엽니다" in found[0]
    assert TITLE not in found[0]
    assert page(city, "") == (403, "no_token")
    assert page(city, "", "none") == (403, "no_token")
    for path in ("reports", "photos"):
        assert send(city.base, "GET", api(path))[0] == 403
    assert send(city.base, "GET", api("crew-links"))[0] == 401


def test_whoever_may_see_the_map_needs_no_link(city: City, manager: Browser) -> None:
    own = {"Cookie": f"__Host-bomnae={manager.cookie}"}
    assert TITLE in send(city.base, "GET", f"/w/{quote(WORK, safe='')}", **own)[2].decode()
    assert send(city.base, "GET", "/w/none", **own)[0] == 404


def test_a_link_is_of_one_work_and_ends_when_the_office_ends_it(
    city: City, manager: Browser
) -> None:
    link, token = made(manager, "하수 시공사 1반")
    _, kept = made(manager, "하수 시공사 2반")
    assert TITLE in page(city, token)[1]
    assert tapped(city, token) == 202
    assert json.loads(city.read(topics.PERMITS)[-1])["link"] == link  # whose tap it was
    assert page(city, token, OTHER) == (403, "bad_token")
    known = rows(manager)[link]
    assert (known["holder"], known["made_by"], known["ended_ms"]) == (
        "하수 시공사 1반",
        "boss",
        None,
    )
    assert rows(manager, OTHER) == {}
    assert manager.ask("DELETE", api(f"crew-links/{link}", OTHER))[0] == 404
    ended(manager, link)
    assert manager.ask("DELETE", api(f"crew-links/{link}"))[0] == 204
    assert page(city, token) == (403, "link_ended")
    assert TITLE in page(city, kept)[1]
    assert rows(manager)[link]["ended_by"] == "boss"
    told = [row for row in city.records() if row["subject_kind"].startswith("crew_link.")]
    acts = [(row["subject_kind"], row["subject"]) for row in told if row["action"] != "look"]
    made_both, all_ends = [("crew_link.make", WORK)] * 2, [("crew_link.end", link)] * 3
    assert acts == [*made_both, *all_ends]
    assert {row["account"] for row in told} == {"boss"}


def test_what_a_link_shows_and_takes_has_a_record_with_the_links_id(
    city: City, manager: Browser
) -> None:
    """One look per link and work. Whoever is logged in is recorded as themselves, and a photo needs
    of them what it needs at the desk: a link that a manager makes is no way around it.
    """
    link, token = made(manager, "사진 찍는 곳")
    before = len(city.records())
    bearer = {"Authorization": f"Bearer {token}"}
    names = [str(uuid.uuid4()) for _ in range(2)]
    folder = Path(city.stack.env["BOMNAE_PHOTOS"])
    shelf = Shelf(folder)
    for _ in range(MOST):
        shelf.put(WORK, str(uuid.uuid4()), b"old")
    for name in names:
        assert photo(city.base, api("photos"), name, **bearer) == 201
    assert len(shelf.names(WORK)) == MOST
    for name in names:
        assert send(city.base, "GET", api(f"photos/{name}.jpg"), **bearer)[0] == 200
    told = [
        (row["account"], row["action"], row["subject_kind"], row["subject"], row["count"])
        for row in city.records()[before:]
    ]
    holder = f"link:{link}"
    put = [(holder, "act", "photo.put", WORK, 1), (holder, "delete", "photo.push_out", WORK, 1)]
    assert told == [*put, *put, (holder, "look", "photo.look", WORK, 1)]
    own = {**bearer, "Cookie": f"__Host-bomnae={manager.cookie}"}
    status, _, raw = send(city.base, "GET", api(f"photos/{names[0]}.jpg"), **own)
    assert (status, json.loads(raw)["error"]["code"]) == (403, "not_yours")
    desk = city.account("answers", "desk")
    own = {**bearer, "Cookie": f"__Host-bomnae={desk.cookie}"}
    status, _, raw = send(city.base, "GET", api(f"photos/{names[0]}.jpg"), **own)
    assert (status, json.loads(raw)["error"]["code"]) == (400, "no_reason")
    own["Bomnae-Reason"] = "review"
    assert send(city.base, "GET", api(f"photos/{names[0]}.jpg"), **own)[0] == 200
    last = city.records()[-1]
    assert (last["account"], last["subject_kind"]) == ("answers", "photo.look")
    if "broker" not in city.stack.processes:
        return
    _, fresh = made(manager, "기록이 안 되는 곳")
    broker = city.stack.processes["broker"].pid
    halt(broker)
    try:
        bearer = {"Authorization": f"Bearer {fresh}"}
        assert send(city.base, "GET", api(f"photos/{names[0]}.jpg"), **bearer)[0] == 503
        assert photo(city.base, api("photos"), str(uuid.uuid4()), **bearer) == 503
    finally:
        os.killpg(broker, signal.SIGCONT)
    assert shelf.names(WORK)[0] == names[1]


def photo(base: str, path: str, name: str, **headers: str) -> int:
    """Status of a photo sent as a browser sends a form."""
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    head = (
        f'--edge\r\nContent-Disposition: form-data; name="report_id"\r\n\r\n{name}\r\n'
        '--edge\r\nContent-Disposition: form-data; name="photo"; filename="x"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = head.encode() + out.getvalue() + b"\r\n--edge--\r\n"
    said = {"Content_Type": "multipart/form-data; boundary=edge", **headers}
    return int(send(base, "POST", path, body, **said)[0])


def test_one_link_may_tap_twenty_times_a_minute_and_holds_no_other_up(
    city: City, manager: Browser
) -> None:
    _, token = made(manager, "바쁜 곳")
    _, other = made(manager, "다른 곳")
    with ThreadPoolExecutor(7) as many:  # one by one a busy machine would need the minute for it
        found = sorted(many.map(lambda _: tapped(city, token), range(21)))
    assert found == [202] * 20 + [429]
    assert tapped(city, other) == 202


def test_a_holder_with_a_number_or_an_unknown_work_gets_no_link(manager: Browser) -> None:
    for work, holder, status, code in (
        (WORK, "", 400, "bad_body"),
        (WORK, "x" * 41, 400, "bad_body"),
        (WORK, "홍길동 010-1234-5678", 400, "bad_holder"),
        (WORK, ENDPOINT, 400, "bad_holder"),
        ("none", "하수 시공사", 404, "not_found"),
    ):
        found = manager.ask("POST", api("crew-links", work), {"holder": holder})
        assert (found[0], found[1]["error"]["code"]) == (status, code)
        assert "010" not in found[1]["error"]["message"]


def test_a_message_carries_a_link_that_is_listed_and_after_its_end_another(
    city: City, manager: Browser, receiver: Receiver
) -> None:
    process = city.stack.python("dispatch", "streams", "dispatch")
    process.wait_said("dispatcher started")
    store = worlds.redis_of(city.stack)

    def posted(number: int) -> str:
        """The token in the message of a new alert."""
        sent = alert(f"work:{OTHER}", number, episode=f"alrt_{number}")
        put(store, [sent])
        wait_until(lambda: receiver.ids(ENDPOINT), "the message", lambda seen: sent.id in seen)
        [url] = [each.body["work_url"] for each in receiver.confirmed() if each.id == sent.id]
        return str(url).partition("#t=")[2]

    first = posted(1)
    wait_until(lambda: page(city, first, OTHER)[1], "the link", lambda seen: TITLE in seen)
    [known] = rows(manager, OTHER).values()
    assert (known["holder"], known["title"]) == (ENDPOINT, ENDPOINT)
    assert posted(2) == first
    ended(manager, known["link"], OTHER)
    assert page(city, first, OTHER) == (403, "link_ended")
    second = posted(3)
    assert second != first
    wait_until(lambda: page(city, second, OTHER)[1], "the next link", lambda seen: TITLE in seen)
    process.stop()


def test_no_token_stands_anywhere(city: City, manager: Browser) -> None:
    _, token = made(manager, "자취")
    assert page(city, token)[0] == 200
    canary = token.rpartition(".")[2].encode()
    for topic in (topics.CREW_LINKS, topics.ACCESS_RECORDS):
        read = city.read(topic)
        assert read
        assert not any(canary in raw for raw in read)
    for log in city.stack.folder.glob("*.log"):
        assert canary not in log.read_bytes(), log


def test_an_emptied_redis_keeps_what_was_ended_and_what_was_not(
    city: City, manager: Browser
) -> None:
    link, ended_token = made(manager, "끝낸 곳")
    _, kept_token = made(manager, "남은 곳")
    ended(manager, link)
    city.stack.processes["worker"].stop()
    worlds.redis_of(city.stack).flushall()
    assert page(city, ended_token)[0] in (403, 503)
    city.stack.start_worker("worker-2")
    wait_until(
        lambda: page(city, kept_token)[1], "the state made again", lambda seen: TITLE in seen
    )
    wait_until(
        lambda: page(city, ended_token),
        "the end made again",
        lambda seen: seen == (403, "link_ended"),
    )
