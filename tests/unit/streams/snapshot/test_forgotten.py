"""What was forgotten is not in a snapshot, though the log still has it."""

from streams.contract import topics, wire
from streams.contract.account import Account
from streams.contract.enums import Role, Severity
from streams.contract.records import Acknowledgement, Call, CallDone, Forgotten, Message
from streams.kafka.cluster import Record
from streams.snapshot.forgotten import without_forgotten

AT_MS = 1_764_000_000_000
ALIAS = "gone-0123456789ab"


def records(topic: topics.Topic, *messages: Message) -> list[Record]:
    rows = [wire.encode(message) for message in messages]
    return [Record(topic.name, 0, n, row, None, AT_MS + n) for n, row in enumerate(rows)]


def call(name: str, title: str) -> Call:
    return Call(name, AT_MS, title, ("S2>S3",))


def test_a_call_is_gone_with_all_that_was_told_of_it() -> None:
    gone = Forgotten("call:c2", AT_MS + 9)
    told = records(
        topics.CALLS,
        call("c1", "남는 자리"),
        call("c2", "잊을 자리"),
        CallDone("c2", AT_MS + 5),
        gone,
        call("c3", "나중 자리"),
    )
    kept = without_forgotten(told)
    assert [wire.decode(x.payload) for x in kept] == [
        call("c1", "남는 자리"),
        gone,
        gone,
        gone,
        call("c3", "나중 자리"),
    ]
    assert [(x.offset, x.stamp_ms) for x in kept] == [(x.offset, x.stamp_ms) for x in told]


def test_an_account_goes_and_its_name_stays_nobody_elses() -> None:
    hong = Account(account="hong", roles=(Role.DESK,), office="도로과", changed_ms=AT_MS)
    other = Account(account="kim", roles=(Role.DESK,), changed_ms=AT_MS, changed_by="hong")
    gone = Forgotten("account:hong", AT_MS + 9, ALIAS)
    kept = without_forgotten(records(topics.ACCOUNTS, hong, other, gone))
    removed, renamed, last = (wire.decode(x.payload) for x in kept)
    assert isinstance(removed, Account)
    assert (removed.account, removed.is_removed, removed.office) == ("hong", True, "")
    assert isinstance(renamed, Account)
    assert (renamed.account, renamed.changed_by, last) == ("kim", ALIAS, gone)
    ack = Acknowledgement("alrt_" + "a" * 26, "hong", "확인", AT_MS, Severity.WARNING)
    (changed, _) = without_forgotten(records(topics.ACKNOWLEDGEMENTS, ack, gone))
    assert b"hong" not in (changed.payload or b"")
    assert ALIAS.encode() in (changed.payload or b"")


def test_what_cannot_be_read_and_what_nobody_forgot_stay_byte_by_byte() -> None:
    told = records(topics.CALLS, call("c1", "자리"), Forgotten("", AT_MS))
    told.insert(0, Record(topics.CALLS.name, 0, 7, b"{half"))
    told.insert(0, Record(topics.CALLS.name, 0, 8, None))
    assert without_forgotten(told) == told
