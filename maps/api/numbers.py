"""Whole numbers of a query: one row names, bounds, documents and reads each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from maps.api.operation import Parameter
from maps.http.refusals import bad_parameter

MOST_DIGITS = 20


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A parameter that is a whole number from `least` to `most`; `usual` counts without it."""

    name: str
    text: str
    least: int
    most: int
    usual: int | None = None

    @property
    def parameter(self) -> Parameter:
        """As the API's document has it, with its bounds."""
        default = {} if self.usual is None else {"default": self.usual}
        meta = Meta(ge=self.least, le=self.most, extra_json_schema=default)
        return Parameter(self.name, self.text, Annotated[int, meta])

    def of(self, query: Mapping[str, str]) -> int | None:
        """Its value in a query; RequestRefusedError (400) with name, value and bounds for anything
        but digits within them.
        """
        text = query.get(self.name)
        if text is None:
            return self.usual
        is_whole = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
        if not is_whole or not self.least <= int(text) <= self.most:
            values = {"least": self.least, "most": self.most}
            raise bad_parameter(self.name, text, "must.number_within", **values)
        return int(text)

    def given(self, query: Mapping[str, str]) -> int:
        """The same of one that has a usual value."""
        found = self.of(query)
        assert found is not None, self.name  # noqa: S101 - a row of the code, not of a query
        return found
