"""What is left of the accounts' log has no former secret, and folds to the same accounts."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from streams.contract import topics, wire
from streams.contract.account import Account, Passkey
from streams.contract.derived import Origin
from streams.contract.enums import Role
from streams.contract.records import Forgotten, Message
from streams.domain.stage import apply, empty_state
from streams.domain.stages.accounts import ACCOUNTS, GONE, KEEP_GONE_MS, AccountsStage
from streams.kafka.cluster import Record
from streams.retention.former_secrets import redacted

T0 = 1_795_392_000_000
HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ${}"
OLD, LEFT, NEW, HERS = (HASH.format(x) for x in ("b2xk", "bGVmdA", "bmV3", "aGVycw"))
SEAL = "sealed"
PASSKEY = Passkey(key_id="A" * 22, public_key="B" * 44)


def account(name: str, revision: int, **given: Any) -> Account:
    told = {"changed_ms": T0 + revision, "changed_by": "boss", "roles": (Role.DESK,)}
    return Account(account=name, revision=revision, **{**told, **given})


LOG: list[Message] = [
    account("kim", 1, password_hash=OLD, must_change=True),
    account("lee", 1, password_hash=HERS, changed_by="old"),
    account("kim", 2, password_hash=LEFT, code_secret=SEAL, passkeys=(PASSKEY,)),
    account("kim", 2, password_hash=HASH.format("b3ZlcnRha2Vu")),  # another came before: not taken
    account("kim", 3, password_hash=NEW, roles=(Role.MANAGER,)),
    account("old", 1, password_hash=OLD),
    Forgotten("account:old", T0 + 5, "gone-0123456789ab"),
    account("left", 1, password_hash=LEFT),
    Account(account="left", is_removed=True, changed_ms=T0 + 9),
]


def records(messages: Sequence[Message]) -> list[Record]:
    rows = enumerate(messages)
    return [Record(topics.ACCOUNTS.name, 0, n, wire.encode(x), stamp_ms=T0 + n) for n, x in rows]


def folded(messages: Sequence[Message], state: Any = None) -> Any:
    stage = AccountsStage()
    state = deepcopy(state) if state else empty_state(stage)
    for number, message in enumerate(messages):
        effects = stage.step(state, message, Origin(topics.ACCOUNTS.name, 0, number))
        apply(state, effects.changes)
    return state


def redacted_of(messages: Sequence[Message]) -> list[Account]:
    state = folded(messages)
    told = redacted(records(messages), state[ACCOUNTS.name], state[GONE.name])
    return [each.account for each in told]


def test_no_former_secret_is_left_and_those_that_hold_are() -> None:
    text = b"".join(wire.encode(each) for each in redacted_of(LOG)).decode()
    for former in (OLD, LEFT, HASH.format("b3ZlcnRha2Vu"), PASSKEY.key_id, SEAL):
        assert former not in text
    assert text.count(NEW) == text.count(HERS) == 1


def test_what_rights_they_were_given_and_when_stays_but_of_what_was_forgotten() -> None:
    state = folded(LOG)
    told = list(redacted(records(LOG), state[ACCOUNTS.name], state[GONE.name]))
    rows = [(each.account.account, each.account.revision, each.stamp_ms - T0) for each in told]
    assert [row for row in rows if row[0] == "kim"] == [
        ("kim", 1, 0),
        ("kim", 2, 2),
        ("kim", 2, 3),
        ("kim", 3, 4),
    ]
    assert [x.account.is_removed for x in told if x.account.account == "old"] == [True]
    assert [x.account.is_removed for x in told if x.account.account == "left"] == [False, True]
    assert "old" not in {each.account.changed_by for each in told}


def test_a_fold_of_what_is_left_comes_to_the_same_and_a_running_one_is_not_changed() -> None:
    state, left = folded(LOG), redacted_of(LOG)
    assert folded(left) == state
    assert folded(left, state) == state
    later: list[Message] = [
        account("kim", 4, password_hash=HERS)
    ]  # told while it was written again
    assert folded([*later, *left])[ACCOUNTS.name] == folded([*LOG, *later])[ACCOUNTS.name]
    assert redacted_of(left) == left


def test_a_name_that_somebody_else_has_now_brings_nothing_of_the_one_before() -> None:
    at_ms = T0 + 9 + KEEP_GONE_MS
    anew: list[Message] = [
        Forgotten("", at_ms),
        account("left", 1, changed_ms=at_ms, password_hash=NEW),
    ]
    state = folded([*LOG, *anew])
    assert "left" in state[ACCOUNTS.name]
    left = redacted_of([*LOG, *anew])
    assert [each for each in left if each.account == "left"] == [
        replace(account("left", 1), changed_ms=at_ms, password_hash=NEW)
    ]
    assert folded(left, state) == state
