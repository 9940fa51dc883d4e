"""The stage of the published reports: each once, told once, the newest of each kind kept."""

import json
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from streams.contract import wire
from streams.contract.derived import Origin
from streams.contract.enums import AlertEvent, ReportFormat, ReportKind
from streams.contract.errors import RecordRefusedError
from streams.contract.publication import KEPT, MAX_BYTES, Publication, ReportFile
from streams.contract.subscription import Subscription
from streams.contract.times import DAY_MS
from streams.delivery.deciding.matching import matches
from streams.delivery.deciding.message import report_message
from streams.domain.alerts import Alert
from streams.domain.stage import Effects, State, apply, empty_state
from streams.domain.stages.publications import PUBLISHED, PublicationsStage, PublishedReport
from tests.cities import worlds
from tests.places import ROOT

T0 = 1_796_054_400_000
NOVEMBER = Publication(
    "monthly-2026-11",
    ReportKind.MONTHLY,
    "2026-11-01",
    "2026-11-30",
    T0,
    (
        ReportFile(ReportFormat.PDF, 240_113, "ab" * 32),
        ReportFile(ReportFormat.HWPX, 90_000, "cd" * 32),
    ),
    missing=("2026-11-03",),
)


class Folded:
    def __init__(self, *messages: Publication) -> None:
        self.stage = PublicationsStage()
        self.state: State = empty_state(self.stage)
        self.counts: dict[str, int] = {}
        self.told: list[Alert] = []
        for message in messages:
            self.take(message)

    def take(self, message: Publication) -> Effects:
        read = wire.decode(wire.encode(message))
        assert read == message
        effects = self.stage.step(self.state, read, Origin("publications", 0, 0))
        apply(self.state, effects.changes)
        self.told += effects.alerts
        for name, by in effects.counts.items():
            self.counts[name] = self.counts.get(name, 0) + by
        return effects

    @property
    def rows(self) -> dict[str, PublishedReport]:
        found = self.state[PUBLISHED.name]
        assert isinstance(found, dict)
        return found


def daily(day: date, at_ms: int = T0) -> Publication:
    text = day.isoformat()
    return replace(
        NOVEMBER,
        report=f"daily-{text}",
        every=ReportKind.DAILY,
        first=text,
        last=text,
        published_ms=at_ms,
        missing=(),
    )


def test_the_same_report_again_is_told_once() -> None:
    folded = Folded(NOVEMBER, replace(NOVEMBER, published_ms=T0 + 5_000))
    assert folded.rows == {"monthly-2026-11": PublishedReport(NOVEMBER, 1)}
    assert [alert.id.rpartition(".")[2] for alert in folded.told] == ["1"]
    assert folded.counts == {"publications repeated": 1}


def test_other_files_of_the_same_days_are_another_revision() -> None:
    other = replace(NOVEMBER, files=(ReportFile(ReportFormat.PDF, 240_114, "ef" * 32),))
    folded = Folded(NOVEMBER, other)
    assert folded.rows["monthly-2026-11"] == PublishedReport(other, 2)
    first, second = folded.told
    assert (first.word, second.word) == (AlertEvent.BEGIN, AlertEvent.UPDATE)
    assert (second.episode, second.id) == (first.episode, f"{first.episode}.2")


def test_the_newest_of_each_kind_are_kept_and_an_older_one_does_not_come_back() -> None:
    begin = date(2025, 1, 1)
    days = [daily(begin + timedelta(days=at)) for at in range(KEPT + 3)]
    folded = Folded(NOVEMBER, *days)
    kept = {row.report for row in days[3:]} | {"monthly-2026-11"}
    assert folded.rows.keys() == kept
    folded.take(days[0])
    assert folded.rows.keys() == kept
    assert folded.counts == {"publications late": 1}
    assert len(folded.told) == KEPT + 4


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"report": "../../etc/passwd"}, "report"),
        ({"report": "weekly-2026-W48"}, "report"),
        ({"report": "monthly-2026-11.pdf"}, "report"),
        ({"report": "monthly-9999-12"}, "report"),
        ({"report": "monthly-2026-10"}, "report"),
        ({"first": "2026-11-31"}, "first"),
        ({"first": "2026-W48-1"}, "first"),
        ({"last": "2026-10-31"}, "last"),
        ({"last": "2027-02-01"}, "last"),
        ({"missing": ("2026-12-01",)}, "missing"),
        ({"published_ms": -1}, "published_ms"),
        ({"files": ()}, "files"),
        ({"files": NOVEMBER.files[:1] * 2}, "files"),
        ({"files": (ReportFile(ReportFormat.PDF, 0, "ab" * 32),)}, "files"),
        ({"files": (ReportFile(ReportFormat.PDF, MAX_BYTES + 1, "ab" * 32),)}, "files"),
        ({"files": (ReportFile(ReportFormat.PDF, 5, "AB" * 32),)}, "files"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(change: dict[str, object], field: str) -> None:
    broken = wire.encode(replace(NOVEMBER, **change))  # type: ignore[arg-type]
    with pytest.raises(RecordRefusedError, match=f"{field}: ") as refused:
        wire.decode(broken)
    assert refused.value.code == "R031"


@pytest.mark.parametrize(
    ("rules", "is_heard"),
    [
        ((), False),
        (("closure", "reports"), False),
        (("report.weekly",), False),
        (("report.monthly",), True),
    ],
)
def test_a_report_is_for_who_names_its_kind(rules: tuple[str, ...], is_heard: bool) -> None:  # noqa: FBT001
    asked = Subscription(
        endpoint="ep_0123456789",
        url="https://hall.example/hook",
        title="시장실",
        rules=rules,
        severities=("critical",),
        links=("S0>S1",),
        hours="09:00-18:00",
    )
    [told] = Folded(NOVEMBER).told
    assert matches(asked, told, worlds.road(4)) is is_heard


def test_its_message_has_links_and_digests_and_nothing_of_what_it_says() -> None:
    [told] = Folded(NOVEMBER).told
    body = report_message(told, expires_ms=T0 + 1, public_url="https://roads.example")
    assert (body.type, body.revision, body.missing) == ("report.published", 1, ["2026-11-03"])
    assert body.report_url == "https://roads.example/reports#monthly-2026-11"
    pdf = body.files[0]
    assert pdf.url == "https://roads.example/api/v1/reports/monthly-2026-11/pdf"
    assert (pdf.bytes, pdf.sha256) == (240_113, "ab" * 32)
    assert (
        msgspec.json.decode(msgspec.json.encode(body))["text_ko"]
        == "[보고서] 월간 보고서 게시 · 2026-11-01 ~ 2026-11-30 · 자료 없는 날 1일"
    )


def test_the_vector_of_a_published_report_is_the_message_as_it_is_today() -> None:
    vectors = json.loads((ROOT / "docs/webhook-vectors.json").read_text("utf-8"))
    [vector] = [each for each in vectors if each["name"] == "a published report"]
    [told] = Folded(NOVEMBER).told
    body = report_message(
        told,
        expires_ms=T0 + DAY_MS,
        public_url="https://roads.example",
        is_simulated=True,
    )
    assert vector["body"] == msgspec.json.encode(body).decode()
    assert vector["headers"]["webhook-id"] == told.id
