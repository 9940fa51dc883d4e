"""Every statistic there is, in the order of the page."""

from collections.abc import Mapping

from streams.statistics.detours import DETOURS, DISCREPANCIES
from streams.statistics.people import CALLS, FEEDS, RESPONSES
from streams.statistics.roads import JAM_HOURS, JAM_ROADS, USUAL_WEEK
from streams.statistics.statistic import Statistic
from streams.statistics.trends import TRENDS
from streams.statistics.webhooks import WEBHOOKS
from streams.statistics.works import (
    CLOSURES,
    PUNCTUALITY_CONTRACTORS,
    PUNCTUALITY_OFFICES,
    WORK_COST,
)

STATISTICS: Mapping[str, Statistic] = {
    each.id: each
    for each in (
        USUAL_WEEK,
        JAM_ROADS,
        JAM_HOURS,
        TRENDS,
        CLOSURES,
        PUNCTUALITY_OFFICES,
        PUNCTUALITY_CONTRACTORS,
        WORK_COST,
        DETOURS,
        DISCREPANCIES,
        CALLS,
        RESPONSES,
        FEEDS,
        WEBHOOKS,
    )
}
