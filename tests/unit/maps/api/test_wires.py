import json
import zlib

import pytest

from maps.api.document import document
from maps.api.routes import OPERATIONS
from maps.http.refusals import RequestRefusedError, error_body
from maps.picture import broadcast as sse
from maps.picture.broadcast import MAX_WAITING, Broadcast
from maps.picture.network_file import network_body, packed, routes_with_links
from maps.server import is_own_host, is_plain_path
from streams.contract.settings import Settings
from streams.domain.links.levels import thresholds_by_class
from streams.geo.network import Network
from streams.state.side_by_side import id_of


def test_blocks_of_any_choice_make_one_gzip_stream() -> None:
    blocks = [
        sse.event("d", {"n": number, "text": "춘천" * 50}, f"{number}-0") for number in range(5)
    ]
    reader = zlib.decompressobj(wbits=31)
    sent = sse.GZIP_HEADER + blocks[3].deflated + blocks[1].deflated + sse.ping().deflated
    assert reader.decompress(sent) == blocks[3].plain + blocks[1].plain + sse.ping().plain


def test_an_event_is_readable_as_soon_as_its_block_has_come() -> None:
    reader = zlib.decompressobj(wbits=31)
    reader.decompress(sse.GZIP_HEADER)
    first, second = sse.event("d", [1], "1-0"), sse.event("d", [2], "2-0")
    assert reader.decompress(first.deflated) == first.plain
    assert reader.decompress(second.deflated) == second.plain


def test_a_line_break_in_a_text_does_not_end_an_event() -> None:
    plain = sse.event("d", {"title": "a\n\nevent: x\r"}, "1-0").plain
    assert plain.count(b"\n\n") == 1
    assert plain.count(b"\nevent:") == 1


def test_a_reader_that_lags_too_far_is_dropped_and_the_others_go_on() -> None:
    broadcast, dropped = Broadcast(), []
    broadcast.join("0-0", lambda: dropped.append("slow"))
    quick = broadcast.join("0-0", lambda: dropped.append("quick"))
    for _ in range(MAX_WAITING + 1):
        broadcast.send(sse.ping())
        quick.waiting.get_nowait()
    assert dropped == ["slow"]
    assert broadcast.readers == {quick}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5-1", (5, 1)),
        ("", None),
        ("5", None),
        ("5-x", None),
        ("5-1\n", None),
        ("9" * 21 + "-0", None),
        ("18446744073709551616-0", None),
    ],
)
def test_a_delta_id_is_two_numbers_or_none(text: str, expected: tuple[int, int] | None) -> None:
    assert id_of(text) == expected


def test_delta_ids_compare_as_numbers() -> None:
    assert (id_of("9-9") or (0, 0)) < (id_of("10-0") or (0, 0))


def test_packed_geometry_does_not_drift() -> None:
    line = [(127.000004 + 0.000004 * step, 37.5) for step in range(100)]
    numbers = packed(line)
    assert sum(numbers[::2]) == round(line[-1][0] * 1e5)


def test_the_network_file_has_a_row_a_link_and_its_class_thresholds(network: Network) -> None:
    body = network_body(network, thresholds_by_class(Settings()), "춘천시", is_simulated=True)
    assert (body.jam, body.slow) == ([15, 15, 30], [25, 25, 50])
    columns = ("ids", "names", "roads", "classes", "kinds", "lengths", "free", "drawn", "geometry")
    assert {len(getattr(body, name)) for name in columns} == {3}
    assert body.routes == [("R300", "300", [0, 1])]


def test_a_stop_pair_without_a_section_is_left_out_of_a_route(network: Network) -> None:
    [(_, links)] = routes_with_links(network)
    assert links == [0, 1]


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("127.0.0.1:8700", True),
        ("localhost", True),
        ("LOCALHOST.:8700", True),
        ("[::1]:8700", True),
        ("map.city.example:8700", True),
        ("10.0.0.5", True),
        ("evil.example", False),
        ("evil.example:8700", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
        ("evil.example@localhost", False),
        ("[::1]evil.example", False),
        ("[::1", False),
        ("127.0.0.1]", False),
        ("localhost:", False),
        ("localhost:80:80", False),
        ("localhost:name", False),
        ("localhost..", False),
        ("localhost/evil.example", False),
        ("localhost\n", False),
    ],
)
def test_only_our_names_are_answered(host: str, *, is_own: bool) -> None:
    assert is_own_host(host, {"localhost", "map.city.example"}) is is_own


def test_the_document_lists_the_paths_of_the_router() -> None:
    paths = {route.path.replace(":.+", "") for route in OPERATIONS}
    assert set(document("춘천시", OPERATIONS)["paths"]) == paths


def test_the_document_refers_only_to_schemas_it_has() -> None:
    text = json.dumps(document("춘천시", OPERATIONS))
    wanted = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert wanted <= set(document("춘천시", OPERATIONS)["components"]["schemas"])


def test_an_error_is_korean_and_english() -> None:
    body = json.loads(error_body(RequestRefusedError(413, "refused.too_large.photo")))
    assert body == {
        "error": {
            "code": "too_large",
            "message": "사진은 5 MB까지 받습니다 / a photo is at most 5 MB",
        }
    }


@pytest.mark.parametrize(
    "path",
    [
        "/w/2026-%EA%B5%B4%EC%B0%A9-0412",
        "/w/2026-%EA%B5%B4%EC%B0%A9%2F0412",
        "/w/50%25",
        "/w/50%2525%3B1",
        "/w/a..b",
        "/w/...",
        "/w/.hidden",
        "/",
    ],
)
def test_a_path_that_has_one_reading_is_answered(path: str) -> None:
    assert is_plain_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "/w/x/../y",
        "/w/x/.%2e/y",
        "/w/x/%252e%252e/y",
        "/w/x/%25252e%25252e/y",
        "/w/x/%2525252525252e/y",
        "/w/x/..;/y",
        "/w/x/.;a=b/y",
        "/w/x/%2e%2e%3b/y",
        "/w/x/%c0%ae%c0%ae/y",
        "/w/x/%e0%80%ae/y",
        "/w/%ed%a0%80",
        "/w/%ff",
        "/w/x%00",
        "/w/x%250d%250ay",
        "/w/x%7f",
        "/w/x%5cy",
        "/w/x%2f%2fy",
    ],
)
def test_a_path_that_somebody_reads_as_another_is_refused(path: str) -> None:
    assert not is_plain_path(path)
