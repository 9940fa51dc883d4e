"""The part of the API's document about the complaint desk's answers and the clashes. Pure."""

from maps.api.openapi.parts import (
    FLAG,
    MAYBE_OBJECT,
    MAYBE_WHOLE,
    OBJECT,
    ROWS,
    STORE,
    TEXT,
    TEXTS,
    WHOLE,
    Json,
    body,
    errors,
    listed,
    maybe,
    operation,
    query,
    reference,
    shape,
)
from streams.contract.records import Closure


def paths() -> dict[str, Json]:
    """Path -> method -> operation."""
    return {
        "/api/v1/answer": {
            "get": operation(
                "Is it closed, why, until when, how to get round: a card, a choice or not found",
                {"200": body("Answer"), **errors("400 503")},
                query("q", "what the caller asks about"),
                query("id", "KIND:ID of a candidate; wins over q"),
                query("valid", "Unix ms the answer speaks of", WHOLE),
                query("known", "only what had come in by then counts, Unix ms", WHOLE),
            )
        },
        "/api/v1/clashes": {
            "get": operation(
                "Works in each other's way, in a bus's, or cutting places off together",
                {"200": body("Clashes")},
            )
        },
    }


def schemas() -> dict[str, Json]:
    """What those paths answer."""
    return {
        "Answer": shape(
            "q now_ms store status candidates card",
            q=TEXT,
            now_ms=WHOLE,
            clock_ms=MAYBE_WHOLE,
            simulated=FLAG,
            store=STORE,
            status={"enum": ["answer", "choose", "not_found"]},
            candidates=ROWS,
            card=maybe("Card"),
            sentence_ko=TEXT,
            sentence_en=TEXT,
            past=OBJECT,
        ),
        "Card": shape(
            "place verdict sentence_ko sentence_en clauses sources",
            place=OBJECT,
            verdict=reference("Verdict"),
            sentence_ko=TEXT,
            sentence_en=TEXT,
            clauses=listed(reference("Clause")),
            sources=listed(reference("Source")),
            works=ROWS,
            incidents=ROWS,
            detour=MAYBE_OBJECT,
            buses=ROWS,
            route=MAYBE_OBJECT,
            calls=OBJECT,
            age_ms=MAYBE_WHOLE,
            is_stale=FLAG,
            sections=ROWS,
        ),
        "Verdict": shape(
            "closure word_ko word_en certainty",
            closure={"enum": [each.value for each in Closure]},
            level={"enum": ["free", "slow", "jam", "unknown"]},
            word_ko=TEXT,
            word_en=TEXT,
            certainty={"enum": ["confirmed", "reported", "inferred", "lost"]},
            certainty_ko=TEXT,
            certainty_en=TEXT,
        ),
        "Clause": shape("name ko en sources", name=TEXT, ko=TEXT, en=TEXT, sources=TEXTS),
        "Source": shape(
            "id kind ref ko en",
            id=TEXT,
            kind=TEXT,
            ref=TEXT,
            at_ms=MAYBE_WHOLE,
            age_ms=MAYBE_WHOLE,
            ko=TEXT,
            en=TEXT,
        ),
        "Clashes": shape("clashes", clashes=ROWS),
    }
