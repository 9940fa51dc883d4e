"""The body of a message: one alert, a published report, or a digest of what the quiet hours held
back. Pure.

The same alert gives the same bytes whenever it is made, so a message tried again is the same one.
"""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from msgspec import UNSET, Meta, UnsetType

from streams.contract.enums import (
    AlertEvent,
    ReportFormat,
    ReportKind,
    RuleName,
    Severity,
    SiteStatus,
)
from streams.contract.identity import named_of
from streams.contract.publication import ReportFile, file_path, page_path
from streams.delivery.deciding.wording import one_line, sentence, title_of
from streams.domain.alerts import Alert
from streams.domain.observed.questions import QUESTIONS, CrewQuestion
from streams.words.catalogue import Translatable, phrase
from streams.words.spoken import OwnText, Spoken, in_each

MAX_BYTES = 20_000
MAX_FACTS_BYTES = 12_000
LINE = 80  # characters of a digest's line: 25 alerts fit then, however long their texts
DIGEST = "digest"
TRIAL = "test"
REPORT = "report.published"


class CrewAnswer(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """An answer to a crew's question: the tap that gives it on the crew's page."""

    tap: SiteStatus
    text: OwnText


class CrewQuestionBody(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """What a crew is asked where buses contradict its tap; `answers` are yes and no."""

    text: OwnText
    answers: list[CrewAnswer]


class AlertMessage(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """The body of an alert's message, as a webhook gets it and `/api/v1/events` lists it."""

    id: str
    type: Annotated[str, Meta(description="rule.word")]
    episode: str
    rule: RuleName
    subject: Annotated[
        str, Meta(description="work:ID, incident:ID, closure:ID, link:ID, feed:NAME ...")
    ]
    word: AlertEvent
    severity: Severity
    began_ms: int
    at_ms: int
    expires_ms: int
    title: str
    text: Translatable
    facts: Annotated[dict[str, Any], Meta(description="what was known of the subject then")]
    simulated: bool
    cut: Annotated[list[str], Meta(description="facts that were cut")] | UnsetType = UNSET
    work_url: Annotated[str, Meta(description="the crew's link")] | UnsetType = UNSET
    map_url: str | UnsetType = UNSET
    situation: (
        Annotated[str, Meta(description="id of the situation that it is of, sit_...")] | UnsetType
    ) = UNSET
    question: (
        Annotated[CrewQuestionBody, Meta(description="for the crew, answered on `work_url`")]
        | UnsetType
    ) = UNSET


class ReportFileBody(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a published report; `url` needs somebody who may take files."""

    format: ReportFormat
    bytes: int
    sha256: str
    url: str | UnsetType = UNSET


class ReportMessage(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """The body of a published report's message: where it is, and nothing of what it says."""

    id: str
    type: str = REPORT
    report: str
    kind: ReportKind
    revision: int
    first: str
    last: str
    missing: list[str]
    at_ms: int
    expires_ms: int
    text: Translatable
    files: list[ReportFileBody]
    simulated: bool
    report_url: str | UnsetType = UNSET


def report_message(
    alert: Alert, *, expires_ms: int, public_url: str = "", is_simulated: bool = False
) -> ReportMessage:
    """The body of a published report. Without a public address it has no links."""
    facts = msgspec.convert(alert.facts, _ReportFacts)
    files = [
        ReportFileBody(
            format=each.format,
            bytes=each.bytes,
            sha256=each.sha256,
            url=public_url + file_path(facts.report, each.format) if public_url else UNSET,
        )
        for each in facts.files
    ]
    return ReportMessage(
        id=alert.id,
        report=facts.report,
        kind=facts.kind,
        revision=int(alert.id.rpartition(".")[2]),
        first=facts.first,
        last=facts.last,
        missing=facts.missing,
        at_ms=alert.at_ms,
        expires_ms=expires_ms,
        text=sentence(alert, is_simulated=is_simulated),
        files=files,
        simulated=is_simulated,
        report_url=public_url + page_path(facts.report) if public_url else UNSET,
    )


class _ReportFacts(msgspec.Struct):
    """What the stage has put into a report's facts."""

    report: str
    kind: ReportKind
    first: str
    last: str
    missing: list[str]
    files: list[ReportFile]


def message_of(
    alert: Alert,
    *,
    expires_ms: int,
    public_url: str = "",
    work_url: str | None = None,
    is_simulated: bool = False,
    situation: str = "",
) -> AlertMessage:
    """The body of an alert, as JSON at most 20 kB.

    `public_url` is the map's address without a slash at its end; without one the message has no
    `map_url`, without a crew's link no `work_url`. Facts that would make it too long are cut and
    named in `cut`.
    """
    facts, cut = _fitting(alert.facts)
    body = AlertMessage(
        id=alert.id,
        type=f"{alert.rule}.{alert.word}",
        episode=alert.episode,
        rule=alert.rule,
        subject=alert.subject,
        word=alert.word,
        severity=alert.severity,
        began_ms=alert.began_ms,
        at_ms=alert.at_ms,
        expires_ms=expires_ms,
        title=title_of(alert),
        text=sentence(alert, is_simulated=is_simulated),
        facts=facts,
        simulated=is_simulated,
        cut=cut or UNSET,
        work_url=work_url or UNSET,
        situation=situation or UNSET,
        question=question_body(alert) or UNSET,
    )
    if public_url:
        name = quote(f"{alert.rule} {alert.subject}", safe="")  # as the map's address has it
        body.map_url = f"{public_url}/#alert={name}"
    return body


def question_body(alert: Alert) -> CrewQuestionBody | None:
    """What the alert asks a crew; None of most."""
    asked = QUESTIONS.get(alert.facts.get("kind", "")) if alert.facts.get("asks") else None
    if asked is None or alert.word is AlertEvent.END:
        return None
    count = alert.facts.get("through" if asked.name == "open" else "round")
    return made_question(asked, count if isinstance(count, int) else 0)


def made_question(asked: CrewQuestion, count: int) -> CrewQuestionBody:
    """The words of a question after so many buses."""
    answers = (("yes", asked.yes), ("no", asked.no))
    return CrewQuestionBody(
        text=phrase(f"question.{asked.name}", n=count),
        answers=[
            CrewAnswer(tap=tap, text=phrase(f"question.{asked.name}.{name}"))
            for name, tap in answers
        ],
    )


def digest_id(endpoint: str, alert_ids: Sequence[str]) -> str:
    """`dgst_` and 26 letters and digits: the same alerts for the same endpoint have the same id."""
    text = "\n".join((DIGEST, endpoint, *alert_ids))
    return named_of("dgst", text)


def digest_of(
    alerts: Sequence[Alert],
    *,
    endpoint: str,
    at_ms: int,
    expires_ms: int,
    public_url: str = "",
    is_simulated: bool = False,
) -> bytes:
    """The JSON of what was held back, oldest first, at most 20 kB; `left_out` counts the rest.

    The newest are kept: what is left out can be read from `/api/v1/events`.
    """
    lines = [_line(alert, is_simulated=is_simulated) for alert in alerts]
    message_id = digest_id(endpoint, [alert.id for alert in alerts])
    body: dict[str, Any] = {
        "id": message_id,
        "type": DIGEST,
        "at_ms": at_ms,
        "expires_ms": expires_ms,
        **in_each(phrase("message.digest", count=len(alerts)), "text"),
        "simulated": is_simulated,
        "left_out": 0,
        "alerts": lines,
    }
    if public_url:
        body["map_url"] = f"{public_url}/"
    while len(encoded := msgspec.json.encode(body)) > MAX_BYTES:
        body["left_out"] += max(1, len(lines) // 10)
        lines = body["alerts"] = lines[max(1, len(lines) // 10) :]
    return encoded


def trial_of(message_id: str, *, at_ms: int, is_simulated: bool = False) -> bytes:
    """The JSON of a test message without an alert: whether it arrives and is verified."""
    body = {
        "id": message_id,
        "type": TRIAL,
        "at_ms": at_ms,
        **in_each(phrase("message.test"), "text"),
        "simulated": is_simulated,
    }
    return msgspec.json.encode(body)


def _line(alert: Alert, *, is_simulated: bool) -> dict[str, Any]:
    texts = in_each(sentence(alert, is_simulated=is_simulated), "text")
    return {
        "id": alert.id,
        "type": f"{alert.rule}.{alert.word.value}",
        "episode": alert.episode,
        "severity": alert.severity.value,
        "began_ms": alert.began_ms,
        "at_ms": alert.at_ms,
        **{name: one_line(text, LINE) for name, text in texts.items()},
    }


def _fitting(facts: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The facts within 12 kB, and the names of those that were cut: the longest go first.

    Of a list its beginning is kept.
    """
    kept, cut = dict(facts), []
    sizes = {name: len(msgspec.json.encode(value)) for name, value in facts.items()}
    for name in sorted(sizes, key=lambda each: (-sizes[each], each)):
        if sum(sizes.values()) <= MAX_FACTS_BYTES:
            break
        cut.append(name)
        value = kept[name]
        kept[name] = _beginning(value) if isinstance(value, list) else None
        sizes[name] = len(msgspec.json.encode(kept[name]))
    return kept, cut


def _beginning(values: list[Any]) -> list[Any]:
    """As many of the first values as take half of the room."""
    room = MAX_FACTS_BYTES // 2
    kept = []
    for value in values:
        room -= len(msgspec.json.encode(value)) + 1
        if room < 0:
            break
        kept.append(value)
    return kept
