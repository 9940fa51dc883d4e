"""The audit beside a running city: identical, or every difference by its name."""

from functools import partial

from local import held
from local.services import Process
from local.stack import Stack
from local.waiting import wait_until
from streams.contract import topics
from streams.state.keys import COUNTS, DEAD_LETTERS, META, POSITIONS, key, past_key
from streams.state.tables import page_of, read_columns
from tests.cities import worlds


def audited(city: Stack, *, within_s: int = 120, env: dict[str, str] | None = None) -> Process:
    """An audit that has ended."""
    number = sum(name.startswith("audit") for name in city.processes)
    audit = city.python(f"audit{number}", "streams", "audit", "--within", str(within_s), env=env)
    audit.wait_ended(300)
    return audit


def output_of(process: Process) -> str:
    """What it said, without what it logged meanwhile."""
    lines = process.log.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("{"))


def test_an_empty_city_is_identical_to_an_empty_log(city: Stack) -> None:
    audit = audited(city)
    assert (audit.exit_code, output_of(audit)) == (0, "identical\n0 messages folded\n")


def test_an_emptied_redis_is_not_identical_to_a_log_with_messages(city: Stack) -> None:
    worlds.publish(city, worlds.drive(1, worlds.STOPS))
    audit = audited(city, within_s=0)
    assert audit.exit_code == 5, output_of(audit)
    assert "not settled: Redis holds no state, and the log has" in output_of(audit)


def test_two_workers_poison_and_a_kill_end_identical(city: Stack) -> None:
    log = worlds.drive(6, worlds.STOPS)
    bad = (topics.BUS_POSITIONS, 1, b"{oops")
    city.start_worker("worker-b")
    first = city.start_worker("worker-a")
    worlds.publish(city, [*log[:100], bad, *log[100:]])
    store = worlds.redis_of(city)
    first.wait_until(
        lambda: len(held.rows(store, POSITIONS, worlds.PARTITIONS)) > 4, "some positions"
    )
    first.kill()
    del city.processes["worker-a"]
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    audit = audited(city)
    assert output_of(audit).startswith("identical\n"), output_of(audit)
    assert audit.exit_code == 0, output_of(audit)


def test_a_running_city_is_audited_without_stopping_it(city: Stack) -> None:
    log = worlds.drive(4, worlds.STOPS)
    city.start_worker()
    city.python("clock", "producers", "clock")
    worlds.publish(city, log)
    wait_until(partial(has_clocks, city), "time on every partition")
    audit = audited(city)
    assert output_of(audit).startswith("identical\n"), output_of(audit)


def has_clocks(city: Stack) -> bool:
    return len(held.rows(worlds.redis_of(city), "clock", worlds.PARTITIONS)) == worlds.PARTITIONS


def test_every_spoilt_row_is_named_with_what_the_log_says(city: Stack) -> None:
    log = worlds.drive(2, worlds.STOPS)
    worker = city.start_worker()
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    worker.stop()
    store = worlds.redis_of(city)
    place = topics.partition_of("S3>S4", worlds.PARTITIONS)
    hash_name = key("links", place)
    view = read_columns(store.hgetall(hash_name))["S3>S4"]
    page = store.hget(hash_name, "0")
    head, rows = page_of(page)
    rows = rows.copy()
    rows["view"]["speed_dkmh"][head.ids.index("S3>S4")] = 15
    store.hset(hash_name, "0", page[: page.index(b"\n") + 1] + rows.tobytes())
    bus = topics.partition_of("v0", worlds.PARTITIONS)
    store.hdel(key("buses", bus), "v0")
    audit = audited(city)
    lines = output_of(audit).splitlines()
    assert audit.exit_code == 4, output_of(audit)
    assert f"{hash_name} S3>S4 speed_kmh: live 1.5, oracle {view.speed_kmh}" in lines
    gone = f"{key('buses', bus)} v0: live nothing, oracle {{"
    assert any(line.startswith(gone) for line in lines)
    assert "2 differences" in lines


def links_past(link_id: str) -> str:
    """The stream of the history of a link's partition."""
    partition = topics.partition_of(link_id, worlds.PARTITIONS)
    return past_key(f"links/{partition}", partition)


def test_a_history_and_counts_that_lack_something_are_named(city: Stack) -> None:
    log = worlds.drive(2, worlds.STOPS)
    worker = city.start_worker()
    worlds.publish(city, [*log[:50], (topics.BUS_POSITIONS, 1, b"{oops"), *log[50:]])
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    worker.stop()
    store = worlds.redis_of(city)
    assert output_of(audited(city)).startswith("identical\n")
    stream, other = (links_past(name) for name in ("S3>S4", "S4>S5"))
    (entry, _), *_ = store.xrange(stream)
    store.xdel(stream, entry)
    store.delete(other)
    store.hincrby(key(DEAD_LETTERS, 1), "bus-positions R001", -1)
    store.hset(key(COUNTS, 2), "passages late", 5)
    audit = audited(city)
    lines = output_of(audit).splitlines()
    assert audit.exit_code == 4, output_of(audit)
    assert lines[0] == "counts passages late: live 5, oracle nothing"
    assert lines[1] == "dead-letters bus-positions R001: live 0, oracle 1"
    assert f"{stream} {entry.decode()}: live nothing, oracle {{" in lines[2]
    assert lines[3].startswith(f"{other} ")


def test_roads_that_have_not_followed_their_inputs_are_not_settled(city: Stack) -> None:
    log = worlds.drive(2, worlds.STOPS)
    worker = city.start_worker()
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    worker.stop()
    store = worlds.redis_of(city)
    store.hset(key("sources", 2), "permits/0", "[3,0]")
    audit = audited(city, within_s=1)
    assert audit.exit_code == 5, output_of(audit)
    assert f"not settled: {key('sources', 2)} contains permits/0 up to offset 3, " in output_of(
        audit
    )


def test_a_state_of_another_log_or_network_is_refused(city: Stack) -> None:
    store = worlds.redis_of(city)
    store.hset(key(POSITIONS, 0), "bus-positions/0", 7)
    audit = audited(city)
    assert audit.exit_code == 3, output_of(audit)
    assert "bus-positions/0 has no message at offset 0" in output_of(audit)
    store.hset(META, "network", "other")
    audit = audited(city)
    assert audit.exit_code == 2, output_of(audit)
    assert "the live state is folded with other" in output_of(audit)
