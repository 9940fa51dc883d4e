"""The scoreboard as tables of words: a line for each figure, a column for each period. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from maps.picture.truth import DelayFigures, Figures, Truth, TruthShare
from streams.words.catalogue import Joined, Phrase, joined, name_of, phrase

Text = Phrase | Joined
Cell = Callable[[Figures], Text]
NONE = phrase("truth.none")


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure: its name, what it means (None where its name says all), and its cells."""

    name: Text
    about: Text | None
    cells: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class TruthTable:
    """Lines of one subject under one heading; `columns` name the cells."""

    code: str
    columns: tuple[Text, ...]
    lines: tuple[FigureLine, ...]

    @property
    def heading(self) -> Text:
        return phrase(f"truth.part.{self.code}")


def tables_of(truth: Truth) -> list[TruthTable]:
    """By period all figures; by day and by month those that say most."""
    rows = truth.periods
    columns = tuple(phrase(f"truth.period.{each.name}") for each in rows)
    promises = (*_named(_PROMISES, rows), *_promise_classes(rows))
    alerts = _each(rows, lambda f: {v.rule: TruthShare(v.false, v.judged) for v in f.verdicts})
    feeds = _each(rows, lambda f: {v.feed: TruthShare(v.stale, v.minutes) for v in f.feeds})
    return [
        TruthTable("closures", columns, _named(_CLOSURES, rows)),
        TruthTable("promise", columns, promises),
        TruthTable("works", columns, _named(_WORKS, rows)),
        TruthTable("speeds", columns, _named(_SPEEDS, rows)),
        TruthTable("alerts", columns, _lines_of("rule", alerts)),
        TruthTable("feeds", columns, _lines_of("feed", feeds)),
        _by_time("days", truth.days),
        _by_time("months", truth.months),
    ]


def _named(rows: Mapping[str, Cell], periods: Sequence[Figures]) -> tuple[FigureLine, ...]:
    return tuple(
        FigureLine(
            phrase(f"truth.{code}"),
            phrase(f"truth.{code}.about"),
            tuple(cell(each) for each in periods),
        )
        for code, cell in rows.items()
    )


def _promise_classes(periods: Sequence[Figures]) -> Iterable[FigureLine]:
    """How well promises of each length are kept: nine of ten should be."""
    low = 0
    for at, row in enumerate(periods[0].promises):
        found = (each.promises[at] for each in periods)
        cells = tuple(_share(TruthShare(each.kept, each.promised)) for each in found)
        high = row.until_s // 60
        yield FigureLine(phrase("truth.promise_class", low=low, high=high), None, cells)
        low = high


def _each(
    periods: Sequence[Figures], shares_of: Callable[[Figures], dict[str, TruthShare]]
) -> dict[str, tuple[Text, ...]]:
    """The shares by what they are of, a cell for each period."""
    found = [shares_of(each) for each in periods]
    names = sorted({name for shares in found for name in shares})
    nothing = TruthShare(0, 0)
    return {name: tuple(_share(each.get(name, nothing)) for each in found) for name in names}


def _lines_of(kind: str, cells: Mapping[str, tuple[Text, ...]]) -> tuple[FigureLine, ...]:
    return tuple(FigureLine(name_of(kind, name), None, row) for name, row in cells.items())


def _by_time(code: str, rows: Sequence[Figures]) -> TruthTable:
    columns = tuple(phrase(f"truth.{each}") for each in _HEADLINES)
    lines = tuple(
        FigureLine(
            phrase("as_is", text=each.name), None, tuple(cell(each) for cell in _HEADLINES.values())
        )
        for each in rows
    )
    return TruthTable(code, columns, lines)


def _delay(delays: DelayFigures) -> Text:
    """In which class the middle one lies, mean and number: 절반은 5분 안 · 평균 4분 · 19건."""
    if delays.mean_s is None:
        return NONE
    until_s = delays.median_until_s
    half = phrase("truth.half", until=_span(until_s)) if until_s else phrase("truth.half.over")
    mean = phrase("truth.mean", mean=_span(round(delays.mean_s)))
    return joined((half, mean, _number(delays.count)), " · ")


def _share(share: TruthShare) -> Text:
    """Both numbers and the percentage: 12 / 17 (71 %)."""
    if not share.of:
        return NONE
    percent = round(100 * share.count / share.of)
    return phrase("truth.share", count=share.count, of=share.of, percent=percent)


def _number(count: int) -> Text:
    return phrase("truth.number", n=count)


def _span(seconds: int) -> Text:
    """4분 56초; an hour at most is in minutes, more in hours."""
    if seconds < 60:
        return phrase("age.s", n=seconds)
    rest = phrase("age.s", n=seconds % 60) if seconds % 60 and seconds < 600 else ""
    return joined((phrase("age.m", n=seconds // 60), rest), " ")


def _stale(figures: Figures) -> Text:
    feeds = figures.feeds
    return _share(TruthShare(sum(f.stale for f in feeds), sum(f.minutes for f in feeds)))


def _false(figures: Figures) -> Text:
    found = figures.verdicts
    return _share(TruthShare(sum(v.false for v in found), sum(v.judged for v in found)))


_CLOSURES: Mapping[str, Cell] = {
    "shown": lambda f: _delay(f.shown),
    "shown_most": lambda f: _delay(f.shown_most),
    "cleared": lambda f: _delay(f.cleared),
    "dropped": lambda f: _share(f.dropped),
    "faded": lambda f: _number(f.faded) if f.faded or f.shown.count else NONE,
    "hours_begin": lambda f: _delay(f.hours_begin),
    "hours_end": lambda f: _delay(f.hours_end),
}
_PROMISES: Mapping[str, Cell] = {
    "kept": lambda f: _share(f.kept),
    "kept_surely": lambda f: _share(f.kept_surely),
    "unpromised": lambda f: _share(TruthShare(f.unpromised, f.shown.count)),
}
_WORKS: Mapping[str, Cell] = {"verified": lambda f: _share(f.verified)}
_SPEEDS: Mapping[str, Cell] = {
    "its_within": lambda f: _share(f.its_within),
    "bus_within": lambda f: _share(f.bus_within),
}
_HEADLINES: Mapping[str, Cell] = {
    "shown": _CLOSURES["shown"],
    "cleared": _CLOSURES["cleared"],
    "kept_surely": _PROMISES["kept_surely"],
    "verified": _WORKS["verified"],
    "its_within": _SPEEDS["its_within"],
    "false": _false,
    "stale": _stale,
}
