"""What fuzzing tests share: a seed that is told, a clock, and mutations that know the structure."""

import os
import random
import re
import time
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

SECONDS = float(os.environ.get("FUZZ_S", "10")) / 2  # for both fuzzers together
SEED = int(os.environ.get("FUZZ_SEED", str(time.time_ns() % 1_000_000)))

NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    1,
    2**31 - 1,
    2**31,
    2**53,
    2**63,
    10**30,
    -(10**18),
    1e308,
    -1e308,
    5e-324,
    0.1,
    -0.0,
    float("inf"),
    float("nan"),
    253_402_300_799_999,
    4_102_444_800_000,
    -62_135_596_800_000,
)
WORDS: tuple[Any, ...] = (
    "",
    " ",
    "-",
    "0",
    "1",
    "²",
    "③",
    "٣",
    "Ⅳ",
    "NaN",
    "inf",
    "1e309",
    "９９９",
    "-0",
    "\u0000",
    "\ud800",
    "\u202e가",
    "\u3164",
    "a" * 5000,
    "9" * 5000,
    "2026-12-01 1795773393000",
    "2026-99999999999-1 1:1",
    "2026년 99999999999월 1일 1시 1분",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "2026-02-30",
    "20261301000000",
    "00010101000000",
    "2026-09-01T00:00:00+99:99",
    "2026-09-01T00:00:00Z",
    "24:00~24:00",
    "99:99-00:00",
    "22:00~06:00, 09:00~",
    "2026-09-01~2026-08-01",
    "46023",
    "46023.99",
    "오전 25시",
    "POINT EMPTY",
    "POINT (127.7 37.8)",
    "LINESTRING (127.7 37.8)",
    "POINT (1e400 1)",
    "MULTILINESTRING ((127.7 37.8, 127.71 37.8), ())",
    "POLYGON ((0 0, 0 0, 0 0))",
    "LINESTRING Z (",
    '{"type":"LineString","coordinates":[[127.7]]}',
    '{"type":"Point","coordinates":[null,1]}',
    '{"type":"Feature","geometry":null}',
    "[[127.7,37.8],[127.7]]",
    "http://[x",
    "1,2,,3",
    "true",
    "[" * 200,
    "{",
    "<a>",
    "춘천시 퇴계동 1-1",
    "A→B",
    "→",
    "상행",
    "전면통제(07:20~08:20)",
    "2차로 중 9차로",
)
RUNS: tuple[str, ...] = (
    "0",
    "00",
    "1",
    "13",
    "24",
    "32",
    "60",
    "99",
    "2099",
    "9999",
    "99999999999",
    "9" * 400,
)
RUNS += ("-1", "1.5", "²", "③", "٣", "九", "", "1795773393000")
"""What a run of digits may become: dates, times, codes and ids are made of them."""
SHAPES: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"a": {"b": []}}, [{}] * 3)


def rounds() -> Iterator[tuple[int, random.Random]]:
    """Numbered dice until the time is up; each round's are made of the seed and its number, so that
    a round that failed can be thrown again alone.
    """
    end_s = time.monotonic() + SECONDS
    number = 0
    while time.monotonic() < end_s:
        yield number, random.Random(f"{SEED}/{number}")
        number += 1


def changed(tree: Any, dice: random.Random, *, times: int = 3) -> Any:
    """A copy of a JSON tree with a few values, keys or rows changed."""
    copy = [deepcopy(tree)]
    for _ in range(dice.randint(1, times)):
        parent, key = dice.choice(list(_places(copy, 0)))
        _change(parent, key, dice)
    return copy[0]


def garbled(body: bytes, dice: random.Random) -> bytes:
    """Bytes with a few of them cut, doubled, turned or replaced."""
    found = bytearray(body)
    for _ in range(dice.randint(0, 3)):
        at = dice.randrange(len(found) + 1)
        end = min(len(found), at + dice.choice((1, 1, 2, 8, 200)))
        piece = dice.choice(
            (b"", bytes(found[at:end]) * 2, dice.randbytes(end - at), b"\x00", b"\xff")
        )
        found[at:end] = piece
    return bytes(found)


def _places(node: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    if depth > 12:
        return
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value, depth + 1)


def _change(parent: Any, key: Any, dice: random.Random) -> None:
    try:
        value = parent[key]
    except (KeyError, IndexError):
        return  # an earlier change took it
    kind = dice.randrange(10)
    if kind < 4:
        parent[key] = _alike(value, dice)
    elif kind < 7:
        parent[key] = deepcopy(dice.choice(dice.choice((NUMBERS, WORDS, WORDS, SHAPES))))
    elif kind == 7 and isinstance(parent, list):
        parent += [deepcopy(value)] * dice.choice((1, 2, 30))
    elif kind == 8 and isinstance(parent, dict):
        del parent[key]
    else:
        _swap(parent, key, dice)


def _alike(value: Any, dice: random.Random) -> Any:
    """Another value of the same type, likely to pass where the first one did."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        near = value + dice.choice((-1, 1, 1000, -1000, 60_000, 3_600_000, -86_400_000, 10**10))
        return dice.choice((near, 0, 1, -1, dice.choice(NUMBERS)))
    if isinstance(value, float):
        return dice.choice((value * 1.00001, -value, value * 1e-9, 0.0, dice.choice(NUMBERS)))
    if isinstance(value, str):
        return _words_alike(value, dice)
    if isinstance(value, list):
        return dice.choice(([], value[:1], value[::-1], value * 2, value[1:]))
    return deepcopy(dice.choice(SHAPES))


def _words_alike(value: str, dice: random.Random) -> str:
    if (runs := list(re.finditer(r"\d+", value))) and dice.random() < 0.7:
        run = dice.choice(runs)
        return value[: run.start()] + dice.choice(RUNS) + value[run.end() :]
    half = value[: len(value) // 2]
    return dice.choice((half, value * 2, value[::-1], f"{value} {half}", dice.choice(WORDS)))


def _swap(parent: Any, key: Any, dice: random.Random) -> None:
    """Exchange two values of a container."""
    keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    other = dice.choice(keys)
    parent[key], parent[other] = parent[other], parent[key]
