"""What a crew taps on its phone: a word into the log, and what became of it."""

import logging
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from aiohttp import web

from maps.access.roles import Permission
from maps.api.context import CONTEXT, Context
from maps.api.crew_door import admit, bearer
from maps.api.desk import DESK, scene_now
from maps.api.operation import CREW_TOKEN, Operation, Parameter, json_answer
from maps.api.posted import Paces, read_body, tell
from maps.crew import taps
from maps.crew.site import SiteBody, site_of
from maps.crew.taps import Tap, TapOutcome, TapResult
from maps.http.refusals import RequestRefusedError, bad_parameter
from maps.picture.loop import OK
from streams.contract import topics
from streams.contract.enums import Reporter, SiteStatus
from streams.contract.records import SiteReport
from streams.domain.works.rows import Work
from streams.words.catalogue import joined, phrase
from streams.words.spoken import OwnText, Spoken

log = logging.getLogger(__name__)
TAPS_A_MINUTE = 20  # by one link: a crew taps a few words a day
KEPT_TAPS = 1000
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class ReportBody(msgspec.Struct, forbid_unknown_fields=True):
    """One tap. Sent again with the same `report_id` it counts once; `until_ms` is EXTEND's."""

    word: Literal["start", "end", "extend", "not_yet"]
    token: str
    report_id: str
    until_ms: int | None = None


class ReportState(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """What became of a report; `code` and the text are of a refusal, "" without one."""

    id: str
    outcome: TapOutcome
    code: str
    why: OwnText


class CrewState(msgspec.Struct, frozen=True):
    """The work as its crew sees it, null for one that is not in the picture, and the report."""

    site: SiteBody | None
    report: ReportState | None
    takes_photos: bool


@dataclass(slots=True)
class Crew:
    """The taps this server has sent lately, by work and report id, and how many may come."""

    taps: OrderedDict[tuple[str, str], Tap] = field(default_factory=OrderedDict)
    paces: Paces = field(default_factory=lambda: Paces(TAPS_A_MINUTE))

    def keep(self, tap: Tap) -> None:
        self.taps[tap.report.permit_id, tap.report.report_id] = tap
        while len(self.taps) > KEPT_TAPS:
            self.taps.popitem(last=False)


CREW = web.AppKey("crew", Crew)


def add_crew(app: web.Application) -> None:
    """What the taps' handlers share."""
    app[CREW] = Crew()


_PATH, _WORK = "/api/v1/works/{work:.+}/reports", Parameter("work", "permit number")


@Operation(
    "POST",
    _PATH,
    "A crew reports; the same report_id again counts once. 409: the fold refused it",
    {200: CrewState, 202: CrewState},
    refusals=(400, 403, 404, 409, 413, 415, 429, 503),
    parameters=(_WORK,),
    takes=ReportBody,
    may=Permission.CREW,
)
async def post_report(request: web.Request) -> web.StreamResponse:
    """202 once the log has the tap, 200 when it was taken before, 409 when it was refused."""
    body = await read_body(request, ReportBody)
    context, work = request.app[CONTEXT], request.match_info["work"]
    link = await admit(request, work, body.token)
    report = report_of(body, work, link, context)
    found = _outcome(request, work, report.report_id)
    if found.outcome is TapOutcome.UNKNOWN:
        request.app[CREW].paces.take(link)
        await tell(request, topics.PERMITS, report)
        request.app[CREW].keep(Tap(report, context.live.now_ms()))
        found = TapResult(TapOutcome.WAITING)
    if found.outcome is TapOutcome.REFUSED:
        raise RequestRefusedError(409, taps.reason(found.code))
    status = 200 if found.outcome is TapOutcome.TAKEN else 202
    return json_answer(_state(request, work, report.report_id, found), status=status)


@Operation(
    "GET",
    _PATH,
    "How a work stands for its crew, and what became of a report",
    {200: CrewState},
    refusals=(403, 404, 503),
    parameters=(_WORK, Parameter("report", "id of the report asked about (UUID)")),
    needs=CREW_TOKEN,
    may=Permission.CREW,
)
async def get_report(request: web.Request) -> web.StreamResponse:
    work = request.match_info["work"]
    await admit(request, work, bearer(request))
    report_id = request.query.get("report", "")
    found = _outcome(request, work, report_id) if report_id else None
    return json_answer(_state(request, work, report_id, found))


def report_of(body: ReportBody, work: str, link: str, context: Context) -> SiteReport:
    """The word in a body; raises RequestRefusedError for one without an id or without an end."""
    if not UUID.fullmatch(body.report_id):
        raise bad_parameter("report_id", body.report_id, "must.uuid")
    now_ms = context.live.now_ms()
    word = SiteStatus(body.word)
    row = context.live.picture.works.get(work)
    _check_until(word, body.until_ms, row, now_ms)
    return SiteReport(body.report_id, work, word, Reporter.CREW, now_ms, body.until_ms, link)


def _check_until(word: SiteStatus, until_ms: int | None, row: Work | None, now_ms: int) -> None:
    """An extension, and nothing else, says until when: after now, a week past the end at most."""
    if (word is SiteStatus.EXTEND) == (until_ms is None):
        raise bad_parameter("until_ms", str(until_ms), "must.extend_only")
    most_ms = taps.longest_ms(row, now_ms)
    if until_ms is not None and not now_ms < until_ms <= most_ms:
        raise bad_parameter("until_ms", str(until_ms), "must.within_extension", most_ms=most_ms)


def _outcome(request: web.Request, work: str, report_id: str) -> TapResult:
    live = request.app[CONTEXT].live
    tap = request.app[CREW].taps.get((work, report_id))
    is_known = live.store_state == OK
    clock_ms = live.picture.clock_ms if is_known else None
    return taps.outcome(live.picture.works.get(work), report_id, tap, clock_ms)


def _state(request: web.Request, work: str, report_id: str, found: TapResult | None) -> CrewState:
    """The work as its crew sees it, and what became of the tap asked about."""
    context = request.app[CONTEXT]
    scene = scene_now(context, request.app[DESK], context.live.now_ms())
    report = None
    if found is not None:
        is_refused = found.outcome is TapOutcome.REFUSED
        why = phrase(taps.reason(found.code)) if is_refused else joined((), "")
        report = ReportState(id=report_id, outcome=found.outcome, code=found.code, why=why)
    return CrewState(
        site=site_of(work, scene) if work in scene.picture.works else None,
        report=report,
        takes_photos=bool(context.settings.photos),
    )
