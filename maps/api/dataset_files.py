"""The datasets for people: their pages, their files, what a chart shows, the catalogue, hits."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from maps.access.guard import who_of
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.dataset_shelf import (
    SHELF,
    Named,
    RowsOperation,
    all_of,
    boundaries_among,
    drawn,
    is_searched,
    may_see,
    rows_on_map,
)
from maps.api.datasets import table_asked
from maps.api.operation import ANY, Operation, Parameter, packed_answer
from maps.api.operation import HTML as HTML_PAGE
from maps.api.recorded import counted
from maps.datasets import dcat
from maps.datasets.figures import Figure, figure_of
from maps.datasets.file_table import Table, TableColumn, TableRow
from maps.datasets.files import MAKINGS, ExtraMissingError, FileForm, file_of
from maps.datasets.hits import Hit, hits_of
from maps.datasets.table import DatasetTable, geometry_of
from maps.http.answers import NO_CACHE, NO_STORE, CachedBody, answer, body_of
from maps.http.refusals import RequestRefusedError, not_found
from streams.contract.dataset import DatasetColumn, DatasetDraw
from streams.contract.enums import AccessAction
from streams.domain.stages.datasets import DatasetRow

MAX_QUERY = 80
SEARCHED_ROWS = 100_000
"""Rows of all datasets together that a search looks through."""
_ID = Parameter("id", "the id of its descriptor")


class FigureBody(msgspec.Struct):
    """A chart of a dataset: a line over time, or a bar a kind. `value` is the column it shows,
    empty: rows are counted; `by` the column of the labels; `others`: kinds that are not shown.
    """

    is_line: bool
    by: str
    value: str
    unit: str
    is_sum: Annotated[bool, Meta(description="false: the mean")]
    labels: list[str]
    values: list[float | None]
    others: int


class DatasetFigure(msgspec.Struct):
    """What a chart shows of a dataset; null: nothing that says something."""

    figure: FigureBody | None
    version: str


class DatasetHit(msgspec.Struct):
    """A dataset, or a row of one, that a search found. `row` is its number, 0 the dataset."""

    id: str
    title: str
    subtitle: str
    row: int
    lon: float | None
    lat: float | None
    draw: DatasetDraw


class DatasetHits(msgspec.Struct):
    """What was asked for, and what was found of it, datasets first."""

    q: str
    results: list[DatasetHit]


@Operation("GET", "/data", "The catalogue of datasets", {200: HTML_PAGE}, may=Permission.SEE)
async def get_data_page(request: web.Request) -> web.StreamResponse:
    return _page(request, request.app[CONTEXT].pages.data)


@Operation(
    "GET", "/data/{id}", "A dataset", {200: HTML_PAGE}, parameters=(_ID,), may=Permission.SEE
)
async def get_dataset_page(request: web.Request) -> web.StreamResponse:
    return _page(request, request.app[CONTEXT].pages.dataset)


def _page(request: web.Request, body: CachedBody) -> web.StreamResponse:
    response = answer(request, body, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = request.app[CONTEXT].pages.policy
    return response


@Operation(
    "GET",
    "/api/v1/datasets/{id}/file.{form}",
    "A dataset as a file: csv, xlsx, geojson, parquet",
    {200: ANY},
    refusals=(403, 404, 501, 503),
    parameters=(_ID, Parameter("form", f"{', '.join(FileForm)}")),
    may=Permission.EXPORT,
    records=AccessAction.DOWNLOAD,
    does="export.dataset",
    subject="id",
    asks_why=True,
)
async def get_dataset_file(request: web.Request) -> web.StreamResponse:
    word = request.match_info["form"]
    if word not in {*FileForm}:
        raise not_found("kind.file", word)
    form = FileForm(word)
    name, row, table = await table_asked(request)
    if form is FileForm.GEOJSON:
        table = (await drawn(request, name, row, table)).table
        if not any(True for _ in table.placed()):
            raise not_found("kind.file", word)
    counted(request, len(table))
    try:
        raw = await asyncio.to_thread(lambda: file_of(_table(name, row, table), form))
    except ExtraMissingError as error:
        raise RequestRefusedError(
            501, "refused.no_extra", form=form.upper(), extra=error.extra
        ) from None
    response = answer(request, body_of(raw, MAKINGS[form].media), cache=NO_STORE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


@RowsOperation(
    "GET",
    "/api/v1/datasets/{id}/figure",
    "What a chart shows of a dataset",
    {200: DatasetFigure},
    refusals=(403, 404, 503),
    parameters=(_ID,),
)
async def get_dataset_figure(request: web.Request) -> web.StreamResponse:
    name, row, table = await table_asked(request)
    summed = [column.name for column in row.facts.columns if column.is_summed]
    figure = await asyncio.to_thread(
        lambda: figure_of(_table(name, row, table), row.facts.key, summed)
    )
    body = DatasetFigure(None if figure is None else _figure(figure), row.digest)
    return packed_answer(request, body)


def _figure(figure: Figure) -> FigureBody:
    return FigureBody(
        is_line=figure.is_line,
        by=figure.by,
        value=figure.value,
        unit=figure.unit,
        is_sum=figure.is_sum,
        labels=[point.label for point in figure.points],
        values=[point.value for point in figure.points],
        others=figure.others,
    )


@Operation(
    "GET",
    "/catalog.jsonld",
    "The catalogue of datasets as DCAT (JSON-LD)",
    {200: (dcat.MEDIA, dict)},
    refusals=(503,),
    may=Permission.SEE,
)
async def get_catalogue(request: web.Request) -> web.StreamResponse:
    """What is open, and of the rest what whoever asks may know of."""
    context = request.app[CONTEXT]
    base = context.settings.public_url or f"{request.scheme}://{request.host}"
    rows = await _seen(request)
    bounds = boundaries_among(rows, who_of(request))
    entries = [_entry(name, row, bounds) for name, row in sorted(rows.items())]
    at_ms = max((row.read_ms for row in rows.values()), default=0)
    tree = dcat.catalogue(context.settings.city, base.rstrip("/"), entries, at_ms)
    body = body_of(msgspec.json.encode(tree), dcat.MEDIA)
    return answer(request, body, cache=NO_STORE)


@Operation(
    "GET",
    "/api/v1/search/datasets",
    "Datasets by their name, and rows of those that are on the map",
    {200: DatasetHits},
    refusals=(503,),
    parameters=(Parameter("q", "what to find"),),
    may=Permission.SEE,
)
async def get_dataset_hits(request: web.Request) -> web.StreamResponse:
    """Of the largest, whose rows go beyond what a search looks through, and of those with
    pseudonyms, a look at which is recorded, the names alone count.
    """
    asked = request.query.get("q", "")[:MAX_QUERY]
    rows = await _seen(request)
    tables = await _searched(request, rows)
    found = await asyncio.to_thread(lambda: list(_hits(asked, rows, tables)))
    return packed_answer(request, DatasetHits(asked, found))


async def _seen(request: web.Request) -> dict[str, DatasetRow]:
    """The datasets that whoever asks may know of."""
    who, rows = who_of(request), await all_of(request)
    return {name: row for name, row in rows.items() if may_see(row, who)}


async def _searched(
    request: web.Request, rows: Mapping[str, DatasetRow]
) -> dict[str, DatasetTable]:
    """The tables that a search looks through, the smallest first."""
    store, shelf, who = request.app[CONTEXT].live.store, request.app[SHELF], who_of(request)
    left, tables = SEARCHED_ROWS, dict[str, DatasetTable]()
    bounds = boundaries_among(rows, who)
    placed = [(name, row) for name, row in rows.items() if rows_on_map(row, bounds)]
    for name, row in sorted(placed, key=lambda each: _kept(each[1])):
        left -= _kept(row)
        if left < 0:
            break
        with store_needed():
            table = await shelf.table(store, name, row) if is_searched(row, who) else None
        if table is None:
            continue
        if row.facts.draw is DatasetDraw.DONG:
            with store_needed():
                table = (await shelf.joined(store, Named(name, row), table, bounds)).table
        tables[name] = table
    return tables


def _kept(row: DatasetRow) -> int:
    return 0 if row.figures is None else row.figures.kept


def _hits(
    asked: str, rows: Mapping[str, DatasetRow], tables: Mapping[str, DatasetTable]
) -> Iterator[DatasetHit]:
    named = {name: (row.facts.title, row.facts.title_en) for name, row in rows.items()}
    for hit in hits_of(asked, named, tables):
        yield _hit(hit, rows[hit.dataset])


def _hit(hit: Hit, row: DatasetRow) -> DatasetHit:
    facts = row.facts
    lon, lat = hit.point or (None, None)
    title, below = (hit.title, facts.title) if hit.row else (facts.title, facts.field)
    return DatasetHit(hit.dataset, title, below, hit.row, lon, lat, facts.draw)


def _columns(columns: tuple[DatasetColumn, ...]) -> list[TableColumn]:
    return [TableColumn(each.name, each.type, each.unit, each.meaning) for each in columns]


def _table(name: str, row: DatasetRow, table: DatasetTable) -> Table:
    lines = [TableRow(cells, geometry_of(at)) for at, *cells in table.rows]
    return Table(name, row.facts.title, _columns(row.facts.columns), lines, row.read_ms)


def _entry(name: str, row: DatasetRow, bounds: Named | None) -> dcat.Entry:
    facts, figures = row.facts, row.figures
    return dcat.Entry(
        id=name,
        title=facts.title,
        title_en=facts.title_en,
        field=facts.field,
        grade=facts.grade,
        licence=facts.licence,
        owner=facts.owner,
        period=facts.period,
        note=facts.note,
        columns=_columns(facts.columns),
        has_data=row.has_data,
        has_places=rows_on_map(row, bounds) > 0,
        at_ms=row.read_ms,
        box=None if figures is None else figures.box,
    )
