"""The stage of the published reports: the newest of each kind, each told once."""

from dataclasses import dataclass

from streams.contract.derived import Origin
from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.identity import named_of
from streams.contract.publication import KEPT, Publication
from streams.contract.records import Message
from streams.domain.alerts import RULES_VERSION, Alert
from streams.domain.stage import Effects, Rows, StageTable, State


@dataclass(frozen=True, slots=True)
class PublishedReport:
    """A report as it was published last; `revision` counts from 1 what it was published as."""

    publication: Publication
    revision: int = 1


PUBLISHED = StageTable("published_reports", PublishedReport)  # by report


class PublicationsStage:
    """publications -> the reports there are, and a message of each to whoever asks for it.

    The same files again, as after an end between log and note, are counted and change nothing:
    what is told is told once. Other files of the same days are another revision.
    """

    takes = (Publication,)
    tables = (PUBLISHED,)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        effects = Effects()
        if not isinstance(message, Publication):
            return effects
        rows = Rows(PUBLISHED, state, effects)
        known = rows.get(message.report)
        if known is not None and _is_same(known.publication, message):
            effects.count("publications repeated")
        elif known is None and _is_beyond(rows, message):
            effects.count("publications late")
        else:
            revision = 1 if known is None else known.revision + 1
            rows.put(message.report, PublishedReport(message, revision))
            effects.alerts.append(_told(message, revision))
            _let_go(rows, message)
        return effects


def _is_same(known: Publication, other: Publication) -> bool:
    return (known.files, known.missing) == (other.files, other.missing)


def _is_beyond(rows: Rows[PublishedReport], message: Publication) -> bool:
    """Whether so many younger ones of its kind are known that it would be let go at once."""
    firsts = [row.publication.first for row in rows.stored.values() if _is_of(row, message)]
    return len(firsts) >= KEPT and message.first < min(firsts)


def _let_go(rows: Rows[PublishedReport], message: Publication) -> None:
    """Forget the oldest of the kind above so many."""
    kind = {name: row for name, row in rows.all().items() if _is_of(row, message)}
    for name in sorted(kind, key=lambda each: kind[each].publication.first)[:-KEPT]:
        rows.put(name, None)


def _is_of(row: PublishedReport, message: Publication) -> bool:
    return row.publication.every is message.every


def _told(message: Publication, revision: int) -> Alert:
    """The message of a report. It stands on no road and ends by no other: it is an event alone."""
    text = "\n".join((RuleName.REPORT, str(RULES_VERSION), message.report))
    name = named_of("rprt", text)
    return Alert(
        id=f"{name}.{revision}",
        episode=name,
        rule=RuleName.REPORT,
        subject=f"published:{message.report}",
        word=AlertEvent.BEGIN if revision == 1 else AlertEvent.UPDATE,
        severity=Severity.NOTICE,
        began_ms=message.published_ms,
        at_ms=message.published_ms,
        facts={
            "report": message.report,
            "kind": message.every.value,
            "first": message.first,
            "last": message.last,
            "missing": list(message.missing),
            "files": [
                {"format": each.format.value, "bytes": each.bytes, "sha256": each.sha256}
                for each in message.files
            ],
        },
    )
