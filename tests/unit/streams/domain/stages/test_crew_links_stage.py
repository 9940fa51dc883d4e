from dataclasses import replace

import pytest

from streams.contract import wire
from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.crew_link import MAX_LINKS, MOST_MS, CrewLink
from streams.contract.derived import Origin
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Forgotten
from streams.contract.times import DAY_MS
from streams.domain.stage import State, apply, empty_state
from streams.domain.stages.crew_links import CrewLinksStage, WorkLinks

T_MS = 1_795_000_000_000
MADE = CrewLink(link="a" * 22, work="W1", holder="ep_a", made_ms=T_MS, expires_ms=T_MS + DAY_MS)
ENDED = replace(MADE, ended_ms=T_MS + 5, ended_by="kim")


def told(*messages: CrewLink | Forgotten) -> tuple[State, dict[str, int]]:
    stage, counts = CrewLinksStage(), dict[str, int]()
    state = empty_state(stage)
    for offset, message in enumerate(messages):
        effects = stage.step(state, message, Origin("crew-links", 0, offset))
        apply(state, effects.changes)
        counts |= effects.counts
    return state, counts


def rows(*messages: CrewLink | Forgotten) -> dict[str, WorkLinks]:
    found: dict[str, WorkLinks] = told(*messages)[0]["crew_links"]
    return found


def test_what_was_ended_stays_ended_however_often_it_is_made_again() -> None:
    again = replace(MADE, made_ms=T_MS + 9)
    assert rows(MADE, again) == {"W1": WorkLinks((MADE,))}
    for run in ((MADE, ENDED), (MADE, ENDED, again), (MADE, ENDED, replace(ENDED, ended_ms=1))):
        assert rows(*run) == {"W1": WorkLinks((ENDED,))}


def test_an_end_whose_beginning_is_not_on_the_log_any_more_is_kept() -> None:
    assert rows(ENDED, MADE) == {"W1": WorkLinks((ENDED,))}


def test_links_of_a_work_are_ended_alone() -> None:
    other = replace(MADE, link="b" * 22, holder="하수 시공사")
    assert rows(MADE, other, ENDED)["W1"].links == (ENDED, other)


def test_what_has_expired_goes_of_all_works_when_one_is_made() -> None:
    later = replace(MADE, work="W2", made_ms=T_MS + DAY_MS + 1, expires_ms=T_MS + 2 * DAY_MS)
    assert set(rows(MADE, later)) == {"W2"}
    assert set(rows(MADE, replace(later, made_ms=T_MS + DAY_MS))) == {"W1", "W2"}
    far = replace(ENDED, link="c" * 22, ended_ms=T_MS + 99 * DAY_MS)
    assert rows(MADE, far)["W1"].links == (MADE, far)  # an end forgets nothing


def test_a_name_that_is_forgotten_stands_on_no_link_as_holder_maker_or_ender() -> None:
    alias = "gone-0123456789ab"
    made = replace(MADE, holder="kim", made_by="kim", ended_ms=T_MS + 5, ended_by="kim")
    other = replace(MADE, link="b" * 22, made_by="lee")
    [one, two] = rows(made, other, Forgotten("account:kim", T_MS, alias))["W1"].links
    assert (one.holder, one.made_by, one.ended_by) == (alias, alias, alias)
    assert two == other


def test_what_has_expired_goes_when_it_is_said_how_late_it_is() -> None:
    assert set(rows(MADE, Forgotten("", MADE.expires_ms))) == {"W1"}
    assert rows(MADE, Forgotten("", MADE.expires_ms + 1)) == {}


def test_links_above_the_bound_are_counted_and_do_not_count() -> None:
    many = [replace(MADE, link=f"{n:022d}") for n in range(MAX_LINKS + 1)]
    state, counts = told(*many)
    assert len(state["crew_links"]["W1"].links) == MAX_LINKS
    assert counts == {"crew links too many": 1}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"link": "short"}, "link"),
        ({"link": "a" * 21 + "/"}, "link"),
        ({"work": ""}, "work"),
        ({"holder": ""}, "holder"),
        ({"holder": "x" * 41}, "holder"),
        ({"holder": "홍길동 010-1234-5678"}, "holder"),
        ({"holder": "a\nb"}, "holder"),
        ({"expires_ms": T_MS}, "expires_ms"),
        ({"expires_ms": T_MS + MOST_MS + 1}, "expires_ms"),
        ({"ended_ms": -1}, "ended_ms"),
    ],
)
def test_a_link_that_cannot_be_is_refused_and_its_holder_not_repeated(
    more: dict[str, str | int], said: str
) -> None:
    with pytest.raises(RecordRefusedError, match=f"R025 {said}") as refused:
        wire.decode(wire.encode(replace(MADE, **more)))  # type: ignore[arg-type]
    assert "홍길동" not in str(refused.value)


def test_a_clock_that_is_ahead_makes_no_link_but_may_end_one() -> None:
    early_ms = T_MS - MAX_AHEAD_MS - 1
    with pytest.raises(RecordRefusedError, match="R023"):
        wire.read(wire.encode(MADE), (CrewLink,), "crew-links", early_ms)
    assert wire.read(wire.encode(ENDED), (CrewLink,), "crew-links", early_ms) == ENDED
