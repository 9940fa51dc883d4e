"""The board follows the picture: what changes of it is on the stream, and what has gone."""

from dataclasses import replace
from typing import Any

from maps.picture.board import Board
from maps.picture.bodies import delta_event, snapshot
from maps.picture.picture import Picture, advance, translate
from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.domain.alerts import Alert, episode_id
from streams.domain.situations.identity import situation_id
from streams.geo.network import Network
from tests.cities.rows import json_of, run

Json = dict[str, Any]
NOW_MS = 1_795_392_000_000
ONE, TWO = "closure incident:its-1", "closure incident:utic-1"
HOSTILE = "</script>\u202e3중 추돌"


def episode(at: int = 0, **facts: Any) -> Json:
    return {
        "since_ms": NOW_MS + at,
        "severity": "warning",
        "facts": {"title": "3중 추돌", "links": ["S0>S1", "elsewhere"], **facts},
        "told": 1,
    }


def id_of(name: str, at: int = 0) -> str:
    rule, _, subject = name.partition(" ")
    return episode_id(rule, subject, NOW_MS + at)


class Screen:
    """A map server's picture and board, and what its readers are told."""

    def __init__(self, network: Network) -> None:
        self.network, self.board, self.picture = network, Board(network), Picture()

    def says(self, **letters: Json) -> Json:
        before = self.picture
        picture, news = advance(before, translate(run(letters), self.network))
        self.picture, news = self.board.advance(before, picture, news)
        found: Json = json_of(delta_event(news, before, self.network, prev="0-0", now_ms=NOW_MS))
        return found


def test_what_changes_of_a_situation_is_told_once(network: Network) -> None:
    screen = Screen(network)
    told = screen.says(a={ONE: episode()})
    [row] = told["s"]
    assert (row["id"], row["links"], row["title"]) == (situation_id(id_of(ONE)), [0], "3중 추돌")
    assert (row["alert"], row["acknowledged"], "sx" in told) == (True, None, False)
    assert "s" not in screen.says(l={})
    told = screen.says(a={TWO: episode(1)})
    assert [(x["id"], len(x["facts"])) for x in told["s"]] == [(row["id"], 2)]
    assert "sx" not in told
    ack = {"by": "김", "comment": "", "at_ms": NOW_MS, "severity": "warning"}
    told = screen.says(y={x: {"episode": x, **ack} for x in (id_of(ONE), id_of(TWO, 1))})
    assert told["s"][0]["acknowledged"]["by"] == "김"
    shot = json_of(snapshot(screen.picture, network, now_ms=NOW_MS, is_simulated=False))
    assert [x["id"] for x in shot["situations"]] == [row["id"]]
    told = screen.says(a={ONE: None, TWO: None})
    assert (told.get("s"), told["sx"]) == (None, [row["id"]])


def test_whoever_comes_back_hears_what_stands_and_what_may_be_gone(network: Network) -> None:
    screen = Screen(network)
    screen.says(a={ONE: episode(), TWO: episode(1)})
    facts = screen.board.facts(screen.picture)
    assert facts[situation_id(id_of(ONE))] is not None
    assert facts[situation_id(id_of(TWO, 1))] is None
    screen.board.take([ended(ONE)])
    screen.says(a={ONE: None, TWO: None})
    assert screen.board.facts(screen.picture) == {situation_id(id_of(ONE)): None}


def ended(name: str) -> Alert:
    rule, _, subject = name.partition(" ")
    own = id_of(name)
    given = (RuleName(rule), subject, AlertEvent.END, Severity.WARNING, NOW_MS, NOW_MS + 60_000)
    return Alert(f"{own}.2", own, *given, facts={"links": ["S0>S1"]})


def test_it_goes_on_under_its_id_by_what_the_outbox_says_has_ended(network: Network) -> None:
    screen = Screen(network)
    [row] = screen.says(a={ONE: episode(), TWO: episode(1)})["s"]
    screen.board.take([ended(ONE)])
    [left] = screen.says(a={ONE: None})["s"]
    assert left["id"] == row["id"]
    again = Board(network)
    again.take([ended(ONE)])
    assert again.of(screen.picture) == screen.picture.situations


def test_hostile_text_is_made_harmless(network: Network) -> None:
    [row] = Screen(network).says(a={ONE: episode(title=HOSTILE)})["s"]
    assert "\u202e" not in row["title"]
    assert row["title"] == row["title_ko"] == row["title_en"]


def test_acts_of_another_moment_change_nothing_of_others(network: Network) -> None:
    screen = Screen(network)
    [row] = screen.says(a={ONE: episode()})["s"]
    act = {
        "situation": row["id"], "act": "note", "by": "lee", "at_ms": NOW_MS, "note": "견인 요청"
    }  # fmt: skip
    [noted] = screen.says(i={row["id"]: {"acts": [act]}})["s"]
    assert [(x["by"], x["note"]) for x in noted["notes"]] == [("lee", "견인 요청")]
    assert "s" not in screen.says(i={"sit_other": {"acts": [act]}})
    assert replace(screen.picture).situations == screen.picture.situations
