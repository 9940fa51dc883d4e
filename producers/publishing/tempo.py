"""How often the feeds are asked, and how soon their content must change."""

from producers.feeds import gtfs_rt, its_events, utic
from producers.feeds import its_speeds as its
from producers.feeds.permits import rows as permits
from producers.feeds.tago import positions as tago
from streams.contract.settings import Settings

MIN_BUSES_TO_FREEZE = 8  # fewer may well stand still
MIN_FREEZE_S = 60  # a feed asked more often than it is made anew does not change at each poll


def poll_s_of(feed: str, settings: Settings) -> int:
    """The period of the feed's polls, s."""
    return {
        tago.FEED: settings.tago_poll_s,
        gtfs_rt.FEED: settings.gtfs_poll_s,
        its.FEED: settings.its_poll_s,
        its_events.FEED: settings.its_poll_s,
        utic.FEED: settings.utic_poll_s,
        permits.FEED: settings.permits_poll_s,
    }[feed]


def poll_ms_of(feed: str, settings: Settings) -> int:
    """The period of the feed's polls, ms."""
    return poll_s_of(feed, settings) * 1000


def change_within_ms(feed: str, rows: int, settings: Settings) -> int:
    """Within what time the feed's content must change, 0 where it may stay the same for ever."""
    if feed == its.FEED:
        return settings.feed_change_s * 1000 if rows else 0
    if feed not in (tago.FEED, gtfs_rt.FEED) or rows < MIN_BUSES_TO_FREEZE:
        return 0
    period_s = poll_s_of(feed, settings)
    period_s = max(period_s, MIN_FREEZE_S) if feed == gtfs_rt.FEED else period_s
    return round((settings.freeze_factor - 0.5) * period_s * 1000)  # polls are not to the ms
