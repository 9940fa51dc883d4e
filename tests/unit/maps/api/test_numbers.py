"""A whole number of a query: read within its bounds, or refused with name, value and bounds; the
API's document says the same.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.api import datasets, records, statistics
from maps.api.document import document
from maps.api.numbers import WholeNumber
from maps.api.operation import Operation, operations_in
from maps.http.refusals import RequestRefusedError

LIMIT = WholeNumber("limit", "at most so many", 1, 50, 10)
OPEN = WholeNumber("before", "those before this one", 1, 2**62)


@given(st.integers(1, 50))
def test_what_is_within_its_bounds_is_read(number: int) -> None:
    assert LIMIT.of({"limit": str(number)}) == LIMIT.of({"limit": f"00{number}"}) == number


@given(st.text().filter(lambda text: not (text.isascii() and text.isdecimal())))
def test_whatever_is_no_digits_is_refused(text: str) -> None:
    with pytest.raises(RequestRefusedError):
        LIMIT.of({"limit": text})


@pytest.mark.parametrize(
    "text", ["", "0", "51", "-1", "+5", "5.0", "1e1", " 5", "٣", "²", "9" * 400]
)
def test_a_refusal_names_parameter_value_and_bounds(text: str) -> None:
    with pytest.raises(RequestRefusedError) as told:
        LIMIT.of({"limit": text})
    assert told.value.status == 400
    assert told.value.code == "bad_parameter"
    assert f"limit={text[:60]!r}: must be a number from 1 to 50" in str(told.value)


def test_without_it_the_usual_one_counts_or_none() -> None:
    assert LIMIT.of({}) == LIMIT.given({}) == 10
    assert OPEN.of({}) is None


@pytest.mark.parametrize(
    ("path", "name", "least", "most"),
    [
        ("/api/v1/datasets/{id}/rows", "offset", 0, 10**9),
        ("/api/v1/datasets/{id}/rows", "limit", 1, 1_000),
        ("/api/v1/datasets/{id}/layer", "zoom", 0, 22),
        ("/api/v1/statistics/{id}", "vehicles", 0, 10_000),
        ("/api/v1/statistics/{id}/rows", "offset", 0, 10_000_000),
        ("/api/v1/records", "limit", 1, 1_000),
        ("/api/v1/records.csv", "limit", 1, 50_000),
    ],
)
def test_the_document_says_its_bounds(path: str, name: str, least: int, most: int) -> None:
    listed: list[Operation] = [
        x for m in (datasets, statistics, records) for x in operations_in(vars(m))
    ]
    rows = document("춘천", listed)["paths"][path]["get"]["parameters"]
    [found] = [row["schema"] for row in rows if row["name"] == name]
    assert (found["type"], found["minimum"], found["maximum"]) == ("integer", least, most)
    assert least <= found["default"] <= most
