"""The times in a request: which moment of the past is asked for. Pure; nonsense is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from maps.http.refusals import RequestRefusedError, bad_parameter
from streams.contract.times import DAY_MS, day_text, kst_day

AHEAD_MS = 366 * DAY_MS  # so far ahead a work's phase may be asked for
SKEW_MS = 5_000  # so much faster a caller's clock may be


@dataclass(frozen=True, slots=True)
class BitemporalMoment:
    """The two times of a question about the past. `is_archived`: only the history on disk reaches
    so far back, and it has what was known then.
    """

    valid_ms: int
    known_ms: int
    is_archived: bool = False

    @property
    def seen_ms(self) -> int:
        """As of when what is observed counts."""
        return min(self.valid_ms, self.known_ms)

    def is_ahead(self, fresh_ms: int) -> bool:
        """Whether it was still to come when it was known: nobody has seen its traffic."""
        return self.valid_ms - self.known_ms > fresh_ms


def moment_of(
    query: Mapping[str, str], now_ms: int, history_days: int, archived_from_ms: int | None = None
) -> BitemporalMoment | None:
    """The moment of `valid` and `known`, None when neither is given.

    `known` alone is valid at the same time; `known` left out is now. Times outside the history, or
    known in the future, are refused (400). What the history on disk alone reaches (from
    `archived_from_ms` on, None: there is none) is as known then.
    """
    if "valid" not in query and "known" not in query:
        return None
    known_ms = time_of(query, "known", now_ms)
    valid_ms = time_of(query, "valid", known_ms)
    if known_ms > now_ms + SKEW_MS:
        raise bad_parameter("known", str(known_ms), "must.not_be_future", now_ms=now_ms)
    if valid_ms > now_ms + AHEAD_MS:
        raise bad_parameter("valid", str(valid_ms), "must.within_a_year")
    if is_archived("valid", valid_ms, now_ms, history_days, archived_from_ms):
        if known_ms < valid_ms:
            raise bad_parameter("known", str(known_ms), "must.not_be_before_valid")
        return BitemporalMoment(valid_ms, valid_ms, is_archived=True)
    check_history("known", known_ms, now_ms, history_days)
    return BitemporalMoment(valid_ms, min(known_ms, now_ms))


def before_store(
    moment: BitemporalMoment, archived_from_ms: int | None, store_from_ms: int | None
) -> BitemporalMoment:
    """The same moment, of the history on disk where that reaches back to it and the store, which
    began later or was made anew, remembers nothing of before `store_from_ms`.
    """
    is_before = store_from_ms is not None and moment.valid_ms < store_from_ms
    is_on_disk = archived_from_ms is not None and moment.valid_ms >= archived_from_ms
    if not is_before or not is_on_disk or moment.known_ms < moment.valid_ms:
        return moment
    return BitemporalMoment(moment.valid_ms, moment.valid_ms, is_archived=True)


def is_archived(
    name: str, at_ms: int, now_ms: int, history_days: int, archived_from_ms: int | None
) -> bool:
    """Whether the history on disk alone reaches back to a time; refused (400) where it does not."""
    if at_ms >= now_ms - history_days * DAY_MS:
        return False
    if archived_from_ms is None:
        check_history(name, at_ms, now_ms, history_days)
    elif at_ms < archived_from_ms:
        raise RequestRefusedError(
            400,
            "refused.before_history",
            name=name,
            at_ms=at_ms,
            first=day_text(kst_day(archived_from_ms)),
            last=day_text(kst_day(now_ms)),
        )
    return True


def check_history(name: str, at_ms: int, now_ms: int, days: int) -> None:
    from_ms = now_ms - days * DAY_MS
    if at_ms < from_ms:
        raise RequestRefusedError(
            400, "refused.out_of_history", name=name, at_ms=at_ms, days=days, from_ms=from_ms
        )


def time_of(query: Mapping[str, str], name: str, default_ms: int) -> int:
    """A Unix time in ms; seconds or a text is a mistake that must not pass for another time."""
    text = query.get(name)
    if text is None:
        return default_ms
    if not (text.isascii() and text.isdigit() and len(text) == 13):
        raise bad_parameter(name, text, "must.time")
    return int(text)


def only_known(query: Mapping[str, str], allowed: Iterable[str]) -> None:
    """Refuse a parameter that is not known: `?vaild=` must not answer for now."""
    names = list(allowed)
    listed = ", ".join(names)
    for name, value in query.items():
        if name not in names:
            raise bad_parameter(name, value, "must.be_known", names=listed)


def missing(name: str) -> RequestRefusedError:
    """400: a time that must be given is not."""
    return bad_parameter(name, "", "must.be_given")
