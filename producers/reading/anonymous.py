"""The one door out of every parser: a record leaves without people, whatever field held them."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from streams import people
from streams.contract.records import BusPosition, Incident, LinkSpeed, Permit

Record = BusPosition | LinkSpeed | Incident | Permit
_IDENTIFIERS = "permit_id number hours incident_id link_id route_id route_no stop_id vehicle feed"
_TEXTS: dict[str, Callable[[str], str]] = {
    "organisation": people.organisation,
    "phone": people.office_phone,
    **dict.fromkeys(_IDENTIFIERS.split(), people.without_persons_numbers),
}
"""How the fields that are no free text are freed of people; any other text by `without_people`."""
TEXT_FIELDS = {
    kind: tuple(row.name for row in fields(kind) if row.type in (str, "str"))
    for kind in (BusPosition, LinkSpeed, Incident, Permit)
}


def anonymous(record: Record) -> Record:
    """The record without people in any of its texts; the same one where there is nobody in it."""
    changed: dict[str, Any] = {}
    for name in TEXT_FIELDS[type(record)]:
        was = getattr(record, name)
        now = _TEXTS.get(name, people.without_people)(was) if was else was
        if now != was:
            changed[name] = now
    if isinstance(record, Permit):
        kept = tuple(x for x in record.link_ids if people.without_persons_numbers(x) == x)
        changed |= {"link_ids": kept} if kept != record.link_ids else {}
    return replace(record, **changed) if changed else record
