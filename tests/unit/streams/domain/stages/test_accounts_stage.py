"""Accounts fold to the last change of each; what was made of an older row takes nothing back."""

from dataclasses import replace

import pytest

from maps.access import accounts
from streams.contract import wire
from streams.contract.account import Account, Passkey
from streams.contract.enums import Role
from streams.contract.errors import RecordRefusedError
from streams.domain.stages.accounts import AccountsStage
from tests.cities.fakes import Folded

HASH = "$argon2id$v=19$m=65536,t=3,p=4$abc"
KIM = accounts.added("kim", [Role.DESK], "roads", password_hash=HASH, now_ms=1, by="boss")
KEY = Passkey("key-number-1", "abc")


def folded(*log: Account) -> tuple[Account | None, dict[str, int]]:
    """The row of kim after a log, and what was counted."""
    fold, counts = Folded(AccountsStage(), topic="accounts"), dict[str, int]()
    for each in log:
        for name, by in fold.take(each).counts.items():
            counts[name] = counts.get(name, 0) + by
    return fold.state["accounts"].get("kim"), counts


@pytest.mark.parametrize(
    "own",
    [
        accounts.with_password(KIM, HASH + "2", 9),
        accounts.with_codes(KIM, "sealed", 9, "kim"),
        accounts.with_passkey(KIM, KEY, 9),
    ],
)
@pytest.mark.parametrize(
    "bosses",
    [
        accounts.locked(KIM, 5, "boss"),
        accounts.with_roles(KIM, [Role.VIEWER], 5, "boss"),
        accounts.with_roles(KIM, [Role.VIEWER], 9, "boss"),
    ],
)
def test_two_changes_of_one_row_the_first_holds_and_the_other_is_counted(
    own: Account, bosses: Account
) -> None:
    assert folded(KIM, bosses, own) == (bosses, {"accounts overtaken": 1})
    assert folded(KIM, own, bosses) == (own, {"accounts overtaken": 1})


def test_changes_one_after_another_all_hold_whatever_their_clocks_say() -> None:
    locked = accounts.locked(KIM, 50, "boss")
    unlocked = accounts.locked(locked, 20, "boss", is_locked=False)
    assert folded(KIM, locked, unlocked) == (unlocked, {})
    assert folded(KIM, locked, unlocked, unlocked) == (unlocked, {"accounts overtaken": 1})


def test_two_accounts_of_one_name_the_first_holds() -> None:
    other = replace(KIM, office="parks", changed_ms=2)
    assert folded(KIM, other) == (KIM, {"accounts overtaken": 1})


def test_a_removal_holds_whatever_came_between() -> None:
    gone = accounts.removed(KIM, 9, "boss")
    assert folded(KIM, accounts.locked(KIM, 5, "boss"), gone) == (None, {})
    assert folded(KIM, gone, accounts.locked(KIM, 9, "boss")) == (None, {"accounts gone": 1})


def test_messages_from_before_revisions_fold_by_their_own_time_and_new_ones_follow() -> None:
    payload = wire.encode(replace(KIM, revision=0)).replace(b',"revision":0', b"")
    old = wire.decode(payload)
    assert isinstance(old, Account)
    assert old.revision == 0
    later, earlier = replace(old, office="parks", changed_ms=7), replace(old, changed_ms=0)
    assert folded(old, later, earlier) == (later, {"accounts late": 1})
    first = accounts.locked(later, 8, "boss")
    assert folded(old, later, first) == (first, {})


def test_a_revision_out_of_bounds_is_refused() -> None:
    with pytest.raises(RecordRefusedError, match="revision"):
        wire.decode(wire.encode(replace(KIM, revision=-1)))
