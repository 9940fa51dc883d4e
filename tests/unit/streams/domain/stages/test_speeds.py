from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import itemgetter

from hypothesis import given
from hypothesis import strategies as st

from streams.contract import wire
from streams.contract.derived import LinkEvents, Origin, SpeedColumns, SpeedShare
from streams.contract.records import LinkSpeed, Message, SpeedBatch, Tick
from streams.domain.stage import Effects, Sum, Taken, empty_state
from streams.domain.stages.speeds import SpeedsStage
from streams.geo.network import Overlay
from tests.cities.fakes import STANDARD, at, street


def step(message: SpeedBatch | Tick, partitions: int = 1) -> Effects:
    stage = SpeedsStage(street(), partitions=partitions)
    return stage.step(empty_state(stage), message, Origin("link-speeds", 0, 0))


def rows_of(effects: Effects) -> list[SpeedShare]:
    """What one partition gets."""
    return [row for part in effects.derived[0] for row in part.speeds.rows]


def measured(*rows: LinkSpeed) -> Effects:
    return step(SpeedBatch.of("its.speeds", at(0), rows))


def test_a_standard_link_speaks_for_itself_and_not_for_the_sections_of_buses_over_it() -> None:
    effects = measured(LinkSpeed(STANDARD, 32.5, at(0)))
    assert effects.derived[0][0].speeds == SpeedColumns((STANDARD,), (32.5,), (at(0),))


def test_what_is_no_link_of_the_network_speaks_for_its_shares_of_the_sections() -> None:
    shares = (Overlay("under", "S1>S2", 0.8), Overlay("under", "S2>S3", 0.2))
    stage = SpeedsStage(replace(street(), overlay=shares), partitions=1)
    message = SpeedBatch.of("its.speeds", at(0), [LinkSpeed("under", 32.5, at(0))])
    effects = stage.step(empty_state(stage), message, Origin("link-speeds", 0, 0))
    assert rows_of(effects) == [
        SpeedShare("S1>S2", "under", 32.5, at(0), 0.8),
        SpeedShare("S2>S3", "under", 32.5, at(0), 0.2),
    ]


def test_a_section_speaks_for_itself() -> None:
    effects = measured(LinkSpeed("S4>S5", 20, at(0)))
    assert rows_of(effects) == [SpeedShare("S4>S5", "S4>S5", 20, at(0), 1.0)]


def test_a_link_the_network_does_not_know_is_counted_and_says_nothing() -> None:
    effects = measured(LinkSpeed("?", 20, at(0)), LinkSpeed("S4>S5", 20, at(0)))
    assert effects.counts == {"speeds unknown_link": 1}
    assert [share.link_id for share in rows_of(effects)] == ["S4>S5"]


def test_time_reaches_every_partition() -> None:
    effects = step(Tick(at(7)), partitions=4)
    came = {p: part.watermark_ms for p, (part,) in effects.derived.items()}
    assert came == dict.fromkeys(range(4), at(7))


def test_nothing_measured_sends_nothing() -> None:
    assert measured().derived == {}


def test_a_speed_of_a_day_ago_is_late_wherever_time_stands() -> None:
    effects = measured(LinkSpeed("S4>S5", 20, at(0) - 86_400_000))
    assert effects.counts == {"speeds late": 1}
    assert not effects.derived
    assert rows_of(measured(LinkSpeed("S4>S5", 20, at(0) - 86_399_999)))


SHARES = (Overlay("under", "S1>S2", 0.8), Overlay("under", "S2>S3", 0.2))
WIDE = 3


def run_of(*messages: Message) -> list[Taken]:
    return [Taken(each, Origin("link-speeds", 1, at)) for at, each in enumerate(messages)]


def speeds_at(second: float, *rows: tuple[str, float]) -> SpeedBatch:
    return SpeedBatch.of("f", at(second), [LinkSpeed(name, kmh, at(second)) for name, kmh in rows])


def test_a_run_of_messages_is_one_part_a_partition_and_its_rows_say_which_they_are_of() -> None:
    stage = SpeedsStage(street(), partitions=1)
    run = run_of(speeds_at(1, ("S1>S2", 10)), speeds_at(2, ("S2>S3", 20), ("S1>S2", 30)))
    assert stage.step_run({}, run).derived == {
        0: [
            LinkEvents(
                Origin("link-speeds", 1, 1),
                0,
                speeds=SpeedColumns(
                    ("S1>S2", "S2>S3", "S1>S2"),
                    (10, 20, 30),
                    (at(1), at(2), at(2)),
                    offsets=(0, 1, 1),
                ),
            )
        ]
    }


def test_the_last_tick_ends_what_goes_on_as_one_with_the_ticks_before_it() -> None:
    stage = SpeedsStage(street(), partitions=2)
    first, then = speeds_at(1, ("S1>S2", 10)), speeds_at(2, ("S1>S2", 20))
    run = run_of(first, Tick(at(3)), then, Tick(at(4)), then)
    derived = stage.step_run({}, run).derived
    mine, other = derived.values() if len(derived[0]) == 2 else reversed(derived.values())
    assert [(part.origin.offset, part.watermark_ms, part.ticks) for part in mine] == [
        (3, at(4), ((1, at(3)),)),
        (4, 0, ()),
    ]
    assert [(part.speeds.speeds_kmh, part.speeds.offsets) for part in mine] == [
        ((10, 20), (0, 2)),
        ((20,), ()),
    ]
    assert other == [LinkEvents(Origin("link-speeds", 1, 3), at(4), ticks=mine[0].ticks)]


def test_a_part_is_of_the_last_message_that_has_anything_for_its_partition() -> None:
    stage = SpeedsStage(street(), partitions=1)
    run = run_of(speeds_at(1, ("S1>S2", 10)), speeds_at(2, ("?", 20)), speeds_at(3))
    (part,) = stage.step_run({}, run).derived[0]
    assert (part.origin.offset, part.speeds.offsets) == (0, ())


NAMES = st.sampled_from(["S1>S2", "S2>S3", "S3>S2", STANDARD, "under", "?"])
ROW = st.tuples(NAMES, st.floats(0, 250), st.sampled_from([0, 5, 86_399, 86_400, 90_000]))


@st.composite
def logs(draw: st.DrawFn) -> list[Message]:
    """Speeds with a tick here and there; some are of no link, some a day old."""
    log: list[Message] = []
    for second in range(draw(st.integers(0, 8))):
        if draw(st.integers(0, 3)) == 0:
            log.append(Tick(at(second)))
            continue
        drawn = draw(st.lists(ROW, max_size=4))
        rows = [LinkSpeed(name, kmh, at(second - old_s)) for name, kmh, old_s in drawn]
        log.append(SpeedBatch.of("f", at(second), rows))
    return log


def come_to(stage: SpeedsStage, runs: Iterable[Sequence[Taken]]) -> tuple[object, ...]:
    """What the roads get of runs: each row with the message it is of, times and last messages,
    through the bytes of the topic; and the counts.
    """
    total = Sum()
    for run in runs:
        total.add(stage.step_run(empty_state(stage), run))
    rows: dict[int, list[object]] = {}
    last: dict[int, int] = {}
    for partition, parts in total.derived.items():
        for payload in wire.encode_parts(parts):
            message = wire.decode(payload)
            assert not isinstance(message, SpeedBatch)
            for part in message.parts:  # type: ignore[union-attr]
                offsets = part.speeds.offsets or (part.origin.offset,) * len(part.speeds)
                own = zip(offsets, part.speeds.rows, strict=True)
                ticks = [*part.ticks, (part.origin.offset, part.watermark_ms)]
                told: list[tuple[int, object]] = [*own, *(x for x in ticks if x[1])]
                told.sort(key=itemgetter(0))
                rows.setdefault(partition, []).extend(told)
                last[partition] = part.origin.offset
    return rows, last, Counter(total.counts)


@given(log=logs(), chance=st.randoms(use_true_random=False))
def test_how_a_log_is_cut_into_runs_leaves_no_trace(log: list[Message], chance: object) -> None:
    stage = SpeedsStage(replace(street(), overlay=SHARES), partitions=WIDE)
    run = run_of(*log)
    cuts = sorted(chance.sample(range(len(run) + 1), min(len(run), 3)))  # type: ignore[attr-defined]
    cut = [run[a:b] for a, b in zip([0, *cuts], [*cuts, len(run)], strict=True)]
    singly = come_to(stage, [[each] for each in run])
    assert come_to(stage, cut) == singly
    assert come_to(stage, [run]) == singly
