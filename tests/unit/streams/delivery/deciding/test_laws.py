"""What holds of an endpoint whatever happens: failures, crashes, an emptied Redis, in any order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from streams.contract.enums import AlertEvent
from streams.delivery.deciding.outcomes import Kind
from streams.delivery.deciding.receipts import is_covered, name_of
from streams.delivery.deciding.waiting import UPDATE_GAP_MS, Waiting
from tests.unit.streams.delivery.deciding.laws import World, alert, covered

SUBJECTS = ("work:A", "work:B", "incident:C")
CHANCE = st.floats(0, 1)
HOUR_MS = 3_600_000


class Delivery(RuleBasedStateMachine):
    """Episodes begin, change and end; the endpoint answers as it likes; processes die."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.told: dict[str, tuple[int, int]] = {}  # subject -> episode's number, its last word
        self.is_open: set[str] = set()
        self.unsure = 0  # crashes and lost answers with a POST on its way

    @rule(subject=st.sampled_from(SUBJECTS), is_end=st.booleans(), is_quiet=st.booleans())
    def decide(self, subject: str, *, is_end: bool, is_quiet: bool) -> None:
        nth, number = self.told.get(subject, (0, 0))
        if subject not in self.is_open:
            nth, number, word = nth + 1, 1, AlertEvent.BEGIN
            self.is_open.add(subject)
        else:
            number, word = number + 1, AlertEvent.END if is_end else AlertEvent.UPDATE
        if word is AlertEvent.END:
            self.is_open.discard(subject)
        self.told[subject] = (nth, number)
        at_ms = self.world.now_ms
        told = alert(subject, number, word, at_ms=at_ms, nth=nth)
        until_ms = (at_ms // HOUR_MS + 1) * HOUR_MS if is_quiet else 0
        self.world.decide(told, quiet_until_ms=until_ms)

    @precondition(lambda self: self.world.flying)
    @rule(kind=st.sampled_from([Kind.DELIVERED] * 3 + [Kind.FAILED, Kind.LATER]), chance=CHANCE)
    def answer(self, kind: Kind, chance: float) -> None:
        self.world.answer(kind, chance=chance, later_ms=2_000)

    @precondition(lambda self: self.world.flying)
    @rule(chance=CHANCE)
    def answer_too_late(self, chance: float) -> None:
        """The receiver has it, and we do not know."""
        message = self.world.flying[0]
        self.world.got.append((self.world.now_ms, message))
        self.unsure += 1
        self.world.answer(Kind.FAILED, chance=chance)

    @rule(ms=st.sampled_from([1, 1_000, 30_000, 300_000, 700_000]))
    def wait(self, ms: int) -> None:
        self.world.wait(ms)

    @rule()
    def store(self) -> None:
        self.world.store()

    @rule(is_received=st.booleans(), loses_redis=st.booleans())
    def crash(self, *, is_received: bool, loses_redis: bool) -> None:
        if is_received:
            self.unsure += len(self.world.flying)
            self.world.got += [(self.world.now_ms, message) for message in self.world.flying]
        self.world.crash(loses_redis=loses_redis)

    @invariant()
    def an_episode_is_told_in_order(self) -> None:
        """A digest whose answer was lost may come again in another, with the same alerts."""
        last: dict[str, int] = {}
        for message in self._first_times():
            for told in message.alerts:
                episode, number = name_of(told.id)
                assert number >= last.get(episode, 0) + (not message.is_digest)
                last[episode] = number

    def _first_times(self) -> list[Waiting]:
        """What was received, without repeats of a message."""
        first: dict[str, Waiting] = {}
        for _, message in self.world.got:
            first.setdefault(message.id, message)
        return list(first.values())

    @invariant()
    def nothing_is_on_its_way_twice_nor_two_of_a_subject(self) -> None:
        subjects = [subject for message in self.world.flying for subject in message.subjects]
        assert len(subjects) == len(set(subjects))
        assert len(self.world.flying) <= 2

    @invariant()
    def no_more_than_one_message_in_ten_minutes_beside_begin_and_end(self) -> None:
        words = {offer.alert.id: offer.alert.word for offer in self.world.outbox}
        last: dict[str, int] = {}
        for receipt in self.world.receipts:
            episode, _ = name_of(receipt.alert_id)
            if words.get(receipt.alert_id) is AlertEvent.UPDATE and episode in last:
                assert receipt.at_ms - last[episode] >= UPDATE_GAP_MS
            for each in (receipt.alert_id, *receipt.covers):
                last[name_of(each)[0]] = receipt.at_ms

    @invariant()
    def a_repeat_needs_an_answer_that_was_lost(self) -> None:
        assert len(self.world.ids) - len(set(self.world.ids)) <= self.unsure

    def teardown(self) -> None:
        """The endpoint is well again: everything is told, or a newer word of it, or has expired."""
        world = self.world
        for _ in range(200):
            while world.flying:
                world.answer()
            world.wait(HOUR_MS if world.state.line else 0)
            if not world.flying and not world.state.line:
                break
        assert world.state.line == ()
        dead = covered(world.buried)
        for offer in world.outbox:
            assert is_covered(world.told, offer.alert.id) or offer.alert.id in dead
        superseded = {each.alert.id for each in world.outbox} - covered([m for _, m in world.got])
        offers = {offer.alert.id: offer for offer in world.outbox}
        for each in superseded - dead:
            assert offers[each].alert.word is AlertEvent.UPDATE or offers[each].quiet_until_ms


Delivery.TestCase.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)
TestDelivery = Delivery.TestCase
