"""`python -m maps accounts reseal`: the secrets of one-time codes, sealed with the key of now.

After a rotation the key before counts for 90 days, and a seal is made anew at its owner's login.
This does it for those who stay away.
"""

import sys

from maps.access import accounts, codes
from streams.contract import topics
from streams.contract.errors import AccountError
from streams.contract.key_file import keys_now
from streams.contract.keys import Purpose
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.kafka.intake import Intake
from streams.state.store import Store


async def reseal(settings: Settings, store: Store, intake: Intake, by: str) -> int:
    """Seal anew what another key sealed; 2 where a seal cannot be opened any more, and whose.
    SettingsError where there is no key for codes. An account that changes meanwhile keeps its seal.
    """
    keys = keys_now(settings)
    key = keys.current(Purpose.CODES)
    opening, count, lost = keys.accepted(Purpose.CODES, now_ms()), 0, []
    for row in sorted((await store.accounts()).values(), key=lambda each: each.account):
        if not row.code_secret or codes.is_of(row.code_secret, key):
            continue
        try:
            secret = codes.opened(row.code_secret, row.account, opening)
        except AccountError:
            lost.append(row.account)
            continue
        seal = codes.sealed(secret, row.account, key)
        made = accounts.with_codes(row, seal, now_ms(), by)
        await intake.send(topics.ACCOUNTS, 0, made)
        count += 1
    sys.stdout.write(f"{count} sealed anew with {key.id}\n")
    for name in lost:
        sys.stderr.write(f"bomnae: {name}: no key opens its seal: `accounts reset {name}`\n")
    return 2 if lost else 0
