"""The HTML pages: operator and desk (rendered once), one work, refusals. Feed text is escaped."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from maps.http.answers import CachedBody, body_of
from maps.pages import csp
from maps.pages.page import is_simulated, shell
from maps.pages.refusal import RefusedPage
from maps.pages.statics import imports_of
from maps.pages.truth import tables_of
from maps.picture.bodies import LinkBody
from maps.picture.shapes import WorkRow
from maps.picture.text import ago, hours_text, kst, kst_end, period_text, shown
from maps.picture.truth import Truth
from streams.contract.acts import ACTS
from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.enums import AccessAction, ReportKind, Role
from streams.contract.settings import Settings
from streams.domain.closures import closure_name
from streams.domain.unknown_times import notes, why_unknown_of
from streams.geo.network import Network
from streams.words.catalogue import FIRST, languages, name_of, phrase

FOLDER = Path(__file__).parents[1] / "templates"
STALE_MS = 10_000  # as old as a picture may be before the screens call it late
HTML = "text/html; charset=utf-8"
ENTRIES = (
    "map/live.js",
    "wall/wall.js",
    "desk/main.js",
    "crew/page.js",
    "login/main.js",
    "records/main.js",
    "accounts/main.js",
    "shift/main.js",
    "stats/main.js",
    "reports/main.js",
    "data/list.js",
    "data/one.js",
)
READ_ONLY: Mapping[str, Any] = {
    "site": None,
    "has_links": False,
    "takes_photos": False,
    "is_staff": True,
}


@dataclass(frozen=True, slots=True)
class Pages:
    """Templates and what was rendered at start; `policy` is for pages that hold text of feeds."""

    operator: CachedBody
    operator_policy: str
    wall: CachedBody
    wall_policy: str
    desk: CachedBody
    docs: CachedBody
    login: CachedBody
    records: CachedBody
    accounts: CachedBody
    shift: CachedBody
    stats: CachedBody
    reports: CachedBody
    data: CachedBody
    dataset: CachedBody
    policy: str
    templates: jinja2.Environment
    frame: Mapping[str, Any]

    def work(
        self,
        work: WorkRow,
        links: list[LinkBody],
        *,
        now_ms: int,
        store: str,
        clock_ms: int | None,
        crew: Mapping[str, Any] = READ_ONLY,
    ) -> str:
        """The page of a WORK with its links' states; `store` is "ok" or "lost", `crew` is what
        its crew is shown besides.

        `clock_ms` is the picture's time: a page of a picture that stands still says so.
        """
        template = self.templates.get_template("work.html")
        late_ms = None if clock_ms is None else now_ms - clock_ms
        facts = {"now_ms": now_ms, "store": store, "clock_ms": clock_ms}
        is_late = late_ms is None or not -MAX_AHEAD_MS <= late_ms <= STALE_MS
        given = {**facts, **crew, **self.frame}
        return template.render(work=work, links=links, is_late=is_late, **given)

    def link(self, path: str) -> str:
        """The page of a work for whoever has no login: it asks by the link's token, if there is
        one; `path` is its own address, to which a login leads back.
        """
        return self.templates.get_template("link.html").render(path=path, **self.frame)

    def truth(self, truth: Truth | None, *, now_ms: int) -> str:
        """The scoreboard; without one the page says that it cannot be read."""
        tables = None if truth is None else tables_of(truth)
        template = self.templates.get_template("truth.html")
        return template.render(tables=tables, now_ms=now_ms, **self.frame)

    def refusal(self, refusal: RefusedPage, account: str, roles: Sequence[str]) -> str:
        """What somebody sees who asked for a page and does not get it; `account` "" is nobody."""
        named = [name_of("role", role) for role in roles]
        template = self.templates.get_template("refusal.html")
        return template.render(refusal=refusal, account=account, roles=named, **self.frame)


def environment() -> jinja2.Environment:
    """The templates; what they write is harmless: text is escaped, words are in a language."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=_finished,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
    templates.filters["to"] = lambda text, language: text.to(language)
    return templates


def render_pages(
    network: Network,
    settings: Settings,
    asset: Callable[[str], str],
    basemap: str = "",
    *,
    is_large: bool = False,
) -> Pages:
    """Every page as far as it can be rendered at start; `basemap`, `is_large` as of `shell`."""
    templates = environment()
    frame = {
        "city": settings.city,
        "simulated": is_simulated(network, settings),
        "asset": asset,
        "modules": {page: [asset(path) for path in imports_of(page)] for page in ENTRIES},
        "kst": kst,
        "kst_end": kst_end,
        "period_text": period_text,
        "hours_text": hours_text,
        "why_unknown": why_unknown_of,
        "notes": notes,
        "t": phrase,
        "languages": languages(),
        "name_of": name_of,
        "closure_name": closure_name,
        "ago": ago,
    }
    parts = shell(network, settings, asset, basemap, is_large=is_large)
    html, wall = (
        templates.get_template(name).render(
            header=parts.header,
            html=parts.html,
            script=parts.script,
            version=network.version,
            is_large=is_large,
            **frame,
        )
        for name in ("operator.html", "wall.html")
    )
    desk = templates.get_template("desk.html").render(version=network.version, **frame)
    return Pages(
        operator=_page(html),
        operator_policy=csp.policy(html, settings.tiles),
        wall=_page(wall),
        wall_policy=csp.policy(wall, settings.tiles),
        desk=_page(desk),
        docs=_page(templates.get_template("docs.html").render(**frame)),
        login=_page(templates.get_template("login.html").render(**frame)),
        records=_page(
            templates.get_template("records.html").render(
                actions=[*AccessAction], verbs=[*ACTS], **frame
            )
        ),
        accounts=_page(templates.get_template("accounts.html").render(roles=[*Role], **frame)),
        shift=_page(templates.get_template("shift.html").render(**frame)),
        stats=_page(templates.get_template("stats.html").render(**frame)),
        reports=_page(templates.get_template("reports.html").render(kinds=[*ReportKind], **frame)),
        data=_page(templates.get_template("data.html").render(**frame)),
        dataset=_page(templates.get_template("dataset.html").render(**frame)),
        # No hashes here: a block in these pages could only come from a feed's text.
        policy=csp.policy(""),
        templates=templates,
        frame=frame,
    )


def _page(html: str) -> CachedBody:
    return body_of(html.encode(), HTML, etag=hashlib.sha256(html.encode()).hexdigest()[:16])


def _finished(value: Any) -> Any:
    """What an expression puts on a page: words in the first language, text made harmless; markup
    was cleaned where it was made.
    """
    value = value.to(FIRST) if hasattr(value, "to") else value
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return shown(value) if is_text else value
