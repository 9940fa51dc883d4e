"""The part of the API's document about the complaint desk's answers and the clashes. Pure."""

from typing import Any

Json = dict[str, Any]
_JSON = "application/json"
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_MAYBE_WHOLE: Json = {"type": ["integer", "null"]}
_MAYBE_OBJECT: Json = {"type": ["object", "null"]}
_ROWS: Json = {"type": "array", "items": {"type": "object"}}
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_CLOSURES = "full partial unknown shoulder bus_stop bicycle sidewalk none"


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    return {
        "/api/v1/answer": {
            "get": _operation(
                "Is it closed, why, until when, how to get round: a card, a choice or not found",
                {"200": _body("Answer"), "400": _body("Error"), "503": _body("Error")},
                _query("q", "what the caller asks about"),
                _query("id", "KIND:ID of a candidate; wins over q"),
                _query("valid", "Unix ms the answer speaks of", _WHOLE),
                _query("known", "only what had come in by then counts, Unix ms", _WHOLE),
            )
        },
        "/api/v1/clashes": {
            "get": _operation(
                "Works in each other's way, in a bus's, or cutting places off together",
                {"200": _body("Clashes")},
            )
        },
    }


def schemas() -> dict[str, Json]:
    """What those paths answer."""
    return {
        "Answer": _object(
            "q now_ms store status candidates card",
            q=_TEXT,
            now_ms=_WHOLE,
            clock_ms=_MAYBE_WHOLE,
            simulated=_FLAG,
            store={"enum": ["ok", "lost", "rebuilding"]},
            status={"enum": ["answer", "choose", "not_found"]},
            candidates=_ROWS,
            card={"oneOf": [{"$ref": "#/components/schemas/Card"}, {"type": "null"}]},
            sentence_ko=_TEXT,
            sentence_en=_TEXT,
            past={"type": "object"},
        ),
        "Card": _object(
            "place verdict sentence_ko sentence_en clauses sources",
            place={"type": "object"},
            verdict={"$ref": "#/components/schemas/Verdict"},
            sentence_ko=_TEXT,
            sentence_en=_TEXT,
            clauses={"type": "array", "items": {"$ref": "#/components/schemas/Clause"}},
            sources={"type": "array", "items": {"$ref": "#/components/schemas/Source"}},
            works=_ROWS,
            incidents=_ROWS,
            detour=_MAYBE_OBJECT,
            buses=_ROWS,
            route=_MAYBE_OBJECT,
            calls={"type": "object"},
            age_ms=_MAYBE_WHOLE,
            is_stale=_FLAG,
            sections=_ROWS,
        ),
        "Verdict": _object(
            "closure word_ko word_en certainty",
            closure={"enum": _CLOSURES.split()},
            level={"enum": ["free", "slow", "jam", "unknown"]},
            word_ko=_TEXT,
            word_en=_TEXT,
            certainty={"enum": ["confirmed", "reported", "inferred", "lost"]},
            certainty_ko=_TEXT,
            certainty_en=_TEXT,
        ),
        "Clause": _object("name ko en sources", name=_TEXT, ko=_TEXT, en=_TEXT, sources=_TEXTS),
        "Source": _object(
            "id kind ref ko en",
            id=_TEXT,
            kind=_TEXT,
            ref=_TEXT,
            at_ms=_MAYBE_WHOLE,
            age_ms=_MAYBE_WHOLE,
            ko=_TEXT,
            en=_TEXT,
        ),
        "Clashes": _object("clashes", clashes=_ROWS),
    }


def _operation(summary: str, responses: Json, *parameters: Json) -> Json:
    return {"summary": summary, "responses": responses, "parameters": list(parameters)}


def _query(name: str, text: str, schema: Json | None = None) -> Json:
    return {"name": name, "in": "query", "description": text, "schema": schema or _TEXT}


def _body(schema: str) -> Json:
    return {
        "description": schema,
        "content": {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _object(required: str, **properties: Json) -> Json:
    return {"type": "object", "required": required.split(), "properties": properties}
