"""Rows of a table as the bytes of a Parquet file: sorted and packed so that it is small."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from streams.history.tables import HistoryTable

LEVEL = 9  # of zstd
ROW_GROUP = 500_000
_TYPES = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "VARCHAR[]": pa.list_(pa.string()),
}


def schema_of(table: HistoryTable) -> pa.Schema:
    """The columns as Arrow has them."""
    return pa.schema([(name, _TYPES[kind]) for name, kind in table.columns.items()])


def parquet_of(table: HistoryTable, rows: Iterable[tuple[Any, ...]]) -> bytes:
    """The bytes of a file with these rows; the same rows give the same bytes."""
    columns = list(zip(*rows, strict=True)) or [()] * len(table.columns)
    schema = schema_of(table)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return packed(table, pa.Table.from_arrays(arrays, schema=schema))


def whole(table: HistoryTable, rows: pa.Table) -> pa.Table:
    """The rows of a file with all columns of its table; what an older file lacks is not known."""
    columns = [
        rows.column(field.name)
        if field.name in rows.column_names
        else pa.nulls(len(rows), field.type)
        for field in schema_of(table)
    ]
    return pa.Table.from_arrays(columns, schema=schema_of(table))


def packed(table: HistoryTable, rows: pa.Table) -> bytes:
    """The bytes of a file with these rows, sorted: by the table's order, then by all columns."""
    rest = [name for name in rows.column_names if name not in table.sort]
    plain = [name for name in rest if not pa.types.is_list(rows.schema.field(name).type)]
    ordered = rows.sort_by([(name, "ascending") for name in (*table.sort, *plain)])
    sink = pa.BufferOutputStream()
    pq.write_table(
        ordered,
        sink,
        compression="zstd",
        compression_level=LEVEL,
        row_group_size=ROW_GROUP,
        use_dictionary=[n for n in rows.column_names if n != table.time],
        column_encoding={table.time: "DELTA_BINARY_PACKED"},
        write_statistics=True,
    )
    return bytes(sink.getvalue())
