from pathlib import Path

import pytest

from maps.pages.pages import ENTRIES
from maps.pages.statics import FOLDER, imports_of, read_statics


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "map").mkdir()
    (tmp_path / "dom.js").write_text("// no imports\n")
    (tmp_path / "words.js").write_text('import { el } from "./dom.js";\n')
    (tmp_path / "map/live.js").write_text(
        'import {\n  a,\n  b,\n} from "../words.js";\nimport "../dom.js";\n'
        'const text = "./no.js";\n'
    )
    return tmp_path


def test_a_module_is_loaded_with_all_that_it_imports(folder: Path) -> None:
    assert imports_of("map/live.js", folder) == ["map/live.js", "words.js", "dom.js"]


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_import_of_a_page_is_one_of_its_files(entry: str) -> None:
    found = imports_of(entry)
    assert len(found) > 5
    assert [path for path in found if not (FOLDER / path).is_file()] == []


def test_an_address_names_the_content_of_every_file(folder: Path) -> None:
    statics = read_statics(folder)
    path = statics.url("map/live.js").removeprefix("/static/")
    body, is_named = statics.find(path)
    assert body == statics.files["map/live.js"]
    assert is_named
    (folder / "dom.js").write_text("// changed\n")
    changed = read_statics(folder)
    assert changed.version != statics.version
    assert changed.find(path) == (body, False)  # a page of the server before
    assert changed.find("map/live.js") == (body, False)
    assert changed.find("v000000000000/none.js") == (None, False)
