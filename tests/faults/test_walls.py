"""The walls of docker-compose.yml on real stores: each service does its own work, and no more."""

import base64
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import redis
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
)
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from local.services import answers, free_port
from local.waiting import wait_until
from producers.network.importing import write_network
from streams.contract import topics
from streams.contract.kafka_login import kafka_login
from streams.contract.key_file import load
from streams.contract.times import day_of, now_ms
from streams.kafka.rights import ADMIN, SERVICES
from streams.state import users
from streams.state.keys import CITY, DELIVERY, OUTBOX, SESSION, key, login_key
from streams.walls.files import KEY_FILE, KEYS, SIGNING, make_missing
from tests.cities import worlds
from tests.faults.walled import Walled
from tests.services.asking import ask, seen

NAMES = [topic.name for topic in topics.ALL]
TRIMMED = [key(OUTBOX, 0), key("attempts:ep_1", DELIVERY)]
WRITTEN = {
    "worker": [
        key("links", 0),
        key("meta", CITY),
        key("counts", DELIVERY),
        "bomnae:links",
        *TRIMMED,
    ],
    "dispatch": [key("counts", DELIVERY), TRIMMED[1]],
    "maps": [login_key(SESSION, "x")],
    "snapshot": [],
    "retention": TRIMMED,
}
WRITTEN["keeper"] = sorted({name for names in WRITTEN.values() for name in names})
SLOTS = sorted({name for names in WRITTEN.values() for name in names})
NOBODYS = (
    "FLUSHALL",
    "FLUSHDB",
    "CONFIG GET *",
    "CONFIG SET maxmemory 1",
    "ACL LIST",
    "ACL SETUSER evil on nopass +@all",
    "KEYS *",
    "MONITOR",
    "SAVE",
    "BGREWRITEAOF",
    "CLIENT LIST",
    "CLIENT KILL ID 1",
    "REPLICAOF NO ONE",
    "MIGRATE h 1 k 0 1",
    "SWAPDB 0 1",
    "SCRIPT FLUSH",
    "FUNCTION LIST",
    "SHUTDOWN",
    "GET another:key",
    "PUBLISH c m",
)


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walled]:
    with Walled(tmp_path_factory.mktemp("walled")) as started:
        folder = started.folder / "network"
        write_network(worlds.road(worlds.STOPS), folder)
        started.env["BOMNAE_NETWORK"] = str(folder)
        yield started


def give_rights(walled: Walled) -> str:
    users_file = str(walled.secrets / "kafka_users")
    return walled.run_as(ADMIN, "producers", "topics", "--users", users_file, "--rights")


def admin_of(walled: Walled, service: str) -> KafkaAdminClient:
    return KafkaAdminClient(**kafka_login(walled.settings_of(service)))


def redis_of(walled: Walled, service: str) -> redis.Redis:
    settings = walled.settings_of(service)
    return redis.Redis.from_url(
        settings.redis, password=settings.redis_password, ssl_ca_certs=settings.redis_ca
    )


def test_the_rights_are_those_of_the_table_and_what_else_was_given_goes(walled: Walled) -> None:
    assert walled.kafka_sh("health").returncode == 0
    assert re.search(r"rights set: \d\d+ given, 0 taken away", give_rights(walled))
    with closing(admin_of(walled, ADMIN)) as admin:
        for kind, name, act, pattern in (
            (ResourceType.TOPIC, "subscriptions", "WRITE", ACLResourcePatternType.LITERAL),
            (ResourceType.TOPIC, "link", "DELETE", ACLResourcePatternType.PREFIXED),
            (ResourceType.CLUSTER, "kafka-cluster", "ALTER", ACLResourcePatternType.LITERAL),
        ):
            resource = ResourcePattern(kind, name, pattern)
            allowed = ACLPermissionType.ALLOW
            made = admin.create_acls(
                [ACL("User:producers", "*", ACLOperation[act], allowed, resource)]
            )
            assert not made["failed"]
    assert "rights set: 0 given, 3 taken away" in give_rights(walled)


def test_each_service_may_on_each_topic_what_the_table_says(walled: Walled) -> None:
    """What Kafka's authorizer itself says of each of them."""
    for service, has in SERVICES.items():
        with closing(admin_of(walled, service)) as admin:
            found = {row["name"]: row for row in admin.describe_topics(NAMES)}
        for topic in topics.ALL:
            may = {*found[topic.name]["authorized_operations"]}
            due = {"DESCRIBE", "DESCRIBE_CONFIGS"}
            due |= {"READ"} if topic in has.reads else set()
            due |= {"WRITE"} if topic in has.writes else set()
            assert may == due, (service, topic.name)


def test_a_service_is_refused_where_another_writes_reads_or_deletes(walled: Walled) -> None:
    login = kafka_login(walled.settings_of("producers"))
    with closing(KafkaProducer(**login, enable_idempotence=False)) as producer:
        for name in ("subscriptions", "accounts", "access-records", "calls", "link-events"):
            with pytest.raises(TopicAuthorizationFailedError):
                producer.send(name, b"x", partition=0).get(120)
    with closing(KafkaConsumer(**login, group_id="bomnae")) as consumer:
        consumer.subscribe(["feed-reports"])
        with pytest.raises(GroupAuthorizationFailedError):
            consumer.poll(120_000)
    with closing(KafkaConsumer(**login)) as consumer:
        consumer.assign([TopicPartition("access-records", 0)])
        consumer.seek(TopicPartition("access-records", 0), 0)
        with pytest.raises(TopicAuthorizationFailedError):
            consumer.poll(120_000)
    with closing(admin_of(walled, "maps")) as admin:
        with pytest.raises(TopicAuthorizationFailedError):
            admin.delete_topics(["access-records"])
        with pytest.raises(TopicAuthorizationFailedError):
            admin.delete_records({TopicPartition("access-records", 0): 1})


def test_nobody_gets_in_with_a_wrong_password_or_without_one(walled: Walled) -> None:
    login = kafka_login(walled.settings_of("maps"))
    for changed in ({"sasl_plain_password": "wrong"}, {"security_protocol": "PLAINTEXT"}):
        with pytest.raises(KafkaError):
            KafkaAdminClient(**{**login, **changed}, bootstrap_timeout_ms=1_000)
    for name, password in ((None, None), ("maps", "wrong")):
        refused = pytest.raises(redis.AuthenticationError)
        with client_of(walled, name, password) as client, refused:
            client.get(key("meta", CITY))
    with client_of(walled, users.HEALTH, "any") as health:
        assert health.ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            health.get(key("meta", CITY))


def client_of(walled: Walled, name: str | None, password: str | None) -> redis.Redis:
    return redis.Redis(
        port=walled.redis_port,
        ssl=True,
        ssl_ca_certs=str(walled.secrets / "redis_ca"),
        username=name,
        password=password,
    )


@pytest.mark.parametrize("service", users.SERVICES)
def test_a_service_writes_in_redis_its_own_slots_and_reads_all(
    walled: Walled, service: str
) -> None:
    with redis_of(walled, service) as client:
        for name in SLOTS:
            if name in WRITTEN[service]:
                client.hset(name, "x", 1)
                client.delete(name)
                client.eval("return redis.call('SET', KEYS[1], 1)", 1, name)
                client.delete(name)
                continue
            client.hgetall(name)
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.hset(name, "x", 1)
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.delete(name)
            with pytest.raises(redis.ResponseError, match="can't"):
                client.eval("return redis.call('SET', KEYS[1], 1)", 1, name)


@pytest.mark.parametrize("service", users.SERVICES)
def test_nobody_empties_sets_up_or_spies_on_redis(walled: Walled, service: str) -> None:
    with redis_of(walled, service) as client:
        for command in NOBODYS:
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*command.split(" "))


def test_every_service_does_its_work_inside_the_walls(walled: Walled) -> None:
    """A list of permits goes its whole way, a call and an acknowledgement theirs."""
    permits = walled.folder / "permits"
    permits.mkdir()
    today = day_of(now_ms()).isoformat()  # in Korea
    header, row = (
        "허가번호,공사명,시작일,종료일,경도,위도",
        f"W-1,하수관,{today},{today},127.702,37.88",
    )
    (permits / "list.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    walled.start("clock", "producers", "clock")
    poll = {"BOMNAE_PERMITS": str(permits), "BOMNAE_PERMITS_POLL_S": "5"}
    walled.start("producers", "producers", "run", "--no-clock", **poll)
    worker = walled.start("worker", "streams", "worker")
    worker.wait_said("worker started")
    records = {"BOMNAE_RECORDS_KEY": str(walled.secrets / "records_key")}
    sending = walled.start("dispatch", "streams", "dispatch")
    port = free_port()
    served = walled.start("maps", "maps", "serve", BOMNAE_HTTP=f"127.0.0.1:{port}", **records)
    served.wait_until(lambda: answers(port), "the map server")
    base = f"http://127.0.0.1:{port}"
    seen(base, lambda body: any(work["id"] == "W-1" for work in body["works"]), "/api/v1/snapshot")
    call = {"title": "정류장3", "link_ids": ["S3>S4"], "closed": ["S3>S4"], "call_id": "desk-1"}
    assert ask(base, "/api/v1/calls", call)[0] == 202
    seen(base, lambda body: any(row["id"] == "desk-1" for row in body["calls"]))
    sending.wait_said("dispatcher started")
    wait_until(lambda: ask(base, "/readyz")[1]["ok"], "ready")
    public = str(walled.secrets / SIGNING["records_key"])
    receiver = ("--title", "현장반", "--url", "https://crew.example/hook")
    commands = {
        ("clock", "producers.health"): "",
        ("producers", "producers.health", "--polls"): "",
        ("worker", "streams.health"): "",
        ("dispatch", "streams.delivery.health"): "",
        (ADMIN, "producers", "letters"): "no dead letters",
        ("keeper", "streams", "audit"): "identical",
        ("snapshot", "streams", "snapshot", "--to", str(walled.folder), "--why", "move"): "checked",
        ("retention", "streams", "retention", "run", "--once"): "nothing is due",
        ("records", "maps", "records", "verify", "--public", public): "no fault",
    }
    with ThreadPoolExecutor() as pool:
        said = pool.map(lambda command: walled.run_as(*command), commands)
        assert all(word in output for word, output in zip(commands.values(), said, strict=True))
    adding = ("streams", "subscriptions", "add", *receiver)  # the compose file's `endpoints`
    assert "secret   whsec_" in walled.run_as("keeper", *adding, keys_of="dispatch")
    walled.run_as("maps", "maps", "accounts", "add", "kim", "--roles", "desk")
    walled.run_as("maps", "maps", "accounts", "reset", "kim")
    assert len(hashes_on_the_log(walled)) == 2
    env = walled.env_of("keeper") | walled.env_of(ADMIN)  # the compose file's `restore`
    done = walled.run("secrets", "streams", "retention", "secrets", "--yes", env=env)
    assert "1 former secrets" in done
    with redis_of(walled, "worker") as client:
        row = client.hget(key("accounts", 0), "kim")
    (left,) = hashes_on_the_log(walled)
    assert left in row.decode()


def hashes_on_the_log(walled: Walled) -> set[str]:
    """Of passwords, in the records of the accounts' log that can still be read."""
    with closing(KafkaConsumer(**kafka_login(walled.settings_of("keeper")))) as consumer:
        place = TopicPartition("accounts", 0)
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end, text = consumer.end_offsets([place])[place], bytearray()

        def read_to() -> int:
            for records in consumer.poll(1_000).values():
                text.extend(b"".join(record.value for record in records))
            return int(consumer.position(place))

        wait_until(read_to, "all accounts", lambda seen: seen >= end)
    return {each.decode() for each in re.findall(rb"\$argon2id[^\"]+", text)}


def test_the_doctor_of_a_service_names_each_topic_it_may_do_too_much_or_too_little_to(
    walled: Walled,
) -> None:
    """And what it may not look at is not checked, and no fault."""

    def outcomes(service: str) -> dict[str, tuple[str, str]]:
        said = walled.run_as(service, "streams", "doctor", "--json", fine=(0, 1))
        rows = json.loads(said[said.index('{\n "checks"') :])["checks"]
        return {row["check"]: (row["outcome"], row["value"]) for row in rows}

    unseeing = ("maps", "dispatch", "retention")  # they may not read the topic
    for service in ("worker", "maps", "dispatch", "retention", "keeper"):
        found = outcomes(service)
        assert found["kafka-rights"][0] == "ok", (service, found)
        assert found["ticks"][0] == ("not checked" if service in unseeing else "ok"), found
        assert found["login"][0] == ("ok" if service == "maps" else "not checked"), found
        assert found["redis-rights"] == ("ok", f"all that {service} needs, and no more"), found
    found = outcomes("producers")
    assert (found["redis"][0], found["redis-rights"][0]) == ("not checked", "not checked"), found
    with closing(admin_of(walled, ADMIN)) as admin:
        literal, allowed = ACLResourcePatternType.LITERAL, ACLPermissionType.ALLOW
        more = ResourcePattern(ResourceType.TOPIC, "accounts", literal)
        less = ResourcePattern(ResourceType.TOPIC, "bus-positions", literal)
        group = ResourcePattern(ResourceType.GROUP, topics.GROUP, literal)
        user = "User:worker"
        admin.create_acls([ACL(user, "*", ACLOperation.WRITE, allowed, more)])
        gone = [ACLFilter(user, "*", ACLOperation.READ, allowed, each) for each in (less, group)]
        admin.delete_acls(gone)
    outcome, value = outcomes("worker")["kafka-rights"]
    assert (outcome, {*value.split("; ")}) == (
        "fail",
        {
            "topic bus-positions: may not READ",
            "topic accounts: may WRITE besides",
            "group bomnae: may not READ",
        },
    )
    assert "2 given, 1 taken away" in give_rights(walled)


def test_a_log_of_before_the_walls_has_no_admin_until_it_is_told_one(walled: Walled) -> None:
    gone = UserScramCredentialDeletion(ADMIN, ScramMechanism.SCRAM_SHA_512)
    with closing(admin_of(walled, ADMIN)) as admin:
        assert admin.alter_user_scram_credentials([gone]) == {ADMIN: None}
    health = walled.kafka_sh("health")
    assert health.returncode == 1
    assert "there is no user admin yet" in health.stderr
    make_missing(walled.secrets, renew=[f"kafka_{ADMIN}", "kafka_clock"])
    password = (walled.secrets / f"kafka_{ADMIN}").read_text(encoding="utf-8")
    done = walled.kafka_sh("admin", password)
    assert (done.returncode, password in done.stdout + done.stderr) == (0, False), done.stderr
    assert "users set: admin, clock" in give_rights(walled)
    admin_of(walled, "clock").close()


def test_no_password_stands_in_what_kafka_and_redis_are_given(walled: Walled) -> None:
    given = [(walled.secrets / name).read_text() for name in ("kafka_users", "redis_users")]
    written = [*given, *(path.read_text() for path in walled.folder.glob("*.log"))]
    for path in walled.secrets.glob("*"):
        if re.fullmatch(r"(kafka|redis)_(?!users|key|ca).*", path.name):
            assert not [text for text in written if path.read_text() in text], path.name
    for each in load(walled.secrets / KEYS / KEY_FILE).keys:
        secret = base64.b64encode(each.secret).decode()
        assert not [text for text in written if secret in text], each.id
