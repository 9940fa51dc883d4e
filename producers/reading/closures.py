"""The one reader of closure words, for permits, national ITS and UTIC alike.

A text is cut into clauses; each says one thing. Of a clause counts, in this order: what it denies
or lifts ("차로 통제 없음", "전면통제 해제"), what lies beside the lanes (보도, 자전거도로, 정류장),
so many of so many lanes, all lanes, some lanes, the whole road. The words 통제 and [공사/통제]
alone prove nothing, and 전면 is "in front of" unless a word of closing follows it or it stands by
itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from producers.reading import closure_table as table
from producers.reading.closure_table import CLOSING, LANE
from producers.reading.times import normalised
from streams.contract.enums import Closure
from streams.domain.closures import GRAVITY


@dataclass(frozen=True, slots=True)
class ClosureReading:
    """What words take from the road: every kind, the gravest first, and how many lanes."""

    kinds: tuple[Closure, ...] = ()
    lanes: int | None = None

    @property
    def closure(self) -> Closure:
        return self.kinds[0] if self.kinds else Closure.UNKNOWN


def closure_of(block_type: str, lanes: Iterable[str], words: str) -> Closure:
    """The gravest closure that any of the three says: the centre's code, its lanes, its words."""
    code = block_type.strip().partition(".")[0]
    found = (
        [table.BLOCK_TYPES[code]] if code in table.BLOCK_TYPES else list(stated(block_type).kinds)
    )
    for lane in lanes:
        found += stated(lane).kinds
    found += mentioned(words).kinds
    return gravest(found)[0] if found else Closure.UNKNOWN


def gravest(kinds: Iterable[Closure]) -> tuple[Closure, ...]:
    """Every kind once, the gravest first; "none" only where nothing else is taken."""
    found = set(kinds) - {Closure.UNKNOWN}
    if len(found) > 1:
        found.discard(Closure.NONE)
    return tuple(sorted(found, key=GRAVITY.index))


@lru_cache(maxsize=8192)
def stated(words: str) -> ClosureReading:
    """What a field about the closure says; there a lone 부분, 보도 or 차단 says it all."""
    bare = re.sub(r"[\s.:\-]", "", words).upper()
    if bare in table.NONE_WORDS:
        return ClosureReading((Closure.NONE,))
    return _read(words, is_stated=True)


def mentioned(words: str) -> ClosureReading:
    """What a title or a message says in passing; there a word of closing must stand with it."""
    return _read(words, is_stated=False)


@lru_cache(maxsize=8192)
def _read(words: str, *, is_stated: bool) -> ClosureReading:
    plain = normalised(words) if table.ANY.search(words) else None
    if not plain:
        return ClosureReading()
    kinds: set[Closure] = set()
    lanes: int | None = None
    for clause in _clauses(plain):
        found, count = _clause(clause, is_stated=is_stated)
        kinds |= found
        lanes = count if lanes is None else lanes
    return ClosureReading(gravest(kinds), lanes)


def _clauses(plain: str) -> list[str]:
    """The parts between commas and brackets; "1,2차로" is one, and so is "1/2차로"."""
    kept = re.sub(r"(?<=\d)\s*[,/]\s*(?=\d\s*(?:[,/]|개?\s*차))", "·", plain)
    kept = re.sub(rf"전면\s*\([^)]*\)\s*(?={CLOSING})", "전면 ", kept)
    return [clause for clause in table.BETWEEN.split(kept) if clause and clause.strip()]


def _clause(clause: str, *, is_stated: bool) -> tuple[set[Closure], int | None]:
    """What one clause takes, and of how many lanes."""
    kinds: set[Closure] = set()
    rest = table.LIFTED.sub("\x00", table.TURNED.sub("", clause))
    rest = rest.rpartition("\x00")[2]  # what was lifted was said before it
    if denied := list(table.DENIED.finditer(rest)):
        kinds.add(Closure.NONE)
        rest = rest[denied[-1].end() :]
    for closure, pattern in table.BESIDE:
        if re.search(pattern, rest) and (is_stated or table.ASIDE_CLOSING.search(rest)):
            kinds.add(closure)
            rest = re.sub(rf"(?:{pattern})\s*{CLOSING}?", " ", rest)
    if table.SHOULDER.search(rest):
        kinds.add(Closure.SHOULDER)
    carriageway, lanes = _carriageway(rest, is_stated=is_stated)
    if carriageway is not Closure.UNKNOWN:
        kinds.add(carriageway)
    elif not kinds and table.SLOW.search(rest):
        kinds.add(Closure.NONE)  # they pass, slowly
    return kinds, lanes


def _carriageway(rest: str, *, is_stated: bool) -> tuple[Closure, int | None]:
    """What is taken from the vehicles, and the lanes counted."""
    if match := table.OF_LANES.search(rest):
        return _so_many(match)
    bare = table.NO_LANE_TAKEN.sub(" ", rest)
    if table.LANES_KEPT.search(rest):
        return Closure.PARTIAL, None
    if table.ALL_LANES.search(bare) and _means_all(bare, is_stated=is_stated):
        return Closure.FULL, None
    if _takes_some(bare, is_stated=is_stated):
        return Closure.PARTIAL, _lanes_in(bare)
    is_whole = table.WHOLE.search(bare) or (is_stated and table.STATED_WHOLE.search(bare))
    return (Closure.FULL if is_whole else Closure.UNKNOWN), None


def _takes_some(bare: str, *, is_stated: bool) -> bool:
    """Whether lanes or a part are taken; a named lane in a title needs a word of closing."""
    if table.SOME_LANES.search(bare) or table.SOME_OF_ROAD.search(bare):
        return True
    if is_stated and table.STATED_SOME.search(bare):
        return True
    return bool(table.NAMED_LANES.search(bare)) and (is_stated or bool(re.search(CLOSING, bare)))


def _means_all(bare: str, *, is_stated: bool) -> bool:
    """Whether 전차로 is taken; in a title 전차선 may as well be a railway's wire."""
    is_wire = "전차선" in bare.replace(" ", "")
    return is_stated or not is_wire or re.search(CLOSING, bare) is not None


def _so_many(match: re.Match[str]) -> tuple[Closure, int | None]:
    """The closure of so many of so many lanes: one of two, both, the first and second of three."""
    whole, part = int(match[1]), match[2]
    if not part[0].isdecimal():
        return Closure.FULL, whole
    taken = _count(part)
    return (Closure.FULL if taken >= whole else Closure.PARTIAL), taken


def _count(part: str) -> int:
    """How many lanes "1,2", "1~3" or "2" (so many) are."""
    numbers = [int(number) for number in re.findall(r"\d+", part)]
    if len(numbers) == 1:
        return numbers[0]
    if re.search(r"[~\-]", part):
        return max(numbers) - min(numbers) + 1
    return len(set(numbers))


def _lanes_in(bare: str) -> int | None:
    """The lanes a clause counts ("2개 차로") or numbers ("1,2차로", "1~3차로", "2차로": one)."""
    if match := re.search(rf"(\d)\s*개\s*{LANE}", bare):
        return int(match[1])
    if match := re.search(rf"(한|두|세)\s*(?:개\s*)?{LANE}", bare):
        return "한두세".index(match[1]) + 1
    if match := re.search(rf"((?:\d\s*(?:{LANE})?\s*[,·~\-]\s*)*\d)\s*{LANE}", bare):
        return 1 if len(re.findall(r"\d", match[1])) == 1 else _count(match[1])
    return None
