"""Excavation and road-occupation permits: rows of any list into one record each."""

from dataclasses import fields, replace
from typing import Any

from producers.feeds.permits import closures, dates
from producers.feeds.permits.identity import gathered, numbered
from producers.feeds.permits.points import PointBounds, ground_of, link_ids_of, whereabouts
from producers.reading.answers import Answer, Exchange, Harvest, UnknownAnswerError
from producers.reading.encodings import LOST
from producers.reading.fields import metres, number, text
from producers.reading.permit_columns import OF_PERMITS, meanings
from producers.reading.permit_files import crs_beside, file_name, table_of
from producers.reading.privacy import refused_row
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Permit
from streams.contract.settings import Settings
from streams.domain.doubtful_points import POINT_SHARED
from streams.domain.works.statuses import says_withdrawn
from streams.people import office_phone, organisation, without_people

NAME = "permits"
BAD_BYTES = "bad_bytes"
NO_REPAIRS = frozenset(
    {"coord_outside", "several_spots", "person_dropped", "epsg_assumed", "point_far_from_address"}
    | {POINT_SHARED, "no_start", "no_end"}
)
_COMPANIES = ("organisation", "contractor", "client")
_WHOLE_OR_NONE = frozenset({"permit_id", "link_ids"})
"""Names of things: with a letter lost they would name another thing."""


def parse_permits(exchange: Exchange, settings: Settings) -> Answer:
    """The permits of an answer or file, in the order of their ids.

    One permit on several rows: the same spot is merged, other spots are told apart by the hash of
    theirs behind the number.
    """
    try:
        table = table_of(exchange)
    except UnknownAnswerError as error:
        name, answer = file_name(exchange), error.answer
        return replace(answer, detail=f"{name}: {answer.detail}"[:200]) if name else answer
    crs = table.crs or crs_beside(exchange)
    ground = ground_of(settings, crs)
    harvest = Harvest(
        is_partial=table.is_partial,
        listed=len(table.rows) + len(table.broken),
        skipped=table.skipped,
        total=table.total,
        flags=table.flags,
    )
    for place, row, code, detail in table.broken:
        harvest.refused.append(replace(refused_row(row, code, detail), row=place))
    found: list[Permit] = []
    for place, row in zip(table.numbers, table.rows, strict=True):
        try:
            doubts = dates.Doubts()
            found.append(permit_of(row, ground, table.flags, exchange.at_ms, doubts=doubts))
        except RecordRefusedError as error:
            refused = refused_row(row, error.code, error.detail)
            harvest.refused.append(replace(refused, row=place))
            continue
        if doubts.unread:
            left_out = refused_row(row, "R011", doubts.detail())
            harvest.left_out.append(replace(left_out, row=place))
    together = gathered(found)
    harvest.rows = {permit.permit_id: permit for permit in together}
    harvest.repaired = sum(bool(set(permit.flags) - NO_REPAIRS) for permit in together)
    return harvest.answer()


def permit_of(
    row: dict[str, Any],
    ground: PointBounds,
    flags: tuple[str, ...],
    received_ms: int,
    *,
    doubts: dates.Doubts,
) -> Permit:
    """One row's permit; raises R012 when it says nothing of a work. Dates that cannot be read are
    left out and go to `doubts`.
    """
    named = meanings(row)
    is_broken = any(LOST in str(value) for value in named.values())
    found = readable(named) if is_broken else named
    place, title = _place(found), without_people(text(found.get("title"), 300))
    if not (title or place):
        raise RecordRefusedError("R012", "row with neither a title nor a place")
    if not OF_PERMITS & found.keys():
        raise RecordRefusedError("R012", "a place alone: no number, title, date or closure")
    times = dates.dates_of(found, received_ms, doubts)
    where = whereabouts(found, ground)
    taken = closures.taken(found)
    named_in = {each: text(found.get(each), 100) for each in _COMPANIES}
    companies = {each: organisation(name) for each, name in named_in.items()}
    status = text(found.get("status_text"), 40)
    area_m2 = number(found.get("area_m2"))
    permit = Permit(
        permit_id="",
        title=title or place,
        starts_ms=times.whole.starts_ms,
        ends_ms=times.whole.ends_ms,
        purpose=without_people(text(found.get("purpose"), 100)),
        place=place,
        organisation=companies["organisation"],
        contractor=companies["contractor"],
        client=companies["client"],
        phone=office_phone(text(found.get("phone"), 40)),
        hours=times.hours,
        lon=where.lon,
        lat=where.lat,
        link_ids=link_ids_of(found.get("link_ids")),
        geometry=where.geometry,
        geometry_parts=where.parts,
        dig_starts_ms=times.digging.starts_ms,
        dig_ends_ms=times.digging.ends_ms,
        restore_starts_ms=times.restoration.starts_ms,
        restore_ends_ms=times.restoration.ends_ms,
        began_ms=times.observed.starts_ms,
        done_ms=times.observed.ends_ms,
        length_m=metres(found.get("length_m")),
        width_m=metres(found.get("width_m")),
        depth_m=metres(found.get("depth_m")),
        area_m2=area_m2 if area_m2 is not None and area_m2 >= 0 else None,
        **{each.name: getattr(taken, each.name) for each in fields(taken)},
        is_withdrawn=says_withdrawn(status),
        status_text=status,
        flags=(
            *flags,
            *where.flags,
            *doubts.flags,
            *((BAD_BYTES,) if is_broken else ()),
            *(
                ("person_dropped",)
                if any(named_in[x] and not companies[x] for x in companies)
                else ()
            ),
        ),
    )
    return numbered(permit, text(found.get("permit_id"), 60))


def readable(found: dict[str, Any]) -> dict[str, Any]:
    """The row without the cells that say nothing once a letter is lost."""
    return {k: v for k, v in found.items() if k not in _WHOLE_OR_NONE or LOST not in str(v)}


def _place(found: dict[str, Any]) -> str:
    """The address; of Seoul's rows, which have none, the district and the quarter."""
    if "place" in found:
        return without_people(text(found["place"], 200))
    return " ".join(text(found.get(key), 60) for key in ("district", "quarter")).strip()
