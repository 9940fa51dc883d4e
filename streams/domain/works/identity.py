"""Which work a permit is: the same spot of the same number, however its row is written. Pure.

A number may stand for several spots, and two departments may use one number, so a work's id is the
number alone only where nothing else had it first. A row without a number is known by its title, its
place and its organisation; of several such digs each is its spot.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import count
from typing import Any, TypeVar

from streams.contract.records import Permit
from streams.domain.permit_ids import permit_of
from streams.geo.measures import distance_m

P = TypeVar("P", bound=Permit)
Spot = tuple[str, tuple[int, int] | None, tuple[str, ...]]
"""The place's key, the cell of the point and the links: what tells the spots of a permit apart."""

NEAR_M = 30.0  # the same dig, measured again
ALIKE = 0.8  # two titles with a slip between them
MOST_COMPARED = 10_000  # pairs of one number whose texts are compared; beyond it only equal spots
_CELL_DEG = 1e-4  # about 10 m
_OFFSET = 0.3635  # of a cell: points with few decimals lie far from a border
_UNNUMBERED = "permit-"
_BEFORE = re.compile(r"permit-[0-9a-f]{16}")  # ids of rows without a number in older logs
_AREA = re.compile(r"^(?:\S+(?:특별자치도|특별자치시|특별시|광역시|도)\s+)?(?:\S{2,4}시\s+)?(?=\S)")
_ABOUT = re.compile(r"번지|일원|일대|인근|부근|주변|지내")
_COMPANY = re.compile(r"\((?:주|유|합|재|사)\)|주식회사|유한회사|합자회사|재단법인|사단법인")


@lru_cache(maxsize=1 << 17)
def text_key(text: str) -> str:
    """A title or place without what people write one way today and another tomorrow: city, blanks,
    commas, 번지, 일원, width and case. What parts two numbers stays, as one hyphen.
    """
    plain = _ABOUT.sub(" ", _AREA.sub("", unicodedata.normalize("NFKC", text).casefold().strip()))
    apart = re.sub(r"(?<=\d)[\W_]+(?=\d)", "-", plain)
    return re.sub(r"[^\w-]|_|(?<!\d)-|-(?!\d)", "", apart)


@lru_cache(maxsize=1 << 14)
def office_key(organisation: str) -> str:
    """An organisation without its legal form, blanks and marks."""
    plain = unicodedata.normalize("NFKC", organisation).casefold()
    return re.sub(r"[\W_]", "", _COMPANY.sub("", plain))


def unnumbered_id(permit: Permit) -> str:
    """The id of a permit without a number: neither dates nor the exact point belong to it."""
    parts = (text_key(permit.title), text_key(permit.place), office_key(permit.organisation))
    return f"{_UNNUMBERED}{_hash(parts, 20)}"


def family_of(permit: Permit) -> str:
    """What the works of one number have in common; of rows without one, title and place."""
    if permit.number:
        return permit.number
    if _BEFORE.fullmatch(permit.permit_id):
        return unnumbered_id(permit)
    return permit_of(permit.permit_id)


def spot_of(permit: Permit) -> Spot:
    """The spot of a permit, the same within a centimetre and however its place is punctuated."""
    point = _point(permit)
    cell = point and (_cell(point[0]), _cell(point[1]))
    return (text_key(permit.place), cell, tuple(sorted(permit.link_ids)))


def identified(family: str, permits: Sequence[P]) -> list[str]:
    """The ids of all permits of one family in a list: the family's own for one alone, else each
    with `#` and the hash of its spot, whoever its neighbours are.
    """
    if len(permits) == 1:
        return [family]
    taken: set[str] = set()
    ids = []
    for permit in permits:
        ids.append(_free(family, permit, taken))
        taken.add(ids[-1])
    return ids


def department_of(family: str, permit: Permit) -> str:
    """The family of a permit whose number another department has too: by office, else by title."""
    own = office_key(permit.organisation) or text_key(permit.title) or text_key(permit.place)
    return f"{family}~{_hash(own, 8)}"


def resolved(works: Mapping[str, Permit], permits: Iterable[Permit]) -> dict[str, Permit]:
    """The permits of a list under the ids of the works they are; new ones under ids of their own.

    The index is made once a list: a permit is compared with the works of its number only.
    """
    listed: dict[str, list[Permit]] = defaultdict(list)
    for permit in permits:
        listed[family_of(permit)].append(permit)
    known: dict[str, list[Permit]] = {family: [] for family in listed}
    for work in works.values():
        if (same := known.get(family_of(work))) is not None:
            same.append(work)
    found: dict[str, str] = {}
    for family, stated in listed.items():
        found |= _matched(family, known[family], stated)
    by_id = {permit.permit_id: permit for same in listed.values() for permit in same}
    taken = {*works, *found.values()}
    for stated_id, permit in by_id.items():
        if stated_id not in found:
            found[stated_id] = _new_id(stated_id, permit, taken)
            taken.add(found[stated_id])
    return {found[name]: _renamed(permit, found[name]) for name, permit in by_id.items()}


def is_other(one: Permit, other: Permit) -> bool:
    """Whether two rows of one number are two departments': neither office nor title agrees."""
    offices = office_key(one.organisation), office_key(other.organisation)
    is_same_office = not all(offices) or offices[0] == offices[1]
    return not is_same_office and not _are_alike(one.title, other.title)


def is_one_spot(one: Permit, other: Permit) -> bool:
    """Whether two rows of one number are one dig: the same place, the same point, or a slip."""
    return bool(_likeness(one, other)[0])


def is_one_work(one: Permit, other: Permit) -> bool:
    """Whether rows that are alone under their number in two lists are one work: its place or its
    point is the same, or, where no points say otherwise, its title. What has only its number in
    common is another's, and what lies elsewhere in another place is another dig.
    """
    if is_other(one, other):
        return False
    if is_one_spot(one, other) or not one.number:
        return is_one_spot(one, other)
    if text_key(one.place) == text_key(other.place) != "":
        return True
    if _point(one) and _point(other):
        return _apart_m(one, other) <= NEAR_M
    is_titled = text_key(one.title) == text_key(other.title) != ""
    return is_titled or (is_one_office(one, other) and _are_alike(one.title, other.title))


def is_one_office(one: Permit, other: Permit) -> bool:
    """Whether both name an organisation, and the same."""
    office = office_key(one.organisation)
    return office != "" and office == office_key(other.organisation)


def agree(one: Permit, other: Permit) -> bool:
    """Whether titles or organisations say that two rows of one spot are one work."""
    return is_one_office(one, other) or _are_alike(one.title, other.title)


def _matched(family: str, known: Sequence[Permit], stated: Sequence[Permit]) -> dict[str, str]:
    """Stated id -> the id of the work it is, the surest pairs first, each work once."""
    if not known:
        return {}
    if len(known) == len(stated) == 1 and stated[0].permit_id == family:
        is_same = is_one_work(known[0], stated[0])
        return {family: known[0].permit_id} if is_same else {}
    pairs = sorted(_pairs(known, stated), key=lambda pair: (pair[0], pair[1:]))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, work_id, stated_id in pairs:
        if work_id not in taken and stated_id not in found:
            found[stated_id] = work_id
            taken.add(work_id)
    return found


def _pairs(
    known: Sequence[Permit], stated: Sequence[Permit]
) -> Iterable[tuple[tuple[int, ...], str, str]]:
    """(unlikeness, work, permit) of the pairs that may be one work."""
    by_spot: dict[Spot, list[Permit]] = defaultdict(list)
    for work in known:
        by_spot[spot_of(work)].append(work)
    is_small = len(known) * len(stated) <= MOST_COMPARED
    for permit in stated:
        for work in known if is_small else by_spot.get(spot_of(permit), ()):
            level, *less = _likeness(work, permit)
            if level:
                yield (-level, *(-each for each in less)), work.permit_id, permit.permit_id


def _likeness(one: Permit, other: Permit) -> tuple[int, int, int]:
    """How surely two rows of one number are one spot (0: they are not), whether their titles are
    the same and whether their offices are.
    """
    level = 0 if is_other(one, other) else _nearness(one, other)
    if not level:
        return 0, 0, 0
    is_titled = text_key(one.title) == text_key(other.title)
    return level, int(is_titled), int(is_one_office(one, other))


def _nearness(one: Permit, other: Permit) -> int:
    """3 for the same spot, 2 for the same place nearby or without a point, 1 for a slip in it."""
    if spot_of(one) == spot_of(other):
        return 3
    if one.link_ids and other.link_ids and set(one.link_ids).isdisjoint(other.link_ids):
        return 0
    place, other_place = text_key(one.place), text_key(other.place)
    if _point(one) is None or _point(other) is None:
        return 2 if place == other_place != "" else 0
    if _apart_m(one, other) > NEAR_M:
        return 0
    if place == other_place:
        return 2
    return int(not (place and other_place) or _ratio(place, other_place) >= ALIKE)


def _are_alike(one: str, other: str) -> bool:
    return _ratio(text_key(one), text_key(other)) >= ALIKE


@lru_cache(maxsize=1 << 12)
def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _free(family: str, permit: Permit, taken: Collection[str]) -> str:
    """An id that nobody has: of the spot, else of the spot with title and office, else counted."""
    own = (text_key(permit.title), office_key(permit.organisation))
    names = (f"{family}#{_hash((spot_of(permit), *more), 8)}" for more in ((), own))
    for name in names:
        if name not in taken:
            return name
    return next(
        name
        for at in count(2)
        if (name := f"{family}#{_hash((spot_of(permit), *own, at), 8)}") not in taken
    )


def _new_id(stated_id: str, permit: Permit, taken: Collection[str]) -> str:
    """The id of a work that was not known: the stated one, or, where another work has it, another.

    One that is alone under a number that an unlike work has is another department's.
    """
    if stated_id not in taken:
        return stated_id
    family = family_of(permit)
    department = department_of(family, permit)
    if stated_id == family and permit.number and department not in taken:
        return department
    return _free(permit_of(stated_id), permit, taken)


def _renamed(permit: Permit, permit_id: str) -> Permit:
    return permit if permit.permit_id == permit_id else replace(permit, permit_id=permit_id)


def _point(permit: Permit) -> tuple[float, float] | None:
    if permit.lon is not None and permit.lat is not None:
        return permit.lon, permit.lat
    return permit.geometry[0] if permit.geometry else None


def _apart_m(one: Permit, other: Permit) -> float:
    here, there = _point(one), _point(other)
    return distance_m(here, there) if here and there else float("inf")


def _cell(degrees: float) -> int:
    return int((degrees / _CELL_DEG + _OFFSET) // 1)


def _hash(parts: Any, digits: int) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:digits]
