"""The N2SF grade of every answer: that of the gravest field it may hold. Pure.

A proposal for the city's officers. What is graded O must never hold a text of a grade above it,
which tests/services/test_grades.py tries with every such text there is.
"""

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from maps.api.operation import Operation, media_and_type
from streams.contract.enums import Grade

_OPEN = """NetworkBody NetworkIndex TileBody Snapshot WorkRow ReportedTime IncidentRow DetourRow
LeftStop DiscrepancyRow TileRows TilesNow LinkBody LinkProperties FeatureCollection Feature GeoPoint
GeoLine GeoLines WorkProperties Discrepancies DiscrepancyBody Evidence BusEvent SearchResults
SearchHit Feeds Health Delta AnswerBody Candidate ShortVerdict AnswerCard CardPlace CardVerdict
ClauseBody SourceRow CardWork LastReportBody CardIncident DetourBody SkippingRoute StopRef
NearestStop BusesRound RouteNow ClosedSection CardCalls CardSection PastMoment Clashes ClashRow
PastBody MomentBody ClosedLink FoundPlace Changes ChangeRow OpenCalls CalledLink CrewState SiteBody
PublicVerdict BusesAgainst SiteQuestion CrewAnswer Photos Alerts AcknowledgementTaken Deliveries
Events CrewQuestionBody SubscriptionsBody Truth Figures DelayFigures DelayClass TruthShare
PromiseClass VerdictFigures FeedFigures OwnSessions Records CrewLinksBody
OwnPasskeys AccountsBody"""
"""Bodies with no field of their own above O; what they are made of has grades of its own."""

_SENSITIVE = {
    "BusRow": "vehicle",
    "RunningBus": "vehicle",
    "ReportRow": "id title",
    "FeedRow": "detail",
    "FeedNow": "detail",
    "AlertRow": "title subject name",
    "OpenAlert": "title subject name",
    "AckRow": "by comment",
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
    "/login": Grade.OPEN,
    "/truth": Grade.OPEN,
    "/static/{path:.+}": Grade.OPEN,
    "/api/v1/openapi.json": Grade.OPEN,
    "/api/v1/works.csv": Grade.OPEN,
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
    "/api/v1/records.csv": Grade.SENSITIVE,
}
"""Answers that are no JSON of a declared type, by the operation's path."""


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
