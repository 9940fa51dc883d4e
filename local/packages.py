"""`python -m local.packages sbom|audit`: what the image is made of, and what is known against it.

`sbom` writes sbom.json (CycloneDX): the Python packages of requirements-production.lock with their
hashes, the libraries of the browser, and the images of docker-compose.yml. `audit` asks the
database of PyPI for known vulnerabilities of those Python packages.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from local.images import tags

ROOT = Path(__file__).parents[1]
LOCK, VENDORED = ROOT / "requirements-production.lock", ROOT / "maps/static/vendor/manifest.json"
FOUND, AWAY = 1, 3
Json = dict[str, Any]


class Audited(NamedTuple):
    """What an audit came to: `package version: id` of each vulnerability, and who was not asked."""

    checked: int
    known: tuple[str, ...]
    unasked: tuple[str, ...]


def sbom() -> Json:
    """The whole bill of materials; ValueError where it is not CycloneDX as its schema has it."""
    made: Json = json.loads(_of_packages())
    made["components"] += [*_of_the_browser(), *map(_image, tags().values())]
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(made))
    if fault is not None:
        raise ValueError(f"not CycloneDX: {fault}")
    return made


def _of_packages() -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "sbom.json"
        command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(LOCK)]
        command += ["--pyproject", str(ROOT / "pyproject.toml"), "--spec-version", "1.6"]
        command += ["--output-format", "JSON", "--output-reproducible", "-o", str(out)]
        subprocess.run(command, check=True)
        return out.read_text(encoding="utf-8")


def _of_the_browser() -> list[Json]:
    libraries = json.loads(VENDORED.read_text(encoding="utf-8"))["packages"]
    return [_library(row["source"].split()[1], row["licence"]) for row in libraries]


def _library(source: str, licence: str) -> Json:
    """`source` is what npm calls it: leaflet@1.9.4."""
    name, _, version = source.rpartition("@")
    purl = f"pkg:npm/{source}"
    named = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return {**named, "licenses": [{"license": {"id": licence}}]}


def _image(tag: str) -> Json:
    name, _, version = tag.partition(":")
    reference = f"image:{tag}"
    return {"type": "container", "bom-ref": reference, "name": name, "version": version}


def audited(answer: Mapping[str, Any]) -> Audited:
    """What `pip-audit --format json` says. A package that its database does not have was not
    audited, whatever the exit code is.
    """
    rows = answer["dependencies"]
    asked = [row for row in rows if "skip_reason" not in row]
    known = [
        f"{row['name']} {row['version']}: {fault['id']}" for row in asked for fault in row["vulns"]
    ]
    unasked = [row["name"] for row in rows if "skip_reason" in row]
    return Audited(len(asked), tuple(known), tuple(unasked))


def audit(*, may_be_away: bool) -> int:
    """0 nothing known, 1 something is, 3 the database did not answer for all (0 where it may)."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = audited(json.loads(done.stdout))
    except (ValueError, KeyError):
        found = Audited(0, (), ("all: " + (done.stderr.strip().splitlines() or ["no answer"])[-1],))
    print("\n".join(found.known), end="\n" if found.known else "")
    print(f"{found.checked} packages audited, {len(found.known)} vulnerabilities known")
    if found.known:
        return FOUND
    if found.unasked:
        word = "skipped" if may_be_away else "bomnae"
        print(f"{word}: the database does not answer for {', '.join(found.unasked)[:300]}")
        return 0 if may_be_away else AWAY
    return 0


def main() -> int:
    """The exit code: see `audit`."""
    parser = argparse.ArgumentParser(
        prog="python -m local.packages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    bill = commands.add_parser("sbom", help="write the bill of materials")
    bill.add_argument("--out", type=Path, default=ROOT / "sbom.json", help="file to write")
    checks = commands.add_parser(
        "audit", help="exit codes: 0 nothing known, 1 something is, 3 the database is away"
    )
    checks.add_argument("--may-be-away", action="store_true", help="say so, and end with 0")
    options = parser.parse_args()
    if options.command == "audit":
        return audit(may_be_away=options.may_be_away)
    made = sbom()
    options.out.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(f"{options.out}: {len(made['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
