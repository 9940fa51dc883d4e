"""`python -m streams doctor`: every check in a line, and what to do where one is not well."""

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from streams.contract import cli
from streams.contract.errors import SettingsError
from streams.contract.logs import set_up_logs
from streams.contract.scrubbing import without_secrets
from streams.contract.settings import Settings
from streams.doctor.finding import CHECKS, FAIL, UNKNOWN, WARN, Finding, Outcome, unknown
from streams.doctor.measuring import findings
from streams.people import without_people
from streams.words.catalogue import word

HELP = "check settings, secrets, files, stores, clocks and ages, and say what to do"
_ABOUT = """Checks how this city is set up, within ten seconds, and changes nothing: settings, and
what they come to together, secrets' strength, files and modes, the network, the certificate, disks,
Redis (version, memory against links and days, policy, persistence, role, rights), Kafka (topics,
copies, disk, what this user may do), clocks (ours, Redis', the broker's, the ticks'), the lag of
the workers, the age of signed days and snapshots. Run it where a service runs, with its settings:
`docker compose exec worker python -m streams doctor`. A check that cannot be made says why and ends
no other. docs/runbook.md has a section for each."""
_CODES = "exit codes: 0 nothing fails (warnings may stand); 1 a check fails; 2 wrong usage"


def add_doctor(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor",
        help=HELP,
        description=_ABOUT,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object with all checks")


def run(options: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> int:
    """Print what each check found; 1 where one fails. Wrong settings fail, and end no usage."""
    secrets: tuple[str, ...] = ()
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        found = [Finding("settings", FAIL, line) for line in str(error).splitlines()]
        found += [unknown(check, "settings: see there") for check in CHECKS if check != "settings"]
    else:
        secrets = settings.secrets()
        set_up_logs(settings)
        logging.getLogger("aiokafka.cluster").setLevel(logging.CRITICAL)  # what it lacks we say
        found = asyncio.run(findings(settings))
    text = as_json(found) if options.json else as_text(found)
    sys.stdout.write(without_people(without_secrets(text, secrets)) + "\n")
    return cli.FAILED if any(each.outcome is FAIL for each in found) else cli.OK


def as_text(found: Iterable[Finding]) -> str:
    """All findings for people; checks one behind another that one reason keeps from being made
    stand in one line.
    """
    groups = groupby(found, lambda x: (x.value, "") if x.outcome is UNKNOWN else (x.check, x.value))
    return "\n".join(line for _, group in groups for line in _lines_of(list(group)))


def _lines_of(alike: list[Finding]) -> list[str]:
    if alike[0].outcome is not UNKNOWN:
        return [line for each in alike for line in lines(each)]
    checks = ", ".join(each.check for each in alike)
    return [f"{_said(UNKNOWN)}  {checks:<17}  {alike[0].value}"]


def _said(outcome: Outcome) -> str:
    """An outcome in Korean, whose letters are two columns wide, and in English: one width."""
    korean = word("ko", f"doctor.outcome.{outcome.name.lower()}")
    return f"{korean}{' ' * (6 - 2 * len(korean))} {outcome:<11}"


def lines(finding: Finding) -> list[str]:
    """A finding for people: the line, and below it what to do, in Korean and in English."""
    bound = f"  ({finding.bound})" if finding.bound else ""
    head = f"{_said(finding.outcome)}  {finding.check:<17}  {finding.value}{bound}"
    if finding.outcome not in (WARN, FAIL):
        return [head]
    return [head, *(f"{'':20}{text}" for text in (*todo(finding), finding.runbook))]


def todo(finding: Finding) -> tuple[str, str]:
    """What to do, in Korean and in English."""
    return (word("ko", f"doctor.{finding.check}"), word("en", f"doctor.{finding.check}"))


def as_json(found: Iterable[Finding]) -> str:
    rows = [
        {
            "check": each.check,
            "outcome": each.outcome.value,
            "value": each.value,
            "bound": each.bound,
            "todo": dict(zip(("ko", "en"), todo(each), strict=True))
            if each.outcome in (WARN, FAIL)
            else None,
            "runbook": each.runbook,
        }
        for each in found
    ]
    return json.dumps({"checks": rows}, ensure_ascii=False, indent=1)
