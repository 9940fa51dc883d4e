"""The feeds, one module or folder each: what has a `FEED` in it is one."""

from importlib import import_module
from pkgutil import iter_modules

from producers.feeds.feed import Feed
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings


def found() -> dict[str, Feed]:
    """Every feed by its name, of the modules that are here."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    feeds = [module.FEED for module in modules if hasattr(module, "FEED")]
    return {feed.name: feed for feed in sorted(feeds, key=lambda feed: feed.name)}


FEEDS = found()


def polled(settings: Settings, only: tuple[str, ...] = ()) -> list[Feed]:
    """The feeds to poll: those whose switch is set, and that are named (by name or by its part
    before the dot) where any are. Raises SettingsError for an unknown name.
    """
    known = {name for feed in FEEDS for name in (feed, feed.partition(".")[0])}
    if strange := sorted(set(only) - known):
        raise SettingsError(f"unknown feed {strange[0]!r}; known: {', '.join(sorted(known))}")
    return [
        feed
        for feed in FEEDS.values()
        if feed.is_polled(settings)
        and (not only or {feed.name, feed.name.partition(".")[0]} & set(only))
    ]
