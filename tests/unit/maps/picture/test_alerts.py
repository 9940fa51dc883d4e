from typing import Any

import msgspec
import pytest

from maps.api.alerts import AcknowledgementBody, acknowledgement_of
from maps.http.refusals import RequestRefusedError
from maps.picture import alerts
from maps.picture.bodies import delta_event, snapshot
from maps.picture.picture import Picture, StoreState, advance, picture_of, translate
from streams.contract.enums import Severity
from streams.contract.records import Acknowledgement
from streams.domain.alerts import Episode, episode_id
from streams.geo.network import Network
from streams.state.kinds import StoredPicture
from tests.cities.rows import json_of, row_of, run, typed

Json = dict[str, Any]
NOW_MS = 1_795_392_000_000
NAME = "closure work:2026-굴착-1"
ID = episode_id("closure", "work:2026-굴착-1", NOW_MS)
ACK = {"episode": ID, "by": "김상황", "comment": "연락함", "at_ms": NOW_MS, "severity": "critical"}


def episode(**more: Any) -> Episode:
    facts = {"title": "하수관", "closure": "full", "links": ["S0>S1", "elsewhere"]}
    given = {"since_ms": NOW_MS, "severity": Severity.CRITICAL, "facts": facts, "told": 1, **more}
    return Episode(**given)


def alert_row(name: str, episode: Episode, network: Network) -> Json:
    row: Json = json_of(alerts.alert_row(name, episode, network))
    return row


def picture(network: Network, alerts: dict[str, Episode], acks: Json | None = None) -> Picture:
    acknowledgements = typed(Acknowledgement, acks or {})
    return picture_of(StoredPicture(alerts=alerts, acknowledgements=acknowledgements), network)


def event(before: Picture, network: Network, **letters: Json) -> Json:
    _, news = advance(before, translate(run(letters), network))
    found: Json = json_of(delta_event(news, before, network, prev="0-0", now_ms=NOW_MS))
    return found


def shot(picture: Picture, network: Network, store: StoreState = StoreState.OK) -> Json:
    found: Json = json_of(
        snapshot(picture, network, now_ms=NOW_MS, store=store, is_simulated=False)
    )
    return found


def test_an_alert_stands_on_its_links_and_bears_its_episodes_id(network: Network) -> None:
    row = alert_row(NAME, episode(), network)
    assert (row["id"], row["rule"], row["subject"]) == (ID, "closure", "work:2026-굴착-1")
    assert (row["links"], row["closure"], row["title"]) == ([0], "full", "하수관")
    assert (row["lon"], row["lat"]) == (127.705, 37.881)  # the middle of S0>S1
    assert alert_row(NAME, episode(id="alrt_x"), network)["id"] == "alrt_x"


def test_an_alert_without_links_stands_at_its_point_or_nowhere(network: Network) -> None:
    here = alert_row(NAME, episode(facts={"lon": 127.7, "lat": 37.9}), network)
    assert (here["lon"], here["lat"], here["links"]) == (127.7, 37.9, [])
    nowhere = alert_row("feed feed:its.speeds", episode(facts={}), network)
    assert (nowhere["lon"], nowhere["lat"]) == (None, None)


def test_an_alert_of_a_permit_with_several_spots_names_its_places(network: Network) -> None:
    places = [{"work": "1#a", "place": "중앙로 1"}, {"work": "1#b", "place": "석사로\u202e 9"}]
    facts = {"title": "관", "places": places, "place_count": 2, "works": ["1#a", "1#b"]}
    row = alert_row(NAME, episode(facts=facts), network)
    assert (row["places"][0], row["place_count"], row["works"]) == ("중앙로 1", 2, ["1#a", "1#b"])
    assert "\u202e" not in row["places"][1]
    assert "places" not in alert_row(NAME, episode(), network)


def test_what_waits_to_be_told_is_no_alert_yet(network: Network) -> None:
    waiting = episode(told=0)
    assert picture(network, {NAME: waiting}).alerts == {}
    assert "a" not in event(Picture(), network, a={NAME: json_of(waiting)})
    assert event(Picture(), network, a={NAME: json_of(episode())})["a"][0]["name"] == NAME


def test_an_alert_that_is_over_is_named_and_a_same_one_is_no_news(network: Network) -> None:
    before = picture(network, {NAME: episode()})
    assert event(before, network, a={NAME: None})["ax"] == [NAME]
    assert "a" not in event(before, network, a={NAME: json_of(episode())})


def test_screens_hear_of_an_acknowledgement_at_once_and_read_it_later(network: Network) -> None:
    before = picture(network, {NAME: episode()})
    assert event(before, network, y={ID: ACK})["y"] == [
        {"id": ID, "by": "김상황", "comment": "연락함", "at_ms": NOW_MS, "severity": "critical"}
    ]
    following, _ = advance(before, translate(run({"y": {ID: ACK}}), network))
    assert shot(following, network)["acks"][0]["by"] == "김상황"
    assert "y" not in event(following, network, y={ID: ACK})  # no news
    after = picture(network, {NAME: episode()}, {ID: ACK, "old": ACK})
    assert [row["id"] for row in shot(after, network)["acks"]] == [ID]
    assert len(shot(after, network, StoreState.REBUILDING)["acks"]) == 2  # its alert may yet come


def test_alerts_are_listed_the_newest_first(network: Network) -> None:
    older = episode(since_ms=NOW_MS - 1)
    rows = alerts.alert_rows({"jam link:A": older, "jam link:B": episode()}, network)
    assert [row.subject for row in rows] == ["link:B", "link:A"]


def test_hidden_letters_leave_every_text(network: Network) -> None:
    facts = {"title": "가\u202e나", "organisation": "다\u200b라"}
    row = alert_row("closure work:\u202eX", episode(facts=facts), network)
    assert (row["title"], row["organisation"], row["subject"]) == ("가나", "다라", "work:X")
    hidden = {**ACK, "by": "김\u202e", "comment": "\u200b"}
    ack = alerts.ack_row(ID, row_of(Acknowledgement, hidden))
    assert (ack.by, ack.comment) == ("김", "")


def test_only_an_open_episode_can_be_acknowledged(network: Network) -> None:
    city = picture(network, {NAME: episode()})
    assert alerts.open_alert(city, ID) == ("closure", episode())
    assert alerts.open_alert(city, ID + "x") is None


def acknowledged(**body: Any) -> tuple[str, str, Severity]:
    given = msgspec.convert(body, AcknowledgementBody)
    ack = acknowledgement_of(given, ID, "closure", episode(), at_ms=NOW_MS)
    return ack.by, ack.comment, ack.severity


def test_an_acknowledgement_is_one_line_of_what_was_typed() -> None:
    said = acknowledged(by=" 김\n상황 ", comment="a\tb\u202e")
    assert said == ("김 상황", "a b", Severity.CRITICAL)
    assert (
        acknowledged(by="김", severity="warning")[2] is Severity.WARNING
    )  # what the screen showed


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"by": " \u200b"}, "bad_name"),
        ({"by": "가" * 41}, "bad_name"),
        ({"by": "010-1234-5678"}, "bad_name"),
        ({"by": "김", "comment": "가" * 201}, "bad_comment"),
        ({"by": "김", "comment": "010 1234 5678"}, "bad_comment"),
    ],
)
def test_a_bad_name_or_comment_is_refused_and_not_repeated(body: Json, code: str) -> None:
    with pytest.raises(RequestRefusedError) as refusal:
        acknowledged(**body)
    assert refusal.value.code == code
    assert "1234" not in str(refusal.value)


def test_a_fact_that_is_missing_is_left_out_and_works_are_named(network: Network) -> None:
    facts = {
        "title": "가",
        "status": "stale",
        "count": 3,
        "works": ["W1", "W\u202e2"],
        "level": None,
    }
    row = alert_row("slowdown link:A", episode(facts=facts), network)
    assert (row["status"], row["count"], row["works"]) == ("stale", 3, ["W1", "W2"])
    assert not {"level", "closure", "organisation"} & row.keys()
