"""What an OpenAPI document is put together from: shapes, parameters, bodies, operations. Pure."""

from typing import Any

Json = dict[str, Any]
JSON = "application/json"
TEXT: Json = {"type": "string"}
UUID: Json = {"type": "string", "format": "uuid"}
WHOLE: Json = {"type": "integer"}
NUMBER: Json = {"type": "number"}
FLAG: Json = {"type": "boolean"}
OBJECT: Json = {"type": "object"}
MAYBE_WHOLE: Json = {"type": ["integer", "null"]}
MAYBE_NUMBER: Json = {"type": ["number", "null"]}
MAYBE_OBJECT: Json = {"type": ["object", "null"]}
SEVERITY: Json = {"enum": ["critical", "warning", "notice"]}
STORE: Json = {"enum": ["ok", "lost", "rebuilding"]}
TROUBLE: Json = {"enum": ["", "full", "read_only", "disk", "no_worker", "stands"]}


def listed(items: Json | None = None) -> Json:
    """An array; of anything without `items`."""
    return {"type": "array", "items": items or {}}


TEXTS, ROWS = listed(TEXT), listed(OBJECT)


def shape(required: str, **properties: Json) -> Json:
    """An object; `required` names properties, with spaces between."""
    return {"type": "object", "required": required.split(), "properties": properties}


def closed(required: str, **properties: Json) -> Json:
    """A shape that takes nothing else."""
    return {**shape(required, **properties), "additionalProperties": False}


def reference(schema: str) -> Json:
    """A schema of the document, by its name."""
    return {"$ref": f"#/components/schemas/{schema}"}


def maybe(schema: str) -> Json:
    """A schema of the document, or null."""
    return {"oneOf": [reference(schema), {"type": "null"}]}


def query(name: str, text: str, schema: Json = TEXT) -> Json:
    """A parameter behind the question mark."""
    return {"name": name, "in": "query", "description": text, "schema": schema}


def in_path(name: str, text: str, schema: Json = TEXT) -> Json:
    """A part of the path."""
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema}


def content(schema: str) -> Json:
    """A JSON body by its schema's name."""
    return {JSON: {"schema": reference(schema)}}


def body(schema: str) -> Json:
    """An answer with a JSON body."""
    return {"description": schema, "content": content(schema)}


def file(kind: str) -> Json:
    """An answer with a body of another media type."""
    return {"description": kind, "content": {kind: {}}}


def errors(statuses: str) -> dict[str, Json]:
    """The refusals, by their status, with spaces between."""
    return {status: body("Error") for status in statuses.split()}


def operation(
    summary: str, responses: dict[str, Json], *parameters: Json, takes: Json | None = None
) -> Json:
    """What a method does; `takes` is the content of its request."""
    found: Json = {"summary": summary, "responses": responses}
    if parameters:
        found["parameters"] = list(parameters)
    if takes:
        found["requestBody"] = {"required": True, "content": takes}
    return found
