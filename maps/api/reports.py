"""Published reports: which there are, and their files as they were published."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.operation import ANY, Operation, Parameter, packed_answer
from maps.api.operation import HTML as HTML_PAGE
from maps.datasets.files import XLSX
from maps.http.answers import NO_CACHE, NO_STORE, CachedBody, answer
from maps.http.refusals import RequestRefusedError, bad_parameter, not_found
from maps.past.moments import only_known
from streams.contract.enums import AccessAction, ReportFormat, ReportKind
from streams.contract.publication import ReportFile, file_name, file_path
from streams.domain.stages.publications import PUBLISHED, PublishedReport

MEDIA = {
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: XLSX,
    ReportFormat.HWPX: "application/hwp+zip",
}


class PublishedFile(msgspec.Struct):
    """A file of a report, as it was published."""

    format: ReportFormat
    bytes: int
    sha256: str
    url: str


class ReportHead(msgspec.Struct):
    """A published report; its days in Korea, and those of which the history has nothing."""

    id: str
    kind: ReportKind
    first: str
    last: str
    published_ms: int
    revision: Annotated[int, Meta(description="from 1; above it was published again, corrected")]
    missing: list[str]
    files: list[PublishedFile]


class PublishedReports(msgspec.Struct):
    """The published reports, the newest first; `is_kept`: files of reports are kept here at all."""

    now_ms: int
    is_kept: bool
    reports: list[ReportHead]


@Operation("GET", "/reports", "The published reports", {200: HTML_PAGE}, may=Permission.SEE)
async def get_reports_page(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.reports, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "GET",
    "/api/v1/reports",
    "Which reports are published, with the digests of their files",
    {200: PublishedReports},
    refusals=(400, 503),
    parameters=(Parameter("kind", f"of one kind alone: {', '.join(ReportKind)}"),),
    may=Permission.SEE,
)
async def get_reports(request: web.Request) -> web.StreamResponse:
    only_known(request.query, ("kind",))
    kind = request.query.get("kind", "")
    if kind and kind not in {*ReportKind}:
        raise bad_parameter("kind", kind, "must.be_one_of", names=", ".join(ReportKind))
    context = request.app[CONTEXT]
    with store_needed():
        [rows] = await context.live.store.rows(PUBLISHED, 1)
    wanted = [row for row in rows.values() if not kind or row.publication.every == kind]
    wanted.sort(key=lambda row: (row.publication.last, row.publication.first), reverse=True)
    is_kept = bool(context.settings.reports)
    heads = [_head(row) for row in wanted]
    return packed_answer(request, PublishedReports(context.live.now_ms(), is_kept, heads))


def _head(row: PublishedReport) -> ReportHead:
    of = row.publication
    files = [
        PublishedFile(x.format, x.bytes, x.sha256, file_path(of.report, x.format)) for x in of.files
    ]
    return ReportHead(
        of.report,
        of.every,
        of.first,
        of.last,
        of.published_ms,
        row.revision,
        list(of.missing),
        files,
    )


@Operation(
    "GET",
    "/api/v1/reports/{id}/{format}",
    "A file of a published report, the very bytes that were published",
    {200: ANY},
    refusals=(404, 409, 503),
    parameters=(
        Parameter("id", "of the report, as the list has it"),
        Parameter("format", ", ".join(ReportFormat)),
    ),
    may=Permission.EXPORT,
    records=AccessAction.DOWNLOAD,
    does="export.report",
    subject="id",
    asks_why=True,
)
async def get_report_file(request: web.Request) -> web.StreamResponse:
    """The path is made of what the log has, never of what is asked for."""
    report, form = request.match_info["id"], request.match_info["format"]
    context = request.app[CONTEXT]
    with store_needed():
        row = await context.live.store.row(PUBLISHED, report)
    if row is None:
        raise not_found("kind.published_report", report)
    file = next((each for each in row.publication.files if each.format == form), None)
    if file is None:
        raise not_found("kind.file", form)
    name = file_name(row.publication.report, file.format)
    raw = await asyncio.to_thread(_read, context.settings.reports, name, file)
    body = CachedBody(raw, b"", MEDIA[file.format], file.sha256)
    response = answer(request, body, cache=NO_STORE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read(folder: str, name: str, file: ReportFile) -> bytes:
    """The bytes of a file where they are those that were published, read once; of a file that is
    larger by now, a pipe or a link no more than is needed to see it.
    """
    try:
        raw = _bytes(Path(folder) / name, file.bytes + 1) if folder else b""
    except OSError:
        raw = b""
    if not raw:
        raise RequestRefusedError(503, "refused.report_away", name=name)
    if hashlib.sha256(raw).hexdigest() != file.sha256:
        raise RequestRefusedError(409, "refused.report_changed", name=name)
    return raw


def _bytes(path: Path, most: int) -> bytes:
    with open(path, "rb", opener=_opened) as file:
        return file.read(most) or b""


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
