"""Rows F30 to F33 and F35: what happens to endpoints, and to the dispatcher between them."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local.waiting import wait_until
from streams.contract.failpoints import DISPATCH_POINTS
from streams.contract.times import now_ms
from streams.domain.subscriptions.changes import PREVIOUS_MS
from tests.faults.figures import Figures, p95, scaled
from tests.faults.rig import Rig
from tests.faults.webhooks import Webhooks
from tests.receivers import Answer, Receiver, subscription

ONE, BAD, SLOW = "ep_one00000", "ep_bad00000", "ep_slow0000"


@pytest.fixture
def hooks(rig: Rig) -> Iterator[Webhooks]:
    with Receiver() as receiver:
        made = Webhooks(rig, receiver)
        try:
            yield made
        finally:
            made.close()


def latencies_s(hooks: Webhooks, endpoint: str, since: float = 0.0) -> list[float]:
    """Event to POST of what an endpoint confirmed after a time."""
    got = hooks.receiver.confirmed(endpoint)
    return [each.at - each.body["at_ms"] / 1000 for each in got if each.at >= since]


@pytest.mark.row("F30", "an endpoint answers 500 for a while, another to 3 of 10, then well")
def test_f30_failing_endpoints(hooks: Webhooks, figures: Figures) -> None:
    rng = random.Random(30)
    is_down = [True]

    def behaviour(endpoint: str, _: dict[str, Any]) -> Answer:
        is_bad = is_down[0] and (endpoint == ONE or rng.random() < 0.3)
        return Answer(500 if is_bad else 200)

    hooks.receiver.behaviour = behaviour
    hooks.begin(ONE, BAD)
    outage_s = scaled(30)
    hooks.close_links(outage_s * 2, per_s=2)
    is_down[0] = False
    told_s = hooks.wait_told(ONE, within_s=300)
    figures.noted["outage s"] = outage_s
    figures.took("all told after the recovery", told_s, 60)
    hooks.wait_told(BAD, within_s=400)  # what failed four times waits a minute for its fifth
    hooks.judge(figures, ONE, BAD)


@pytest.mark.row("F31", "an endpoint answers 2xx 11 s late, after our time-out of 10 s")
def test_f31_late_answers(hooks: Webhooks, figures: Figures) -> None:
    seen: Counter[str] = Counter()

    def behaviour(_: str, body: dict[str, Any]) -> Answer:
        seen[body["id"]] += 1
        return Answer(200, delay_s=11 if len(seen) <= 4 and seen[body["id"]] == 1 else 0)

    hooks.receiver.behaviour = behaviour
    hooks.begin(ONE)
    hooks.close_links(scaled(10))
    hooks.wait_told(ONE)
    wait_until(lambda: max(seen.values()), "a repeat", lambda seen: seen > 1)
    hooks.rig.wait_drained()
    figures.noted["repeats"] = sum(seen.values()) - len(seen)
    figures.exactly("distinct ids less facts", len(seen) - 2 * scaled(10), 0)
    hooks.judge(figures, ONE)


@pytest.mark.row("F32", "one endpoint of ten takes 30 s to answer")
def test_f32_one_hangs(hooks: Webhooks, figures: Figures) -> None:
    hooks.receiver.behaviour = lambda endpoint, _: Answer(delay_s=30 if endpoint == SLOW else 0)
    well = [f"ep_well{i:04d}" for i in range(9)]
    hooks.begin(SLOW, *well)
    hooks.close_links(scaled(200), per_s=10)
    hooks.wait_told(*well)
    late = [each for name in well for each in latencies_s(hooks, name)]
    owed = set(hooks.rig.outbox()) - set(hooks.receiver.ids(SLOW))
    figures.exactly("the others waited until it had all", int(not owed), 0)
    figures.took("p95 of the others", p95(late), 2)
    figures.at_most("open at once at the slow one", hooks.receiver.most_open[SLOW], 2, "")
    hooks.judge(figures, *well)


@pytest.mark.row("F33", "kill -9 of the dispatcher between POST and receipt, receipt and state")
def test_f33_killed_dispatcher(hooks: Webhooks, figures: Figures) -> None:
    hooks.begin(ONE)
    hooks.rig.processes["dispatch-1"].stop()
    before: Counter[str] = Counter()
    worst = repeated = 0
    for point in DISPATCH_POINTS * scaled(2):
        victim = hooks.dispatch(FAIL_AT=f"{point}:{1 if point == 'before_save' else 5}")
        hooks.wait_served(ONE)
        hooks.close_links(4)
        victim.wait_ended()
        heir = hooks.dispatch()
        hooks.wait_told(ONE)
        now = Counter(hooks.receiver.ids(ONE))
        repeats = {each: now[each] - max(before[each], 1) for each in now}
        worst = max(worst, *repeats.values())
        repeated += sum(repeats.values())
        before = now
        heir.stop()
    figures.noted |= {"crashes": len(DISPATCH_POINTS) * scaled(2), "repeated POSTs": repeated}
    figures.at_most("repeats of one id in a crash", worst, 1, "")
    hooks.dispatch()
    hooks.judge(figures, ONE)


@pytest.mark.row("F35", "a secret is rotated in mid-stream; old and new sign for a while")
def test_f35_rotated_secret(hooks: Webhooks, figures: Figures) -> None:
    hooks.begin(ONE)
    hooks.close_links(scaled(30))
    hooks.wait_told(ONE)
    old = subscription(ONE, hooks.receiver.url(ONE), changed_ms=1)
    rotated = replace(old, secret_generation=2, previous_until_ms=now_ms() + PREVIOUS_MS)
    hooks.subscribe(rotated)
    hooks.close_links(scaled(50))
    hooks.wait_told(ONE)
    overlap = time.time()
    hooks.subscribe(replace(rotated, previous_until_ms=now_ms()))

    def has_ended() -> bool:
        """Of one incident after another: the dispatcher hears of the end a while later."""
        hooks.close_links(1)
        hooks.wait_told(ONE)
        return 1 not in hooks.receiver.confirmed(ONE)[-1].generations

    wait_until(has_ended, "the end of the old secret")
    hooks.close_links(scaled(50))
    hooks.wait_told(ONE)
    got = hooks.receiver.confirmed(ONE)
    first_new = next(i for i, each in enumerate(got) if 2 in each.generations)
    no_old = sum(1 not in each.generations for each in got if each.at < overlap)
    no_new = sum(2 not in each.generations for each in got[first_new:])
    figures.exactly("old secret refused before its end", no_old, 0)
    figures.exactly("new secret refused after it signed first", no_new, 0)
    figures.exactly("old secret at the end", sum(1 in g.generations for g in got[-5:]), 0)
    hooks.judge(figures, ONE)
