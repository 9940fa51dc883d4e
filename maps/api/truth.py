"""The scoreboard: how true the screens were, from the log alone; a page to print, and as JSON."""

from aiohttp import web

from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.operation import HTML as HTML_PAGE
from maps.api.operation import Operation, packed_answer
from maps.http.answers import NO_STORE, answer, body_of
from maps.http.refusals import RequestRefusedError
from maps.pages.pages import HTML
from maps.picture.truth import Truth, TruthScores, added_up, truth_of
from streams.contract import topics
from streams.domain.links.overlap import AGREEMENTS
from streams.domain.observed.score import SCORES
from streams.domain.stages.acknowledgements import VERDICTS
from streams.domain.stages.feeds import FEED_SCORES
from streams.domain.works.score import WORK_SCORES
from streams.state.store import Store


@Operation(
    "GET",
    "/truth",
    "How true the screens were, to read and to print",
    {200: HTML_PAGE},
    may=Permission.SEE,
)
async def get_truth_page(request: web.Request) -> web.StreamResponse:
    """The page says so where the store is away."""
    context = request.app[CONTEXT]
    try:
        truth = await _truth(request)
    except RequestRefusedError:
        truth = None
    text = context.pages.truth(truth, now_ms=context.live.now_ms())
    response = answer(request, body_of(text.encode(), HTML), cache=NO_STORE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "GET",
    "/api/v1/truth",
    "How true the screens were, by period, day and month, from the log alone",
    {200: Truth},
    refusals=(503,),
    may=Permission.SEE,
)
async def get_truth(request: web.Request) -> web.StreamResponse:
    return packed_answer(request, await _truth(request))


async def _truth(request: web.Request) -> Truth:
    """What is counted now; RequestRefusedError while the store is away."""
    context = request.app[CONTEXT]
    with store_needed():
        scores = await read_scores(context.live.store, context.settings.partitions)
    return truth_of(scores, context.live.now_ms(), is_simulated=context.is_simulated)


async def read_scores(store: Store, wide: int) -> TruthScores:
    """The counts of all partitions, added up."""
    (feeds,) = await store.rows(FEED_SCORES, topics.FEED_REPORTS.partitions(wide))
    return TruthScores(
        closures=added_up(await store.rows(SCORES, topics.LINK_EVENTS.partitions(wide))),
        works=added_up(await store.rows(WORK_SCORES, topics.PERMITS.partitions(wide))),
        speeds=added_up(await store.rows(AGREEMENTS, topics.LINK_EVENTS.partitions(wide))),
        verdicts=added_up(await store.rows(VERDICTS, topics.ACKNOWLEDGEMENTS.partitions(wide))),
        feeds=feeds,
    )
