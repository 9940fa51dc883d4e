"""Situations: what stands, one row a place and story, and what operators do with them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from maps.access.guard import client_of, who_of
from maps.access.roles import Permission
from maps.api.context import CONTEXT, Context
from maps.api.operation import Operation, Parameter, json_answer
from maps.api.posted import Paces, read_body, tell
from maps.api.recorded import counted, recorded
from maps.http.refusals import RequestRefusedError, bad_parameter, not_found
from maps.picture.fields import Ms, Row
from maps.picture.picture import Picture, StoreState
from maps.picture.shapes import known_links
from maps.picture.situations import SituationFields, fields_of
from maps.picture.text import folded, shown
from streams.contract import topics, wire
from streams.contract.enums import AccessAction
from streams.contract.errors import RecordRefusedError, SituationError
from streams.contract.records import Acknowledgement, Message
from streams.contract.situation import (
    MAX_ACCOUNT,
    MAX_BY,
    MAX_EPISODES,
    MAX_NOTE,
    ActKind,
    SituationAct,
    check_act,
)
from streams.contract.topics import Topic
from streams.domain.situations.acts import last_of
from streams.domain.situations.fact import GRAVITY, Fact
from streams.domain.situations.situation import Situation

ACTS_A_MINUTE = 120  # of many situations each
MAX_SITUATIONS = 100  # of one act
MAX_QUERY = 100
AT_ONCE = 50  # messages on their way to the log
PACE = web.AppKey("situations_pace", Paces)


class Show(StrEnum):
    """Which situations are asked for; alerts are those that ask for somebody."""

    ALERTS = "alerts"
    OPEN = "open"  # alerts that nobody acknowledged, and that do not sleep
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    INFORMATION = "information"
    ALL = "all"


class SituationBody(SituationFields, kw_only=True):
    """A situation."""

    links: Annotated[list[str], Meta(description="link ids")]
    new: Annotated[bool, Meta(description="something that asks for somebody came just now")]


class Situations(Row):
    """The situations that stand, the gravest first, of these the newest."""

    now_ms: Ms
    clock_ms: Ms | None
    store: StoreState
    situations: list[SituationBody]


class SituationActBody(msgspec.Struct, forbid_unknown_fields=True):
    """What an operator does with situations: `until_ms` of a snooze, `to` of an assignment (""
    takes it back), `note` of a note or an acknowledgement. An undo takes back one's own last act
    on each. `by` is needed where nobody logs in; whoever did is known by their account.
    """

    act: ActKind
    situations: Annotated[list[str], Meta(min_length=1, max_length=MAX_SITUATIONS)]
    by: Annotated[str, Meta(max_length=MAX_BY * 2)] = ""
    until_ms: Ms = 0
    to: Annotated[str, Meta(max_length=MAX_ACCOUNT * 2)] = ""
    note: Annotated[str, Meta(max_length=MAX_NOTE * 2)] = ""


class ActsTaken(msgspec.Struct):
    """The log has an act on each of `situations`; `left` do not stand any more, or have nothing
    that an undo could take back.
    """

    act: ActKind
    at_ms: Ms
    situations: list[str]
    left: list[str]


def add_situations(app: web.Application) -> None:
    """What the handlers need beside the sender."""
    app[PACE] = Paces(ACTS_A_MINUTE)


@Operation(
    "GET",
    "/api/v1/situations",
    "Situations: what stands, one row a place and story, the gravest first",
    {200: Situations},
    refusals=(400,),
    parameters=(
        Parameter(
            "show", "alerts (if not given), open, acknowledged, snoozed, information, all", Show
        ),
        Parameter("q", "words that a title, a fact, a feed, a note or an account must hold"),
    ),
    may=Permission.SEE,
)
async def get_situations(request: web.Request) -> web.StreamResponse:
    """Texts are compared without spaces and case, every word of `q` on its own."""
    context = request.app[CONTEXT]
    live, now_ms = context.live, context.live.now_ms()
    show, words = _asked(request.query)
    rows = [
        body
        for each in _in_order(live.picture.situations.values())
        if _is_shown(show, each, now_ms)
        if _has((body := _body(each, context, _clock(live.picture, now_ms))), words)
    ]
    return json_answer(Situations(now_ms, live.picture.clock_ms, live.store_state, rows))


@Operation(
    "POST",
    "/api/v1/situations/acts",
    "Acknowledge, snooze, assign, note or undo, on many situations at once",
    {202: ActsTaken},
    refusals=(400, 403, 404, 409, 413, 415, 429, 503),
    takes=SituationActBody,
    may=Permission.ACT,
    records=AccessAction.ACT,
    does="situation.act",
    names_subject=True,
)
async def post_acts(request: web.Request) -> web.StreamResponse:
    """202 once the log has all of it. An acknowledgement acknowledges every alert of a situation
    too. 404 where none of them stands, 409 where there is nothing to undo on any.
    """
    body = await read_body(request, SituationActBody)
    live = request.app[CONTEXT].live
    names = list(dict.fromkeys(body.situations))
    found = [row for name in names if (row := live.picture.situations.get(name)) is not None]
    if not found:
        raise not_found("kind.situation", names[0])
    counted(request, len(found), f"{body.act} {' '.join(row.id for row in found)}")
    await recorded(request)
    body.by = who_of(request).account or body.by
    acts = _acts(body, found, live.now_ms())
    request.app[PACE].take(client_of(request))
    alerts = [
        (topics.ACKNOWLEDGEMENTS, message)
        for act in acts
        for message in _of_alerts(act, live.picture)
    ]
    await _tell_all(request, alerts)
    await _tell_all(request, [(topics.SITUATION_EVENTS, act) for act in acts])
    taken = [act.situation for act in acts]
    left = [name for name in names if name not in taken]
    return json_answer(ActsTaken(body.act, live.now_ms(), taken, left), status=202)


def _asked(query: Mapping[str, str]) -> tuple[Show, list[str]]:
    """The rows a query asks for, and the words they must hold."""
    for name, value in query.items():
        if name not in ("show", "q"):
            raise bad_parameter(name, value, "must.be_known", names="show, q")
    wanted = query.get("show", Show.ALERTS)
    show = next((each for each in Show if each == wanted), None)
    if show is None:
        raise bad_parameter("show", wanted, "must.be_one_of", names=", ".join(Show))
    text = query.get("q", "")
    if len(text) > MAX_QUERY:
        raise bad_parameter("q", text, "must.be_short", count=MAX_QUERY)
    return show, [folded(word) for word in text.split()]


def _clock(picture: Picture, now_ms: int) -> int:
    """The time of the fold, by which things are new."""
    return now_ms if picture.clock_ms is None else picture.clock_ms


def _in_order(found: Iterable[Situation]) -> list[Situation]:
    """Alerts first, the gravest of them, of these the newest."""
    return sorted(
        found,
        key=lambda x: (not x.is_alert, GRAVITY.index(x.severity), -x.newest_ms, x.id),
    )


def _is_shown(show: Show, row: Situation, now_ms: int) -> bool:
    is_asleep = row.snoozed is not None and now_ms < row.snoozed.until_ms
    return {
        Show.ALL: True,
        Show.ALERTS: row.is_alert,
        Show.OPEN: row.is_open(now_ms),
        Show.ACKNOWLEDGED: row.is_alert and row.acknowledged is not None,
        Show.SNOOZED: row.is_alert and is_asleep,
        Show.INFORMATION: not row.is_alert,
    }[show]


def _has(body: SituationBody, words: Sequence[str]) -> bool:
    if not words:
        return True
    texts = [*_titles(body), *body.sources, body.assigned]
    texts += [text for fact in body.facts for text in (fact.subject, *_texts(fact))]
    texts += [text for note in body.notes for text in (note.note, note.by)]
    whole = folded(" ".join(texts))
    return all(word in whole for word in words)


def _titles(body: SituationBody) -> list[str]:
    return [
        value for name in _named(body, "title_") if isinstance(value := getattr(body, name), str)
    ]


def _texts(fact: msgspec.Struct) -> list[str]:
    return [
        value for name in _named(fact, "text_") if isinstance(value := getattr(fact, name), str)
    ]


def _named(row: msgspec.Struct, begin: str) -> list[str]:
    return [name for name in row.__struct_fields__ if name.startswith(begin)]


def _body(row: Situation, context: Context, clock_ms: int) -> SituationBody:
    network = context.network
    links = known_links(row.links, network)
    ids = [network.links[place].id for place in links]
    fields = fields_of(row, links, network)
    return SituationBody(links=ids, new=row.is_new(clock_ms), **fields)


def _acts(body: SituationActBody, found: Iterable[Situation], at_ms: int) -> list[SituationAct]:
    """The act on each situation; raises RequestRefusedError for what the log would refuse."""
    acts = [act for row in found if (act := _act(body, row, at_ms)) is not None]
    if not acts:
        raise RequestRefusedError(409, "refused.nothing_to_undo")
    for act in acts:
        try:
            check_act(act)
            wire.decode(wire.encode(act))
        except (SituationError, RecordRefusedError) as error:
            raise _refused(error, act) from None
    return acts


def _act(body: SituationActBody, row: Situation, at_ms: int) -> SituationAct | None:
    by = shown(body.by)
    undone = last_of(row.acts, by) if body.act is ActKind.UNDO else None
    if body.act is ActKind.UNDO and undone is None:
        return None
    return SituationAct(
        situation=undone.situation if undone else row.id,
        act=body.act,
        by=by,
        at_ms=at_ms,
        severity=row.severity,
        until_ms=body.until_ms,
        to=shown(body.to),
        note=shown(body.note),
        undoes=undone.act if undone else None,
        undoes_ms=undone.at_ms if undone else 0,
        episodes=undone.episodes if undone else tuple(x.id for x in row.facts[:MAX_EPISODES]),
    )


def _refused(error: Exception, act: SituationAct) -> RequestRefusedError:
    """400 that says which field, and what it may be."""
    if isinstance(error, SituationError) and error.field == "by":
        return RequestRefusedError(400, "refused.bad_name", count=MAX_BY)
    if isinstance(error, SituationError) and error.field == "note":
        return RequestRefusedError(400, "refused.bad_comment", count=MAX_NOTE)
    field = error.field if isinstance(error, SituationError) else act.act.value
    return RequestRefusedError(400, "refused.bad_act", reason=field)


def _of_alerts(act: SituationAct, picture: Picture) -> Iterable[Acknowledgement]:
    """What an act says of each alert: acknowledged, or no longer by whom it was."""
    known = picture.acknowledgements
    if act.act is ActKind.ACKNOWLEDGE:
        for fact in picture.situations[act.situation].facts:
            before = known.get(fact.id)
            if before is None or GRAVITY.index(before.severity) > GRAVITY.index(fact.severity):
                yield _acknowledgement(act, fact)
    elif act.undoes is ActKind.ACKNOWLEDGE:
        for episode in act.episodes:
            ack = known.get(episode)
            if ack is not None and ack.by == act.by and ack.at_ms == act.undoes_ms:
                yield _withdrawn(ack, act.at_ms)


def _acknowledgement(act: SituationAct, fact: Fact) -> Acknowledgement:
    return Acknowledgement(
        episode=fact.id,
        by=act.by,
        comment=act.note,
        at_ms=act.at_ms,
        severity=fact.severity,
        rule=fact.rule,
        began_ms=fact.since_ms,
    )


def _withdrawn(ack: Acknowledgement, at_ms: int) -> Acknowledgement:
    return Acknowledgement(
        ack.episode, ack.by, "", at_ms, ack.severity, is_withdrawn=True, began_ms=ack.began_ms
    )


async def _tell_all(request: web.Request, messages: Sequence[tuple[Topic, Message]]) -> None:
    """Write messages into the log, many on their way together."""
    for begin in range(0, len(messages), AT_ONCE):
        part = messages[begin : begin + AT_ONCE]
        await asyncio.gather(*(tell(request, topic, message) for topic, message in part))
