import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.enums import AlertEvent, Closure, IncidentKind, RuleName, Severity
from streams.contract.records import Incident, IncidentBatch, Tick
from streams.domain.alerts import Alert, Condition, Episode, Patience, episode_id
from streams.domain.rules.book import Rule
from streams.domain.rules.watching import Look
from streams.domain.stage import Effects, Rows, StageTable
from streams.domain.stages.incidents import IncidentsStage
from tests.cities.fakes import Folded, at, street

LINK = "S2>S3"
EPISODES = StageTable("episodes", Episode)
JAM = Condition(Severity.NOTICE, {"km": 1})
WORSE = Condition(Severity.WARNING, {"km": 1})


Told = list[tuple[float, AlertEvent, Severity]]


def words(sights: list[tuple[float, Condition | None]], patience: Patience) -> Told:
    """The words told, at which second, while something is looked at."""
    rows: dict[str, Episode] = {}
    found: Told = []
    for second, sight in sights:
        effects = Effects()
        look = Look(effects, Rows(EPISODES, {"episodes": rows}, effects), at(second))
        rule = Rule(begin_ms=patience.begin_ms, end_ms=patience.end_ms)
        look.at(RuleName.JAM, rule, "link:A", lambda held, _: held, sight)
        for name, row in effects.changes.get("episodes", {}).items():
            rows = {k: v for k, v in rows.items() if k != name}
            rows |= {} if row is None else {name: row}
        found += [(second, alert.word, alert.severity) for alert in effects.alerts]
    return found


SLOW = Patience(begin_ms=60_000, end_ms=30_000)
BEGIN, UPDATE, END = AlertEvent.BEGIN, AlertEvent.UPDATE, AlertEvent.END
NOTICE, WARNING = Severity.NOTICE, Severity.WARNING


@pytest.mark.parametrize(
    ("patience", "sights", "told"),
    [
        (Patience(), [(0, None)], []),
        (Patience(), [(0, JAM), (1, JAM)], [(0, BEGIN, NOTICE)]),
        (Patience(), [(0, JAM), (1, WORSE)], [(0, BEGIN, NOTICE), (1, UPDATE, WARNING)]),
        (Patience(), [(0, JAM), (5, None), (6, None)], [(0, BEGIN, NOTICE), (5, END, NOTICE)]),
        (SLOW, [(0, JAM), (59, JAM)], []),
        (SLOW, [(0, JAM), (59, None), (60, JAM), (119, JAM)], []),  # it began anew
        (SLOW, [(0, JAM), (60, WORSE)], [(60, BEGIN, WARNING)]),
        (SLOW, [(0, JAM), (60, JAM), (70, None), (99, None)], [(60, BEGIN, NOTICE)]),
        (
            SLOW,
            [(0, JAM), (60, JAM), (70, None), (99, JAM), (100, None), (130, None)],
            [(60, BEGIN, NOTICE), (130, END, NOTICE)],
        ),
    ],
)
def test_an_episode_is_told_once_it_has_held_and_ended_once_it_is_over(
    patience: Patience, sights: list[tuple[float, Condition | None]], told: list[object]
) -> None:
    assert words(sights, patience) == told


looks = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([None, JAM, WORSE])), max_size=40
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


@given(looks, st.integers(0, 90), st.integers(0, 90))
def test_words_of_an_episode_are_a_begin_then_updates_then_an_end(
    sights: list[tuple[float, Condition | None]], begin_s: int, end_s: int
) -> None:
    told = [word for _, word, _ in words(sights, Patience(begin_s * 1000, end_s * 1000))]
    open_now = False
    for word in told:
        assert (word is BEGIN) != open_now
        open_now = word is not END


def test_an_id_is_of_rule_subject_and_start_and_nothing_else() -> None:
    one = episode_id("jam", "link:A", 1)
    assert one == episode_id("jam", "link:A", 1)
    assert len(one) == 31
    others = {episode_id("jam", "link:A", 2), episode_id("jam", "link:B", 1)}
    assert len({one, *others, episode_id("slow", "link:A", 1)}) == 4


def incident(closure: Closure = Closure.FULL, *, ends_s: float | None = None) -> Incident:
    ends_ms = None if ends_s is None else at(ends_s)
    return Incident(
        "i1", IncidentKind.ACCIDENT, "사고", at(0), ends_ms, closure=closure, link_id=LINK
    )


def answer(second: float, *rows: Incident) -> IncidentBatch:
    return IncidentBatch("its.events", at(second), is_complete=True, rows=rows)


def told(fold: Folded, *messages: IncidentBatch | Tick) -> list[Alert]:
    return [alert for message in messages for alert in fold.take(message).alerts]


def test_a_closure_is_told_when_it_begins_changes_and_ends() -> None:
    fold = Folded(IncidentsStage(street(), partitions=1))
    alerts = told(
        fold,
        answer(0, incident()),
        answer(10, incident()),
        answer(20, incident(Closure.PARTIAL, ends_s=60)),
        Tick(at(59)),
        Tick(at(60)),
        Tick(at(61)),
    )
    assert [(a.word, a.severity, a.at_ms) for a in alerts] == [
        (BEGIN, Severity.CRITICAL, at(0)),
        (UPDATE, WARNING, at(20)),
        (END, WARNING, at(60)),
    ]
    assert {a.began_ms for a in alerts} == {at(0)}
    assert [a.id for a in alerts] == [f"{alerts[0].episode}.{n}" for n in (1, 2, 3)]
    assert alerts[0].facts["links"] == [LINK]


def test_an_incident_that_takes_nothing_from_a_road_is_told_of_nobody() -> None:
    fold = Folded(IncidentsStage(street(), partitions=1))
    assert told(fold, answer(0, incident(Closure.NONE)), Tick(at(90))) == []


def test_a_second_closure_of_the_same_incident_is_another_episode() -> None:
    fold = Folded(IncidentsStage(street(), partitions=1))
    alerts = told(fold, answer(0, incident(ends_s=5)), Tick(at(6)), answer(9, incident()))
    assert [a.word for a in alerts] == [BEGIN, END, BEGIN]
    assert alerts[0].episode == alerts[1].episode != alerts[2].episode
