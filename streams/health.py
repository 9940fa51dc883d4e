"""`python -m streams.health`: whether time passes through the whole stream; for health checks.

It says that some worker carries every partition, not that this one does: a worker that hangs is
seen because the clocks of its partitions stand.
"""

import asyncio
import sys

from redis.exceptions import RedisError

from streams.contract import cli
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.state.clocks import clocks_of, reason_against


def _reason(settings: Settings) -> str:
    clocks = asyncio.run(clocks_of(settings))
    return reason_against(clocks, settings.partitions, now_ms())


def main() -> int:
    """0 when time passes, 1 with the reason on stderr, 2 for settings that are wrong."""
    return cli.health(_reason, RedisError)


if __name__ == "__main__":
    sys.exit(main())
