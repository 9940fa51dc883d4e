from dataclasses import replace

import pytest

from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.times import DAY_MS
from streams.delivery.deciding.endpoint import (
    MAX_WAITING,
    OVERDUE_MS,
    Answered,
    Buried,
    Bury,
    Disable,
    EndpointState,
    Offered,
    ReplayedLetters,
    Woken,
    overdue,
    step,
)
from streams.delivery.deciding.outcomes import Kind, PostOutcome
from streams.delivery.deciding.waiting import Offer, Terms
from streams.delivery.sending.saving import decoded, encoded
from tests.unit.streams.delivery.deciding.laws import T0_MS, TERMS, World, alert, silent

BEGIN, UPDATE, END = AlertEvent.BEGIN, AlertEvent.UPDATE, AlertEvent.END
MINUTE_MS = 60_000


def flying(world: World) -> list[str]:
    return [message.id.rpartition("-")[2] for message in world.flying]


def test_a_subjects_messages_go_one_after_the_other_and_subjects_side_by_side() -> None:
    world = World()
    world.decide(alert("work:A"), alert("work:A", 2, END), alert("work:B"), alert("work:C"))
    assert [m.alerts[0].subject for m in world.flying] == ["work:A", "work:B"]  # two at once
    world.answer()
    assert [m.id for m in world.flying[1:]] == [alert("work:A", 2).id]


def test_a_failing_message_holds_up_its_own_subject_alone() -> None:
    world = World()
    world.decide(alert("work:A"), alert("work:A", 2, END), alert("work:B"))
    world.answer(Kind.FAILED)
    assert world.answer() == alert("work:B").id
    assert world.flying == []
    world.wait(5_000)
    assert world.answer() == alert("work:A").id


def test_an_update_waits_for_its_ten_minutes_and_a_newer_one_takes_its_place() -> None:
    world = World()
    world.decide(alert())
    world.answer()
    for number, minute in ((2, 1), (3, 2), (4, 9)):
        world.now_ms = T0_MS + minute * MINUTE_MS
        world.decide(alert(number=number, word=UPDATE, at_ms=world.now_ms))
    assert world.flying == []
    world.wait(MINUTE_MS - 1)
    assert world.flying == []
    world.wait(1)
    assert flying(world) == ["0.4"]


def test_an_end_goes_at_once_and_the_update_that_waited_does_not() -> None:
    world = World()
    world.decide(alert())
    world.answer()
    world.decide(alert(number=2, word=UPDATE), alert(number=3, word=END))
    assert flying(world) == ["0.3"]
    world.answer()
    world.wait(20 * MINUTE_MS)
    assert (world.flying, world.state.line) == ([], ())


def test_a_waiting_update_gives_way_to_another_rule_of_its_subject() -> None:
    world = World()
    world.decide(alert())
    world.answer()
    world.decide(alert(number=2, word=UPDATE), alert(rule=RuleName.OVERDUE))
    assert [m.alerts[0].rule for m in world.flying] == ["overdue"]


def test_a_coalescing_endpoint_gets_the_newest_word_alone() -> None:
    world = World(terms=Terms("ep_a", DAY_MS, is_coalesced=True))
    silent(world, is_silent=True)
    world.decide(alert(), alert(number=2, word=UPDATE), alert(number=3, word=END))
    silent(world, is_silent=False)
    world.wait(1)
    assert flying(world) == ["0.3"]


def test_what_was_confirmed_waits_or_is_older_than_the_endpoint_is_not_wanted() -> None:
    world = World(terms=Terms("ep_a", DAY_MS, since_ms=T0_MS))
    world.decide(alert(at_ms=T0_MS - 1))
    assert world.flying == []
    world.decide(alert(nth=1), alert(nth=1))
    world.answer()
    world.decide(alert(nth=1))
    assert (world.flying, world.state.line) == ([], ())


def test_the_rest_of_an_episode_goes_to_whoever_heard_its_begin() -> None:
    world = World()
    world.decide(alert())
    world.answer()
    world.decide(alert(number=2, word=END), alert("work:B", 2, END), is_match=False)
    assert [m.id for m in world.flying] == [alert(number=2).id]
    world = World()
    world.decide(alert())
    world.decide(alert(number=2, word=UPDATE), is_match=False)
    assert len(world.state.line) == 2


def test_an_expired_message_becomes_a_dead_letter_and_its_line_goes_on() -> None:
    world = World()
    world.decide(alert(), alert(nth=1, at_ms=T0_MS + DAY_MS))
    for _ in range(3):
        world.answer(Kind.FAILED)
        world.wait(30_000)
    world.answer(Kind.FAILED)
    world.wait(DAY_MS - 90_000)
    assert [m.id for m in world.buried] == [alert().id]
    assert flying(world) == ["1.1"]


def test_one_on_its_way_at_its_expiry_is_judged_by_its_answer() -> None:
    world = World()
    world.decide(alert())
    world.wait(DAY_MS)
    assert world.buried == []
    world.answer(Kind.FAILED)
    assert [m.id for m in world.buried] == [alert().id]


def test_a_busy_endpoint_is_left_alone_for_as_long_as_it_asks() -> None:
    world = World()
    world.decide(alert("work:A"))
    world.answer(Kind.LATER, later_ms=60_000)
    world.decide(alert("work:B"))
    world.wait(59_999)
    assert world.flying == []
    world.wait(1)
    assert len(world.flying) == 2
    for _ in range(6):
        world.answer(Kind.LATER, later_ms=1)
        world.wait(60_000)
    assert not world.state.breaker.is_open


def test_gone_says_to_disable() -> None:
    world = World()
    world.decide(alert())
    state = world.state
    made = step(state, Answered(alert().id, PostOutcome(Kind.GONE, 410)), T0_MS, {}, world.terms)
    assert made.actions[0] == Disable()
    assert [m.id for m in made.state.line] == [alert().id]


def test_an_open_breaker_probes_with_the_least_tried_then_everything_goes() -> None:
    world = World()
    world.decide(*(alert(f"work:{i}") for i in range(6)))
    for _ in range(5):
        world.answer(Kind.FAILED, chance=1.0)
    assert world.state.breaker.is_open
    world.flying.clear()
    world.state = replace(world.state, flying=frozenset())
    world.wait(5_000)
    [probe] = world.flying
    assert probe.tries == min(m.tries for m in world.state.line)
    world.answer()
    assert (len(world.flying), world.state.breaker.is_open) == (2, False)


def test_a_message_its_endpoint_cannot_bear_does_not_keep_the_others() -> None:
    world = World()
    world.decide(alert("work:bad"))
    while not world.state.breaker.is_open:
        if world.flying:
            world.answer(Kind.FAILED)
        else:
            world.wait(60_000)
    world.decide(alert("work:good"))
    world.wait(10_000)
    assert world.answer() == alert("work:good").id


def test_more_than_fits_stays_in_the_outbox() -> None:
    world = World()
    silent(world, is_silent=True)
    world.decide(*(alert(f"work:{i}") for i in range(MAX_WAITING + 50)))
    assert (len(world.state.line), world.state.cursor) == (MAX_WAITING, f"{MAX_WAITING}-0")
    silent(world, is_silent=False)
    while world.flying or world.state.line:
        world.wait(0)
        world.answer()
    assert world.ids == [offer.alert.id for offer in world.outbox]


def test_quiet_hours_end_in_one_digest_with_the_newest_of_each_episode() -> None:
    until_ms = T0_MS + 60 * MINUTE_MS
    world = World()
    held = [alert("work:A"), alert("work:A", 2, END), alert("work:B")]
    world.decide(*held, quiet_until_ms=until_ms)
    world.decide(later := alert("work:B", 2, END, at_ms=until_ms))
    assert world.flying == []
    world.wait(60 * MINUTE_MS + 2_000)
    [digest] = world.flying
    assert (digest.is_digest, [a.id for a in digest.alerts]) == (True, [held[1].id, held[2].id])
    again = World()
    again.decide(*held, quiet_until_ms=until_ms)
    again.wait(60 * MINUTE_MS + 2_000)
    assert again.flying[0].id == digest.id  # folded anew it has the same id
    world.answer()
    assert [m.id for m in world.flying] == [later.id]
    world.answer()
    world.state = replace(world.state, cursor="0-0")
    world.read()
    assert (world.flying, world.state.line) == ([], ())


def test_a_dead_letter_is_sent_again_whatever_was_confirmed_since() -> None:
    world = World()
    world.decide(alert())
    dead = world.state.line[0]
    world.answer()
    world.do(ReplayedLetters((dead, dead)))
    assert [m.id for m in world.flying] == [alert().id]
    world.answer()
    assert world.state.line == ()


@pytest.mark.parametrize(
    ("severity", "late_ms", "is_told"),
    [
        (Severity.CRITICAL, OVERDUE_MS, True),
        (Severity.CRITICAL, OVERDUE_MS - 1, False),
        (Severity.WARNING, OVERDUE_MS, False),
    ],
)
def test_a_critical_one_is_overdue_after_two_minutes(
    severity: Severity, late_ms: int, *, is_told: bool
) -> None:
    world = World()
    world.decide(alert(severity=severity))
    now_ms = T0_MS + late_ms
    assert (overdue(world.state, now_ms, {}, world.terms) is not None) == is_told


def test_an_update_that_waits_for_its_time_is_not_overdue() -> None:
    world = World()
    world.decide(alert())
    world.answer()
    world.decide(alert(number=2, word=UPDATE))
    now_ms = T0_MS + 9 * MINUTE_MS
    assert overdue(world.state, now_ms, world.told, world.terms) is None


def test_a_state_says_when_to_wake() -> None:
    world = World()
    world.decide(alert())
    world.answer(Kind.FAILED, chance=1.0)
    made = step(world.state, Woken(), T0_MS, {}, world.terms)
    assert made.wake_ms == T0_MS + 5_000
    empty = World()
    assert step(empty.state, Woken(), T0_MS, {}, empty.terms).wake_ms == 0


def test_what_waits_survives_being_stored() -> None:
    world = World()
    world.decide(alert(), alert(number=2, word=UPDATE))
    world.store()
    world.crash()
    assert [m.id for m in world.flying] == [alert().id]
    assert len(world.state.line) == 2


def test_what_waits_is_not_queued_again_nor_is_an_older_word_of_it() -> None:
    world = World()
    silent(world, is_silent=True)
    world.decide(alert(number=2, word=UPDATE), alert(number=2, word=UPDATE), alert())
    assert [m.id for m in world.state.line] == [alert(number=2).id]


def test_a_retry_comes_at_its_time_and_not_before() -> None:
    world = World()
    world.decide(alert())
    world.answer(Kind.FAILED, chance=1.0)
    world.wait(4_999)
    assert world.flying == []
    world.wait(1)
    assert len(world.flying) == 1


def test_a_probe_does_not_wait_for_the_retry_of_its_message() -> None:
    world = World()
    world.decide(alert())
    for delay_ms in (5_000, 15_000, 30_000, 60_000):
        world.answer(Kind.FAILED, chance=1.0)
        world.wait(delay_ms)
    world.answer(Kind.FAILED, chance=1.0)  # its next retry is two minutes away
    world.wait(5_000)
    assert len(world.flying) == 1


def test_an_update_that_failed_gives_way_to_a_newer_one_and_leaves_it_its_tries() -> None:
    world = World()
    world.decide(alert())
    world.answer()
    world.decide(alert(number=2, word=UPDATE))
    world.wait(10 * MINUTE_MS)
    world.decide(alert(number=3, word=UPDATE))
    world.answer(Kind.FAILED, chance=1.0)
    [left] = world.state.line
    assert (left.id, left.tries, left.retry_ms) == (
        alert(number=3).id,
        1,
        T0_MS + 10 * MINUTE_MS + 5_000,
    )


def test_an_endpoint_that_is_back_gets_all_at_once_whatever_their_retries() -> None:
    world = World()
    world.decide(alert("work:A"), alert("work:B"))
    while not world.state.breaker.is_open:
        if world.flying:
            world.answer(Kind.FAILED, chance=1.0)
        else:
            world.wait(1_000)
    while world.flying:
        world.answer(Kind.FAILED, chance=1.0)
    world.wait(5_000)
    world.answer()
    assert len(world.flying) == 1


def test_a_stored_message_whose_receipt_is_in_the_log_is_not_sent_again() -> None:
    world = World()
    world.decide(alert())
    world.store()
    world.answer()
    world.crash()
    assert (world.flying, world.state.line) == ([], ())


def test_what_is_given_up_is_in_the_line_until_the_log_has_it() -> None:
    made = step(EndpointState(), Offered((Offer(alert()),), "1-0"), T0_MS, {}, TERMS)
    failed = Answered(alert().id, PostOutcome(Kind.FAILED))
    made = step(made.state, failed, T0_MS, {}, TERMS)
    given_up = step(made.state, Woken(), T0_MS + DAY_MS, {}, TERMS)
    assert [type(each) for each in given_up.actions] == [Bury]
    once_more = step(given_up.state, Woken(), T0_MS + DAY_MS, {}, TERMS)
    assert (once_more.actions, len(once_more.state.line)) == ((), 1)
    successor = decoded(encoded(once_more.state))  # this process ends before the log has it
    assert successor
    assert step(successor, Woken(), T0_MS + DAY_MS, {}, TERMS).actions == given_up.actions
    gone = step(once_more.state, Buried(alert().id), T0_MS + DAY_MS, {}, TERMS)
    assert (gone.state.line, gone.state.away, gone.actions) == ((), frozenset(), ())
