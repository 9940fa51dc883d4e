"""Feeds' messages through Kafka, Faust and the gate: exact, whatever happens to a worker."""

from functools import partial
from pathlib import Path

from kafka import KafkaConsumer

from local import held
from local.services import start_broker
from local.stack import Stack
from streams.contract import topics
from streams.contract.settings import Settings
from streams.state.keys import POSITIONS
from tests.cities import worlds

STOPS = worlds.STOPS


def expected(log: list[worlds.Sent]) -> object:
    return worlds.Offline(worlds.road(STOPS), Settings()).fold(log)


def test_a_bus_that_takes_40_s_for_350_m_shows_32_kmh(city: Stack) -> None:
    city.start_worker()
    log = worlds.drive(1, STOPS)
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    views = worlds.links_in(city)
    view = views["S3>S4"]
    # A poll found it at S3, so buses stand there for 14.8 s (12 s before any was seen). Of the 40 s
    # between two polls it stands for 0.7 s more at S3 and for 2.5 s at S4: 36.8 s, 105.2 s/km.
    # Any such road takes 130 s/km (50 km/h x 0.8, and 40 s of lights), counted like 3 passages;
    # with this one 123.8 s/km are usual. They count for 0.6 of a passage: 112.2 s/km, 32.1 km/h.
    assert (view["speed_kmh"], view["level"], view["samples"]) == (32.1, "free", 1)
    assert view["certainty"] == "stale"  # the log ends 335 s later, BOMNAE_STALE_MS is 300 s
    assert views["S9>S10"]["certainty"] == "inferred"


def test_poison_goes_to_the_dead_letters_and_the_stream_goes_on(city: Stack) -> None:
    poison = {
        b"{oops": b"R001",
        b'{"kind":"\xff\xfe"}': b"R009",
        b'{"kind":"positions","feed":1}': b"R005",
        b'{"kind":"nonsense"}': b"R004",
    }
    log = worlds.drive(1, STOPS)
    city.start_worker()
    half = len(log) // 2
    bad = [(topics.BUS_POSITIONS, n % worlds.PARTITIONS, body) for n, body in enumerate(poison)]
    worlds.publish(city, [*log[:half], *bad, *log[half:]])
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    assert worlds.links_in(city) == expected(log)
    consumer = KafkaConsumer(
        "dead-letters",
        bootstrap_servers=city.env["BOMNAE_KAFKA"],
        auto_offset_reset="earliest",
        consumer_timeout_ms=120_000,
        group_id=None,
    )
    try:
        letters = [next(consumer) for _ in bad]
    finally:
        consumer.close()
    assert {bytes(each.value): dict(each.headers)["code"] for each in letters} == poison
    shown = city.run("letters", "producers", "letters", "--last", "9")
    assert all(code.decode() in shown for code in poison.values())
    assert "{oops" in shown


def test_kill_minus_9_in_mid_stream_leaves_the_state_exact(city: Stack) -> None:
    log = worlds.drive(6, STOPS)
    store = worlds.redis_of(city)

    def progress() -> int:
        return sum(held.numbers(store, POSITIONS, worlds.PARTITIONS).values())

    for life in range(4):
        worker = city.start_worker(f"worker{life}")
        before = progress()
        worlds.publish(city, log[life * len(log) // 4 : (life + 1) * len(log) // 4])
        worker.wait_until(partial(lambda least: progress() > least, before), "some progress")
        worker.kill()
    city.start_worker("worker-last")
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    assert worlds.links_in(city) == expected(log)


def test_two_workers_in_one_group_give_the_state_of_one(city: Stack) -> None:
    log = worlds.drive(6, STOPS)
    city.start_worker("worker-a")
    city.start_worker("worker-b")
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    assert worlds.links_in(city) == expected(log)


def test_a_log_made_anew_under_an_old_state_is_refused(city: Stack, tmp_path: Path) -> None:
    worker = city.start_worker()
    log = worlds.drive(2, STOPS)
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    worker.stop()
    other = tmp_path / "other"
    other.mkdir()
    broker, address = start_broker(other)
    try:
        city.env["BOMNAE_KAFKA"] = address
        city.run("topics-anew", "producers", "topics")
        late = city.start_worker("worker-late")
        assert late.wait_ended() == 3, late.output
        assert "made anew" in late.log.read_text(encoding="utf-8")
    finally:
        broker.stop()
