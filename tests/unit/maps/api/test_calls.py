from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from maps.api.posted import Pace, is_same_origin
from maps.desk.asking.callbacks import open_calls
from maps.http.refusals import RequestRefusedError
from maps.picture.bodies import delta_event, snapshot
from maps.picture.picture import Picture, advance, translate
from streams.contract.enums import Closure
from streams.domain.links.fold import LinkView
from streams.domain.stages.calls import CallRow
from streams.geo.network import Network
from tests.cities.rows import json_of, run, typed

Json = dict[str, Any]
OWN = frozenset({"https://desk.city.kr"})


def call(name: str, received_ms: int = 1000, **more: Any) -> Json:
    own = {"call_id": name, "received_ms": received_ms, "title": "중앙로", "reference": "17"}
    return {**own, "link_ids": ["S0>S1"], "closed": ["S0>S1", "S1>S2"], "done_ms": 0, **more}


def picture(calls: Iterable[Json], *closures: str) -> Picture:
    views = {place: LinkView(closure=Closure(name)) for place, name in enumerate(closures)}
    return Picture(links=views, calls=typed(CallRow, {each["call_id"]: each for each in calls}))


@pytest.mark.parametrize(
    ("closures", "closed", "is_known", "is_due"),
    [
        (("none", "none"), ["S0>S1", "S1>S2"], True, True),
        (("none",), ["S0>S1", "S1>S2"], True, True),  # never heard of is open
        (("none", "full"), ["S0>S1", "S1>S2"], True, False),
        (("partial", "none"), ["S0>S1", "S1>S2"], True, False),
        (("none", "none"), ["S0>S1", "S1>S2"], False, False),  # nobody knows now
        (("none", "none"), [], True, False),  # nothing was closed
        (("none", "none"), ["S0>S1", "gone"], True, False),  # the network lost it
    ],
)
def test_a_call_is_due_when_all_that_was_closed_is_known_to_be_open(
    network: Network, closures: tuple[str, ...], closed: list[str], *, is_known: bool, is_due: bool
) -> None:
    shown = picture([call("a", closed=closed)], *closures)
    (row,) = open_calls(shown, network, now_ms=5000, is_known=is_known)
    assert row.due is is_due


def test_open_calls_are_listed_newest_first_with_what_was_closed(network: Network) -> None:
    rows = [call("a", 1000), call("b", 3000), call("c", 2000, done_ms=2500)]
    found = open_calls(picture(rows, "full", "none"), network, now_ms=5000, is_known=True)
    assert [(row.id, row.age_ms, row.reference) for row in found] == [
        ("b", 2000, "17"),
        ("a", 4000, "17"),
    ]
    assert [(link["word_ko"], link["closure"]) for link in json_of(found[0])["closed"]] == [
        ("전면 통제", "full"),
        ("통제 없음", "none"),
    ]


REPORT = {"id": "c1", "title": "중앙로\u202e", "link_ids": ["S0>S1"], "lon": None, "lat": None}


def test_a_report_reaches_the_screens_and_leaves_them(network: Network) -> None:
    said = {**REPORT, "count": 2, "first_ms": 1, "last_ms": 2}
    clash = {"id": "K", "kind": "works", "severity": "low", "works": []}
    delta = {"u": {"c1": said}, "p": {"c1": call("c1")}, "o": {"K": clash}}
    shown, news = advance(Picture(), translate(run(delta), network))
    body = json_of(delta_event(news, Picture(), network, prev="0-0", now_ms=9))
    (row,) = body["u"]
    assert (row["id"], row["title"], row["count"], row["links"]) == ("c1", "중앙로", 2, [0])
    assert row["lon"] == pytest.approx(127.705)
    whole = json_of(snapshot(shown, network, now_ms=9, is_simulated=True))
    assert whole["reports"] == [row]
    assert (set(shown.calls), set(shown.clashes)) == ({"c1"}, {"K"})
    gone, news = advance(shown, translate(run({"u": {"c1": None}}), network))
    assert json_of(delta_event(news, shown, network, prev="1-0", now_ms=9))["ux"] == ["c1"]
    assert gone == replace(shown, reports={})


@pytest.mark.parametrize(
    ("site", "origin", "host", "is_ours"),
    [
        ("same-origin", "https://desk.city.kr", "127.0.0.1:8700", True),
        ("same-site", "https://desk.city.kr", "desk.city.kr", False),
        ("cross-site", None, "desk.city.kr", False),
        ("none", None, "desk.city.kr", False),
        (None, None, "127.0.0.1:8700", True),  # no browser
        (None, "http://127.0.0.1:8700", "127.0.0.1:8700", True),
        (None, "http://127.0.0.1:8700", "127.0.0.1:9999", False),
        (None, "http://6.6.6.6", "127.0.0.1:8700", False),
        (None, "https://desk.city.kr", "127.0.0.1:8700", True),  # a proxy changed Host
        (None, "http://desk.city.kr", "127.0.0.1:8700", False),  # nor another scheme
        (None, "https://desk.city.kr:8443", "127.0.0.1:8700", False),  # nor another port
        (None, "https://desk.city.kr.evil.example", "127.0.0.1:8700", False),
        (None, "null", "127.0.0.1:8700", False),
        (None, "http://[", "127.0.0.1:8700", False),
        (None, "", "", False),
    ],
)
def test_only_our_own_page_may_post(
    site: str | None, origin: str | None, host: str, *, is_ours: bool
) -> None:
    assert is_same_origin(site, origin, host, OWN) is is_ours


def test_where_we_speak_tls_ourselves_a_page_of_the_plain_scheme_is_anothers() -> None:
    """Whoever sits in the line may have written it."""
    own = "desk.city.kr:8700"
    for scheme, is_ours in (("https", True), ("http", False)):
        assert is_same_origin(None, f"{scheme}://{own}", own, OWN, is_secure=True) is is_ours
        assert is_same_origin(None, f"{scheme}://{own}", own, OWN)


def test_a_minute_has_room_for_so_many_and_the_next_for_as_many_again() -> None:
    pace = Pace(2)
    pace.take(0.0)
    pace.take(59.0)
    with pytest.raises(RequestRefusedError) as refused:
        pace.take(59.9)
    assert refused.value.status == 429
    assert refused.value.headers == {"Retry-After": "1"}
    with pytest.raises(RequestRefusedError) as early:
        pace.take(59.0 - 41.5)
    assert early.value.headers == {"Retry-After": "43"}
    pace.take(60.0)
    with pytest.raises(RequestRefusedError):
        pace.take(60.1)
