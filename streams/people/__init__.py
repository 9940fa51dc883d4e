"""What names a person in a text, and how it is covered: one detector for feeds, desk and log."""

from streams.people.organisations import office_phone, organisation
from streams.people.text import (
    is_persons,
    may_be_person,
    names_a_number,
    plain,
    without_people,
    without_persons_numbers,
)

__all__ = [
    "is_persons",
    "may_be_person",
    "names_a_number",
    "office_phone",
    "organisation",
    "plain",
    "without_people",
    "without_persons_numbers",
]
