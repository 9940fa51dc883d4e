"""What logs and health checks say of an error has no word of a person, whatever the error."""

import pytest

from streams.contract import errors
from streams.contract.errors import BomnaeError, FieldError, PlainError, ReportError, told_of

PERSON = "홍길동 010-1234-5678"


def test_of_an_error_that_says_nothing_of_itself_its_kind_is_told() -> None:
    class NewError(BomnaeError):
        pass

    assert told_of(NewError(f"no room for {PERSON}")) == "NewError"
    assert told_of(KeyError(PERSON)) == "KeyError"


@pytest.mark.parametrize("kind", FieldError.__subclasses__())
def test_of_a_field_that_cannot_be_so_its_value_is_not_told(kind: type[FieldError]) -> None:
    error = kind("holder", PERSON, "at most 80 characters")
    assert PERSON in str(error)
    assert told_of(error) == "holder must be at most 80 characters"


def test_what_names_our_own_files_and_settings_alone_is_told_whole() -> None:
    assert told_of(ReportError("city/history: no such folder")) == "city/history: no such folder"
    assert issubclass(errors.SettingsError, PlainError)
    assert told_of(errors.RecordRefusedError("R001", PERSON)) == "RecordRefusedError"
