"""The options of `python -m streams subscriptions`, and the fields they give. Pure."""

import argparse
from typing import Any

from streams.contract.errors import SubscriptionError
from streams.contract.grammars import Address, address
from streams.contract.terminal import add_by
from streams.delivery.command.ledger import MEANINGS
from streams.domain.subscriptions.changes import SETTABLE

EPILOG = """An empty filter lets every alert through, and so does "" given to an option; published
reports are sent to who names them (--rules report.monthly):
  --rules ""            hear every rule again

  python -m streams subscriptions add --url https://crew.example/hook --title 'Sewer crew' \\
      --rules closure,overdue --organisations 'Sewer Office' --quiet-hours 22:00-06:00

Whatever is changed goes into the log and holds as soon as a worker has folded it; before it is done
there is an access record of it, by NAME@terminal. The secret of an
endpoint is printed by `add` and `rotate` and never again; after `rotate` the one before signs too
for 24 hours. After `python -m streams keys rotate webhooks` rotate each endpoint within these 24
hours, and hand out what is printed. docs/receivers.md says how to verify a message.

exit codes: 0 done; 1 the endpoint did not take the test message; 2 a setting or a value is
refused; 5 in the log, but no worker has folded it within 10 s; 7 no such endpoint;
8 Kafka or Redis does not answer"""
_FILTERS = {
    "rules": "RULE[,RULE]: closure overdue unseen slowdown jam clash feed reports discrepancy "
    "detour; of published reports report.daily report.weekly report.monthly report.quarterly",
    "severities": "of critical, warning, notice",
    "area": "a polygon, 'LON,LAT LON,LAT LON,LAT ...'",
    "links": "links of the network, with commas; besides those in the area",
    "organisations": "offices as the permits name them, with commas",
    "routes": "numbers or ids of bus routes that an alert's links carry, with commas",
    "weekdays": "0 (Monday) to 6, with commas: when an episode may begin",
    "hours": "HH:MM-HH:MM, Korean time, may cross midnight: when an episode may begin",
    "quiet-hours": "HH:MM-HH:MM: what falls into them comes in one digest at their end",
}


def add_subscriptions(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "subscriptions",
        help="the endpoints that hear alerts: list, add, change, rotate, remove, test",
        description="Manage the endpoints that hear alerts. Needs Redis and Kafka; add and change "
        "need BOMNAE_NETWORK; add, rotate and test need BOMNAE_KEYS or BOMNAE_SECRET.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="every endpoint and its filter")
    adding = actions.add_parser("add", help="a new endpoint; prints its id and its secret, once")
    adding.add_argument("--url", required=True, help="https://host[:443|8443]/path")
    adding.add_argument("--title", required=True, help="whom it reaches, no person's number")
    _add_filters(adding)
    changing = actions.add_parser("change", help="another URL, title or filter")
    changing.add_argument("endpoint", help="ep_...")
    changing.add_argument("--url", help="https://host[:443|8443]/path")
    changing.add_argument("--title", help="whom it reaches")
    _add_filters(changing)
    rotating = actions.add_parser("rotate", help="a new secret, printed once")
    rotating.add_argument("endpoint", help="ep_...")
    rotating.add_argument(
        "--leaked", action="store_true", help="the secret before stops signing at once"
    )
    actions.add_parser("remove", help="no more messages").add_argument("endpoint", help="ep_...")
    testing = actions.add_parser("test", help="post one signed test message and say what came back")
    testing.add_argument("endpoint", help="ep_...")
    add_by(*actions.choices.values())
    actions.add_parser("secret", help="print a new master key for BOMNAE_SECRET")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    for name, text in _FILTERS.items():
        parser.add_argument(f"--{name}", help=text)
    for name, text in (
        ("coalesce", "one message of an episode may stand for several"),
        ("enabled", "send; --no-enabled sends nothing"),
    ):
        dest = {"enabled": "is_enabled"}.get(name, name)
        parser.add_argument(
            f"--{name}", dest=dest, action=argparse.BooleanOptionalAction, help=text
        )


def given_of(options: argparse.Namespace) -> dict[str, Any]:
    """The fields that the options name, in a subscription's types; raises SubscriptionError."""
    given = {name: getattr(options, name, None) for name in SETTABLE}
    return {name: _value(name, text) for name, text in given.items() if text is not None}


def _value(name: str, text: Any) -> Any:
    if name in ("rules", "severities", "links", "organisations", "routes"):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        if name == "weekdays":
            return tuple(int(part) for part in text.split(",") if part.strip())
        if name == "area":
            pairs = [pair.split(",") for pair in text.split()]
            return tuple((float(lon), float(lat)) for lon, lat in pairs)
    except ValueError:
        bound = "numbers with commas" if name == "weekdays" else "'LON,LAT LON,LAT LON,LAT ...'"
        raise SubscriptionError(name, text, bound) from None
    return text


def add_sink(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "sink",
        help="a receiver to try with: checks signatures, gaps and duplicates",
        description="Receive messages on any path, check each, print a line for it, and at the "
        "end (SIGINT, SIGTERM) how many were what. An endpoint with such an address needs "
        "BOMNAE_WEBHOOK_NETWORKS=127.0.0.0/8.",
        epilog="exit codes: 0 all was as it must be; 2 options or settings; 4 anything was not: "
        + ", ".join(MEANINGS),
    )
    parser.add_argument("--listen", default="127.0.0.1:8720", metavar="HOST:PORT", type=_address)
    known = parser.add_mutually_exclusive_group(required=True)
    known.add_argument(
        "--secrets", metavar="FILE", help="file with a secret whsec_... a line; - is standard input"
    )
    known.add_argument(
        "--endpoint", metavar="ID[/GENERATION]", help="make its secret of the key for webhooks"
    )
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        choices=sorted(MEANINGS),
        help="what does not count as wrong; may be given several times",
    )


def _address(text: str) -> Address:
    try:
        return address(text)
    except ValueError as bound:
        raise argparse.ArgumentTypeError(f"must be {bound}, got {text[:60]!r}") from None
