import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.records import Receipt
from streams.delivery.deciding import breaker as breakers
from streams.delivery.deciding.breaker import Breaker
from streams.delivery.deciding.endpoint import delay_ms, retry_at
from streams.delivery.deciding.outcomes import Kind, judge
from streams.delivery.deciding.receipts import Confirmed, forget, is_covered, name_of, note

NOW_MS = 1_795_305_600_000


@pytest.mark.parametrize(
    ("tries", "delay_s"),
    [(0, 0), (1, 5), (2, 15), (3, 30), (4, 60), (5, 120), (6, 300), (7, 600), (8, 1200), (9, 2400)],
)
def test_the_delays_grow_as_they_are_told(tries: int, delay_s: int) -> None:
    assert delay_ms(tries) == delay_s * 1000
    assert delay_ms(10) == delay_ms(99) == 3_600_000


@given(st.integers(0, 40), st.floats(0, 1))
def test_a_retry_lies_anywhere_within_its_delay(tries: int, chance: float) -> None:
    assert 0 <= retry_at(tries, NOW_MS, chance) - NOW_MS <= delay_ms(tries)


@pytest.mark.parametrize(
    ("status", "retry_after", "kind", "later_s"),
    [
        (200, "", Kind.DELIVERED, 0),
        (204, "", Kind.DELIVERED, 0),
        (300, "", Kind.FAILED, 0),
        (301, "", Kind.FAILED, 0),
        (302, "5", Kind.FAILED, 0),
        (199, "", Kind.FAILED, 0),
        (400, "", Kind.FAILED, 0),
        (410, "", Kind.GONE, 0),
        (429, "120", Kind.LATER, 120),
        (429, "", Kind.FAILED, 0),
        (429, "0", Kind.FAILED, 0),
        (503, "7", Kind.LATER, 7),
        (503, "", Kind.FAILED, 0),
        (500, "7", Kind.FAILED, 0),
        (429, "99999999999999999999", Kind.LATER, 3600),
        (429, "-5", Kind.FAILED, 0),
        (429, "soon\r\nx: y", Kind.FAILED, 0),
        (503, "Sun, 22 Nov 2026 00:01:00 GMT", Kind.LATER, 60),
        (503, "Sun, 22 Nov 1999 00:01:00 GMT", Kind.FAILED, 0),
        (503, "²", Kind.FAILED, 0),
    ],
)
def test_what_an_answer_means(status: int, retry_after: str, kind: Kind, later_s: int) -> None:
    outcome = judge(status, retry_after, NOW_MS)
    assert (outcome.kind, outcome.later_ms) == (kind, later_s * 1000)


def run(answers: str, *, step_ms: int = 1000) -> Breaker:
    """The breaker after answers, "1" good, one a second."""
    breaker = Breaker()
    for number, each in enumerate(answers):
        now_ms = NOW_MS + number * step_ms
        breaker = breakers.after(breaker, now_ms, 0.5, is_good=each == "1")
    return breaker


@pytest.mark.parametrize(
    ("answers", "is_open"),
    [
        ("0000", False),
        ("00000", True),
        ("1100001", False),
        ("01" * 9 + "1", False),  # 9 of 19
        ("01" * 10, False),  # the twentieth is good: it is judged at a failure
        ("01" * 10 + "0", True),  # 10 of the last 20 and not five in a row
        ("0110" * 5, True),
        ("0110" * 6, False),  # the next good one closes it
        ("0111" * 20, False),
        ("000001", False),
        ("00000100001", False),
    ],
)
def test_five_failures_in_a_row_or_half_of_twenty_open_it(answers: str, *, is_open: bool) -> None:
    assert run(answers).is_open == is_open


def test_an_open_breaker_lets_one_through_at_its_time() -> None:
    breaker = run("00000")
    at_ms = breaker.probe_ms
    assert NOW_MS + 4000 + 2500 <= at_ms <= NOW_MS + 4000 + 5000
    assert breakers.room(breaker, at_ms - 1, 0, 2) == 0
    assert breakers.room(breaker, at_ms, 0, 2) == 1
    assert breakers.room(breaker, at_ms, 1, 2) == 0
    assert breakers.room(Breaker(), at_ms, 1, 2) == 1


def test_the_outage_counts_from_its_first_moment() -> None:
    breaker = run("00000" + "0" * 20, step_ms=60_000)
    assert breaker.opened_ms == NOW_MS + 4 * 60_000
    assert breaker.probe_ms == NOW_MS + 24 * 60_000 + 45_000  # 20 min: a minute, half of it jitter


@given(st.integers(0, 86_400_000), st.floats(0, 1))
def test_it_asks_again_within_a_twentieth_of_the_outage(outage_ms: int, chance: float) -> None:
    breaker = Breaker(9, "0", NOW_MS)
    after = breakers.after(breaker, NOW_MS + outage_ms, chance, is_good=False)
    pause_ms = after.probe_ms - NOW_MS - outage_ms
    assert 2_500 <= pause_ms <= min(max(5_000, outage_ms / 20), 300_000)


def test_a_receipt_covers_the_earlier_words_of_its_episode_alone() -> None:
    told: dict[str, Confirmed] = {}
    note(told, Receipt("ep_a", "alrt_a.3", NOW_MS))
    note(told, Receipt("ep_a", "alrt_a.2", NOW_MS - 5))
    assert told == {"alrt_a": Confirmed(3, NOW_MS)}
    wanted = {"alrt_a.1": True, "alrt_a.3": True, "alrt_a.4": False, "alrt_b.1": False}
    assert {name: is_covered(told, name) for name in wanted} == wanted


def test_a_digest_covers_its_alerts_and_itself() -> None:
    told: dict[str, Confirmed] = {}
    note(told, Receipt("ep_a", "dgst_x", NOW_MS, ("alrt_a.2", "alrt_b.1")))
    assert [is_covered(told, each) for each in ("dgst_x", "alrt_a.1", "alrt_b.2")] == [
        True,
        True,
        False,
    ]
    forget(told, NOW_MS + 1)
    assert told == {}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a.1", ("a", 1)),
        ("a.b.12", ("a.b", 12)),
        ("a", ("a", 0)),
        ("a.x", ("a.x", 0)),
        (".1", (".1", 0)),
    ],
)
def test_an_id_without_a_number_is_an_episode_of_its_own(text: str, named: tuple[str, int]) -> None:
    assert name_of(text) == named
