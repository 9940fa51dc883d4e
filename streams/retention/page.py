"""The table in docs/retention.md (English) and docs/retention.ko.md. Pure."""

from collections.abc import Iterable, Iterator

from streams.contract.enums import Grade
from streams.retention.table import KeptRow, KeptTable, Said

BEGIN, END = "<!-- kept: python -m streams retention table --write -->", "<!-- /kept -->"


def with_tables(text: str, table: KeptTable, language: str) -> str:
    """A document with the tables anew in its language; ValueError where a comment is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in after:
        raise ValueError(f"the document must have {BEGIN} and {END} once")
    return f"{before}{BEGIN}\n{tables(table, language)}\n{END}{after}"


def tables(table: KeptTable, language: str) -> str:
    """The rows of topics, state and files, then the grades of the records' fields."""
    kinds = (_rows(table, kind, language) for kind in ("topic", "state", "file"))
    return "\n\n".join([*kinds, _fields(table, language)])


def _rows(table: KeptTable, kind: str, language: str) -> str:
    heads = (kind, "what", "grade", "person", "basis", "kept", "how")
    lines = [_line(_in(table.words[head], language) for head in heads), "|---" * len(heads) + "|"]
    rows = (row for row in table.rows if row.kind == kind)
    return "\n".join([*lines, *(_line(_cells(row, table, language)) for row in rows)])


def _cells(row: KeptRow, table: KeptTable, language: str) -> Iterator[str]:
    def word(name: str) -> str:
        return _in(table.words[name], language)

    yield " ".join(f"`{name}`" for name in row.names)
    yield _in(row.what, language)
    yield row.grade
    yield word("yes" if row.is_personal else "no")
    yield _in(row.basis, language)
    until = _in(row.until, language) or word("always")
    days = word("days_or_more" if row.may_be_longer else "days").format(n=row.days)
    yield days if row.days else until
    yield word(f"how_{row.how}")


def _fields(table: KeptTable, language: str) -> str:
    heads = [_in(table.words["record"], language), *Grade]
    lines = [_line(heads), "|---" * len(heads) + "|"]
    for record, grades in table.fields.items():
        columns = (" ".join(f"`{x}`" for x, own in grades.items() if own is g) for g in Grade)
        lines.append(_line([f"`{record}`", *columns]))
    return "\n".join(lines)


def _in(said: Said, language: str) -> str:
    return said.ko if language == "ko" else said.en


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
