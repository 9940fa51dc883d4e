"""The map server: routes, headers, errors as JSON, and the tasks that live as long as it does."""

import asyncio
import ipaddress
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from urllib.parse import unquote, urlsplit

from aiohttp import web

from maps.access.failures import Failures
from maps.access.guard import GUARD, Guard
from maps.access.looks import Looks
from maps.access.oidc import Provider, check_extra
from maps.access.recording import RECORDER
from maps.access.refused import TALLY, RefusedTally, write_repeats, write_rest
from maps.access.sessions import Sessions
from maps.api.admin_key import add_admin_key
from maps.api.admission import OPERATION_OF, admit_people, by_handler
from maps.api.alerts import add_alerts
from maps.api.calls import add_calls
from maps.api.closures import add_closures
from maps.api.context import CONTEXT, make_context
from maps.api.corridors import add_corridors
from maps.api.crew import add_crew
from maps.api.crew_door import add_door
from maps.api.crew_photos import add_photos
from maps.api.dataset_shelf import add_datasets
from maps.api.desk import add_desk
from maps.api.oidc import PROVIDER, add_oidc
from maps.api.passkeys import add_passkeys
from maps.api.past import add_time
from maps.api.posted import INTAKE, OWN_ORIGINS, Paces
from maps.api.recorded import A_MINUTE, PACE
from maps.api.records import add_records
from maps.api.refusal_page import refused
from maps.api.routes import OPERATIONS
from maps.api.shifts import add_shifts
from maps.api.situations import add_situations
from maps.api.statistics import add_statistics
from maps.api.stream import add_stream
from maps.api.wall import add_wall
from maps.http.connections import CONNECTIONS, Connections, count_asking
from maps.http.refusals import RequestRefusedError
from maps.pages import csp
from maps.records.heads import sign_days
from streams.contract.grammars import LoginMode
from streams.contract.key_file import check_keys
from streams.contract.running import BARE_S, cancel
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.kafka.access_writing import AccessLog
from streams.state.store import Store

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": csp.API_POLICY,
}
MAX_REQUEST_BYTES = 64 << 10
HSTS = "max-age=31536000"
MOST_DECODED = 6  # times a path may be encoded
_ODD_LETTERS = re.compile(r"[\\\x00-\x1f\x7f]")
_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[0-9A-Za-z._-]+))(?::[0-9]{1,5})?")
"""A Host header as browsers write it: what another reads another name in names nobody."""


def build_app(settings: Settings, network: Network, store: Store) -> web.Application:
    """The application; its tasks start and end with it, and it closes the store."""
    check_keys(settings, "maps")
    first = [count_asking, _errors, _known_host, _plain_path, admit_people]
    app = web.Application(middlewares=first, client_max_size=MAX_REQUEST_BYTES)
    context = app[CONTEXT] = make_context(settings, network, store)
    app[GUARD] = _guard(settings, store, context.live.now_ms)
    app[OPERATION_OF] = by_handler(OPERATIONS)
    app[PACE] = Paces(A_MINUTE)
    if settings.login is LoginMode.OIDC:
        check_extra()
        app[PROVIDER] = Provider(settings, store.client)
        add_oidc(app)
    add_desk(app)
    add_statistics(app)
    add_time(app)
    add_corridors(app)
    add_stream(app)
    app[CONNECTIONS] = Connections()
    app[OWN_ORIGINS] = own_origins(settings)
    add_calls(app)
    add_door(app)
    add_crew(app)
    add_photos(app)
    add_alerts(app)
    add_situations(app)
    add_datasets(app)
    add_closures(app)
    add_shifts(app)
    add_wall(app)
    add_admin_key(app)
    add_passkeys(app)
    app[RECORDER], app[TALLY] = AccessLog(settings, app[INTAKE]), RefusedTally()
    add_records(app)
    app.add_routes(each.route for each in OPERATIONS)
    app.on_response_prepare.append(_secure)
    app.on_shutdown.append(_end_streams)
    app.cleanup_ctx.append(_tasks)
    return app


def _guard(settings: Settings, store: Store, now_ms: Callable[[], int]) -> Guard:
    idle_s, hard_s = settings.login_idle_s, settings.login_hard_s
    sessions = Sessions(store.client, idle_s, hard_s, now_ms)
    return Guard(settings, store, sessions, Failures(store.client), Looks(store.client))


def is_own_host(host_header: str, own_hosts: Collection[str]) -> bool:
    """Whether a Host header names this server. A page that rebinds its DNS name to us does not.

    Addresses are fine: a rebinding page is always known by a name.
    """
    found = _HOST.fullmatch(host_header)
    if found is None:
        return False
    name = (found["address"] or found["name"]).lower().removesuffix(".")
    return name in own_hosts or _is_address(name)


def own_hosts(settings: Settings) -> frozenset[str]:
    """The names a Host header may carry: localhost, BOMNAE_HTTP's, those of BOMNAE_HOSTS and the
    one crews come by.
    """
    crews = urlsplit(settings.public_url).hostname or ""
    return frozenset(("localhost", settings.http.host.lower(), *settings.hosts, crews)) - {""}


def own_origins(settings: Settings) -> frozenset[str]:
    """The origins of our pages besides the one a request names: behind a proxy of BOMNAE_HOSTS, and
    as crews reach it.
    """
    return frozenset({*(f"https://{name}" for name in settings.hosts), settings.public_url}) - {""}


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@web.middleware
async def _known_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    known = own_hosts(request.app[CONTEXT].settings)
    if not is_own_host(request.headers.get("Host", ""), known):
        raise RequestRefusedError(421, "refused.unknown_host")
    return await handler(request)


@web.middleware
async def _plain_path(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not is_plain_path(request.rel_url.raw_path):
        raise RequestRefusedError(400, "refused.odd_path")
    return await handler(request)


def is_plain_path(raw: str) -> bool:
    """Whether nobody, a proxy before us say, reads this path as another: with `.` or `..` as a part
    (also with parameters behind a `;`), `//`, a backslash or a control character, as it stands or
    however often it is decoded; or in bytes that are no UTF-8.
    """
    text = raw
    for _ in range(MOST_DECODED):
        parts = [part.partition(";")[0] for part in text.split("/")]
        if "//" in text or _ODD_LETTERS.search(text) or not {".", ".."}.isdisjoint(parts):
            return False
        try:
            decoded = unquote(text, errors="strict" if text == raw else "replace")
        except UnicodeDecodeError:
            return False
        if decoded == text:
            return True
        text = decoded
    return False


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals as JSON or as a page; bugs as 500 without a word of the inside."""
    try:
        return await handler(request)
    except RequestRefusedError as refusal:
        return await refused(request, refusal)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return await refused(request, _refusal_of(error, request))
    except (ConnectionError, asyncio.CancelledError):
        raise
    except Exception:
        log.exception("request failed", extra={"route": _route_name(request)})
        bug = RequestRefusedError(500, "refused.bug")
        return await refused(request, bug)


def _refusal_of(error: web.HTTPException, request: web.Request) -> RequestRefusedError:
    if error.status == 404:
        shown = repr(request.path[:80])
        return RequestRefusedError(404, "refused.not_found.address", name=shown)
    return RequestRefusedError(
        error.status, "refused.http", status=error.status, reason=error.reason
    )


def _route_name(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


async def _secure(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    response.headers.pop("Server", None)


async def _tasks(app: web.Application) -> AsyncIterator[None]:
    """Keep the picture while the server runs; a task that ends early is a bug and is said so."""
    live = app[CONTEXT].live
    tasks = [asyncio.create_task(live.follow(), name="follow")]
    tasks.append(asyncio.create_task(live.judge(), name="judge"))
    settings = app[CONTEXT].settings
    if settings.login is not LoginMode.OPEN:  # behind the open door nothing is recorded
        tasks.append(asyncio.create_task(sign_days(settings), name="sign"))
        counting = write_repeats(app[RECORDER], app[TALLY])
        tasks.append(asyncio.create_task(counting, name="refused"))
    app[CONTEXT].tasks.extend(tasks)
    for task in tasks:
        task.add_done_callback(_report_end)
    yield
    await cancel(tasks, BARE_S)
    await write_rest(app[RECORDER], app[TALLY])
    await live.store.close()


def _report_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        log.error("task ended", extra={"task": task.get_name()}, exc_info=task.exception())


async def _end_streams(app: web.Application) -> None:
    app[CONTEXT].live.broadcast.close()
