"""What is forgotten leaves rows, history and alerts, stays away, and takes nothing else along."""

from collections.abc import Iterable
from dataclasses import replace

import msgspec
import pytest

from streams.contract import wire
from streams.contract.account import Account
from streams.contract.enums import AlertEvent, Closure, Role, RuleName, Severity
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Acknowledgement, Call, Forgotten, Message, Tick
from streams.domain.stage import Effects, Stage, Sum
from streams.domain.stages.accounts import KEEP_GONE_MS, AccountsStage
from streams.domain.stages.acknowledgements import KEEP_MS, AcknowledgementsStage
from streams.domain.stages.calls import CallsStage
from streams.domain.stages.works import FORGOTTEN, KEEP_FORGOTTEN_MS, WorksStage
from tests.cities.fakes import LAT, LON, Folded, at, street
from tests.cities.works import PERMIT, kst, listed

OPEN_MS = kst("00:00")
ALIAS = "gone-0123456789ab"


def folded(stage: Stage, topic: str, log: Iterable[Message]) -> tuple[Folded, list[Effects]]:
    fold = Folded(stage, topic=topic)
    return fold, [fold.take(message) for message in log]


def total_of(steps: Iterable[Effects]) -> Sum:
    total = Sum()
    for each in steps:
        total.add(each)
    return total


def held(*parts: object) -> str:
    return msgspec.json.encode(parts).decode()


DIG = "비밀 매설관 공사"
PLACED = replace(PERMIT, title=DIG, closure=Closure.FULL, lon=LON, lat=LAT)


def test_a_forgotten_permit_leaves_no_word_and_its_feed_does_not_bring_it_back() -> None:
    other = replace(PERMIT, permit_id="P-OTHER", title="다른 공사", lon=LON, lat=LAT)
    spots = [replace(PLACED, permit_id=f"{PERMIT.permit_id}#{n}") for n in (1, 2)]
    lists = [listed(*spots, other, received_ms=OPEN_MS + n) for n in range(2)]
    log: list[Message] = [lists[0], Tick(OPEN_MS + 60_000), Tick(OPEN_MS + 4 * 3_600_000)]
    fold, before = folded(WorksStage(street(), partitions=1), "permits", log)
    assert DIG in held(fold.state["works"], fold.state["work-episodes"])
    assert DIG in held(total_of(before).alerts, total_of(before).remembered)
    forgets = fold.take(Forgotten(f"work:{PERMIT.permit_id}", OPEN_MS + 5 * 3_600_000))
    total = total_of([*before, forgets])
    assert DIG not in held(dict(fold.state), total.alerts, total.remembered)
    assert list(fold.state["works"]) == ["P-OTHER"]
    ended = {x.episode for x in total.alerts if x.word is AlertEvent.END}
    told = {x.episode for x in total_of(before).alerts if spots[0].permit_id in x.subject}
    assert told
    assert told <= ended, "whoever heard of it hears that it is over"
    again = fold.take(listed(*spots, other, received_ms=OPEN_MS + 6 * 3_600_000))
    assert again.counts["permits forgotten"] == 2
    assert list(fold.state["works"]) == ["P-OTHER"]
    late_ms = OPEN_MS + 5 * 3_600_000 + KEEP_FORGOTTEN_MS
    fold.take(Tick(late_ms - 1))
    assert fold.state[FORGOTTEN.name]
    fold.take(Tick(late_ms))
    assert not fold.state[FORGOTTEN.name]


def call(name: str, second: float) -> Call:
    return Call(name, at(second), f"{DIG} {name}", ("S1>S2",), LON, LAT, f"R-{name}")


def test_a_forgotten_call_leaves_its_report_and_the_others_begin_anew() -> None:
    log: list[Message] = [Tick(at(0)), *(call(name, n) for n, name in enumerate("abcdef"))]
    fold, before = folded(CallsStage(partitions=1), "calls", log)
    assert [x.rule for x in total_of(before).alerts][:1] == [RuleName.REPORTS]
    forgets = fold.take(Forgotten("call:a", at(9)))
    total = total_of([*before, forgets])
    text = held(dict(fold.state), total.alerts)
    assert f"{DIG} a" not in text
    assert "R-a" not in text
    assert "a" not in fold.state["calls"]
    assert fold.state["reports"]["b"].count == 5
    assert [x.word for x in forgets.alerts] == [AlertEvent.END, AlertEvent.BEGIN]


def test_a_call_that_is_not_known_changes_nothing() -> None:
    log: list[Message] = [Tick(at(0)), call("a", 1)]
    fold, _ = folded(CallsStage(partitions=1), "calls", log)
    state = held(dict(fold.state))
    fold.take(Forgotten("call:zzz", at(2)))
    assert held(dict(fold.state)) == state


def test_what_an_account_did_stays_under_another_name() -> None:
    made = [
        Account(account=name, roles=(Role.DESK,), office=DIG, changed_by=by, changed_ms=5)
        for name, by in (("kim", "boss"), ("lee", "kim"))
    ]
    gone = Forgotten("account:kim", at(9), ALIAS)
    fold, _ = folded(AccountsStage(), "accounts", [*made, gone, made[0]])
    assert set(fold.state["accounts"]) == {"lee"}
    assert fold.state["accounts"]["lee"].changed_by == ALIAS
    assert fold.state["accounts_gone"] == {"kim": at(9)}, "the name is nobody else's"
    fold.take(Forgotten("", at(9) + KEEP_GONE_MS))
    assert fold.state["accounts_gone"] == {}
    ack = Acknowledgement(f"alrt_{'a' * 26}", "kim", "봤음", at(1), Severity.CRITICAL)
    acks, _ = folded(AcknowledgementsStage(), "acknowledgements", [ack, gone])
    assert [x.by for x in acks.state["acknowledgements"].values()] == [ALIAS]
    before, after = (acks.take(x) for x in (Forgotten("", at(1)), gone))
    assert (before.forgotten, after.forgotten) == ([], ["account:kim"]), "deltas bear the name"
    acks.take(Forgotten("", at(1) + KEEP_MS - 1))
    assert acks.state["acknowledgements"]
    acks.take(Forgotten("", at(1) + KEEP_MS))
    assert not acks.state["acknowledgements"]


@pytest.mark.parametrize(
    "gone",
    [
        Forgotten("bus:1", 0),
        Forgotten("work:", 0),
        Forgotten("work:P", 0, ALIAS),
        Forgotten("account:kim", 0),
        Forgotten("account:kim", 0, "kim"),
        Forgotten("work:" + "x" * 201, 0),
        Forgotten("work:P", -1),
    ],
)
def test_what_cannot_be_forgotten_is_refused(gone: Forgotten) -> None:
    with pytest.raises(RecordRefusedError):
        wire.decode(wire.encode(gone))
