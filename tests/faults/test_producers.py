"""Rows F46 to F48: what Kafka does to the producers. Publisher, broker, worker and audit are the
real ones; states and counts are judged, times are told.
"""

import pytest

from local.waiting import wait_until
from producers.publishing.topic_setup import check_topics
from streams.contract import topics
from streams.contract.settings import Settings
from tests.faults.figures import Figures, scaled
from tests.faults.node import Broker
from tests.faults.published import judged, published
from tests.faults.rig import Rig

ALWAYS = str(2**63 - 1)


@pytest.mark.row("F46", "one topic takes small messages alone for a while, a large one among them")
def test_f46_too_large(rig: Rig, figures: Figures) -> None:
    with published(rig) as running:
        running.more(scaled(300))
        rig.broker.configure(topics.LINK_SPEEDS, {"max.message.bytes": "3000"})
        wait_until(lambda: running.publisher.refused.total() >= scaled(3), "refusals")
        rig.broker.configure(
            topics.LINK_SPEEDS, {"max.message.bytes": str(topics.MAX_MESSAGE_BYTES)}
        )
        running.more(scaled(300))
        running.end()
        assert running.publisher.refused == {"link-speeds": running.publisher.refused.total()}
        judged(rig, running, figures, running.publisher.refused.total())


@pytest.mark.row("F47", "one topic refuses every timestamp for a while")
def test_f47_refused_times(rig: Rig, figures: Figures) -> None:
    times = {"message.timestamp.type": "CreateTime", "message.timestamp.before.max.ms": "1"}
    with published(rig) as running:
        running.more(scaled(300))
        rig.broker.configure(topics.LINK_SPEEDS, times)
        wait_until(lambda: running.publisher.renewed, "a broken client", lambda seen: seen >= 1)
        others = running.publisher.sent["bus-positions"]
        running.more(scaled(300))
        wait_until(
            lambda: running.publisher.sent["bus-positions"],
            "the other topics",
            lambda seen: seen > others + 20,
        )
        rig.broker.configure(topics.LINK_SPEEDS, {"message.timestamp.before.max.ms": ALWAYS})
        running.end()
        judged(rig, running, figures, 0)


@pytest.mark.row("F48", "kill -9 of the broker under the producers' client, 2 times")
def test_f48_killed_broker(rig: Rig, figures: Figures) -> None:
    with published(rig) as running:
        for _ in range(scaled(2)):
            running.more(scaled(300))
            rig.broker.kill()
            running.more(50)
            rig.broker.start()
            rig.broker.wait_up()
        running.more(scaled(100))
        running.end()
        judged(rig, running, figures, 0)


def test_topics_that_would_lose_messages_are_named_and_put_right(broker: Broker) -> None:
    broker.fresh_topics()
    settings = Settings(kafka=(broker.address,))
    assert check_topics(settings) == []
    wrong = {
        "max.message.bytes": "1048588",
        "retention.ms": "60000",
        "retention.bytes": "1000",
        "message.timestamp.type": "CreateTime",
    }
    broker.configure(topics.PERMITS, wrong)
    wait_until(
        lambda: named(settings),
        "all named",
        lambda seen: seen == {("permits", name) for name in wrong},
    )
    check_topics(settings, fix=True)
    wait_until(lambda: not named(settings), "the topics put right")


def named(settings: Settings) -> set[tuple[str, str]]:
    """The topics' settings that are complained of; the broker tells changes a little later."""
    return {(each.topic, each.name) for each in check_topics(settings)}
