"""The N2SF grade of every answer: that of the gravest field it may hold. Pure.

A proposal for the city's officers. What is graded O must never hold a text of a grade above it,
which tests/services/test_grades.py tries with every such text there is.
"""

import dataclasses
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from maps.access.roles import Permission
from maps.api.operation import Operation, media_and_type
from streams.contract.enums import Grade

_OPEN = """NetworkBody NetworkIndex TileBody Snapshot WorkRow ReportedTime IncidentRow DetourRow
LeftStop DiscrepancyRow TileRows TilesNow LinkBody LinkProperties FeatureCollection Feature GeoPoint
GeoLine GeoLines WorkProperties Discrepancies DiscrepancyBody Evidence BusEvent SearchResults
SearchHit Feeds Health Delta AnswerBody Candidate ShortVerdict AnswerCard CardPlace CardVerdict
ClauseBody SourceRow CardWork LastReportBody CardIncident DetourBody SkippingRoute StopRef
NearestStop BusesRound RouteNow ClosedSection CardCalls CardSection PastMoment Clashes ClashRow
PastBody MomentBody ClosedLink ClosuresBody ClosureDetail ClosureConflict ClosureReading
ClosureTaken ClosureTroubles FieldTrouble WayRound LeftOut ErrorDetail
FoundPlace Changes ChangeRow OpenCalls CalledLink CrewState SiteBody
PublicVerdict BusesAgainst SiteQuestion CrewAnswer Photos Alerts AcknowledgementTaken Deliveries
Situations ActsTaken QueueRow
Events CrewQuestionBody SubscriptionsBody Truth Figures DelayFigures DelayClass TruthShare
Sheet SheetSection Shifts ShiftHead ShiftTheirs ShiftBody ShiftTaken ShiftConflict
PromiseClass VerdictFigures FeedFigures OwnSessions Records CrewLinksBody
OwnPasskeys AccountsBody FeedDay FeedSpan LinkDay ClosedRow Corridors CorridorRow DelayRow
WallNow Datasets DatasetColumnBody DatasetFeatures DatasetGeometry DatasetFigure DatasetHits
Statistics StatisticHead StatisticColumn StatisticChart StatisticNote
StatisticRows PublishedReports ReportHead PublishedFile PastDays PastDayRow
DatasetShade DatasetAddressesBody"""
"""Bodies with no field of their own above O; what they are made of has grades of its own."""

_SENSITIVE = {
    "BusRow": "vehicle",
    "RunningBus": "vehicle",
    "StatisticFigure": "rows",  # names of receivers, for who may see them
    "DatasetBody": "title title_en owner",
    "DatasetDetail": "title title_en owner note source detail examples sums box fault",
    "RefusedRow": "value why",
    "DatasetRows": "rows",
    "FigureBody": "labels values",
    "DatasetHit": "title subtitle lon lat",
    "DatasetFeature": "geometry properties",
    "DatasetLayer": "marks",
    "DatasetShape": "geometry",
    "DatasetAreas": "without time",
    "ReportRow": "id title",
    "FeedRow": "detail",
    "FeedNow": "detail",
    "AlertRow": "title subject name",
    "OpenAlert": "title subject name",
    "AckRow": "by comment",
    "FactRow": "name subject text_ko text_en",
    "SituationRow": "title title_ko title_en snoozed_by assigned assigned_by",
    "SituationBody": "title title_ko title_en snoozed_by assigned assigned_by",
    "SeenRow": "by comment",
    "ActRow": "by note to",
    "ClosureTerms": "by reason",
    "HandClosureRow": "by reason",
    "WordTaken": "report_id",
    "SheetLine": "text",
    "SheetDone": "by words to",
    "SheetNote": "note_id by text",
    "ShiftNote": "note_id",
    "Signature": "by",
    "ShiftYours": "by note",
    "ShownView": "by",
    "UndeliveredRow": "endpoint endpoint_title title",
    "PhotoRef": "id",
    "CallTaken": "call_id",
    "OpenCall": "id title reference",
    "ReportState": "id",
    "PhotoTaken": "photo",
    "Photo": "id",
    "EndpointDeliveries": "endpoint title",
    "AttemptRow": "id error",
    "AlertMessage": "title text_ko text_en subject facts work_url",
    "SubscriptionBody": "endpoint url title",
    "EndpointBody": "endpoint",
    "SessionBody": "account office roles may",
    "OneSession": "id address",
    "CrewLinkBody": "link holder title made_by ended_by",
    "OnePasskey": "id",
    "OneAccount": "account roles office is_locked must_change has_code passkeys is_program "
    "changed_ms changed_by",
    "ListedAccount": "account roles office is_locked must_change has_code passkeys is_program "
    "changed_ms changed_by"
    " sessions login_ms",
    "HandedOut": "account password",
    "NewCode": "",
    "RecordRow": "at_ms account address action subject_kind subject count reason writer number",
}
"""Fields of grade S by body."""

_CONFIDENTIAL = {
    "SubscriptionBody": "secret",
    "NewCode": "secret sealed qr",
    "CrewLinkMade": "url qr",
}
"""Fields of grade C by body."""

_NO_BODIES = {
    "/": Grade.OPEN,  # a page without data: what it shows it asks for
    "/desk": Grade.OPEN,
    "/docs": Grade.OPEN,
    "/wall": Grade.OPEN,
    "/login": Grade.OPEN,
    "/truth": Grade.OPEN,
    "/stats": Grade.OPEN,
    "/api/v1/statistics/{id}.csv": Grade.SENSITIVE,  # as the figure
    "/static/{path:.+}": Grade.OPEN,
    "/api/v1/openapi.json": Grade.OPEN,
    "/api/v1/basemap/{version}.pmtiles": Grade.OPEN,
    "/api/v1/works.csv": Grade.OPEN,
    "/api/v1/map.html": Grade.OPEN,
    "/login/oidc": Grade.OPEN,
    "/login/oidc/back": Grade.OPEN,
    "/login/oidc/logout": Grade.OPEN,
    "/w/{work:.+}": Grade.SENSITIVE,  # for a login the work as its crew sees it
    "/api/v1/works/{work:.+}/page": Grade.SENSITIVE,
    "/api/v1/account/passkeys/options": Grade.SENSITIVE,  # which passkeys an account has
    "/api/v1/session/passkey/options": Grade.OPEN,  # a random challenge
    "/metrics": Grade.SENSITIVE,  # how the system runs
    "/api/v1/works/{work:.+}/photos/{photo}.jpg": Grade.SENSITIVE,
    "/api/v1/desk/photos/{work:.+}/{photo}.jpg": Grade.SENSITIVE,
    "/records": Grade.OPEN,
    "/accounts": Grade.OPEN,
    "/shift": Grade.OPEN,
    "/data": Grade.OPEN,
    "/data/{id}": Grade.OPEN,
    "/reports": Grade.OPEN,
    "/api/v1/reports/{id}/{format}": Grade.SENSITIVE,  # figures of offices and contractors, whole
    "/catalog.jsonld": Grade.SENSITIVE,  # whoever has the right reads of what is not open
    "/api/v1/datasets/{id}/file.{form}": Grade.SENSITIVE,  # the same, its rows
    "/api/v1/records.csv": Grade.SENSITIVE,
}
"""Answers that are no JSON of a declared type, by the operation's path."""

UNRECORDED: Mapping[str, str] = {
    "GET /api/v1/snapshot": "the map itself, open on every screen: vehicles, feeds; of no person",
    "GET /api/v1/stream": "the same",
    "GET /api/v1/moment": "the same, as it was",
    "GET /api/v1/at": "the same, as it was",
    "GET /api/v1/feeds": "what feeds say of themselves; of no person",
    "GET /api/v1/links/{id:.+}": "a road of the map, with the closures on it",
    "GET /api/v1/situations": "open on every screen; who acted is shown to all who answer",
    "GET /api/v1/closures": "open on every screen; who closed a road is shown to all who answer",
    "GET /api/v1/closures/{id}": "the same, of one",
    "GET /api/v1/wall": "where the map on the wall looks; who shows it is said on the wall",
    "PUT /api/v1/wall": "the same: nothing is done with the city, and it goes within minutes",
    "DELETE /api/v1/wall/{screen}": "the same",
    "POST /api/v1/closures/read": "says what a text would mean; nothing is done or looked up",
    "GET /api/v1/reports": "which reports there are and their digests; nothing of what they say",
    "GET /api/v1/datasets": "what there is; of no person, and what is not open by a right",
    "GET /api/v1/datasets/{id}": "the same, of one",
    "GET /api/v1/search/datasets": "the same, found by a word; rows with pseudonyms are not in it",
    "GET /api/v1/statistics/{id}": "receivers' names, for whom subscriptions are; of no person",
    "GET /api/v1/statistics/{id}.csv": "the same, for a spreadsheet",
    "GET /catalog.jsonld": "what there is; of no person, and what is not open by a right",
    "GET /metrics": "numbers a program asks for every few seconds; of no person",
    "GET /api/v1/alerts": "open on every screen; who has seen an alert is shown to all who answer",
    "GET /api/v1/deliveries": "whether alerts arrived, open on the same screens; of no person",
    "GET /api/v1/events": "what was told of the city; of no person",
    "GET /api/v1/answer": "of a place; photos are named in it, a look at one is recorded",
    "POST /api/v1/works/{work:.+}/reports": "a tap stands on the log with its link",
    "GET /api/v1/works/{work:.+}/reports": "the crew's own work",
    "GET /w/{work:.+}": "the crew's own work",
    "GET /api/v1/works/{work:.+}/page": "the crew's own work",
}
"""Answers above O without an access record, and why. One's own account and the login need none of
their own: their handlers record what they do.
"""
_OWN = frozenset({Permission.SELF, Permission.OWN, Permission.ANYBODY})


def unrecorded(operations: Iterable[Operation]) -> list[str]:
    """The operations that must have an access record and have none: what answers above O, acts, or
    leaves the house, unless it stands in `UNRECORDED`.
    """
    return [
        name
        for each in operations
        if (name := f"{each.method} {each.path}") not in UNRECORDED
        and each.records is None
        and each.may not in _OWN
        and (
            grade_of(each) is not Grade.OPEN
            or each.method != "GET"
            or each.may is Permission.EXPORT
        )
    ]


def grade_of(operation: Operation) -> Grade:
    """The grade of all an operation may answer; KeyError for a body that has none."""
    bodies = list(bodies_of(operation))
    grades = [grade for body in bodies for grade in fields_of(body).values()]
    is_bare = not bodies and any(operation.answers[status] for status in operation.answers)
    return _NO_BODIES[operation.path] if is_bare else Grade.gravest(grades)


def bodies_of(operation: Operation) -> Iterator[type[Any]]:
    """Every type that the answers of an operation are made of, once."""
    seen: set[type[Any]] = set()
    for answer in operation.answers.values():
        kind = None if answer is None else media_and_type(answer)[1]
        if kind is not None and kind is not dict:
            yield from _parts(kind, seen)


def _parts(kind: Any, seen: set[type[Any]]) -> Iterator[type[Any]]:
    for part in typing.get_args(kind):
        yield from _parts(part, seen)
    origin = typing.get_origin(kind) or kind
    if not isinstance(origin, type) or origin in seen or _names_of(origin) is None:
        return
    seen.add(origin)
    yield origin
    for hint in typing.get_type_hints(origin).values():
        yield from _parts(hint, seen)


def _names_of(kind: type[Any]) -> tuple[str, ...] | None:
    """The names of a body's fields; None for what is none."""
    if issubclass(kind, msgspec.Struct):
        return kind.__struct_fields__
    if dataclasses.is_dataclass(kind):
        return tuple(each.name for each in dataclasses.fields(kind))
    return getattr(kind, "_fields", None)


def fields_of(body: type[Any]) -> Mapping[str, Grade]:
    """The grade of each field of a body; KeyError for one that the tables do not name."""
    name = body.__name__
    if name not in graded():
        raise KeyError(f"{name} has no grade")
    marks = {Grade.SENSITIVE: _SENSITIVE, Grade.CONFIDENTIAL: _CONFIDENTIAL}
    above = {x: grade for grade, of in marks.items() for x in of.get(name, "").split()}
    names = _names_of(body) or ()
    if unknown := above.keys() - set(names):
        raise KeyError(f"{name} has no {', '.join(sorted(unknown))}")
    return {field: above.get(field, Grade.OPEN) for field in names}


def graded() -> frozenset[str]:
    """The bodies that have a grade."""
    return frozenset(_OPEN.split()) | _SENSITIVE.keys() | _CONFIDENTIAL.keys()


def bare_paths() -> frozenset[str]:
    """The paths whose answers are graded as a whole."""
    return frozenset(_NO_BODIES)
