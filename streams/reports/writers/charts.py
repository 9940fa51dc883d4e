"""Charts as SVG: bars, lines and heat maps that are read in black and white too. Pure.

The same chart gives the same text: nothing is measured, counted across charts or made by chance.
No difference is shown by colour alone: bars and cells carry their number, lines their dash, their
mark and their name.
"""

import math
import unicodedata
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from streams.reports.writers.document import NOTHING, ChartBlock, Series
from streams.statistics.figure import ChartKind

WIDTH = 680
INK, SOFT, RULE, MAIN = "#1a1a1a", "#555555", "#c8ccd2", "#1f4e79"
FILLS = ("#1f4e79", "url(#hatch)", "#9aa7b5", "url(#dots)")
DASHES = ("", "7 4", "2 3", "10 3 2 3")
FONT = "'Noto Sans CJK KR','Noto Sans KR','Malgun Gothic',sans-serif"
PATTERNS = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#ffffff"/>'
    '<path d="M0 6L6 0M-1 1L1 -1M5 7L7 5" stroke="#1f4e79" stroke-width="1.4"/></pattern>'
    '<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5" fill="#ffffff"/>'
    '<circle cx="2.5" cy="2.5" r="1.2" fill="#1f4e79"/></pattern></defs>'
)
_STEPS = ("#f4f7fa", "#d5e1ed", "#a9c3dc", "#6d97bf", "#38699b", "#173f68")


def svg_of(chart: ChartBlock) -> str:
    """The chart as one SVG element, its caption and alternative text inside."""
    height, body = _DRAWN[chart.kind](chart)
    title = f"<title>{escape(chart.title)}</title><desc>{escape(chart.alt)}</desc>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(height)}" '
        f'width="{WIDTH}" height="{_n(height)}" role="img" aria-label={quoteattr(chart.alt)} '
        f'font-family="{FONT}" font-size="12">{title}{PATTERNS}'
        f'<rect width="{WIDTH}" height="{_n(height)}" fill="#ffffff"/>{"".join(body)}</svg>'
    )


def number(value: float | None, places: int) -> str:
    return NOTHING if value is None else f"{value:,.{places}f}"


def text_width(text: str, size: float) -> float:
    """About how wide a text is: a Korean letter is as wide as it is high, others a little over half
    of that.
    """
    wide = sum(unicodedata.east_asian_width(letter) in {"W", "F"} for letter in text)
    return size * (wide + 0.58 * (len(text) - wide))


def cut(text: str, width: float, size: float) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept}…"


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values from at most `low` to at least `high`."""
    span = high - low or abs(high) or 1.0
    raw = span / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= raw - power * 1e-9)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(at * step, 10) for at in range(first, last + 1)]


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, text: str, **more: str) -> str:
    given = {"fill": INK} | {name.replace("_", "-"): value for name, value in more.items()}
    attributes = "".join(f' {name}="{value}"' for name, value in given.items())
    return f'<text x="{_n(x)}" y="{_n(y)}"{attributes}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = RULE) -> str:
    return (
        f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" '
        f'stroke="{colour}" stroke-width="1"/>'
    )


def _values(series: Sequence[Series]) -> list[float]:
    """Every number that is drawn."""
    ends = [end for each in series for bound in each.bounds if bound for end in bound]
    return [value for each in series for value in each.values if value is not None] + ends


def _unit(chart: ChartBlock) -> list[str]:
    if not chart.unit:
        return []
    return [_text(WIDTH - 8, 14, f"({chart.unit})", text_anchor="end", fill=SOFT)]


def _key(series: Sequence[Series], *, as_lines: bool) -> list[str]:
    """Which series is which, above the chart; one alone needs none."""
    if len(series) < 2:
        return []
    parts, x = [], 8.0
    for at, each in enumerate(series):
        name = cut(each.name, 150, 12)
        if as_lines:
            parts += [_stroke(f"M{_n(x)} 10H{_n(x + 30)}", at), _mark(x + 15, 10, at)]
        else:
            parts.append(_bar(x, 4, 30, 12, at))
        parts.append(_text(x + 36, 14, name))
        x += 52 + text_width(name, 12)
    return parts


def _bar(x: float, y: float, width: float, height: float, at: int) -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
        f'fill="{FILLS[at % len(FILLS)]}" stroke="{MAIN}" stroke-width="0.8"/>'
    )


def _bars(chart: ChartBlock) -> tuple[float, list[str]]:
    """A bar for each label and series, from left to right, its number at its end."""
    size, gap, top = 15.0, 9.0, 26.0
    group = size * len(chart.series) + gap
    room = min(210.0, max((text_width(label, 12) for label in chart.labels), default=0) + 10)
    known = _values(chart.series)
    high, low = max([*known, 0.0]), min([*known, 0.0])
    ends = max((text_width(number(value, chart.places), 12) for value in known), default=20) + 12
    scale = (WIDTH - room - ends - 16) / ((high - low) or 1)
    zero = room + 8 - low * scale
    body = [*_unit(chart), *_key(chart.series, as_lines=False)]
    for row, label in enumerate(chart.labels):
        y = top + row * group
        middle = y + (group - gap) / 2 + 4.2
        body.append(_text(room, middle, cut(label, room - 4, 12), text_anchor="end"))
        for at, each in enumerate(chart.series):
            value = each.values[row]
            length = abs(value or 0) * scale
            left = zero - length if (value or 0) < 0 else zero
            if value is not None:
                body.append(_bar(left, y + at * size, length, size - 2, at))
            body.append(_text(left + length + 5, y + at * size + 10.8, number(value, chart.places)))
    bottom = top + len(chart.labels) * group
    body.append(_line(zero, top - 5, zero, bottom - gap + 5, INK))
    return bottom + 2, body


def _stroke(path: str, at: int) -> str:
    dash = DASHES[at % len(DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="none" stroke="{MAIN}" stroke-width="2"{dashed}/>'


def _mark(x: float, y: float, at: int) -> str:
    """A dot, a square, a triangle or a ring: one form a line."""
    if at % 4 == 1:
        return f'<rect x="{_n(x - 3)}" y="{_n(y - 3)}" width="6" height="6" fill="{MAIN}"/>'
    if at % 4 == 2:
        path = f"M{_n(x)} {_n(y - 4)}L{_n(x + 4)} {_n(y + 3)}H{_n(x - 4)}Z"
        return f'<path d="{path}" fill="{MAIN}"/>'
    fill = "#ffffff" if at % 4 == 3 else MAIN
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3" fill="{fill}" stroke="{MAIN}"/>'


def _lines(chart: ChartBlock) -> tuple[float, list[str]]:
    """A line for each series; where a value is missing the line is broken."""
    top, bottom, height = 28.0, 238.0, 262.0
    known = _values(chart.series) or [0.0]
    ticks = nice_ticks(min([*known, 0.0]), max(known))
    places = 0 if all(tick == int(tick) for tick in ticks) else max(1, chart.places)
    left = max(text_width(number(tick, places), 11) for tick in ticks) + 14
    right = WIDTH - 18.0
    span = (ticks[-1] - ticks[0]) or 1

    def y_of(value: float) -> float:
        return bottom - (value - ticks[0]) / span * (bottom - top)

    count = max(1, len(chart.labels) - 1)
    xs = [left + (right - left) * at / count for at in range(len(chart.labels))]
    body = [*_unit(chart), *_key(chart.series, as_lines=True)]
    for tick in ticks:
        at_y = y_of(tick)
        body.append(_line(left, at_y, right, at_y, INK if tick == 0 else RULE))
        body.append(
            _text(left - 6, at_y + 4, number(tick, places), text_anchor="end", font_size="11")
        )
    body += _labels_below(chart.labels, xs, bottom + 18)
    marks = len(chart.labels) <= 40
    for at, each in enumerate(chart.series):
        points = [
            None if value is None else (x, y_of(value))
            for x, value in zip(xs, each.values, strict=True)
        ]
        body.append(_stroke(_path(points), at))
        if marks:
            body += [_mark(*point, at) for point in points if point]
        for x, bound in zip(xs, each.bounds, strict=False):
            body += _whisker(x, y_of(bound[0]), x, y_of(bound[1])) if bound else []
    return height, body


def _whisker(x1: float, y1: float, x2: float, y2: float) -> list[str]:
    """Between which ends a value lies: a line with a stroke across at both."""
    across, along = (0.0, 4.0) if y1 == y2 else (4.0, 0.0)
    ends = (
        _line(x - across, y - along, x + across, y + along, MAIN) for x, y in ((x1, y1), (x2, y2))
    )
    return [_line(x1, y1, x2, y2, MAIN), *ends]


def _intervals(chart: ChartBlock) -> tuple[float, list[str]]:
    """A point for each label on a common scale, the ends between which it lies, and its number."""
    size, top = 22.0, 26.0
    each = chart.series[0]
    room = min(230.0, max((text_width(label, 12) for label in chart.labels), default=0) + 10)
    ticks = nice_ticks(min([*_values(chart.series), 0.0]), max([*_values(chart.series), 0.0]))
    left, right, bottom = room + 14, WIDTH - 70.0, top + size * len(chart.labels)
    scale = (right - left) / ((ticks[-1] - ticks[0]) or 1)
    body = _unit(chart)
    for tick in ticks:
        x = left + (tick - ticks[0]) * scale
        body.append(_line(x, top - 4, x, bottom, INK if tick == 0 else RULE))
        body.append(_text(x, bottom + 15, f"{tick:,g}", text_anchor="middle", font_size="11"))
    for row, (label, value) in enumerate(zip(chart.labels, each.values, strict=True)):
        y = top + row * size + size / 2
        body.append(_text(room, y + 4.2, cut(label, room - 4, 12), text_anchor="end"))
        bound = each.bounds[row] if each.bounds else None
        ends = [left + (end - ticks[0]) * scale for end in bound or ()]
        body += _whisker(ends[0], y, ends[1], y) if ends else []
        at = left + ((value or 0) - ticks[0]) * scale
        body += [] if value is None else [_mark(at, y, 0)]
        body.append(_text(max([at, *ends]) + 9, y + 4.2, number(value, chart.places)))
    return bottom + 24, body


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    parts, is_on = [], False
    for point in points:
        if point:
            parts.append(f"{'L' if is_on else 'M'}{_n(point[0])} {_n(point[1])}")
        is_on = point is not None
    return "".join(parts)


def _labels_below(labels: Sequence[str], xs: Sequence[float], y: float) -> list[str]:
    """The labels of the axis: as many as stand side by side, the first among them."""
    if not labels:
        return []
    widest = max(text_width(label, 11) for label in labels) + 8
    room = (xs[-1] - xs[0]) / max(1, len(labels) - 1) or widest
    step = max(1, math.ceil(widest / room))
    return [
        _text(x, y, label, text_anchor="middle", font_size="11")
        for at, (label, x) in enumerate(zip(labels, xs, strict=True))
        if at % step == 0
    ]


def _heat(chart: ChartBlock) -> tuple[float, list[str]]:
    """A row of cells for each series, darker the higher, each with its number where it fits."""
    room = min(120.0, max((text_width(each.name, 12) for each in chart.series), default=0) + 12)
    cell_width = (WIDTH - room - 10) / max(1, len(chart.labels))
    cell, top = 25.0, 40.0
    known = _values(chart.series)
    high = max([*known, 0.0]) or 1.0
    places = 0 if high >= 10 else chart.places  # there is room for two digits
    size = min(11.0, cell_width / 2.7)
    body = [*_unit(chart)]
    xs = [room + cell_width * (at + 0.5) for at in range(len(chart.labels))]
    body += _labels_below(chart.labels, xs, top - 8)
    for row, each in enumerate(chart.series):
        y = top + row * cell
        body.append(_text(room - 8, y + 16.5, cut(each.name, room - 10, 12), text_anchor="end"))
        for at, value in enumerate(each.values):
            body += _heat_cell(
                (room + at * cell_width, y, cell_width, cell), value, high, places, size
            )
    return top + len(chart.series) * cell + 4, body


def _heat_cell(
    box: tuple[float, float, float, float],
    value: float | None,
    high: float,
    places: int,
    size: float,
) -> list[str]:
    x, y, width, height = box
    share = 0.0 if value is None else max(0.0, value / high)
    step = min(len(_STEPS) - 1, int(share * len(_STEPS)))
    fill = "#ffffff" if value is None else _STEPS[step]
    ink = "#ffffff" if step > 3 and value is not None else INK
    text = number(value, places)
    parts = [
        (
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
            f'fill="{fill}" stroke="#ffffff" stroke-width="1"/>'
        )
    ]
    if text_width(text, size) <= width - 1:
        place = (x + width / 2, y + height / 2 + size * 0.36)
        parts.append(_text(*place, text, text_anchor="middle", font_size=_n(size), fill=ink))
    return parts


_DRAWN = {
    ChartKind.BARS: _bars,
    ChartKind.LINES: _lines,
    ChartKind.HEAT: _heat,
    ChartKind.INTERVALS: _intervals,
}
