"""The catalogue of datasets as linked data: DCAT 3, with what DCAT-AP asks for. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from maps.datasets.file_table import TableColumn
from maps.datasets.files import MAKINGS, forms_of
from maps.datasets.licences import ADDRESSES
from streams.words.catalogue import languages, word

MEDIA = "application/ld+json"
Node = dict[str, Any]
_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "http://www.iana.org/assignments/media-types/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_CONTEXT: Mapping[str, str] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "xsd": _XSD,
}
_OFTEN: Mapping[str, str] = {
    "live": "CONT",
    "hour": "HOURLY",
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "quarter": "QUARTERLY",
    "half-year": "ANNUAL_2",
    "year": "ANNUAL",
    "once": "NEVER",
}
_ACCESS: Mapping[str, str] = {
    "open": "PUBLIC",
    "internal": "RESTRICTED",
    "personal": "NON_PUBLIC",
}
_TYPES: Mapping[str, str] = {
    "whole": "integer",
    "number": "double",
    "flag": "boolean",
    "date": "date",
    "month": "gYearMonth",
    "time": "time",
    "moment": "dateTime",
}


class Entry(NamedTuple):
    """A dataset as a catalogue names it."""

    id: str
    title: str
    title_en: str
    field: str
    grade: str
    licence: str
    owner: str
    period: str
    note: str
    columns: Sequence[TableColumn]
    has_data: bool = False
    has_places: bool = False
    at_ms: int = 0
    box: tuple[float, float, float, float] | None = None


def catalogue(city: str, base: str, entries: Sequence[Entry], at_ms: int) -> Node:
    """The catalogue of a city; `base` is the address that the server is known by, without a "/" at
    its end. Only what is open has distributions; what is not is named, with its access rights.
    """
    fields = sorted({entry.field for entry in entries})
    return {
        "@context": dict(_CONTEXT),
        "@id": f"{base}/data",
        "@type": "dcat:Catalog",
        "dct:title": _said("data.dcat.title", city=city),
        "dct:description": _said("data.dcat.about", city=city),
        "dct:publisher": _agent(city),
        "dct:language": {"@id": f"{_EU}language/KOR"},
        "dct:modified": _moment(at_ms),
        "foaf:homepage": {"@id": f"{base}/data"},
        "dcat:themeTaxonomy": {
            "@id": f"{base}/data#fields",
            "@type": "skos:ConceptScheme",
            "dct:title": _said("data.field"),
            "skos:hasTopConcept": [_field(base, fields, name) for name in fields],
        },
        "dcat:dataset": [_dataset(base, fields, entry) for entry in entries],
    }


def _dataset(base: str, fields: Sequence[str], entry: Entry) -> Node:
    page = f"{base}/data/{entry.id}"
    known = [
        ("dct:description", _ko(entry.note or entry.title)),
        ("dct:publisher", _agent(entry.owner) if entry.owner else None),
        ("dct:accrualPeriodicity", _named("frequency", _OFTEN.get(entry.period))),
        ("dct:accessRights", _named("access-right", _ACCESS.get(entry.grade, "NON_PUBLIC"))),
        ("dct:modified", _moment(entry.at_ms) if entry.at_ms else None),
        ("dct:spatial", _where(entry.box)),
        ("dcat:distribution", list(_distributions(base, entry)) or None),
    ]
    return {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": entry.id,
        "dct:title": _both(entry.title, entry.title_en),
        "dcat:theme": {"@id": _field(base, fields, entry.field)["@id"]},
        "dcat:landingPage": {"@id": page},
        **{name: value for name, value in known if value is not None},
    }


def _distributions(base: str, entry: Entry) -> Iterator[Node]:
    if not entry.has_data or entry.grade != "open":
        return
    url = f"{base}/api/v1/datasets/{entry.id}"
    licence = {"dct:license": _licence(entry.licence)} if entry.licence else {}
    schema = {"csvw:tableSchema": {"csvw:column": [_column(each) for each in entry.columns]}}
    for form in forms_of(has_places=entry.has_places):
        media = MAKINGS[form].media.partition(";")[0]
        at = f"{url}/file.{form}"
        yield {
            "@id": at,
            "@type": "dcat:Distribution",
            "dct:title": _ko(f"{entry.title} ({form.upper()})"),
            "dcat:accessURL": {"@id": f"{base}/data/{entry.id}"},
            "dcat:downloadURL": {"@id": at},
            "dcat:mediaType": {"@id": f"{_IANA}{media}"},
            **licence,
            **schema,
        }


def _column(column: TableColumn) -> Node:
    named = {"csvw:name": column.name, "csvw:datatype": _TYPES.get(column.type, "string")}
    about = {"dct:description": column.meaning, "csvw:unit": column.unit}
    return {**named, **{name: value for name, value in about.items() if value}}


def _licence(words: str) -> Node:
    at = ADDRESSES.get(words)
    place = {"@id": at} if at else {}
    return {**place, "@type": "dct:LicenseDocument", "rdfs:label": _ko(words)}


def _where(box: tuple[float, float, float, float] | None) -> Node | None:
    if box is None:
        return None
    west, south, east, north = box
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    words = ", ".join(f"{lon} {lat}" for lon, lat in ring)
    kind = "http://www.opengis.net/ont/geosparql#wktLiteral"
    return {
        "@type": "dct:Location",
        "dcat:bbox": {"@type": kind, "@value": f"POLYGON(({words}))"},
    }


def _field(base: str, fields: Sequence[str], name: str) -> Node:
    at = fields.index(name) + 1
    return {
        "@id": f"{base}/data#field-{at}",
        "@type": "skos:Concept",
        "skos:prefLabel": _ko(name),
        "skos:inScheme": {"@id": f"{base}/data#fields"},
    }


def _agent(name: str) -> Node:
    return {"@type": "foaf:Agent", "foaf:name": _ko(name)}


def _named(table: str, code: str | None) -> Node | None:
    return {"@id": f"{_EU}{table}/{code}"} if code else None


def _moment(at_ms: int) -> Node:
    said = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    return {"@type": "xsd:dateTime", "@value": said.replace("+00:00", "Z")}


def _ko(words: str) -> Node:
    return {"@language": "ko", "@value": words}


def _said(code: str, **values: str) -> list[Node]:
    return [
        {"@language": language, "@value": word(language, code, **values)}
        for language in languages()
    ]


def _both(korean: str, english: str) -> list[Node]:
    also = [{"@language": "en", "@value": english}] if english else []
    return [_ko(korean), *also]
