"""Pages of the outbox, also where another version wrote in it."""

from types import SimpleNamespace
from typing import Self, cast

import msgspec
import pytest

from maps.picture import events
from maps.picture.events import AlertPage, Cursor, newest, page_after
from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.domain.alerts import Alert
from streams.state.side_by_side import SideBySide
from streams.state.store import Store

Entry = tuple[bytes, dict[bytes, bytes]]
START = Cursor(((0, 0),))


def alert(number: int) -> Alert:
    began = (AlertEvent.BEGIN, Severity.NOTICE)
    return Alert(f"a.{number}", "a", RuleName.JAM, "link:1", *began, number, number, {})


class Outbox:
    """A stream in memory, as Redis answers: entry N-0 is alert N, or what no version can read."""

    def __init__(self, last: int, *odd: int) -> None:
        self.answers: list[list[Entry]] = []
        self.entries: list[Entry] = [
            (
                b"%d-0" % n,
                {b"a": b'{"rule": "flood"}' if n in odd else msgspec.json.encode(alert(n))},
            )
            for n in range(1, last + 1)
        ]

    def pipeline(self, **_: bool) -> Self:
        self.answers = []
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is to be closed."""

    async def execute(self) -> list[list[Entry]]:
        return self.answers

    def xrange(self, _: str, first: str = "-", last: str = "+", count: int = 0) -> None:
        after = int(first.strip("(").partition("-")[0] or 0) + first.startswith("(")
        until = float("inf") if last == "+" else int(last.partition("-")[0])
        found = (each for each in self.entries if after <= int(each[0][:-2]) <= until)
        self.answers.append(list(found)[:count])

    def xrevrange(self, _: str, count: int) -> None:
        self.answers.append(self.entries[::-1][:count])


def store_of(outbox: Outbox) -> Store:
    made = SimpleNamespace(outbox=SideBySide(outbox, "outbox", 1), partitions=1)
    return cast("Store", made)


async def page(outbox: Outbox, cursor: Cursor) -> AlertPage:
    found = await page_after(store_of(outbox), cursor, lambda _: True)
    assert found
    return found


def numbers(found: AlertPage) -> list[int]:
    return [each.at_ms for each in found.alerts]


@pytest.fixture(autouse=True)
def nothing_told_yet() -> None:
    events._tell.cache_clear()


async def test_an_entry_that_cannot_be_read_is_stepped_over_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outbox = Outbox(3, 2)
    assert [numbers(await page(outbox, START)) for _ in range(2)] == [[1, 3], [1, 3]]
    [line] = caplog.records
    assert (line.getMessage(), vars(line)["entry"]) == ("alert stepped over", "2-0")


@pytest.mark.parametrize("odd", [(3,), (2, 3), (1, 2, 3)])
async def test_a_cursor_on_such_an_entry_leads_on(odd: tuple[int, ...]) -> None:
    first = await page(Outbox(3, *odd), START)
    assert first.cursor.places == ((3, 0),)
    assert numbers(await page(Outbox(4, *odd), first.cursor)) == [4]
    latest = await newest(store_of(Outbox(3, *odd)))
    assert latest == first.cursor
    assert numbers(await page(Outbox(4, *odd), latest)) == [4]


async def test_a_run_of_such_entries_longer_than_a_read_leads_on() -> None:
    outbox = Outbox(events.CHUNK + 2, *range(1, events.CHUNK + 2))
    assert numbers(await page(outbox, START)) == [events.CHUNK + 2]


async def test_a_version_that_can_read_it_tells_it_after_all() -> None:
    cursor = (await page(Outbox(3, 3), START)).cursor
    assert 3 in numbers(await page(Outbox(4), cursor))


async def test_a_remade_outbox_may_begin_with_such_an_entry() -> None:
    gone = Cursor(((9, 0),), 9, 0, "a.9")
    assert numbers(await page(Outbox(3, 1), gone)) == [2, 3]


def test_nothing_is_a_cursor_of_no_alert() -> None:
    assert str(START) == "0-0_0_0_-"
    assert events.parse_cursor("2.0~0_1_0_-", 1) == Cursor(((2, 0),), 1, 0, "-")
