"""docs/retention.md of the table: Korean first, English second. Pure."""

from collections.abc import Iterable, Iterator

from streams.contract.enums import Grade
from streams.retention.table import KeptRow, KeptTable, Said

BEGIN, END = "<!-- kept: python -m streams retention table --write -->", "<!-- /kept -->"
LANGUAGES = ("ko", "en")


def with_tables(text: str, table: KeptTable) -> str:
    """The document with both languages' tables anew; ValueError where a comment is missing."""
    parts = text.split(BEGIN)
    if len(parts) != 1 + len(LANGUAGES) or any(END not in part for part in parts[1:]):
        raise ValueError(f"the document must have {BEGIN} and {END} once for each language")
    made = [parts[0]]
    for language, part in zip(LANGUAGES, parts[1:], strict=True):
        made.append(f"{BEGIN}\n{tables(table, language)}\n{END}{part.partition(END)[2]}")
    return "".join(made)


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
