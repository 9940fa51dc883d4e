"""Excavation and road-occupation permits: rows of any list into one record each."""

from dataclasses import replace
from typing import Any

from producers.formats import permit_closures as closures
from producers.formats import permit_dates as dates
from producers.formats.answers import Answer, Exchange, Harvest, UnknownAnswerError
from producers.formats.fields import Bounds, bounds_of, metres, number, text
from producers.formats.permit_columns import meanings
from producers.formats.permit_files import table_of
from producers.formats.permit_identity import gathered, identity
from producers.formats.permit_points import Plane, geometry_of, link_ids_of, point_of
from producers.formats.privacy import masked, office_phone, organisation, refused_row
from streams.domain.records import Permit
from streams.domain.works.statuses import says_withdrawn
from streams.errors import RecordRefusedError
from streams.settings import Settings

FEED = "permits"


def parse_permits(exchange: Exchange, settings: Settings) -> Answer:
    """The permits of an answer or file, in the order of their ids.

    One permit on several rows: the same spot is merged, other spots are told apart by the hash of
    theirs behind the number.
    """
    try:
        table = table_of(exchange)
    except UnknownAnswerError as error:
        return error.answer
    bounds = bounds_of(settings)
    plane = Plane(settings.permits_epsg, bounds)
    harvest = Harvest(
        is_partial=table.is_partial,
        listed=len(table.rows) + len(table.broken),
        total=table.total,
        flags=table.flags,
    )
    for row, code, detail in table.broken:
        harvest.refused.append(refused_row(row, code, detail, settings))
    found: list[Permit] = []
    for row in table.rows:
        try:
            doubts = dates.Doubts()
            found.append(permit_of(row, plane, bounds, table.flags, exchange.at_ms, doubts=doubts))
        except RecordRefusedError as error:
            harvest.refused.append(refused_row(row, error.code, error.detail, settings))
            continue
        if doubts.unread:
            harvest.left_out.append(refused_row(row, "R011", doubts.detail(), settings))
    together = gathered(found)
    harvest.rows = {permit.permit_id: permit for permit in together}
    harvest.repaired = sum(bool(_repairs(permit)) for permit in together)
    return harvest.answer()


def _repairs(permit: Permit) -> set[str]:
    unsaid = {"coord_outside", "several_spots", "person_dropped", "no_start", "no_end"}
    return set(permit.flags) - unsaid


def permit_of(
    row: dict[str, Any],
    plane: Plane,
    bounds: Bounds,
    flags: tuple[str, ...],
    received_ms: int,
    *,
    doubts: dates.Doubts,
) -> Permit:
    """One row's permit; raises R012 when it says nothing of a work. Dates that cannot be read are
    left out and go to `doubts`.
    """
    found = meanings(row)
    place, title = _place(found), masked(text(found.get("title"), 300))
    if not (title or place):
        raise RecordRefusedError("R012", "row with neither a title nor a place")
    times = dates.dates_of(found, received_ms, doubts)
    point = point_of(found, plane, bounds)
    taken = closures.taken(found)
    company = text(found.get("organisation"), 100)
    status = text(found.get("status_text"), 40)
    permit = Permit(
        permit_id=text(found.get("permit_id"), 60),
        title=title or place,
        starts_ms=times.whole.starts_ms,
        ends_ms=times.whole.ends_ms,
        purpose=masked(text(found.get("purpose"), 100)),
        place=place,
        organisation=organisation(company),
        phone=office_phone(text(found.get("phone"), 40)),
        hours=times.hours,
        closure=taken.closure,
        lanes_closed=taken.lanes,
        lon=point.lon,
        lat=point.lat,
        link_ids=link_ids_of(found.get("link_ids")),
        geometry=geometry_of(found.get("geometry"), bounds),
        dig_starts_ms=times.digging.starts_ms,
        dig_ends_ms=times.digging.ends_ms,
        restore_starts_ms=times.restoration.starts_ms,
        restore_ends_ms=times.restoration.ends_ms,
        began_ms=times.observed.starts_ms,
        done_ms=times.observed.ends_ms,
        length_m=metres(found.get("length_m")),
        width_m=metres(found.get("width_m")),
        depth_m=metres(found.get("depth_m")),
        area_m2=_area(found.get("area_m2")),
        remaining_width_m=taken.remaining_width_m,
        direction=taken.direction,
        also_closed=taken.also,
        is_withdrawn=says_withdrawn(status),
        status_text=status,
        flags=(*flags, *point.flags, *doubts.flags, *_person_flag(company)),
    )
    return permit if permit.permit_id else replace(permit, permit_id=identity(permit))


def _person_flag(company: str) -> tuple[str, ...]:
    return ("person_dropped",) if company and not organisation(company) else ()


def _place(found: dict[str, Any]) -> str:
    """The address; of Seoul's rows, which have none, the district and the quarter."""
    if "place" in found:
        return masked(text(found["place"], 200))
    return " ".join(text(found.get(key), 60) for key in ("district", "quarter")).strip()


def _area(value: Any) -> float | None:
    area_m2 = number(value)
    return area_m2 if area_m2 is not None and area_m2 >= 0 else None
