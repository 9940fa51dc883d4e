"""A row of a file that the import leaves out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Where it stands, the rule it broke and how."""

    line: int
    code: str
    detail: str
