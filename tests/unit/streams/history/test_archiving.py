"""The rows of a log by day: the same however the archive ends, is cut, or begins anew."""

import hashlib
import resource
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from bench.archive import Logged
from producers.feeds.permits.rows import parse_permits
from producers.reading.answers import Exchange
from streams.contract import topics, wire
from streams.contract.derived import Origin
from streams.contract.enums import Closure, PollOutcome, Severity
from streams.contract.errors import SettingsError
from streams.contract.failpoints import ARCHIVE_POINTS
from streams.contract.records import (
    Call,
    CallDone,
    FeedReport,
    Permit,
    PermitBatch,
    Receipt,
    Undelivered,
)
from streams.contract.settings import Settings
from streams.contract.situation import ActKind, SituationAct
from streams.contract.times import day_text, kst_day
from streams.domain.links.columns import PAGE, LinkColumns, LinkPatch
from streams.domain.stage import apply, empty_state
from streams.domain.stages.roadstate import RoadsStage
from streams.geo.network import Network
from streams.history.beginning import Log, go_on, lay
from streams.history.files import COPIES, DAYS
from streams.history.fold import TAKEN, HistoryFold, Mark, name_of, places_of
from streams.history.health import FILE
from streams.history.keeping import begin_from, keep, kept_in
from streams.history.owner import FILE as OWNER
from streams.history.owner import check_owner, claim
from streams.history.reading import QueryError, open_history
from streams.history.remaking import damage_of, set_aside
from streams.history.roads import LOOK, PASSED, WatchedRoads
from streams.history.rows import Row
from streams.history.shelf import MOST_REMOVED_BYTES, REMOVED, REMOVED_BEFORE, Shelf
from streams.history.tables import TABLES, FeedAct
from streams.kafka.cluster import Record
from streams.snapshot.frames import Head
from streams.snapshot.held import HeldState
from streams.state.tables import written
from streams.topology.stages import stages
from tests.cities import worlds
from tests.cities.archive import rows_in

SETTINGS = Settings.from_env({"BOMNAE_PARTITIONS": str(worlds.PARTITIONS)})
MIDNIGHT_MS = worlds.T0_MS + 15 * 3_600_000  # 00:00 in Korea
LINK = "S3>S4"
SIT = "sit_" + "a" * 26
WHOSE = ("가온건설(주)", "춘천시 상수도과")
CANARIES = ("길동", "몽룡", "춘향", "1234-5678", "9999-5678")
PERSONS = """허가번호,공사명,위치,시작일,종료일,시공자,발주자
11,관로 공사,중앙로 1,2026-11-20,2026-11-30,김몽룡,성춘향
12,관로 공사,중앙로 1,2026-11-20,2026-11-30,가온건설 김몽룡,도로과(성춘향)
13,관로 공사,중앙로 1,2026-11-20,2026-11-30,010-1234-5678,홍길동 010-9999-5678
"""
IN_PERSON = [("홍길동", "성춘향 010-1234-5678"), ("가온건설(주) 김몽룡", "개인(홍길동)")]


def permits_of(listed: str) -> list[Permit]:
    """The permits of an office's file, as the collector reads them."""
    exchange = Exchange("permits", MIDNIGHT_MS, "file:permits.csv", 200, listed.encode())
    found = [row for row in parse_permits(exchange, Settings()).rows if isinstance(row, Permit)]
    assert {row.permit_id for row in found} == {"11", "12", "13"}
    return found


def told(t0_ms: int) -> list[worlds.Sent]:
    permit = Permit(
        "P1",
        "중앙로 상수도관 교체",
        t0_ms + 60_000,
        t0_ms + 300_000,
        organisation="상수도과",
        closure=Closure.FULL,
        link_ids=(LINK,),
        contractor="가온건설(주)",
        client="춘천시 상수도과",
    )
    listed = permits_of(PERSONS)
    for number, (contractor, client) in enumerate(IN_PERSON):  # as another writer might tell them
        own = replace(permit, permit_id=f"P{2 + number}", contractor=contractor, client=client)
        listed.append(own)
    batch = PermitBatch("permits", t0_ms, is_complete=True, rows=(permit, *listed))
    report = FeedReport("tago.positions", PollOutcome.DATA, t0_ms + 1_000, 10_000, row_count=6)
    words = "홍길동입니다 중앙로 막혔어요"
    call = Call("C1", t0_ms + 5_000, words, (LINK,), closed=(LINK,), dong="효자동")
    seen = SituationAct(
        situation=SIT, act=ActKind.ACKNOWLEDGE, by="김", at_ms=t0_ms, severity=Severity.WARNING
    )
    return [
        (topics.PERMITS, 0, wire.encode(batch)),
        (topics.FEED_REPORTS, 0, wire.encode(report)),
        (topics.CALLS, 0, wire.encode(call)),
        (topics.CALLS, 0, wire.encode(CallDone("C1", t0_ms + 65_000))),
        (topics.RECEIPTS, 0, wire.encode(Receipt("ep_1", "alrt_1.1", t0_ms + 90_000))),
        (topics.RECEIPTS, 0, wire.encode(Receipt("ep_1", "dgst", t0_ms, ("a.1", "b.1"), 3, 4_000))),
        (topics.RECEIPTS, 0, wire.encode(Undelivered("ep_2", "a.1", t0_ms, (), 12, 86_400_000))),
        (topics.SITUATION_EVENTS, 0, wire.encode(seen)),
    ]


@pytest.fixture(scope="module", name="network")
def _network() -> Network:
    return worlds.road(worlds.STOPS)


@pytest.fixture(scope="module", name="log")
def _log(network: Network) -> list[Record]:
    """A quarter of an hour over midnight, with a work, a call, a feed and what people did."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "T0_MS", MIDNIGHT_MS - 300_000)
        sent = [*told(worlds.T0_MS), *worlds.drive(4, worlds.STOPS)]
    taken = {topic.name for topic in TAKEN}
    return [x for x in Logged(SETTINGS, network).of(sent) if x.topic in taken]


class DiedError(Exception):
    """The process was killed."""


class Deaths:
    """Ends an archive at the n-th pass of a point."""

    def __init__(self, point: str, times: int) -> None:
        self._point, self._left = point, times

    def __call__(self, point: str) -> None:
        self._left -= point == self._point
        if not self._left:
            raise DiedError(point)


def live(
    log: list[Record],
    network: Network,
    folder: Path,
    *,
    every: int = 40,
    fail: Callable[[str], None] | None = None,
) -> Shelf:
    """One life of an archive, from where it was kept to the log's end; DiedError at a failpoint."""
    passed = fail or (lambda _: None)
    shelf = Shelf(folder, passed)
    shelf.tidy()
    fold = HistoryFold(SETTINGS, network, shelf)
    fold.positions = dict.fromkeys(places_of(worlds.PARTITIONS), 0)
    if kept := kept_in(folder):
        begin_from(fold, kept)

    def write() -> None:
        shelf.commit(fold.covered)
        passed("before_keep")
        keep(folder, fold, {}, {})
        passed("after_keep")
        shelf.merge(day_text(kst_day(fold.clock_ms)))

    for number, record in enumerate(log, 1):
        fold.take(record)
        if number % every == 0:
            write()
    write()
    return shelf


@pytest.fixture(scope="module", name="whole")
def _whole(log: list[Record], network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history of the log, written without an interruption."""
    folder = tmp_path_factory.mktemp("whole")
    live(log, network, folder)
    return folder


def test_what_the_log_brought_stands_there(whole: Path) -> None:
    history = open_history(whole)

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return list(history.table(sql).rows)

    assert ask(
        "SELECT phase, phase_before, told_by, office, contractor, client FROM work_phases "
        "WHERE work_id = 'P1' ORDER BY at_ms"
    ) == [
        ("planned", None, "feed", "상수도과", *WHOSE),
        ("active", "planned", "clock", "상수도과", *WHOSE),
        ("finished", "active", "clock", "상수도과", *WHOSE),
    ]
    assert ask(
        "SELECT act, link_id, closure, contractor, client FROM closures "
        "WHERE by_kind = 'permit' AND work_id = 'P1' ORDER BY at_ms"
    ) == [
        ("declared", LINK, "full", *WHOSE),
        ("ended", LINK, "full", *WHOSE),
    ]
    assert ask("SELECT state, topic, link_id, dong FROM calls ORDER BY at_ms") == [
        ("asked", "closure", LINK, "효자동"),
        ("answered", "closure", LINK, "효자동"),
    ]
    assert ask(
        "SELECT endpoint_id, alert_id, state, attempts, took_ms FROM webhooks "
        "WHERE state <> 'queued' ORDER BY ALL"
    ) == [
        ("ep_1", "a.1", "delivered", 3, 4_000),
        ("ep_1", "alrt_1.1", "delivered", None, None),
        ("ep_1", "b.1", "delivered", 3, 4_000),
        ("ep_2", "a.1", "given_up", 12, 86_400_000),
    ]
    assert ask("SELECT DISTINCT day FROM situations ORDER BY day")[0] == (date(2026, 11, 22),)
    assert ask("SELECT count(DISTINCT day) FROM link_minutes") == [(2,)]
    assert ask("SELECT sum(passages) FROM link_minutes")[0][0] > 0
    history.close()


def test_no_person_is_in_the_history(whole: Path) -> None:
    """Names and numbers stood in who builds, in for whom, and in a call's words."""
    history = open_history(whole)
    works = history.table("SELECT DISTINCT work_id FROM work_phases").rows
    assert {work for (work,) in works} >= {"P1", "P2", "P3", "11", "12", "13"}
    kept = {str(each) for row in history.table(
        "SELECT contractor, client FROM work_phases UNION SELECT contractor, client FROM closures"
    ).rows for each in row}  # fmt: skip
    assert {"가온건설(주)", "가온건설 [name]", "도로과([name])"} <= kept
    history.close()
    said = "\n".join(row for rows in rows_in(whole).values() for row in rows)
    assert "P3" in said
    assert [each for each in CANARIES if each in said] == []


def test_rows_of_before_a_column_are_read_and_merged_with_those_after(
    log: list[Record], network: Network, whole: Path, tmp_path: Path
) -> None:
    live(log[: len(log) // 2], network, tmp_path, every=1_000)
    shelf = Shelf(tmp_path)
    for day, known in shelf.manifests.items():  # as a version before wrote them
        files = dict(known.files)
        for table in ("work_phases", "closures"):
            for file in files.get(table, []):
                path = tmp_path / file.name
                rows = pq.ParquetFile(path).read().drop_columns(["contractor", "client"])
                pq.write_table(rows, path)
                raw = path.read_bytes()
                digest = hashlib.sha256(raw).hexdigest()
                files[table] = [msgspec.structs.replace(file, bytes=len(raw), sha256=digest)]
        shelf.put(msgspec.structs.replace(shelf.manifests[day], files=files))
    live(log, network, tmp_path, every=30)
    sql = "SELECT * EXCLUDE (contractor, client) FROM {} ORDER BY ALL"
    for table in ("work_phases", "closures"):
        found, due = (open_history(x).table(sql.format(table)).rows for x in (tmp_path, whole))
        assert found == due
    whose = open_history(tmp_path).table("SELECT contractor FROM work_phases WHERE work_id = 'P1'")
    assert {each for (each,) in whose.rows} == {None, WHOSE[0]}


ENDS = [
    ("after_file", 1),
    ("after_file", 5),
    ("after_manifest", 2),
    ("before_keep", 2),
    ("after_keep", 2),
    ("after_merge", 1),
]


@pytest.mark.parametrize(("point", "times"), ENDS)
def test_wherever_it_dies_each_row_is_there_once(  # noqa: PLR0917
    log: list[Record], network: Network, whole: Path, tmp_path: Path, point: str, times: int
) -> None:
    assert {point for point, _ in ENDS} == set(ARCHIVE_POINTS)
    with pytest.raises(DiedError, match=point):
        live(log, network, tmp_path, every=40, fail=Deaths(point, times))
    live(log, network, tmp_path, every=35)
    assert rows_in(tmp_path) == rows_in(whole)


def test_without_what_was_kept_it_begins_at_the_log_and_no_row_is_there_twice(
    log: list[Record], network: Network, whole: Path, tmp_path: Path
) -> None:
    live(log[: len(log) // 2], network, tmp_path, every=30)
    (tmp_path / FILE).unlink()
    live(log, network, tmp_path, every=1_000)
    assert rows_in(tmp_path) == rows_in(whole)


def held_of(fold: HistoryFold) -> HeldState:
    """A snapshot's state of what a fold has."""
    head = Head(
        id="", schema=1, made_ms=0, city="", province="", network="", partitions=worlds.PARTITIONS
    )
    found = HeldState(head, taken=dict(fold.positions))
    for place, known in fold.states.items():
        for table in fold.stages[place[0]].tables:
            rows = known.state[table.name]
            if isinstance(rows, LinkColumns):
                pages = range(-(-len(rows) // PAGE))
                rows = LinkPatch(rows, (), rows.rows, rows.stood, rows.rows, {}, pages)
            kept = {name.encode(): value for name, value in written(rows).kept.items()}
            found.hashes.setdefault(place[1], {})[table.name] = kept
    return found


def test_from_a_snapshot_of_before_it_goes_on_and_no_row_is_there_twice(
    log: list[Record], network: Network, whole: Path, tmp_path: Path
) -> None:
    live(log[: len(log) // 3], network, tmp_path, every=50)
    before = HistoryFold(SETTINGS, network, Shelf(tmp_path))
    kept = kept_in(tmp_path)
    assert kept
    begin_from(before, kept)
    live(log[: 2 * len(log) // 3], network, tmp_path, every=50)
    shelf = Shelf(tmp_path)
    fold = HistoryFold(SETTINGS, network, shelf)
    lay(fold, held_of(before), dict.fromkeys(fold.places, 0))
    for record in log:
        fold.take(record)
    shelf.commit(fold.covered)
    assert rows_in(tmp_path) == rows_in(whole)


def test_looking_leaves_no_trace_in_the_roads(log: list[Record], network: Network) -> None:
    """The stage that tells of minutes is the worker's in all else."""
    plain, watched = (
        stages(SETTINGS, network, x)[topics.LINK_EVENTS] for x in (RoadsStage, WatchedRoads)
    )
    states = [(empty_state(plain), empty_state(watched)) for _ in range(worlds.PARTITIONS)]
    looks = 0
    for record in log:
        if record.topic != topics.LINK_EVENTS.name:
            continue
        message = wire.read(record.payload, plain.takes, record.topic)
        origin = Origin(record.topic, record.partition, record.offset)
        one, other = states[record.partition]
        due, found = plain.step(one, message, origin), watched.step(other, message, origin)
        told = [row for row in found.remembered if row.subject not in (LOOK, PASSED)]
        looks += len(found.remembered) - len(told)
        assert told == due.remembered
        assert (found.counts, found.alerts) == (due.counts, due.alerts)
        apply(one, due.changes)
        apply(other, found.changes)
        assert one == other
    assert looks > 50


def test_a_day_that_is_over_has_one_file_a_table(whole: Path) -> None:
    first, *_ = sorted(Shelf(whole).manifests.values(), key=lambda x: x.day)
    assert {len(files) for files in first.files.values()} == {1}
    assert not damage_of(Shelf(whole), is_whole=True)


def test_a_damaged_file_is_set_aside_and_named(
    log: list[Record], network: Network, tmp_path: Path
) -> None:
    shelf = live(log, network, tmp_path)
    day = min(shelf.manifests)
    file = shelf.manifests[day].files["link_minutes"][0]
    path = tmp_path / file.name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert [(x.day, x.table) for x in set_aside(shelf, is_whole=True)] == [(day, "link_minutes")]
    assert path.with_name(f"{path.name}.corrupt").exists()
    again = Shelf(tmp_path)
    assert again.manifests[day].damaged == ["link_minutes"]
    assert file not in again.manifests[day].files["link_minutes"]
    open_history(tmp_path).table("FROM link_minutes")


def spoil(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0x80
    path.write_bytes(raw)


@pytest.mark.parametrize("act", [spoil, Path.unlink], ids=["a byte flipped", "gone"])
def test_a_spoilt_manifest_is_written_again_from_its_copy(
    log: list[Record], network: Network, whole: Path, tmp_path: Path, act: Callable[[Path], None]
) -> None:
    live(log[: len(log) // 2], network, tmp_path, every=30)
    day = min(Shelf(tmp_path).manifests)
    path = tmp_path / DAYS / f"{day}.json"
    before, rows = path.read_bytes(), rows_in(tmp_path)
    act(path)
    assert rows_in(tmp_path) == rows  # whoever asks meanwhile
    shelf = Shelf(tmp_path)
    assert (list(shelf.spoilt), shelf.tidy()) == ([day], 0)
    assert str(path) in shelf.spoilt[day]
    assert set_aside(shelf, is_whole=True) == []
    assert path.read_bytes() == before
    assert path.with_name(f"{path.name}.corrupt").exists() is (act is spoil)
    live(log, network, tmp_path, every=30)
    assert rows_in(tmp_path) == rows_in(whole)


def test_a_day_without_manifest_and_copy_is_set_aside_whole_and_nothing_is_deleted(
    log: list[Record], network: Network, tmp_path: Path
) -> None:
    live(log, network, tmp_path)
    day = min(Shelf(tmp_path).manifests)
    files = sorted(tmp_path.glob(f"*/day={day}/*.parquet"))
    spoil(tmp_path / DAYS / f"{day}.json")
    (tmp_path / DAYS / COPIES / f"{day}.json").write_bytes(b"")
    with pytest.raises(QueryError, match=rf"unreadable: .*{day}.json"):
        open_history(tmp_path).table("FROM calls")
    shelf = Shelf(tmp_path)
    assert shelf.tidy() == 0
    damage = set_aside(shelf, is_whole=True)
    assert {(each.day, each.table) for each in damage} == {(day, table.name) for table in TABLES}
    assert len(files) > 3
    assert all(path.with_name(f"{path.name}.corrupt").exists() for path in files)
    kept = kept_in(tmp_path)
    assert kept
    assert Shelf(tmp_path).manifests[day].covered.items() >= kept.positions.items()
    told = [msgspec.json.decode(x) for x in (tmp_path / REMOVED).read_bytes().splitlines()]
    assert [each["name"] for each in told] == [str(x.relative_to(tmp_path)) for x in files]


def test_what_is_removed_is_told(log: list[Record], network: Network, tmp_path: Path) -> None:
    shelf = live(log, network, tmp_path)
    first, last = sorted(shelf.manifests)
    due = {file.name for files in shelf.manifests[first].files.values() for file in files}
    assert not (tmp_path / REMOVED).exists()
    assert shelf.forget(last) == [first]
    told = [msgspec.json.decode(x) for x in (tmp_path / REMOVED).read_bytes().splitlines()]
    assert {each["name"] for each in told} == due
    assert {(each["day"], each["why"]) for each in told} == {(first, "its time is over")}
    assert list(Shelf(tmp_path).manifests) == [last]


def test_what_is_told_of_the_removed_has_a_bound(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for number in range(3):
        (tmp_path / REMOVED).write_bytes(b"\n" * MOST_REMOVED_BYTES)
        shelf.tell("2026-11-01", [str(number)], "its time is over")
    assert (tmp_path / REMOVED).read_bytes().count(b"\n") == 1
    assert {x.name for x in tmp_path.glob("removed*")} == {REMOVED, REMOVED_BEFORE}


def test_a_log_that_was_begun_anew_is_taken_though_its_offsets_are_smaller(tmp_path: Path) -> None:
    begin_ms = 1_795_800_000_000
    row = Row("feeds", begin_ms, FeedAct(begin_ms, "permits", "live", 0))
    shelf = Shelf(tmp_path)
    shelf.add(row, Mark("feeds/0", 40))
    shelf.commit({"feeds/0": 41, "permits/0": 7, "city": begin_ms})
    shelf.add(row, Mark("feeds/0", 3))
    assert shelf.count == 0, "of the same log it is there"
    shelf.uncover({"feeds/0": 12, "permits/0": 9})
    shelf.add(row, Mark("feeds/0", 3))
    assert shelf.count == 1
    [kept] = Shelf(tmp_path).manifests.values()
    assert kept.covered == {"permits/0": 7, "city": begin_ms}, "a copy of a log goes on as it was"


def test_another_log_is_seen_also_where_other_rules_came_at_the_same_time(
    log: list[Record], network: Network, tmp_path: Path
) -> None:
    """What days have of the log before is taken back whatever else keeps the fold from going on."""
    live(log[: len(log) // 3], network, tmp_path)
    shelf = Shelf(tmp_path)
    fold = HistoryFold(SETTINGS, network, shelf)
    keep(tmp_path, fold, {"BOMNAE_RULES": "of before"}, {topics.PERMITS.name: "first"})
    empty = dict.fromkeys(fold.places, 0)
    places = {name_of(place) for place in empty}
    assert any(places & each.covered.keys() for each in shelf.manifests.values())
    assert not go_on(fold, shelf, Log(empty, empty, {topics.PERMITS.name: "second"}), SETTINGS)
    covered = [
        at for each in shelf.manifests.values() for x, at in each.covered.items() if x in places
    ]
    assert not any(covered)


def test_the_history_of_another_city_is_refused(tmp_path: Path) -> None:
    ours, theirs = Settings(), Settings(city="가온시")
    check_owner(tmp_path, theirs)  # what nobody has claimed
    claim(tmp_path, ours)
    claim(tmp_path, ours)
    check_owner(tmp_path, ours)
    for act in (check_owner, claim):
        with pytest.raises(SettingsError, match="another city"):
            act(tmp_path, theirs)


@pytest.mark.parametrize("how", ["folder", "damaged", "half", "no text"])
def test_a_history_of_which_nobody_can_say_whose_it_is_is_refused_and_not_claimed(
    tmp_path: Path, how: str
) -> None:
    """It may be another city's; what is said names the file and what to do."""
    file, damaged = tmp_path / OWNER, {"damaged": b"[]", "half": b'{"city":"', "no text": b"\xff"}
    file.mkdir() if how == "folder" else file.write_bytes(damaged[how])
    for act in (check_owner, claim):
        with pytest.raises(SettingsError, match=rf"{OWNER} cannot be read .* take the file away"):
            act(tmp_path, Settings())
    assert file.is_dir() or file.read_bytes() == damaged[how]


def test_a_manifest_of_before_gets_its_copy(
    log: list[Record], network: Network, tmp_path: Path
) -> None:
    live(log, network, tmp_path)
    copies = sorted((tmp_path / DAYS / COPIES).iterdir())
    due = [copy.read_bytes() for copy in copies]
    for copy in copies:
        copy.unlink()
    Shelf(tmp_path).tidy()
    assert [copy.read_bytes() for copy in copies] == due


def test_a_disk_that_takes_no_more_loses_and_doubles_nothing(
    log: list[Record], network: Network, whole: Path, tmp_path: Path
) -> None:
    """`RLIMIT_FSIZE` stands for a full disk: a write fails midway."""
    half = log[: len(log) // 2]
    live(half, network, tmp_path)
    shelf = Shelf(tmp_path)
    fold = HistoryFold(SETTINGS, network, shelf)
    kept = kept_in(tmp_path)
    assert kept
    begin_from(fold, kept)
    for record in log:
        fold.take(record)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for most in (10, 700, 2_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                shelf.commit(fold.covered)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    shelf.commit(fold.covered)
    keep(tmp_path, fold, {}, {})
    assert rows_in(tmp_path) == rows_in(whole)
