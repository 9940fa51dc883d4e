"""What an answer meant, as a recording writes it where the body cannot be freed of people."""

from dataclasses import replace
from types import GenericAlias
from typing import Any, get_type_hints

import msgspec

from producers.feeds import FEEDS
from producers.publishing.messages import MAX_LETTERS
from producers.reading.answers import Answer, Refusal, anonymous
from streams.contract.enums import PollOutcome
from streams.contract.errors import RecordRefusedError

_OTHERS = [(name, kind) for name, kind in get_type_hints(Answer).items() if name != "rows"]
_Kept = msgspec.defstruct("_Kept", _OTHERS, forbid_unknown_fields=True)


def kept(answer: Answer, letters: tuple[Refusal, ...]) -> Answer:
    """The answer as it is written: with its dead letters, and nothing else of its body."""
    if answer.outcome is PollOutcome.UNKNOWN and not (answer.refused or answer.left_out):
        return replace(answer, left_out=letters)
    return replace(
        answer,
        refused=(*answer.refused[:MAX_LETTERS], *map(_bare, answer.refused[MAX_LETTERS:])),
    )


def is_same(one: Answer, other: Answer) -> bool:
    """Whether two answers mean the same; of what was refused only codes and details count."""
    bare = [
        replace(
            answer,
            refused=tuple(map(_bare, answer.refused)),
            left_out=tuple(map(_bare, answer.left_out)),
        )
        for answer in (one, other)
    ]
    return bare[0] == bare[1]


def _bare(refusal: Refusal) -> Refusal:
    return replace(refusal, payload=b"")


def written(answer: Answer) -> dict[str, Any]:
    """The answer in JSON's types."""
    body: dict[str, Any] = msgspec.to_builtins(answer)
    return body


def read(feed: str, body: Any) -> Answer:
    """The answer that was written; raises R005 for what is none, or of an unknown feed."""
    if not isinstance(body, dict) or feed not in FEEDS:
        raise RecordRefusedError("R005", "said is not an answer of this feed")
    try:
        rows = msgspec.convert(body.get("rows"), GenericAlias(tuple, (FEEDS[feed].row, ...)))
        others = msgspec.convert({k: v for k, v in body.items() if k != "rows"}, _Kept)
    except msgspec.ValidationError as error:
        raise RecordRefusedError("R005", f"said: {error}"[:120]) from None
    values = {name: getattr(others, name) for name, _ in _OTHERS}
    return Answer(rows=tuple(map(anonymous, rows)), **values)
