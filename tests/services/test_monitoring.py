"""What docs/monitoring tells Prometheus and Grafana: rules that load and fire, by their own tool;
metrics that processes serve under these names; a section of the runbook for each alert.
"""

import asyncio
import importlib
import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from local.settings_table import ROOT
from local.waiting import until
from maps.api.context import CONTEXT
from streams.contract.grammars import Address
from streams.contract.metrics import serve_metrics
from streams.contract.settings import Settings
from streams.state.keys import FOLDED_BY, META
from tests.redis_server import RedisServer
from tests.services.site import Url

FOLDER = ROOT / "docs" / "monitoring"
PROMTOOL = ROOT / ".cache" / "prometheus" / "promtool"
RULES = (FOLDER / "rules.yml").read_text(encoding="utf-8")
ALERTS = re.findall(r"- alert: (\w+)", RULES)
COUNTING = (
    "producers.polling.metrics",
    "streams.worker.metrics",
    "streams.delivery.sending.metrics",
    "streams.contract.tls",
    "streams.contract.loop_watch",
    "streams.snapshot.daily",
    "streams.history.archive",
    "streams.reports.keep",
)
"""Where the processes besides the map count."""


def names_in(text: str) -> set[str]:
    return set(re.findall(r"\bbomnae_\w+", text))


def expressions() -> Iterator[str]:
    yield from re.findall(r"^        expr: '(.+)'$", RULES, flags=re.MULTILINE)
    board = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "--lint-fatal", "rules.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),  # the token is not there
        ("test", "rules", "rules.test.yml"),
    ],
    ids=" ".join,
)
def test_prometheus_own_tool_takes_them(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [PROMTOOL, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_expression_of_the_dashboard_is_one(tmp_path: Path) -> None:
    """As rules: promtool reads no dashboard."""
    board = [expr.replace("'", "''") for expr in expressions()]
    rules = [f"      - {{record: 'a:b{n}', expr: '{expr}'}}" for n, expr in enumerate(board)]
    file = tmp_path / "board.yml"
    file.write_text("\n".join(["groups:", "  - name: board", "    rules:", *rules]), "utf-8")
    done = subprocess.run(
        [PROMTOOL, "check", "rules", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(board)} rules" in done.stdout


def test_every_alert_is_tried_has_both_languages_and_a_section_of_the_runbook() -> None:
    tried = (FOLDER / "rules.test.yml").read_text(encoding="utf-8")
    blocks = RULES.split("      - alert: ")[1:]
    assert len(ALERTS) == len(blocks) > 15
    for name, block in zip(ALERTS, blocks, strict=True):
        assert re.search(rf"alertname: {name}\n\s+exp_alerts:\n\s+- exp_labels", tried), name
        assert re.search(r"summary_ko: '.*[가-힣]", block), name
        assert "summary: '" in block, name
        page, anchor = re.findall(r"runbook: (docs/runbook)\.md#([a-z-]+)", block)[0]
        for file in (f"{page}.md", f"{page}.ko.md"):
            assert f"\n### {anchor}\n" in (ROOT / file).read_text(encoding="utf-8"), (file, name)


async def test_every_metric_that_is_asked_for_is_served_under_this_name(
    site: tuple[Url, web.Application], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    with server.client as client:
        client.hset(META, FOLDED_BY, "{}")  # a worker has been here
    await until(
        lambda: app[CONTEXT].live.health.workers,
        "what is known of workers",
        lambda seen: seen is not None,
    )
    async with http.get(f"{url}/metrics") as answer:
        assert answer.status == 200
        served = await answer.text()
    for module in COUNTING:
        importlib.import_module(module)
    port = serve_metrics(Settings(metrics=Address("127.0.0.1", 0)))
    with await asyncio.to_thread(
        urllib.request.urlopen, f"http://127.0.0.1:{port}/metrics", timeout=20
    ) as other:
        served += str(other.read(), "utf-8")
    types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", served, flags=re.MULTILINE))
    known = set(types) | {f"{name}_bucket" for name, kind in types.items() if kind == "histogram"}
    asked = {name for text in expressions() for name in names_in(text)}
    assert len(asked) > 20
    assert asked - known == set()
    told = names_in((ROOT / "docs/metrics.md").read_text(encoding="utf-8"))
    assert {name.removesuffix("_bucket") for name in asked} - told == set()
