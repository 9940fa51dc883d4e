"""The OpenAPI 3.1 document, made of the operations and the types of their bodies. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from maps.api.operation import (
    ADMIN_KEY,
    CREW_TOKEN,
    Error,
    Operation,
    Parameter,
    media_and_type,
)

Schema = dict[str, Any]
_IN_PATH = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_SCHEMES: Schema = {
    ADMIN_KEY: {"type": "http", "scheme": "bearer", "description": "BOMNAE_ADMIN_KEY"},
    CREW_TOKEN: {"type": "http", "scheme": "bearer", "description": "token of a crew's link"},
}


def document(city: str, operations: Iterable[Operation]) -> Schema:
    """The whole document; a type that two bodies share stands once, under its class's name."""
    listed = list(operations)
    types = list(dict.fromkeys([Error, *(each for op in listed for each in _types(op))]))
    made, components = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    schemas = dict(zip(types, made, strict=True))
    paths: dict[str, Schema] = {}
    for op in listed:
        path = _IN_PATH.sub(r"{\1}", op.path)
        paths.setdefault(path, {})[op.method.lower()] = _operation(op, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bomnae",
            "version": "1",
            "description": f"Live road states of {city}. Times are Unix ms (UTC).",
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _types(op: Operation) -> list[object]:
    """The types of all JSON bodies and parameters of an operation."""
    takes = op.takes.values() if isinstance(op.takes, Mapping) else (op.takes,)
    answers = (media_and_type(each)[1] for each in op.answers.values() if each is not None)
    found = [*answers, *takes, *(each.type for each in op.parameters), str]
    return [each for each in found if each is not None]


def _operation(op: Operation, schemas: Mapping[object, Schema]) -> Schema:
    answers = {str(status): _answer(body, schemas) for status, body in op.answers.items()}
    answers |= {str(status): _answer(Error, schemas) for status in op.refused}
    found: Schema = {"summary": op.summary, "tags": [op.tag], "responses": answers}
    if parameters := _parameters(op, schemas):
        found["parameters"] = parameters
    if op.takes is not None:
        takes = op.takes if isinstance(op.takes, Mapping) else {"application/json": op.takes}
        content = {media: {"schema": schemas[body]} for media, body in takes.items()}
        found["requestBody"] = {"required": True, "content": content}
    if op.needs:
        found["security"] = [{op.needs: []}]
    return found


def _parameters(op: Operation, schemas: Mapping[object, Schema]) -> list[Schema]:
    in_path = _IN_PATH.findall(op.path)
    texts = {each.name: each for each in op.parameters}
    rows = [(name, texts.get(name, Parameter(name, name))) for name in in_path]
    rows += [(each.name, each) for each in op.parameters if each.name not in in_path]
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path,
            "description": each.text,
            "schema": schemas[each.type],
        }
        for name, each in rows
    ]


def _answer(body: object, schemas: Mapping[object, Schema]) -> Schema:
    """An answer by its `Answer`; None: without a body."""
    if body is None:
        return {"description": "no body"}
    media, type_ = media_and_type(body)
    schema = {} if type_ is None else {"schema": schemas[type_]}
    return {"description": getattr(type_, "__name__", media), "content": {media: schema}}
