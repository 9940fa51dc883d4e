"""One row an operation of the API: the routes and the API's document are both made of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from maps.access.roles import FOR_ALL, Permission
from maps.http.answers import NO_STORE, answer, body_of
from streams.contract.enums import AccessAction

JSON = "application/json; charset=utf-8"
HTML, SSE, TEXT, ANY = "text/html", "text/event-stream", "text/plain", "*/*"
ADMIN_KEY, CREW_TOKEN = "adminKey", "crewToken"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ErrorDetail(msgspec.Struct):
    """Why a request is refused: a code for programs, and a text in each language for people."""

    code: str
    message: str


class Error(msgspec.Struct):
    """The body of every refusal."""

    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query, or of the path where the path has its name."""

    name: str
    text: str
    type: object = str


@dataclass(slots=True)
class Operation:
    """One method of one path; it decorates its handler, and stands in its place.

    `answers`: status -> the type of the JSON body, the media type of another one, or a pair of
    both; None: no body. `takes`: the type of the JSON body, or media type -> type. `may` is what
    whoever calls must be allowed. `records` is the action of its access record, None: it needs
    none; `does` is what the record says was done, `account.lock`, one word for one thing for as
    long as records are kept. Whose it is, is the parameter of the path that `subject` names, else
    what the query narrows it to; `names_subject`: its handler knows it, and has it recorded before
    it acts; `records_some`: its handler finds whether it needs one (`needs_record`).
    `asks_why`: a person says for what. `refusals` are the statuses of its own handler.
    `is_one_look`: what follows within ten minutes is the same look. `needs` names a security scheme
    besides the login.
    """

    method: str
    path: str
    summary: str
    answers: Mapping[int, object]
    _: KW_ONLY
    may: Permission
    records: AccessAction | None = None
    does: str = ""
    subject: str = ""
    names_subject: bool = False
    records_some: bool = False
    asks_why: bool = False
    is_one_look: bool = False
    refusals: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    takes: object = None
    needs: str = ""
    route_options: Mapping[str, Any] = field(default_factory=dict)
    handler: Handler = field(init=False)

    def __call__(self, handler: Handler) -> "Operation":
        self.handler = handler
        return self

    @property
    def tag(self) -> str:
        """What the document lists the operation under: the file of its handler."""
        name = self.handler.__module__.rpartition(".")[2]
        return "live" if name in ("routes", "stream") else name

    @property
    def is_page(self) -> bool:
        """Whether a person looks at it: without a login they are led to one."""
        return self.answers.get(200) == HTML

    @property
    def refused(self) -> list[int]:
        """Every status it may refuse with: its own, and those of what any such operation has before
        its handler: a login (400, 401, 403), a body (408), a record (429, 503), a reason (400).
        """
        found = set(self.refusals)
        if self.may not in FOR_ALL and not self.is_page:
            found |= {400, 401, 403}
        if self.takes is not None:
            found.add(408)
        if self.records is not None:
            found |= {400, 429, 503}
        return sorted(found - set(self.answers))

    @property
    def route(self) -> web.RouteDef:
        if self.method == "GET":
            return web.get(self.path, self.handler, **self.route_options)
        return web.route(self.method, self.path, self.handler, **self.route_options)


def operations_in(names: Mapping[str, object]) -> list[Operation]:
    """The operations among the names of a module, in their order."""
    return [each for each in names.values() if isinstance(each, Operation)]


def media_and_type(answer: object) -> tuple[str, object]:
    """An answer's media type, and the type of its body where that is JSON."""
    if isinstance(answer, tuple):
        media, body = answer
        return media, body
    return (answer, None) if isinstance(answer, str) else ("application/json", answer)


def json_answer(body: object, *, status: int = 200) -> web.Response:
    """A small body that nobody may keep."""
    headers = {"Content-Type": JSON, "Cache-Control": NO_STORE}
    return web.Response(body=msgspec.json.encode(body), status=status, headers=headers)


def packed_answer(request: web.Request, body: object) -> web.Response:
    """A body that nobody may keep, compressed where that pays."""
    return answer(request, body_of(msgspec.json.encode(body), JSON), cache=NO_STORE)
