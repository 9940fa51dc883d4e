"""The rule `feed`: a feed is silent, broken, stopped, frozen or dropped: the city is not known."""

from collections.abc import Mapping
from typing import Any

from streams.contract.enums import FeedStatus, RuleName
from streams.domain.alerts import Condition, Episode
from streams.domain.rules.book import AlertRules
from streams.domain.rules.watching import Look

NOT_NOW = frozenset(FeedStatus) - {FeedStatus.LIVE, FeedStatus.EMPTY, FeedStatus.PARTIAL}


def watch_feeds(look: Look, rules: AlertRules, feeds: Mapping[str, tuple[FeedStatus, str]]) -> None:
    """Look at every feed: its name -> the word that the screens show of it now, and its code."""

    def sight(known: Any, _episode: Episode | None) -> Condition | None:
        name, word, code = known
        if word not in NOT_NOW:
            return None
        facts = {"title": name, "links": [], "status": str(word), "code": code}
        return Condition(rules.feed.severity, facts)

    for name, (word, code) in feeds.items():
        look.at(RuleName.FEED, rules.feed, f"feed:{name}", sight, (name, word, code))
