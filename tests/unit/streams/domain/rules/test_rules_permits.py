"""One permit with several spots is one thing to be told of."""

from collections.abc import Iterable
from dataclasses import replace

from streams.contract.enums import AlertEvent, Closure, Severity
from streams.contract.records import Message, Permit, Tick
from streams.delivery.deciding.wording import sentence
from streams.domain.alerts import Alert
from streams.domain.stages.works import WorksStage
from tests.cities.fakes import STEP, Folded, street
from tests.cities.works import PERMIT, kst, listed
from tests.texts import both

BEGIN, UPDATE, END = AlertEvent.BEGIN, AlertEvent.UPDATE, AlertEvent.END
NOON_MS = kst("12:00", 1)
MINUTE_MS = 60_000
HERE = replace(PERMIT, permit_id="P1#a", number="P1", place="중앙로 1")
THERE = replace(
    HERE,
    permit_id="P1#b",
    place="석사로 9",
    lon=(PERMIT.lon or 0) + 3 * STEP,
    closure=Closure.FULL,
)
OTHER = replace(THERE, permit_id="P1~cd", organisation="도시가스", title="가스관 이설")


def told(*messages: Message) -> list[Alert]:
    fold = Folded(WorksStage(street(), partitions=1), topic="permits")
    return [alert for message in messages for alert in fold.take(message).alerts]


def at(minute: int, *permits: Permit) -> Message:
    return listed(*permits, received_ms=NOON_MS + minute * MINUTE_MS)


def of(alerts: Iterable[Alert], rule: str = "closure") -> list[Alert]:
    return [alert for alert in alerts if alert.rule == rule]


def test_a_permit_at_two_places_is_one_alert_with_both() -> None:
    [alert] = of(told(at(0, HERE, THERE)))
    assert (alert.word, alert.subject, alert.severity) == (BEGIN, "work:P1#a", Severity.CRITICAL)
    assert [each["place"] for each in alert.facts["places"]] == ["중앙로 1", "석사로 9"]
    assert alert.facts["works"] == ["P1#a", "P1#b"]
    assert {"S1>S2", "S4>S5"} <= set(alert.facts["links"])
    assert alert.facts["closure"] == "full"


def test_one_number_of_two_departments_is_two_alerts() -> None:
    assert len(of(told(at(0, HERE, OTHER)))) == 2


def test_a_permit_at_one_place_is_told_as_ever() -> None:
    [alert] = of(told(at(0, HERE)))
    assert "places" not in alert.facts


def test_the_alert_goes_on_while_any_spot_holds_and_ends_once() -> None:
    over = [replace(spot, is_withdrawn=True) for spot in (HERE, THERE)]
    alerts = of(
        told(
            at(0, HERE),
            at(1, HERE, THERE),
            at(2, over[0], THERE),  # the spot it began with is over
            Tick(NOON_MS + 3 * MINUTE_MS),
            at(4, over[0], over[1]),
        )
    )
    assert [alert.word for alert in alerts] == [BEGIN, UPDATE, UPDATE, END]
    assert len({alert.episode for alert in alerts}) == 1
    assert "places" not in alerts[2].facts


def test_the_alert_of_a_spot_that_is_gone_is_ended_with_the_rest() -> None:
    day_ms = 86_400_000
    gone = at(2, replace(HERE, is_withdrawn=True), THERE)
    long_after = [Tick(NOON_MS + day * day_ms) for day in range(1, 30)]
    alerts = of(told(at(0, HERE), at(1, HERE, THERE), gone, *long_after))
    assert alerts[-1].word is END
    assert len({alert.episode for alert in alerts}) == 1


def test_nobody_saw_a_permit_begin_is_told_once_for_all_its_spots() -> None:
    [alert] = of(told(at(0, HERE, THERE), Tick(NOON_MS + 125 * MINUTE_MS)), "unseen")
    assert len(alert.facts["places"]) == 2


def test_a_message_names_the_places() -> None:
    [alert] = of(told(at(0, HERE, THERE)))
    korean, english = both(sentence(alert, is_simulated=False))
    assert "2곳(중앙로 1, 석사로 9)" in korean
    assert "2 places (중앙로 1, 석사로 9)" in english


def test_a_message_of_many_places_names_three_and_the_number() -> None:
    spots = [replace(HERE, permit_id=f"P1#{at}", place=f"중앙로 {at}") for at in range(1, 6)]
    [alert] = of(told(at(0, *spots)))
    assert "5곳(중앙로 1, 중앙로 2, 중앙로 3, …)" in sentence(alert, is_simulated=False).to("ko")
