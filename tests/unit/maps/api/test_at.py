"""What the address of the past answers to an `id` that is none."""

from types import SimpleNamespace
from typing import cast

import pytest

from maps.api.context import Context
from maps.api.past import one_of
from maps.http.refusals import RequestRefusedError
from maps.picture.picture import Picture
from maps.search.finder import Finder
from streams.geo.network import Network


@pytest.mark.parametrize("asked", ["", ":x", "x", "tram:x", "work:", "work:x", "link:", "feed:x"])
def test_an_id_of_nothing_is_not_found(network: Network, asked: str) -> None:
    finder = Finder(network)
    context = cast("Context", SimpleNamespace(network=network, searched=lambda: finder))
    with pytest.raises(RequestRefusedError) as caught:
        one_of({"id": asked}, Picture(), context)
    assert (caught.value.status, caught.value.code) == (404, "not_found")
