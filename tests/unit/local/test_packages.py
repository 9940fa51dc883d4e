import json
import re
import subprocess
from typing import Any

import pytest

from local import packages
from local.images import tags
from tests.texts import text_of

WELL: dict[str, Any] = {"name": "aiohttp", "version": "3.14.0", "vulns": []}
ILL: dict[str, Any] = {"name": "yarl", "version": "1.0", "vulns": [{"id": "PYSEC-2099-1"}]}
UNASKED: dict[str, Any] = {"name": "redis", "skip_reason": "not found"}


def test_the_bill_names_every_package_library_and_image() -> None:
    found = packages.sbom()
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    named = {(each["name"], each.get("version", "")) for each in found["components"]}
    locked = re.findall(r"^([\w.-]+)==(\S+)", text_of("requirements-production.lock"), re.MULTILINE)
    assert len(locked) > 40
    assert {*locked} <= {(name.lower(), version) for name, version in named}
    assert {"leaflet", "swagger-ui-dist"} <= {name for name, _ in named}
    assert {tuple(tag.split(":")) for tag in tags().values()} <= named
    hashed = [each for each in found["components"] if "pkg:pypi" in each.get("purl", "")]
    assert all(each["externalReferences"][0]["hashes"] for each in hashed)


def test_a_bill_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = json.dumps({"bomFormat": "CycloneDX", "components": [{"type": "nonsense"}]})
    monkeypatch.setattr(packages, "_of_packages", lambda: broken)
    with pytest.raises(ValueError, match="not CycloneDX"):
        packages.sbom()


def test_what_the_database_does_not_have_was_not_audited() -> None:
    found = packages.audited({"dependencies": [WELL, ILL, UNASKED]})
    assert found == packages.Audited(2, ("yarl 1.0: PYSEC-2099-1",), ("redis",))


@pytest.mark.parametrize(
    ("rows", "may_be_away", "code"),
    [
        ([WELL], False, 0),
        ([WELL, ILL, UNASKED], True, packages.FOUND),
        ([WELL, UNASKED], False, packages.AWAY),
        ([UNASKED], True, 0),
        (None, False, packages.AWAY),
        (None, True, 0),
    ],
)
def test_an_audit_that_could_not_be_done_is_none(
    rows: list[dict[str, Any]] | None,
    may_be_away: bool,  # noqa: FBT001
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = "" if rows is None else json.dumps({"dependencies": rows})
    done = subprocess.CompletedProcess([], 1, answer, "no network")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert packages.audit(may_be_away=may_be_away) == code
    said = capsys.readouterr().out
    assert ("skipped" in said) == (may_be_away and code == 0)
