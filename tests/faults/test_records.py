"""Row F36: the log of access records is away, then refuses, while people act."""

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from local.faults import Mode, Proxy
from local.services import answers, free_port
from local.waiting import wait_until
from streams.contract import topics, wire
from streams.contract.access import AccessRecord
from streams.contract.access_chain import hash_of
from streams.contract.account import Account
from streams.contract.enums import AccessAction, Role
from tests.cities.worlds import T0_MS
from tests.faults.feeder import Feeder
from tests.faults.figures import Figures, scaled
from tests.faults.rig import Rig

ACTS = 10
DONE = (200, "")
NOT_RECORDED = (503, "not_recorded")
WHO = {"BOMNAE_LOGIN": "proxy", "BOMNAE_TRUSTED_PROXIES": "127.0.0.1/32"}


class Office:
    """Somebody who downloads the list of works, each time with a reason."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.done = 0

    def act(self) -> tuple[int, str]:
        """Status and code of the refusal, "" where it is done."""
        headers = {"X-Remote-User": "hong", "Bomnae-Reason": "%EC%8B%AC%EC%9D%98%ED%9A%8C"}
        request = urllib.request.Request(f"{self._base}/api/v1/works.csv", headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:  # noqa: S310
                self.done += 1
                return answer.status, ""
        except urllib.error.HTTPError as refused:
            return refused.code, msgspec.json.decode(refused.read())["error"]["code"]

    def acts(self, count: int) -> list[tuple[int, str]]:
        """So many at one time."""
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _: self.act(), range(count)))


@pytest.mark.row("F36", f"access records: their log away, then refusing, under {ACTS} acts each")
def test_f36_unrecorded_acts(rig: Rig, figures: Figures) -> None:
    hong = Account(account="hong", roles=(Role.MANAGER,), changed_ms=T0_MS)
    Feeder(rig.broker.address, [(topics.ACCOUNTS, 0, wire.encode(hong))], 100).start().wait()
    rig.crew(1)
    with Proxy(rig.broker.proxied_port, port=rig.broker.proxy_port) as proxy:
        port = free_port()
        http = {"BOMNAE_HTTP": f"127.0.0.1:{port}", "BOMNAE_KAFKA": f"127.0.0.1:{proxy.port}"}
        server = rig.python("maps", "maps", "serve", env=WHO | http)
        server.wait_until(lambda: answers(port), "the map server")
        office = Office(f"http://127.0.0.1:{port}")
        wait_until(office.act, "the account, folded", lambda seen: seen == DONE)
        found = office.acts(scaled(ACTS))
        proxy.set(Mode.BLACKHOLE)
        away = office.acts(scaled(ACTS))
        proxy.set(Mode.PASS)
        wait_until(office.act, "acts that are done again", lambda seen: seen == DONE)
        rig.broker.configure(topics.ACCESS_RECORDS, {"max.message.bytes": "10"})
        wait_until(office.act, "a refusal", lambda seen: seen != DONE)
        refusing = office.acts(scaled(ACTS))
        rig.broker.configure(
            topics.ACCESS_RECORDS, {"max.message.bytes": str(topics.MAX_MESSAGE_BYTES)}
        )
        wait_until(office.act, "acts that are done again", lambda seen: seen == DONE)
        found += office.acts(scaled(ACTS))
        server.stop()
    payloads = [each.value for each in rig.broker.read(topics.ACCESS_RECORDS)]
    records = [wire.decode(each) for each in payloads]
    downloads = [
        r for r in records if isinstance(r, AccessRecord) and r.action is AccessAction.DOWNLOAD
    ]
    broken = [
        r.number
        for before, r in zip(payloads, records[1:], strict=False)
        if isinstance(r, AccessRecord) and r.before != hash_of(before)
    ]
    figures.exactly("acts refused while it is away", away.count(NOT_RECORDED), len(away))
    figures.exactly("acts refused while it refuses", refusing.count(NOT_RECORDED), len(refusing))
    figures.exactly("acts done before and after", found.count(DONE), len(found))
    figures.exactly("acts without a record", max(0, office.done - len(downloads)), 0)
    figures.exactly("breaks of the chain", len(broken), 0)
