"""The city's own route-stop file, imported, and a recording of its buses, shown on the map."""

import json
from pathlib import Path
from typing import Any

from local.stack import Stack
from local.waiting import wait_until
from producers.publishing.topic_setup import ensure_topics
from streams.geo.network import Network
from tests.cities import worlds
from tests.places import SHARED
from tests.services.asking import get

CHUNCHEON = SHARED / "data" / "chuncheon"
BUSES = 5
STEP_S = 60


def answer(network: Network, route_id: str, minute: int) -> dict[str, Any]:
    """TAGO's answer for a route on which buses are three stops apart and pass one stop a step."""
    route = network.route_by_id[route_id]
    rows = []
    for bus in range(BUSES):
        order = minute + 1 + 3 * bus
        if order > len(route.stops):
            continue
        stop = network.stop_by_id[route.stops[order - 1]]
        rows.append(
            {
                "gpslati": stop.lat,
                "gpslong": stop.lon,
                "nodeid": stop.id,
                "nodenm": stop.name,
                "nodeord": order,
                "routenm": route.no,
                "routetp": "지선버스",
                "vehicleno": f"강원70자{1000 + bus}",
            }
        )
    body = {"items": {"item": rows}, "numOfRows": 100, "pageNo": 1, "totalCount": len(rows)}
    return {
        "response": {"header": {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}, "body": body}
    }


def write_recording(path: Path, network: Network, route_id: str, steps: int) -> None:
    lines = []
    for step in range(steps):
        seconds = step * STEP_S
        at = f"2026-11-22T07:{seconds // 60:02}:{seconds % 60:02}.000+09:00"
        url = (
            "https://apis.data.go.kr/1613000/BusLcInfoInqireService/getRouteAcctoBusLcList"
            f"?cityCode=32010&routeId={route_id}&_type=json"
        )
        body = json.dumps(answer(network, route_id, step), ensure_ascii=False)
        line = {"feed": "tago.positions", "at": at, "url": url, "status": 200, "body": body}
        lines.append(json.dumps(line, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_buses_recorded_on_a_real_route_colour_its_sections(stack: Stack) -> None:
    folder = stack.folder / "chuncheon"
    routes = CHUNCHEON / "route_stops_20260326.cp949.csv"
    said = stack.run(
        "import", "producers", "network", "--route-stops", str(routes), "--out", str(folder)
    )
    assert "2,359" in said or "2359" in said
    network = Network.loads((folder / "network.json").read_text(encoding="utf-8"))
    assert (len(network.links), len({s for r in network.routes for s in r.stops})) == (2359, 1853)

    stack.env |= {"BOMNAE_NETWORK": str(folder), "BOMNAE_TICK_MS": "5000"}
    ensure_topics(worlds.settings_of(stack))
    stack.start_worker()
    url = stack.start_map()
    recording = stack.folder / "buses.jsonl"
    write_recording(recording, network, "CCB250000100", 12)
    stack.run("replay", "producers", "replay", str(recording), "--speed", "max")
    worlds.wait_drained(stack, worlds.replayed_to_ms(stack))

    route = network.route_by_id["CCB250000100"]
    sections = [f"{a}>{b}" for a, b in zip(route.stops, route.stops[1:], strict=False)]
    # 12 polls: the hindmost bus went from stop 1 to stop 12; the first stop's moment is unknown
    driven = sections[2:10]
    link = network.link(driven[0])
    assert link is not None
    # Of the 60 s between two polls the bus stood for 3.2 s more at the stop behind (18.2 s is usual
    # there: a poll found one) and for 4.1 s at the next (12 s): 52.6 s. With 3 passages of any such
    # road (130 s/km) that makes the usual pace, which counts for 0.6 of a passage.
    passed = 52.626 / link.length_m * 1000
    usual = (passed + 3 * 130) / 4
    due_kmh = round(3600 * 1.6 / (passed + 0.6 * usual), 1)

    def shown() -> list[float | None]:
        features = get(f"{url}/api/v1/links.geojson")["features"]
        speeds = {x["properties"]["id"]: x["properties"]["speed_kmh"] for x in features}
        return [speeds[section] for section in driven]

    wait_until(lambda: shown()[0], "the speed on the map", lambda seen: seen == due_kmh)
    assert None not in shown()
