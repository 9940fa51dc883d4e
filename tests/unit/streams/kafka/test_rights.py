from streams.contract import topics
from streams.history.fold import TAKEN
from streams.kafka.rights import FEEDS, SERVICES, AclAct, AclKind, Right, change_of, rights


def writers(topic: topics.Topic) -> set[str]:
    return {service for service, has in SERVICES.items() if topic in has.writes}


def readers(topic: topics.Topic) -> set[str]:
    return {service for service, has in SERVICES.items() if topic in has.reads}


def test_every_topic_is_written_by_those_whose_work_it_is() -> None:
    expected = {
        topics.BUS_POSITIONS: {"clock", "producers"},
        topics.LINK_SPEEDS: {"clock", "producers"},
        topics.PERMITS: {"clock", "producers", "maps"},  # crews report of a work in order with it
        topics.INCIDENTS: {"clock", "producers", "maps"},  # the office says that one is over
        topics.CALLS: {"clock", "maps"},
        topics.CLOSURES: {"clock", "maps"},
        topics.FEED_REPORTS: {"clock", "producers"},
        topics.DATASET_ROWS: {"producers"},
        topics.PUBLICATIONS: {"reports"},
        topics.ACKNOWLEDGEMENTS: {"maps", "retention"},
        topics.SITUATION_EVENTS: {"maps", "retention"},
        topics.SHIFT_EVENTS: {"maps", "retention"},
        topics.SUBSCRIPTIONS: {"maps", "dispatch"},
        topics.ACCOUNTS: {"maps"},
        topics.CREW_LINKS: {"maps", "dispatch", "retention"},
        topics.LINK_EVENTS: {"worker"},
        topics.RECEIPTS: {"dispatch"},
        topics.ACCESS_RECORDS: {"maps", "records", "snapshot", "retention"},
        topics.DEAD_LETTERS: {"producers", "worker"},
    }
    by_hand = {"keeper"}
    assert {topic: writers(topic) - by_hand for topic in topics.ALL} == expected
    assert {topic for topic in topics.ALL if "keeper" in writers(topic)} == {
        *topics.TOLD,
        topics.CALLS,
        topics.CLOSURES,
        topics.PERMITS,
        topics.ACCESS_RECORDS,
    }


def test_people_and_access_records_are_read_by_few() -> None:
    assert readers(topics.ACCESS_RECORDS) == {
        "maps",
        "records",
        "snapshot",
        "retention",
        "keeper",
    }
    assert readers(topics.ACCOUNTS) == {"worker", "snapshot", "keeper"}
    assert readers(topics.CALLS) == {"worker", "snapshot", "archive", "keeper"}
    assert set(SERVICES["archive"].reads) == set(TAKEN)
    assert SERVICES["archive"].writes == ()
    for service in ("records", "snapshot"):
        assert SERVICES[service].writes == (topics.ACCESS_RECORDS,)  # of what it does
    assert SERVICES["retention"].reads == (topics.ACCESS_RECORDS,)
    assert all(topic in SERVICES["worker"].reads for topic in topics.FOLDED)
    assert not {topics.CALLS, topics.CLOSURES} & {*FEEDS}


def test_no_right_makes_changes_or_deletes_anything() -> None:
    asks = {AclAct.DESCRIBE, AclAct.DESCRIBE_CONFIGS}
    assert {right.act for right in rights()} == {*asks, AclAct.READ, AclAct.WRITE}
    groups = {right for right in rights() if right.kind is AclKind.GROUP}
    assert groups == {Right("worker", AclKind.GROUP, topics.GROUP, AclAct.READ)}


def test_a_change_leads_to_the_table_from_wherever_it_begins() -> None:
    assert change_of(()).given == rights()
    assert change_of(rights()) == (frozenset(), frozenset())
    stray = Right("producers", AclKind.TOPIC, topics.SUBSCRIPTIONS.name, AclAct.WRITE)
    strangers = Right("backup", AclKind.TOPIC, topics.PERMITS.name, AclAct.READ)
    missing = min(rights())
    change = change_of([*rights() - {missing}, stray, strangers])
    assert change == (frozenset({missing}), frozenset({stray}))
