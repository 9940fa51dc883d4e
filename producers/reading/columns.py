"""How a column's name is compared, however an office, a portal or a spreadsheet writes it."""

import re


def column_of(name: object) -> str:
    """A column's name as aliases spell it: no blanks, no unit in brackets, capitals."""
    bare = re.sub(r"[(（\[].*?[)）\]]", "", str(name))
    return re.sub(r"[\s\ufeff\"'*:]+", "", bare).upper()
