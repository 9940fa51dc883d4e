"""docs/kubernetes as `kubectl kustomize` builds it, held to Kubernetes' schemas and to the walls of
docker-compose.yml.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from streams.contract.keys import NEEDED, read
from streams.walls.files import key_part, make_missing
from tests.places import ROOT

BUILT = ROOT / ".cache" / "loader"
CITIES = Path("docs/kubernetes/cities")
pytestmark = pytest.mark.skipif(
    not (BUILT / "kustomize").exists(), reason="no Go 1.24 to build kustomize with (make loader)"
)
OLDEST, NEWEST = "1.28", "1.37"
PODS = ("Deployment", "StatefulSet", "Job")
Json = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's manifests, with the secrets that a city makes for itself."""
    made = tmp_path_factory.mktemp("manifests")
    shutil.copytree(ROOT / "docs" / "kubernetes", made / "docs" / "kubernetes")
    shutil.copytree(ROOT / "local" / "compose", made / "local" / "compose")
    for city in (made / CITIES).iterdir():
        (city / "secrets").mkdir(mode=0o700)
        make_missing(city / "secrets")
    return made


@pytest.fixture(scope="module")
def manifests(folder: Path) -> list[Json]:
    return build(folder / CITIES / "chuncheon")


def build(city: Path) -> list[Json]:
    done = subprocess.run(
        [str(BUILT / "kustomize"), str(city)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module")
def composed() -> Json:
    """The services of docker-compose.yml."""
    done = subprocess.run(
        [str(BUILT / "compose"), "docker-compose.yml"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    found: Json = json.loads(done.stdout)["services"]
    return found


def pods(manifests: list[Json]) -> Iterator[tuple[str, Json, Json]]:
    """Name, pod and its one container of each thing that runs pods."""
    for each in manifests:
        if each["kind"] in PODS:
            pod = each["spec"]["template"]["spec"]
            (container,) = pod["containers"]
            yield each["metadata"]["name"], pod, container


def of_kind(manifests: list[Json], kind: str) -> dict[str, Json]:
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_manifest_is_one_by_the_schemas(manifests: list[Json], version: str) -> None:
    assert len(manifests) > 20
    for manifest in manifests:
        kubernetes_validate.validate(manifest, version, strict=True)
    wrong = json.loads(json.dumps(of_kind(manifests, "Deployment")["maps"]))
    wrong["spec"]["template"]["spec"]["containers"][0]["readOnly"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, version, strict=True)


def test_the_pod_that_imports_is_one_too(manifests: list[Json]) -> None:
    pod = yaml.safe_load((ROOT / "docs" / "kubernetes" / "import.yaml").read_text("utf-8"))
    kubernetes_validate.validate(pod, NEWEST, strict=True)
    claims = {v["persistentVolumeClaim"]["claimName"] for v in pod["spec"]["volumes"][1:]}
    assert claims <= {*of_kind(manifests, "PersistentVolumeClaim")}


def test_every_city_is_in_a_namespace_of_its_own(folder: Path) -> None:
    seen = []
    for city in sorted((folder / CITIES).iterdir()):
        found = build(city)
        (namespace,) = of_kind(found, "Namespace")
        others = {
            each["metadata"].get("namespace") for each in found if each["kind"] != "Namespace"
        }
        assert others == {namespace}, city
        seen.append(namespace)
    assert len(seen) == len({*seen}) >= 1


def test_each_service_runs_as_in_docker_compose(manifests: list[Json], composed: Json) -> None:
    names = {name for name, _, _ in pods(manifests)}
    by_hand = {"import", "secrets", "records", "keeper", "restore", "endpoints", "acts"}
    assert names == {*composed} - {"city"} - by_hand
    for name, pod, container in pods(manifests):
        service = composed[name]
        command = service.get("command") or service["entrypoint"]
        shown = [word for word in command if word]
        if name in ("producers", "retention"):
            shown = shown[:5]  # recordings are of one machine
        assert [word for word in container["command"] if word] == shown, name
        given = {row["name"]: row["value"] for row in container.get("env", ())}
        for variable, value in (service.get("environment") or {}).items():
            if str(value).startswith("/run/secrets/"):
                assert given[variable] == value, (name, variable)
        assert ("readinessProbe" in container) == ("healthcheck" in service), name
        user = service.get("user", "").partition(":")[0] or {"kafka": "1000"}.get(name, "10001")
        assert pod["securityContext"]["runAsUser"] == int(user), name


def test_each_pod_gets_its_own_secrets_and_no_other(manifests: list[Json], composed: Json) -> None:
    for name, pod, _ in pods(manifests):
        mounted = [v["secret"] for v in pod["volumes"] if v.get("secret")]
        items = {row["key"] for each in mounted for row in each["items"]}
        due = {each["source"] for each in composed[name].get("secrets", ())}
        assert items - {"tls.crt", "tls.key", f"keys_{name}"} == due, name
        assert all(each["defaultMode"] == 0o440 for each in mounted), name


def test_each_pod_has_its_own_part_of_the_keys_where_docker_compose_has_it(
    manifests: list[Json], composed: Json, folder: Path
) -> None:
    """As a folder, so that a rotation is seen; what is in it is the part, by its own word."""
    handed_out = set()
    for name, pod, container in pods(manifests):
        parts = [v["secret"] for v in pod["volumes"] if v["name"] == "keys"]
        has_keys = "BOMNAE_KEYS" in (composed[name].get("environment") or {})
        assert len(parts) == has_keys, name
        for part in parts:
            assert part["items"] == [{"key": f"keys_{name}", "path": "keys.json"}]
            assert {"name": "BOMNAE_KEYS", "value": "/keys/keys.json"} in container["env"]
            assert {"name": "keys", "mountPath": "/keys", "readOnly": True} in (
                container["volumeMounts"]
            )
            handed_out.add(name)
    assert handed_out == {*NEEDED}
    (secret,) = of_kind(manifests, "Secret").values()
    for name in NEEDED:
        text = base64.b64decode(secret["data"][f"keys_{name}"])
        assert read(text, name).made_for == name
        assert text == (folder / CITIES / "chuncheon/secrets" / key_part(name)).read_bytes()


def test_every_pod_is_locked_down(manifests: list[Json]) -> None:
    for name, pod, container in pods(manifests):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert container["resources"]["limits"]["memory"], name
    (namespace,) = of_kind(manifests, "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_a_pod_reaches_what_its_container_reaches(manifests: list[Json], composed: Json) -> None:
    policies = {name: each["spec"] for name, each in of_kind(manifests, "NetworkPolicy").items()}
    assert policies["nobody"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for each in manifests:
        if each["kind"] in PODS and each["metadata"]["name"] not in ("kafka", "redis"):
            name, labels = each["metadata"]["name"], each["spec"]["template"]["metadata"]["labels"]
            reached = {net for net, word in labels.items() if word == "reached"}
            assert reached == {*composed[name]["networks"]} - {"web"}, name
    for store, net in (("kafka", "log"), ("redis", "state")):
        selector = {"matchLabels": {net: "reached"}}
        assert policies[store]["ingress"][0]["from"] == [{"podSelector": selector}]
        assert policies[f"to-{store}"]["podSelector"] == selector
    outside = policies["to-outside"]["egress"][0]["to"][0]["ipBlock"]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= {
        *outside["except"]
    }


def test_crews_get_a_name_that_lets_nothing_else_through(manifests: list[Json]) -> None:
    rules = of_kind(manifests, "Ingress")["maps"]["spec"]["rules"]
    paths = {rule["host"]: {path["path"] for path in rule["http"]["paths"]} for rule in rules}
    assert paths["work.chuncheon.example"] == {"/w/", "/static/", "/api/v1/works/"}
    assert paths["bomnae.chuncheon.example"] == {"/"}
