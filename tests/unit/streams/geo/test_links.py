"""The links of a network in columns: what comes out is what went in."""

import json
from dataclasses import replace

import pytest

from streams.contract.errors import NetworkError
from streams.geo import links as columns
from streams.geo.links import Links
from streams.geo.network import Network
from tests.cities.fakes import street

LINKS = tuple(street().links)


def test_a_link_comes_out_as_it_went_in() -> None:
    odd = replace(LINKS[0], id="odd", lanes=2, is_drawn=False, free_flow_kmh=60, geometry=())
    made = Links([*LINKS, odd])
    assert (tuple(made), made[-1], made[:2]) == ((*LINKS, odd), odd, LINKS[:2])
    assert (made[-1].geometry, made[-1].lanes, made[0].lanes) == ((), 2, None)
    with pytest.raises(IndexError):
        made[len(made)]


def test_few_links_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_KEPT", 2)
    made = Links(LINKS)
    assert [made[place] for place in range(len(made))] == list(LINKS)
    assert len(made._kept) <= 2


def test_a_whole_number_stays_one_so_the_version_does() -> None:
    network = replace(street(), links=[replace(x, free_flow_kmh=60) for x in LINKS])
    assert '"free_flow_kmh":60,' in network.dumps()
    assert Network.loads(network.dumps()).dumps() == network.dumps()


def test_a_file_laid_out_otherwise_is_the_same_network() -> None:
    network = street()
    spaced = json.dumps(json.loads(network.dumps()), indent=1)
    assert Network.loads(spaced) == Network.loads(network.dumps().encode()) == network
    assert Network.loads(spaced).version == network.version


def test_a_field_that_links_do_not_have_is_refused() -> None:
    body = json.loads(street().dumps())
    body["links"][0]["slope"] = 1
    with pytest.raises(NetworkError, match="slope"):
        Network.loads(json.dumps(body))


def test_a_number_that_no_column_holds_is_refused() -> None:
    body = json.loads(street().dumps())
    body["links"][0]["length_m"] = 2**40
    with pytest.raises(NetworkError, match="cannot be read"):
        Network.loads(json.dumps(body))
