"""What a request is refused for: a code for programs, Korean and English for people."""

import msgspec

from streams.contract.errors import BomnaeError


class RequestRefusedError(BomnaeError):
    """A request the API does not answer; the message names parameter, value and bound."""

    def __init__(self, status: int, code: str, korean: str, english: str) -> None:
        super().__init__(f"{korean} / {english}")
        self.status = status
        self.code = code


def error_body(refusal: RequestRefusedError) -> bytes:
    """The JSON every refusal has."""
    return msgspec.json.encode({"error": {"code": refusal.code, "message": str(refusal)}})


def bad_parameter(name: str, value: str, korean: str, english: str) -> RequestRefusedError:
    """400: `name` was given as `value` and must be what the texts say."""
    shown = repr(value[:60])
    return RequestRefusedError(
        400, "bad_parameter", f"{name}={shown}: {korean}", f"{name}={shown}: {english}"
    )


def not_found(what_korean: str, what: str, name: str) -> RequestRefusedError:
    """404: there is no such thing."""
    shown = repr(name[:80])
    return RequestRefusedError(
        404, "not_found", f"{what_korean} {shown} 을(를) 찾을 수 없습니다", f"no {what} {shown}"
    )
