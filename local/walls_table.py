"""`python -m local.walls_table [--write]`: the tables of who may do what, in docs/walls.md."""

import argparse
import sys
from pathlib import Path

from local.tables import between
from streams.contract import topics
from streams.kafka import rights
from streams.state import users

DOCUMENT = Path(__file__).parents[1] / "docs" / "walls.md"
KAFKA = "<!-- kafka: python -m local.walls_table --write -->", "<!-- /kafka -->"
REDIS = "<!-- redis: python -m local.walls_table --write -->", "<!-- /redis -->"


def of_kafka() -> str:
    """A row a topic, a column a service: r reads, w writes."""
    names = [*rights.SERVICES]
    lines = [f"| topic | {' | '.join(names)} |", f"|---{'|---' * len(names)}|"]
    for topic in topics.ALL:
        cells = (_acts(rights.SERVICES[name], topic) for name in names)
        lines.append(f"| `{topic.name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _acts(has: rights.ServiceRights, topic: topics.Topic) -> str:
    return "r" * (topic in has.reads) + "w" * (topic in has.writes)


def of_redis() -> str:
    """A row a user: the keys it may write."""
    lines = ["| user | writes |", "|---|---|"]
    for name, access in users.SERVICES.items():
        written = ", ".join(f"`{pattern}`" for pattern in access.writes) or "nothing"
        lines.append(f"| {name} | {written} |")
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """The document with its tables anew; ValueError where a comment is missing."""
    return between(between(text, *KAFKA, of_kafka()), *REDIS, of_redis())


def main() -> int:
    """Print the tables, or write them; 0."""
    parser = argparse.ArgumentParser(prog="python -m local.walls_table", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/walls.md")
    if not parser.parse_args().write:
        print(of_kafka(), of_redis(), sep="\n\n")
        return 0
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
