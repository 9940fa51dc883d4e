"""What a source can do wrong, by a real server and real files: each comes to a code, and to nothing
that would take the place of what is known.
"""

import json
import sqlite3
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from producers.datasets.loading import load
from producers.datasets.sources import DatasetFolder, SourceError, read_database
from producers.datasets.whole import Whole
from producers.polling.dataset_sources import MOST_AIR, Portal

HEAD = 'id = "benches"\nname = "벤치"\nfield = "인구"\ngrade = "open"\nperiod = "year"\n'
COLUMNS = 'column = [{ name = "번호", type = "code" }, { name = "개수", type = "whole" }]\n'
TABLE = "번호,개수,비고,경도,위도\n01,3,,127.7,37.8\n02,4,,127.7,37.8\n"
ROWS = "".join(f"{number},1,,127.7,37.8\n" for number in range(10, 60))
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def portal(answers: list[Answer]) -> AsyncIterator[str]:
    """A portal that gives one of the answers a page, and the last one from then on."""

    async def answer(request: web.Request) -> web.StreamResponse:
        page = int(request.query["page"])
        return await answers[min(page, len(answers)) - 1](request)

    app = web.Application()
    app.router.add_get("/list", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/list?page={{page}}"
    finally:
        await runner.cleanup()


async def came_of(tmp_path: Path, *answers: Answer, key: str = "") -> tuple[str, str]:
    """Code and words of what came of a portal's answers."""
    async with portal([*answers]) as base, aiohttp.ClientSession() as session:
        url = base if len(answers) > 1 else base.replace("{page}", "1")
        source = f'[source]\nkind = "url"\nurl = "{url}"\npage_size = 2\n'
        path = tmp_path / "benches.toml"
        path.write_text(HEAD + key + COLUMNS + source, encoding="utf-8")
        made = Whole.of(load(path))
        try:
            await Portal(made.descriptor, session, {}).read(made)
        except SourceError as error:
            return error.code, error.detail
        made.end()
        report = made.report(1, 1, is_simulated=False)
        assert (report.figures is None) == bool(report.code)
        return report.code, report.detail


def gives(body: bytes | str, status: int = 200, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=raw, headers=named)

    return answer


def page(total: int | None, *numbers: int, **more: Any) -> Answer:
    """A page of JSON as portals have it."""
    rows = [{"번호": str(number), "개수": number} for number in numbers]
    head = {} if total is None else {"totalCount": total}
    return gives(json.dumps({**head, **more, "data": rows}))


async def cut_off(request: web.Request) -> web.StreamResponse:
    """Fewer bytes than were said."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(TABLE.encode())
    assert request.transport is not None
    request.transport.close()
    return response


def packed(body: bytes, times: int) -> bytes:
    """A gzip body of a piece that is repeated."""
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [made.compress(TABLE.encode()), *(made.compress(body) for _ in range(times))]
    return b"".join((*pieces, made.flush()))


BOMB = packed(b"0" * (1 << 20), 300)
HTML = "<!DOCTYPE html><html><body><p>점검 중<br></body></html>"


@pytest.mark.parametrize(
    ("answers", "code", "words"),
    [
        ([gives("", 404)], "HTTP-404", ""),
        ([gives("", 500)], "HTTP-500", ""),
        ([gives("", 302, Location="http://127.0.0.1:1/")], "HTTP-302", ""),
        ([gives(HTML)], "UNREADABLE", "HTML page"),
        ([gives("")], "UNREADABLE", "empty"),
        ([cut_off], "NO-ANSWER", "Payload"),
        ([gives(TABLE + "03,5")], "CUT", "within its last row"),
        ([gives(TABLE.encode() + "03,5,김".encode()[:-1])], "CUT", "within its last row"),
        ([gives(f'{TABLE}03,4,"열린,127.7,37.8\n{ROWS}')], "CUT", "a quote is open"),
        ([gives(f'{TABLE}03,4,"열린,\n{ROWS}04,4,"닫힘",,\n')], "CUT", "holds 52 lines"),
        ([gives(f'{TABLE}03,4,"열린,127.7,37.8\n')], "CUT", "quote is open"),
        ([gives(BOMB, Content_Encoding="gzip")], "TOO-LARGE", f"at most {MOST_AIR} times"),
        ([gives(packed(ROWS.encode(), 9)[:-30], Content_Encoding="gzip")], "NO-ANSWER", "cut off"),
        ([gives(b"x" * 99, Content_Encoding="gzip")], "UNREADABLE", "gzip: broken"),
        ([gives(zlib.compress(b"x"), Content_Encoding="deflate")], "UNREADABLE", "deflate"),
        ([gives(TABLE + "1" * (2 << 20))], "CUT", "a cell of more"),
        ([page(6, 1, 2), page(6), page(6, 5, 6)], "INCOMPLETE", "2 of 6"),
        ([page(6, 1, 2), gives("", 503), page(6, 5, 6)], "HTTP-503", ""),
        ([page(6, 1, 2), gives(HTML), page(6, 5, 6)], "UNREADABLE", "HTML"),
        ([page(9, 1, 2), page(9, 3, 4), page(9)], "INCOMPLETE", "4 of 9"),
        ([page(2, 1, 2), page(2, 3, 4), page(2)], "TOTAL", "more rows came than the 2"),
        ([page(5, 1, 2), page(3, 3), page(3)], "INCOMPLETE", "3 of 5"),
        ([page(4, 1, 2, at=1), page(4, 1, 2, at=2)], "REPEATED-PAGE", "page 2"),
        ([page(4, 1, 2), gives('{"data": [{"번호": "3", "수": 1}]}')], "NO-COLUMN", "개수"),
    ],
)
async def test_a_source_that_does_wrong_comes_to_a_code(
    tmp_path: Path, answers: list[Answer], *, code: str, words: str
) -> None:
    for key in ("", 'key = ["번호"]\n'):
        found = await came_of(tmp_path, *answers, key=key)
        assert found[0] == code, found
        assert words in found[1]


@pytest.mark.parametrize(
    "answers",
    [
        [gives(TABLE)],
        [gives(TABLE.encode("cp949"))],
        [gives(b"\xef\xbb\xbf" + TABLE.encode())],
        [gives(TABLE.removesuffix("\n"))],
        [gives(TABLE + "※ 자료: 교통과")],
        [gives(TABLE + '03,4,"첫째\n둘째, 셋째\n넷째\n다섯째",127.7,37.8\n')],
        [gives(packed(ROWS.encode(), 1), Content_Encoding="gzip")],
        [page(2, 1, 2), page(2)],
        [page(2, 1, 2), gives("", 400)],
        [page(2, 1, 2), page(2, 1, 2)],  # a page behind the last is the last again
        [page(3, 1, 2), page(5, 3, 4), page(5, 5)],  # it grew while it was asked
    ],
)
async def test_a_source_that_does_no_wrong_is_whole(tmp_path: Path, answers: list[Answer]) -> None:
    assert await came_of(tmp_path, *answers) == ("", "")


async def test_a_source_that_is_away_comes_to_a_code(tmp_path: Path) -> None:
    async with portal([page(1, 1)]) as url:
        pass
    source = f'[source]\nkind = "url"\nurl = "{url}"\n'
    path = tmp_path / "benches.toml"
    path.write_text(HEAD + COLUMNS + source, encoding="utf-8")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(SourceError) as away:
            await Portal(load(path), session, {}).read(Whole.of(load(path)))
    assert (away.value.code, away.value.detail) == ("NO-ANSWER", "ClientConnectorError")


def test_a_wrong_byte_costs_its_row_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "benches.toml"
    path.write_text(HEAD + COLUMNS, encoding="utf-8")
    (tmp_path / "benches").mkdir()
    raw = TABLE.encode() + b"0\xff3,5,,127.7,37.8\n" + b"04,4,,127.7,37.8\n"
    (tmp_path / "benches" / "a.csv").write_bytes(raw)
    made = Whole.of(load(path))
    DatasetFolder(tmp_path / "benches").read(made)
    [refused] = made.outcome.refused
    assert (made.fault, made.outcome.rows, refused.row) == (("", ""), 3, 3)
    assert refused.why == "letters that cannot be read: neither UTF-8 nor CP949"


def test_a_table_that_vanished_comes_to_a_code(tmp_path: Path) -> None:
    path = tmp_path / "benches.toml"
    source = '[source]\nkind = "database"\nurl = "sqlite:///{key}"\ntable = "benches"\n'
    path.write_text(HEAD + COLUMNS + source, encoding="utf-8")
    with sqlite3.connect(tmp_path / "city.db") as line:
        line.execute('create table benches ("번호" text, "개수" int)')
    url = f"sqlite:///{tmp_path / 'city.db'}"
    read_database(Whole.of(load(path)), url)
    with sqlite3.connect(tmp_path / "city.db") as line:
        line.execute('alter table benches rename column "개수" to "수"')
    made = Whole.of(load(path))
    read_database(made, url)
    assert made.fault[0] == "NO-COLUMN"
    with sqlite3.connect(tmp_path / "city.db") as line:
        line.execute("drop table benches")
    with pytest.raises(SourceError) as gone:
        read_database(Whole.of(load(path)), url)
    assert (gone.value.code, gone.value.detail) == ("DATABASE", "NoSuchTableError")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b'{"data": [' + b'{"a":1},' * 1_600_000 + b"{}]}",
            "3200003 values of JSON, at most 3000000",
        ),
        (b"<r>" + b"<i/>" * 2_000_000 + b"</r>", "2000002 tags of XML, at most 2000000"),
        (b"{" + b" " * (65 << 20), "65.0 MiB of JSON or XML, at most 64 MiB: use CSV"),
    ],
)
def test_a_tree_that_would_fill_the_memory_is_refused(
    tmp_path: Path, body: bytes, words: str
) -> None:
    path = tmp_path / "benches.toml"
    path.write_text(HEAD + COLUMNS, encoding="utf-8")
    (tmp_path / "benches").mkdir()
    (tmp_path / "benches" / "a.json").write_bytes(body)
    with pytest.raises(SourceError) as refused:
        DatasetFolder(tmp_path / "benches").read(Whole.of(load(path)))
    assert refused.value.code == "UNREADABLE"
    assert words in refused.value.detail
