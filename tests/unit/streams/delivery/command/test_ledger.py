"""What the sink says of what it receives."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.delivery.command.ledger import FORGED, Ledger
from streams.delivery.command.sink import line_of

NOW_MS = 1_795_392_000_000


def message(name: str, word: str = "begin", **more: Any) -> tuple[str, bytes]:
    body = {
        "id": name,
        "type": f"closure.{word}",
        "episode": name.rpartition(".")[0],
        "at_ms": NOW_MS - 1500,
        "expires_ms": NOW_MS + 1,
        "text_ko": "[긴급] 하수관",
        **more,
    }
    return name, json.dumps(body).encode()


def digest(name: str, *words: tuple[str, str]) -> tuple[str, bytes]:
    alerts = [
        {"id": word, "type": f"closure.{kind}", "episode": word.rpartition(".")[0]}
        for word, kind in words
    ]
    return message(name, type="digest", alerts=alerts, episode="")


B, U, E = "begin", "update", "end"


def test_what_began_before_the_sink_was_opened_owes_it_no_beginning() -> None:
    ledger = Ledger(opened_ms=NOW_MS)
    before = ledger.take(*message("a.2", U, began_ms=NOW_MS - 1), NOW_MS)
    after = ledger.take(*message("b.2", U, began_ms=NOW_MS), NOW_MS)
    assert (before.verdict, after.verdict) == ("ok", "gap")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([message("a.1"), message("a.2", U), message("a.3", E)], "ok ok ok"),
        ([message("a.1"), message("a.5", U), message("a.6", E)], "ok ok ok"),  # superseded
        ([message("a.1"), message("b.1"), message("a.2", E), message("b.2", E)], "ok ok ok ok"),
        ([message("a.1"), message("a.1")], "ok repeat"),
        ([message("a.1"), message("a.1", text_ko="x")], "ok conflict"),
        ([message("a.2", U)], "gap"),
        ([message("a.2", E)], "gap"),
        ([message("a.2", U), message("a.3", U)], "gap ok"),  # said once
        ([message("a.1"), message("a.3", E), message("a.2", U)], "ok ok order"),
        ([message("a.2", U), message("a.1")], "gap order"),
        ([message("a.1", expires_ms=NOW_MS - 1)], "late"),
        ([("other", message("a.1")[1])], "conflict"),  # the header says otherwise
        ([("a.1", b"[]")], "unreadable"),
        ([("a.1", b"\xff")], "unreadable"),
        ([("a.1", b"[" * 100_000)], "unreadable"),
        ([("test_1", message("test_1", type="test")[1])], "ok"),
        ([digest("d", ("a.1", B), ("a.2", E), ("b.1", B)), message("b.2", E)], "ok ok"),
        ([digest("d", ("a.2", E))], "gap"),
        ([digest("d", ("a.1", B)), message("a.1")], "ok repeat"),
        ([message("a.1"), digest("d", ("a.1", B))], "ok repeat"),
    ],
)
def test_each_message_is_judged_by_what_came_before(
    told: list[tuple[str, bytes]], words: str
) -> None:
    ledger = Ledger()
    assert [ledger.take(*each, NOW_MS).verdict for each in told] == words.split()


def test_a_forged_message_is_counted_and_leaves_no_trace() -> None:
    ledger = Ledger()
    assert ledger.refuse(FORGED).verdict == "forged"
    assert ledger.take(*message("a.1"), NOW_MS).verdict == "ok"
    assert ledger.counts == {"forged": 1, "ok": 1}


def test_the_summary_counts_and_measures() -> None:
    ledger = Ledger()
    for each in (message("a.1"), message("a.1"), message("b.2", E)):
        ledger.take(*each, NOW_MS)
    lines = ledger.summary()
    assert lines[0] == "3 messages, 1 as they must be"
    assert [line.split()[:2] for line in lines[1:3]] == [["1", "gap:"], ["1", "repeat:"]]
    assert lines[-1] == "from the event to here: p95 1500 ms, longest 1500 ms"
    assert Ledger().summary() == ["0 messages, 0 as they must be"]


def test_a_line_is_one_line_whatever_the_message_says() -> None:
    entry = Ledger().take(*message("a.1", text_ko="a\nb\x1b[2J\u202e"), NOW_MS)
    line = line_of(entry, NOW_MS)
    assert line.isprintable()
    assert line.endswith("a b [2J")


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_numbers_that_only_grow_from_a_begin_on_are_never_wrong(steps: list[int]) -> None:
    ledger, number = Ledger(), 1
    assert ledger.take(*message("a.1"), NOW_MS).verdict == "ok"
    for step in steps:
        number += step
        assert ledger.take(*message(f"a.{number}", U), NOW_MS).verdict == "ok"
