"""A worker that cannot or must not go on says why in one line and ends with a code of its own."""

import ast
import re
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from local import held
from local.services import Process, free_port, start_redis
from local.stack import Stack
from local.waiting import wait_until
from producers.network.importing import write_network
from streams.contract import topics
from streams.contract.failpoints import POINTS
from streams.state.keys import META, POSITIONS, REBUILDING, parts_of
from tests.cities import worlds


def said_at_end(worker: Process, code: int, *, within_s: float = 120) -> str:
    """The output of a worker that ended with a code."""
    worker.wait_ended(within_s)
    output = worker.log.read_text(encoding="utf-8")
    assert worker.exit_code == code, output
    return output


def test_a_missing_topic_ends_a_worker_before_it_reads(stack: Stack) -> None:
    write_network(worlds.road(), stack.folder)
    stack.env["BOMNAE_NETWORK"] = str(stack.folder)
    output = said_at_end(stack.start_worker(), 2)
    assert "bomnae: topic bus-positions is missing: python -m producers topics" in output
    assert "Traceback" not in output


def test_another_number_of_partitions_ends_a_worker_before_it_reads(city: Stack) -> None:
    city.env["BOMNAE_PARTITIONS"] = "8"
    output = said_at_end(city.start_worker(), 2)
    assert "topic bus-positions has 4 partitions, BOMNAE_PARTITIONS=8 means 8" in output
    assert held.rows(worlds.redis_of(city), POSITIONS, worlds.PARTITIONS) == {}


def test_a_redis_that_is_not_there_yet_is_waited_for(city: Stack, tmp_path: Path) -> None:
    port = free_port()
    city.env["BOMNAE_REDIS"] = f"redis://127.0.0.1:{port}/0"
    worker = city.start_worker()
    worker.wait_said("waiting for Redis")
    (tmp_path / "late").mkdir()
    server, _ = start_redis(tmp_path / "late", port=port)
    try:
        log = worlds.drive(1, worlds.STOPS)
        worlds.publish(city, log)
        worlds.wait_drained(city, worlds.last_tick_ms(log))
        assert worlds.audited(city)
        worker.stop()
    finally:
        server.stop()


def test_a_worker_that_only_waits_stops_when_told(city: Stack) -> None:
    city.env["BOMNAE_REDIS"] = f"redis://127.0.0.1:{free_port()}/0"
    worker = city.start_worker()
    worker.wait_said("waiting for Redis")
    worker.stop()
    assert worker.exit_code == 0, worker.output


def test_a_password_that_redis_refuses_ends_a_worker(city: Stack) -> None:
    worlds.redis_of(city).config_set("requirepass", "other")
    city.env["BOMNAE_REDIS_PASSWORD"] = "wrong"  # noqa: S105
    output = said_at_end(city.start_worker(), 2)
    assert "Redis refuses BOMNAE_REDIS_PASSWORD" in output


def test_a_worker_that_stands_while_messages_wait_ends_itself(city: Stack) -> None:
    city.env["BOMNAE_WATCHDOG_S"] = "12"  # a look counts 3 s at most: four of them, not one
    worker = city.start_worker()
    log = worlds.drive(1, worlds.STOPS)
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    store = worlds.redis_of(city)
    store.execute_command("ACL", "SETUSER", "default", "-xadd")  # no step passes from here on
    worlds.publish(city, [*worlds.tick(worlds.last_tick_ms(log) + 1000)] * 3)
    output = said_at_end(worker, 6)
    assert "bomnae: bus-positions/0 stands at offset" in output
    store.execute_command("ACL", "SETUSER", "default", "+xadd")
    city.processes.pop("worker")
    city.start_worker("worker-next")
    worlds.wait_drained(city, worlds.last_tick_ms(log) + 1000)
    assert worlds.audited(city)


def test_an_emptied_redis_is_marked_and_made_again_from_the_log(city: Stack) -> None:
    log = worlds.drive(8, worlds.STOPS)
    worker = city.start_worker()
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    before = worlds.dump(city)
    store = worlds.redis_of(city)
    network = store.hget(META, "network")
    store.flushall()
    worlds.publish(city, worlds.tick(worlds.last_tick_ms(log)))  # the same time again
    worker.wait_said("rebuilding")
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    worker.wait_until(lambda: not store.exists(REBUILDING), "the end of the mark")
    assert worlds.audited(city)
    assert store.hget(META, "network") == network
    assert links_of(worlds.dump(city)) == links_of(before)


def links_of(state: bytes) -> bytes:
    """The rows of links in a dump."""
    kept: Any
    kept, _ = ast.literal_eval(state.decode())
    return repr([row for row in kept if parts_of(row[0])[0] == "links"]).encode()


def test_a_worker_that_begins_on_an_empty_redis_and_a_full_log_is_rebuilding(city: Stack) -> None:
    log = worlds.drive(2, worlds.STOPS)
    worlds.publish(city, log)
    worker = city.start_worker()
    worker.wait_said("rebuilding")
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    store = worlds.redis_of(city)
    worker.wait_until(lambda: not store.exists(REBUILDING), "the end of the mark")
    assert worlds.audited(city)


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_a_failpoint_leaves_the_state_exact(city: Stack, point: str) -> None:
    log = worlds.drive(3, worlds.STOPS)
    worlds.publish(city, log)
    passes = {"after_decode": 40, "after_step": 40, "after_load": 2}.get(point, 1)
    env = {"FAIL_AT": f"{point}:{passes}"}
    worker = city.python("worker-failing", "streams", "worker", env=env)
    assert worker.wait_ended() == -9, worker.output
    city.processes.pop("worker-failing")
    city.start_worker("worker-next")
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    assert worlds.audited(city)


def test_workers_that_come_and_go_under_load_leave_one_exact_state(stack: Stack) -> None:
    stack.env["BOMNAE_PARTITIONS"] = "16"
    worlds.lay(stack)
    log = worlds.drive(24, worlds.STOPS, partitions=16)
    third = len(log) // 3
    first, first_at = measured_worker(stack, "worker-1")
    worlds.publish(stack, log[:third])
    first.wait_until(lambda: carried(first_at) > 0, "its first steps")
    second, second_at = measured_worker(stack, "worker-2")
    worlds.publish(stack, log[third : 2 * third])

    def has_its_part() -> bool:
        """Of a time told again and again: the group may form anew while it is carried."""
        worlds.publish(stack, worlds.tick(worlds.T0_MS, partitions=16))
        return carried(second_at) > 0

    second.wait_until(has_its_part, "its part of the load")
    first.stop()  # the second has all from here on
    stack.processes.pop("worker-1")
    worlds.publish(stack, log[2 * third :])
    worlds.wait_drained(stack, worlds.last_tick_ms(log))
    assert first.exit_code == 0, first.output
    assert worlds.audited(stack)


def measured_worker(stack: Stack, name: str) -> tuple[Process, str]:
    """A worker that has started, and the address of its metrics."""
    address = f"127.0.0.1:{free_port()}"
    worker = stack.python(name, "streams", "worker", env={"BOMNAE_METRICS": address})
    worker.wait_said("worker started")
    return worker, address


def carried(address: str) -> float:
    """How many messages a worker has carried through the gate."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = re.findall(r"^bomnae_worker_messages_total\{.*\} (.*)$", text, re.MULTILINE)
    return sum(map(float, found))


def test_an_agent_that_raises_ends_its_worker_with_the_reason(city: Stack) -> None:
    worlds.publish(city, worlds.drive(1, worlds.STOPS))
    env = {"FAIL_AT": "after_step:5", "FAIL_KIND": "raise"}
    worker = city.python("worker", "streams", "worker", env=env)
    assert "bomnae: RuntimeError: failpoint after_step" in said_at_end(worker, 1)


def test_a_worker_of_the_same_group_on_another_redis_is_named(
    city: Stack, tmp_path: Path, kafka_kind: str
) -> None:
    if kafka_kind == "embedded":
        pytest.skip("the client cannot read what the embedded broker says of a group")
    (tmp_path / "other").mkdir()
    other, url = start_redis(tmp_path / "other")
    try:
        worker = city.start_worker()
        worker.wait_said("worker started")
        stranger = city.python("worker-b", "streams", "worker", env={"BOMNAE_REDIS": url})
        named = 'on another Redis", "workers": ["bomnae-'
        worker.wait_said(named)
        stranger.stop()
        city.processes.pop("worker-b")
    finally:
        other.stop()


def test_a_password_in_the_url_of_redis_ends_a_worker(city: Stack) -> None:
    city.env["BOMNAE_REDIS"] = city.env["BOMNAE_REDIS"].replace("://", "://:hush@")
    output = said_at_end(city.start_worker(), 2)
    why = "BOMNAE_REDIS must be without a password in it: put it into BOMNAE_REDIS_PASSWORD"
    assert why in output
    assert "hush" not in output


def test_a_topic_made_anew_under_a_running_worker_ends_it(city: Stack, kafka_kind: str) -> None:
    if kafka_kind == "embedded":
        pytest.skip("the embedded broker makes a deleted topic anew by itself, with 4 partitions")
    log = worlds.drive(2, worlds.STOPS)
    worker = city.start_worker()
    worlds.publish(city, log)
    worlds.wait_drained(city, worlds.last_tick_ms(log))
    admin = KafkaAdminClient(bootstrap_servers=city.env["BOMNAE_KAFKA"])
    try:
        admin.delete_topics([topics.PERMITS.name])
        wait_until(partial(is_made, city), "the topic made anew")
    finally:
        admin.close()
    worlds.publish(city, log * 2)  # longer than it was: its end alone says nothing
    assert "permits" in said_at_end(worker, 3)
    again = city.start_worker("worker-again")
    assert "topic permits was made anew: its id is" in said_at_end(again, 3)


def is_made(city: Stack) -> bool:
    return "permits" in city.run("topics-again", "producers", "topics")
