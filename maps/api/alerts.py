"""Alerts: the open ones, the operator's acknowledgement of one, and what became of deliveries."""

import logging
from typing import Annotated

import msgspec
from aiohttp import web

from maps.access.guard import client_of, who_of
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.operation import Operation, Parameter, json_answer
from maps.api.posted import Paces, read_body, tell
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture import alerts, deliveries
from maps.picture.fields import Ms, Row, filled
from maps.picture.picture import StoreState
from maps.picture.text import shown
from streams.contract import topics, wire
from streams.contract.enums import OF_ROADS, AccessAction, AlertVerdict, Severity
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Acknowledgement
from streams.domain.alerts import Episode

log = logging.getLogger(__name__)
ACKNOWLEDGEMENTS_A_MINUTE = 600  # a storm of alerts, several people
PACE = web.AppKey("acknowledgement_pace", Paces)

Name = Annotated[str, msgspec.Meta(max_length=wire.MAX_NAME * 2)]
Comment = Annotated[str, msgspec.Meta(max_length=wire.MAX_COMMENT * 2)]


class AcknowledgementBody(msgspec.Struct, forbid_unknown_fields=True):
    """What an operator sends; `severity` is what they saw (None: what it is now), `verdict` what
    they found it to be (None: they do not say, and one given before stands). `by` is needed where
    nobody logs in; whoever did is known by their account.
    """

    by: Name = ""
    comment: Comment = ""
    severity: Severity | None = None
    verdict: AlertVerdict | None = None


class AcknowledgementTaken(msgspec.Struct):
    """The log has the acknowledgement."""

    episode: str
    at_ms: int


class OpenAlert(alerts.AlertFields, kw_only=True):
    """An open alert and who acknowledged it."""

    links: Annotated[list[str], msgspec.Meta(description="link ids")]
    acknowledged: alerts.AckRow | None


class Alerts(Row):
    """The open alerts, the newest first."""

    now_ms: Ms
    clock_ms: Ms | None
    store: StoreState
    alerts: list[OpenAlert]


class Deliveries(Row):
    """What became of the deliveries."""

    now_ms: Ms
    undelivered: list[deliveries.UndeliveredRow]
    endpoints: list[deliveries.EndpointDeliveries]


def add_alerts(app: web.Application) -> None:
    """What the alerts' handlers need beside the calls' sender."""
    app[PACE] = Paces(ACKNOWLEDGEMENTS_A_MINUTE)


@Operation(
    "GET",
    "/api/v1/alerts",
    "Open alerts, the newest first, and who acknowledged them",
    {200: Alerts},
    may=Permission.SEE,
)
async def get_alerts(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    live = context.live
    acks = {row.id: row for row in alerts.ack_rows(live.picture)}
    ids = [link.id for link in context.network.links]
    rows = [
        filled(
            OpenAlert, row, links=[ids[place] for place in row.links], acknowledged=acks.get(row.id)
        )
        for row in alerts.alert_rows(live.picture.alerts, context.network)
    ]
    return json_answer(Alerts(live.now_ms(), live.picture.clock_ms, live.store_state, rows))


@Operation(
    "POST",
    "/api/v1/alerts/{episode}/acknowledge",
    "An operator has seen an alert; every open screen shows who, and the comment",
    {202: AcknowledgementTaken},
    refusals=(400, 403, 404, 413, 415, 429, 503),
    parameters=(Parameter("episode", "id of the alert"),),
    takes=AcknowledgementBody,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="alert.acknowledge",
    subject="episode",
)
async def post_acknowledgement(request: web.Request) -> web.StreamResponse:
    """202 once the log has it; 404 for an episode that is not open (any more)."""
    body = await read_body(request, AcknowledgementBody)
    live = request.app[CONTEXT].live
    name = request.match_info["episode"]
    found = alerts.open_alert(live.picture, name)
    if found is None:
        raise not_found("kind.alert", name)
    body.by = who_of(request).account or body.by
    ack = acknowledgement_of(body, name, *found, at_ms=live.now_ms())
    request.app[PACE].take(client_of(request))
    await tell(request, topics.ACKNOWLEDGEMENTS, ack)
    return json_answer(AcknowledgementTaken(name, ack.at_ms), status=202)


def acknowledgement_of(
    body: AcknowledgementBody, name: str, rule: str, episode: Episode, *, at_ms: int
) -> Acknowledgement:
    """The acknowledgement in a body, of the episode with an id; raises RequestRefusedError for what
    the log would refuse.
    """
    ack = Acknowledgement(
        episode=name,
        by=shown(body.by),
        comment=shown(body.comment),
        at_ms=at_ms,
        severity=body.severity or episode.severity,
        verdict=body.verdict,
        rule=next((each for each in OF_ROADS if each == rule), None),
        began_ms=episode.since_ms,
    )
    try:
        wire.decode(wire.encode(ack))
    except RecordRefusedError as refusal:
        raise _refused(refusal) from None
    return ack


def _refused(refusal: RecordRefusedError) -> RequestRefusedError:
    """400 that says what a name and a comment may be, and repeats neither."""
    if refusal.detail.startswith("comment"):
        return RequestRefusedError(400, "refused.bad_comment", count=wire.MAX_COMMENT)
    return RequestRefusedError(400, "refused.bad_name", count=wire.MAX_NAME)


@Operation(
    "GET",
    "/api/v1/deliveries",
    "What became of the deliveries to each endpoint; no addresses",
    {200: Deliveries},
    refusals=(503,),
    may=Permission.SEE,
)
async def get_deliveries(request: web.Request) -> web.StreamResponse:
    """Every endpoint by title with its newest attempts; 503 while the store is away."""
    live = request.app[CONTEXT].live
    with store_needed():
        rows = await deliveries.deliveries(live.store)
    return json_answer(Deliveries(live.now_ms(), live.undelivered, rows))
