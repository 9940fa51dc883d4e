"""The datasets of the city: what each is, how it is doing, its rows. Their grade decides who."""

import asyncio
from typing import Any, TypeVar

from aiohttp import web

from maps.access.guard import who_of
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.dataset_bodies import (
    DatasetAddressesBody,
    DatasetAreas,
    DatasetBody,
    DatasetColumnBody,
    DatasetDetail,
    DatasetFeature,
    DatasetFeatures,
    DatasetGeometry,
    DatasetLayer,
    DatasetRows,
    Datasets,
    DatasetShade,
    DatasetShape,
    RefusedRow,
)
from maps.api.dataset_shelf import (
    SHELF,
    Named,
    RowsOperation,
    all_of,
    boundaries_among,
    drawn,
    has_rows_for,
    may_see,
    rows_on_map,
)
from maps.api.numbers import WholeNumber
from maps.api.operation import Operation, Parameter, packed_answer
from maps.api.recorded import needs_record
from maps.datasets.table import DatasetTable
from maps.datasets.thinning import MAX_ZOOM, thinned
from maps.http.refusals import RequestRefusedError, not_found, not_yours
from maps.picture import exports
from maps.picture.filters import parse_bbox
from maps.picture.text import shown
from streams.contract.dataset import DatasetDraw, DatasetFigures
from streams.domain.stages.datasets import DATASETS, DatasetRow, status

MOST_ROWS, ROWS = 1_000, 100
_ID = Parameter("id", "the id of its descriptor")
_OFFSET = WholeNumber("offset", "so many rows are left out", 0, 10**9, 0)
_LIMIT = WholeNumber("limit", "at most so many rows", 1, MOST_ROWS, ROWS)
_ZOOM = WholeNumber("zoom", "of a web map with tiles of 256 px", 0, MAX_ZOOM, 12)
Body = TypeVar("Body", bound=DatasetBody)


@Operation(
    "GET",
    "/api/v1/datasets",
    "The datasets of the city, and how each is doing",
    {200: Datasets},
    refusals=(503,),
    may=Permission.SEE,
)
async def get_datasets(request: web.Request) -> web.StreamResponse:
    """Of those that whoever asks may not know of only the number."""
    now_ms, who = request.app[CONTEXT].live.now_ms(), who_of(request)
    rows = await all_of(request)
    bounds = boundaries_among(rows, who)
    seen = {name: row for name, row in rows.items() if may_see(row, who)}
    bodies = [_filled(DatasetBody, name, row, bounds, now_ms) for name, row in seen.items()]
    bodies.sort(key=lambda body: (body.field, body.title, body.id))
    return packed_answer(request, Datasets(now_ms, bodies, len(rows) - len(seen)))


@Operation(
    "GET",
    "/api/v1/datasets/{id}",
    "One dataset: its columns, its freshness, what was refused",
    {200: DatasetDetail},
    refusals=(403, 404, 503),
    parameters=(_ID,),
    may=Permission.SEE,
)
async def get_dataset(request: web.Request) -> web.StreamResponse:
    name, row = await _one(request)
    now_ms = request.app[CONTEXT].live.now_ms()
    figures, last = row.figures or DatasetFigures(), row.last
    facts = row.facts
    bounds = boundaries_among(await all_of(request), who_of(request))
    columns = [
        DatasetColumnBody(
            column.name,
            column.type,
            column.unit,
            shown(column.meaning),
            figures.sums.get(column.name),
            figures.unknown.get(column.name, 0),
        )
        for column in facts.columns
    ]
    body = _filled(
        DatasetDetail,
        name,
        row,
        bounds,
        now_ms,
        columns=columns,
        key=list(facts.key),
        refused_rows=[
            RefusedRow(each.row, shown(each.column), shown(each.value), shown(each.why))
            for each in last.refused
        ],
        left_out=dict(last.left_out),
        dropped=list(last.dropped),
        sums=dict(figures.sums),
        box=None if figures.box is None else list(figures.box),
        source=shown(facts.source),
        publisher=shown(facts.publisher),
        note=shown(facts.note),
        examples=list(map(shown, facts.examples)),
        poll_ms=last.poll_ms,
        asked_ms=last.received_ms,
        code=last.code,
        detail=shown(last.detail),
        addresses=_addresses(figures),
        shapes=dict(figures.shapes),
        areas=await _areas(request, name, row, bounds),
        fault=shown(last.fault),
    )
    return packed_answer(request, body)


@RowsOperation(
    "GET",
    "/api/v1/datasets/{id}/rows",
    "Rows of a dataset, some at a time",
    {200: DatasetRows},
    refusals=(400, 403, 404, 503),
    parameters=(
        _ID,
        _OFFSET.parameter,
        _LIMIT.parameter,
        Parameter("q", "words that a row must hold"),
    ),
)
async def get_rows(request: web.Request) -> web.StreamResponse:
    query = request.query
    offset, limit = _OFFSET.given(query), _LIMIT.given(query)
    _, row, table = await table_asked(request)
    found = await asyncio.to_thread(table.having, query.get("q", "")[:200])
    part = [cells for _, *cells in found[offset : offset + limit]]
    body = DatasetRows(list(table.columns), part, len(found), row.digest)
    return packed_answer(request, body)


@RowsOperation(
    "GET",
    "/api/v1/datasets/{id}/features",
    "The rows of a dataset that have a place, as GeoJSON",
    {200: (exports.GEOJSON, DatasetFeatures)},
    refusals=(400, 403, 404, 503),
    parameters=(_ID, Parameter("bbox", "west,south,east,north in degrees, WGS84")),
)
async def get_features(request: web.Request) -> web.StreamResponse:
    box = parse_bbox(request.query["bbox"]) if "bbox" in request.query else None
    areas = await drawn(request, *await table_asked(request))
    body = await asyncio.to_thread(features_of, areas.table, box)
    return packed_answer(request, body)


@RowsOperation(
    "GET",
    "/api/v1/datasets/{id}/layer",
    "A dataset as a map of some zoom shows it within a box, thinned out to a bound",
    {200: DatasetLayer},
    refusals=(400, 403, 404, 503),
    parameters=(
        _ID,
        Parameter("bbox", "west,south,east,north in degrees, WGS84 (everything)"),
        _ZOOM.parameter,
    ),
)
async def get_layer(request: web.Request) -> web.StreamResponse:
    """Rows that lie together are one mark; from zoom 17 on each is one of its own."""
    box = parse_bbox(request.query.get("bbox", "-180,-90,180,90"))
    zoom = _ZOOM.given(request.query)
    name, row, table = await table_asked(request)
    areas = await drawn(request, name, row, table)
    found = await asyncio.to_thread(thinned, areas.table, box, zoom)
    shapes = [
        DatasetShape(number, DatasetGeometry(shape["type"], shape["coordinates"]))
        for number, shape in found.shapes
    ]
    marks = [list(map(float, mark)) for mark in found.marks]
    return packed_answer(request, DatasetLayer(row.digest, zoom, marks, shapes, found.left_out))


def features_of(
    table: DatasetTable, box: tuple[float, float, float, float] | None = None
) -> DatasetFeatures:
    """The rows with a place as GeoJSON."""
    return DatasetFeatures(
        "FeatureCollection",
        [
            DatasetFeature(
                "Feature",
                number,
                DatasetGeometry(shape["type"], shape["coordinates"]),
                dict(zip(table.columns, cells, strict=False)),
            )
            for number, shape, cells in table.placed(box)
        ],
    )


async def _one(request: web.Request) -> tuple[str, DatasetRow]:
    """The dataset that a request names; 404 where there is none, 403 where it is not for them."""
    name = request.match_info["id"]
    with store_needed():
        row = await request.app[CONTEXT].live.store.row(DATASETS, name)
    if row is None:
        raise not_found("kind.dataset", name)
    if not may_see(row, who_of(request)):
        raise not_yours()
    return name, row


async def table_asked(request: web.Request) -> tuple[str, DatasetRow, DatasetTable]:
    """The dataset that a request names, with its rows; refused where it may not have them."""
    name, row = await _one(request)
    if not has_rows_for(row, who_of(request)):
        raise not_yours()
    store = request.app[CONTEXT].live.store
    for _ in range(2):  # another reading may have come between the row and its pages
        with store_needed():
            table = await request.app[SHELF].table(store, name, row)
        if table is not None:
            if row.facts.may_have_pseudonyms:
                await needs_record(request, len(table))
            return name, row, table
        name, row = await _one(request)
    raise RequestRefusedError(503, "refused.store_away")


def _addresses(figures: DatasetFigures) -> DatasetAddressesBody | None:
    own = figures.addresses
    return DatasetAddressesBody(own.compared, own.offset_m, own.far, own.far_m) if own else None


async def _areas(
    request: web.Request, name: str, row: DatasetRow, bounds: Named | None
) -> DatasetAreas | None:
    """How a dataset keyed by 동 is drawn; None for any other, and for rows that nobody gets."""
    is_drawn = row.facts.draw is DatasetDraw.DONG and has_rows_for(row, who_of(request))
    if not row.has_data or not is_drawn:
        return None
    store = request.app[CONTEXT].live.store
    with store_needed():
        table = await request.app[SHELF].table(store, name, row)
        if table is None:
            return None
        areas = await request.app[SHELF].joined(store, Named(name, row), table, bounds)
    without = list(map(shown, areas.without))
    return DatasetAreas(bounds.id if bounds else "", len(areas.table), without, areas.time)


def _filled(
    kind: type[Body], name: str, row: DatasetRow, bounds: Named | None, now_ms: int, **more: Any
) -> Body:
    """A body with what each has, and more."""
    figures, facts, last = row.figures or DatasetFigures(), row.facts, row.last
    state = status(row, now_ms)
    is_late = row.due_ms is not None and now_ms > row.due_ms
    return kind(
        id=name,
        title=shown(facts.title),
        title_en=shown(facts.title_en),
        field=shown(facts.field),
        grade=facts.grade,
        period=facts.period,
        status=state,
        rows=figures.rows,
        kept=figures.kept,
        refused=last.refused_count,
        on_map=rows_on_map(row, bounds),
        at_ms=row.read_ms or None,
        changed_ms=row.changed_ms or None,
        fresh=row.has_data and not is_late,
        due_ms=row.due_ms,
        draw=facts.draw,
        shade=_shade(row),
        licence=shown(facts.licence),
        owner=shown(facts.owner),
        has_data=row.has_data,
        is_simulated=last.is_simulated,
        version=row.digest,
        **more,
    )


def _shade(row: DatasetRow) -> DatasetShade | None:
    """The number that shades its areas; of those by 동 it is added up, or the mean."""
    facts = row.facts
    column = next((each for each in facts.columns if each.name == facts.shade), None)
    if column is None:
        return None
    return DatasetShade(column.name, shown(column.meaning), column.unit, column.is_summed)
