"""What an operator shows on the wall is there at every map server, is one screen's, and goes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from streams.contract.times import now_ms
from streams.state.keys import ON_WALL, login_key
from tests.cities.grid import grid
from tests.cities.traffic import Traffic
from tests.pages.cities import running_city
from tests.pages.servers import running_map
from tests.services.asking import ask, seen, send

Json = dict[str, Any]
PATH = "/api/v1/wall"
ONE, OTHER = "0123456789abcdef", "fedcba9876543210"
VIEW: Json = {"lat": 37.88, "lon": 127.73, "zoom": 14.25, "width": 1200, "height": 800}


@pytest.fixture(scope="module")
def walls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[redis.Redis, str, str]]:
    """A Redis, and two map servers on it."""
    folder, network = tmp_path_factory.mktemp("wall"), grid(12)
    with (
        running_city(folder, network, Traffic(network, seed=7, buses=1, works=1)) as city,
        running_map(city.client, folder, folder) as one,
        running_map(city.client, folder, folder) as other,
    ):
        yield city.client, one.url, other.url


def show(base: str, screen: str = ONE, **more: Any) -> tuple[int, Json]:
    return ask(base, PATH, {**VIEW, "screen": screen, **more}, "PUT")


def on_wall(base: str) -> Json | None:
    view: Json | None = ask(base, PATH)[1]["view"]
    return view


def test_a_view_is_shown_by_every_server_until_it_is_taken_ended_or_over(
    walls: tuple[redis.Redis, str, str],
) -> None:
    (store, one, other), name = walls, login_key(ON_WALL)
    assert on_wall(one) is None

    before_ms, at_ms = now_ms(), now_ms() - 3_600_000
    thing: Json = {"kind": "work", "id": "<b>2026-1</b>", "at_ms": at_ms, "is_then": True}
    status, told = show(one, is_taking=True, **thing)
    assert status == 200
    shown = on_wall(other)
    assert shown == told
    assert shown is not None
    assert {key: shown[key] for key in VIEW | thing} == VIEW | thing
    assert "screen" not in shown, "who may look may not end it"
    assert before_ms <= shown["since_ms"] <= now_ms()
    assert shown["until_ms"] - shown["moved_ms"] == 900_000
    assert 0 < store.ttl(name) <= 900

    # it moves, and is still the same screen's since then
    status, moved = show(other, zoom=16)
    assert (status, moved["zoom"], moved["since_ms"]) == (200, 16, shown["since_ms"])

    # another takes the wall; the first is told, and takes it back when asked
    status, taken = show(other, OTHER, is_taking=True)
    assert status == 200
    assert taken["since_ms"] >= shown["since_ms"]
    status, refused = show(one)
    assert (status, refused["error"]["code"]) == (409, "wall_taken")
    assert send(one, "DELETE", f"{PATH}/{ONE}")[0] == 204
    assert on_wall(one) == taken, "a screen ends its own view alone"
    assert show(one, is_taking=True)[0] == 200

    # ended; over by itself; not ours
    assert send(other, "DELETE", f"{PATH}/{ONE}")[0] == 204
    assert on_wall(one) is None
    assert show(one)[0] == 200, "nobody has the wall"
    store.pexpire(name, 1)
    seen(one, lambda body: body["view"] is None, PATH)
    store.set(name, b'{"of": "another version"}')
    assert on_wall(one) is None
    assert show(one, is_taking=True)[0] == 200


def test_what_is_no_view_is_refused(walls: tuple[redis.Redis, str, str]) -> None:
    store, base, _ = walls
    store.delete(login_key(ON_WALL))
    for more in (
        {"lat": 85.1},
        {"lat": -91},
        {"lon": 180.5},
        {"lon": 1e308},
        {"zoom": -1},
        {"zoom": 21},
        {"width": 0},
        {"height": 10**9},
        {"lat": "37.88"},
        {"lat": None},
        {"kind": "bus", "id": "b"},
        {"kind": "work"},
        {"id": "w"},
        {"kind": "work", "id": "x" * 201},
        {"at_ms": -1},
        {"at_ms": 10**15},
        {"screen": ""},
        {"screen": "0123456789ABCDEF"},
        {"screen": "0123456789abcdef0"},
        {"by": "somebody else"},
    ):
        assert show(base, **more)[0] == 400, more
    json = {"Content_Type": "application/json"}
    for raw in (b"[]", b"{", b"NaN", b"\xff", b'{"lat": NaN}'):
        assert send(base, "PUT", PATH, raw, **json)[0] == 400, raw
    assert send(base, "PUT", PATH, b"x" * 20_000, **json)[0] == 413
    assert send(base, "PUT", PATH, b"{}", Content_Type="text/plain")[0] == 415
    elsewhere = {"Origin": "https://evil.example", **json}
    assert send(base, "PUT", PATH, b"{}", **elsewhere)[0] == 403
    assert send(base, "DELETE", f"{PATH}/{ONE}", **elsewhere)[0] == 403
    assert on_wall(base) is None

    # so often a minute, of which the tests before have used some
    with ThreadPoolExecutor(8) as many:  # one by one a busy machine would need the minute for it
        found = [*many.map(lambda z: show(base, is_taking=True, zoom=z % 20)[0], range(260))]
    assert found.count(200) >= 200
    assert set(found) == {200, 429}
