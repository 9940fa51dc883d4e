"""Workers of the same Kafka group that fold into another Redis: what they take is missing here."""

import asyncio
import logging

from streams.contract.settings import Settings
from streams.contract.topics import GROUP
from streams.kafka.cluster import members
from streams.state.roster import Roster

log = logging.getLogger(__name__)
WITHIN_S = 30.0


async def meet(settings: Settings, roster: Roster, known: list[str]) -> list[str]:
    """The client ids of the strangers now; logs them where they are not the known ones."""
    found = await roster.strangers(
        await asyncio.wait_for(asyncio.to_thread(members, settings, GROUP), WITHIN_S)
    )
    if found != known:
        log.warning("workers of this group on another Redis", extra={"workers": found})
    return found
