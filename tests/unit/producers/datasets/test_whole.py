"""Datasets as they are read whole and sent: pages and a report, what is bounded, what never leaves,
and what a source that fails does to the others.
"""

import asyncio
import builtins
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from local.waiting import until
from producers.datasets import opening, whole
from producers.datasets.descriptor import Files
from producers.datasets.loading import SHIPPED, DescriptorError, load
from producers.datasets.sources import DatasetFolder, SourceError, read_database
from producers.datasets.whole import Whole
from producers.polling.dataset_sources import Portal
from producers.polling.datasets import DatasetPolls
from producers.polling.descriptors import Descriptors
from producers.publishing.messages import Output
from streams.contract import wire
from streams.contract.dataset import DatasetPage, DatasetReport, rows_of
from streams.contract.derived import Origin
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, now_ms
from streams.domain.stage import apply, empty_state
from streams.domain.stages.datasets import DATASET_PAGES, DATASETS, DatasetsStage

HEAD = 'id = "{name}"\nname = "벤치"\nfield = "도시시설·환경"\ngrade = "{grade}"\nperiod = "year"\n'
COLUMNS = """key = ["번호"]
column = [
  { name = "번호", type = "code" },
  { name = "개수", type = "whole" },
  { name = "담당자", personal = "drop", optional = true },
]
[[place]]
lon = ["경도"]
lat = ["위도"]
"""
PSEUDONYM = COLUMNS.replace('"drop"', '"pseudonym"')
CSV = "번호,개수,담당자,경도,위도\n01,3,김봄내,127.7,37.8\n02,,이소양,127.71,37.81\n"


def laid(
    home: Path,
    name: str = "benches",
    csv: str = CSV,
    *,
    rest: str = COLUMNS,
    grade: str = "open",
) -> Path:
    """A descriptor with a file in the folder of its id; the descriptor's path."""
    (home / name).mkdir(exist_ok=True)
    if csv:
        (home / name / "a.csv").write_text(csv, encoding="utf-8")
    path = home / f"{name}.toml"
    path.write_text(HEAD.format(name=name, grade=grade) + rest, encoding="utf-8")
    return path


def read(path: Path) -> Whole:
    made = Whole.of(load(path), b"k" * 32)
    DatasetFolder(path.with_suffix("")).read(made)
    made.end()
    return made


def rows_in(made: Whole) -> list[list[object]]:
    return [row for page in made.page_messages(1) for row in rows_of(page)]


class Log:
    """What was published."""

    waiting = 0

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def wait_for_room(self, timeout_s: float = 5.0) -> bool:
        return timeout_s > 0

    def publish(self, output: Output) -> None:
        self.messages += [wire.decode(payload) for _, _, payload in output.messages]

    def of(self, kind: type) -> list[Any]:
        return [each for each in self.messages if isinstance(each, kind)]

    def reports(self) -> dict[str, DatasetReport]:
        return {each.dataset: each for each in self.of(DatasetReport)}


def looked_at(settings: Settings, named: Sequence[Path] = ()) -> Descriptors:
    descriptors = Descriptors(Path(settings.datasets), named)
    descriptors.look()
    return descriptors


async def polled(
    settings: Settings, log: Log, named: Sequence[Path] = (), *, times: int = 1
) -> DatasetPolls:
    descriptors = looked_at(settings, named)
    async with aiohttp.ClientSession() as session:
        polls = DatasetPolls(settings, log, session, descriptors, is_once=True)
        for _ in range(times):
            await polls.once()
    return polls


def test_rows_leave_with_their_place_and_without_what_is_a_persons(tmp_path: Path) -> None:
    made = read(laid(tmp_path))
    assert rows_in(made) == [[[127.7, 37.8], "01", 3], [[127.71, 37.81], "02", None]]
    report = made.report(now_ms(), 1, is_simulated=False)
    assert report.figures is not None
    assert (report.figures.sums, report.figures.unknown) == ({"개수": 3.0}, {"개수": 1})
    assert (report.parts, report.dropped) == (1, ("담당자",))
    assert report.figures.stated_ms == (tmp_path / "benches" / "a.csv").stat().st_mtime_ns // 10**6
    assert "김봄내" not in str(wire.encode(report)) + str(rows_in(made))


def test_a_total_that_means_nothing_is_for_the_check_alone(tmp_path: Path) -> None:
    rest = COLUMNS.replace('"개수", type = "whole"', '"개수", type = "whole", summed = false')
    made = read(laid(tmp_path, rest=rest))
    report = made.report(1, 1, is_simulated=False)
    assert report.figures is not None
    assert (made.outcome.sums, report.figures.sums) == ({"개수": 3}, {})


def test_of_a_personal_dataset_only_counts_leave(tmp_path: Path) -> None:
    made = read(laid(tmp_path, grade="personal", rest=PSEUDONYM))
    report = made.report(1, 1, is_simulated=False)
    assert (list(made.page_messages(1)), report.parts) == ([], 0)
    assert report.figures is not None
    assert (report.figures.rows, report.figures.sums, report.figures.box) == (2, {}, None)


EXAMPLES = """
[[example]]
where = { "담당자" = "김봄내" }
expect = { "개수" = 3 }

[[example]]
where = { "번호" = "담당 홍길동 과장" }
"""


def test_an_example_is_a_row_and_leaves_no_more_than_one_may(tmp_path: Path) -> None:
    made = read(laid(tmp_path, rest=COLUMNS + EXAMPLES))
    told = made.report(1, 1, is_simulated=False).facts.examples
    assert (told[0], len(told)) == ("개수: 3", 2)
    assert "홍길동" not in told[1]
    made = read(laid(tmp_path, grade="personal", rest=COLUMNS + EXAMPLES))
    assert made.report(1, 1, is_simulated=False).facts.examples == ()


def test_the_same_rows_have_the_same_digest_and_no_others(tmp_path: Path) -> None:
    first = read(laid(tmp_path)).digest
    assert read(laid(tmp_path)).digest == first
    assert read(laid(tmp_path, csv=CSV.replace("01,3", "01,4"))).digest != first
    other = COLUMNS.replace('name = "개수"', 'name = "수", aliases = ["개수"]')
    assert read(laid(tmp_path, rest=other)).digest != first


@pytest.mark.parametrize(
    ("csv", "code", "is_partial"),
    [
        ("번호,수\n01,3\n", "NO-COLUMN", False),
        ("번호,개수\n01,3\n02,많음\n03,여럿\n", "MOST-REFUSED", False),
        ("번호,개수\n" + "".join(f"{n},1\n" for n in range(5)), "CUT", True),
    ],
)
def test_what_is_not_the_whole_has_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, csv: str, *, code: str, is_partial: bool
) -> None:
    monkeypatch.setattr(opening, "EXCEL_ROWS", {5})
    report = read(laid(tmp_path, csv=csv)).report(1, 1, is_simulated=False)
    assert (report.code, report.is_partial) == (code, is_partial)
    assert (report.figures, report.digest, report.parts) == (None, "", 0)


def test_rows_beyond_the_bound_are_counted_and_summed_but_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "MAX_ROWS", 25)
    monkeypatch.setattr(whole, "MAX_PAGE_ROWS", 10)
    made = read(laid(tmp_path, csv="번호,개수\n" + "".join(f"{n},1\n" for n in range(40))))
    report = made.report(1, 1, is_simulated=False)
    assert report.figures is not None
    assert (report.figures.rows, report.figures.kept, report.parts) == (40, 25, 3)
    assert report.figures.sums == {"개수": 40.0}
    assert [page.count for page in made.page_messages(1)] == [10, 10, 5]


def test_the_newest_file_is_the_dataset_unless_all_of_them_are(tmp_path: Path) -> None:
    path = laid(tmp_path)
    older = tmp_path / "benches" / "b.csv"
    older.write_text("번호,개수\n09,9\n", encoding="utf-8")
    os.utime(older, (1, 1))
    (tmp_path / "benches" / ".~a.csv").write_text("x", encoding="utf-8")
    assert [row[1] for row in rows_in(read(path))] == ["01", "02"]
    both = Whole.of(load(path))
    DatasetFolder(tmp_path / "benches", Files.ALL).read(both)
    assert both.outcome.rows == 3


@pytest.mark.parametrize(
    "wrong",
    [
        COLUMNS.replace(', personal = "drop"', ""),
        COLUMNS + '[source]\nkind = "url"\n',
        COLUMNS + '[source]\nkind = "url"\nurl = "https://x.kr/a?serviceKey=abcdefghijk"\n',
        COLUMNS
        + '[source]\nkind = "database"\nurl = "postgresql://kim:secret@db/x"\ntable = "t"\n',
        COLUMNS + '[source]\npath = "../../etc"\n',
    ],
)
def test_a_descriptor_that_lies_or_tells_a_secret_does_not_start(
    tmp_path: Path, wrong: str
) -> None:
    with pytest.raises(DescriptorError) as error:
        load(laid(tmp_path, rest=wrong))
    assert "secret" not in str(error.value)
    assert error.value.faults[0].line > 1 or "key" in str(error.value)


async def test_one_that_fails_takes_no_other_along(tmp_path: Path) -> None:
    laid(tmp_path)
    laid(tmp_path, "liars", rest=COLUMNS.replace('"whole"', '"whale"'))
    laid(tmp_path, "broken", csv="<html>")
    laid(tmp_path, "first", csv="")
    (tmp_path / "twin.toml").write_text((tmp_path / "first.toml").read_text(encoding="utf-8"))
    laid(tmp_path, "secrets", rest=PSEUDONYM, grade="internal")
    log = Log()
    polls = await polled(Settings(datasets=str(tmp_path)), log)
    reports = log.reports()
    assert not {"liars", "first"} & reports.keys()
    assert sorted({fault.file for fault in polls.descriptors.faults}) == [
        "first.toml",
        "liars.toml",
        "twin.toml",
    ]
    assert (reports["benches"].outcome, reports["benches"].code) == (PollOutcome.DATA, "")
    assert reports["broken"].code == "UNREADABLE"
    assert (reports["secrets"].code, reports["secrets"].is_stopped) == ("NO-DATASET-KEY", True)
    assert (reports["cctv"].code, reports["cctv"].has_source) == ("NO-FILES", False)
    assert [page.dataset for page in log.of(DatasetPage)] == ["benches"]
    [feed] = log.of(FeedReport)
    assert (feed.feed, feed.outcome, feed.row_count) == ("datasets", PollOutcome.UNKNOWN, 1)
    assert "broken: UNREADABLE" in feed.detail
    assert "(not open): NO-DATASET-KEY" in feed.detail  # its card is everybody's
    assert "secrets" not in feed.detail


async def test_rows_go_out_once_and_again_after_a_day(tmp_path: Path) -> None:
    path, log = laid(tmp_path), Log()
    polls = await polled(Settings(datasets=str(tmp_path)), log, [path], times=2)
    assert (len(log.of(DatasetPage)), len(log.of(DatasetReport))) == (1, 2)
    first, second = log.of(DatasetReport)
    assert (first.digest, first.figures) == (second.digest, second.figures)
    polls.polls["benches"].sent_ms -= DAY_MS
    await polls.once()
    assert len(log.of(DatasetPage)) == 2


def test_a_citys_own_descriptor_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    laid(tmp_path, "cctv")
    found = looked_at(Settings(datasets=str(tmp_path)))
    assert found.faults == []
    assert found.used["cctv"].descriptor.name == "벤치"
    assert len(found.used) == len(list(SHIPPED.glob("*.toml")))


@asynccontextmanager
async def portal(pages: Sequence[object]) -> AsyncIterator[tuple[str, list[str]]]:
    """A portal with these pages, and what it was asked for; a number is a status."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        page = pages[min(int(request.query["page"]), len(pages)) - 1]
        return web.Response(status=page) if isinstance(page, int) else web.json_response(page)

    app = web.Application()
    app.router.add_get("/list", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/list", asked
    finally:
        await runner.cleanup()


def listed(total: int, *numbers: int) -> dict[str, Any]:
    return {"totalCount": total, "data": [{"번호": str(n), "개수": n} for n in numbers]}


async def from_portal(tmp_path: Path, *pages: object) -> tuple[Whole, list[str]]:
    async with portal(pages) as (base, asked), aiohttp.ClientSession() as session:
        url = f"{base}?page={{page}}&size={{size}}&k={{key}}"
        source = f'[source]\nkind = "url"\nurl = "{url}"\npage_size = 2\n'
        descriptor = load(laid(tmp_path, rest=COLUMNS + source))
        made = Whole.of(descriptor)
        await Portal(descriptor, session, {"benches": "a/b="}).read(made)
        made.end()
        return made, asked


async def test_a_portal_is_asked_page_by_page_with_its_key(tmp_path: Path) -> None:
    made, asked = await from_portal(tmp_path, listed(3, 1, 2), listed(3, 3))
    assert asked == [f"/list?page={n}&size=2&k=a%2Fb%3D" for n in (1, 2)]
    assert (made.outcome.rows, made.fault) == (3, ("", ""))
    assert "a/b=" not in made.report(1, 1, is_simulated=False).facts.source


async def test_a_portal_that_gives_less_than_it_has_is_not_believed(tmp_path: Path) -> None:
    made, _ = await from_portal(tmp_path, listed(5, 1, 2), listed(5, 3), listed(5))
    assert made.fault == ("INCOMPLETE", "3 of 5 rows came")
    with pytest.raises(SourceError) as away:
        await from_portal(tmp_path, listed(5, 1, 2), 503)
    assert away.value.code == "HTTP-503"
    with pytest.raises(SourceError) as twice:
        await from_portal(tmp_path, listed(6, 1, 2), listed(6, 1, 2))
    assert twice.value.code == "REPEATED-PAGE"


def database(tmp_path: Path) -> tuple[Whole, str]:
    path = tmp_path / "city.db"
    with sqlite3.connect(path) as line:
        line.execute('create table benches ("번호" text, "개수" int, "담당자" text, "비밀" text)')
        line.executemany("insert into benches values (?, ?, ?, ?)", [("01", 3, "김봄내", "x")] * 2)
    source = '[source]\nkind = "database"\nurl = "sqlite:///{key}"\ntable = "benches"\n'
    return Whole.of(load(laid(tmp_path, rest=COLUMNS + source))), f"sqlite:///{path}"


def test_a_database_gives_its_declared_columns(tmp_path: Path) -> None:
    made, url = database(tmp_path)
    read_database(made, url)
    made.end()
    assert rows_in(made) == [[None, "01", 3]]
    assert (made.outcome.refused, made.outcome.left_out) == ([], {"the same again": 1})
    with pytest.raises(SourceError) as away:
        read_database(Whole.of(made.descriptor), f"{url}/nowhere")
    assert (away.value.code, str(away.value)) == ("DATABASE", "OperationalError")


def test_without_the_extra_a_database_is_refused_in_clear_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, url = database(tmp_path)
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "sqlalchemy":
            raise ImportError(name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SourceError, match=r"pip install 'bomnae\[databases\]'") as refused:
        read_database(made, url)
    assert (refused.value.code, refused.value.is_stopped) == ("NO-EXTRA", True)


MEASURED = """
import resource, sys
from pathlib import Path
from producers.datasets.loading import load
from producers.datasets.sources import DatasetFolder
from producers.datasets.whole import Whole
made = Whole.of(load(Path(sys.argv[1])))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
DatasetFolder(Path(sys.argv[2])).read(made)
made.end()
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(made.outcome.rows, made.kept, (after - before) // 1024)
"""


def test_a_large_file_streams(tmp_path: Path) -> None:
    """50 MB grow the process by what is kept and the marks of the keys, not by the file."""
    path = laid(tmp_path, csv="")
    wide = "가" * 830
    with (tmp_path / "benches" / "a.csv").open("w", encoding="utf-8") as stream:
        stream.write("번호,개수,비고,경도,위도\n")
        for number in range(20_500):
            stream.write(f"{number},1,{wide},127.7,37.8\n")
    assert (tmp_path / "benches" / "a.csv").stat().st_size > 50_000_000
    out = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path), str(tmp_path / "benches")],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    rows, kept, grown_mb = map(int, out.split())
    assert (rows, kept) == (20_500, 20_500)
    assert grown_mb < 64


def test_a_shape_is_drawn_in_degrees_without_its_heights(tmp_path: Path) -> None:
    shape = {"type": "LineString", "coordinates": [[127.7, 37.8], [127.71, 37.81, 5.0]]}
    feature = {"type": "Feature", "properties": {"번호": "1", "개수": 1}, "geometry": shape}
    path = laid(tmp_path, csv="", rest='draw = "line"\n' + COLUMNS)
    body = {"type": "FeatureCollection", "features": [feature]}
    (tmp_path / "benches" / "a.geojson").write_text(json.dumps(body), encoding="utf-8")
    [[drawn, *_]] = rows_in(read(path))
    assert drawn == {"type": "LineString", "coordinates": [[127.7, 37.8], [127.71, 37.81]]}


async def test_polls_go_on_until_they_are_cancelled(tmp_path: Path) -> None:
    path, log = laid(tmp_path), Log()
    found = looked_at(Settings(datasets=str(tmp_path)), [path])
    async with aiohttp.ClientSession() as session:
        polls = DatasetPolls(Settings(), log, session, found)
        running = asyncio.create_task(polls.run())
        await asyncio.wait_for(polls.begun.wait(), 10)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert [each.dataset for each in log.of(DatasetReport)] == ["benches"]


async def test_a_dataset_that_was_personal_for_a_while_has_its_rows_again(tmp_path: Path) -> None:
    """Its content is the same all the while, and what the state let go comes anew."""
    path, log = laid(tmp_path), Log()
    found = looked_at(Settings(datasets=str(tmp_path)), [path])
    stage = DatasetsStage()
    state = empty_state(stage)
    kept = []
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        polls = DatasetPolls(Settings(), log, session, found, look_s=0.02)
        running = asyncio.create_task(polls.run())
        for grade in ("open", "personal", "open"):
            laid(tmp_path, grade=grade)
            await until(
                lambda: [each.facts.grade for each in log.of(DatasetReport)][-1:],
                "its report",
                lambda seen: seen == [grade],  # noqa: B023
            )
            while log.messages:
                effects = stage.step(state, log.messages.pop(0), Origin("dataset-rows", 0, 0))
                apply(state, effects.changes)
            [row] = state[DATASETS.name].values()
            kept.append((row.has_data, row.parts, len(state[DATASET_PAGES.name])))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert kept == [(True, 1, 1), (True, 0, 0), (True, 1, 1)]
