"""docker-compose.yml as `docker compose config` reads it: with compose's own library (local/loader,
`make loader`).
"""

import json
import os
import re
import subprocess
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local.images import pinned
from maps.api import matrix
from streams.contract.keys import NEEDED, Purpose, read
from streams.contract.secret_files import ENDING
from streams.contract.settings import Settings, variable
from streams.kafka import rights
from streams.kafka.kept_acts import FOLDER
from streams.state import users
from streams.walls.files import (
    KAFKA_USERS,
    KEY_FILE,
    KEYS,
    REDIS_USERS,
    SIGNING,
    key_part,
    make_missing,
    passwords_of_kafka,
    passwords_of_redis,
)
from tests.commands import is_accepted
from tests.places import ROOT
from tests.texts import text_of

LOADER = ROOT / ".cache" / "loader" / "compose"
pytestmark = pytest.mark.skipif(
    not LOADER.exists(), reason="no Go 1.24 to build compose's loader with (make loader)"
)
Json = dict[str, Any]
SETTINGS = {variable(row.name): row for row in fields(Settings)}
SECRETS = {name for name, row in SETTINGS.items() if row.metadata["is_secret"]}
IN_THE_KEY_FILE = {"BOMNAE_SECRET", "BOMNAE_PSEUDONYM_KEY"}  # of which each service has its part
PORTAL_KEYS = {"tago_key", "its_key", "utic_key", "gtfs_key", "permits_key", "dataset_keys"}
FULL_VERSION = re.compile(r":\d+\.\d+\.\d+[\w.-]*$")
STORES = {"kafka", "redis"}
RUN = "/run/secrets/"


def loaded(*files: str, env: str = ".env.example", **given: str) -> Json:
    """The project as it is started with an env file; compose's own words where it is refused."""
    pairs = re.findall(r"^(\w+)=(.*)$", text_of(env), re.MULTILINE)
    environ = {"PATH": os.environ["PATH"], **dict(pairs), **given}
    command = [str(LOADER), *(files or ("docker-compose.yml",))]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: Json = json.loads(done.stdout)
    return found


@cache
def project() -> Json:
    return loaded()


def services() -> dict[str, Json]:
    found: dict[str, Json] = project()["services"]
    return found


def own_services() -> dict[str, Json]:
    return {name: each for name, each in services().items() if name not in STORES}


def environment(name: str) -> dict[str, str | None]:
    return dict(services()[name].get("environment") or {})


def secrets_of(name: str) -> set[str]:
    return {each["source"] for each in services()[name].get("secrets") or ()}


def networks_of(name: str) -> set[str]:
    return {*(services()[name].get("networks") or ())}


@pytest.mark.parametrize("env", [".env.example", ".env.simulated"])
def test_compose_reads_it_with_each_env_file(env: str) -> None:
    assert {*loaded(env=env)["services"]} == {*services()}


def test_what_compose_cannot_mean_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The loader is not one that takes everything."""
    wrong = tmp_path_factory.mktemp("wrong") / "wrong.yml"
    wrong.write_text("services: {maps: {secrets: [nobodys], memlimit: 1g}}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="memlimit"):
        loaded("docker-compose.yml", str(wrong))


def test_every_container_runs_a_command_that_is_accepted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, service in own_services().items():
        words = [*(service.get("entrypoint") or ()), *(service.get("command") or ())]
        words = words[words.index("-m") + 1 :]
        options = ["--route-stops", "FILE.csv"] if name == "import" else []
        assert is_accepted([word for word in words if word != "--help"] + options), name
    capsys.readouterr()


def test_every_image_has_a_full_version() -> None:
    base = re.findall(r"^ARG BASE=(.+)$", text_of("Dockerfile"), re.MULTILINE)
    images = {*base, *(service["image"] for service in services().values())}
    assert {*base} == {each["build"]["args"]["BASE"] for each in own_services().values()}
    assert len(images) == 4
    assert all(FULL_VERSION.search(image) for image in images), images


def test_an_image_pinned_by_its_digest_is_the_one_that_is_used() -> None:
    digest = f"sha256:{'a' * 64}"
    given = dict(line.split("=", 1) for line in pinned({"kafka": digest, "base": digest}))
    found = loaded(**given)["services"]
    assert found["kafka"]["image"] == f"apache/kafka:4.1.0@{digest}"
    assert found["maps"]["build"]["args"]["BASE"].endswith(f"-slim-bookworm@{digest}")
    assert found["redis"]["image"] == services()["redis"]["image"]


def test_every_port_is_published_on_this_machine_only() -> None:
    ports = [port for each in services().values() for port in each.get("ports") or ()]
    assert len(ports) == 2
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}


def test_every_service_is_watched_limited_and_locked_down() -> None:
    for name, service in services().items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"], name
        assert int(service["mem_limit"]) <= 2 << 30, name
        assert service["pids_limit"] <= 512, name
        assert service["logging"]["options"]["max-file"], name
        assert ("healthcheck" in service) != (service["restart"] == "no"), name
        assert not service.get("privileged"), name


def test_every_setting_reaches_a_container_a_secret_as_a_file() -> None:
    given = {variable for name in own_services() for variable in environment(name)}
    files = {each.removesuffix(ENDING) for each in given if each.endswith(ENDING)}
    plain = {each for each in given if not each.endswith(ENDING)}
    assert plain | files | IN_THE_KEY_FILE == {*SETTINGS}
    assert files == SECRETS - IN_THE_KEY_FILE
    assert not plain & SECRETS


def test_a_file_that_a_setting_names_is_a_secret_of_that_container() -> None:
    for name in own_services():
        named = {
            value.removeprefix(RUN)
            for value in environment(name).values()
            if value and value.startswith(RUN)
        }
        words = " ".join(services()[name].get("command") or ())
        named |= {*re.findall(rf"{RUN}(\w+)", words)}
        assert named == secrets_of(name), name


def test_every_secret_is_a_file_that_is_made(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("closed")
    made = {*make_missing(folder)}
    keys = {f"{KEYS}/{KEY_FILE}", *map(key_part, NEEDED)}
    assert keys < made
    declared = {name: each["file"] for name, each in loaded(SECRETS=str(folder))["secrets"].items()}
    mounted = made - {SIGNING["records_key"]} - keys
    assert declared == {name: str(folder / name) for name in mounted}
    assert mounted == {name for service in services() for name in secrets_of(service)}


def test_the_keeper_audits_from_a_snapshot_and_can_make_none() -> None:
    """Once retention has taken the log's beginning there is no other way."""
    given, made_in = environment("keeper"), environment("snapshot")["BOMNAE_SNAPSHOTS"]
    assert given["BOMNAE_SNAPSHOTS"] == made_in
    (mount,) = (v for v in services()["keeper"]["volumes"] if v["source"] == "snapshots")
    assert (mount["target"], mount["read_only"]) == (made_in, True)
    assert given["BOMNAE_SNAPSHOT_KEY"] == f"{RUN}{SIGNING['snapshot_key']}"
    assert "snapshot_key" not in secrets_of("keeper")


def test_each_service_has_its_own_part_of_the_keys_and_no_other(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """So a map server that is taken over can sign no alert and undo no pseudonym."""
    folder = tmp_path_factory.mktemp("closed")
    make_missing(folder)
    holders = {}
    for name, service in loaded(SECRETS=str(folder))["services"].items():
        given = service.get("environment") or {}
        assert not {"BOMNAE_SECRET", "BOMNAE_SECRET_FILE"} & {*given}, name
        sources = [Path(v["source"]) for v in service.get("volumes") or () if v["type"] == "bind"]
        inside = [x for x in sources if x.is_relative_to(folder)]
        if name == "secrets":
            assert inside == [folder]  # makes them
            continue
        if name == "acts":
            assert inside == [folder / KEYS / FOLDER]  # what was done to keys, and no key
            continue
        assert bool(inside) == ("BOMNAE_KEYS" in given), name
        for part in inside:
            (mount,) = (v for v in service["volumes"] if v["source"] == str(part))
            assert (mount["target"], mount["read_only"]) == ("/keys", True)
            assert given["BOMNAE_KEYS"] == f"/keys/{KEY_FILE}"
            of = "dispatch" if name == "endpoints" else name  # prints what the dispatcher signs by
            found = read((part / KEY_FILE).read_bytes(), of)
            assert found.made_for == of
            holders[of] = {key.purpose for key in found.keys}
    assert holders == {name: {*purposes} for name, purposes in NEEDED.items()}
    assert Purpose.WEBHOOKS not in holders["maps"]


def test_each_password_reaches_its_own_service_alone() -> None:
    assert {*passwords_of_kafka()} == {rights.ADMIN, *rights.SERVICES}
    holders = {"topics": rights.ADMIN, **{name: name for name in rights.SERVICES}}
    for service, user in holders.items():
        assert environment(service)["BOMNAE_KAFKA_USER"] == user
        assert secrets_of(service) & {*passwords_of_kafka().values()} == {f"kafka_{user}"}
        redis_files = secrets_of(service) & {*passwords_of_redis().values()}
        assert redis_files == ({f"redis_{user}"} if user in users.SERVICES else set())
    assert secrets_of("kafka") == {KAFKA_USERS, "kafka_key", "kafka_ca"}
    assert secrets_of("redis") == {REDIS_USERS, "redis_key", "redis_ca"}
    for name in services():
        assert not PORTAL_KEYS & secrets_of(name) or name == "producers", name
        assert "records_key" not in secrets_of(name) or name == "maps", name


def test_each_service_runs_a_command_of_the_table_as_a_user_that_it_names() -> None:
    """And a new command or service needs its line in `matrix.COMMANDS`."""
    found = {}
    for name in own_services():
        service = services()[name]
        words = [*(service.get("entrypoint") or ()), *(service.get("command") or ())]
        assert words[:2] == ["python", "-m"], name
        row = matrix.COMMANDS.get(" ".join(words[2:4]))
        if row is None:
            assert (name, words[2:4]) == ("keeper", ["streams", "--help"])  # any of them by hand
            continue
        user = environment(name).get("BOMNAE_KAFKA_USER")
        found[name] = user
        assert user is None or user in row.users, name
        assert user is not None or not row.users, name
    assert {"maps", "restore", "records", "endpoints", "retention", "acts"} <= {*found}
    keepers = {x for x, row in matrix.COMMANDS.items() if "keeper" in row.users}
    assert {"streams audit", "streams refold", "streams forget"} <= keepers


def test_a_service_is_in_no_network_that_it_needs_not() -> None:
    networks = project()["networks"]
    assert {name for name, each in networks.items() if (each or {}).get("internal")} == {
        "log",
        "state",
    }
    with_redis = {name for name in services() if "state" in networks_of(name)}
    as_keeper = {"restore", "endpoints"}
    assert with_redis == {"redis", *users.SERVICES, *as_keeper}
    assert {name for name in services() if "out" in networks_of(name)} == {
        "producers",
        "dispatch",
        "endpoints",
        "city",
    }
    assert networks_of("kafka") == {"log"}
    assert {name for name in services() if "web" in networks_of(name)} == {"maps"}
    masquerade = "com.docker.network.bridge.enable_ip_masquerade"
    assert networks["web"]["driver_opts"][masquerade] == "false"
    opened = loaded(MAP_WAY_OUT="true")["networks"]
    assert opened["web"]["driver_opts"][masquerade] == "true"
    for name in ("import", "secrets"):
        assert services()[name]["network_mode"] == "none", name


def test_the_simulated_city_has_a_project_and_secrets_of_its_own() -> None:
    found = loaded(env=".env.simulated")
    assert "COMPOSE_PROJECT_NAME=bomnae-simulated" in text_of(".env.simulated")
    assert {each["file"].split("/")[-2] for each in found["secrets"].values()} == {
        "secrets-simulated"
    }
