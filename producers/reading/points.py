"""The dates of a text in order, each with its time and its place in the sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from producers.reading.times import DAY_S, Token

_TIMES = frozenset({"time", "iso"})
_MARKS = frozenset({"until", "to", "open", "zeros"})


@dataclass(frozen=True, slots=True)
class Point:
    """A date on its way to a moment: what of it is written, and what stands round it."""

    day: Token | None
    time: Token | None = None
    is_after_to: bool = False  # "~ 2026-10-31"
    is_before_to: bool = False  # "2026-09-01 ~", "2026-09-01부터"
    is_until: bool = False  # "2026-10-31까지"
    is_next_day: bool = False  # "익일 06:00"
    is_open_after: bool = False  # "2026-09-01 ~ 준공시까지"


def marked(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with what only their neighbours tell: digits after a day are its time, a number
    after "~" is a day, "30일" after 부터 is a length.
    """
    marked: list[Token] = []
    for at, token in enumerate(tokens):
        before = marked[-1] if marked else None
        following = tokens[at + 1].kind if at + 1 < len(tokens) else ""
        marked.append(_by_neighbours(token, before, marked, following))
    return marked


def _by_neighbours(
    token: Token, before: Token | None, marked: Sequence[Token], following: str
) -> Token:
    digits = token.words if token.kind in {"number", "day"} and token.words.isascii() else ""
    if before and before.kind == "day" and re.fullmatch(r"\d{4}|\d{6}", digits):
        hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:] or 0)
        is_time = minute < 60 and second < 60 and hour * 3600 + minute * 60 + second <= DAY_S
        whole = hour * 3600 + minute * 60 + second
        return Token("time", digits, second=whole) if is_time else token
    if before and before.kind in {"to", "since"}:
        return _after_to(token, before, marked, following)
    return token


def _after_to(token: Token, before: Token, marked: Sequence[Token], following: str) -> Token:
    is_from = before.kind == "since" or before.words == "부터"
    if token.kind == "day" and token.month is None and token.days and is_from:
        return token if following == "until" else Token("span", token.words, count=token.days[0])
    has_day = any(other.kind == "day" for other in marked)
    if token.kind != "number" or not has_day or following in {"to", "time"}:
        return token
    if re.fullmatch(r"0?[1-9]|[12]\d|3[01]", token.words):
        return Token("day", token.words, days=(int(token.words), int(token.words)))
    if re.fullmatch(r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", token.words):
        day = int(token.words[2:])
        return Token("day", token.words, month=int(token.words[:2]), days=(day, day))
    return token


def points_of(tokens: Sequence[Token]) -> tuple[list[Point], list[Token]]:
    """The dates in order, and the lengths of time beside them."""
    points: list[Point] = []
    before = ""
    for token in tokens:
        if token.kind == "day":
            points.append(Point(token, is_after_to=before == "to"))
        elif token.kind in _TIMES and points and before == "day" and not points[-1].time:
            points[-1] = replace(points[-1], time=token)
        elif token.kind in _TIMES:
            is_after_to, is_next_day = before == "to", before == "next"
            points.append(Point(None, token, is_after_to, is_next_day=is_next_day))
        elif token.kind in _MARKS and points:
            points[-1] = replace(
                points[-1],
                is_until=points[-1].is_until or token.kind == "until",
                is_before_to=points[-1].is_before_to or token.kind == "to",
                is_open_after=points[-1].is_open_after or token.kind not in {"until", "to"},
            )
        before = token.kind
    return points, [token for token in tokens if token.kind == "span"]
