"""The rule `feed`: a feed is silent, broken, stopped, frozen or dropped: the city is not known."""

from collections.abc import Mapping

from streams.contract.enums import FeedStatus, RuleName
from streams.domain.alerts import Condition
from streams.domain.rules.book import AlertRules
from streams.domain.rules.watching import Look

NOT_NOW = frozenset(FeedStatus) - {FeedStatus.LIVE, FeedStatus.EMPTY, FeedStatus.PARTIAL}


def watch_feeds(look: Look, rules: AlertRules, feeds: Mapping[str, tuple[FeedStatus, str]]) -> None:
    """Look at every feed: its name -> its status now, and the code of its last report."""
    for name, (status, code) in feeds.items():
        facts = {"title": name, "links": [], "status": status, "code": code}
        held = Condition(rules.feed.severity, facts) if status in NOT_NOW else None
        look.at(RuleName.FEED, rules.feed, f"feed:{name}", lambda held, _: held, held)
