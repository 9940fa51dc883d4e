"""The rows of the datasets in hand, who may have them, and the areas of those keyed by 동."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from aiohttp import web

from maps.access.guard import who_of
from maps.access.roles import Permission
from maps.access.who import Who
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.operation import Operation
from maps.datasets.areas import Areas, areas_of, dong_of, shapes_of
from maps.datasets.table import DatasetTable
from streams.contract.dataset import DatasetDraw, DatasetGrade
from streams.contract.enums import AccessAction
from streams.domain.stages.datasets import DATASET_PAGES, DATASETS, DatasetRow, page_id
from streams.state.store import Store

KEPT_ROWS = 200_000
"""Rows of all datasets together that a map server keeps in hand."""
KEPT_AREAS = 50
"""Datasets whose areas it keeps."""


class Named(NamedTuple):
    """A dataset with its id."""

    id: str
    row: DatasetRow


@dataclass(slots=True)
class TableShelf:
    """The rows of the datasets that were asked for last, by id and version; the areas of some."""

    tables: OrderedDict[tuple[str, str], DatasetTable] = field(default_factory=OrderedDict)
    areas: OrderedDict[tuple[str, ...], Areas] = field(default_factory=OrderedDict)

    async def table(self, store: Store, name: str, row: DatasetRow) -> DatasetTable | None:
        """The rows of a dataset; None where they are others by now."""
        key = (name, row.digest)
        if key in self.tables:
            self.tables.move_to_end(key)
            return self.tables[key]
        columns = tuple(column.name for column in row.facts.columns)
        names = [page_id(name, row.digest, part) for part in range(row.parts)]
        pages = await store.some(DATASET_PAGES, names)
        if len(pages) < len(names):
            return None
        made = await asyncio.to_thread(DatasetTable.of, columns, [pages[each] for each in names])
        self.tables[key] = made
        while len(self.tables) > 1 and sum(map(len, self.tables.values())) > KEPT_ROWS:
            self.tables.popitem(last=False)
        return made

    async def joined(
        self, store: Store, own: Named, table: DatasetTable, bounds: Named | None
    ) -> Areas:
        """The areas of a dataset by 동, with the boundaries of another; none without these."""
        lines = None if bounds is None else await self.table(store, *bounds)
        if bounds is None or lines is None:
            return await asyncio.to_thread(areas_of, own.row.facts, table, {})
        key = (own.id, own.row.digest, bounds.id, bounds.row.digest)
        if key not in self.areas:
            shapes = await asyncio.to_thread(shapes_of, bounds.row.facts, lines)
            self.areas[key] = await asyncio.to_thread(areas_of, own.row.facts, table, shapes)
        self.areas.move_to_end(key)
        while len(self.areas) > KEPT_AREAS:
            self.areas.popitem(last=False)
        return self.areas[key]


SHELF = web.AppKey("datasets", TableShelf)


def add_datasets(app: web.Application) -> None:
    """What the handlers need."""
    app[SHELF] = TableShelf()


def may_see(row: DatasetRow, who: Who) -> bool:
    """Whether somebody may know of a dataset: of one that is not open by a right."""
    return row.facts.grade is DatasetGrade.OPEN or who.may(Permission.INTERNAL)


RowsOperation = partial(
    Operation,
    may=Permission.SEE,
    records=AccessAction.LOOK,
    does="dataset.look",
    subject="id",
    records_some=True,
    is_one_look=True,
)
"""What answers rows of a dataset: a look at pseudonyms is recorded, all of ten minutes as one."""


def has_rows_for(row: DatasetRow, who: Who) -> bool:
    """Whether somebody may have its rows; those of a personal one nobody."""
    return may_see(row, who) and row.facts.grade is not DatasetGrade.PERSONAL


def is_searched(row: DatasetRow, who: Who) -> bool:
    """Whether its rows are looked through with all others: a look at pseudonyms is recorded, so
    nobody meets them by the way.
    """
    return has_rows_for(row, who) and not row.facts.may_have_pseudonyms


async def all_of(request: web.Request) -> dict[str, DatasetRow]:
    """Every dataset, whoever asks."""
    with store_needed():
        [rows] = await request.app[CONTEXT].live.store.rows(DATASETS, 1)
    return rows


def boundaries_among(rows: Mapping[str, DatasetRow], who: Who) -> Named | None:
    """The dataset that has the areas of the 동: the one with the most; None where there is none."""
    found = [
        Named(name, row)
        for name, row in rows.items()
        if row.facts.draw is DatasetDraw.AREA and dong_of(row.facts) and has_rows_for(row, who)
    ]
    most = sorted(found, key=lambda each: (-_on_map(each.row), each.id))
    return next((each for each in most if _on_map(each.row)), None)


def rows_on_map(row: DatasetRow, bounds: Named | None) -> int:
    """How many of its rows lie somewhere: of a dataset by 동 those that name one."""
    if row.facts.draw is not DatasetDraw.DONG or row.figures is None:
        return _on_map(row)
    return row.figures.rows - row.figures.unknown.get(dong_of(row.facts), 0) if bounds else 0


async def drawn(request: web.Request, name: str, row: DatasetRow, table: DatasetTable) -> Areas:
    """What of a dataset is drawn: its rows, or the areas of their 동."""
    if row.facts.draw is not DatasetDraw.DONG:
        return Areas(table, (), "")
    bounds = boundaries_among(await all_of(request), who_of(request))
    store = request.app[CONTEXT].live.store
    with store_needed():
        return await request.app[SHELF].joined(store, Named(name, row), table, bounds)


def _on_map(row: DatasetRow) -> int:
    return 0 if row.figures is None else row.figures.on_map
