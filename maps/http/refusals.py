"""What a request is refused for: a code for programs, the text in every language for people."""

import math
from typing import Self

import msgspec

from streams.contract.errors import BomnaeError
from streams.words.catalogue import Value, phrase
from streams.words.spoken import in_each

NOT_YOURS = "not_yours"


class RequestRefusedError(BomnaeError):
    """A request the API does not answer; the message names parameter, value and bound.

    `word` is its text's code, "refused.bad_body": the part behind "refused." is for programs, but
    for what follows another dot.
    """

    def __init__(self, status: int, word: str, /, **values: Value) -> None:
        self.text = phrase(word, **values)
        super().__init__(" / ".join(in_each(self.text).values()))
        self.status = status
        self.code = word.split(".")[1]
        self.wait_s = 0  # after so long it may be asked again; 0: nobody knows

    def after(self, wait_s: float) -> Self:
        """The same, with the time it is over in (`Retry-After`), of a second at least."""
        self.wait_s = max(1, math.ceil(wait_s))
        return self

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.wait_s)} if self.wait_s else {}


def error_body(refusal: RequestRefusedError) -> bytes:
    """The JSON every refusal has."""
    return msgspec.json.encode({"error": {"code": refusal.code, "message": str(refusal)}})


def bad_parameter(name: str, value: str, must: str, /, **values: Value) -> RequestRefusedError:
    """400: `name` was given as `value` and must be what the text `must` says."""
    rule, shown = phrase(must, **values), repr(value[:60])
    return RequestRefusedError(400, "refused.bad_parameter", name=name, value=shown, rule=rule)


def not_yours() -> RequestRefusedError:
    """403: somebody is known, and this is not theirs."""
    return RequestRefusedError(403, f"refused.{NOT_YOURS}")


def not_found(kind: str, name: str) -> RequestRefusedError:
    """404: there is no such thing; `kind` is the code of what it is called."""
    return RequestRefusedError(404, "refused.not_found", what=phrase(kind), name=repr(name[:80]))
