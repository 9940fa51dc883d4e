from local.walls_table import DOCUMENT, with_tables


def test_the_tables_are_those_of_the_rights() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == with_tables(text), "run `python -m local.walls_table --write`"
    assert "| `access-records` |  |  |  |  | rw | rw |" in text
