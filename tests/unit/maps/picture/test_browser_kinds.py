"""The browser's table of kinds is read as text: its rows' names and letters are the API's."""

import re

from maps.pages.statics import FOLDER
from maps.picture.bodies import Delta, Snapshot


def test_the_browser_reads_each_kind_under_its_name_and_its_letter() -> None:
    files = [FOLDER / "map/kinds.js", *(FOLDER / "map/kinds").glob("*.js")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    read = re.findall(r'rows: "(\w+)",\s+letter: "(\w)"', text)
    sent = dict(zip(Delta.__struct_fields__, Delta.__struct_encode_fields__, strict=True))
    gone = [name.removesuffix("_gone") for name in sent if name.endswith("_gone")]
    own = {sent["situations"]}  # read by a list of its own
    assert {letter for _, letter in read} | own == {sent[name] for name in (*gone, "feeds")}
    assert {name for name, _ in read} <= set(Snapshot.__struct_fields__)
    assert dict(read).items() >= {(name, sent[name]) for name in gone if name in dict(read)}
