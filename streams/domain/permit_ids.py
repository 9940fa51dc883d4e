"""How a work's id is made: its permit's number, `~` and a department where two share the number,
`#` and the spot where the permit has several. Pure.
"""


def permit_of(work_id: str) -> str:
    """What the ids of one permit's spots have in common."""
    return work_id.partition("#")[0]


def is_one_permit(one: str, other: str) -> bool:
    """Whether two works are spots of one permit."""
    return permit_of(one) == permit_of(other)
