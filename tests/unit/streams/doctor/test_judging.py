"""From what was measured to what a check found: no store, no clock."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ACLOperation

from maps.access.codes import new_secret, step_of
from streams.contract import topics
from streams.contract.grammars import Address, LoginMode, networks
from streams.contract.key_file import save
from streams.contract.keys import keys_of_settings
from streams.contract.settings import Settings
from streams.contract.times import HOUR_MS, now_ms
from streams.contract.topic_rules import Complaint
from streams.doctor import command, judging
from streams.doctor.finding import CHECKS, FAIL, OK, UNKNOWN, WARN, Finding, Outcome, unknown
from streams.doctor.measuring import _local
from streams.kafka.rights import AclKind, needed_by
from streams.snapshot.shelf import new_name
from tests.unit.streams.snapshot.test_fitting import begun

STRONG = "3f9a1c07e5b24d688f0b7c92aa41de3355671e09cbd8842f1067fa93b5d2ce48"
FIVE_MINUTES_MS = 300_000
WELL = {
    "redis_version": "7.4.6",
    "maxmemory": 768 << 20,
    "used_memory": 100 << 20,
    "maxmemory_policy": "noeviction",
    "aof_enabled": 1,
    "aof_last_write_status": "ok",
    "role": "master",
}


@pytest.mark.parametrize(
    ("changed", "check", "outcome"),
    [
        ({}, "redis-memory", OK),
        ({"redis_version": "6.2.1"}, "redis-version", FAIL),
        ({"maxmemory": 0}, "redis-memory", WARN),
        ({"maxmemory": 110 << 20}, "redis-memory", FAIL),
        ({"maxmemory": 300 << 20}, "redis-memory", WARN),
        ({"maxmemory_policy": "allkeys-lru"}, "redis-policy", FAIL),
        ({"aof_enabled": 0}, "redis-persistence", WARN),
        ({"aof_last_write_status": "err"}, "redis-persistence", FAIL),
        ({"role": "slave"}, "redis-role", FAIL),
    ],
)
def test_what_redis_says_of_itself(changed: dict[str, Any], check: str, outcome: Outcome) -> None:
    found = {each.check: each.outcome for each in judging.redis({**WELL, **changed}, 500 << 20)}
    assert found[check] is outcome
    assert {how for name, how in found.items() if name != check} == {OK}


def test_memory_is_that_of_the_sizing_page() -> None:
    """768 MB are enough for Chuncheon's sections and 90 days, with half as much again."""
    assert 450 << 20 < judging.needed_bytes(2_359, 90, 4) < 768 << 20
    assert judging.needed_bytes(5_000, 90, 4) > 768 << 20


@pytest.mark.parametrize(
    ("settings", "outcome"),
    [
        (Settings(secret=STRONG), OK),
        (Settings(), FAIL),  # accounts here, and no key for their codes
        (Settings(kafka_user="maps"), FAIL),
        (Settings(kafka_user="worker"), UNKNOWN),  # has none of the login's settings
        (Settings(login=LoginMode.OPEN), OK),
        (Settings(secret=STRONG, http=Address("10.1.2.3", 8700)), WARN),
        (Settings(secret=STRONG, http=Address("10.1.2.3", 8700), tls="tls"), OK),
        (Settings(login=LoginMode.PROXY, trusted_proxies=networks("0.0.0.0/0")), FAIL),
        (Settings(secret=STRONG, login_idle_s=7200, login_hard_s=3600), WARN),
        (Settings(secret=STRONG, public_url="http://map.city.example"), WARN),
        (Settings(secret=STRONG, ingest=Address("10.1.2.3", 9000)), WARN),
    ],
)
def test_settings_that_do_not_go_together(settings: Settings, outcome: Outcome) -> None:
    assert judging.login(settings, has_codes=bool(settings.secret)).outcome is outcome


@pytest.mark.parametrize(
    ("secret", "outcome"),
    [
        (STRONG, OK),
        ("a" * 64, FAIL),
        ("abcd" * 16, FAIL),
        ("k7!" * 20, FAIL),
        ("bomnae-of-chuncheon-2026-x7Qp2vLm9", FAIL),
        ("z8Kq2Lw9Xc4Vb6Nm", FAIL),
        ("z8Kq2Lw9Xc4Vb6Nm1Pr5Ty", WARN),
    ],
)
def test_a_secret_is_judged_and_never_shown(secret: str, outcome: Outcome) -> None:
    found = judging.secrets(Settings(admin_key=secret), ())
    assert found.outcome is outcome
    assert secret not in found.value
    assert (str(len(secret)) in found.value) == (outcome is not OK) or "word" in found.value


def test_one_secret_for_two_things_is_named() -> None:
    found = judging.secrets(Settings(secret=STRONG, pseudonym_key=STRONG), ())
    assert found.outcome is FAIL
    assert found.value == "BOMNAE_SECRET is BOMNAE_PSEUDONYM_KEY as well"


def test_the_keys_of_the_file_are_judged_and_not_the_settings_that_are_unused_beside_it() -> None:
    given = Settings(keys="keys.json", secret="a" * 64, pseudonym_key="a" * 64)
    strong = keys_of_settings(STRONG, "").keys
    assert judging.secrets(given, strong).value == "3 set"
    weak = judging.secrets(given, keys_of_settings("a" * 64, "").keys)
    assert (weak.outcome, weak.value) == (FAIL, "key webhooks-0: 64 characters, about 0 bits")
    assert judging.secrets(given, (), "keys.json: no key file") == Finding(
        "secrets", FAIL, "keys.json: no key file", weak.bound
    )


def test_the_doctor_reads_the_keys_that_are_in_use(tmp_path: Path) -> None:
    """Of the file where there is one, else of the single settings."""
    save(tmp_path / "keys.json", keys_of_settings(STRONG, ""))
    for settings in (Settings(keys=str(tmp_path / "keys.json")), Settings(secret=STRONG)):
        found = {each.check: each.outcome for each in _local(settings)}
        assert (found["login"], found["secrets"]) == (OK, OK)
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "broken.json").chmod(0o600)
    broken = {each.check: each for each in _local(Settings(keys=str(tmp_path / "broken.json")))}
    assert (broken["login"].outcome, broken["secrets"].outcome) == (FAIL, FAIL)
    assert "no key file" in broken["secrets"].value


def test_files_are_there_readable_and_keys_are_their_owners_alone() -> None:
    well = judging.FileFacts(
        "BOMNAE_RECORDS_KEY", "k.pem", is_there=True, can_read=True, can_write=True
    )

    def of(fact: judging.FileFacts) -> tuple[Outcome, str]:
        found = judging.files([fact], ["BOMNAE_PHOTOS"])
        return found.outcome, found.value

    assert of(well)[0] is OK
    assert of(replace(well, is_there=False))[1].endswith("is not there")
    fault = "must be its owner's alone (mode 600), is 640"
    assert of(replace(well, fault=fault)) == (FAIL, f"BOMNAE_RECORDS_KEY k.pem: {fault}")
    assert of(replace(well, can_read=False))[1].endswith("cannot be read")
    unwritten = replace(well, setting="BOMNAE_PHOTOS", can_write=False)
    assert of(unwritten)[1].endswith("cannot be written")


@pytest.mark.parametrize(
    ("left_s", "outcome"),
    [(None, UNKNOWN), (-60.0, FAIL), (86_400.0, WARN), (29 * 86_400.0, WARN), (31 * 86_400.0, OK)],
)
def test_a_certificate_is_seen_to_before_it_ends(left_s: float | None, outcome: Outcome) -> None:
    assert judging.certificate(left_s).outcome is outcome


@pytest.mark.parametrize(
    ("ahead_ms", "outcome"),
    [(0, OK), (-1_900, OK), (5_000, WARN), (FIVE_MINUTES_MS, FAIL), (-FIVE_MINUTES_MS, FAIL)],
)
def test_a_clock_five_minutes_off_fails(ahead_ms: int, outcome: Outcome) -> None:
    assert judging.clock("redis-clock", ahead_ms).outcome is outcome


def test_five_minutes_off_no_one_time_code_is_right() -> None:
    """What people see of it: their codes are refused, though their telephones are right."""
    secret, now_s = new_secret(), 1_795_305_600
    right = judging_code(secret, now_s)
    assert step_of(secret, right, now_s) is not None
    for off_s in (-300, 300):
        assert step_of(secret, right, now_s + off_s) is None


def judging_code(secret: str, at_s: int) -> str:
    import pyotp  # noqa: PLC0415

    return pyotp.TOTP(secret).at(at_s)


def test_the_newest_tick_tells_three_clocks_apart() -> None:
    now_ms = 1_795_305_600_000

    def outcomes(appended_ms: int | None, tick_ms: int | None) -> list[Outcome]:
        return [each.outcome for each in judging.ticks(appended_ms, tick_ms, now_ms)]

    assert outcomes(now_ms - 800, now_ms - 900) == [OK, OK, OK]
    assert outcomes(None, None) == [FAIL, UNKNOWN, UNKNOWN]
    assert outcomes(now_ms + FIVE_MINUTES_MS, now_ms + FIVE_MINUTES_MS) == [OK, FAIL, OK]  # ours
    assert outcomes(now_ms - 500, now_ms - FIVE_MINUTES_MS) == [OK, OK, FAIL]  # the clock's
    assert outcomes(now_ms - FIVE_MINUTES_MS, now_ms - FIVE_MINUTES_MS) == [FAIL, UNKNOWN, OK]


def test_topics_and_their_copies() -> None:
    wanted = [(topics.BUS_POSITIONS, 4), (topics.PERMITS, 1)]
    assert judging.topics(wanted, {"bus-positions": 4, "permits": 1}, []).outcome is OK
    faults = judging.topics(
        wanted, {"bus-positions": 2}, [Complaint("permits", "a", "1", "2", "w")]
    )
    assert faults.value.split("; ") == [
        "bus-positions has 2 partitions, not 4",
        "permits is missing",
        "topic permits: a is 1, w",
    ]
    assert judging.replication({"permits": 1}, 1).outcome is OK
    assert judging.replication({"permits": 1, "calls": 3}, 3).value == "permits has 1"


def test_the_rights_of_a_service_are_held_against_the_table_topic_by_topic() -> None:
    needed = needed_by("worker")

    def found(user: str = "worker", **changed: set[str]) -> tuple[Outcome, str]:
        may = needed | {(AclKind.TOPIC, name): frozenset(acts) for name, acts in changed.items()}
        own = needed if user == "worker" else {}
        one = judging.kafka_rights(user, own, may)
        return one.outcome, one.value

    asking = {"DESCRIBE", "DESCRIBE_CONFIGS"}
    assert found() == (OK, f"{len(topics.ALL) + 1} as worker needs")
    assert found(permits=asking) == (FAIL, "topic permits: may not READ")
    assert found(permits=set())[1].endswith("may not DESCRIBE and DESCRIBE_CONFIGS and READ")
    assert found(calls=asking | {"READ", "WRITE"}) == (WARN, "topic calls: may WRITE besides")
    less = {(AclKind.GROUP, topics.GROUP): frozenset[str]()}
    one = judging.kafka_rights("worker", needed, needed | less)
    assert one.value == "group bomnae: may not READ"
    assert found(user="ours")[0] is UNKNOWN
    assert "no BOMNAE_KAFKA_USER" in found(user="")[1]


def test_a_cluster_without_acls_is_no_fault() -> None:
    """It says that all is allowed, or nothing of it (the embedded broker)."""
    acts = frozenset(x.name for x in ACLOperation if x.name not in ("UNKNOWN", "ANY", "ALL"))
    for allowed in ({}, dict.fromkeys(needed_by("worker"), acts)):
        for user in ("worker", "", "ours"):
            assert judging.kafka_rights(user, needed_by("worker"), allowed).outcome is OK


def test_a_user_at_redis_is_held_against_its_own_service() -> None:
    assert judging.redis_rights("maps", [], []).outcome is OK
    short = judging.redis_rights("maps", ["HSET bomnae:{login}:session:0"], ["FLUSHALL"])
    assert short.outcome is FAIL
    assert short.value == "may not run HSET bomnae:{login}:session:0; may run FLUSHALL besides"
    assert judging.redis_rights("maps", [], ["FLUSHALL"]).outcome is WARN
    assert judging.has_no_redis(Settings(kafka_user="producers"))
    assert not any(judging.has_no_redis(Settings(kafka_user=x)) for x in ("", "ours", "maps"))


def test_disks_and_ages() -> None:
    gib = 1 << 30
    sizes = [(1, FAIL), (8, WARN), (60, OK)]
    assert [judging.disk("disk", "x", n * gib, 100 * gib).outcome for n, _ in sizes] == [
        outcome for _, outcome in sizes
    ]
    assert judging.age("records-head", None, 60, grave=FAIL).outcome is FAIL
    assert judging.age("records-head", 61, 60, grave=FAIL).outcome is FAIL
    assert judging.age("records-head", 59, 60, grave=FAIL).outcome is OK


def test_a_snapshot_is_one_by_its_name_and_as_old_as_that_says(tmp_path: Path) -> None:
    """A half, a key or a copy that lies beside the snapshots is none."""
    settings = Settings(snapshots=str(tmp_path))

    def found() -> tuple[Outcome, str]:
        (one,) = (each for each in _local(settings) if each.check == "snapshot")
        return one.outcome, one.value

    (tmp_path / f".{new_name(now_ms())}.0a1b2c3d.half").write_text("half")
    (tmp_path / "snapshot.pub").write_text("a key")
    assert found() == (FAIL, "there is no snapshot yet")
    begun(tmp_path / new_name(now_ms() - 27 * HOUR_MS))
    assert found() == (FAIL, "the newest snapshot is 27 h old")
    begun(tmp_path / new_name(now_ms() - HOUR_MS))
    assert found() == (OK, "1.0 h old")
    (garbage := tmp_path / new_name(now_ms() - 1000)).write_text("new")
    outcome, value = found()
    assert outcome is WARN
    assert value.startswith(f"1.0 h old; {garbage}: ")


def test_wrong_settings_are_findings_and_no_secret_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import argparse  # noqa: PLC0415

    wrong = {"BOMNAE_TICK_MS": "5", "BOMNAE_SECRET": "short-one", "BOMNAE_LOGIN": "open"}
    wrong["BOMNAE_HTTP"] = "10.1.2.3:8700"
    assert command.run(argparse.Namespace(json=True), wrong) == 1
    text = capsys.readouterr().out
    rows = json.loads(text)["checks"]
    assert [row["outcome"] for row in rows if row["check"] == "settings"] == ["fail"] * 3
    assert {row["check"] for row in rows} == {*CHECKS}
    assert "short-one" not in text


def test_what_one_reason_keeps_from_being_checked_stands_in_one_line() -> None:
    wrong = [Finding("settings", FAIL, "BOMNAE_TICK_MS: 5")]
    others = [unknown(check, "settings: see there") for check in CHECKS if check != "settings"]
    first, *todo, last = command.as_text([*wrong, *others]).splitlines()
    assert first.split() == ["이상", "fail", "settings", "BOMNAE_TICK_MS:", "5"]
    assert len(todo) == 3
    assert last.startswith("미확인 not checked")
    assert all(check in last for check in CHECKS[1:])
    two = command.as_text(
        [unknown("login", "one"), Finding("disk", OK, "x"), unknown("lag", "one")]
    )
    assert [line.split()[0] for line in two.splitlines()] == ["미확인", "정상", "미확인"]


@pytest.mark.parametrize("file", ["docs/runbook.md", "docs/runbook.ko.md"])
def test_every_check_has_its_section(file: str) -> None:
    text = (Path(__file__).parents[4] / file).read_text(encoding="utf-8")
    assert [check for check in CHECKS if f"\n### {check}\n" not in text] == []
