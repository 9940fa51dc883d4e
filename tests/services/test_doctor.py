"""The doctor on a real Redis and the embedded broker: a city that is well, and broken ones."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import redis
from kafka import KafkaAdminClient

from local.services import free_port
from local.stack import Stack

PASSWORD = "Wq8zL3nV7cX1mK5pR9tB2yH6"  # noqa: S105 - of a Redis that lives as long as a test
Rows = dict[str, dict[str, Any]]


def doctor(city: Stack, name: str, code: int, **env: str) -> Rows:
    output = city.run(name, "streams", "doctor", "--json", env=env, fine=(code,))
    rows = json.loads(
        output[output.index('{"checks"') if '{"checks"' in output else output.index("{\n") :]
    )
    return {row["check"]: row for row in rows["checks"]}


def outcomes(rows: Rows) -> dict[str, str]:
    return {check: row["outcome"] for check, row in rows.items()}


def test_what_is_wrong_is_named_and_ends_no_other_check(city: Stack, tmp_path: Path) -> None:
    client = redis.Redis.from_url(city.env["BOMNAE_REDIS"])
    client.config_set("maxmemory", 64 << 20)
    well = outcomes(doctor(city, "stands", 1))
    assert {check for check, how in well.items() if how == "fail"} == {"lag", "ticks"}  # no process
    assert well["redis-memory"] == well["topics"] == well["redis-clock"] == "ok"

    client.config_set("maxmemory-policy", "allkeys-lru")
    client.config_set("appendonly", "no")
    client.acl_setuser(
        "reader",
        enabled=True,
        passwords=[f"+{PASSWORD}"],
        keys=["*"],
        commands=["+@read", "+@connection", "+time", "+eval", "+info"],
    )
    city.python("clock", "producers", "clock")
    (tmp_path / "records.pem").write_text("no key")
    (tmp_path / "records.pem").chmod(0o644)
    broken = doctor(
        city,
        "broken",
        1,
        BOMNAE_REDIS=city.env["BOMNAE_REDIS"].replace("redis://", "redis://reader@"),
        BOMNAE_REDIS_PASSWORD=PASSWORD,
        BOMNAE_PARTITIONS="8",
        BOMNAE_RECORDS_KEY=str(tmp_path / "records.pem"),
        BOMNAE_PHOTOS=str(tmp_path / "none"),
        BOMNAE_ADMIN_KEY="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        BOMNAE_NETWORK=str(tmp_path / "none"),
    )
    found = outcomes(broken)
    failed = {"secrets", "files", "network", "redis-policy", "topics", "lag"}
    assert {check for check, how in found.items() if how == "fail"} - {"ticks"} == failed
    assert (found["redis-persistence"], found["redis-rights"]) == ("warn", "warn")
    assert "bus-positions has 4 partitions, not 8" in broken["topics"]["value"]
    assert "records.pem: must be its owner's alone (mode 600), is 644" in broken["files"]["value"]
    assert broken["redis-policy"]["todo"]["ko"]

    city.processes["clock"].stop()
    with closing(KafkaAdminClient(bootstrap_servers=city.env["BOMNAE_KAFKA"])) as admin:
        admin.delete_topics(["permits", "access-records"])
    said = city.run("bare", "streams", "doctor", fine=(1,))
    assert "ticks, broker-clock, tick-clock, records-head  topics: see there" in said
    assert "permits is missing" in said
    assert "cluster metadata" not in said

    gone = f"127.0.0.1:{free_port()}"
    away = outcomes(doctor(city, "away", 1, BOMNAE_KAFKA=gone, BOMNAE_REDIS=f"redis://{gone}/0"))
    assert (away["redis"], away["kafka"], away["ticks"]) == ("fail", "fail", "fail")
    assert away["redis-policy"] == away["topics"] == away["tick-clock"] == "not checked"
    assert away["network"] == away["secrets"] == "ok"
