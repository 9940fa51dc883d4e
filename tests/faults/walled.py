"""The stores of docker-compose.yml with their walls: Apache Kafka by its entry script and Redis by
its ACL file, both over TLS, with the secrets that `python -m streams secrets` makes.
"""

import os
import subprocess
from collections.abc import Collection
from itertools import count
from pathlib import Path

from local.services import Process, answers, free_port, redis_binary
from local.stack import JARS, Stack
from local.waiting import READY_S
from streams.contract.keys import NEEDED
from streams.contract.settings import Settings
from streams.walls.files import SIGNING, key_part, make_missing
from tests.places import ROOT

COMPOSE = ROOT / "local" / "compose"
MAINS = {
    "kafka-storage.sh": "kafka.tools.StorageTool",
    "kafka-server-start.sh": "kafka.Kafka",
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
}


class Walled(Stack):
    """A city whose processes log in, each as its container does."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.secrets = folder / "secrets"
        self._runs = count()

    def _start_stores(self) -> None:
        self.secrets.mkdir(mode=0o700)
        make_missing(self.secrets)
        parts = [key_part(service) for service in NEEDED]
        for name in (*SIGNING, *parts):  # a container has it on a mount that is read-only
            (self.secrets / name).chmod(0o600)
        self._start_kafka()
        self._start_redis()

    def _start_kafka(self) -> None:
        ports = {"9092": free_port(), "9093": free_port(), "9094": free_port()}
        text = (COMPOSE / "kafka.properties").read_text(encoding="utf-8")
        text = text.replace("CLIENTS://:9092", "CLIENTS://127.0.0.1:9092")
        text = text.replace("CLIENTS://kafka:", "CLIENTS://localhost:")
        text = text.replace("/run/secrets", str(self.secrets))
        text = text.replace("/var/lib/kafka/data", str(self.folder / "kafka-data"))
        for port, free in ports.items():
            text = text.replace(f":{port}", f":{free}")
        properties = self.folder / "kafka.properties"
        properties.write_text(text, encoding="utf-8")
        self.kafka = f"localhost:{ports['9092']}"
        self._kafka_env = {
            "KAFKA_BIN": str(self._bin()),
            "KAFKA_PROPERTIES": str(properties),
            "KAFKA_USERS": str(self.secrets / "kafka_users"),
            "CLUSTER_ID": "Qm9tbmFlLUNodW5jaGVvbg",
            "TMPDIR": str(self.folder),
            "PATH": os.environ["PATH"],
        }
        command = ["bash", str(COMPOSE / "kafka.sh")]
        broker = self._keep(Process("kafka", command, self.folder, self._kafka_env).start())
        broker.wait_until(
            lambda: answers(ports["9092"]),
            "Apache Kafka",
            within_s=5 * READY_S,  # three of Java's machines begin one after another
        )

    def _bin(self) -> Path:
        """Kafka's commands as the image has them, over the jars."""
        folder = self.folder / "bin"
        folder.mkdir()
        for name, main in MAINS.items():
            heap = "${KAFKA_HEAP_OPTS:--Xmx512m}"
            script = folder / name
            script.write_text(f'#!/bin/sh\nexec java {heap} -cp "{JARS}/*" {main} "$@"\n')
            script.chmod(0o755)
        return folder

    def kafka_sh(self, word: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """`kafka.sh WORD` beside the running broker."""
        command = ["bash", str(COMPOSE / "kafka.sh"), word]
        return subprocess.run(
            command, env=self._kafka_env, input=text, text=True, capture_output=True, check=False
        )

    def _start_redis(self) -> None:
        port = free_port()
        command = [redis_binary(), "--bind", "127.0.0.1", "--port", "0", "--tls-port", str(port)]
        command += ["--tls-auth-clients", "no", "--dir", str(self.folder), "--save", ""]
        for option, name in (("cert", "ca"), ("key", "key"), ("ca-cert", "ca")):
            command += [f"--tls-{option}-file", str(self.secrets / f"redis_{name}")]
        command += ["--aclfile", str(self.secrets / "redis_users"), "--maxmemory", "64mb"]
        command += ["--maxmemory-policy", "noeviction"]
        server = self._keep(Process("redis", command, self.folder).start())
        server.wait_until(lambda: answers(port), "Redis")
        self.redis_port = port

    def start(self, service: str, *arguments: str, **env: str) -> Process:
        """Start `python -m ...` as a service."""
        return self.python(service, *arguments, env={**self.env_of(service), **env})

    def run_as(
        self, service: str, *arguments: str, keys_of: str = "", fine: Collection[int] = (0,)
    ) -> str:
        """The output of `python -m ...` as a service, with the keys of another where that is so,
        run to its end.
        """
        name, env = f"{service}-{next(self._runs)}", self.env_of(service)
        if keys_of:
            env["BOMNAE_KEYS"] = str(self.secrets / key_part(keys_of))
        return self.run(name, *arguments, env=env, fine=fine)

    def settings_of(self, service: str) -> Settings:
        return Settings.from_env(self.env_of(service))

    def env_of(self, service: str) -> dict[str, str]:
        """The settings with which a service logs in, as docker-compose.yml gives them."""
        env = {
            "BOMNAE_KAFKA": self.kafka,
            "BOMNAE_KAFKA_USER": service,
            "BOMNAE_KAFKA_PASSWORD_FILE": str(self.secrets / f"kafka_{service}"),
            "BOMNAE_KAFKA_CA": str(self.secrets / "kafka_ca"),
        }
        if (self.secrets / f"redis_{service}").exists():
            env |= {
                "BOMNAE_REDIS": f"rediss://{service}@localhost:{self.redis_port}/0",
                "BOMNAE_REDIS_PASSWORD_FILE": str(self.secrets / f"redis_{service}"),
                "BOMNAE_REDIS_CA": str(self.secrets / "redis_ca"),
            }
        if service == "snapshot":
            env["BOMNAE_SNAPSHOT_KEY"] = str(self.secrets / "snapshot_key")
        if service in NEEDED:
            env["BOMNAE_KEYS"] = str(self.secrets / key_part(service))
        return env
