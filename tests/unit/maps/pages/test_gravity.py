"""The lists on the map rank closures as the server does."""

import re

from streams.domain.closures import GRAVITY
from tests.places import ROOT


def test_the_lists_on_the_map_rank_closures_as_the_fold_does() -> None:
    script = (ROOT / "maps/static/gravity.js").read_text(encoding="utf-8")
    order = re.search(r"CLOSURES = \[([^]]*)\]", script)
    assert order
    assert tuple(re.findall(r'"(\w+)"', order[1])) == GRAVITY
