"""Whatever feeds, crews and offices say, in whatever order and however often: what always holds."""

from dataclasses import replace
from itertools import chain
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.contract.derived import Obstruction
from streams.contract.enums import Closure, Phase, Reporter, SiteStatus
from streams.contract.records import Message, Permit, PermitBatch, SiteReport, Tick
from streams.domain.overlaps import within_hours
from streams.domain.stages.works import WorksStage
from streams.domain.works import OVER, ReportedTime, Work, is_in_force, phase_at
from streams.domain.works.phases import end_ms
from streams.domain.works.rows import of_permit
from tests.cities.fakes import Folded, street
from tests.unit.laws.profile import tried

HOUR_MS = 3_600_000
BEGIN_MS = 1_795_359_600_000  # 2026-11-23 00:00 KST

hours = st.integers(-30, 300).map(lambda hour: BEGIN_MS + hour * HOUR_MS)
maybe_hours = st.none() | hours
spans = st.tuples(hours, st.integers(1, 200)).map(lambda s: (s[0], s[0] + s[1] * HOUR_MS))
no_span = st.just((None, None))
gaps = st.sampled_from([(), (), ("starts_ms",), ("ends_ms",), ("starts_ms", "ends_ms")])
flags = st.sampled_from([(), (), ("no_end",), ("end_unreadable",), ("start_unreadable",)])


@st.composite
def permits(draw: st.DrawFn) -> Permit:
    """One of two permits, as its feed may state it: its begin or its end may be unknown."""
    starts_ms, ends_ms = draw(spans)
    dig, restore = draw(no_span | spans), draw(no_span | spans)
    stated = Permit(
        permit_id=draw(st.sampled_from(["P1", "P2"])),
        title="관로",
        starts_ms=starts_ms,
        ends_ms=ends_ms,
        hours=draw(st.sampled_from(["", "22:00-05:00", "09:00-12:00,13:00-17:00", "21:00-06:00"])),
        closure=draw(st.sampled_from(Closure)),
        link_ids=draw(st.sampled_from([(), ("S1>S2", "S2>S1"), ("S2>S3",)])),
        dig_starts_ms=dig[0],
        dig_ends_ms=dig[1],
        restore_starts_ms=restore[0],
        restore_ends_ms=restore[1],
        began_ms=draw(maybe_hours),
        done_ms=draw(maybe_hours),
        direction=draw(st.sampled_from(["", "동행", "서행"])),
        is_withdrawn=draw(st.sampled_from([False, False, True])),
        status_text=draw(st.sampled_from(["", "예정", "진행중", "완료"])),
        flags=draw(flags),
    )
    unknown: dict[str, Any] = dict.fromkeys(draw(gaps))
    return replace(stated, **unknown)


@st.composite
def logs(draw: st.DrawFn) -> list[Message]:
    """Lists, words and ticks in the order of their times; some permits come again as they were."""
    stated = draw(st.lists(permits(), min_size=1, max_size=4))
    times = sorted(draw(st.lists(hours, min_size=1, max_size=14, unique=True)))
    log: list[Message] = []
    for at_ms in times:
        kind = draw(st.sampled_from(["list", "list", "word", "word", "tick"]))
        if kind == "tick":
            log.append(Tick(at_ms))
        elif kind == "list":
            rows = tuple(draw(st.lists(st.sampled_from(stated), max_size=2)))
            log.append(PermitBatch("permits", at_ms, is_complete=draw(st.booleans()), rows=rows))
        else:
            word, by = (
                draw(st.sampled_from(SiteStatus)),
                draw(st.sampled_from([Reporter.CREW, Reporter.OFFICE])),
            )
            permit_id, until_ms = draw(st.sampled_from(["P1", "P2", "P9"])), draw(hours)
            log.append(SiteReport(f"r{at_ms}", permit_id, word, by, at_ms, until_ms))
    return log


def folded(log: list[Message]) -> Folded:
    return Folded(WorksStage(street(), partitions=1)).take_all(log)


@given(log=logs(), times=st.lists(st.integers(1, 3), min_size=14, max_size=14))
@tried(in_ci=60)
def test_a_log_whose_messages_come_several_times_gives_the_same_works(
    log: list[Message], times: list[int]
) -> None:
    repeated = [m for message, n in zip(log, times, strict=False) for m in [message] * n]
    assert folded(repeated).state == folded(log).state


@given(log=logs(), chance=st.randoms(use_true_random=False))
@tried(in_ci=60)
def test_what_was_taken_once_and_comes_again_later_changes_nothing(
    log: list[Message], chance: object
) -> None:
    """A refused word is not among them (later it may be right), nor what is older than the
    forgetting of a work: to a work that is forgotten everything is new.
    """
    once, again = Folded(WorksStage(street(), partitions=1)), folded([])
    taken: list[Message] = []
    for message in log:
        effects = once.take(message)
        again.take(message)
        if not effects.refused:
            taken.append(message)
        if None in effects.changes.get("works", {}).values():
            taken = []
        if taken:
            again.take(taken[chance.randrange(len(taken))])  # type: ignore[attr-defined]
        assert again.state == once.state


@given(log=logs())
@tried(in_ci=60)
def test_links_are_closed_by_the_works_in_force_and_by_no_other(log: list[Message]) -> None:
    run = Folded(WorksStage(street(), partitions=1))
    shown: dict[tuple[str, str], Obstruction] = {}
    for message in log:
        for events in chain.from_iterable(run.take(message).derived.values()):
            for block in events.obstructions:
                shown[block.link_id, block.subject] = block
        works: dict[str, Work] = run.state["works"]
        told = {key: b.phase == "active" for key, b in shown.items() if not b.is_over}
        assert told == {
            (link_id, f"work:{work_id}"): work.is_in_force
            for work_id, work in works.items()
            if work.phase not in OVER
            for link_id in work.links
        }


@given(log=logs())
@tried(in_ci=60)
def test_nothing_known_is_lost_and_nothing_comes_from_nowhere(log: list[Message]) -> None:
    """A work goes only a week after all is over; the first end that is known and the revision only
    grow old, and an unreadable time takes none back.
    """
    run = Folded(WorksStage(street(), partitions=1))
    for message in log:
        before: dict[str, Work] = dict(run.state["works"])
        effects = run.take(message)
        for work_id, work in before.items():
            now = run.state["works"].get(work_id)
            if now is None:
                assert work.phase in OVER or isinstance(message, Tick)
                continue
            assert now.revision in {work.revision, work.revision + 1}
            is_new = now.revision > work.revision
            assert work.first_ends_ms in {None, now.first_ends_ms} or is_new
            assert now.ends_ms is not None or "end_unreadable" not in now.flags or not work.ends_ms
        if effects.refused:
            assert run.state["works"] == before


saids = st.builds(ReportedTime, hours, st.sampled_from(["feed", "crew", "office"]))
rows = st.builds(
    replace,
    permits().map(of_permit),
    started=st.none() | saids,
    ended=st.none() | saids,
    cancelled=st.none() | saids,
    not_begun_ms=st.just(0) | hours,
    unlisted_ms=st.just(0) | hours,
)


@given(row=rows, now_ms=hours)
@tried(in_ci=200)
def test_every_work_has_one_phase_at_every_time(row: Work, now_ms: int) -> None:
    phase = phase_at(row, now_ms)
    assert phase in Phase
    if is_in_force(row, phase, now_ms):
        assert phase in {"active", "overdue"}
        assert row.started or row.begins_ms is not None
        assert within_hours(row.hours, now_ms)
    if row.ends_ms is None:
        assert phase != "overdue"
    for said, over in ((row.cancelled, "cancelled"), (row.ended, "finished")):
        if said and said.at_ms <= now_ms:
            assert phase in {over, "cancelled"}
            break


@given(row=rows, now_ms=hours, later_ms=hours)
@tried(in_ci=200)
def test_time_alone_brings_no_work_back(row: Work, now_ms: int, later_ms: int) -> None:
    """Of what was said by now, the clock only leads on: over stays over."""
    words = (row.started, row.ended, row.cancelled)
    if later_ms < now_ms or any(said and said.at_ms > now_ms for said in words):
        return
    if phase_at(row, now_ms) in OVER:
        assert phase_at(row, later_ms) == phase_at(row, now_ms)


@given(row=rows)
@tried(in_ci=200)
def test_a_work_without_a_known_end_is_over_only_by_a_word_or_once_it_is_long_unlisted(
    row: Work,
) -> None:
    """Asked at its real end and long after everything that was said."""
    later_ms = BEGIN_MS + 5 * 366 * 24 * HOUR_MS
    is_said = row.ended is not None or row.cancelled is not None
    is_over = phase_at(row, later_ms) in OVER
    if row.ends_ms is None:
        assert is_over == (is_said or row.unlisted_ms > 0)
    elif not is_said:
        assert phase_at(row, end_ms(row) - 1) != "finished"
        assert phase_at(row, end_ms(row)) in {"finished", "overdue"}
