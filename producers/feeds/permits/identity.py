"""Which rows of the lists are one work: the same spot merged, other spots told apart."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from urllib.parse import unquote

from producers.reading.answers import Record
from producers.reading.closures import gravest
from streams.contract.enums import Closure
from streams.contract.records import Permit
from streams.domain.doubtful_points import marked
from streams.domain.works.identity import (
    MOST_COMPARED,
    Spot,
    agree,
    department_of,
    family_of,
    identified,
    is_one_office,
    is_one_spot,
    is_one_work,
    is_other,
    spot_of,
    unnumbered_id,
)
from streams.people import is_persons

_SEVERAL = "several_spots"
_NO_NUMBER = re.compile(
    r"[\W_0]*|없음|무|미정|미부여|미발급|해당\s?없음|n/?a|null|none|nan|\d\.\d+e\+\d+",
    re.IGNORECASE,
)
_FLOAT = re.compile(r"^(\d+)\.0+$")  # a number that went through a table of floats
_EDITION = re.compile(r"사본|복사본|최종|최신|수정|갱신|신규|copy|final|latest|new|[\W\d_]")


def numbered(permit: Permit, number: str) -> Permit:
    """The permit under the number of its row; "-", 없음 and numbers that a spreadsheet has rounded
    are none, nor is one made of a person's name or number: title and place are its identity then.
    """
    plain = _FLOAT.sub(r"\1", unicodedata.normalize("NFKC", number))
    if _NO_NUMBER.fullmatch(plain) or is_persons(plain):
        return replace(permit, permit_id=unnumbered_id(permit), number="")
    return replace(permit, permit_id=plain, number=plain)


def list_name(url: str) -> str:
    """What the editions of one list have in common: `water.csv` and `water_0902 (2).csv` are one,
    and so are the pages of an API. A pushed list says its name itself.
    """
    name = unicodedata.normalize("NFKC", unquote(url.rpartition("/")[2].removeprefix("file:")))
    if url.startswith("push:permits"):
        return f"push {name}"
    is_file = url.startswith("file:")
    return f"file {_EDITION.sub('', name.rpartition('.')[0].casefold())}" if is_file else ""


def gathered(permits: Iterable[Permit]) -> list[Permit]:
    """Each permit of one list once, in the order of ids, whatever the order of rows.

    Rows of one number and one spot are merged. A number of several spots gives each of them an id
    of its own, which stays when others come and go.
    """
    families: dict[str, list[Permit]] = defaultdict(list)
    for permit in permits:
        families[family_of(permit)].append(permit)
    return _under_ids({name: _together(rows) for name, rows in families.items()})


def _together(rows: list[Permit]) -> list[Permit]:
    """The rows of one number, those of one spot merged."""
    if len(rows) == 1:
        return rows
    spots: dict[Spot, list[Permit]] = defaultdict(list)
    for permit in sorted(rows, key=_order):
        there = spots[spot_of(permit)]
        at = next((i for i, known in enumerate(there) if not is_other(known, permit)), None)
        if at is None:
            there.append(permit)
        else:
            there[at] = _merged(there[at], permit)
    return list(chain(*spots.values()))


def joined(answers: Sequence[tuple[str, Sequence[Record]]]) -> list[Permit]:
    """The permits of one poll's answers, each answer with its URL, oldest first: pages of an API
    are one list, files a list for each name.
    """
    named = [
        (list_name(url), [row for row in rows if isinstance(row, Permit)]) for url, rows in answers
    ]
    return as_one(named)


def as_one(answers: Sequence[tuple[str, Sequence[Permit]]]) -> list[Permit]:
    """As `joined`, with the `list_name` of each answer, "" for a page."""
    pages = [permit for name, permits in answers if not name for permit in permits]
    files = [(name, permits) for name, permits in answers if name]
    if len(answers) == 1:
        return list(answers[0][1])
    return united([("", gathered(pages)), *files] if pages else files)


def united(lists: Iterable[tuple[str, Sequence[Permit]]]) -> list[Permit]:
    """The permits of several lists, oldest first, each with its `list_name`: of a work in two of
    them the later row counts. One number in two departments' lists is two works.
    """
    kept: dict[str, list[tuple[str, Permit]]] = defaultdict(list)
    for name, permits in lists:
        by_family: dict[str, list[Permit]] = defaultdict(list)
        for permit in permits:
            by_family[family_of(permit)].append(permit)
        for family, rows in by_family.items():
            before = kept[family]
            after = _still(before, rows, name) if before else []
            kept[family] = [*after, *((name, row) for row in rows)]
    families: dict[str, list[Permit]] = defaultdict(list)
    for family, named in kept.items():
        shares = {department_of(family, row) for _, row in named}
        is_shared = len({name for name, _ in named}) > 1 and len(shares) > 1
        for _, row in named:
            families[department_of(family, row) if is_shared else family].append(row)
    return _under_ids(families)


def _still(
    before: Sequence[tuple[str, Permit]], rows: Sequence[Permit], name: str
) -> list[tuple[str, Permit]]:
    """The rows of older lists that no row of a later one stands for."""
    by_spot = {spot_of(row): row for row in rows}
    is_small = len(before) * len(rows) <= MOST_COMPARED
    is_alone = len(before) == len(rows) == 1

    def stands_for(row: Permit, old: Permit, old_name: str) -> bool:
        if old_name == name:
            return is_one_work(old, row) if is_alone else is_one_spot(old, row)
        if is_one_spot(old, row):
            return agree(old, row)
        is_titled = is_alone and old.number != "" and is_one_office(old, row)
        return is_titled and old.title == row.title

    def others(old: Permit) -> Sequence[Permit]:
        return rows if is_small else [x for x in (by_spot.get(spot_of(old)),) if x]

    return [
        (old_name, old)
        for old_name, old in before
        if not any(stands_for(row, old, old_name) for row in others(old))
    ]


def _under_ids(families: dict[str, list[Permit]]) -> list[Permit]:
    """All permits under their ids, in order of these; those at a crowded point are marked."""
    result: list[Permit] = []
    for family, rows in families.items():
        there = sorted(rows, key=_order) if len(rows) > 1 else rows
        several = (_SEVERAL,) if len(there) > 1 else ()
        for permit, permit_id in zip(there, identified(family, there), strict=True):
            flags = tuple(flag for flag in permit.flags if flag != _SEVERAL)
            named = (permit_id, (*flags, *several))
            is_named = named == (permit.permit_id, permit.flags)
            result.append(
                permit if is_named else replace(permit, permit_id=named[0], flags=named[1])
            )
    return marked(sorted(result, key=lambda permit: permit.permit_id))


def _order(permit: Permit) -> str:
    return repr(permit)  # begins with the id


def _merged(one: Permit, other: Permit) -> Permit:
    """Two rows of one dig: the whole period, every closure, and done or withdrawn only where both
    say so; exact repeats just count once. A begin or an end that one of them leaves open is open.
    """
    if one == other:
        return replace(one, flags=tuple(dict.fromkeys((*one.flags, "dup"))))
    kinds = {one.closure, other.closure, *one.also_closed, *other.also_closed}
    found = gravest(kinds)
    starts = [x.starts_ms for x in (one, other) if x.starts_ms is not None]
    ends = [x.ends_ms for x in (one, other) if x.ends_ms is not None]
    return replace(
        one,
        starts_ms=min(starts, default=None),
        ends_ms=max(ends) if len(ends) == 2 else None,
        closure=found[0] if found else Closure.UNKNOWN,
        also_closed=tuple(c for c in found[1:] if c is not Closure.NONE),
        direction=one.direction if one.direction == other.direction else "",
        is_withdrawn=one.is_withdrawn and other.is_withdrawn,
        done_ms=one.done_ms if one.done_ms == other.done_ms else None,
        flags=tuple(dict.fromkeys((*one.flags, *other.flags, "merged"))),
    )
